/*
description: >
  Patient records of linked people: several for a person whom several organisations send. A practice
  code that stands for none (V81997 to V81999) is null.
grain: patient_key
columns:
  person_key: Pseudonym of the person
  patient_key: Record key of the Patient
  updated: Last update; 1900-01-01 where not known
  sex: As recorded
  birth_month: First day of the month of birth
  ethnic_category: NHS 2001 ethnic category code, upper case
  language: Preferred language, BCP 47
  interpreter_required: Whether an interpreter is needed; null when never asked
  practice_code: ODS code of the general practice on the record itself
  organisation_key: Record key of the Organization that is the practice
  role_key: Record key of the PractitionerRole at the practice
  registration_started: First day of the registration with it, where the record says so
  registration_ended: Last day of it, or the day of removal from its list; null while open
  deceased: Whether the person is said to have died, where no date is given
  death_month: First day of the month of death; null while alive, and where the date is not known
checks:
  - unique: patient_key
  - not_null: [person_key, patient_key, updated]
*/
with final as (
    select
        person_key,
        record_key as patient_key,
        coalesce(updated, cast('1900-01-01' as timestamp(6))) as updated,
        lower(sex) as sex,
        birth_month,
        upper(ethnic_category) as ethnic_category,
        language,
        interpreter_required,
        case when upper(practice_code) not in ('V81997', 'V81998', 'V81999') then upper(practice_code) end as practice_code,
        practice_key as organisation_key,
        practice_role_key as role_key,
        registration_started,
        coalesce(registration_ended, removed) as registration_ended,
        deceased,
        death_month
    from record.patient
    where person_key is not null
)

select * from final order by person_key
