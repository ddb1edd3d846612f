/*
description: >
  Directly standardised indicators of marts.indicator over three financial years, rolling: for each whole year the
  year and the two before it, or as many of these as the record has (dsr_repeat over a sliding window). Each year weighs
  the same, so that the value is the mean of the yearly rates, with narrower limits: small areas
  and rare events change by chance from one year to the next. Events of one person in several years are taken as
  independent of one another.

  Standardised to the European Standard Population 2013 in the ages of the indicator. The value is null below 10 events in
  all, or where an age band of one of the years has nobody. Years that the record does not cover in full are left out.
grain: [indicator, area_type, area_code, sex, last_period]
columns:
  indicator: Short name, see reference.indicator
  indicator_name: Name for readers
  area_type: "All, Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN or Practice"
  area_code: Code of the area; All for the whole area, Not known for people without one
  area_name: Name of the area
  sex: "Persons, Female or Male"
  first_period: First financial year of the window
  last_period: Last one
  years: Whole years of the window, 3 or fewer
  numerator: Events counted
  denominator: Average people, added up over the years
  value: Events for each multiplier people a year, in the indicator's unit
  lower: Lower 95% limit
  upper: Upper 95% limit
  unit: Unit of the value
  polarity: higher_is_better, lower_is_better or none
  benchmark: Value of the whole area for the same years and sex
  comparison: "By the 95% limits: better, worse, higher, lower, similar; not compared for the whole area, and without limits"
checks:
  - not_null: [indicator, indicator_name, area_type, area_code, area_name, sex, first_period, last_period, years, numerator, denominator, unit, polarity, comparison]
  - one_of: {indicator: reference.indicator.indicator}
  - one_of: {comparison: [better, worse, higher, lower, similar, not compared]}
  - expect: years between 1 and 3
  - expect: value between lower and upper
  - expect: numerator >= 10 or value is null
topic: indicator
*/
with indicators as (
    select
        indicator,
        name,
        unit,
        polarity,
        cast(multiplier as double) as multiplier,
        events,
        population,
        cast(lower_age as int) as lower_age,
        cast(upper_age as int) as upper_age
    from reference.indicator
    where method = 'dsr'
),

bands as (
    select
        age_band,
        cast(lower_age as int) as lower_age,
        cast(upper_age as int) as upper_age,
        cast(weight as double) as weight
    from reference.european_standard_population_19
),

-- A part year has a name that says so.
years as (
    select
        financial_year,
        cast(left(financial_year, 4) as int) as year,
        days_covered
    from marts.reporting_year
    where length(financial_year) = 7
),

areas as (
    select
        area_type,
        area_code,
        area_name
    from intermediate.indicator_area
),

slices as (
    select
        part,
        measure,
        period,
        area_type,
        area_code,
        sex,
        age_band,
        n,
        squares
    from intermediate.indicator_slice
    where category_type = 'All'
        and period_type = 'financial_year'
),

-- An indicator of which nothing was counted in any year is not sent.
counted as (
    select distinct measure
    from slices
    where part = 'numerator'
),

indicator_bands as (
    select
        indicators.indicator,
        indicators.events,
        indicators.population,
        indicators.multiplier,
        bands.age_band,
        bands.weight,
        count(*) over (partition by indicators.indicator) as bands
    from indicators
    inner join bands
        on bands.lower_age >= indicators.lower_age
        and bands.upper_age <= indicators.upper_age
    inner join counted
        on indicators.events = counted.measure
),

banded as (
    select
        indicator_bands.indicator,
        denominators.area_type,
        denominators.area_code,
        denominators.sex,
        years.year,
        years.financial_year,
        denominators.age_band,
        indicator_bands.bands,
        indicator_bands.weight,
        indicator_bands.multiplier,
        cast(denominators.n as double)
        / case when denominators.measure = 'registered_person_years' then years.days_covered else 1 end as people,
        coalesce(numerators.n, 0) as x,
        coalesce(numerators.squares, 0) as squares
    from years
    inner join slices as denominators
        on years.financial_year = denominators.period
        and denominators.part = 'denominator'
    inner join indicator_bands
        on denominators.measure = indicator_bands.population
        and denominators.age_band = indicator_bands.age_band
    left join slices as numerators
        on indicator_bands.events = numerators.measure
        and numerators.part = 'numerator'
        and denominators.period = numerators.period
        and denominators.area_type = numerators.area_type
        and denominators.area_code = numerators.area_code
        and denominators.sex = numerators.sex
        and denominators.age_band = numerators.age_band
),

-- All age bands of a year are peers of one another, and have the same frame.
windowed as (
    select
        indicator,
        area_type,
        area_code,
        sex,
        financial_year as last_period,
        bands,
        row_number() over (
            partition by indicator, area_type, area_code, sex, year
            order by age_band
        ) as band_number,
        min(financial_year) over three_years as first_period,
        count(*) over three_years as bands_of_years,
        max(year) over three_years - min(year) over three_years + 1 as span,
        sum(x) over three_years as numerator,
        sum(people) over three_years as denominator,
        dsr_repeat(x, squares, people, weight, multiplier) over three_years as estimate
    from banded
    window three_years as (
        partition by indicator, area_type, area_code, sex
        order by year
        range between 2 preceding and current row
    )
),

rated as (
    select
        indicator,
        area_type,
        area_code,
        sex,
        first_period,
        last_period,
        cast(span as int) as years,
        cast(numerator as bigint) as numerator,
        denominator,
        case when bands_of_years = bands * span then estimate end as estimate
    from windowed
    where band_number = 1
),

benchmarked as (
    select
        *,
        estimate['value'] as value,
        estimate['lower'] as lower,
        estimate['upper'] as upper,
        max(case when area_type = 'All' then estimate['value'] end) over (
            partition by indicator, sex, last_period
        ) as benchmark
    from rated
),

final as (
    select
        benchmarked.indicator,
        indicators.name as indicator_name,
        benchmarked.area_type,
        benchmarked.area_code,
        case
            when benchmarked.area_type = 'All' then 'All'
            else coalesce(areas.area_name, benchmarked.area_code)
        end as area_name,
        benchmarked.sex,
        benchmarked.first_period,
        benchmarked.last_period,
        benchmarked.years,
        benchmarked.numerator,
        benchmarked.denominator,
        benchmarked.value,
        benchmarked.lower,
        benchmarked.upper,
        indicators.unit,
        indicators.polarity,
        benchmarked.benchmark,
        compare_to_benchmark(
            case when benchmarked.area_type <> 'All' then benchmarked.lower end,
            benchmarked.upper,
            benchmarked.benchmark,
            indicators.polarity
        ) as comparison
    from indicators
    inner join benchmarked
        on indicators.indicator = benchmarked.indicator
    left join areas
        on benchmarked.area_type = areas.area_type
        and benchmarked.area_code = areas.area_code
)

select * from final
