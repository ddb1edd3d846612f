/*
description: >
  Indicators by deprivation and by ethnic group, by area and financial year, indirectly standardised by age:
  what the group's rate would be if it differed from the whole record's at every age by the same factor.
  Indicators and what they count are those of reference.inequality_indicator; the rate of a part year is over
  the days that it covers, not a year.
grain: [indicator, financial_year, area_type, area_code, group_kind, group_name]
columns:
  indicator: Short name of the indicator
  financial_year: Such as 2025/26; for conditions that of the as-of date
  is_complete: Whether all days of the year are covered; true for conditions
  area_type: All, Region, ICB, Sub-ICB location, Place or Local authority
  area_code: Code of the area, or Not known
  area_name: Name of the area, or Not known
  group_kind: deprivation or ethnicity
  group_name: Deprivation quintile label, or ethnic group; Not known where it is
  events: Events, or people with the condition
  people: People, or years of registration, in whole ones
  expected: Events that the whole record's rates at each age would give
  rate: Indirectly standardised rate for each so many people of reference.inequality_indicator (1,000 or 100); null where none are expected
  lower: Lower 95% limit of the rate
  upper: Upper 95% limit of the rate
  ratio: Events over those expected
checks:
  - not_null: [indicator, financial_year, is_complete, area_type, area_code, area_name, group_kind, group_name, events, people]
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
        group_kind,
        group_name,
        age_band,
        events,
        person_days,
        days_covered
    from intermediate.inequality_cell
),

indicators as (
    select
        cast(indicator as varchar) as indicator,
        cast(measured as varchar) as measured,
        cast(per as double) as per
    from reference.inequality_indicator
),

years as (
    select
        financial_year,
        is_complete
    from intermediate.period_year
),

-- Everybody is in one group of each kind.
whole_record as (
    select
        indicator,
        financial_year,
        group_kind,
        age_band,
        sum(events) as events,
        sum(person_days) as person_days,
        max(days_covered) as days_covered
    from cells
    where area_type = 'All'
    group by indicator, financial_year, group_kind, age_band
),

crude_rates as (
    select
        whole_record.indicator,
        whole_record.financial_year,
        whole_record.group_kind,
        cast(sum(whole_record.events) as double) * max(whole_record.days_covered)
        / nullif(sum(whole_record.person_days), 0) * max(indicators.per) as crude_rate,
        bool_and(indicators.measured = 'day' or coalesce(years.is_complete, false)) as is_complete
    from indicators
    inner join whole_record
        on indicators.indicator = whole_record.indicator
    left join years
        on whole_record.financial_year = years.financial_year
    group by whole_record.indicator, whole_record.financial_year, whole_record.group_kind
),

standardised as (
    select
        cells.indicator,
        cells.financial_year,
        cells.area_type,
        cells.area_code,
        max(cells.area_name) as area_name,
        cells.group_kind,
        cells.group_name,
        sum(cells.events) as events,
        cast(sum(cells.person_days) as double) / max(whole_record.days_covered) as people,
        isr(cells.events, cells.person_days, whole_record.events, whole_record.person_days)
            filter (where whole_record.person_days > 0) as estimate
    from cells
    inner join whole_record
        on cells.indicator = whole_record.indicator
        and cells.financial_year = whole_record.financial_year
        and cells.group_kind = whole_record.group_kind
        and cells.age_band = whole_record.age_band
    group by
        cells.indicator,
        cells.financial_year,
        cells.area_type,
        cells.area_code,
        cells.group_kind,
        cells.group_name
),

final as (
    select
        standardised.indicator,
        standardised.financial_year,
        crude_rates.is_complete,
        standardised.area_type,
        standardised.area_code,
        standardised.area_name,
        standardised.group_kind,
        standardised.group_name,
        cast(standardised.events as bigint) as events,
        cast(round(standardised.people) as bigint) as people,
        standardised.estimate['expected'] as expected,
        standardised.estimate['value'] * crude_rates.crude_rate as rate,
        standardised.estimate['lower'] * crude_rates.crude_rate as lower,
        standardised.estimate['upper'] * crude_rates.crude_rate as upper,
        standardised.estimate['value'] as ratio
    from standardised
    inner join crude_rates
        on standardised.indicator = crude_rates.indicator
        and standardised.financial_year = crude_rates.financial_year
        and standardised.group_kind = crude_rates.group_kind
)

select * from final
