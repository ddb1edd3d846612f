/*
description: >
  The newest Patient record of each linked person. Two organisations may each send a Patient with
  the same NHS number: the one last updated wins, and among equals the larger record key, so that
  the choice does not depend on the order of arrival.

  Residence is the home address on the as-of date: one whose period has begun by then and has not
  ended, even if it begins or ends later than the record was updated. An address without a use counts
  as home; a temporary one counts where there is no other; work, billing and old ones never do.

  The practice is the code on the Patient record, or that of the Organization or PractitionerRole that
  the record refers to.
grain: person_key
columns:
  person_key: Pseudonym of the person
  record_key: Pseudonym of the Patient record that was chosen
  sex: "As recorded: female, male, other, unknown"
  birth_month: First day of the month of birth
  ethnic_category: NHS 2001 ethnic category code as recorded
  language: Preferred language, BCP 47
  interpreter_required: Whether an interpreter is needed; null when never asked
  lsoa21_code: Lower layer super output area (2021) of the home address on the as-of date
  practice_code: ODS code of the general practice on the Patient record
  registration_started: First day of the registration with it, where the Patient record says so
  registration_ended: Last day of it, or the day of removal from its list; null while open
  deceased: Whether the person is said to have died, where no date is given
  death_month: First day of the month of death; null while alive, and where the date is not known
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
        practice_code,
        practice_key,
        practice_role_key,
        registration_started,
        coalesce(registration_ended, removed) as registration_ended,
        deceased,
        death_month
    from record.patient
    where person_key is not null
),

residences as (
    select
        person_key,
        record_key,
        first_value(
            lsoa21_code
            order by
                case when use = 'temp' then 2 else 1 end,
                case when type = 'postal' then 2 else 1 end,
                coalesce(started, cast('1900-01-01' as date)) desc,
                record_row
        ) as lsoa21_code
    from record.patient_address
    where person_key is not null
        and coalesce(use, 'home') in ('home', 'temp')
        and (started is null or started <= $as_of)
        and (ended is null or ended >= $as_of)
    group by person_key, record_key
),

organisations as (
    select record_key, ods_code
    from record.organisation
),

roles as (
    select
        practitioner_roles.record_key,
        coalesce(practitioner_roles.organisation_code, organisations.ods_code) as ods_code
    from record.practitioner_role as practitioner_roles
    left join organisations
        on practitioner_roles.organisation_key = organisations.record_key
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
        residences.lsoa21_code,
        coalesce(patients.practice_code, organisations.ods_code, roles.ods_code) as practice_code,
        patients.registration_started,
        patients.registration_ended,
        patients.deceased,
        patients.death_month
    from patients
    inner join chosen
        on patients.person_key = chosen.person_key
        and patients.record_key = chosen.record_key
    left join residences
        on patients.person_key = residences.person_key
        and patients.record_key = residences.record_key
    left join organisations
        on patients.practice_key = organisations.record_key
    left join roles
        on patients.practice_role_key = roles.record_key
)

select * from final
