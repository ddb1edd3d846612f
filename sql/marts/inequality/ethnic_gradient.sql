/*
description: >
  Indicators by ethnic group, by area and financial year, indirectly standardised by age over the whole
  record, and each group's rate over that of the White group of the same area. Indicators and what they count
  are those of reference.inequality_indicator; the rate of a part year is over the days that it covers. Groups that nobody of an area belongs to have no row;
  people whose ethnic group is not known have one.
grain: [indicator, financial_year, area_type, area_code, ethnic_group]
columns:
  indicator: Short name of the indicator
  financial_year: Such as 2025/26; for conditions that of the as-of date
  is_complete: Whether all days of the year are covered; true for conditions
  area_type: All, Region, ICB, Sub-ICB location, Place or Local authority
  area_code: Code of the area, or Not known
  area_name: Name of the area, or Not known
  ethnic_group: One of five groups, or Not known
  events: Events, or people with the condition
  people: People, or years of registration, in whole ones
  expected: Events that the whole record's rates at each age would give
  rate: Indirectly standardised rate for each so many people of reference.inequality_indicator (1,000 or 100); null where none are expected
  lower: Lower 95% limit of the rate
  upper: Upper 95% limit of the rate
  ratio_to_white: The rate over that of the White group; null where that is 0 or not known
checks:
  - not_null: [indicator, financial_year, is_complete, area_type, area_code, area_name, ethnic_group, events, people]
  - expect: rate between lower and upper
topic: inequality
*/
with rates as (
    select
        *,
        max(case when group_name = 'White' then ratio end) over (
            partition by indicator, financial_year, area_type, area_code
        ) as white_ratio
    from intermediate.inequality_rate
    where group_kind = 'ethnicity'
),

final as (
    select
        indicator,
        financial_year,
        is_complete,
        area_type,
        area_code,
        area_name,
        group_name as ethnic_group,
        events,
        people,
        expected,
        rate,
        lower,
        upper,
        ratio / nullif(white_ratio, 0.0) as ratio_to_white
    from rates
)

select * from final
