/*
description: >
  Hospital admissions that a rule of reference.admission_condition_rule finds, once for each condition of a
  list. A rule says which admissions, ages and patient classifications it looks at, and its codes which
  diagnosis makes one: in the main position, or in any; together with another diagnosis below the main one
  (with), or in its absence (without), or in the absence of a procedure. Codes are compared by their
  beginning.

  For lists that have them, All conditions is a condition too: each admission counts once.

  Alcohol-related conditions (narrow) are those that a rule finds, and those that alcohol partly causes
  (intermediate.attributable_spell), with the largest fraction of the admission that is above 0 as their weight.
grain: [spell_key, condition_list, condition]
columns:
  person_key: Pseudonym of the person
  spell_key: Spell, as in core.spell
  condition_list: List of conditions, see reference.admission_condition
  condition: Condition of the list
  weight: "How much the admission counts: 1, or the fraction that is due to alcohol"
checks:
  - unique: [spell_key, condition_list, condition]
  - not_null: [person_key, spell_key, condition_list, condition, weight]
  - expect: weight > 0 and weight <= 1
topic: utilisation
*/
with spells as (
    select
        person_key,
        spell_key,
        age,
        is_emergency,
        admission_method,
        admission_source,
        patient_classification
    from core.spell
),

diagnoses as (
    select
        person_key,
        spell_key,
        position,
        icd10
    from intermediate.spell_diagnosis
),

procedures as (
    select
        person_key,
        spell_key,
        position,
        opcs4
    from intermediate.spell_procedure
),

rules as (
    select
        rule,
        condition_list,
        condition,
        admissions,
        cast(age_from as int) as age_from,
        cast(age_to as int) as age_to,
        classifications,
        transfers
    from reference.admission_condition_rule
),

codes as (
    select
        rule,
        part,
        cast(code as varchar) as code
    from reference.admission_condition_code
),

attributable as (
    select
        person_key,
        spell_key,
        fraction
    from intermediate.attributable_spell
    where risk = 'Alcohol'
        and fraction > 0
),

narrow as (
    select
        condition_list,
        condition
    from reference.admission_condition
    where indicator_code = 'alcohol-related-narrow'
),

totals as (
    select distinct condition_list
    from reference.admission_condition
    where condition = 'All conditions'
),

lengths as (
    select 1 as code_length
    union all
    select 2 as code_length
    union all
    select 3 as code_length
    union all
    select 4 as code_length
),

-- Codes of lists have one to four characters: each diagnosis is looked up by its first ones.
diagnosis_stems as (
    select
        diagnoses.person_key,
        diagnoses.spell_key,
        diagnoses.position,
        substring(diagnoses.icd10, 1, lengths.code_length) as code
    from lengths
    cross join diagnoses
    where length(diagnoses.icd10) >= lengths.code_length
),

procedure_stems as (
    select
        procedures.person_key,
        procedures.spell_key,
        procedures.position,
        substring(procedures.opcs4, 1, lengths.code_length) as code
    from lengths
    cross join procedures
    where length(procedures.opcs4) >= lengths.code_length
),

found as (
    select
        diagnosis_stems.person_key,
        diagnosis_stems.spell_key,
        codes.rule,
        case when codes.part in ('main', 'any') then 'condition' else codes.part end as part
    from codes
    inner join diagnosis_stems
        on codes.code = diagnosis_stems.code
    where codes.part = 'any'
        or (codes.part = 'main' and diagnosis_stems.position = 1)
        or (codes.part in ('with', 'without') and diagnosis_stems.position > 1)
    union all
    select
        procedure_stems.person_key,
        procedure_stems.spell_key,
        codes.rule,
        'without' as part
    from codes
    inner join procedure_stems
        on codes.code = procedure_stems.code
    where codes.part = 'without procedure'
        or (codes.part = 'without main procedure' and procedure_stems.position = 1)
),

parts as (
    select
        person_key,
        spell_key,
        rule,
        max(case when part = 'condition' then 1 else 0 end) as has_condition,
        max(case when part = 'with' then 1 else 0 end) as has_other,
        max(case when part = 'without' then 1 else 0 end) as is_left_out
    from found
    group by person_key, spell_key, rule
),

needed as (
    select
        rule,
        max(case when part = 'with' then 1 else 0 end) as needs_other
    from codes
    group by rule
),

matched as (
    select
        spells.person_key,
        spells.spell_key,
        rules.condition_list,
        rules.condition
    from parts
    inner join needed
        on parts.rule = needed.rule
    inner join rules
        on parts.rule = rules.rule
    inner join spells
        on parts.person_key = spells.person_key
        and parts.spell_key = spells.spell_key
    where parts.has_condition = 1
        and parts.has_other >= needed.needs_other
        and parts.is_left_out = 0
        and (rules.admissions = 'any' or spells.is_emergency)
        and (rules.age_from is null or spells.age >= rules.age_from)
        and (rules.age_to is null or spells.age <= rules.age_to)
        and case rules.classifications
            when 'ordinary and day case' then coalesce(spells.patient_classification, '') in ('1', '2')
            when 'no regular attenders' then coalesce(spells.patient_classification, '') not in ('3', '4')
            else true
        end
        and (
            rules.transfers = 'yes'
            or not (
                coalesce(spells.admission_source, '') in ('51', '52', '53')
                or coalesce(spells.admission_method, '') in ('2B', '81')
            )
        )
),

all_conditions as (
    select
        matched.person_key,
        matched.spell_key,
        matched.condition_list,
        'All conditions' as condition
    from totals
    inner join matched
        on totals.condition_list = matched.condition_list
),

weighted as (
    select person_key, spell_key, condition_list, condition, cast(1.0 as double) as weight from matched
    union all
    select person_key, spell_key, condition_list, condition, cast(1.0 as double) as weight from all_conditions
    union all
    select
        attributable.person_key,
        attributable.spell_key,
        narrow.condition_list,
        narrow.condition,
        attributable.fraction as weight
    from narrow
    cross join attributable
),

final as (
    select
        person_key,
        spell_key,
        condition_list,
        condition,
        max(weight) as weight
    from weighted
    group by person_key, spell_key, condition_list, condition
)

select * from final order by person_key
