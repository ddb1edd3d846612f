/*
description: >
  Indicators by fifth of deprivation (Index of Multiple Deprivation of the LSOA of residence), by area
  and financial year, indirectly standardised by age: what the fifth's rate would be if it differed
  from the whole record's at every age by the same factor. Indicators and what they count are those of
  reference.inequality_indicator; the rate of a part year is over the days that it covers, not a year. Fifths that nobody of an area lives in have no row; people whose
  deprivation is not known have one.
grain: [indicator, financial_year, area_type, area_code, imd_quintile]
columns:
  indicator: Short name of the indicator
  financial_year: Such as 2025/26; for conditions that of the as-of date
  is_complete: Whether all days of the year are covered; true for conditions
  area_type: All, Region, ICB, Sub-ICB location, Place or Local authority
  area_code: Code of the area, or Not known
  area_name: Name of the area, or Not known
  imd_quintile: Deprivation quintile label, or Not known
  quintile: 1 the most deprived to 5; null where not known
  events: Events, or people with the condition
  people: People, or years of registration, in whole ones
  expected: Events that the whole record's rates at each age would give
  rate: Indirectly standardised rate for each so many people of reference.inequality_indicator (1,000 or 100); null where none are expected
  lower: Lower 95% limit of the rate
  upper: Upper 95% limit of the rate
checks:
  - not_null: [indicator, financial_year, is_complete, area_type, area_code, area_name, imd_quintile, events, people]
  - expect: quintile between 1 and 5
  - expect: rate between lower and upper
topic: inequality
*/
with final as (
    select
        indicator,
        financial_year,
        is_complete,
        area_type,
        area_code,
        area_name,
        group_name as imd_quintile,
        case when group_name <> 'Not known' then cast(substring(group_name, 1, 1) as int) end as quintile,
        events,
        people,
        expected,
        rate,
        lower,
        upper
    from intermediate.inequality_rate
    where group_kind = 'deprivation'
)

select * from final
