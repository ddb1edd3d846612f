/*
description: >
  How many people use a setting how often: people with one, two, three to four … attended contacts in a financial
  year, by area and setting, and the share of all contacts of that setting that is theirs. A planner draws the line
  of frequent use where it is needed. Every area, setting, band and year of the period has a row, zero
  included.

  Areas are those of the as-of date; people without a Patient record are not here. In a year that is not complete
  people have had less time for contacts.
grain: [area_type, area_code, setting, contact_band, financial_year]
columns:
  area_type: All, Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN or Practice
  area_type_order: Order of the types
  area_code: Code of the area, or Not known
  area_name: Name of the area
  setting: Setting of care
  setting_order: Order of the settings
  contact_band: Contacts of a person in the year, 1 to 20+
  contact_band_order: Order of the bands
  financial_year: Such as 2025/26
  is_complete: Whether all days of the year are covered
  people: Different people with that many contacts
  contacts: Their contacts
  all_people: Different people with any contact of the setting
  all_contacts: All contacts of the setting
  percent_of_people: People as a percentage of all people of the setting; null without any
  percent_of_contacts: Contacts as a percentage of all contacts of the setting; null without any
checks:
  - unique: [area_type, area_code, setting, contact_band, financial_year]
  - not_null: [area_type, area_code, area_name, setting, contact_band, financial_year, is_complete, people, contacts, all_people, all_contacts]
  - expect: people <= contacts and people <= all_people and contacts <= all_contacts
  - expect: all_people > 0 or percent_of_people is null
  - one_of: {setting: reference.setting.setting}
  - one_of: {contact_band: reference.contact_band.contact_band}
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

contact_bands as (
    select
        cast(contact_band as varchar) as contact_band,
        cast(contact_band_order as int) as contact_band_order,
        cast(lower_contacts as int) as lower_contacts,
        cast(upper_contacts as int) as upper_contacts
    from reference.contact_band
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

person_contacts as (
    select
        contacts.person_key,
        contacts.setting,
        months.financial_year,
        count(*) as contacts
    from contacts
    inner join months
        on contacts.month = months.month
    group by contacts.person_key, contacts.setting, months.financial_year
),

banded as (
    select
        person_contacts.person_key,
        person_contacts.setting,
        person_contacts.financial_year,
        contact_bands.contact_band,
        person_contacts.contacts
    from contact_bands
    inner join person_contacts
        on person_contacts.contacts >= contact_bands.lower_contacts
        and person_contacts.contacts <= contact_bands.upper_contacts
),

placed as (
    select
        person_areas.area_type,
        person_areas.area_code,
        banded.setting,
        banded.financial_year,
        banded.contact_band,
        banded.contacts
    from banded
    inner join person_areas
        on banded.person_key = person_areas.person_key
),

counts as (
    select
        area_type,
        area_code,
        setting,
        financial_year,
        contact_band,
        count(*) as people,
        cast(sum(contacts) as bigint) as contacts
    from placed
    group by area_type, area_code, setting, financial_year, contact_band
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
        contact_bands.contact_band,
        contact_bands.contact_band_order,
        years.financial_year,
        years.is_complete,
        coalesce(counts.people, 0) as people,
        coalesce(counts.contacts, 0) as contacts
    from areas
    cross join settings
    cross join contact_bands
    cross join years
    left join counts
        on areas.area_type = counts.area_type
        and areas.area_code = counts.area_code
        and settings.setting = counts.setting
        and years.financial_year = counts.financial_year
        and contact_bands.contact_band = counts.contact_band
),

totalled as (
    select
        *,
        cast(sum(people) over (
            partition by area_type, area_code, setting, financial_year
        ) as bigint) as all_people,
        cast(sum(contacts) over (
            partition by area_type, area_code, setting, financial_year
        ) as bigint) as all_contacts
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
        totalled.contact_band,
        totalled.contact_band_order,
        totalled.financial_year,
        totalled.is_complete,
        totalled.people,
        totalled.contacts,
        totalled.all_people,
        totalled.all_contacts,
        100.0 * totalled.people / nullif(totalled.all_people, 0) as percent_of_people,
        100.0 * totalled.contacts / nullif(totalled.all_contacts, 0) as percent_of_contacts
    from totalled
    inner join area_types
        on totalled.area_type = area_types.area_type
    left join area_names
        on totalled.area_type = area_names.area_type
        and totalled.area_code = area_names.area_code
)

select * from final
