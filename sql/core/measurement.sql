/*
description: >
  Measurements and findings of linked people up to the as-of date. Those entered in error or cancelled are
  left out. The parts of one that has parts (the two values of a blood pressure) are rows of their own.
grain: [measurement_key, measurement_row]
columns:
  person_key: Pseudonym of the person
  measurement_key: Record key of the Observation
  measurement_row: Number of the row within it
  code: SNOMED CT code of what was measured, or the first of another system
  code_system: System of the code
  value: Number; null where there is none
  comparator: Where the value is a bound, such as < or >=
  unit: UCUM code of the unit, or the unit as written
  value_code: Code of the finding, where the value is one
  measured_date: Local day of the measurement; null where not known
  month: First day of its month
checks:
  - unique: [measurement_key, measurement_row]
  - not_null: [person_key, measurement_key, measurement_row]
*/
with final as (
    select
        person_key,
        measurement_key,
        measurement_row,
        code,
        code_system,
        value,
        comparator,
        unit,
        value_code,
        measured_date,
        cast(date_trunc('month', measured_date) as date) as month
    from staging.observation
    where measured_date is null or measured_date <= $as_of
)

select * from final order by person_key
