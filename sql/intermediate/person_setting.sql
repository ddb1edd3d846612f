/*
description: >
  The settings of care in which each person had an attended contact in the 12 months to the as-of date. One row
  per person and setting.
grain: [person_key, setting]
columns:
  person_key: Pseudonym of the person
  setting: Setting of care, see reference.setting
  is_active: Whether the person is alive and registered at the as-of date
checks:
  - not_null: [person_key, setting, is_active]
topic: quality
*/
with seen as (
    select
        person_key,
        setting
    from core.contact
    where attended
        and started_date <= $as_of
        and started_date > $as_of - interval '12' month
    group by person_key, setting
),

people as (
    select person_key
    from core.person
    where is_active
),

final as (
    select
        seen.person_key,
        seen.setting,
        people.person_key is not null as is_active
    from seen
    left join people
        on seen.person_key = people.person_key
)

select * from final order by person_key
