/*
description: >
  Hospital admissions by the definitions of fifteen indicators of Fingertips, by area and financial year. Self-harm
  counts X60 to X84, X65 included. Alcohol-specific conditions are those that alcohol alone causes, in any
  position. Alcohol-related ones (narrow) have such a main diagnosis, or one that alcohol causes in part, or an
  external cause of either kind in any position; each admission counts by the largest fraction above 0 that is
  due to alcohol. An admission stands for its first episode. Indicators of children have no standardised rates, as their ages do not follow the five-year bands.

  Every area, indicator and year of the period has a row, zero included. An admission counts in the month in
  which it began, of people who were registered in that month, in the areas of that month, so that it belongs to
  the denominator. Fingertips divides by mid-year populations of residents, so its figures differ. The rate of a
  year that is not complete is over the days that are covered.
grain: [indicator_code, area_type, area_code, financial_year]
columns:
  indicator_code: Number of the indicator in Fingertips; words for those of alcohol
  indicator_order: Order of the indicators
  indicator: Short name of the indicator
  area_type: All, Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN or Practice
  area_type_order: Order of the types
  area_code: Code of the area, or Not known
  area_name: Name of the area
  financial_year: Such as 2025/26
  days_covered: Days of the year within the period and up to the as-of date
  is_complete: Whether all days of the year are covered
  incomplete_months: Months of the year with incomplete records of emergency admissions (marts.period_completeness)
  admissions: Admissions
  attributable: Admissions by the fraction that is due to alcohol; of other indicators the admissions
  people_admitted: Different people who were admitted
  people: Average number of registered people of the indicator's ages, in whole people
  rate: Attributable admissions for each 100,000 people; null where people is 0
  lower: Lower 95% limit of the rate
  upper: Upper 95% limit of the rate
  method: Method of the limits
  dsr: Directly standardised rate for each 100,000 people, with limits that allow for people who are admitted repeatedly; null below 10 attributable admissions and where an age band has nobody, or the ages do not follow the bands
  dsr_lower: Lower 95% limit of it
  dsr_upper: Upper 95% limit of it
  expected: Attributable admissions expected with the rates of all people by age band and sex
  isr: Attributable admissions for each 100 expected; null where none are expected
  isr_lower: Lower 95% limit of it
  isr_upper: Upper 95% limit of it
checks:
  - not_null: [indicator_code, area_type, area_code, financial_year, area_name, is_complete, admissions, attributable, people_admitted, people]
  - expect: people_admitted between 0 and admissions
  - expect: people > 0 or rate is null
topic: utilisation
*/
with final as (
    select
        indicator_code,
        condition_order as indicator_order,
        condition as indicator,
        area_type,
        area_type_order,
        area_code,
        area_name,
        financial_year,
        days_covered,
        is_complete,
        incomplete_months,
        admissions,
        attributable,
        people_admitted,
        people,
        rate,
        lower,
        upper,
        method,
        dsr,
        dsr_lower,
        dsr_upper,
        expected,
        isr,
        isr_lower,
        isr_upper
    from intermediate.condition_admission_rate
    where condition_list = 'Fingertips'
)

select * from final
