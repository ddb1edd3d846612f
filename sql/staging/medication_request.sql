/*
description: >
  Prescriptions of linked people, those entered in error left out, with what they say of the medicine: a
  code, or a Medication.
grain: medication_key
columns:
  person_key: Pseudonym of the person
  medication_key: Record key of the MedicationRequest
  code: dm+d or SNOMED CT code of the medicine, or the first of another system, on the request itself
  code_system: System of the code
  medicine_key: Record key of the Medication that it refers to
  authored_date: Local day on which it was written; null where not known
  status: As recorded
  intent: As recorded; order, plan and their like
  quantity: How much of it, in quantity_unit; null where not recorded
  quantity_unit: UCUM code of the unit, or the unit as written
checks:
  - unique: medication_key
  - not_null: [person_key, medication_key]
*/
with final as (
    select
        person_key,
        record_key as medication_key,
        code,
        code_system,
        medication_key as medicine_key,
        cast(authored at time zone 'UTC' at time zone 'Europe/London' as date) as authored_date,
        status,
        intent,
        quantity,
        quantity_unit
    from record.medication_request
    where person_key is not null
        and coalesce(status, 'unknown') <> 'entered-in-error'
)

select * from final order by person_key
