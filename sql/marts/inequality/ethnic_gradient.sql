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
  area_type: All, ICB, Place or Local authority
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
  - unique: [indicator, financial_year, area_type, area_code, ethnic_group]
  - not_null: [indicator, financial_year, area_type, area_code, area_name, ethnic_group, events, people]
  - expect: rate between lower and upper
topic: inequality
*/
with cells as (
    select
        indicator,
        financial_year,
        area_type,
        area_code,
        area_name,
        group_name,
        age_band,
        events,
        people
    from intermediate.inequality_cell
    where group_kind = 'ethnicity'
),

indicators as (
    select
        cast(indicator as varchar) as indicator,
        cast(per as double) as per
    from reference.inequality_indicator
),

whole_record as (
    select
        indicator,
        financial_year,
        age_band,
        sum(events) as events,
        sum(people) as people
    from cells
    where area_type = 'All'
    group by indicator, financial_year, age_band
),

crude_rates as (
    select
        whole_record.indicator,
        whole_record.financial_year,
        cast(sum(whole_record.events) as double) / nullif(sum(whole_record.people), 0.0) * max(indicators.per)
            as crude_rate
    from indicators
    inner join whole_record
        on indicators.indicator = whole_record.indicator
    group by whole_record.indicator, whole_record.financial_year
),

standardised as (
    select
        cells.indicator,
        cells.financial_year,
        cells.area_type,
        cells.area_code,
        max(cells.area_name) as area_name,
        cells.group_name,
        sum(cells.events) as events,
        sum(cells.people) as people,
        max(crude_rates.crude_rate) as crude_rate,
        isr(cells.events, cells.people, whole_record.events, whole_record.people)
            filter (where whole_record.people > 0) as estimate
    from cells
    inner join whole_record
        on cells.indicator = whole_record.indicator
        and cells.financial_year = whole_record.financial_year
        and cells.age_band = whole_record.age_band
    inner join crude_rates
        on cells.indicator = crude_rates.indicator
        and cells.financial_year = crude_rates.financial_year
    group by cells.indicator, cells.financial_year, cells.area_type, cells.area_code, cells.group_name
),

compared as (
    select
        *,
        max(case when group_name = 'White' then estimate['value'] end) over (
            partition by indicator, financial_year, area_type, area_code
        ) as white_rate
    from standardised
),

final as (
    select
        indicator,
        financial_year,
        area_type,
        area_code,
        area_name,
        group_name as ethnic_group,
        cast(events as bigint) as events,
        cast(round(people) as bigint) as people,
        estimate['expected'] as expected,
        estimate['value'] * crude_rate as rate,
        estimate['lower'] * crude_rate as lower,
        estimate['upper'] * crude_rate as upper,
        estimate['value'] / nullif(white_rate, 0.0) as ratio_to_white
    from compared
)

select * from final
