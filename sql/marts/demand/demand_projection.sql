/*
description: >
  Projected demand for hospital care by point of delivery and year: what happened in the 365 days to
  the as-of date, changed step by step by the population projection, health status, growth beyond
  the population, and strategies that avoid or shorten care (see project_demand, after the model of the
  New Hospital Programme). The figures are of 256 runs that draw what is uncertain, always the same ones; between p10
  and p90 lie 80 % of them. A projection says what follows from its assumptions, and is no forecast:
  growth and strategies are 0 until the site sets reference.demand_growth and
  reference.demand_mitigator, and without a population projection there are no rows.

  Figures are not proved to give nobody away, so that no report may show them.
grain: [measure, point_of_delivery, year]
columns:
  measure: Events, or Midnights (bed days) of hospital spells
  point_of_delivery: "As in core.spell, or Emergency department or Outpatient; All for midnights of all"
  year: Projected year
  years: Years from the base year
  cells: Cells that were projected
  baseline: The 365 days to the as-of date
  principal: Expected value with each factor in the middle of its interval
  mean: Mean of the runs
  median: Median of the runs
  p10: 10th percentile of the runs
  p90: 90th percentile of the runs
  demographic: What the population adds to the baseline
  demographic_p10: 10th percentile of the same
  demographic_p90: 90th percentile of the same
  health_status: What the health of older people adds
  health_status_p10: 10th percentile of the same
  health_status_p90: 90th percentile of the same
  non_demographic: What growth beyond the population adds
  non_demographic_p10: 10th percentile of the same
  non_demographic_p90: 90th percentile of the same
  avoidance: What strategies of avoidance add, 0 or less
  avoidance_p10: 10th percentile of the same
  avoidance_p90: 90th percentile of the same
  efficiency: What shorter stays add, 0 or less
  efficiency_p10: 10th percentile of the same
  efficiency_p90: 90th percentile of the same
checks:
  - unique: [measure, point_of_delivery, year]
  - not_null: [measure, point_of_delivery, year, baseline, principal, mean, median, p10, p90]
  - expect: p10 <= median and median <= p90
  - expect: >
      abs(baseline + demographic + health_status + non_demographic + avoidance + efficiency - principal)
      <= 0.000001 * greatest(principal, 1)
topic: demand
*/
with factors as (
    select
        cell,
        point_of_delivery,
        events,
        midnights,
        years,
        year,
        step,
        factor,
        lower,
        upper,
        probability
    from intermediate.demand_factor
),

projected_years as (
    select distinct
        years,
        year
    from factors
),

-- Only a stay has a length that can be saved.
event_projections as (
    select
        'Events' as measure,
        point_of_delivery,
        project_demand(cell, events, years, step, factor, lower, upper, probability, 1, 256, 1) as projection
    from factors
    where step <> 'efficiency'
    group by point_of_delivery
),

stays as (
    select
        cell,
        unnest([point_of_delivery, 'All']) as point_of_delivery,
        events,
        cast(midnights as double) / events as midnights_each,
        years,
        step,
        factor,
        lower,
        upper,
        probability
    from factors
    where midnights > 0
),

midnight_projections as (
    select
        'Midnights' as measure,
        point_of_delivery,
        project_demand(
            cell, events, years, step, factor, lower, upper, probability, midnights_each, 256, 1
        ) as projection
    from stays
    group by point_of_delivery
),

projections as (
    select * from event_projections
    union all
    select * from midnight_projections
),

listed as (
    select
        measure,
        point_of_delivery,
        unnest(projection) as projected
    from projections
),

final as (
    select
        listed.measure,
        listed.point_of_delivery,
        projected_years.year,
        projected_years.years,
        listed.projected['cells'] as cells,
        listed.projected['baseline'] as baseline,
        listed.projected['principal'] as principal,
        listed.projected['mean'] as mean,
        listed.projected['median'] as median,
        listed.projected['p10'] as p10,
        listed.projected['p90'] as p90,
        listed.projected['demographic'] as demographic,
        listed.projected['demographic_p10'] as demographic_p10,
        listed.projected['demographic_p90'] as demographic_p90,
        listed.projected['health_status'] as health_status,
        listed.projected['health_status_p10'] as health_status_p10,
        listed.projected['health_status_p90'] as health_status_p90,
        listed.projected['non_demographic'] as non_demographic,
        listed.projected['non_demographic_p10'] as non_demographic_p10,
        listed.projected['non_demographic_p90'] as non_demographic_p90,
        listed.projected['avoidance'] as avoidance,
        listed.projected['avoidance_p10'] as avoidance_p10,
        listed.projected['avoidance_p90'] as avoidance_p90,
        listed.projected['efficiency'] as efficiency,
        listed.projected['efficiency_p10'] as efficiency_p10,
        listed.projected['efficiency_p90'] as efficiency_p90
    from listed
    inner join projected_years
        on listed.projected['years'] = projected_years.years
)

select * from final
