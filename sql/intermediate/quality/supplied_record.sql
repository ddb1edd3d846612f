/*
description: >
  Records of contacts as organisations send them, linked to a person or not, by person and month up to
  the as-of date: encounters whatever their status, and rows of extracts. These are records, not
  contacts: a provider that sends its activity both as encounters and as an extract has both.
grain: [person_key, setting, organisation_code, month]
columns:
  person_key: Pseudonym of the person; null for records without a verified NHS number of a known person
  setting: Setting of care
  organisation_code: ODS code of the provider, or the council's code; Not known where records name none
  month: First day of the calendar month
  records: Records
  last_record: Date of the last of them
checks:
  - unique: [person_key, setting, organisation_code, month]
  - not_null: [setting, organisation_code, month, records, last_record]
  - expect: records > 0
topic: quality
*/
with encounters as (
    select
        person_key,
        coalesce(setting, case when class = 'EMER' then 'emergency' end, 'outpatient') as encounter_setting,
        class,
        admission_method,
        provider_code,
        provider_key,
        location_key,
        started_date
    from record.encounter
),

organisations as (
    select
        record_key,
        ods_code
    from record.organisation
    where record_row = 0
),

locations as (
    select
        places.record_key,
        coalesce(places.organisation_code, organisations.ods_code) as ods_code
    from record.location as places
    left join organisations
        on places.organisation_key = organisations.record_key
    where places.record_row = 0
),

encounter_settings as (
    select
        encounter_setting,
        setting
    from reference.encounter_setting
),

admission_methods as (
    select
        cast(admission_method as varchar) as admission_method,
        setting
    from reference.admission_method
),

placed_encounters as (
    select
        encounters.person_key,
        case
            when encounters.encounter_setting = 'inpatient'
                or encounters.class in ('IMP', 'ACUTE', 'NONAC', 'OBSENC', 'SS')
                then coalesce(admission_methods.setting, 'Maternity and other admission')
            else coalesce(encounter_settings.setting, 'Outpatient')
        end as setting,
        coalesce(encounters.provider_code, organisations.ods_code, locations.ods_code) as organisation_code,
        encounters.started_date
    from encounters
    left join organisations
        on encounters.provider_key = organisations.record_key
    left join locations
        on encounters.location_key = locations.record_key
    left join encounter_settings
        on encounters.encounter_setting = encounter_settings.encounter_setting
    left join admission_methods
        on encounters.admission_method = admission_methods.admission_method
),

spells as (
    select
        person_key,
        admission_method,
        provider_code,
        admission_date
    from record.apc_spell
),

records as (
    select
        person_key,
        setting,
        organisation_code,
        started_date as record_date
    from placed_encounters
    union all
    select
        spells.person_key,
        coalesce(admission_methods.setting, 'Maternity and other admission') as setting,
        spells.provider_code as organisation_code,
        spells.admission_date as record_date
    from spells
    left join admission_methods
        on spells.admission_method = admission_methods.admission_method
    union all
    select
        person_key,
        'Emergency department' as setting,
        provider_code as organisation_code,
        arrived_date as record_date
    from record.ecds_attendance
    union all
    select
        person_key,
        'Outpatient' as setting,
        provider_code as organisation_code,
        appointment_date as record_date
    from record.op_attendance
    union all
    select
        person_key,
        'Community' as setting,
        provider_code as organisation_code,
        contact_date as record_date
    from record.community_contact
    union all
    select
        person_key,
        'Mental health' as setting,
        provider_code as organisation_code,
        contact_date as record_date
    from record.mental_health_contact
    union all
    select
        person_key,
        'Social care' as setting,
        council_code as organisation_code,
        event_start_date as record_date
    from record.social_care_event
    union all
    select
        person_key,
        'Pharmacy' as setting,
        provider_code as organisation_code,
        contact_date as record_date
    from record.pharmacy_contact
    union all
    select
        person_key,
        'Dental' as setting,
        provider_code as organisation_code,
        contact_date as record_date
    from record.dental_contact
    union all
    select
        person_key,
        'Optometry' as setting,
        provider_code as organisation_code,
        contact_date as record_date
    from record.optometry_contact
    union all
    select
        person_key,
        'Hospice' as setting,
        provider_code as organisation_code,
        contact_date as record_date
    from record.hospice_contact
),

final as (
    select
        person_key,
        setting,
        coalesce(upper(organisation_code), 'Not known') as organisation_code,
        cast(date_trunc('month', record_date) as date) as month,
        count(*) as records,
        max(record_date) as last_record
    from records
    where record_date <= $as_of
    group by
        person_key,
        setting,
        coalesce(upper(organisation_code), 'Not known'),
        cast(date_trunc('month', record_date) as date)
)

select * from final
