/*
description: >
  Emergency admissions for ambulatory care sensitive conditions, those that good care outside hospital should
  often prevent, by area and financial year. There are two sets of conditions, which are not to be added up: NHS
  Outcomes Framework 2.3i (chronic conditions; transfers left out; its codes are known from secondary copies, to
  be compared with the specification before figures go out under that name) and NHS Institute 19 (acute, chronic
  and vaccine-preventable). The acute indicator 3a is not here: its codes are not at hand.

  Every area, condition and year of the period has a row, zero included. An admission counts in the month in
  which it began, of people who were registered in that month, in the areas of that month, so that it belongs to
  the denominator. It counts for each condition that it meets, and once for All conditions. The rate of a year
  that is not complete is over the days that are covered.

  Spells stand for the first episode, which extracts of spells do not tell apart: a diagnosis is that of the
  spell. Encounters without diagnoses in ICD-10 are never among them.
grain: [condition_set, condition, area_type, area_code, financial_year]
columns:
  condition_set: Set of conditions
  condition_order: Order of the conditions in the set
  condition_group: All, Acute, Chronic or Vaccine-preventable
  condition: Condition, or All conditions
  area_type: All, Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN or Practice
  area_type_order: Order of the types
  area_code: Code of the area, or Not known
  area_name: Name of the area
  financial_year: Such as 2025/26
  days_covered: Days of the year within the period and up to the as-of date
  is_complete: Whether all days of the year are covered
  incomplete_months: Months of the year with incomplete records of emergency admissions (marts.period_completeness)
  admissions: Admissions
  people_admitted: Different people who were admitted
  people: Average number of registered people, in whole people
  rate: Admissions for each 100,000 people; null where people is 0
  lower: Lower 95% limit of the rate
  upper: Upper 95% limit of the rate
  method: Method of the limits
  dsr: Directly standardised rate for each 100,000 people, with limits that allow for people who are admitted repeatedly; null below 10 admissions and where an age band has nobody
  dsr_lower: Lower 95% limit of it
  dsr_upper: Upper 95% limit of it
  expected: Admissions expected with the rates of all people by age band and sex
  isr: Admissions for each 100 expected; null where none are expected
  isr_lower: Lower 95% limit of it
  isr_upper: Upper 95% limit of it
checks:
  - not_null: [condition_set, condition, area_type, area_code, financial_year, area_name, is_complete, admissions, people_admitted, people]
  - expect: people_admitted between 0 and admissions
  - expect: people > 0 or rate is null
topic: utilisation
*/
with final as (
    select
        condition_list as condition_set,
        condition_order,
        condition_group,
        condition,
        area_type,
        area_type_order,
        area_code,
        area_name,
        financial_year,
        days_covered,
        is_complete,
        incomplete_months,
        admissions,
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
    where condition_list in ('NHS Outcomes Framework 2.3i', 'NHS Institute 19')
)

select * from final
