/*
description: >
  The settings that each person had attended contacts with in the 12 months up to the as-of date, each once.
grain: [person_key, setting]
columns:
  person_key: Pseudonym of the person
  setting: Setting of care, see reference.setting
checks:
  - not_null: [person_key, setting]
topic: quality
*/
with final as (
    select
        person_key,
        setting
    from core.contact
    where attended
        and started_date <= $as_of
        and started_date > $as_of - interval '12' month
    group by person_key, setting
)

select * from final order by person_key
