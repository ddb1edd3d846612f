/*
description: >
  Hospital spells of linked people (SUS). A practice code that stands for none (V81997 to V81999) is
  null, and so is a diagnosis or procedure of filling signs alone (- or &).
grain: spell_key
columns:
  person_key: Pseudonym of the person
  spell_key: Record key of the spell, the contact_key of core.contact
  provider_code: ODS code of the provider
  site_code: ODS code of the site
  practice_code: General practice at the time
  lsoa21_code: Lower layer super output area (2021) of the postcode at the time
  admission_date: Day of admission
  discharge_date: Day of discharge; null while in hospital
  admission_method: NHS admission method code, upper case
  admission_source: Source of admission
  patient_classification: 1 ordinary, 2 day case, 3 and 4 regular attender, 5 mother and baby
  discharge_method: Discharge method, 4 died
  discharge_destination: Destination on discharge
  discharge_ready_date: Day from which the person no longer met the criteria to reside; null where not recorded
  main_specialty: Main specialty of the consultant
  treatment_function: Treatment function
  diag_01: Main diagnosis, ICD-10 as written
  diag_02: Another diagnosis, ICD-10 as written
  diag_03: Another diagnosis, ICD-10 as written
  diag_04: Another diagnosis, ICD-10 as written
  diag_05: Another diagnosis, ICD-10 as written
  diag_06: Another diagnosis, ICD-10 as written
  proc_01: Main procedure, OPCS-4 without dots and spaces
  proc_02: Another procedure, OPCS-4 without dots and spaces
  proc_03: Another procedure, OPCS-4 without dots and spaces
  episode_count: Consultant episodes in the spell
  hrg: Healthcare resource group
  cost: Tariff cost, pounds
checks:
  - unique: spell_key
  - not_null: [person_key, spell_key, admission_date]
*/
with final as (
    select
        person_key,
        record_key as spell_key,
        upper(provider_code) as provider_code,
        upper(site_code) as site_code,
        case when upper(practice_code) not in ('V81997', 'V81998', 'V81999') then upper(practice_code) end as practice_code,
        lsoa21_code,
        admission_date,
        discharge_date,
        upper(admission_method) as admission_method,
        admission_source,
        patient_classification,
        discharge_method,
        discharge_destination,
        discharge_ready_date,
        main_specialty,
        treatment_function,
        case when translate(diag_01, '. -&', '') <> '' then diag_01 end as diag_01,
        case when translate(diag_02, '. -&', '') <> '' then diag_02 end as diag_02,
        case when translate(diag_03, '. -&', '') <> '' then diag_03 end as diag_03,
        case when translate(diag_04, '. -&', '') <> '' then diag_04 end as diag_04,
        case when translate(diag_05, '. -&', '') <> '' then diag_05 end as diag_05,
        case when translate(diag_06, '. -&', '') <> '' then diag_06 end as diag_06,
        nullif(translate(upper(proc_01), '. -&', ''), '') as proc_01,
        nullif(translate(upper(proc_02), '. -&', ''), '') as proc_02,
        nullif(translate(upper(proc_03), '. -&', ''), '') as proc_03,
        episode_count,
        hrg,
        tariff_cost as cost
    from record.apc_spell
    where person_key is not null
)

select * from final order by person_key
