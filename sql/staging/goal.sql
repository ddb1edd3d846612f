/*
description: >
  Personal goals of linked people that were set by the as-of date. Those proposed, rejected or entered
  in error are left out.
grain: goal_key
columns:
  person_key: Pseudonym of the person
  goal_key: Record key of the Goal
  code: Code of what it is about; null where it is in words only
  code_system: System of the code
  status: Lifecycle status as recorded; active, completed, cancelled and their like
  started: Day on which it was set; null where not known
  due: Day by which it is to be reached; null where none was agreed
checks:
  - unique: goal_key
  - not_null: [person_key, goal_key, status]
*/
with goals as (
    select
        person_key,
        record_key as goal_key,
        code,
        code_system,
        coalesce(status, 'active') as status,
        started,
        due
    from record.goal
    where person_key is not null
        and coalesce(status, 'active') not in ('proposed', 'rejected', 'entered-in-error')
        and (started is null or started <= $as_of)
),

final as (
    select person_key, goal_key, code, code_system, status, started, due
    from goals
)

select * from final order by person_key
