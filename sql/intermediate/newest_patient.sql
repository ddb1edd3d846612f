/*
description: >
  The newest Patient record of each linked person. Two organisations may each send a Patient with
  the same NHS number: the one last updated wins, and among equals the larger record key, so that
  the choice does not depend on the order of arrival.

  Residence is the home address on the as-of date: one whose period has begun by then and has not
  ended, even if it begins or ends later than the record was updated. A temporary one counts where there
  is no other.

  The practice is the code on the Patient record, or that of the Organization or PractitionerRole that
  the record refers to.
grain: person_key
columns:
  person_key: Pseudonym of the person
  patient_key: Record key of the Patient record that was chosen
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
  - not_null: [person_key, patient_key]
*/
with patients as (
    select *
    from staging.patient
),

residences as (
    select
        person_key,
        patient_key,
        first_value(
            lsoa21_code
            order by
                case when use = 'temp' then 2 else 1 end,
                case when type = 'postal' then 2 else 1 end,
                coalesce(started, cast('1900-01-01' as date)) desc,
                address_number
        ) as lsoa21_code
    from staging.patient_address
    where use in ('home', 'temp')
        and (started is null or started <= $as_of)
        and (ended is null or ended >= $as_of)
    group by person_key, patient_key
),

organisations as (
    select
        organisation_key,
        organisation_code
    from staging.organisation
),

roles as (
    select
        practitioner_roles.role_key,
        coalesce(practitioner_roles.organisation_code, organisations.organisation_code) as organisation_code
    from staging.practitioner_role as practitioner_roles
    left join organisations
        on practitioner_roles.organisation_key = organisations.organisation_key
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
        max(patients.patient_key) as patient_key
    from patients
    inner join newest
        on patients.person_key = newest.person_key
        and patients.updated = newest.updated
    group by patients.person_key
),

final as (
    select
        patients.person_key,
        patients.patient_key,
        patients.sex,
        patients.birth_month,
        patients.ethnic_category,
        patients.language,
        patients.interpreter_required,
        residences.lsoa21_code,
        coalesce(
            patients.practice_code, organisations.organisation_code, roles.organisation_code
        ) as practice_code,
        patients.registration_started,
        patients.registration_ended,
        patients.deceased,
        patients.death_month
    from patients
    inner join chosen
        on patients.person_key = chosen.person_key
        and patients.patient_key = chosen.patient_key
    left join residences
        on patients.person_key = residences.person_key
        and patients.patient_key = residences.patient_key
    left join organisations
        on patients.organisation_key = organisations.organisation_key
    left join roles
        on patients.role_key = roles.role_key
)

select * from final order by person_key
