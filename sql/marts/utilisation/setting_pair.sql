/*
description: >
  People who were seen in both of two settings in a financial year, by area: attended contacts of core.contact. A
  setting paired with itself has the people seen in it. Every area, pair and year of the period has a row, zero included.

  Areas are those of the as-of date; people without a Patient record are not here. In a year that is not complete
  fewer people have been seen in both.
grain: [area_type, area_code, setting, other_setting, financial_year]
columns:
  area_type: All, ICB, Place, Local authority, PCN or Practice
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
        cast(setting_order as int) as setting_order
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

person_settings as (
    select
        contacts.person_key,
        months.financial_year,
        contacts.setting
    from contacts
    inner join months
        on contacts.month = months.month
    group by contacts.person_key, months.financial_year, contacts.setting
),

pairs as (
    select
        person_settings.person_key,
        person_settings.financial_year,
        person_settings.setting,
        others.setting as other_setting
    from person_settings
    inner join person_settings as others
        on person_settings.person_key = others.person_key
        and person_settings.financial_year = others.financial_year
),

placed as (
    select
        person_areas.area_type,
        person_areas.area_code,
        pairs.financial_year,
        pairs.setting,
        pairs.other_setting
    from pairs
    inner join person_areas
        on pairs.person_key = person_areas.person_key
),

counts as (
    select
        area_type,
        area_code,
        financial_year,
        setting,
        other_setting,
        count(*) as people
    from placed
    group by area_type, area_code, financial_year, setting, other_setting
),

totals as (
    select
        area_type,
        area_code,
        financial_year,
        setting,
        people
    from counts
    where setting = other_setting
),

areas as (
    select
        area_type,
        area_code
    from person_areas
    group by area_type, area_code
),

final as (
    select
        areas.area_type,
        area_types.area_type_order,
        areas.area_code,
        coalesce(area_names.area_name, areas.area_code) as area_name,
        settings.setting,
        settings.setting_order,
        others.setting as other_setting,
        others.setting_order as other_setting_order,
        years.financial_year,
        years.is_complete,
        coalesce(counts.people, 0) as people,
        coalesce(totals.people, 0) as setting_people,
        100.0 * coalesce(counts.people, 0) / nullif(totals.people, 0) as percent
    from areas
    inner join area_types
        on areas.area_type = area_types.area_type
    cross join settings
    cross join settings as others
    cross join years
    left join area_names
        on areas.area_type = area_names.area_type
        and areas.area_code = area_names.area_code
    left join totals
        on areas.area_type = totals.area_type
        and areas.area_code = totals.area_code
        and settings.setting = totals.setting
        and years.financial_year = totals.financial_year
    left join counts
        on areas.area_type = counts.area_type
        and areas.area_code = counts.area_code
        and settings.setting = counts.setting
        and others.setting = counts.other_setting
        and years.financial_year = counts.financial_year
)

select * from final
