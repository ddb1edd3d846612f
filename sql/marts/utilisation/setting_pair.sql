/*
description: >
  People who were seen in both of two settings in a financial year, by area: attended contacts of core.contact. A
  setting paired with itself has the people seen in it. Every area, pair and year of the period has a row, zero included.

  Areas are those of the as-of date; people without a Patient record are not here. In a year that is not complete
  fewer people have been seen in both.
grain: [area_type, area_code, setting, other_setting, financial_year]
columns:
  area_type: All, Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN or Practice
  area_type_order: Order of the types
  area_code: Code of the area, or Not known
  area_name: Name of the area
  setting: Setting of care
  setting_order: Order of the setting
  other_setting: The other setting, or the same
  other_setting_order: Order of the other setting
  financial_year: Such as 2025/26
  is_complete: Whether all days of the year are covered
  people: Different people seen in both
  setting_people: Different people seen in the setting
  percent: People as a percentage of those seen in the setting; null without any
checks:
  - unique: [area_type, area_code, setting, other_setting, financial_year]
  - not_null: [area_type, area_code, area_name, setting, other_setting, financial_year, is_complete, people, setting_people]
  - expect: people between 0 and setting_people
  - expect: setting <> other_setting or people = setting_people
  - expect: setting_people > 0 or percent is null
  - one_of: {setting: reference.setting.setting}
topic: utilisation
*/
with contacts as (
    select
        person_key,
        setting,
        cast(date_trunc('month', started_date) as date) as month
    from core.contact
    where attended
        and started_date >= $period_start
        and started_date <= least($period_end, $as_of)
),

months as (
    select
        month,
        financial_year
    from intermediate.period_month
),

years as (
    select
        financial_year,
        is_complete
    from intermediate.period_year
),

settings as (
    select
        setting,
        cast(setting_order as int) as setting_order,
        cast(power(2, cast(setting_order as int)) as bigint) as bit
    from reference.setting
),

person_areas as (
    select
        person_key,
        area_type,
        area_code
    from intermediate.person_area
),

area_names as (
    select
        area_type,
        area_code,
        area_name
    from intermediate.area_name
),

area_types as (
    select
        area_type,
        cast(area_type_order as int) as area_type_order
    from reference.area_type
),

-- The settings of a person are a number with one bit for each: a text for each person would not fit
-- into memory.
person_sets as (
    select
        contacts.person_key,
        months.financial_year,
        bit_or(settings.bit) as bits
    from settings
    inner join contacts
        on settings.setting = contacts.setting
    inner join months
        on contacts.month = months.month
    group by contacts.person_key, months.financial_year
),

area_sets as (
    select
        person_areas.area_type,
        person_areas.area_code,
        person_sets.financial_year,
        person_sets.bits,
        count(*) as people
    from person_areas
    inner join person_sets
        on person_areas.person_key = person_sets.person_key
    group by person_areas.area_type, person_areas.area_code, person_sets.financial_year, person_sets.bits
),

others as (
    select
        setting as other_setting,
        setting_order as other_setting_order,
        bit as other_bit
    from settings
),

counts as (
    select
        area_sets.area_type,
        area_sets.area_code,
        area_sets.financial_year,
        settings.setting,
        others.other_setting,
        cast(sum(area_sets.people) as bigint) as people
    from settings
    cross join others
    cross join area_sets
    where (area_sets.bits & settings.bit) > 0
        and (area_sets.bits & others.other_bit) > 0
    group by
        area_sets.area_type,
        area_sets.area_code,
        area_sets.financial_year,
        settings.setting,
        others.other_setting
),

areas as (
    select
        area_type,
        area_code
    from person_areas
    group by area_type, area_code
),

framed as (
    select
        areas.area_type,
        areas.area_code,
        settings.setting,
        settings.setting_order,
        others.other_setting,
        others.other_setting_order,
        years.financial_year,
        years.is_complete,
        coalesce(counts.people, 0) as people
    from areas
    cross join settings
    cross join others
    cross join years
    left join counts
        on areas.area_type = counts.area_type
        and areas.area_code = counts.area_code
        and settings.setting = counts.setting
        and others.other_setting = counts.other_setting
        and years.financial_year = counts.financial_year
),

-- A setting paired with itself has everybody who was seen in it.
totalled as (
    select
        *,
        max(case when setting = other_setting then people end) over (
            partition by area_type, area_code, setting, financial_year
        ) as setting_people
    from framed
),

final as (
    select
        totalled.area_type,
        area_types.area_type_order,
        totalled.area_code,
        coalesce(area_names.area_name, totalled.area_code) as area_name,
        totalled.setting,
        totalled.setting_order,
        totalled.other_setting,
        totalled.other_setting_order,
        totalled.financial_year,
        totalled.is_complete,
        totalled.people,
        totalled.setting_people,
        100.0 * totalled.people / nullif(totalled.setting_people, 0) as percent
    from totalled
    inner join area_types
        on totalled.area_type = area_types.area_type
    left join area_names
        on totalled.area_type = area_names.area_type
        and totalled.area_code = area_names.area_code
)

select * from final
