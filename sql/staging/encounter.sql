/*
description: >
  FHIR encounters of linked people, those entered in error left out, with what they say of their
  provider: a code, an Organization or a place.
grain: contact_key
columns:
  person_key: Pseudonym of the person
  contact_key: Record key of the Encounter
  status: As recorded; finished for contacts that happened
  class: Code of the class, as recorded
  setting_code: Setting code, where the record has one
  reason_code: SNOMED CT code of the reason; null where only another system has it
  started: Start (UTC)
  started_date: Local day of the start
  ended: End (UTC); null where not recorded or not yet over
  provider_code: ODS code of the provider on the Encounter itself
  organisation_key: Record key of the Organization that provided it
  location_key: Record key of the Location where it happened
  admission_method: NHS admission method code, upper case
  admission_source: Source of admission
  discharge_method: Discharge method
  discharge_destination: Destination on discharge
checks:
  - unique: contact_key
  - not_null: [person_key, contact_key]
*/
with final as (
    select
        person_key,
        record_key as contact_key,
        status,
        class,
        setting as setting_code,
        case when reason_system like 'http://snomed.info/sct%' then reason_code end as reason_code,
        started,
        started_date,
        ended,
        upper(provider_code) as provider_code,
        provider_key as organisation_key,
        location_key,
        upper(admission_method) as admission_method,
        admission_source,
        discharge_method,
        discharge_destination
    from record.encounter
    where person_key is not null
        and coalesce(status, 'unknown') <> 'entered-in-error'
)

select * from final order by person_key
