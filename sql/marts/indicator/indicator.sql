/*
description: >
  Indicators in one long table, one row for each indicator, area, period, sex and category, with
  95% and 99.8% limits and a comparison with the whole area. What each indicator counts, out of
  what, and by which method is in reference.indicator. Proportions have Wilson's limits, crude
  rates exact ones below 10 events and Byar's from there on, directly standardised rates those of
  Dobson for events of which one person can have several, with the European Standard Population
  2013.

  Rows are those of areas and categories with a denominator; no event is a numerator of 0. An
  indicator of which nothing was counted anywhere has no rows: what it counts is not sent. The
  value is null where the denominator is 0, and for a standardised rate where there are fewer than
  10 events or an age band without people. People of an unknown age count for all ages only, and
  in no standardised rate. Life expectancy is that of intermediate.indicator_life_expectancy.

  Numbers out of registered people over a year are average people. Areas of residence (ICB, place,
  local authority) and of registration (PCN, practice) are those of the newest address and of the
  last month of the year.
grain: [indicator, area_type, area_code, period, sex, category_type, category]
columns:
  indicator: Short name, see reference.indicator
  indicator_name: Name for readers
  area_type: "All, ICB, Place, Local authority, PCN or Practice"
  area_code: Code of the area; All for the whole area, Not known for people without one
  area_name: Name of the area
  period_type: as_of, financial_year or months
  period: The as-of date, the financial year as in marts.reporting_year, or the months up to the as-of date
  sex: "Persons, Female or Male"
  age_group: Ages that the indicator is of
  category_type: All, Deprivation quintile or Ethnic group
  category: The quintile or group; All for all people
  numerator: People or events counted
  denominator: People, average people over the year, or events that they are out of
  value: The indicator, in its unit
  lower: Lower 95% limit
  upper: Upper 95% limit
  lower_998: Lower 99.8% limit
  upper_998: Upper 99.8% limit
  unit: Unit of the value
  method: "proportion, crude_rate, dsr or life_expectancy"
  polarity: higher_is_better, lower_is_better or none
  incomplete_months: Months of a financial year of which the setting that the indicator is about has incomplete records (marts.period_completeness); null for other periods, and for indicators of no one setting
  benchmark: Value of the whole area for the same period, sex and category
  comparison: "By the 95% limits: better, worse, higher, lower, similar; not compared for the whole area, and without limits"
  comparison_998: The same by the 99.8% limits
checks:
  - unique: [indicator, area_type, area_code, period, sex, category_type, category]
  - not_null: [indicator, indicator_name, area_type, area_code, area_name, period_type, period, sex, age_group, category_type, category, numerator, denominator, unit, method, polarity, comparison, comparison_998]
  - one_of: {indicator: reference.indicator.indicator}
  - one_of: {polarity: [higher_is_better, lower_is_better, none]}
  - one_of: {method: [proportion, crude_rate, dsr, life_expectancy]}
  - one_of: {comparison: [better, worse, higher, lower, similar, not compared]}
  - one_of: {comparison_998: [better, worse, higher, lower, similar, not compared]}
  - expect: value between lower and upper and value between lower_998 and upper_998
  - expect: lower_998 <= lower and upper_998 >= upper
  - expect: numerator >= 0 and denominator > 0
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
        cast(multiplier as double) as multiplier,
        events,
        population,
        age_group,
        cast(lower_age as int) as lower_age,
        cast(upper_age as int) as upper_age
    from reference.indicator
),

bands as (
    select
        age_band,
        cast(lower_age as int) as lower_age,
        cast(upper_age as int) as upper_age,
        cast(weight as double) as weight
    from reference.european_standard_population_19
),

years as (
    select
        financial_year,
        first_day,
        last_day,
        days_covered
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

life_expectancies as (
    select
        measure,
        period_type,
        period,
        area_type,
        area_code,
        sex,
        deaths,
        person_years,
        value,
        lower,
        upper,
        lower_998,
        upper_998
    from intermediate.indicator_life_expectancy
),

numerators as (
    select
        model,
        measure,
        period_type,
        period,
        area_type,
        area_code,
        sex,
        category_type,
        category,
        age_band,
        n,
        squares
    from intermediate.indicator_slice
    where part = 'numerator'
),

denominators as (
    select
        slices.measure,
        slices.period_type,
        slices.period,
        slices.area_type,
        slices.area_code,
        slices.sex,
        slices.category_type,
        slices.category,
        slices.age_band,
        slices.n,
        -- Days over the days of the year are average people. Whole days are added up before they
        -- are divided, so that the result does not depend on the order of rows.
        case when slices.measure = 'registered_person_years' then years.days_covered else 1 end as divisor
    from years
    right join intermediate.indicator_slice as slices
        on years.financial_year = slices.period
    where slices.part = 'denominator'
),

measures as (
    select distinct
        model,
        measure,
        period_type
    from numerators
    union all
    select distinct
        'life_expectancy' as model,
        measure,
        period_type
    from life_expectancies
),

-- A measure that no indicator counts keeps its own name, which the check then refuses; two models
-- of one measure give the indicator two rows, which the grain refuses.
counted as (
    select
        measures.model,
        measures.measure,
        measures.period_type,
        coalesce(indicators.indicator, measures.measure) as indicator,
        coalesce(indicators.name, measures.measure) as indicator_name,
        indicators.setting,
        coalesce(indicators.unit, 'Not known') as unit,
        coalesce(indicators.polarity, 'none') as polarity,
        coalesce(indicators.method, 'proportion') as method,
        coalesce(indicators.multiplier, 1.0) as multiplier,
        coalesce(indicators.population, 'registered_people') as population,
        coalesce(indicators.age_group, 'Not known') as age_group,
        coalesce(indicators.lower_age, 0) as lower_age,
        coalesce(indicators.upper_age, 150) as upper_age
    from indicators
    right join measures
        on indicators.events = measures.measure
),

indicator_bands as (
    select
        counted.indicator,
        counted.model,
        bands.age_band,
        bands.weight
    from counted
    inner join bands
        on bands.lower_age >= counted.lower_age
        and bands.upper_age <= counted.upper_age
    union all
    select
        indicator,
        model,
        'Not known' as age_band,
        cast(null as double) as weight
    from counted
    where lower_age = 0
        and upper_age >= 120
        and method <> 'dsr'
),

band_totals as (
    select
        indicator,
        model,
        count(*) as bands
    from indicator_bands
    group by indicator, model
),

framed as (
    select
        counted.indicator,
        counted.model,
        counted.measure,
        counted.method,
        counted.multiplier,
        denominators.period_type,
        denominators.period,
        denominators.area_type,
        denominators.area_code,
        denominators.sex,
        denominators.category_type,
        denominators.category,
        denominators.age_band,
        indicator_bands.weight,
        denominators.n,
        denominators.divisor
    from counted
    inner join indicator_bands
        on counted.indicator = indicator_bands.indicator
        and counted.model = indicator_bands.model
    inner join denominators
        on counted.population = denominators.measure
        and counted.period_type = denominators.period_type
        and indicator_bands.age_band = denominators.age_band
),

banded as (
    select
        framed.indicator,
        framed.model,
        framed.method,
        framed.multiplier,
        framed.period_type,
        framed.period,
        framed.area_type,
        framed.area_code,
        framed.sex,
        framed.category_type,
        framed.category,
        framed.weight,
        framed.n,
        framed.divisor,
        cast(framed.n as double) / framed.divisor as people,
        coalesce(numerators.n, 0) as x,
        coalesce(numerators.squares, 0) as squares
    from framed
    left join numerators
        on framed.model = numerators.model
        and framed.measure = numerators.measure
        and framed.period = numerators.period
        and framed.area_type = numerators.area_type
        and framed.area_code = numerators.area_code
        and framed.sex = numerators.sex
        and framed.category_type = numerators.category_type
        and framed.category = numerators.category
        and framed.age_band = numerators.age_band
),

summed as (
    select
        indicator,
        model,
        period_type,
        period,
        area_type,
        area_code,
        sex,
        category_type,
        category,
        max(method) as method,
        max(multiplier) as multiplier,
        count(*) as bands,
        cast(sum(x) as bigint) as x,
        cast(sum(n) as double) / max(divisor) as n,
        dsr_repeat(x, squares, people, weight, multiplier, 0.95) filter (where method = 'dsr') as dsr_95,
        dsr_repeat(x, squares, people, weight, multiplier, 0.998) filter (where method = 'dsr') as dsr_998
    from banded
    group by
        indicator,
        model,
        period_type,
        period,
        area_type,
        area_code,
        sex,
        category_type,
        category
),

estimated as (
    select
        summed.indicator,
        summed.model,
        summed.period_type,
        summed.period,
        summed.area_type,
        summed.area_code,
        summed.sex,
        summed.category_type,
        summed.category,
        summed.method,
        summed.x,
        summed.n,
        -- A rate that lacks an age band would be standardised to another population.
        summed.bands = band_totals.bands as has_all_bands,
        summed.dsr_95,
        summed.dsr_998,
        rate(summed.x, summed.n, summed.multiplier, 0.95) as rate_95,
        rate(summed.x, summed.n, summed.multiplier, 0.998) as rate_998,
        proportion(
            case when summed.method = 'proportion' then summed.x end, summed.n, summed.multiplier, 0.95
        ) as proportion_95,
        proportion(
            case when summed.method = 'proportion' then summed.x end, summed.n, summed.multiplier, 0.998
        ) as proportion_998
    from band_totals
    inner join summed
        on band_totals.indicator = summed.indicator
        and band_totals.model = summed.model
),

valued as (
    select
        indicator,
        model,
        period_type,
        period,
        area_type,
        area_code,
        sex,
        category_type,
        category,
        x,
        n,
        -- The limits of 0 and 100% miss them by a rounding of the last digit.
        case method
            when 'dsr' then case when has_all_bands then dsr_95['value'] end
            when 'proportion' then proportion_95['value']
            else rate_95['value']
        end as value,
        case method
            when 'dsr' then case when has_all_bands then dsr_95['lower'] end
            when 'proportion' then least(proportion_95['lower'], proportion_95['value'])
            else rate_95['lower']
        end as lower,
        case method
            when 'dsr' then case when has_all_bands then dsr_95['upper'] end
            when 'proportion' then greatest(proportion_95['upper'], proportion_95['value'])
            else rate_95['upper']
        end as upper,
        case method
            when 'dsr' then case when has_all_bands then dsr_998['lower'] end
            when 'proportion' then least(proportion_998['lower'], proportion_998['value'])
            else rate_998['lower']
        end as lower_998,
        case method
            when 'dsr' then case when has_all_bands then dsr_998['upper'] end
            when 'proportion' then greatest(proportion_998['upper'], proportion_998['value'])
            else rate_998['upper']
        end as upper_998
    from estimated
    union all
    select
        measure as indicator,
        'life_expectancy' as model,
        period_type,
        period,
        area_type,
        area_code,
        sex,
        'All' as category_type,
        'All' as category,
        deaths as x,
        person_years as n,
        value,
        lower,
        upper,
        lower_998,
        upper_998
    from life_expectancies
),

benchmarked as (
    select
        indicator,
        model,
        period_type,
        period,
        area_type,
        area_code,
        sex,
        category_type,
        category,
        x,
        n,
        value,
        lower,
        upper,
        lower_998,
        upper_998,
        max(case when area_type = 'All' then value end) over (
            partition by indicator, model, period, sex, category_type, category
        ) as benchmark
    from valued
),

compared as (
    select
        indicator,
        model,
        period_type,
        period,
        area_type,
        area_code,
        sex,
        category_type,
        category,
        x,
        n,
        value,
        lower,
        upper,
        lower_998,
        upper_998,
        benchmark,
        case
            when area_type = 'All' or lower is null or benchmark is null then 'not compared'
            when lower > benchmark then 'higher'
            when upper < benchmark then 'lower'
            else 'similar'
        end as side,
        case
            when area_type = 'All' or lower_998 is null or benchmark is null then 'not compared'
            when lower_998 > benchmark then 'higher'
            when upper_998 < benchmark then 'lower'
            else 'similar'
        end as side_998
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
        compared.indicator,
        counted.indicator_name,
        compared.area_type,
        compared.area_code,
        case
            when compared.area_type = 'All' then 'All'
            else coalesce(areas.area_name, compared.area_code)
        end as area_name,
        compared.period_type,
        compared.period,
        compared.sex,
        counted.age_group,
        compared.category_type,
        compared.category,
        compared.x as numerator,
        compared.n as denominator,
        compared.value,
        compared.lower,
        compared.upper,
        compared.lower_998,
        compared.upper_998,
        counted.unit,
        counted.method,
        counted.polarity,
        incomplete.incomplete_months,
        compared.benchmark,
        case
            when counted.polarity = 'none' or compared.side not in ('higher', 'lower')
                then compared.side
            when (compared.side = 'higher') = (counted.polarity = 'higher_is_better') then 'better'
            else 'worse'
        end as comparison,
        case
            when counted.polarity = 'none' or compared.side_998 not in ('higher', 'lower')
                then compared.side_998
            when (compared.side_998 = 'higher') = (counted.polarity = 'higher_is_better') then 'better'
            else 'worse'
        end as comparison_998
    from counted
    inner join compared
        on counted.indicator = compared.indicator
        and counted.model = compared.model
        and counted.period_type = compared.period_type
    left join areas
        on compared.area_type = areas.area_type
        and compared.area_code = areas.area_code
    left join incomplete
        on counted.setting = incomplete.setting
        and compared.period = incomplete.financial_year
)

select * from final
