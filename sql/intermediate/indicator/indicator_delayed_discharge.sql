/*
description: >
  Discharges alive of adults after a night or more (intermediate.adult_stay) in each financial year, those with
  a discharge-ready date, and of these how many were on it, a week or more after it, and three weeks or more after it.
grain: [person_key, part, measure, period]
columns:
  person_key: Pseudonym of the person
  part: "numerator or denominator"
  measure: adult_discharges or discharges_with_ready_date (denominators), ready_dates_recorded, discharges_on_ready_date, discharges_delayed_7_days or discharges_delayed_21_days
  period: The financial year, as in marts.reporting_year
  n: Discharges
checks:
  - unique: [person_key, part, measure, period]
  - not_null: [person_key, part, measure, period, n]
  - one_of: {part: [numerator, denominator]}
  - expect: n > 0
*/
with discharges as (
    select
        person_key,
        discharge_date,
        delay_days
    from intermediate.adult_stay
    where is_discharged_alive
        and discharge_date between $period_start and $period_end
),

years as (
    select
        financial_year,
        first_day,
        last_day
    from marts.reporting_year
),

person_years as (
    select
        discharges.person_key,
        years.financial_year,
        count(*) as all_discharges,
        count(discharges.delay_days) as with_ready_date,
        count(*) filter (where discharges.delay_days = 0) as on_ready_date,
        count(*) filter (where discharges.delay_days >= 7) as seven_days,
        count(*) filter (where discharges.delay_days >= 21) as twenty_one_days
    from years
    inner join discharges
        on discharges.discharge_date between years.first_day and years.last_day
    group by discharges.person_key, years.financial_year
),

final as (
    select
        person_key,
        'denominator' as part,
        'adult_discharges' as measure,
        financial_year as period,
        all_discharges as n
    from person_years
    union all
    select
        person_key,
        'numerator' as part,
        'ready_dates_recorded' as measure,
        financial_year as period,
        with_ready_date as n
    from person_years
    where with_ready_date > 0
    union all
    select
        person_key,
        'denominator' as part,
        'discharges_with_ready_date' as measure,
        financial_year as period,
        with_ready_date as n
    from person_years
    where with_ready_date > 0
    union all
    select
        person_key,
        'numerator' as part,
        'discharges_on_ready_date' as measure,
        financial_year as period,
        on_ready_date as n
    from person_years
    where on_ready_date > 0
    union all
    select
        person_key,
        'numerator' as part,
        'discharges_delayed_7_days' as measure,
        financial_year as period,
        seven_days as n
    from person_years
    where seven_days > 0
    union all
    select
        person_key,
        'numerator' as part,
        'discharges_delayed_21_days' as measure,
        financial_year as period,
        twenty_one_days as n
    from person_years
    where twenty_one_days > 0
)

select * from final
