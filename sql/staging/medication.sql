/*
description: >
  Medicines that prescriptions refer to.
grain: medicine_key
columns:
  medicine_key: Record key of the Medication
  code: dm+d or SNOMED CT code, or the first of another system
  code_system: System of the code
checks:
  - unique: medicine_key
  - not_null: medicine_key
*/
with final as (
    select
        record_key as medicine_key,
        code,
        code_system
    from record.medication
)

select * from final
