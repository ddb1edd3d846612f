/*
description: >
  The indicators of reference.indicator that are rates of events or people: proportions, crude rates and
  standardised ones, one row for each indicator, area, period, sex and category, with 95% and 99.8% limits.

  Proportions have Wilson's limits, crude rates exact ones below 10 events and Byar's from there on.
  Directly standardised rates (dsr) go by the European Standard Population 2013 and have the limits of Dobson
  for events of which one person can have several; they are null where there are fewer than 10 events or an
  age band has nobody. Indirectly standardised ratios (isr) and rates (isr_rate) go by the age bands of
  everybody of the same sex in the same period; their limits are those of the events, as of a crude rate.

  Rows are those of areas and categories with a denominator; no event is a numerator of 0. An indicator of
  which nothing was counted anywhere has no rows: what it counts is not sent. People of an unknown age count
  for all ages only, and in no standardised rate.
grain: [indicator, area_type, area_code, period, sex, category_type, category]
columns:
  model: Model of intermediate.indicator_cell that counted the events
  indicator: Short name, see reference.indicator
  period_type: as_of or financial_year
  period: The word as_of, which stands for the as-of date, or the financial year
  area_type: "All, Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN or Practice"
  area_code: Code of the area; All for the whole area, Not known for people without one
  sex: "Persons, Female or Male"
  category_type: All, Deprivation quintile or Ethnic group
  category: The quintile or group; All for all people
  numerator: People or events counted
  denominator: People, average people over the year, or events that they are out of
  value: The indicator, in its unit
  lower: Lower 95% limit
  upper: Upper 95% limit
  lower_998: Lower 99.8% limit
  upper_998: Upper 99.8% limit
checks:
  - not_null: [model, indicator, period_type, period, area_type, area_code, sex, category_type, category, numerator, denominator]
  - expect: numerator >= 0 and denominator > 0
topic: indicator
*/
with indicators as (
    select
        indicator,
        method,
        cast(multiplier as double) as multiplier,
        events,
        population,
        cast(lower_age as int) as lower_age,
        cast(upper_age as int) as upper_age
    from reference.indicator
    where method not in ('life_expectancy', 'mean', 'sii', 'rii')
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
        days_covered
    from marts.reporting_year
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
),

-- A measure that no indicator counts keeps its own name, which marts.indicator refuses; two models
-- of one measure give the indicator two rows, which the grain refuses.
counted as (
    select
        measures.model,
        measures.measure,
        measures.period_type,
        coalesce(indicators.indicator, measures.measure) as indicator,
        coalesce(indicators.method, 'proportion') as method,
        coalesce(indicators.multiplier, 1.0) as multiplier,
        coalesce(indicators.population, 'registered_people') as population,
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
        and method in ('proportion', 'crude_rate')
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
        framed.age_band,
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

-- Everybody of the same sex, by age band: what indirect standardisation goes by.
standards as (
    select
        indicator,
        model,
        period_type,
        period,
        sex,
        age_band,
        x as x_ref,
        people as people_ref
    from banded
    where area_type = 'All'
        and category_type = 'All'
        and method in ('isr', 'isr_rate')
),

standard_rates as (
    select
        indicator,
        model,
        period_type,
        period,
        sex,
        cast(sum(x_ref) as double) / sum(people_ref) as rate
    from standards
    group by indicator, model, period_type, period, sex
),

summed as (
    select
        banded.indicator,
        banded.model,
        banded.period_type,
        banded.period,
        banded.area_type,
        banded.area_code,
        banded.sex,
        banded.category_type,
        banded.category,
        max(banded.method) as method,
        max(banded.multiplier) as multiplier,
        count(*) as bands,
        cast(sum(banded.x) as bigint) as x,
        cast(sum(banded.n) as double) / max(banded.divisor) as n,
        dsr_repeat(banded.x, banded.squares, banded.people, banded.weight, banded.multiplier, 0.95)
            filter (where banded.method = 'dsr') as dsr_95,
        dsr_repeat(banded.x, banded.squares, banded.people, banded.weight, banded.multiplier, 0.998)
            filter (where banded.method = 'dsr') as dsr_998,
        isr(banded.x, banded.people, standards.x_ref, standards.people_ref, 1.0, 0.95)
            filter (where banded.method in ('isr', 'isr_rate')) as isr_95,
        isr(banded.x, banded.people, standards.x_ref, standards.people_ref, 1.0, 0.998)
            filter (where banded.method in ('isr', 'isr_rate')) as isr_998
    from standards
    right join banded
        on standards.indicator = banded.indicator
        and standards.model = banded.model
        and standards.period_type = banded.period_type
        and standards.period = banded.period
        and standards.sex = banded.sex
        and standards.age_band = banded.age_band
    group by
        banded.indicator,
        banded.model,
        banded.period_type,
        banded.period,
        banded.area_type,
        banded.area_code,
        banded.sex,
        banded.category_type,
        banded.category
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
        case when summed.bands = band_totals.bands then summed.dsr_95 end as dsr_95,
        case when summed.bands = band_totals.bands then summed.dsr_998 end as dsr_998,
        summed.isr_95,
        summed.isr_998,
        case when summed.method = 'isr_rate' then standard_rates.rate else 1.0 end * summed.multiplier as isr_unit,
        rate(
            case when summed.method = 'crude_rate' then summed.x end, summed.n, summed.multiplier, 0.95
        ) as rate_95,
        rate(
            case when summed.method = 'crude_rate' then summed.x end, summed.n, summed.multiplier, 0.998
        ) as rate_998,
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
    left join standard_rates
        on summed.indicator = standard_rates.indicator
        and summed.model = standard_rates.model
        and summed.period_type = standard_rates.period_type
        and summed.period = standard_rates.period
        and summed.sex = standard_rates.sex
),

final as (
    select
        model,
        indicator,
        period_type,
        period,
        area_type,
        area_code,
        sex,
        category_type,
        category,
        x as numerator,
        n as denominator,
        -- Each is null but for indicators of its method.
        coalesce(dsr_95['value'], isr_95['value'] * isr_unit, proportion_95['value'], rate_95['value']) as value,
        coalesce(dsr_95['lower'], isr_95['lower'] * isr_unit, proportion_95['lower'], rate_95['lower']) as lower,
        coalesce(dsr_95['upper'], isr_95['upper'] * isr_unit, proportion_95['upper'], rate_95['upper']) as upper,
        coalesce(dsr_998['lower'], isr_998['lower'] * isr_unit, proportion_998['lower'], rate_998['lower']) as lower_998,
        coalesce(dsr_998['upper'], isr_998['upper'] * isr_unit, proportion_998['upper'], rate_998['upper']) as upper_998
    from estimated
)

select * from final
