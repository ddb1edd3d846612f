/*
description: >
  Measurements that people should have: blood pressure within five years, smoking status within two
  years and body mass index within one; and within one year HbA1c of people with diabetes and blood
  pressure of people with hypertension. Codes are those of reference.indicator_code.
grain: [person_key, part, measure, period]
columns:
  person_key: Pseudonym of the person
  part: "numerator or denominator"
  measure: The measurement, or people_with_diabetes and people_with_hypertension, the denominators of two of them
  period: The word as_of, which stands for the as-of date
  n: 1
checks:
  - unique: [person_key, part, measure, period]
  - not_null: [person_key, part, measure, period, n]
  - one_of: {part: [numerator, denominator]}
  - expect: n > 0
*/
with measurements as (
    select
        person_key,
        code,
        measured_date
    from core.measurement
    where measured_date <= $as_of
        and measured_date > $as_of - interval '60' month
),

codes as (
    select
        measure,
        cast(snomed_code as varchar) as snomed_code
    from reference.indicator_code
),

register_status as (
    select
        person_key,
        register
    from core.register_status
    where on_register
        and register in ('DM', 'HTN')
),

newest as (
    select
        measurements.person_key,
        codes.measure,
        max(measurements.measured_date) as measured_date
    from codes
    inner join measurements
        on codes.snomed_code = measurements.code
    group by measurements.person_key, codes.measure
),

final as (
    select
        person_key,
        'numerator' as part,
        measure,
        'as_of' as period,
        cast(1 as bigint) as n
    from newest
    where measure = 'blood_pressure_recorded'
        or (measure = 'smoking_status_recorded' and measured_date > $as_of - interval '24' month)
        or (measure = 'body_mass_index_recorded' and measured_date > $as_of - interval '12' month)
    union all
    select
        register_status.person_key,
        'denominator' as part,
        case when register_status.register = 'DM' then 'people_with_diabetes' else 'people_with_hypertension' end as measure,
        'as_of' as period,
        cast(1 as bigint) as n
    from register_status
    union all
    select
        register_status.person_key,
        'numerator' as part,
        case
            when register_status.register = 'DM' then 'diabetes_hba1c_recorded'
            else 'hypertension_blood_pressure_recorded'
        end as measure,
        'as_of' as period,
        cast(1 as bigint) as n
    from register_status
    inner join newest
        on register_status.person_key = newest.person_key
    where newest.measured_date > $as_of - interval '12' month
        and (
            (register_status.register = 'DM' and newest.measure = 'hba1c_recorded')
            or (register_status.register = 'HTN' and newest.measure = 'blood_pressure_recorded')
        )
)

select * from final
