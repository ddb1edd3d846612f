/*
description: >
  Emergency department attendances of linked people (ECDS), in the shape of core.contact and with what
  only they have. A practice code that stands for none (V81997 to V81999) is null.
grain: contact_key
columns:
  person_key: Pseudonym of the person
  contact_key: Record key of the source row
  setting: Setting label, see reference.setting
  started: Start (UTC); midnight where only the date is known
  started_date: Local day of the start
  ended: End; null where not recorded or not yet over
  provider_code: ODS code of the provider
  practice_code: General practice at the time; null where the source does not say
  attended: Whether the person was seen
  emergency: Whether it is an emergency
  diagnosis: Main diagnosis; null where the source has none
  source_table: Table of the record layer
  site_code: ODS code of the site
  lsoa21_code: Lower layer super output area (2021) of the postcode at the time
  department_type: 01 major (type 1) to 05 same day emergency care
  attendance_category: 1 unplanned first, 2 to 4 follow-up
  attendance_source: Source of attendance, SNOMED CT
  arrival_mode: Mode of arrival, SNOMED CT
  acuity: Acuity, SNOMED CT
  chief_complaint: Chief complaint, SNOMED CT
  discharge_status: Status on discharge, SNOMED CT
  discharge_destination: Destination on discharge, SNOMED CT
  hrg: Healthcare resource group
  cost: Tariff cost, pounds
checks:
  - unique: contact_key
  - not_null: [person_key, contact_key, setting, started, started_date, attended, emergency]
*/
with final as (
    select
        person_key,
        record_key as contact_key,
        'Emergency department' as setting,
        arrived as started,
        arrived_date as started_date,
        departed as ended,
        upper(provider_code) as provider_code,
        case when upper(practice_code) not in ('V81997', 'V81998', 'V81999') then upper(practice_code) end as practice_code,
        true as attended,
        true as emergency,
        diagnosis_01 as diagnosis,
        'ecds_attendance' as source_table,
        upper(site_code) as site_code,
        lsoa21_code,
        department_type,
        attendance_category,
        attendance_source,
        arrival_mode,
        acuity,
        chief_complaint,
        discharge_status,
        discharge_destination,
        hrg,
        tariff_cost as cost
    from record.ecds_attendance
    where person_key is not null
)

select * from final order by person_key
