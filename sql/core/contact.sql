/*
description: >
  Contacts with every setting of care in one shape, for linked people, up to the as-of date.

  Hospital, community and mental health activity is taken from the providers' extracts, and from
  FHIR encounters only for providers that send no such extract (staging.extract_sender), so that
  nothing counts twice. General practice comes from finished FHIR encounters.

  Encounters without a setting code (records from outside the United Kingdom) go by their class.
  EMER is the emergency department, inpatient classes are admissions, HH (home) is community. The
  others (ambulatory, virtual) go by the kind of their provider, and are outpatient where that is
  not known. An admission without a known admission method is neither emergency nor planned; it
  counts as Maternity and other admission.

  Social care has one contact an event (request, assessment, review, start of a service), at its
  start. Contacts by people whom the record holds no Patient for are kept.
grain: [source_table, contact_key]
columns:
  person_key: Pseudonym of the person
  contact_key: Record key of the source row
  setting: Setting label, see reference.setting
  started: Start (UTC); midnight where only the date is known
  started_date: Local day of the start, by which days, months and years are counted
  ended: End; null where not recorded or not yet over
  provider_code: ODS code of the provider, or the council's code
  practice_code: General practice that the person was registered with at the time, where the source says so
  attended: "Whether the person was seen: outpatient attended codes 5 and 6; community and mental health also yes or true, or no code at all"
  emergency: Emergency department attendance, emergency admission or urgent dental course
  diagnosis: Main diagnosis or reason, normalised ICD-10 for spells and SNOMED CT otherwise
  source_table: Table of the record layer that the contact comes from
checks:
  - unique: [source_table, contact_key]
  - not_null: [person_key, contact_key, setting, started, started_date, attended, emergency, source_table]
  - expect: setting in ('General practice', 'Emergency department', 'Emergency admission', 'Planned admission', 'Maternity and other admission', 'Outpatient', 'Community', 'Mental health', 'Social care', 'Pharmacy', 'Dental', 'Optometry', 'Hospice')
*/
with encounters as (
    select
        person_key,
        record_key,
        case
            when setting is not null then setting
            when class = 'EMER' then 'emergency'
            when class in ('IMP', 'ACUTE', 'NONAC', 'OBSENC', 'SS') then 'inpatient'
            when class = 'HH' then 'community'
        end as encounter_setting,
        reason_code,
        started,
        started_date,
        ended,
        provider_code,
        admission_method
    from staging.encounter
    where status = 'finished'
        and started_date <= $as_of
),

spells as (
    select
        person_key,
        record_key,
        admission_date,
        discharge_date,
        provider_code,
        practice_code,
        admission_method,
        diag_01
    from record.apc_spell
    where person_key is not null
        and admission_date <= $as_of
),

attendances as (
    select
        person_key,
        record_key,
        arrived,
        arrived_date,
        departed,
        provider_code,
        practice_code,
        diagnosis_01
    from record.ecds_attendance
    where person_key is not null
        and arrived_date <= $as_of
),

appointments as (
    select
        person_key,
        record_key,
        appointment_date,
        provider_code,
        practice_code,
        attended
    from record.op_attendance
    where person_key is not null
        and appointment_date <= $as_of
),

community_contacts as (
    select
        person_key,
        record_key,
        contact,
        contact_date,
        provider_code,
        attended
    from record.community_contact
    where person_key is not null
        and contact_date <= $as_of
),

mental_health_contacts as (
    select
        person_key,
        record_key,
        contact,
        contact_date,
        provider_code,
        attended
    from record.mental_health_contact
    where person_key is not null
        and contact_date <= $as_of
),

social_care_events as (
    select
        person_key,
        record_key,
        event_start_date,
        event_end_date,
        council_code
    from record.social_care_event
    where person_key is not null
        and event_start_date <= $as_of
),

pharmacy_contacts as (
    select
        person_key,
        record_key,
        contact,
        contact_date,
        provider_code
    from record.pharmacy_contact
    where person_key is not null
        and contact_date <= $as_of
),

dental_contacts as (
    select
        person_key,
        record_key,
        contact_date,
        provider_code,
        urgent
    from record.dental_contact
    where person_key is not null
        and contact_date <= $as_of
),

optometry_contacts as (
    select
        person_key,
        record_key,
        contact_date,
        provider_code
    from record.optometry_contact
    where person_key is not null
        and contact_date <= $as_of
),

hospice_contacts as (
    select
        person_key,
        record_key,
        contact,
        contact_date,
        provider_code
    from record.hospice_contact
    where person_key is not null
        and contact_date <= $as_of
),

senders as (
    select
        encounter_setting,
        provider_code
    from staging.extract_sender
),

admission_methods as (
    select
        cast(admission_method as varchar) as admission_method,
        setting
    from reference.admission_method
),

encounter_settings as (
    select
        encounter_setting,
        setting
    from reference.encounter_setting
),

ambulatory_providers as (
    -- One row each, so that no encounter becomes two contacts.
    select
        organisations.ods_code as provider_code,
        min(encounter_settings.encounter_setting) as encounter_setting
    from reference.organisation as organisations
    inner join reference.organisation_setting as kinds
        on organisations.kind = kinds.kind
    inner join encounter_settings
        on kinds.setting = encounter_settings.setting
    where kinds.ambulatory = 'yes'
    group by organisations.ods_code
),

placed_encounters as (
    select
        encounters.person_key,
        encounters.record_key,
        coalesce(
            encounters.encounter_setting, ambulatory_providers.encounter_setting, 'outpatient'
        ) as encounter_setting,
        encounters.reason_code,
        encounters.started,
        encounters.started_date,
        encounters.ended,
        encounters.provider_code,
        encounters.admission_method
    from encounters
    left join ambulatory_providers
        on encounters.provider_code = ambulatory_providers.provider_code
),

encounter_contacts as (
    select
        placed_encounters.person_key,
        placed_encounters.record_key,
        case
            when placed_encounters.encounter_setting = 'inpatient'
                then coalesce(admission_methods.setting, 'Maternity and other admission')
            else coalesce(encounter_settings.setting, 'Outpatient')
        end as setting,
        placed_encounters.started,
        placed_encounters.started_date,
        placed_encounters.ended,
        placed_encounters.provider_code,
        placed_encounters.reason_code
    from placed_encounters
    left join senders
        on placed_encounters.encounter_setting = senders.encounter_setting
        and placed_encounters.provider_code = senders.provider_code
    left join encounter_settings
        on placed_encounters.encounter_setting = encounter_settings.encounter_setting
    left join admission_methods
        on placed_encounters.admission_method = admission_methods.admission_method
    where senders.provider_code is null
),

contacts as (
    select
        person_key,
        record_key as contact_key,
        setting,
        started,
        started_date,
        ended,
        provider_code,
        case when setting = 'General practice' then provider_code end as practice_code,
        true as attended,
        setting in ('Emergency department', 'Emergency admission') as emergency,
        reason_code as diagnosis,
        'encounter' as source_table
    from encounter_contacts
    union all
    select
        spells.person_key,
        spells.record_key as contact_key,
        coalesce(admission_methods.setting, 'Maternity and other admission') as setting,
        cast(spells.admission_date as timestamp(6)) as started,
        spells.admission_date as started_date,
        cast(spells.discharge_date as timestamp(6)) as ended,
        spells.provider_code,
        spells.practice_code,
        true as attended,
        coalesce(admission_methods.setting, '') = 'Emergency admission' as emergency,
        icd10_normalise(spells.diag_01) as diagnosis,
        'apc_spell' as source_table
    from spells
    left join admission_methods
        on spells.admission_method = admission_methods.admission_method
    union all
    select
        person_key,
        record_key as contact_key,
        'Emergency department' as setting,
        arrived as started,
        arrived_date as started_date,
        departed as ended,
        provider_code,
        practice_code,
        true as attended,
        true as emergency,
        diagnosis_01 as diagnosis,
        'ecds_attendance' as source_table
    from attendances
    union all
    select
        person_key,
        record_key as contact_key,
        'Outpatient' as setting,
        cast(appointment_date as timestamp(6)) as started,
        appointment_date as started_date,
        cast(null as timestamp(6)) as ended,
        provider_code,
        practice_code,
        coalesce(attended in ('5', '6'), false) as attended,
        false as emergency,
        cast(null as varchar) as diagnosis,
        'op_attendance' as source_table
    from appointments
    union all
    select
        person_key,
        record_key as contact_key,
        'Community' as setting,
        contact as started,
        contact_date as started_date,
        cast(null as timestamp(6)) as ended,
        provider_code,
        cast(null as varchar) as practice_code,
        coalesce(lower(attended) in ('5', '6', 'yes', 'y', 'true', '1'), true) as attended,
        false as emergency,
        cast(null as varchar) as diagnosis,
        'community_contact' as source_table
    from community_contacts
    union all
    select
        person_key,
        record_key as contact_key,
        'Mental health' as setting,
        contact as started,
        contact_date as started_date,
        cast(null as timestamp(6)) as ended,
        provider_code,
        cast(null as varchar) as practice_code,
        coalesce(lower(attended) in ('5', '6', 'yes', 'y', 'true', '1'), true) as attended,
        false as emergency,
        cast(null as varchar) as diagnosis,
        'mental_health_contact' as source_table
    from mental_health_contacts
    union all
    select
        person_key,
        record_key as contact_key,
        'Social care' as setting,
        cast(event_start_date as timestamp(6)) as started,
        event_start_date as started_date,
        cast(event_end_date as timestamp(6)) as ended,
        council_code as provider_code,
        cast(null as varchar) as practice_code,
        true as attended,
        false as emergency,
        cast(null as varchar) as diagnosis,
        'social_care_event' as source_table
    from social_care_events
    union all
    select
        person_key,
        record_key as contact_key,
        'Pharmacy' as setting,
        contact as started,
        contact_date as started_date,
        cast(null as timestamp(6)) as ended,
        provider_code,
        cast(null as varchar) as practice_code,
        true as attended,
        false as emergency,
        cast(null as varchar) as diagnosis,
        'pharmacy_contact' as source_table
    from pharmacy_contacts
    union all
    select
        person_key,
        record_key as contact_key,
        'Dental' as setting,
        cast(contact_date as timestamp(6)) as started,
        contact_date as started_date,
        cast(null as timestamp(6)) as ended,
        provider_code,
        cast(null as varchar) as practice_code,
        true as attended,
        coalesce(lower(urgent) in ('yes', 'y', 'true', '1'), false) as emergency,
        cast(null as varchar) as diagnosis,
        'dental_contact' as source_table
    from dental_contacts
    union all
    select
        person_key,
        record_key as contact_key,
        'Optometry' as setting,
        cast(contact_date as timestamp(6)) as started,
        contact_date as started_date,
        cast(null as timestamp(6)) as ended,
        provider_code,
        cast(null as varchar) as practice_code,
        true as attended,
        false as emergency,
        cast(null as varchar) as diagnosis,
        'optometry_contact' as source_table
    from optometry_contacts
    union all
    select
        person_key,
        record_key as contact_key,
        'Hospice' as setting,
        contact as started,
        contact_date as started_date,
        cast(null as timestamp(6)) as ended,
        provider_code,
        cast(null as varchar) as practice_code,
        true as attended,
        false as emergency,
        cast(null as varchar) as diagnosis,
        'hospice_contact' as source_table
    from hospice_contacts
),

final as (
    select
        person_key,
        contact_key,
        setting,
        started,
        started_date,
        ended,
        provider_code,
        practice_code,
        attended,
        emergency,
        diagnosis,
        source_table
    from contacts
)

select * from final
