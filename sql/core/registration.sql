/*
description: >
  The spans in which each person was registered with a general practice, without overlaps. A later
  registration ends the one before it on the day before it starts, because a person has one
  practice at a time and old registrations are often left open. A record without any registration
  episode falls back to the practice on the Patient record, and, when nobody has one, to being in
  the record at all; the column basis says which of the three was used.
grain: [person_key, registration_number]
columns:
  person_key: Pseudonym of the person
  registration_number: >
    Number of the span in the order of start. Numbers of spans that were cut to nothing are missing, so
    that a person's first one need not be 1
  practice_code: ODS code of the practice; null where basis is presence
  started: First day of the span; 1900-01-01 where the start is not known
  ended: Last day of the span; null while open
  basis: "episode (a registration episode), practice (the Patient record) or presence"
checks:
  - unique: [person_key, registration_number]
  - not_null: [person_key, registration_number, started, basis]
  - one_of: {basis: [episode, practice, presence]}
  - expect: ended is null or ended >= started
*/
with patients as (
    select
        person_key,
        birth_month,
        practice_code,
        registration_started,
        registration_ended
    from intermediate.newest_patient
),

episodes as (
    select
        person_key,
        episode_key,
        organisation_code as practice_code,
        started,
        ended
    from staging.episode_of_care
    where kind = 'gp_registration'
),

registration_basis as (
    select basis
    from intermediate.registration_basis
),

fallback as (
    select
        person_key,
        cast(0 as bigint) as episode_key,
        practice_code,
        coalesce(registration_started, birth_month, cast('1900-01-01' as date)) as started,
        registration_ended as ended
    from patients
),

spans as (
    select person_key, episode_key, practice_code, started, ended, 'episode' as basis
    from episodes
    where ended is null or ended >= started
    union all
    select
        fallback.person_key,
        fallback.episode_key,
        fallback.practice_code,
        fallback.started,
        fallback.ended,
        'practice' as basis
    from registration_basis
    cross join fallback
    where registration_basis.basis = 'practice'
        and fallback.practice_code is not null
    union all
    select
        fallback.person_key,
        fallback.episode_key,
        fallback.practice_code,
        fallback.started,
        fallback.ended,
        'presence' as basis
    from registration_basis
    cross join fallback
    where registration_basis.basis = 'presence'
),

followed as (
    select
        person_key,
        practice_code,
        started,
        ended,
        basis,
        row_number() over (
            partition by person_key
            order by started, coalesce(ended, cast('9999-12-31' as date)), episode_key, basis
        ) as registration_number,
        lead(started) over (
            partition by person_key
            order by started, coalesce(ended, cast('9999-12-31' as date)), episode_key, basis
        ) as next_started
    from spans
),

cut as (
    select
        person_key,
        cast(registration_number as int) as registration_number,
        practice_code,
        started,
        case
            when next_started is not null and (ended is null or ended >= next_started)
                then cast(next_started - interval '1' day as date)
            else ended
        end as ended,
        basis
    from followed
),

final as (
    select person_key, registration_number, practice_code, started, ended, basis
    from cut
    where ended is null or ended >= started
)

select * from final order by person_key
