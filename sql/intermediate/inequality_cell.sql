/*
description: >
  Events and people of the indicators of inequality by area, age band, and deprivation or ethnic
  group: what marts.inequality_quintile and marts.ethnic_gradient standardise. Places, groups and ages
  are those of core.person (the age at the as-of date, or at death). Indicators of a year have the days that
  people were registered, and those of a day count each active person as one day; divided by days_covered
  both are people. They are kept as whole days, which add up to the same in any order. Areas are not smaller
  than a place.
grain: [indicator, financial_year, area_type, area_code, group_kind, group_name, age_band]
columns:
  indicator: Short name of the indicator
  financial_year: Such as 2025/26
  area_type: All, Region, ICB, Sub-ICB location, Place or Local authority
  area_code: Code of the area, or Not known
  area_name: Name of the area, or Not known
  group_kind: deprivation or ethnicity
  group_name: Deprivation quintile label, or ethnic group; Not known where it is
  age_band: Five-year band, 0-4 to 90+, or Not known
  events: Events, or people with the condition
  person_days: Days of registration, or active people
  days_covered: Days that make one person, those of the year that the period covers; 1 for an indicator of a day
checks:
  - unique: [indicator, financial_year, area_type, area_code, group_kind, group_name, age_band]
  - not_null: [indicator, financial_year, area_type, area_code, area_name, group_kind, group_name, age_band, events, person_days, days_covered]
  - expect: events >= 0 and person_days >= 0 and days_covered > 0
topic: inequality
*/
with indicators as (
    select
        cast(indicator as varchar) as indicator,
        cast(measured as varchar) as measured
    from reference.inequality_indicator
),

person_groups as (
    select person_key, age_band, 'deprivation' as group_kind, imd_quintile as group_name
    from core.person
    union all
    select person_key, age_band, 'ethnicity' as group_kind, ethnic_group as group_name
    from core.person
),

person_areas as (
    select
        person_key,
        area_type,
        area_code,
        area_name
    from intermediate.person_area
    where area_type in ('All', 'Region', 'ICB', 'Sub-ICB location', 'Place', 'Local authority')
),

years as (
    select
        financial_year,
        days_covered,
        days_to_come
    from intermediate.period_year
),

as_of_year as (
    select cast(financial_year as varchar) as financial_year
    from reference.month
    where cast(month_start as date) <= $as_of
        and cast(month_end as date) >= $as_of
),

-- The days that a period has so far are of nobody: they come in when people are added up.
periods as (
    select
        'year' as measured,
        financial_year,
        days_covered,
        days_to_come
    from years
    union all
    select
        'day' as measured,
        financial_year,
        1 as days_covered,
        0 as days_to_come
    from as_of_year
),

people_days as (
    select
        person_key,
        'year' as measured,
        financial_year,
        cast(sum(days_to_end) as bigint) as days_to_end,
        count(*) filter (where is_open) as open_rows
    from core.person_month
    group by person_key, financial_year
    union all
    select
        people.person_key,
        'day' as measured,
        as_of_year.financial_year,
        1 as days_to_end,
        0 as open_rows
    from core.person as people
    cross join as_of_year
    where people.is_active
),

populations as (
    select
        people_days.measured,
        people_days.financial_year,
        person_areas.area_type,
        person_areas.area_code,
        max(person_areas.area_name) as area_name,
        person_groups.group_kind,
        person_groups.group_name,
        person_groups.age_band,
        sum(people_days.days_to_end) as days_to_end,
        sum(people_days.open_rows) as open_rows
    from people_days
    inner join person_groups
        on people_days.person_key = person_groups.person_key
    inner join person_areas
        on people_days.person_key = person_areas.person_key
    group by
        people_days.measured,
        people_days.financial_year,
        person_areas.area_type,
        person_areas.area_code,
        person_groups.group_kind,
        person_groups.group_name,
        person_groups.age_band
),

event_cells as (
    select
        events.indicator,
        events.financial_year,
        person_areas.area_type,
        person_areas.area_code,
        max(person_areas.area_name) as area_name,
        person_groups.group_kind,
        person_groups.group_name,
        person_groups.age_band,
        cast(sum(events.events) as bigint) as events
    from intermediate.inequality_event as events
    inner join person_groups
        on events.person_key = person_groups.person_key
    inner join person_areas
        on events.person_key = person_areas.person_key
    group by
        events.indicator,
        events.financial_year,
        person_areas.area_type,
        person_areas.area_code,
        person_groups.group_kind,
        person_groups.group_name,
        person_groups.age_band
),

rows_of_both as (
    select
        indicators.indicator,
        populations.financial_year,
        populations.area_type,
        populations.area_code,
        populations.area_name,
        populations.group_kind,
        populations.group_name,
        populations.age_band,
        0 as events,
        populations.days_to_end - populations.open_rows * periods.days_to_come as person_days,
        periods.days_covered
    from indicators
    inner join populations
        on indicators.measured = populations.measured
    inner join periods
        on populations.measured = periods.measured
        and populations.financial_year = periods.financial_year
    union all
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
        0 as person_days,
        null as days_covered
    from event_cells
),

final as (
    select
        indicator,
        financial_year,
        area_type,
        area_code,
        max(area_name) as area_name,
        group_kind,
        group_name,
        age_band,
        cast(sum(events) as bigint) as events,
        cast(sum(person_days) as bigint) as person_days,
        -- Events without anybody registered, should there be any, are over nobody.
        coalesce(max(days_covered), 1) as days_covered
    from rows_of_both
    group by indicator, financial_year, area_type, area_code, group_kind, group_name, age_band
)

select * from final
