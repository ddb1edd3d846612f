/*
description: >
  Indicators in one long table, one row for each indicator, area, period, sex and category, with
  95% and 99.8% limits and a comparison with the whole area. What each indicator counts, out of
  what, and by which method is in reference.indicator. Proportions, crude rates and standardised rates and
  ratios are those of intermediate.indicator_rate, where the methods are described, means those of
  intermediate.indicator_mean, slope and relative indices of inequality those of
  intermediate.indicator_gradient, life expectancy that of intermediate.indicator_life_expectancy.

  An indicator of which nothing was counted anywhere has no rows: what it counts is not sent.

  Numbers out of registered people over a year are average people. Areas of registration (PCN, practice) are those of the last month
  of the year, all others those of the newest address.
grain: [indicator, area_type, area_code, period, sex, category_type, category]
columns:
  indicator: Short name, see reference.indicator
  indicator_name: Name for readers
  area_type: "All, Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN or Practice"
  area_code: Code of the area; All for the whole area, Not known for people without one
  area_name: Name of the area
  period_type: as_of, financial_year or months
  period: The as-of date, the financial year as in marts.reporting_year, or the months up to the as-of date
  sex: "Persons, Female or Male"
  age_group: Ages that the indicator is of
  category_type: All, Deprivation quintile or Ethnic group
  category: The quintile or group; All for all people
  numerator: People or events counted; of a mean the sum of what was measured
  denominator: People, average people over the year, or events that they are out of; of a mean how many were measured
  value: The indicator, in its unit
  lower: Lower 95% limit
  upper: Upper 95% limit
  lower_998: Lower 99.8% limit
  upper_998: Upper 99.8% limit
  unit: Unit of the value
  method: "proportion, crude_rate, dsr (directly standardised rate), isr and isr_rate (indirectly standardised ratio and rate), mean, sii and rii (slope and relative index of inequality) or life_expectancy"
  polarity: higher_is_better, lower_is_better or none
  incomplete_months: Months of a financial year of which the setting that the indicator is about has incomplete records (marts.period_completeness); null for other periods, and for indicators of no one setting
  benchmark: Value of the whole area for the same period, sex and category
  comparison: "By the 95% limits: better, worse, higher, lower, similar; not compared for the whole area, and without limits"
  comparison_998: The same by the 99.8% limits
  quintile: Fifth of the known areas of the type by value, for the same period, sex and category, 1 the lowest values and 5 the highest; null for fewer than five areas with a value
checks:
  - not_null: [indicator, indicator_name, area_type, area_code, area_name, period_type, period, sex, age_group, category_type, category, numerator, denominator, unit, method, polarity, comparison, comparison_998]
  - one_of: {indicator: reference.indicator.indicator}
  - one_of: {polarity: [higher_is_better, lower_is_better, none]}
  - one_of: {method: [proportion, crude_rate, dsr, isr, isr_rate, mean, sii, rii, life_expectancy]}
  - one_of: {comparison: [better, worse, higher, lower, similar, not compared]}
  - one_of: {comparison_998: [better, worse, higher, lower, similar, not compared]}
  - expect: value between lower and upper and value between lower_998 and upper_998
  - expect: lower_998 <= lower and upper_998 >= upper
  - expect: numerator >= 0 and denominator > 0
  - expect: quintile between 1 and 5
topic: indicator
*/
with indicators as (
    select
        indicator,
        name,
        setting,
        unit,
        polarity,
        method,
        events,
        age_group
    from reference.indicator
),

years as (
    select
        financial_year,
        first_day,
        last_day
    from marts.reporting_year
),

setting_months as (
    select
        setting,
        month,
        status
    from marts.period_completeness
),

areas as (
    select
        area_type,
        area_code,
        area_name
    from intermediate.indicator_area
),

-- What is measured and no indicator averages keeps its own name, which the check refuses.
valued as (
    select
        indicator,
        period_type,
        period,
        area_type,
        area_code,
        sex,
        category_type,
        category,
        numerator,
        denominator,
        value,
        lower,
        upper,
        lower_998,
        upper_998
    from intermediate.indicator_rate
    union all
    select
        coalesce(indicators.indicator, means.measure) as indicator,
        means.period_type,
        means.period,
        means.area_type,
        means.area_code,
        means.sex,
        means.category_type,
        means.category,
        means.total as numerator,
        cast(means.measured as double) as denominator,
        means.value,
        means.lower,
        means.upper,
        means.lower_998,
        means.upper_998
    from indicators
    right join intermediate.indicator_mean as means
        on indicators.events = means.measure
        and indicators.method = 'mean'
    union all
    select
        indicator,
        period_type,
        period,
        area_type,
        area_code,
        'Persons' as sex,
        'All' as category_type,
        'All' as category,
        numerator,
        denominator,
        value,
        lower,
        upper,
        lower_998,
        upper_998
    from intermediate.indicator_gradient
    union all
    select
        coalesce(indicators.indicator, expectancies.measure) as indicator,
        expectancies.period_type,
        expectancies.period,
        expectancies.area_type,
        expectancies.area_code,
        expectancies.sex,
        'All' as category_type,
        'All' as category,
        expectancies.deaths as numerator,
        expectancies.person_years as denominator,
        expectancies.value,
        expectancies.lower,
        expectancies.upper,
        expectancies.lower_998,
        expectancies.upper_998
    from indicators
    right join intermediate.indicator_life_expectancy as expectancies
        on indicators.events = expectancies.measure
        and indicators.method = 'life_expectancy'
),

-- Two rows of one name in reference.indicator repeat its rows, which the grain refuses.
benchmarked as (
    select
        valued.*,
        coalesce(indicators.name, valued.indicator) as indicator_name,
        indicators.setting,
        coalesce(indicators.unit, 'Not known') as unit,
        coalesce(indicators.polarity, 'none') as polarity,
        coalesce(indicators.method, 'proportion') as method,
        coalesce(indicators.age_group, 'Not known') as age_group,
        max(case when valued.area_type = 'All' then valued.value end) over (
            partition by valued.indicator, valued.period, valued.sex, valued.category_type, valued.category
        ) as benchmark
    from indicators
    right join valued
        on indicators.indicator = valued.indicator
),

ranked as (
    select
        *,
        phe_quantile(case when area_code <> 'Not known' then value end, 5, false) over (
            partition by indicator, area_type, period, sex, category_type, category
        ) as quintile
    from benchmarked
),

incomplete as (
    select
        setting_months.setting,
        years.financial_year,
        count(*) filter (where setting_months.status in ('incomplete', 'not over')) as incomplete_months
    from years
    inner join setting_months
        on setting_months.month between years.first_day and years.last_day
    group by setting_months.setting, years.financial_year
),

final as (
    select
        ranked.indicator,
        ranked.indicator_name,
        ranked.area_type,
        ranked.area_code,
        case
            when ranked.area_type = 'All' then 'All'
            else coalesce(areas.area_name, ranked.area_code)
        end as area_name,
        ranked.period_type,
        -- Said here alone: what the steps before have of years that are over stays as it is when the date moves.
        case when ranked.period_type = 'as_of' then cast($as_of as varchar) else ranked.period end as period,
        ranked.sex,
        ranked.age_group,
        ranked.category_type,
        ranked.category,
        ranked.numerator,
        ranked.denominator,
        ranked.value,
        ranked.lower,
        ranked.upper,
        ranked.lower_998,
        ranked.upper_998,
        ranked.unit,
        ranked.method,
        ranked.polarity,
        incomplete.incomplete_months,
        ranked.benchmark,
        compare_to_benchmark(
            case when ranked.area_type <> 'All' then ranked.lower end,
            ranked.upper,
            ranked.benchmark,
            ranked.polarity
        ) as comparison,
        compare_to_benchmark(
            case when ranked.area_type <> 'All' then ranked.lower_998 end,
            ranked.upper_998,
            ranked.benchmark,
            ranked.polarity
        ) as comparison_998,
        cast(ranked.quintile as int) as quintile
    from ranked
    left join areas
        on ranked.area_type = areas.area_type
        and ranked.area_code = areas.area_code
    left join incomplete
        on ranked.setting = incomplete.setting
        and ranked.period = incomplete.financial_year
)

select * from final
