/*
description: >
  Moves of people between practices, places and integrated care boards, and their arrival in the record
  and departure from it, up to the as-of date.

  Practices, and the boards that these belong to, go by registrations: a registration that begins within
  90 days of the end of the last one is a move; any other is an arrival, a birth where the month of birth is
  that of the start or one of the two before. A registration that ends without another within 90 days is a
  departure, a death where the month of death is that of the end or an earlier one; of the last 90 days
  some may prove to be moves. A start that is not known is no arrival. Places go by home addresses, and
  their arrivals and departures by registrations, with the newest address.
grain: [person_key, area_type, moved_date, from_code, to_code]
columns:
  person_key: Pseudonym of the person
  area_type: Practice, Place or ICB
  moved_date: First day in the new place, or last day in the old one for departures
  movement: Move, Arrival, Birth, Departure or Death
  from_code: Area that the person left; Outside for arrivals and births; Not known where it is not known
  to_code: Area that the person came to; Outside for departures and deaths; Not known where it is not known
checks:
  - unique: [person_key, area_type, moved_date, from_code, to_code]
  - not_null: [person_key, area_type, moved_date, movement, from_code, to_code]
  - one_of: {area_type: [Practice, Place, ICB]}
  - one_of: {movement: [Move, Arrival, Birth, Departure, Death]}
  - expect: from_code <> to_code
topic: movement
*/
with people as (
    select
        person_key,
        birth_month,
        death_month,
        coalesce(place_code, 'Not known') as place_code
    from core.person
),

organisations as (
    select
        organisation_code,
        icb_code
    from core.organisation
),

registrations as (
    select
        registrations.person_key,
        registrations.registration_number,
        coalesce(registrations.practice_code, 'Not known') as practice_code,
        coalesce(organisations.icb_code, 'Not known') as icb_code,
        registrations.started,
        registrations.ended
    from organisations
    right join core.registration as registrations
        on organisations.organisation_code = registrations.practice_code
),

residences as (
    select
        person_key,
        span_number,
        place_code,
        started
    from intermediate.residence_span
),

followed as (
    select
        person_key,
        practice_code,
        icb_code,
        started,
        ended,
        lag(practice_code) over (partition by person_key order by registration_number) as last_practice_code,
        lag(icb_code) over (partition by person_key order by registration_number) as last_icb_code,
        lag(ended) over (partition by person_key order by registration_number) as last_ended,
        lead(started) over (partition by person_key order by registration_number) as next_started
    from registrations
),

starts as (
    select
        followed.person_key,
        followed.practice_code,
        followed.icb_code,
        followed.last_practice_code,
        followed.last_icb_code,
        people.place_code,
        followed.started as moved_date,
        case
            when followed.last_ended >= followed.started - interval '90' day then 'Move'
            when people.birth_month > followed.started - interval '3' month then 'Birth'
            else 'Arrival'
        end as movement
    from people
    inner join followed
        on people.person_key = followed.person_key
    where followed.started > cast('1900-01-01' as date)
        and followed.started <= $as_of
),

ends as (
    select
        followed.person_key,
        followed.practice_code,
        followed.icb_code,
        people.place_code,
        followed.ended as moved_date,
        case
            when people.death_month <= followed.ended then 'Death'
            else 'Departure'
        end as movement
    from people
    inner join followed
        on people.person_key = followed.person_key
    where followed.ended <= $as_of
        and (followed.next_started is null or followed.next_started > followed.ended + interval '90' day)
),

address_changes as (
    select
        person_key,
        started as moved_date,
        lag(place_code) over (partition by person_key order by span_number) as from_code,
        place_code as to_code
    from residences
),

events as (
    select person_key, 'Practice' as area_type, moved_date, movement, last_practice_code as from_code, practice_code as to_code
    from starts
    where movement = 'Move'
    union all
    select person_key, 'ICB' as area_type, moved_date, movement, last_icb_code as from_code, icb_code as to_code
    from starts
    where movement = 'Move'
    union all
    select person_key, 'Place' as area_type, moved_date, 'Move' as movement, from_code, to_code
    from address_changes
    where from_code is not null
    union all
    select person_key, 'Practice' as area_type, moved_date, movement, 'Outside' as from_code, practice_code as to_code
    from starts
    where movement <> 'Move'
    union all
    select person_key, 'ICB' as area_type, moved_date, movement, 'Outside' as from_code, icb_code as to_code
    from starts
    where movement <> 'Move'
    union all
    select person_key, 'Place' as area_type, moved_date, movement, 'Outside' as from_code, place_code as to_code
    from starts
    where movement <> 'Move'
    union all
    select person_key, 'Practice' as area_type, moved_date, movement, practice_code as from_code, 'Outside' as to_code
    from ends
    union all
    select person_key, 'ICB' as area_type, moved_date, movement, icb_code as from_code, 'Outside' as to_code
    from ends
    union all
    select person_key, 'Place' as area_type, moved_date, movement, place_code as from_code, 'Outside' as to_code
    from ends
),

final as (
    select
        person_key,
        area_type,
        moved_date,
        movement,
        from_code,
        to_code
    from events
    where from_code <> to_code
)

select * from final
