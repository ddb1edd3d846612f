/*
description: >
  What indicators by a mean average: one row for each thing that is measured, with the person whose
  it is. Stays in midnights, of emergency and of ordinary elective spells, by financial year of
  discharge; days from the discharge-ready date to the discharge, by the same year; minutes in emergency departments, by year of arrival; and the long-term conditions of
  active people at the as-of date.
grain: [measure, measured_key]
columns:
  measure: emergency_stay, elective_stay, discharge_delay, emergency_department_minutes or long_term_conditions
  measured_key: Key of the spell, the attendance or the person
  person_key: Pseudonym of the person
  period: The word as_of, which stands for the as-of date, or the financial year
  n: What is averaged
checks:
  - not_null: [measure, measured_key, person_key, period, n]
  - expect: n >= 0
topic: indicator
*/
with spells as (
    select
        spell_key,
        person_key,
        discharge_date,
        midnights,
        is_emergency
    from core.spell
    where (is_emergency or point_of_delivery = 'Elective ordinary')
        and discharge_date between $period_start and $period_end
        and midnights is not null
),

discharges as (
    select
        spell_key,
        person_key,
        discharge_date,
        delay_days
    from intermediate.adult_stay
    where discharge_date between $period_start and $period_end
        and delay_days is not null
),

attendances as (
    select
        attendance_key,
        person_key,
        arrived_date,
        minutes
    from core.attendance
    where arrived_date between $period_start and $period_end
        and minutes >= 0
),

condition_counts as (
    select
        person_key,
        conditions
    from core.long_term_condition_count
),

people as (
    select person_key
    from core.person
    where is_active
),

years as (
    select
        financial_year,
        first_day,
        last_day
    from marts.reporting_year
),

final as (
    select
        case when spells.is_emergency then 'emergency_stay' else 'elective_stay' end as measure,
        spells.spell_key as measured_key,
        spells.person_key,
        years.financial_year as period,
        cast(spells.midnights as bigint) as n
    from years
    inner join spells
        on spells.discharge_date between years.first_day and years.last_day
    union all
    select
        'discharge_delay' as measure,
        discharges.spell_key as measured_key,
        discharges.person_key,
        years.financial_year as period,
        cast(discharges.delay_days as bigint) as n
    from years
    inner join discharges
        on discharges.discharge_date between years.first_day and years.last_day
    union all
    select
        'emergency_department_minutes' as measure,
        attendances.attendance_key as measured_key,
        attendances.person_key,
        years.financial_year as period,
        cast(attendances.minutes as bigint) as n
    from years
    inner join attendances
        on attendances.arrived_date between years.first_day and years.last_day
    union all
    select
        'long_term_conditions' as measure,
        condition_counts.person_key as measured_key,
        condition_counts.person_key,
        'as_of' as period,
        cast(condition_counts.conditions as bigint) as n
    from people
    inner join condition_counts
        on people.person_key = condition_counts.person_key
)

select * from final
