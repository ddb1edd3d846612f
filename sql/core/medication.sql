/*
description: >
  Prescriptions of linked people up to the as-of date with the code of the medicine, whether the
  MedicationRequest has it, contains it, or refers to a Medication of the record. Prescriptions that
  were entered in error are left out.
grain: medication_key
columns:
  person_key: Pseudonym of the person
  medication_key: Record key of the MedicationRequest
  code: dm+d or SNOMED CT code of the medicine, or the first of another system; null where nothing says it
  code_system: System of the code
  authored_date: Local day on which it was written; null where not known
  status: As recorded
  intent: As recorded; order, plan and their like
  quantity: How much of it, in quantity_unit; null where not recorded
  quantity_unit: UCUM code of the unit, or the unit as written
checks:
  - unique: medication_key
  - not_null: [person_key, medication_key]
*/
with requests as (
    select *
    from staging.medication_request
    where authored_date is null or authored_date <= $as_of
),

medicines as (
    select
        medicine_key,
        code,
        code_system
    from staging.medication
),

final as (
    select
        requests.person_key,
        requests.medication_key,
        coalesce(requests.code, medicines.code) as code,
        case
            when requests.code is not null then requests.code_system
            else medicines.code_system
        end as code_system,
        requests.authored_date,
        requests.status,
        requests.intent,
        requests.quantity,
        requests.quantity_unit
    -- The smaller table comes first: a hash join holds its first table in memory.
    from medicines
    right join requests
        on medicines.medicine_key = requests.medicine_key
)

select * from final order by person_key
