/*
description: >
  The registers of the Quality and Outcomes Framework that each person has a diagnosis for, and
  whether they are on them at the as-of date. A person without any code of a register has no row
  for it. Diagnoses are the code lists of the registers (sql/reference/codes), and ages, medicines and
  all other codes those of reference.register, reference.register_code and
  reference.register_medicine: small lists of Populace's own until a site loads the clusters of the
  framework under [codes], so that registers are incomplete where a practice uses other codes.

  Codes count from the problem list, and from any diagnosis position of a hospital spell admitted
  in the 24 months before. The newest diagnosis must be later than the newest code of resolution.
  Who is younger than the register's lowest age, or of an age that is not known where it has one,
  is not on it. Asthma and epilepsy need a prescription of a listed medicine in 365 or 183 days; the rule is passed
  over where the record has no such medicine for anybody. Obesity is also the newest body mass
  index of the last 12 months, from 30 on, or from 27.5 for people of Asian, Black and other ethnic
  groups. Osteoporosis needs a fragility fracture as well. Non-diabetic hyperglycaemia leaves out
  people with diabetes.

  Left out, because the record does not say enough: confirmation of COPD by spirometry and of
  osteoporosis by a scan, and lithium without a diagnosis of severe mental illness. A chronic kidney
  disease of no stated stage counts.
grain: [person_key, register]
columns:
  person_key: Pseudonym of the person
  register: Short name of the register, see reference.register
  on_register: Whether the person meets the rules of the register at the as-of date
  first_noted: Date of the first diagnosis that counts; null where none has a date
checks:
  - unique: [person_key, register]
  - not_null: [person_key, register, on_register]
  - references: {register: reference.register}
topic: needs
*/
with people as (
    select
        person_key,
        age,
        ethnic_group
    from core.person
),

registers as (
    select
        cast(register as varchar) as register,
        cast(min_age as int) as min_age,
        cast(noted_from as date) as noted_from,
        cast(medicine_days as int) as medicine_days
    from reference.register
),

register_codes as (
    select
        cast(register as varchar) as register,
        cast(role as varchar) as role,
        cast(snomed_code as varchar) as snomed_code,
        cast(icd10 as varchar) as icd10
    from reference.register_code
    union all
    select 'AF' as register, 'diagnosis' as role, code as snomed_code, cast(null as varchar) as icd10 from reference.codes_atrial_fibrillation
    union all
    select 'AST' as register, 'diagnosis' as role, code as snomed_code, cast(null as varchar) as icd10 from reference.codes_asthma
    union all
    select 'CAN' as register, 'diagnosis' as role, code as snomed_code, cast(null as varchar) as icd10 from reference.codes_cancer
    union all
    select 'CHD' as register, 'diagnosis' as role, code as snomed_code, cast(null as varchar) as icd10 from reference.codes_coronary_heart_disease
    union all
    select 'CKD' as register, 'diagnosis' as role, code as snomed_code, cast(null as varchar) as icd10 from reference.codes_chronic_kidney_disease
    union all
    select 'COPD' as register, 'diagnosis' as role, code as snomed_code, cast(null as varchar) as icd10 from reference.codes_copd
    union all
    select 'DEM' as register, 'diagnosis' as role, code as snomed_code, cast(null as varchar) as icd10 from reference.codes_dementia
    union all
    select 'DEP' as register, 'diagnosis' as role, code as snomed_code, cast(null as varchar) as icd10 from reference.codes_depression
    union all
    select 'DM' as register, 'diagnosis' as role, code as snomed_code, cast(null as varchar) as icd10 from reference.codes_diabetes
    union all
    select 'EP' as register, 'diagnosis' as role, code as snomed_code, cast(null as varchar) as icd10 from reference.codes_epilepsy
    union all
    select 'HF' as register, 'diagnosis' as role, code as snomed_code, cast(null as varchar) as icd10 from reference.codes_heart_failure
    union all
    select 'HTN' as register, 'diagnosis' as role, code as snomed_code, cast(null as varchar) as icd10 from reference.codes_hypertension
    union all
    select 'LD' as register, 'diagnosis' as role, code as snomed_code, cast(null as varchar) as icd10 from reference.codes_learning_disability
    union all
    select 'NDH' as register, 'diagnosis' as role, code as snomed_code, cast(null as varchar) as icd10 from reference.codes_non_diabetic_hyperglycaemia
    union all
    select 'OB' as register, 'diagnosis' as role, code as snomed_code, cast(null as varchar) as icd10 from reference.codes_obesity
    union all
    select 'OST' as register, 'diagnosis' as role, code as snomed_code, cast(null as varchar) as icd10 from reference.codes_osteoporosis
    union all
    select 'PAD' as register, 'diagnosis' as role, code as snomed_code, cast(null as varchar) as icd10 from reference.codes_peripheral_arterial_disease
    union all
    select 'PC' as register, 'diagnosis' as role, code as snomed_code, cast(null as varchar) as icd10 from reference.codes_palliative_care
    union all
    select 'RA' as register, 'diagnosis' as role, code as snomed_code, cast(null as varchar) as icd10 from reference.codes_rheumatoid_arthritis
    union all
    select 'SMI' as register, 'diagnosis' as role, code as snomed_code, cast(null as varchar) as icd10 from reference.codes_severe_mental_illness
    union all
    select 'STIA' as register, 'diagnosis' as role, code as snomed_code, cast(null as varchar) as icd10 from reference.codes_stroke_tia
),

register_medicines as (
    select
        cast(register as varchar) as register,
        cast(code as varchar) as code
    from reference.register_medicine
),

diagnoses as (
    select
        person_key,
        snomed_code,
        icd10,
        icd10_3,
        noted
    from core.diagnosis
    where source_table = 'condition'
        or noted > $as_of - interval '24' month
),

prescriptions as (
    select
        medications.person_key,
        register_medicines.register,
        medications.authored_date
    from register_medicines
    inner join core.medication as medications
        on register_medicines.code = medications.code
    where coalesce(medications.status, 'active') not in ('cancelled', 'draft')
),

matched as (
    select diagnoses.person_key, register_codes.register, register_codes.role, diagnoses.noted
    from register_codes
    inner join diagnoses
        on register_codes.snomed_code = diagnoses.snomed_code
    union all
    select diagnoses.person_key, register_codes.register, register_codes.role, diagnoses.noted
    from register_codes
    inner join diagnoses
        on register_codes.icd10 = diagnoses.icd10
    union all
    -- A code of three characters stands for all below it.
    select diagnoses.person_key, register_codes.register, register_codes.role, diagnoses.noted
    from register_codes
    inner join diagnoses
        on register_codes.icd10 = diagnoses.icd10_3
    where diagnoses.icd10 <> diagnoses.icd10_3
),

coded as (
    select
        matched.person_key,
        matched.register,
        min(case when matched.role = 'diagnosis' then matched.noted end) as first_noted,
        -- A diagnosis without a date is the oldest that there is.
        max(
            case when matched.role = 'diagnosis' then coalesce(matched.noted, cast('1900-01-01' as date)) end
        ) as last_noted,
        max(
            case when matched.role = 'resolved' then coalesce(matched.noted, cast('1900-01-01' as date)) end
        ) as last_resolved,
        max(case when matched.role = 'required' then 1 else 0 end) as has_required
    from matched
    inner join registers
        on matched.register = registers.register
    where matched.role <> 'diagnosis'
        or matched.noted is null
        or registers.noted_from is null
        or matched.noted >= registers.noted_from
    group by matched.person_key, matched.register
),

body_masses as (
    select
        person_key,
        value,
        measured_date,
        row_number() over (
            partition by person_key
            order by measured_date desc, measurement_key desc, measurement_row desc
        ) as recency
    from core.measurement
    where code in ('60621009', '39156-5')
        and value between 10 and 150
        and measured_date > $as_of - interval '12' month
),

obese as (
    select
        body_masses.person_key,
        'OB' as register,
        body_masses.measured_date as noted
    from body_masses
    inner join people
        on body_masses.person_key = people.person_key
    where body_masses.recency = 1
        and body_masses.value >= case
            when people.ethnic_group in (
                'Asian or Asian British', 'Black or Black British', 'Other Ethnic Groups'
            ) then 27.5
            else 30
        end
),

candidates as (
    select person_key, register, first_noted, last_noted, last_resolved, has_required
    from coded
    where last_noted is not null
    union all
    select
        person_key,
        register,
        noted as first_noted,
        noted as last_noted,
        cast(null as date) as last_resolved,
        0 as has_required
    from obese
),

people_registers as (
    select
        person_key,
        register,
        min(first_noted) as first_noted,
        max(last_noted) as last_noted,
        max(last_resolved) as last_resolved,
        max(has_required) as has_required
    from candidates
    group by person_key, register
),

prescribed as (
    select
        prescriptions.person_key,
        prescriptions.register
    from prescriptions
    inner join registers
        on prescriptions.register = registers.register
    where days_between(prescriptions.authored_date, $as_of) < registers.medicine_days
    group by prescriptions.person_key, prescriptions.register
),

prescribed_registers as (
    select register from intermediate.prescribed_register
),

required_registers as (
    select distinct register from register_codes where role = 'required'
),

judged as (
    select
        people_registers.person_key,
        people_registers.register,
        people_registers.first_noted,
        (people_registers.last_resolved is null or people_registers.last_noted > people_registers.last_resolved)
        and coalesce(people.age >= registers.min_age, registers.min_age = 0)
        and (required_registers.register is null or people_registers.has_required = 1)
        and (
            registers.medicine_days is null
            or prescribed_registers.register is null
            or prescribed.person_key is not null
        ) as meets_rules
    from people_registers
    inner join people
        on people_registers.person_key = people.person_key
    inner join registers
        on people_registers.register = registers.register
    left join required_registers
        on people_registers.register = required_registers.register
    left join prescribed_registers
        on people_registers.register = prescribed_registers.register
    left join prescribed
        on people_registers.person_key = prescribed.person_key
        and people_registers.register = prescribed.register
),

diabetic as (
    select person_key
    from judged
    where register = 'DM'
        and meets_rules
),

final as (
    select
        judged.person_key,
        judged.register,
        judged.meets_rules and not (judged.register = 'NDH' and diabetic.person_key is not null) as on_register,
        judged.first_noted
    from judged
    left join diabetic
        on judged.person_key = diabetic.person_key
)

select * from final order by person_key
