/*
description: >
  People with an attended contact with each of the settings of care outside hospital and general
  practice, by financial year.
grain: [person_key, part, measure, period]
columns:
  person_key: Pseudonym of the person
  part: "numerator"
  measure: The setting, such as people_seen_mental_health
  period: The financial year, as in marts.reporting_year
  n: 1
checks:
  - unique: [person_key, part, measure, period]
  - not_null: [person_key, part, measure, period, n]
  - one_of: {part: [numerator]}
  - expect: n > 0
*/
with contacts as (
    select
        person_key,
        setting,
        started_date
    from core.contact
    where attended
        and setting in (
            'Community', 'Mental health', 'Social care', 'Pharmacy', 'Dental', 'Optometry', 'Hospice'
        )
        and started_date between $period_start and $period_end
),

years as (
    select
        financial_year,
        first_day,
        last_day
    from marts.reporting_year
),

person_settings as (
    select
        contacts.person_key,
        contacts.setting,
        years.financial_year
    from years
    inner join contacts
        on contacts.started_date between years.first_day and years.last_day
    group by contacts.person_key, contacts.setting, years.financial_year
),

final as (
    select
        person_key,
        'numerator' as part,
        'people_seen_' || replace(lower(setting), ' ', '_') as measure,
        financial_year as period,
        cast(1 as bigint) as n
    from person_settings
)

select * from final
