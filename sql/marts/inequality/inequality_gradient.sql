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
  area_type: All, ICB, Place or Local authority
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
        rii(quintiles.quintile, quintiles.people, quintiles.rate, 'none', -1.0) as relative_index
    from summed
    inner join quintiles
        on summed.indicator = quintiles.indicator
        and summed.financial_year = quintiles.financial_year
        and summed.area_type = quintiles.area_type
        and summed.area_code = quintiles.area_code
    where summed.usable_quintiles = 5
    group by quintiles.indicator, quintiles.financial_year, quintiles.area_type, quintiles.area_code
),

final as (
    select
        summed.indicator,
        summed.financial_year,
        summed.is_complete,
        summed.area_type,
        summed.area_code,
        summed.area_name,
        summed.events,
        summed.people,
        summed.rate_1,
        summed.rate_2,
        summed.rate_3,
        summed.rate_4,
        summed.rate_5,
        indices.slope_index['value'] as slope_index,
        indices.slope_index['lower'] as slope_index_lower,
        indices.slope_index['upper'] as slope_index_upper,
        case when indices.relative_index['value'] > 0 then indices.relative_index['value'] end as relative_index,
        indices.relative_index['lower'] as relative_index_lower,
        indices.relative_index['upper'] as relative_index_upper
    from summed
    left join indices
        on summed.indicator = indices.indicator
        and summed.financial_year = indices.financial_year
        and summed.area_type = indices.area_type
        and summed.area_code = indices.area_code
)

select * from final
