/*
description: >
  Outpatient appointments by financial year: those attended, those missed without notice, and first
  attendances within 18 weeks (126 days) of a referral whose date was sent. Cancelled appointments
  are neither attended nor missed.
grain: [person_key, part, measure, period]
columns:
  person_key: Pseudonym of the person
  part: "numerator or denominator"
  measure: outpatient_attendances, outpatient_dna or first_outpatient_within_18_weeks; out of outpatient_kept_or_missed and first_outpatient_of_known_wait
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
        first_attendance,
        wait_days
    from core.appointment
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
        count(*) filter (
            where appointments.attended and appointments.first_attendance and appointments.wait_days >= 0
        ) as first_of_known_wait,
        count(*) filter (
            where appointments.attended
                and appointments.first_attendance
                and appointments.wait_days between 0 and 126
        ) as first_within_18_weeks
    from years
    inner join appointments
        on appointments.appointment_date between years.first_day and years.last_day
    group by appointments.person_key, years.financial_year
),

final as (
    select
        person_key,
        'numerator' as part,
        'outpatient_attendances' as measure,
        financial_year as period,
        attended as n
    from person_years
    where attended > 0
    union all
    select
        person_key,
        'denominator' as part,
        'outpatient_kept_or_missed' as measure,
        financial_year as period,
        attended + missed as n
    from person_years
    where attended + missed > 0
    union all
    select
        person_key,
        'numerator' as part,
        'outpatient_dna' as measure,
        financial_year as period,
        missed as n
    from person_years
    where missed > 0
    union all
    select
        person_key,
        'denominator' as part,
        'first_outpatient_of_known_wait' as measure,
        financial_year as period,
        first_of_known_wait as n
    from person_years
    where first_of_known_wait > 0
    union all
    select
        person_key,
        'numerator' as part,
        'first_outpatient_within_18_weeks' as measure,
        financial_year as period,
        first_within_18_weeks as n
    from person_years
    where first_within_18_weeks > 0
)

select * from final
