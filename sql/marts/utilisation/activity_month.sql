/*
description: >
  Attended contacts, and the people who had them, by calendar month, setting and place of
  residence, within the period. A person counts once in each month, setting and place.
grain: [month, setting, place_name]
columns:
  month: First day of the calendar month
  setting: Setting of care
  setting_order: Order of the settings
  place_name: Place of residence, or primary care network, by geography_basis; Not known also for people without a Patient record
  contacts: Attended contacts that started in the month
  people: Different people who had them
checks:
  - unique: [month, setting, place_name]
  - not_null: [month, setting, setting_order, place_name, contacts, people]
  - expect: people between 1 and contacts
*/
with contacts as (
    select
        person_key,
        setting,
        cast(date_trunc('month', started_date) as date) as month
    from core.contact
    where attended
        and started_date >= $period_start
        and started_date <= $period_end
),

settings as (
    select
        setting,
        cast(setting_order as int) as setting_order
    from reference.setting
),

people as (
    select
        person_key,
        area_name as place_name
    from core.person
),

-- Counting each person first leaves plain counts for the next step: no distinct people.
person_contacts as (
    select
        person_key,
        month,
        setting,
        count(*) as contacts
    from contacts
    group by person_key, month, setting
),

placed as (
    select
        person_contacts.month,
        person_contacts.setting,
        coalesce(people.place_name, 'Not known') as place_name,
        person_contacts.contacts
    -- The smaller table comes first: a hash join holds its first table in memory.
    from people
    right join person_contacts
        on people.person_key = person_contacts.person_key
),

counted as (
    select
        month,
        setting,
        place_name,
        cast(sum(contacts) as bigint) as contacts,
        count(*) as people
    from placed
    group by month, setting, place_name
),

final as (
    select
        counted.month,
        counted.setting,
        settings.setting_order,
        counted.place_name,
        counted.contacts,
        counted.people
    from counted
    inner join settings
        on counted.setting = settings.setting
)

select * from final
