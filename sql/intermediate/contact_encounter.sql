/*
description: >
  Finished FHIR encounters that count as contacts, up to the as-of date. The same hospital activity
  arrives both as an extract (SUS, ECDS and the others) and as encounters: those of a provider that
  sends an extract of that kind (staging.extract_sender) are left out, so that nothing counts twice.

  Encounters without a setting code (records from outside the United Kingdom) go by their class. EMER
  is the emergency department, inpatient classes are admissions, HH (home) is community. The others
  (ambulatory, virtual) go by the kind of their provider, and are outpatient where that is not known.
grain: contact_key
columns:
  person_key: Pseudonym of the person
  contact_key: Record key of the Encounter
  encounter_setting: Setting code, see reference.encounter_setting, or inpatient
  reason_code: SNOMED CT code of the reason; null where only another system has it
  started: Start (UTC)
  started_date: Local day of the start
  ended: End (UTC); null where not recorded
  provider_code: ODS code of the provider; null where nothing says it
  admission_method: NHS admission method code
  admission_source: Source of admission
  discharge_method: Discharge method
  discharge_destination: Destination on discharge
checks:
  - unique: contact_key
  - not_null: [person_key, contact_key, encounter_setting, started, started_date]
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
        admission_method,
        admission_source,
        discharge_method,
        discharge_destination
    from staging.encounter
    where status = 'finished'
        and started_date <= $as_of
),

senders as (
    select
        encounter_setting,
        provider_code
    from staging.extract_sender
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

placed as (
    select
        encounters.person_key,
        encounters.record_key as contact_key,
        coalesce(
            encounters.encounter_setting, ambulatory_providers.encounter_setting, 'outpatient'
        ) as encounter_setting,
        encounters.reason_code,
        encounters.started,
        encounters.started_date,
        encounters.ended,
        encounters.provider_code,
        encounters.admission_method,
        encounters.admission_source,
        encounters.discharge_method,
        encounters.discharge_destination
    from encounters
    left join ambulatory_providers
        on encounters.provider_code = ambulatory_providers.provider_code
),

final as (
    select placed.*
    from placed
    left join senders
        on placed.encounter_setting = senders.encounter_setting
        and placed.provider_code = senders.provider_code
    where senders.provider_code is null
)

select * from final order by person_key
