/*
description: >
  Where the people of each segment are a year later: one row for each pair of the segment a year
  before the as-of date and that at it. There are two schemes: the population segments of core.segment, and
  the number of long-term conditions (registers of reference.register that are long-term) that had been
  noted by then. Who was not active on one of the
  two days is Not registered yet, Died or Moved away. Shares of a segment add up to 1. People who died have
  no segment in core.segment, so that its scheme is of those who are alive.

  A condition counts from the day on which it was first noted, if its register is met at the
  as-of date, so that nobody has fewer conditions than a year before; one without a day counts on both. People are
  those of core.person.
grain: [scheme, from_segment, to_segment]
columns:
  scheme: Population segment or Long-term conditions
  from_segment: "A segment of core.segment; or 0, 1, 2, 3 or 4+ conditions; or Not registered yet"
  to_segment: "A segment of core.segment; or 0, 1, 2, 3 or 4+ conditions; or Died or Moved away"
  people: People who went from the one to the other
  from_people: People of from_segment
  share: People for each person of from_segment
  lower: Lower 95 % limit of the share (Wilson)
  upper: Upper 95 % limit of the share
  from_cost: Tariff cost of hospital spells, attendances and appointments in the year for each person, pounds
checks:
  - unique: [scheme, from_segment, to_segment]
  - not_null: [scheme, from_segment, to_segment, people, from_people, share]
  - expect: people > 0 and people <= from_people
  - expect: share between lower and upper
topic: demand
*/
with people as (
    select
        person_key,
        is_alive,
        is_active,
        -- The whole month of death counts as dead, as in core.person.
        is_alive or coalesce(death_month > cast($as_of - interval '1' year as date), false) as was_alive
    from core.person
),

registrations as (
    select
        person_key,
        started,
        ended
    from core.registration
),

long_term_registers as (
    select cast(register as varchar) as register
    from reference.register
    where long_term = 'yes'
),

conditions as (
    select
        statuses.person_key,
        statuses.first_noted
    from long_term_registers
    inner join core.register_status as statuses
        on long_term_registers.register = statuses.register
    where statuses.on_register
),

counted as (
    select
        person_key,
        count(*) as conditions_after,
        sum(
            case when coalesce(first_noted <= $as_of - interval '1' year, true) then 1 else 0 end
        ) as conditions_before
    from conditions
    group by person_key
),

registered_before as (
    select distinct registrations.person_key
    from people
    inner join registrations
        on people.person_key = registrations.person_key
    where people.was_alive
        and registrations.started <= $as_of - interval '1' year
        and coalesce(registrations.ended >= $as_of - interval '1' year, true)
),

costs as (
    select person_key, cast(cost as decimal(18, 6)) as cost
    from core.spell
    where admission_date > $as_of - interval '1' year
        and admission_date <= $as_of
    union all
    select person_key, cast(cost as decimal(18, 6)) as cost
    from core.attendance
    where arrived_date > $as_of - interval '1' year
        and arrived_date <= $as_of
    union all
    select person_key, cast(cost as decimal(18, 6)) as cost
    from core.appointment
    where appointment_date > $as_of - interval '1' year
        and appointment_date <= $as_of
),

person_costs as (
    select
        person_key,
        sum(cost) as cost
    from costs
    group by person_key
),

segments_of_people as (
    select
        person_key,
        segment,
        previous_segment
    from core.segment
),

by_conditions as (
    select
        'Long-term conditions' as scheme,
        case
            when registered_before.person_key is null then 'Not registered yet'
            when coalesce(counted.conditions_before, 0) >= 4 then '4+'
            else cast(coalesce(counted.conditions_before, 0) as varchar)
        end as from_segment,
        case
            when not people.is_alive then 'Died'
            when not people.is_active then 'Moved away'
            when coalesce(counted.conditions_after, 0) >= 4 then '4+'
            else cast(coalesce(counted.conditions_after, 0) as varchar)
        end as to_segment,
        coalesce(person_costs.cost, 0) as cost
    from people
    left join registered_before
        on people.person_key = registered_before.person_key
    left join counted
        on people.person_key = counted.person_key
    left join person_costs
        on people.person_key = person_costs.person_key
    -- Neither day saw them: they were never of the year.
    where people.is_active
        or registered_before.person_key is not null
),

by_segment as (
    select
        'Population segment' as scheme,
        coalesce(segments_of_people.previous_segment, 'Not registered yet') as from_segment,
        case
            when people.is_active then segments_of_people.segment
            else 'Moved away'
        end as to_segment,
        coalesce(person_costs.cost, 0) as cost
    from people
    inner join segments_of_people
        on people.person_key = segments_of_people.person_key
    left join person_costs
        on people.person_key = person_costs.person_key
    where people.is_active
        or segments_of_people.previous_segment is not null
),

placed as (
    select * from by_conditions
    union all
    select * from by_segment
),

pairs as (
    select
        scheme,
        from_segment,
        to_segment,
        count(*) as people,
        sum(cost) as cost
    from placed
    group by scheme, from_segment, to_segment
),

segments as (
    select
        scheme,
        from_segment,
        sum(people) as from_people,
        sum(cost) as cost
    from pairs
    group by scheme, from_segment
),

estimated as (
    select
        pairs.scheme,
        pairs.from_segment,
        pairs.to_segment,
        pairs.people,
        segments.from_people,
        proportion(pairs.people, segments.from_people) as estimate,
        cast(segments.cost as double) / segments.from_people as from_cost
    from segments
    inner join pairs
        on segments.scheme = pairs.scheme
        and segments.from_segment = pairs.from_segment
),

final as (
    select
        scheme,
        from_segment,
        to_segment,
        people,
        cast(from_people as bigint) as from_people,
        estimate['value'] as share,
        estimate['lower'] as lower,
        estimate['upper'] as upper,
        from_cost
    from estimated
)

select * from final
