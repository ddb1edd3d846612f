/*
description: >
  Outpatient appointments that were missed, by area, treatment function, deprivation and calendar month: those
  who did not attend (codes 3 and 7) as a percentage of those who attended (5 and 6) or did not. Appointments that
  were cancelled are in no percentage, nor are those whose outcome is not known.

  An area, treatment function and deprivation quintile that had an appointment within the period has a row for
  every month of it, zero included.
grain: [area_type, area_code, treatment_function, imd_quintile, month]
columns:
  area_type: All, Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN, Practice or Provider
  area_type_order: Order of the types
  area_code: Code of the area or provider, or Not known
  area_name: Name of it
  treatment_function: Code of the treatment function, or Not known
  treatment_function_name: Its name; the code where it has none
  imd_quintile: Deprivation quintile label of the LSOA, or Not known
  month: First day of the calendar month of the appointment
  financial_year: Financial year of the month
  is_complete: Whether all days of the month are covered
  record_status: "Whether the records of the month are complete: complete, incomplete, not over or not judged (marts.period_completeness)"
  attended: Appointments that were attended
  did_not_attend: Appointments that were missed
  cancelled: Appointments that were cancelled
  appointments: Those attended and missed, the denominator
  people: Different people with appointments that were attended or missed
  percent: Those missed as a percentage of the appointments; null without any
  lower: Lower 95% limit of the percentage (Wilson)
  upper: Upper 95% limit of the percentage
checks:
  - unique: [area_type, area_code, treatment_function, imd_quintile, month]
  - not_null: [area_type, area_code, area_name, treatment_function, treatment_function_name, imd_quintile, month, is_complete, record_status, attended, did_not_attend, cancelled, appointments, people]
  - expect: appointments = attended + did_not_attend
  - expect: people <= appointments
  - expect: appointments > 0 or percent is null
  - expect: percent between lower - 0.000001 and upper + 0.000001
topic: utilisation
*/
with outcomes as (
    select
        person_key,
        appointment_key,
        month,
        coalesce(treatment_function, 'Not known') as treatment_function,
        imd_quintile,
        case when attended then 1 else 0 end as attended,
        case when did_not_attend then 1 else 0 end as did_not_attend,
        case when cancelled then 1 else 0 end as cancelled,
        case when attended or did_not_attend then 1 else 0 end as appointments
    from core.appointment
    where appointment_date >= $period_start
        and appointment_date <= least($period_end, $as_of)
),

appointment_areas as (
    select
        person_key,
        appointment_key,
        area_type,
        area_code
    from intermediate.appointment_area
),

areas as (
    select
        area_type,
        area_type_order,
        area_code,
        area_name
    from intermediate.area
),

-- Grouped, so that it is seen to repeat nobody.
completeness as (
    select
        month,
        max(status) as status
    from marts.period_completeness
    where setting = 'Outpatient'
    group by month
),

months as (
    select
        month,
        financial_year,
        is_complete
    from intermediate.period_month
),

functions as (
    select
        cast(treatment_function as varchar) as treatment_function,
        treatment_function_name
    from reference.treatment_function
),

person_totals as (
    select
        outcomes.person_key,
        appointment_areas.area_type,
        appointment_areas.area_code,
        outcomes.treatment_function,
        outcomes.imd_quintile,
        outcomes.month,
        sum(outcomes.attended) as attended,
        sum(outcomes.did_not_attend) as did_not_attend,
        sum(outcomes.cancelled) as cancelled,
        sum(outcomes.appointments) as appointments
    from outcomes
    inner join appointment_areas
        on outcomes.person_key = appointment_areas.person_key
        and outcomes.appointment_key = appointment_areas.appointment_key
    group by
        outcomes.person_key,
        appointment_areas.area_type,
        appointment_areas.area_code,
        outcomes.treatment_function,
        outcomes.imd_quintile,
        outcomes.month
),

counts as (
    select
        area_type,
        area_code,
        treatment_function,
        imd_quintile,
        month,
        cast(sum(attended) as bigint) as attended,
        cast(sum(did_not_attend) as bigint) as did_not_attend,
        cast(sum(cancelled) as bigint) as cancelled,
        cast(sum(appointments) as bigint) as appointments,
        count(*) filter (where appointments > 0) as people,
        proportion(sum(did_not_attend), nullif(sum(appointments), 0), 100.0) as share
    from person_totals
    group by area_type, area_code, treatment_function, imd_quintile, month
),

-- Fields are taken out before the frame is joined: months without appointments have none.
measured as (
    select
        area_type,
        area_code,
        treatment_function,
        imd_quintile,
        month,
        attended,
        did_not_attend,
        cancelled,
        appointments,
        people,
        share['value'] as percent,
        share['lower'] as lower,
        share['upper'] as upper
    from counts
),

-- From the appointments, not from the counts: these would be made twice.
series as (
    select distinct
        appointment_areas.area_type,
        appointment_areas.area_code,
        outcomes.treatment_function,
        outcomes.imd_quintile
    from outcomes
    inner join appointment_areas
        on outcomes.person_key = appointment_areas.person_key
        and outcomes.appointment_key = appointment_areas.appointment_key
),

final as (
    select
        series.area_type,
        areas.area_type_order,
        series.area_code,
        areas.area_name,
        series.treatment_function,
        coalesce(functions.treatment_function_name, series.treatment_function) as treatment_function_name,
        series.imd_quintile,
        months.month,
        months.financial_year,
        months.is_complete,
        coalesce(completeness.status, 'not judged') as record_status,
        coalesce(measured.attended, 0) as attended,
        coalesce(measured.did_not_attend, 0) as did_not_attend,
        coalesce(measured.cancelled, 0) as cancelled,
        coalesce(measured.appointments, 0) as appointments,
        coalesce(measured.people, 0) as people,
        measured.percent,
        measured.lower,
        measured.upper
    from series
    cross join months
    left join completeness
        on months.month = completeness.month
    inner join areas
        on series.area_type = areas.area_type
        and series.area_code = areas.area_code
    left join functions
        on series.treatment_function = functions.treatment_function
    left join measured
        on series.area_type = measured.area_type
        and series.area_code = measured.area_code
        and series.treatment_function = measured.treatment_function
        and series.imd_quintile = measured.imd_quintile
        and months.month = measured.month
)

select * from final
