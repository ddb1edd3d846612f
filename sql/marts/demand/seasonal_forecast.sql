/*
description: >
  Emergency admissions and emergency department attendances by area or provider and month, beside what is
  expected by the trend and the months of the year (quasi-Poisson; expected_events), with 95% prediction limits, and a
  forecast of the twelve months after the last whole one. The model learns from whole months up to six
  months before the as-of date whose records are not incomplete (marts.period_completeness), so that the last
  half year can be compared with what it should have been. It needs 14 months, and the two years of the samples are few:
  five are usual. A forecast says what follows if nothing but trend and season changes.
grain: [series, area_type, area_code, month]
columns:
  series: Emergency admissions or Emergency department attendances
  area_type: All, ICB, Place or Provider
  area_code: Code of the area or provider, or Not known
  area_name: Name of it
  month: First day of the calendar month
  is_baseline: Whether the model learns from the month
  is_forecast: Whether the month lies after the last whole month
  events: Events of the month; null in the forecast
  expected: Events that are expected; null where there is no model
  lower: Lower 95% prediction limit
  upper: Upper 95% prediction limit
  excess: Events less those expected; null in the forecast
  is_outside: Whether the events lie beyond the limits; null in the forecast and without a model
  dispersion: Variation of the baseline over that of chance
  statistic: What the figure is, or why there is none
checks:
  - not_null: [series, area_type, area_code, area_name, month, is_baseline, is_forecast]
  - expect: expected between lower and upper
topic: demand
*/
with months as (
    select
        cast(month_start as date) as month,
        cast(month_end as date) as month_end,
        cast(extract(month from cast(month_start as date)) as int) as season,
        cast(extract(day from cast(month_end as date)) as double) as days
    from reference.month
),

admissions as (
    select
        'Emergency admissions' as series,
        area_type,
        area_code,
        area_name,
        month,
        admissions as events
    from marts.bed_use
    where is_complete
        and point_of_delivery = 'Emergency'
        and area_type in ('All', 'ICB', 'Place', 'Provider')
),

attendances as (
    select
        'Emergency department attendances' as series,
        area_type,
        area_code,
        max(area_name) as area_name,
        month,
        cast(sum(attendances) as bigint) as events
    from marts.emergency_attendance
    where is_complete
        and area_type in ('All', 'ICB', 'Place', 'Provider')
    group by area_type, area_code, month
),

observed as (
    select series, area_type, area_code, area_name, month, events
    from admissions
    union all
    select series, area_type, area_code, area_name, month, events
    from attendances
),

incomplete as (
    select
        case setting
            when 'Emergency admission' then 'Emergency admissions'
            else 'Emergency department attendances'
        end as series,
        month
    from marts.period_completeness
    where status = 'incomplete'
        and setting in ('Emergency admission', 'Emergency department')
),

areas as (
    select
        series,
        area_type,
        area_code,
        max(area_name) as area_name,
        min(month) as first_month,
        max(month) as last_month
    from observed
    group by series, area_type, area_code
    having sum(events) > 0
),

frame as (
    select
        areas.series,
        areas.area_type,
        areas.area_code,
        areas.area_name,
        months.month,
        months.month_end,
        months.season,
        months.days,
        months.month > areas.last_month as is_forecast
    from areas
    inner join months
        on months.month >= areas.first_month
        and months.month <= areas.last_month + interval '12' month
),

periods as (
    select
        frame.series,
        frame.area_type,
        frame.area_code,
        frame.area_name,
        frame.month,
        frame.season,
        frame.days,
        frame.is_forecast,
        observed.events,
        observed.events is not null
        and incomplete.month is null
        and frame.month_end < cast($as_of + interval '1' day as date) - interval '6' month as is_baseline
    from frame
    left join observed
        on frame.series = observed.series
        and frame.area_type = observed.area_type
        and frame.area_code = observed.area_code
        and frame.month = observed.month
    left join incomplete
        on frame.series = incomplete.series
        and frame.month = incomplete.month
),

modelled as (
    select
        *,
        expected_events(events, season, is_baseline, days) over (
            partition by series, area_type, area_code
            order by month
        ) as model
    from periods
),

final as (
    select
        series,
        area_type,
        area_code,
        area_name,
        month,
        is_baseline,
        is_forecast,
        events,
        model['expected'] as expected,
        model['lower'] as lower,
        model['upper'] as upper,
        model['excess'] as excess,
        -- A series that repeats itself exactly has limits that differ in their last digits only.
        events < model['lower'] - 0.000001 or events > model['upper'] + 0.000001 as is_outside,
        model['dispersion'] as dispersion,
        model['statistic'] as statistic
    from modelled
)

select * from final
