/*
description: >
  Attended contacts within the period, with the area, age and sex of the person. Reports count
  these rows. One row for each contact.
grain: [source_table, contact_key]
columns:
  person_key: Pseudonym of the person
  source_table: Table of the record layer that the contact comes from
  contact_key: Record key of the source row
  month: First day of the calendar month
  setting: Setting of care
  area_name: Place of residence, or primary care network, by geography_basis; Not known also for people without a Patient record
  age_band: Five-year band at the as-of date, 0-4 to 90+, or Not known
  sex: "female, male, other or unknown"
checks:
  - unique: [source_table, contact_key]
  - not_null: [person_key, contact_key, month, setting, area_name, age_band, sex]
*/
with contacts as (
    select
        person_key,
        source_table,
        contact_key,
        setting,
        cast(date_trunc('month', started_date) as date) as month
    from core.contact
    where attended
        and started_date >= $period_start
        and started_date <= $period_end
),

people as (
    select
        person_key,
        area_name,
        age_band,
        sex
    from core.person
),

final as (
    select
        contacts.person_key,
        contacts.source_table,
        contacts.contact_key,
        contacts.month,
        contacts.setting,
        coalesce(people.area_name, 'Not known') as area_name,
        coalesce(people.age_band, 'Not known') as age_band,
        coalesce(people.sex, 'unknown') as sex
    from people
    right join contacts
        on people.person_key = contacts.person_key
)

select * from final order by person_key
