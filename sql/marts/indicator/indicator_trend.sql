/*
description: >
  Whether each indicator of marts.indicator rises or falls by more than chance over its last five
  whole financial years, as Fingertips marks it: recent_trend, and recent_trend_proportion of the counts
  of proportions.

  It cannot be calculated with fewer than five whole years one after the other, when one of them has no
  value or no limits, or when a proportion is 0 or 100%.

  Beside it, the newest whole year is compared with the year before it by the 95% limits of both
  (compare_intervals): limits that overlap a little may belong to values that differ.
grain: [indicator, area_type, area_code, sex, category_type, category]
columns:
  indicator: Short name, see reference.indicator
  indicator_name: Name for readers
  area_type: "All, Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN or Practice"
  area_code: Code of the area; All for the whole area, Not known for people without one
  area_name: Name of the area
  sex: "Persons, Female or Male"
  category_type: All, Deprivation quintile or Ethnic group
  category: The quintile or group; All for all people
  first_period: First financial year of the trend; null where it cannot be calculated
  last_period: Last financial year with a row, part years included
  slope: Change for each year, in the unit of the value, or of the logit of a proportion
  chi_squared: Chi-squared of the slope, with one degree of freedom
  trend: increasing, decreasing, no significant change or cannot be calculated
  incomplete_months: Months of the five years of which the setting that the indicator is about has incomplete records; null for indicators of no one setting
  latest_period: Newest whole financial year; null without one
  latest_value: Its value
  previous_value: Value of the year before it; null where there is none
  compared_with_previous: "The newest whole year against the year before it: better, worse or similar; higher or lower for an indicator without polarity; not compared where one of them has no limits"
  judgement: "getting better or getting worse by the polarity; no polarity for an indicator without one; else as trend"
checks:
  - not_null: [indicator, indicator_name, area_type, area_code, area_name, sex, category_type, category, last_period, compared_with_previous, trend, judgement]
  - one_of: {trend: [increasing, decreasing, no significant change, cannot be calculated]}
  - one_of: {judgement: [getting better, getting worse, no polarity, no significant change, cannot be calculated]}
  - one_of: {compared_with_previous: [better, worse, higher, lower, similar, not compared]}
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
        numerator,
        denominator,
        value,
        lower,
        upper,
        method,
        polarity,
        incomplete_months
    from marts.indicator
    where period_type = 'financial_year'
),

numbered as (
    select
        *,
        -- A part year is no point of a line through years.
        length(period) = 7 as is_whole,
        row_number() over (
            partition by indicator, area_type, area_code, sex, category_type, category, length(period) = 7
            order by period desc
        ) as years_back
    from indicators
),

series as (
    select
        indicator,
        max(indicator_name) as indicator_name,
        area_type,
        area_code,
        max(area_name) as area_name,
        sex,
        category_type,
        category,
        max(polarity) as polarity,
        max(period) as last_period,
        max(period) filter (where is_whole and years_back = 5) as fifth_period,
        sum(incomplete_months) filter (where is_whole and years_back <= 5) as incomplete_months,
        max(period) filter (where is_whole and years_back = 1) as latest_period,
        max(value) filter (where is_whole and years_back = 1) as latest_value,
        max(lower) filter (where is_whole and years_back = 1) as latest_lower,
        max(upper) filter (where is_whole and years_back = 1) as latest_upper,
        max(period) filter (where is_whole and years_back = 2) as previous_period,
        max(value) filter (where is_whole and years_back = 2) as previous_value,
        max(lower) filter (where is_whole and years_back = 2) as previous_lower,
        max(upper) filter (where is_whole and years_back = 2) as previous_upper,
        recent_trend(period, value, lower, upper, polarity)
            filter (where is_whole and method <> 'proportion') as of_values,
        recent_trend_proportion(period, numerator, denominator, polarity)
            filter (where is_whole and method = 'proportion') as of_counts
    from numbered
    group by indicator, area_type, area_code, sex, category_type, category
),

marked as (
    select
        *,
        -- A year that is missing lies between the two.
        cast(left(latest_period, 4) as int) = cast(left(previous_period, 4) as int) + 1 as is_next,
        coalesce(of_values['slope'], of_counts['slope']) as slope,
        coalesce(of_values['chi_squared'], of_counts['chi_squared']) as chi_squared,
        coalesce(of_values['trend'], of_counts['trend'], 'cannot be calculated') as trend,
        coalesce(of_values['judgement'], of_counts['judgement']) as judgement
    from series
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
        case when slope is not null then fifth_period end as first_period,
        last_period,
        slope,
        chi_squared,
        trend,
        incomplete_months,
        latest_period,
        latest_value,
        case when is_next then previous_value end as previous_value,
        compare_intervals(
            latest_lower,
            latest_upper,
            case when is_next then previous_lower end,
            case when is_next then previous_upper end,
            polarity
        ) as compared_with_previous,
        case
            when polarity = 'none' and trend in ('increasing', 'decreasing') then 'no polarity'
            else coalesce(judgement, trend)
        end as judgement
    from marked
)

select * from final
