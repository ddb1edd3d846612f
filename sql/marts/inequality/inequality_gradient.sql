/*
description: >
  Slope and relative index of inequality of each indicator over the fifths of deprivation
  (marts.inequality_quintile), by area and financial year. Above 0, or above 1, there is more of it at
  the most deprived end. An area in which nobody lives in one of the five fifths, or in which nothing
  is expected of one, has neither.
grain: [indicator, financial_year, area_type, area_code]
columns:
  indicator: Short name of the indicator
  financial_year: Such as 2025/26; for conditions that of the as-of date
  is_complete: Whether all days of the year are covered; true for conditions
  area_type: All, Region, ICB, Sub-ICB location, Place or Local authority
  area_code: Code of the area, or Not known
  area_name: Name of the area, or Not known
  events: Events in the fifths, or people with the condition
  people: People in the fifths, or years of registration
  rate_1: Standardised rate of the most deprived fifth
  rate_2: That of the second
  rate_3: That of the third
  rate_4: That of the fourth
  rate_5: That of the least deprived fifth
  slope_index: Slope index of inequality, in the unit of the rate
  slope_index_lower: Its lower 95% limit
  slope_index_upper: Its upper 95% limit
  relative_index: Relative index of inequality, the most deprived end over the least; null where the line does not stay above 0
  relative_index_lower: Its lower 95% limit
  relative_index_upper: Its upper 95% limit
  ratio: Rate of the most deprived fifth over that of the least deprived; null where either is 0
  ratio_lower: Its lower 95% limit, as of independent counts of events
  ratio_upper: Its upper 95% limit
  concentration_index: "Concentration index over the fifths: below 0 more of it is at the most deprived end, 0 is even"
  concentration_index_lower: Its lower 95% limit; null where a fifth has no events
  concentration_index_upper: Its upper 95% limit
checks:
  - not_null: [indicator, financial_year, is_complete, area_type, area_code, area_name, events, people]
  - expect: slope_index between slope_index_lower and slope_index_upper
topic: inequality
*/
with quintiles as (
    select
        indicator,
        financial_year,
        is_complete,
        area_type,
        area_code,
        area_name,
        quintile,
        events,
        people,
        rate
    from marts.inequality_quintile
    where quintile is not null
),

summed as (
    select
        indicator,
        financial_year,
        bool_and(is_complete) as is_complete,
        area_type,
        area_code,
        max(area_name) as area_name,
        sum(events) as events,
        sum(people) as people,
        max(case when quintile = 1 then rate end) as rate_1,
        max(case when quintile = 2 then rate end) as rate_2,
        max(case when quintile = 3 then rate end) as rate_3,
        max(case when quintile = 4 then rate end) as rate_4,
        max(case when quintile = 5 then rate end) as rate_5,
        max(case when quintile = 1 then events end) as events_1,
        max(case when quintile = 5 then events end) as events_5,
        count(rate) filter (where people > 0) as usable_quintiles
    from quintiles
    group by indicator, financial_year, area_type, area_code
),

indices as (
    select
        quintiles.indicator,
        quintiles.financial_year,
        quintiles.area_type,
        quintiles.area_code,
        sii(quintiles.quintile, quintiles.people, quintiles.rate, 'none', -1.0) as slope_index,
        rii(quintiles.quintile, quintiles.people, quintiles.rate, 'none', -1.0) as relative_index,
        concentration_index(
            quintiles.quintile,
            quintiles.people,
            quintiles.rate,
            quintiles.rate * quintiles.rate / nullif(quintiles.events, 0)
        ) as concentration
    from summed
    inner join quintiles
        on summed.indicator = quintiles.indicator
        and summed.financial_year = quintiles.financial_year
        and summed.area_type = quintiles.area_type
        and summed.area_code = quintiles.area_code
    where summed.usable_quintiles = 5
    group by quintiles.indicator, quintiles.financial_year, quintiles.area_type, quintiles.area_code
),

compared as (
    select
        *,
        rate_ratio(rate_1, rate_1 * rate_1 / nullif(events_1, 0), rate_5, rate_5 * rate_5 / nullif(events_5, 0)) as times
    from summed
),

final as (
    select
        compared.indicator,
        compared.financial_year,
        compared.is_complete,
        compared.area_type,
        compared.area_code,
        compared.area_name,
        compared.events,
        compared.people,
        compared.rate_1,
        compared.rate_2,
        compared.rate_3,
        compared.rate_4,
        compared.rate_5,
        indices.slope_index['value'] as slope_index,
        indices.slope_index['lower'] as slope_index_lower,
        indices.slope_index['upper'] as slope_index_upper,
        case when indices.relative_index['value'] > 0 then indices.relative_index['value'] end as relative_index,
        indices.relative_index['lower'] as relative_index_lower,
        indices.relative_index['upper'] as relative_index_upper,
        compared.times['value'] as ratio,
        compared.times['lower'] as ratio_lower,
        compared.times['upper'] as ratio_upper,
        indices.concentration['value'] as concentration_index,
        indices.concentration['lower'] as concentration_index_lower,
        indices.concentration['upper'] as concentration_index_upper
    from compared
    left join indices
        on compared.indicator = indices.indicator
        and compared.financial_year = indices.financial_year
        and compared.area_type = indices.area_type
        and compared.area_code = indices.area_code
)

select * from final
