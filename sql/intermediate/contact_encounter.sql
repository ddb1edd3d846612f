/*
description: >
  Finished FHIR encounters that count as contacts, in the shape of core.contact and with what only they
  have. The same hospital activity arrives both as an extract (SUS, ECDS and the others) and as
  encounters: those of a provider that sends an extract of that kind (intermediate.extract_sender) are left
  out, so that nothing counts twice.

  The provider is the code on the Encounter itself, or that of the Organization that it refers to, or of
  the organisation that manages the place where it happened.

  Encounters without a setting code (records from outside the United Kingdom) go by their class. EMER
  is the emergency department, inpatient classes are admissions, HH (home) is community. The others
  (ambulatory, virtual) go by the kind of their provider, and are outpatient where that is not known. An
  admission without a known admission method is neither emergency nor planned; it counts as Maternity
  and other admission.
grain: contact_key
columns:
  person_key: Pseudonym of the person
  contact_key: Record key of the Encounter
  setting: Setting label, see reference.setting
  started: Start (UTC)
  started_date: Local day of the start
  ended: End (UTC); null where not recorded
  provider_code: ODS code of the provider; null where nothing says it
  practice_code: The provider, where the setting is General practice
  attended: true
  emergency: Emergency department attendance or emergency admission
  diagnosis: SNOMED CT code of the reason; null where only another system has it
  source_table: encounter
  encounter_setting: Setting code, see reference.encounter_setting, or inpatient
  admission_method: NHS admission method code, upper case
  admission_source: Source of admission
  discharge_method: Discharge method
  discharge_destination: Destination on discharge
checks:
  - unique: contact_key
  - not_null: [person_key, contact_key, setting, started, started_date, attended, emergency, encounter_setting]
*/
with organisations as (
    select
        organisation_key,
        organisation_code
    from staging.organisation
),

locations as (
    select
        location_key,
        organisation_code
    from intermediate.location_organisation
),

encounters as (
    select
        encounters.person_key,
        encounters.contact_key,
        case
            when encounters.setting_code is not null then encounters.setting_code
            when encounters.class = 'EMER' then 'emergency'
            when encounters.class in ('IMP', 'ACUTE', 'NONAC', 'OBSENC', 'SS') then 'inpatient'
            when encounters.class = 'HH' then 'community'
        end as own_setting,
        encounters.reason_code,
        encounters.started,
        encounters.started_date,
        encounters.ended,
        coalesce(
            encounters.provider_code, organisations.organisation_code, locations.organisation_code
        ) as provider_code,
        encounters.admission_method,
        encounters.admission_source,
        encounters.discharge_method,
        encounters.discharge_destination
    from staging.encounter as encounters
    left join organisations
        on encounters.organisation_key = organisations.organisation_key
    left join locations
        on encounters.location_key = locations.location_key
    where encounters.status = 'finished'
),

senders as (
    select
        encounter_setting,
        provider_code
    from intermediate.extract_sender
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

placed as (
    select
        encounters.*,
        coalesce(
            encounters.own_setting, ambulatory_providers.encounter_setting, 'outpatient'
        ) as encounter_setting
    from encounters
    left join ambulatory_providers
        on encounters.provider_code = ambulatory_providers.provider_code
),

labelled as (
    select
        placed.*,
        case
            when placed.encounter_setting = 'inpatient'
                then coalesce(admission_methods.setting, 'Maternity and other admission')
            else coalesce(encounter_settings.setting, 'Outpatient')
        end as setting
    from placed
    left join senders
        on placed.encounter_setting = senders.encounter_setting
        and placed.provider_code = senders.provider_code
    left join encounter_settings
        on placed.encounter_setting = encounter_settings.encounter_setting
    left join admission_methods
        on placed.admission_method = admission_methods.admission_method
    where senders.provider_code is null
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
        case when setting = 'General practice' then provider_code end as practice_code,
        true as attended,
        setting in ('Emergency department', 'Emergency admission') as emergency,
        reason_code as diagnosis,
        'encounter' as source_table,
        encounter_setting,
        admission_method,
        admission_source,
        discharge_method,
        discharge_destination
    from labelled
)

select * from final order by person_key
