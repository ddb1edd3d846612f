/*
description: >
  Events of each person that the indicators of inequality count (reference.inequality_indicator).
  Indicators of a year count admissions, attendances and appointments of the months of
  core.person_month, so that they belong to its denominator; those of a day count active people with
  the condition at the as-of date, once each, in the financial year of that date.
grain: [person_key, indicator, financial_year]
columns:
  person_key: Pseudonym of the person
  indicator: Short name of the indicator
  financial_year: Such as 2025/26
  events: Events, or 1 for somebody who has the condition
checks:
  - unique: [person_key, indicator, financial_year]
  - not_null: [person_key, indicator, financial_year, events]
  - expect: events > 0
topic: inequality
*/
with person_months as (
    select
        person_key,
        month,
        financial_year
    from core.person_month
),

people as (
    select person_key
    from core.person
    where is_active
),

as_of_year as (
    select cast(financial_year as varchar) as financial_year
    from reference.month
    where cast(month_start as date) <= $as_of
        and cast(month_end as date) >= $as_of
),

indicators as (
    select
        cast(indicator as varchar) as indicator,
        cast(register as varchar) as register
    from reference.inequality_indicator
    where register is not null
),

contacts as (
    select
        person_key,
        cast(date_trunc('month', started_date) as date) as month,
        case setting
            when 'Emergency admission' then 'emergency_admission'
            when 'Emergency department' then 'emergency_attendance'
            when 'Outpatient' then 'outpatient_attendance'
        end as indicator
    from core.contact
    where attended
        and setting in ('Emergency admission', 'Emergency department', 'Outpatient')
        and started_date >= $period_start
        and started_date <= $period_end
),

events as (
    select
        person_months.person_key,
        contacts.indicator,
        person_months.financial_year
    from contacts
    inner join person_months
        on contacts.person_key = person_months.person_key
        and contacts.month = person_months.month
    union all
    select
        statuses.person_key,
        indicators.indicator,
        as_of_year.financial_year
    from indicators
    inner join core.register_status as statuses
        on indicators.register = statuses.register
    inner join people
        on statuses.person_key = people.person_key
    cross join as_of_year
    where statuses.on_register
    union all
    select
        people.person_key,
        'two_conditions' as indicator,
        as_of_year.financial_year
    from people
    inner join core.long_term_condition_count as counts
        on people.person_key = counts.person_key
    cross join as_of_year
    where counts.conditions >= 2
),

final as (
    select
        person_key,
        indicator,
        financial_year,
        count(*) as events
    from events
    group by person_key, indicator, financial_year
)

select * from final order by person_key
