/*
description: >
  Cells of a projection of demand: events of the 365 days to the as-of date that share all that
  decides how their number changes.
grain: cell
columns:
  cell: Name of the cell, made of the other columns
  ltla_code: Lower tier local authority of residence, or Not known
  sex: "female, male or Not known"
  age_band: Five-year band, 0-4 to 90+, or Not known
  imd_quintile: Deprivation quintile label, or Not known
  point_of_delivery: As in core.spell, or Emergency department or Outpatient
  stay_band: "Midnights in hospital: 0, 1-2, 3-6, 7-20 or 21+"
  strategies: Strategies that apply, in order, between bars; none for none
  events: Events
  midnights: Their midnights in hospital
checks:
  - unique: cell
  - not_null: [cell, ltla_code, sex, age_band, imd_quintile, point_of_delivery, stay_band, strategies, events, midnights]
  - expect: events > 0 and midnights >= 0
topic: demand
*/
with events as (
    select
        ltla_code,
        sex,
        age_band,
        imd_quintile,
        point_of_delivery,
        stay_band,
        strategies,
        midnights
    from intermediate.demand_event
),

counted as (
    select
        ltla_code,
        sex,
        age_band,
        imd_quintile,
        point_of_delivery,
        stay_band,
        strategies,
        count(*) as events,
        sum(midnights) as midnights
    from events
    group by ltla_code, sex, age_band, imd_quintile, point_of_delivery, stay_band, strategies
),

final as (
    select
        ltla_code || '/' || sex || '/' || age_band || '/' || imd_quintile || '/'
            || point_of_delivery || '/' || stay_band || '/' || strategies as cell,
        ltla_code,
        sex,
        age_band,
        imd_quintile,
        point_of_delivery,
        stay_band,
        strategies,
        events,
        cast(midnights as bigint) as midnights
    from counted
)

select * from final
