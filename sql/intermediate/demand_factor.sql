/*
description: >
  What changes the demand of each cell in each projected year, one row a factor: the population by
  variant, health status, growth beyond the population, and the strategies that avoid or shorten
  care, which come in evenly over their years_to_full. A site without a population projection has no
  rows. A cell whose population the projection lacks has a factor without limits, which stops the
  projection.
grain: [cell, years, step, factor]
columns:
  cell: Cell, as in intermediate.demand_cell
  point_of_delivery: Its point of delivery
  events: Its events in the baseline year
  midnights: Their midnights in hospital
  years: Years from the base year
  year: Projected year
  step: Step of project_demand
  factor: What is drawn, the same for all cells
  lower: Lower 80 % limit of the ratio, growth or fraction
  upper: Upper 80 % limit
  probability: Probability of a variant; 1 for what always applies
checks:
  - unique: [cell, years, step, factor]
  - not_null: [cell, events, years, step, factor, probability]
topic: demand
*/
with cells as (
    select
        cell,
        ltla_code,
        sex,
        age_band,
        point_of_delivery,
        strategies,
        events,
        midnights
    from intermediate.demand_cell
),

ratios as (
    select
        variant,
        probability,
        year,
        years,
        ltla_code,
        sex,
        age_band,
        ratio
    from intermediate.population_ratio
),

areas as (
    select distinct ltla_code
    from ratios
),

variant_years as (
    select distinct
        variant,
        probability,
        year,
        years
    from ratios
),

projected_years as (
    select distinct
        year,
        years
    from variant_years
),

age_bands as (
    select
        cast(age_band as varchar) as age_band,
        cast(lower_age as int) as lower_age
    from reference.age_band
),

growths as (
    select
        cast(point_of_delivery as varchar) as point_of_delivery,
        cast(lower as double) as lower,
        cast(upper as double) as upper
    from reference.demand_growth
),

mitigators as (
    select
        cast(strategy as varchar) as strategy,
        cast(step as varchar) as step,
        cast(point_of_delivery as varchar) as point_of_delivery,
        cast(lower as double) as lower,
        cast(upper as double) as upper,
        cast(years_to_full as double) as years_to_full
    from reference.demand_mitigator
),

health_statuses as (
    select
        cast(year as int) as year,
        cast(sex as varchar) as sex,
        cast(lower_age as int) as lower_age,
        cast(upper_age as int) as upper_age,
        cast(lower as double) as lower,
        cast(upper as double) as upper
    from reference.demand_health_status
),

-- People from outside the projection change as the whole area does.
placed as (
    select
        cells.*,
        coalesce(areas.ltla_code, 'Not known') as projected_area
    from cells
    left join areas
        on cells.ltla_code = areas.ltla_code
),

demographic as (
    select
        placed.cell,
        variant_years.year,
        'demographic' as step,
        'population: ' || variant_years.variant as factor,
        ratios.ratio as lower,
        ratios.ratio as upper,
        variant_years.probability
    -- The few years come first: a cross join goes through its second table in batches.
    from variant_years
    cross join placed
    left join ratios
        on variant_years.variant = ratios.variant
        and variant_years.year = ratios.year
        and placed.projected_area = ratios.ltla_code
        and placed.sex = ratios.sex
        and placed.age_band = ratios.age_band
),

health_status as (
    select
        cells.cell,
        health_statuses.year,
        'health status' as step,
        'health status: ' || health_statuses.sex as factor,
        health_statuses.lower,
        health_statuses.upper,
        1.0 as probability
    from cells
    inner join age_bands
        on cells.age_band = age_bands.age_band
    inner join health_statuses
        on cells.sex = health_statuses.sex
        and age_bands.lower_age between health_statuses.lower_age and health_statuses.upper_age
),

non_demographic as (
    select
        cells.cell,
        projected_years.year,
        'non-demographic' as step,
        'growth: ' || cells.point_of_delivery as factor,
        growths.lower,
        growths.upper,
        1.0 as probability
    from projected_years
    cross join growths
    inner join cells
        on growths.point_of_delivery = cells.point_of_delivery
),

mitigation as (
    select
        cells.cell,
        projected_years.year,
        mitigators.step,
        'strategy: ' || mitigators.strategy as factor,
        mitigators.lower * least(1.0, projected_years.years / mitigators.years_to_full) as lower,
        mitigators.upper * least(1.0, projected_years.years / mitigators.years_to_full) as upper,
        1.0 as probability
    from projected_years
    cross join mitigators
    inner join cells
        on mitigators.point_of_delivery = cells.point_of_delivery
    where strpos(cells.strategies, '|' || mitigators.strategy || '|') > 0
),

factors as (
    select * from demographic
    union all
    select * from health_status
    union all
    select * from non_demographic
    union all
    select * from mitigation
),

final as (
    select
        cells.cell,
        cells.point_of_delivery,
        cells.events,
        cells.midnights,
        projected_years.years,
        projected_years.year,
        factors.step,
        factors.factor,
        factors.lower,
        factors.upper,
        factors.probability
    from cells
    inner join factors
        on cells.cell = factors.cell
    inner join projected_years
        on factors.year = projected_years.year
)

select * from final
