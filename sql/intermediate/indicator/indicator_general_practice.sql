/*
description: >
  Appointments of general practice by financial year: those attended, those missed, and of those
  attended how many took place on the day of booking and within 14 days of it.
grain: [person_key, part, measure, period]
columns:
  person_key: Pseudonym of the person
  part: "numerator or denominator"
  measure: gp_attendances, gp_dna, gp_same_day or gp_within_14_days; out of gp_kept_or_missed and gp_attendances_of_known_wait
  period: The financial year, as in marts.reporting_year
  n: Appointments
checks:
  - unique: [person_key, part, measure, period]
  - not_null: [person_key, part, measure, period, n]
  - one_of: {part: [numerator, denominator]}
  - expect: n > 0
*/
with appointments as (
    select
        person_key,
        appointment_date,
        attended,
        did_not_attend,
        days_waited
    from core.gp_appointment
    where appointment_date between $period_start and $period_end
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
        appointments.person_key,
        years.financial_year,
        count(*) filter (where appointments.attended) as attended,
        count(*) filter (where appointments.did_not_attend) as missed,
        count(*) filter (where appointments.attended and appointments.days_waited >= 0) as of_known_wait,
        count(*) filter (where appointments.attended and appointments.days_waited = 0) as same_day,
        count(*) filter (
            where appointments.attended and appointments.days_waited between 0 and 14
        ) as within_14_days
    from years
    inner join appointments
        on appointments.appointment_date between years.first_day and years.last_day
    group by appointments.person_key, years.financial_year
),

final as (
    select
        person_key,
        'numerator' as part,
        'gp_attendances' as measure,
        financial_year as period,
        attended as n
    from person_years
    where attended > 0
    union all
    select
        person_key,
        'denominator' as part,
        'gp_kept_or_missed' as measure,
        financial_year as period,
        attended + missed as n
    from person_years
    where attended + missed > 0
    union all
    select
        person_key,
        'numerator' as part,
        'gp_dna' as measure,
        financial_year as period,
        missed as n
    from person_years
    where missed > 0
    union all
    select
        person_key,
        'denominator' as part,
        'gp_attendances_of_known_wait' as measure,
        financial_year as period,
        of_known_wait as n
    from person_years
    where of_known_wait > 0
    union all
    select
        person_key,
        'numerator' as part,
        'gp_same_day' as measure,
        financial_year as period,
        same_day as n
    from person_years
    where same_day > 0
    union all
    select
        person_key,
        'numerator' as part,
        'gp_within_14_days' as measure,
        financial_year as period,
        within_14_days as n
    from person_years
    where within_14_days > 0
)

select * from final
