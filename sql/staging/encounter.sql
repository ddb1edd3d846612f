/*
description: >
  Encounters of linked people with the ODS code of the organisation that provided them: the code on
  the Encounter itself, or that of the Organization that it refers to, or of the organisation that
  manages the place where it happened, or of the NHS trust whose site that place is by its code.
grain: record_key
columns:
  person_key: Pseudonym of the person
  record_key: Pseudonym of the Encounter
  status: As recorded; finished for contacts that happened
  class: Code of the class, as recorded
  setting: Setting code, where the record has one
  reason_code: SNOMED CT code of the reason; null where only another system has it
  started: Start (UTC)
  started_date: Local day of the start
  ended: End; null where not recorded or not yet over
  provider_code: ODS code of the provider; null where nothing says it
  admission_method: NHS admission method code
  admission_source: Source of admission
  discharge_method: Discharge method
  discharge_destination: Destination on discharge
checks:
  - unique: record_key
  - not_null: [person_key, record_key]
*/
with encounters as (
    select
        person_key,
        record_key,
        status,
        class,
        setting,
        case when reason_system like 'http://snomed.info/sct%' then reason_code end as reason_code,
        started,
        started_date,
        ended,
        provider_code,
        provider_key,
        location_key,
        admission_method,
        admission_source,
        discharge_method,
        discharge_destination
    from record.encounter
    where person_key is not null
),

organisations as (
    select record_key, ods_code
    from record.organisation
),

locations as (
    select
        places.record_key,
        coalesce(places.organisation_code, organisations.ods_code) as ods_code
    from record.location as places
    left join organisations
        on places.organisation_key = organisations.record_key
),

final as (
    select
        encounters.person_key,
        encounters.record_key,
        encounters.status,
        encounters.class,
        encounters.setting,
        encounters.reason_code,
        encounters.started,
        encounters.started_date,
        encounters.ended,
        coalesce(
            encounters.provider_code,
            organisations.ods_code,
            locations.ods_code
        ) as provider_code,
        encounters.admission_method,
        encounters.admission_source,
        encounters.discharge_method,
        encounters.discharge_destination
    from encounters
    left join organisations
        on encounters.provider_key = organisations.record_key
    left join locations
        on encounters.location_key = locations.record_key
)

select * from final
