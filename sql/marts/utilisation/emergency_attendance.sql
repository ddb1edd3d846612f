/*
description: >
  Emergency department attendances by area, provider, acuity, mode of arrival and calendar month: how many were
  over within four hours of arrival, were left before the treatment was complete, and were of frequent
  attenders (intermediate.frequent_attendance). All types of department count. Every area, acuity, mode and month
  of the period has a row, zero included.

  The four hours are those between arrival and departure; attendances without a departure, or with one before the
  arrival, are in no percentage. Acuity, arrival and how it ended are not known of attendances that come as
  encounters.
grain: [area_type, area_code, acuity, arrival_mode, month]
columns:
  area_type: All, Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN, Practice or Provider
  area_type_order: Order of the types
  area_code: Code of the area or provider, or Not known
  area_name: Name of it
  acuity: "1 Immediate, 2 Very urgent, 3 Urgent, 4 Standard, 5 Low acuity or Not known"
  arrival_mode: Ambulance, Walk-in or Not known
  month: First day of the calendar month of arrival
  financial_year: Financial year of the month
  is_complete: Whether all days of the month are covered
  record_status: "Whether the records of the month are complete: complete, incomplete, not over or not judged (marts.period_completeness)"
  attendances: Attendances
  people: Different people who attended
  type_1_attendances: Attendances at major departments
  with_departure: Attendances whose length is known
  within_4_hours: Those of them that were over within 240 minutes
  percent_within_4_hours: Those within four hours as a percentage of those whose length is known; null without any
  lower: Lower 95% limit of the percentage (Wilson)
  upper: Upper 95% limit of the percentage
  left_before_treatment: Attendances that the person left before the treatment was complete
  by_frequent_attenders: Attendances of frequent attenders
checks:
  - not_null: [area_type, area_code, area_name, acuity, arrival_mode, month, is_complete, record_status, attendances, people, type_1_attendances, with_departure, within_4_hours, left_before_treatment, by_frequent_attenders]
  - expect: people <= attendances and within_4_hours <= with_departure and with_departure <= attendances
  - expect: left_before_treatment <= attendances and by_frequent_attenders <= attendances
  - expect: with_departure > 0 or percent_within_4_hours is null
topic: utilisation
*/
with attendances as (
    select
        person_key,
        attendance_key,
        month,
        acuity,
        arrival_mode,
        discharge_status,
        minutes,
        is_type_1
    from core.attendance
    where arrived_date >= $period_start
        and arrived_date <= least($period_end, $as_of)
),

attendance_areas as (
    select
        person_key,
        attendance_key,
        area_type,
        area_code
    from intermediate.attendance_area
),

frequent as (
    select
        person_key,
        attendance_key
    from intermediate.frequent_attendance
    where is_frequent
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
    where setting = 'Emergency department'
    group by month
),

months as (
    select
        month,
        financial_year,
        is_complete
    from intermediate.period_month
),

acuities as (
    select
        cast(snomed_code as varchar) as snomed_code,
        acuity
    from reference.emergency_acuity
),

arrival_modes as (
    select
        cast(snomed_code as varchar) as snomed_code,
        arrival_mode
    from reference.arrival_mode
),

acuity_labels as (
    select acuity from acuities
    union
    select 'Not known' as acuity
),

arrival_labels as (
    select arrival_mode from arrival_modes
    union
    select 'Not known' as arrival_mode
),

statuses as (
    select cast(snomed_code as varchar) as snomed_code
    from reference.emergency_discharge_status
    where left_before_treatment = 'yes'
),

described as (
    select
        attendances.person_key,
        attendances.attendance_key,
        attendances.month,
        coalesce(acuities.acuity, 'Not known') as acuity,
        coalesce(arrival_modes.arrival_mode, 'Not known') as arrival_mode,
        case when attendances.is_type_1 then 1 else 0 end as type_1,
        case when attendances.minutes is not null then 1 else 0 end as with_departure,
        case when attendances.minutes <= 240 then 1 else 0 end as within_4_hours,
        case when statuses.snomed_code is not null then 1 else 0 end as left_before_treatment,
        case when frequent.attendance_key is not null then 1 else 0 end as by_frequent_attender
    from attendances
    left join acuities
        on attendances.acuity = acuities.snomed_code
    left join arrival_modes
        on attendances.arrival_mode = arrival_modes.snomed_code
    left join statuses
        on attendances.discharge_status = statuses.snomed_code
    left join frequent
        on attendances.person_key = frequent.person_key
        and attendances.attendance_key = frequent.attendance_key
),

person_totals as (
    select
        described.person_key,
        attendance_areas.area_type,
        attendance_areas.area_code,
        described.acuity,
        described.arrival_mode,
        described.month,
        count(*) as attendances,
        sum(described.type_1) as type_1_attendances,
        sum(described.with_departure) as with_departure,
        sum(described.within_4_hours) as within_4_hours,
        sum(described.left_before_treatment) as left_before_treatment,
        sum(described.by_frequent_attender) as by_frequent_attenders
    from described
    inner join attendance_areas
        on described.person_key = attendance_areas.person_key
        and described.attendance_key = attendance_areas.attendance_key
    group by
        described.person_key,
        attendance_areas.area_type,
        attendance_areas.area_code,
        described.acuity,
        described.arrival_mode,
        described.month
),

counts as (
    select
        area_type,
        area_code,
        acuity,
        arrival_mode,
        month,
        cast(sum(attendances) as bigint) as attendances,
        count(*) as people,
        cast(sum(type_1_attendances) as bigint) as type_1_attendances,
        cast(sum(with_departure) as bigint) as with_departure,
        cast(sum(within_4_hours) as bigint) as within_4_hours,
        cast(sum(left_before_treatment) as bigint) as left_before_treatment,
        cast(sum(by_frequent_attenders) as bigint) as by_frequent_attenders,
        proportion(sum(within_4_hours), nullif(sum(with_departure), 0), 100.0) as share
    from person_totals
    group by area_type, area_code, acuity, arrival_mode, month
),

-- Fields are taken out before the frame is joined: rows of the frame without attendances have none.
measured as (
    select
        area_type,
        area_code,
        acuity,
        arrival_mode,
        month,
        attendances,
        people,
        type_1_attendances,
        with_departure,
        within_4_hours,
        left_before_treatment,
        by_frequent_attenders,
        share['value'] as percent_within_4_hours,
        share['lower'] as lower,
        share['upper'] as upper
    from counts
),

final as (
    select
        areas.area_type,
        areas.area_type_order,
        areas.area_code,
        areas.area_name,
        acuity_labels.acuity,
        arrival_labels.arrival_mode,
        months.month,
        months.financial_year,
        months.is_complete,
        coalesce(completeness.status, 'not judged') as record_status,
        coalesce(measured.attendances, 0) as attendances,
        coalesce(measured.people, 0) as people,
        coalesce(measured.type_1_attendances, 0) as type_1_attendances,
        coalesce(measured.with_departure, 0) as with_departure,
        coalesce(measured.within_4_hours, 0) as within_4_hours,
        measured.percent_within_4_hours,
        measured.lower,
        measured.upper,
        coalesce(measured.left_before_treatment, 0) as left_before_treatment,
        coalesce(measured.by_frequent_attenders, 0) as by_frequent_attenders
    from areas
    cross join acuity_labels
    cross join arrival_labels
    cross join months
    left join completeness
        on months.month = completeness.month
    left join measured
        on areas.area_type = measured.area_type
        and areas.area_code = measured.area_code
        and acuity_labels.acuity = measured.acuity
        and arrival_labels.arrival_mode = measured.arrival_mode
        and months.month = measured.month
)

select * from final
