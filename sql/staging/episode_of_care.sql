/*
description: >
  Episodes of care of linked people that began: planned, cancelled and mistaken ones are left out. A
  finished episode without an end cannot be open: it ended by its last update.
grain: episode_key
columns:
  person_key: Pseudonym of the person
  episode_key: Record key of the EpisodeOfCare
  kind: What it is; gp_registration for a registration with a general practice
  organisation_code: ODS code of the organisation
  started: First day of the month in which it began; 1900-01-01 where not known
  ended: Last day; null while open
checks:
  - unique: episode_key
  - not_null: [person_key, episode_key, started]
*/
with final as (
    select
        person_key,
        record_key as episode_key,
        kind,
        upper(organisation_code) as organisation_code,
        coalesce(started, cast('1900-01-01' as date)) as started,
        coalesce(ended, case when status = 'finished' then cast(updated at time zone 'UTC' at time zone 'Europe/London' as date) end) as ended
    from record.episode_of_care
    where person_key is not null
        and coalesce(status, 'active') not in ('cancelled', 'entered-in-error', 'planned', 'waitlist')
)

select * from final order by person_key
