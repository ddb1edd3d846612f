/*
description: >
  Allergies and intolerances of linked people that stand, and records that somebody has none. Those refuted,
  entered in error, inactive or resolved are left out.
grain: allergy_key
columns:
  person_key: Pseudonym of the person
  allergy_key: Record key of the AllergyIntolerance
  code: Code of the substance, or that no allergy is known; null where it is in words only
  code_system: System of the code
  category: "food, medication, environment or biologic; null where not recorded"
  criticality: "low, high or unable-to-assess; null where not recorded"
  is_confirmed: Whether the sender says that it is confirmed
  onset: Day on which it began; null where not known
  recorded: Day on which it was recorded; null where not known
checks:
  - unique: allergy_key
  - not_null: [person_key, allergy_key, is_confirmed]
*/
with allergies as (
    select
        person_key,
        record_key as allergy_key,
        code,
        code_system,
        category,
        criticality,
        coalesce(verification_status = 'confirmed', false) as is_confirmed,
        onset,
        recorded
    from record.allergy_intolerance
    where person_key is not null
        and coalesce(verification_status, 'confirmed') not in ('refuted', 'entered-in-error')
        and coalesce(clinical_status, 'active') = 'active'
),

final as (
    select person_key, allergy_key, code, code_system, category, criticality, is_confirmed, onset, recorded
    from allergies
)

select * from final order by person_key
