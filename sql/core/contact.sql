/*
description: >
  Contacts with every setting of care in one shape, for linked people, up to the as-of date.

  Hospital, community and mental health activity is taken from the providers' extracts, and from
  FHIR encounters only for providers that send no such extract (intermediate.contact_encounter), so that
  nothing counts twice. General practice comes from finished FHIR encounters.

  An admission without a known admission method is neither emergency nor planned; it counts as
  Maternity and other admission. Social care has one contact an event (request, assessment, review,
  start of a service), at its start. Contacts by people whom the record holds no Patient for are kept.
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
  - one_of: {setting: reference.setting.setting}
*/
with contacts as (
    select person_key, contact_key, setting, started, started_date, ended, provider_code, practice_code, attended, emergency, diagnosis, source_table from intermediate.contact_encounter
    union all
    select person_key, contact_key, setting, started, started_date, ended, provider_code, practice_code, attended, emergency, diagnosis, source_table from intermediate.contact_spell
    union all
    select person_key, contact_key, setting, started, started_date, ended, provider_code, practice_code, attended, emergency, diagnosis, source_table from staging.ecds_attendance
    union all
    select person_key, contact_key, setting, started, started_date, ended, provider_code, practice_code, attended, emergency, diagnosis, source_table from staging.op_attendance
    union all
    select person_key, contact_key, setting, started, started_date, ended, provider_code, practice_code, attended, emergency, diagnosis, source_table from staging.community_contact
    union all
    select person_key, contact_key, setting, started, started_date, ended, provider_code, practice_code, attended, emergency, diagnosis, source_table from staging.mental_health_contact
    union all
    select person_key, contact_key, setting, started, started_date, ended, provider_code, practice_code, attended, emergency, diagnosis, source_table from staging.social_care_event
    union all
    select person_key, contact_key, setting, started, started_date, ended, provider_code, practice_code, attended, emergency, diagnosis, source_table from staging.pharmacy_contact
    union all
    select person_key, contact_key, setting, started, started_date, ended, provider_code, practice_code, attended, emergency, diagnosis, source_table from staging.dental_contact
    union all
    select person_key, contact_key, setting, started, started_date, ended, provider_code, practice_code, attended, emergency, diagnosis, source_table from staging.optometry_contact
    union all
    select person_key, contact_key, setting, started, started_date, ended, provider_code, practice_code, attended, emergency, diagnosis, source_table from staging.hospice_contact
),

final as (
    select *
    from contacts
    where started_date <= $as_of
)

select * from final order by person_key
