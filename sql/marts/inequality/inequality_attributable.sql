/*
description: >
  The share of hospital events that would not be there if every deprivation quintile had the rates of the least
  deprived one, by place of residence and financial year: the population attributable fraction of deprivation
  (attributable_fraction). A quintile weighs with the events that its people would have at the rates of the least
  deprived quintile of the whole area, by sex and age group, and its relative risk is the ratio of its events to
  these (marts.inequality_scenario), so that ages explain no difference beyond these groups. People whose deprivation is
  not known are left out. The fraction is null where a quintile cannot be compared, or where none of the events are expected.
  It says what the difference amounts to, and not what would end it.
grain: [measure, area_name, financial_year]
columns:
  measure: "Emergency admissions, Planned admissions or Emergency department attendances"
  area_name: Place of residence, Not known, or All
  financial_year: "Such as 2025/26, or 2025/26 (part: 91 of 365 days)"
  quintiles: Deprivation quintiles with people
  events: Events of people of a known quintile
  expected: Events at the rates of the least deprived quintile
  attributable_fraction: Share of the events that is due to the difference, up to 1; below 0 where there would be more
  attributable: Events that are due to it
checks:
  - not_null: [measure, area_name, financial_year, quintiles, events]
  - expect: quintiles between 1 and 5
  - expect: attributable_fraction <= 1
topic: inequality
*/
with scenario as (
    select
        measure,
        area_name,
        financial_year,
        events,
        expected
    from marts.inequality_scenario
    where imd_quintile <> 'Not known'
),

totals as (
    select
        measure,
        area_name,
        financial_year,
        count(*) as quintiles,
        cast(sum(events) as bigint) as events,
        case
            when count(expected) = count(*)
                and min(case when expected > 0 or events = 0 then 1 else 0 end) = 1 then sum(expected)
        end as expected
    from scenario
    group by measure, area_name, financial_year
),

weighted as (
    select
        scenario.measure,
        scenario.area_name,
        scenario.financial_year,
        attributable_fraction(
            scenario.expected / totals.expected, scenario.events / scenario.expected
        ) as attributable_fraction
    from totals
    inner join scenario
        on totals.measure = scenario.measure
        and totals.area_name = scenario.area_name
        and totals.financial_year = scenario.financial_year
    where totals.expected > 0
        and scenario.expected > 0
    group by scenario.measure, scenario.area_name, scenario.financial_year
),

final as (
    select
        totals.measure,
        totals.area_name,
        totals.financial_year,
        totals.quintiles,
        totals.events,
        totals.expected,
        weighted.attributable_fraction,
        weighted.attributable_fraction * totals.events as attributable
    from totals
    left join weighted
        on totals.measure = weighted.measure
        and totals.area_name = weighted.area_name
        and totals.financial_year = weighted.financial_year
)

select * from final
