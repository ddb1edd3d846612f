/*
description: >
  Whether each indicator of marts.indicator rises or falls by more than chance over its last five
  financial years, as Fingertips marks it. Rates: the slope of a line through the five values, each
  weighted by (3.92 / (upper - lower))^2. Proportions: the chi-squared test for a trend in proportions,
  and the slope of the logit. There is a trend when chi-squared is above 9.5495 and the slope keeps
  its sign without any one of the five points.

  It cannot be calculated with fewer than five whole years one after the other, when one of them has no
  value or no limits, or when a proportion is 0 or 100%.
grain: [indicator, area_type, area_code, sex, category_type, category]
columns:
  indicator: Short name, see reference.indicator
  indicator_name: Name for readers
  area_type: "All, ICB, Place, Local authority, PCN or Practice"
  area_code: Code of the area; All for the whole area, Not known for people without one
  area_name: Name of the area
  sex: "Persons, Female or Male"
  category_type: All, Deprivation quintile or Ethnic group
  category: The quintile or group; All for all people
  first_period: First financial year of the trend; null where it cannot be calculated
  last_period: Last financial year with a row
  slope: Change for each year, in the unit of the value, or of the logit of a proportion
  chi_squared: Chi-squared of the slope, with one degree of freedom
  trend: increasing, decreasing, no significant change or cannot be calculated
  judgement: "getting better or getting worse by the polarity; no polarity for an indicator without one; else as trend"
checks:
  - unique: [indicator, area_type, area_code, sex, category_type, category]
  - not_null: [indicator, indicator_name, area_type, area_code, area_name, sex, category_type, category, last_period, trend, judgement]
  - one_of: {trend: [increasing, decreasing, no significant change, cannot be calculated]}
  - one_of: {judgement: [getting better, getting worse, no polarity, no significant change, cannot be calculated]}
  - expect: trend = 'cannot be calculated' or chi_squared >= 0
topic: indicator
*/
with indicators as (
    select
        indicator,
        indicator_name,
        area_type,
        area_code,
        area_name,
        period,
        sex,
        category_type,
        category,
        cast(numerator as double) as numerator,
        denominator,
        value,
        lower,
        upper,
        method,
        polarity
    from marts.indicator
    where period_type = 'financial_year'
),

numbered as (
    select
        *,
        cast(substring(period, 1, 4) as int) as year,
        row_number() over (
            partition by indicator, area_type, area_code, sex, category_type, category
            order by period desc
        ) as years_back
    from indicators
),

points as (
    select
        indicator,
        area_type,
        area_code,
        sex,
        category_type,
        category,
        period,
        year,
        cast(6 - years_back as double) as t,
        method,
        numerator,
        denominator,
        case
            when method = 'proportion' and numerator > 0 and numerator < denominator
                then ln(numerator / (denominator - numerator))
            when method <> 'proportion' and upper > lower then value
        end as y,
        case
            when method = 'proportion' then 1.0
            when upper > lower then power(3.92 / (upper - lower), 2)
        end as weight
    from numbered
    where years_back <= 5
        -- A part year is no point of a line through years.
        and length(period) = 7
),

series as (
    select
        indicator,
        area_type,
        area_code,
        sex,
        category_type,
        category,
        min(period) as first_period,
        max(method) as method,
        sum(denominator) as n,
        sum(numerator) as x,
        sum(t * denominator) as nt,
        sum(t * t * denominator) as ntt,
        sum(t * numerator) as xt
    from points
    group by indicator, area_type, area_code, sex, category_type, category
    having count(y) = 5
        and max(year) - min(year) = 4
),

-- The line through all five points (left_out is 0), and without each of them.
omissions as (
    select 0 as left_out
    union all
    select 1 as left_out
    union all
    select 2 as left_out
    union all
    select 3 as left_out
    union all
    select 4 as left_out
    union all
    select 5 as left_out
),

sums as (
    select
        points.indicator,
        points.area_type,
        points.area_code,
        points.sex,
        points.category_type,
        points.category,
        omissions.left_out,
        sum(points.weight) as w,
        sum(points.weight * points.t) as wt,
        sum(points.weight * points.y) as wy,
        sum(points.weight * points.t * points.t) as wtt,
        sum(points.weight * points.t * points.y) as wty
    from points
    cross join omissions
    where points.t <> omissions.left_out
    group by
        points.indicator,
        points.area_type,
        points.area_code,
        points.sex,
        points.category_type,
        points.category,
        omissions.left_out
),

lines as (
    select
        indicator,
        area_type,
        area_code,
        sex,
        category_type,
        category,
        left_out,
        (w * wty - wt * wy) / (w * wtt - wt * wt) as slope,
        wtt - wt * wt / w as spread
    from sums
),

slopes as (
    select
        indicator,
        area_type,
        area_code,
        sex,
        category_type,
        category,
        max(case when left_out = 0 then slope end) as slope,
        max(case when left_out = 0 then slope * slope * spread end) as chi_squared,
        min(slope) > 0 or max(slope) < 0 as is_steady
    from lines
    group by indicator, area_type, area_code, sex, category_type, category
),

tested as (
    select
        series.indicator,
        series.area_type,
        series.area_code,
        series.sex,
        series.category_type,
        series.category,
        series.first_period,
        slopes.slope,
        slopes.is_steady,
        case
            when series.method = 'proportion'
                then series.n * power(series.n * series.xt - series.x * series.nt, 2) / (
                    series.x * (series.n - series.x) * (series.n * series.ntt - series.nt * series.nt)
                )
            else slopes.chi_squared
        end as chi_squared
    from series
    inner join slopes
        on series.indicator = slopes.indicator
        and series.area_type = slopes.area_type
        and series.area_code = slopes.area_code
        and series.sex = slopes.sex
        and series.category_type = slopes.category_type
        and series.category = slopes.category
),

marked as (
    select
        numbered.indicator,
        numbered.indicator_name,
        numbered.area_type,
        numbered.area_code,
        numbered.area_name,
        numbered.sex,
        numbered.category_type,
        numbered.category,
        numbered.polarity,
        tested.first_period,
        numbered.period as last_period,
        tested.slope,
        tested.chi_squared,
        case
            when tested.slope is null then 'cannot be calculated'
            when tested.chi_squared > 9.5495 and tested.is_steady and tested.slope > 0 then 'increasing'
            when tested.chi_squared > 9.5495 and tested.is_steady then 'decreasing'
            else 'no significant change'
        end as trend
    from numbered
    left join tested
        on numbered.indicator = tested.indicator
        and numbered.area_type = tested.area_type
        and numbered.area_code = tested.area_code
        and numbered.sex = tested.sex
        and numbered.category_type = tested.category_type
        and numbered.category = tested.category
    where numbered.years_back = 1
),

final as (
    select
        indicator,
        indicator_name,
        area_type,
        area_code,
        area_name,
        sex,
        category_type,
        category,
        first_period,
        last_period,
        slope,
        chi_squared,
        trend,
        case
            when trend not in ('increasing', 'decreasing') then trend
            when polarity = 'none' then 'no polarity'
            when (trend = 'increasing') = (polarity = 'higher_is_better') then 'getting better'
            else 'getting worse'
        end as judgement
    from marked
)

select * from final
