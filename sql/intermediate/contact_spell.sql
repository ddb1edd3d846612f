/*
description: >
  Hospital spells of the extracts as contacts, in the shape of core.contact. A spell without a known
  admission method is neither emergency nor planned; it counts as Maternity and other admission.
grain: contact_key
columns:
  person_key: Pseudonym of the person
  contact_key: Record key of the spell
  setting: "Emergency admission, Planned admission or Maternity and other admission"
  started: Midnight at the beginning of the day of admission
  started_date: Day of admission
  ended: Midnight at the beginning of the day of discharge; null while in hospital
  provider_code: ODS code of the provider
  practice_code: General practice at the time; null where the extract does not say
  attended: true
  emergency: Whether it is an emergency admission
  diagnosis: Main diagnosis, ICD-10 normalised
  source_table: apc_spell
checks:
  - unique: contact_key
  - not_null: [person_key, contact_key, setting, started, started_date, attended, emergency]
*/
with admission_methods as (
    select
        cast(admission_method as varchar) as admission_method,
        setting
    from reference.admission_method
),

final as (
    select
        spells.person_key,
        spells.spell_key as contact_key,
        coalesce(admission_methods.setting, 'Maternity and other admission') as setting,
        cast(spells.admission_date as timestamp(6)) as started,
        spells.admission_date as started_date,
        cast(spells.discharge_date as timestamp(6)) as ended,
        spells.provider_code,
        spells.practice_code,
        true as attended,
        coalesce(admission_methods.setting = 'Emergency admission', false) as emergency,
        icd10_normalise(spells.diag_01) as diagnosis,
        'apc_spell' as source_table
    from staging.apc_spell as spells
    left join admission_methods
        on spells.admission_method = admission_methods.admission_method
)

select * from final order by person_key
