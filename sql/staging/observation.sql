/*
description: >
  Measurements and findings of linked people, those entered in error or cancelled left out. The parts of
  one that has parts (the two values of a blood pressure) are rows of their own.
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
checks:
  - not_null: [person_key, measurement_key, measurement_row]
*/
with final as (
    select
        person_key,
        record_key as measurement_key,
        record_row as measurement_row,
        code,
        code_system,
        value,
        comparator,
        unit,
        value_code,
        cast(effective at time zone 'UTC' at time zone 'Europe/London' as date) as measured_date
    from record.observation
    where person_key is not null
        and coalesce(status, 'unknown') not in ('entered-in-error', 'cancelled')
)

select * from final order by person_key
