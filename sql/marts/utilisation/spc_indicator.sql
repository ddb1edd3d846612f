/*
description: >
  Control charts (XmR) of monthly series by area and provider: value, mean and process limits, with signals of
  special causes and, where a series has a target, whether it will be met. The series, whether a rise is better or
  worse, and targets are those of reference.spc_series; the values come from the marts of use by month. Only whole
  months are shown: a part of a month has fewer of everything. Months are not adjusted for their length. The
  waiting list is that of the last Sunday of the month.

  A percentage has no value in a month without a denominator, and runs end there. Below 13 points few_points warns,
  and a single point has no limits. Series of counts that are zero throughout are left out.
grain: [series, area_type, area_code, month]
columns:
  series: Series, see reference.spc_series
  series_order: Order of the series
  unit: Unit of the value
  area_type: All, Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN, Practice or Provider
  area_type_order: Order of the types
  area_code: Code of the area or provider, or Not known
  area_name: Name of it
  month: First day of the calendar month
  record_status: "Whether the records of the month are complete: complete, incomplete, not over or not judged (marts.period_completeness); records that are missing look like a fall"
  numerator: Those counted
  denominator: Those that they are a part of, or days for occupied beds; null for counts
  value: Value in the unit
  mean: Mean of the series
  lower: Lower process limit
  upper: Upper process limit
  signal: "outside, trend, two in three or shift; null where there is none"
  variation: "common cause, improvement, concern, neutral high or neutral low; null where there is no value"
  target: Target, where the series has one
  assurance: "pass, fail or inconsistent, for the whole series; null without a target"
  points: Points that the limits are made of
  few_points: Whether they are fewer than 13
checks:
  - not_null: [series, unit, area_type, area_code, area_name, month, record_status, numerator, few_points]
  - expect: mean between lower - 0.000001 and upper + 0.000001
  - one_of: {series: reference.spc_series.series}
  - one_of: {signal: [outside, trend, two in three, shift]}
topic: utilisation
*/
with bed_use as (
    select
        area_type,
        area_type_order,
        area_code,
        area_name,
        month,
        point_of_delivery,
        admissions,
        bed_days,
        days_covered
    from marts.bed_use
    where is_complete
),

attendances as (
    select
        area_type,
        area_type_order,
        area_code,
        area_name,
        month,
        attendances,
        within_4_hours,
        with_departure
    from marts.emergency_attendance
    where is_complete
),

appointments as (
    select
        area_type,
        area_type_order,
        area_code,
        area_name,
        month,
        did_not_attend,
        appointments
    from marts.did_not_attend_rate
    where is_complete
),

practice_appointments as (
    select
        practice_code,
        practice_name,
        month,
        appointments,
        attended,
        did_not_attend
    from marts.gp_access
    where is_complete
),

waiting_lists as (
    select
        area_type,
        area_type_order,
        area_code,
        area_name,
        month,
        week_ending,
        waiting,
        over_18_weeks
    from marts.waiting_list
    where treatment_function = 'All'
),

months as (
    select month
    from intermediate.period_month
    where is_complete
),

series as (
    select
        series,
        cast(series_order as int) as series_order,
        unit,
        setting,
        cast(improvement as int) as improvement,
        cast(target as double) as target
    from reference.spc_series
),

completeness as (
    select
        setting,
        month,
        status
    from marts.period_completeness
),

practice_order as (
    select cast(area_type_order as int) as area_type_order
    from reference.area_type
    where area_type = 'Practice'
),

spells as (
    select
        area_type,
        area_type_order,
        area_code,
        area_name,
        month,
        cast(sum(case when point_of_delivery = 'Emergency' then admissions else 0 end) as bigint) as emergency_admissions,
        cast(
            sum(case when point_of_delivery in ('Elective ordinary', 'Day case', 'Regular attender') then admissions else 0 end)
            as bigint
        ) as elective_admissions,
        cast(sum(bed_days) as bigint) as bed_days,
        max(days_covered) as days_covered
    from bed_use
    group by area_type, area_type_order, area_code, area_name, month
),

-- The list as it stood on the last Sunday of the month.
last_weeks as (
    select
        waiting_lists.month,
        max(waiting_lists.week_ending) as week_ending
    from waiting_lists
    inner join months
        on waiting_lists.month = months.month
    group by waiting_lists.month
),

month_ends as (
    select
        waiting_lists.area_type,
        waiting_lists.area_type_order,
        waiting_lists.area_code,
        waiting_lists.area_name,
        waiting_lists.month,
        waiting_lists.waiting,
        waiting_lists.over_18_weeks
    from last_weeks
    inner join waiting_lists
        on last_weeks.week_ending = waiting_lists.week_ending
),

counted as (
    select
        'Emergency admissions' as series, area_type, area_type_order, area_code, area_name, month,
        emergency_admissions as numerator, cast(null as bigint) as denominator
    from spells
    union all
    select
        'Elective admissions' as series, area_type, area_type_order, area_code, area_name, month,
        elective_admissions as numerator, cast(null as bigint) as denominator
    from spells
    union all
    select
        'Occupied beds' as series, area_type, area_type_order, area_code, area_name, month,
        bed_days as numerator, cast(days_covered as bigint) as denominator
    from spells
    union all
    select
        'Emergency department attendances' as series, area_type, area_type_order, area_code, area_name, month,
        cast(sum(attendances) as bigint) as numerator, cast(null as bigint) as denominator
    from attendances
    group by area_type, area_type_order, area_code, area_name, month
    union all
    select
        'Emergency department seen within 4 hours' as series, area_type, area_type_order, area_code, area_name, month,
        cast(sum(within_4_hours) as bigint) as numerator, cast(sum(with_departure) as bigint) as denominator
    from attendances
    group by area_type, area_type_order, area_code, area_name, month
    union all
    select
        'Outpatient did not attend rate' as series, area_type, area_type_order, area_code, area_name, month,
        cast(sum(did_not_attend) as bigint) as numerator, cast(sum(appointments) as bigint) as denominator
    from appointments
    group by area_type, area_type_order, area_code, area_name, month
    union all
    select
        'General practice appointments' as series, 'Practice' as area_type, practice_order.area_type_order,
        practice_code as area_code, practice_name as area_name, month,
        appointments as numerator, cast(null as bigint) as denominator
    from practice_appointments
    cross join practice_order
    union all
    select
        'General practice did not attend rate' as series, 'Practice' as area_type, practice_order.area_type_order,
        practice_code as area_code, practice_name as area_name, month,
        did_not_attend as numerator, attended + did_not_attend as denominator
    from practice_appointments
    cross join practice_order
    union all
    select
        'Waiting for an outpatient attendance' as series, area_type, area_type_order, area_code, area_name, month,
        waiting as numerator, cast(null as bigint) as denominator
    from month_ends
    union all
    select
        'Outpatient waits within 18 weeks' as series, area_type, area_type_order, area_code, area_name, month,
        waiting - over_18_weeks as numerator, waiting as denominator
    from month_ends
),

used as (
    select
        series,
        area_type,
        area_code
    from counted
    group by series, area_type, area_code
    having sum(numerator) > 0
),

valued as (
    select
        counted.series,
        series.series_order,
        series.unit,
        series.improvement,
        series.target,
        counted.area_type,
        counted.area_type_order,
        counted.area_code,
        counted.area_name,
        counted.month,
        counted.numerator,
        counted.denominator,
        case
            when series.unit = 'percent' then 100.0 * counted.numerator / nullif(counted.denominator, 0)
            when series.unit = 'beds' then cast(counted.numerator as double) / counted.denominator
            else cast(counted.numerator as double)
        end as value
    from series
    inner join counted
        on series.series = counted.series
    inner join used
        on counted.series = used.series
        and counted.area_type = used.area_type
        and counted.area_code = used.area_code
),

charted as (
    select
        valued.*,
        xmr(value, improvement, target) over (
            partition by series, area_type, area_code
            order by month
        ) as chart
    from valued
),

final as (
    select
        charted.series,
        charted.series_order,
        charted.unit,
        charted.area_type,
        charted.area_type_order,
        charted.area_code,
        charted.area_name,
        charted.month,
        coalesce(completeness.status, 'not judged') as record_status,
        charted.numerator,
        charted.denominator,
        charted.value,
        charted.chart['mean'] as mean,
        charted.chart['lower'] as lower,
        charted.chart['upper'] as upper,
        charted.chart['signal'] as signal,
        charted.chart['variation'] as variation,
        charted.target,
        charted.chart['assurance'] as assurance,
        charted.chart['points'] as points,
        charted.chart['few_points'] as few_points
    from series
    inner join charted
        on series.series = charted.series
    left join completeness
        on series.setting = completeness.setting
        and charted.month = completeness.month
)

select * from final
