/*
description: >
  Which organisations of which settings the record hears from, how lately, and how complete the
  people in their contacts are. Organisations of the reference list that sent nothing have a row for
  each setting that their kind is expected to send. Only contacts of linked people count.
grain: [setting, organisation_code]
columns:
  setting: Setting of care
  organisation_code: ODS code of the provider, or the council's code; Not known where contacts name none
  organisation_name: Name of the organisation; its code where it has none
  connected: "yes for an organisation with contacts, else as the reference list of organisations says"
  first_month: First day of the month of the first contact; null without contacts
  last_contact: Date of the last contact; null without contacts
  days_since_last: Days from the last contact to the as-of date
  contacts: Contacts
  people: Different people
  with_ethnicity: Contacts of people with a known ethnic group
  with_lsoa: Contacts of people with a known LSOA
  with_practice: Contacts of people with a known general practice
checks:
  - not_null: [setting, organisation_code, organisation_name, connected, contacts, people, with_ethnicity, with_lsoa, with_practice]
  - one_of: {connected: ["yes", "no"]}
  - expect: days_since_last >= 0
  - expect: with_ethnicity <= contacts and with_lsoa <= contacts and with_practice <= contacts
topic: quality
*/
with contacts as (
    select
        person_key,
        setting,
        coalesce(provider_code, 'Not known') as organisation_code,
        started_date as contact_date
    from core.contact
),

people as (
    select
        person_key,
        case when ethnic_group <> 'Not known' then 1 else 0 end as has_ethnicity,
        case when lsoa21_code is not null then 1 else 0 end as has_lsoa,
        case when practice_code is not null then 1 else 0 end as has_practice
    from core.person
),

organisations as (
    select
        ods_code as organisation_code,
        name,
        kind,
        connected
    from reference.organisation
),

organisation_names as (
    -- One row each: a code may be listed once for each of its kinds.
    select
        organisation_code,
        min(name) as name,
        max(connected) as connected
    from organisations
    group by organisation_code
),

expected_settings as (
    select
        kind,
        setting
    from reference.organisation_setting
),

person_contacts as (
    select
        person_key,
        setting,
        organisation_code,
        count(*) as contacts,
        min(contact_date) as first_contact,
        max(contact_date) as last_contact
    from contacts
    group by person_key, setting, organisation_code
),

observed as (
    select
        person_contacts.setting,
        person_contacts.organisation_code,
        min(person_contacts.first_contact) as first_contact,
        max(person_contacts.last_contact) as last_contact,
        cast(sum(person_contacts.contacts) as bigint) as contacts,
        count(*) as people,
        cast(sum(person_contacts.contacts * coalesce(people.has_ethnicity, 0)) as bigint) as with_ethnicity,
        cast(sum(person_contacts.contacts * coalesce(people.has_lsoa, 0)) as bigint) as with_lsoa,
        cast(sum(person_contacts.contacts * coalesce(people.has_practice, 0)) as bigint) as with_practice
    -- The smaller table comes first: a hash join holds its first table in memory.
    from people
    right join person_contacts
        on people.person_key = person_contacts.person_key
    group by person_contacts.setting, person_contacts.organisation_code
),

frame as (
    select
        expected_settings.setting,
        organisations.organisation_code
    from organisations
    inner join expected_settings
        on organisations.kind = expected_settings.kind
    union
    select
        setting,
        organisation_code
    from observed
),

final as (
    select
        frame.setting,
        frame.organisation_code,
        coalesce(organisation_names.name, frame.organisation_code) as organisation_name,
        case
            when observed.contacts > 0 then 'yes'
            else coalesce(organisation_names.connected, 'no')
        end as connected,
        cast(date_trunc('month', observed.first_contact) as date) as first_month,
        observed.last_contact,
        days_between(observed.last_contact, $as_of) as days_since_last,
        coalesce(observed.contacts, 0) as contacts,
        coalesce(observed.people, 0) as people,
        coalesce(observed.with_ethnicity, 0) as with_ethnicity,
        coalesce(observed.with_lsoa, 0) as with_lsoa,
        coalesce(observed.with_practice, 0) as with_practice
    from frame
    left join observed
        on frame.setting = observed.setting
        and frame.organisation_code = observed.organisation_code
    left join organisation_names
        on frame.organisation_code = organisation_names.organisation_code
)

select * from final
