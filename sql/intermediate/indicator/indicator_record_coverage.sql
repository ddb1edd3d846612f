/*
description: >
  Active people with attended contacts in two settings or more in the 12 months up to the as-of
  date: whom the shared record shows from more than one side. Emergency, planned and other
  admissions are one setting here.
grain: [person_key, part, measure, period]
columns:
  person_key: Pseudonym of the person
  part: "numerator"
  measure: records_from_two_settings
  period: The word as_of, which stands for the as-of date
  n: 1
checks:
  - unique: [person_key, part, measure, period]
  - not_null: [person_key, part, measure, period, n]
  - one_of: {part: [numerator]}
  - expect: n > 0
*/
with counted as (
    select
        person_key,
        count(distinct case when setting like '%admission' then 'Inpatient' else setting end) as settings
    from intermediate.person_setting
    group by person_key
),

final as (
    select
        person_key,
        'numerator' as part,
        'records_from_two_settings' as measure,
        'as_of' as period,
        cast(1 as bigint) as n
    from counted
    where settings >= 2
)

select * from final
