/*
description: >
  Which of three facts of the record says who is registered with a general practice: one row.
  core.registration follows it for everybody. It is a table of its own, so that the registrations of
  some people can be made without a look at the others.
grain: basis
columns:
  basis: "episode (a registration episode), practice (the Patient record) when there is no such episode, or presence (being in the record) when no Patient names a practice either"
checks:
  - unique: basis
  - not_null: basis
  - one_of: {basis: [episode, practice, presence]}
*/
with episodes as (
    select count(*) as episodes
    from staging.episode_of_care
    where kind = 'gp_registration'
),

patients as (
    select count(practice_code) as people_with_practice
    from intermediate.newest_patient
),

final as (
    select
        case
            when episodes.episodes > 0 then 'episode'
            when patients.people_with_practice > 0 then 'practice'
            else 'presence'
        end as basis
    from episodes
    cross join patients
)

select * from final
