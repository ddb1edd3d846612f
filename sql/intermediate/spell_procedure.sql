/*
description: >
  Every procedure of hospital spells of linked people admitted up to the as-of date. Spells that come as FHIR
  encounters have none.
grain: [spell_key, position]
columns:
  person_key: Pseudonym of the person
  spell_key: Record key of the spell, as in core.spell
  position: 1 for the main procedure, 2 and 3 for the others
  opcs4: OPCS-4 code without the dot
checks:
  - unique: [spell_key, position]
  - not_null: [person_key, spell_key, position, opcs4]
topic: utilisation
*/
with spells as (
    select
        person_key,
        spell_key,
        proc_01,
        proc_02,
        proc_03
    from staging.apc_spell
    where admission_date <= $as_of
),

positions as (
    select person_key, spell_key, 1 as position, proc_01 as opcs4 from spells
    union all
    select person_key, spell_key, 2 as position, proc_02 as opcs4 from spells
    union all
    select person_key, spell_key, 3 as position, proc_03 as opcs4 from spells
),

final as (
    select
        person_key,
        spell_key,
        position,
        opcs4
    from positions
    where opcs4 is not null
)

select * from final order by person_key
