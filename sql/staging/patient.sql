/*
description: >
  The newest Patient record of each linked person. Two organisations may each send a Patient with
  the same NHS number: the one last updated wins, and among equals the larger record key, so that
  the choice does not depend on the order of arrival.
grain: person_key
columns:
  person_key: Pseudonym of the person
  record_key: Pseudonym of the Patient record that was chosen
  sex: "As recorded: female, male, other, unknown"
  birth_month: First day of the month of birth
  ethnic_category: NHS 2001 ethnic category code as recorded
  language: Preferred language, BCP 47
  interpreter_required: Whether an interpreter is needed; null when never asked
  lsoa21_code: Lower layer super output area (2021) of the home address
  practice_code: ODS code of the general practice on the Patient record
  death_month: First day of the month of death; null while alive
checks:
  - unique: person_key
  - not_null: [person_key, record_key]
*/
with patients as (
    select
        person_key,
        record_key,
        coalesce(updated, cast('1900-01-01' as timestamp(6))) as updated,
        sex,
        birth_month,
        ethnic_category,
        language,
        interpreter_required,
        lsoa21_code,
        practice_code,
        death_month
    from record.patient
    where person_key is not null
),

newest as (
    select
        person_key,
        max(updated) as updated
    from patients
    group by person_key
),

chosen as (
    select
        patients.person_key,
        max(patients.record_key) as record_key
    from patients
    inner join newest
        on patients.person_key = newest.person_key
        and patients.updated = newest.updated
    group by patients.person_key
),

final as (
    select
        patients.person_key,
        patients.record_key,
        patients.sex,
        patients.birth_month,
        patients.ethnic_category,
        patients.language,
        patients.interpreter_required,
        patients.lsoa21_code,
        patients.practice_code,
        patients.death_month
    from patients
    inner join chosen
        on patients.person_key = chosen.person_key
        and patients.record_key = chosen.record_key
)

select * from final
