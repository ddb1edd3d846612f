/*
description: >
  Hospital spells that a rule of avoidable activity finds, once for each rule, with the share of the spell that
  is attributable: 1 but for risks that partly cause a condition. The rules are those of the New Hospital
  Programme's demand model that a spell can answer. Excess bed days are in marts.length_of_stay; days before an
  operation are not here, as the day of the operation is not held.

  Frailty is the Hospital Frailty Risk Score of people of 75 and over admitted in an emergency, over the distinct
  diagnoses of the spell and of the spells that ended in the 730 days before it: 5 to 15 intermediate, above 15
  high. A readmission within 28 days may follow any spell but those of well babies; of two spells that begin on
  one day, the one that ends later follows the other.
grain: [spell_key, activity]
columns:
  person_key: Pseudonym of the person
  spell_key: Spell, as in core.spell
  activity: Rule, see reference.avoidable_activity
  share: Share of the spell that is attributable, above 0 to 1
checks:
  - not_null: [person_key, spell_key, activity, share]
  - expect: share > 0 and share <= 1
  - one_of: {activity: reference.avoidable_activity.activity}
topic: utilisation
*/
with spells as (
    select
        person_key,
        spell_key,
        sex,
        age,
        admission_date,
        case when discharge_date <= $as_of then discharge_date end as discharge_date,
        case when discharge_date <= $as_of then midnights end as midnights,
        case when discharge_date <= $as_of then coalesce(discharge_method, '') else '' end as discharge_method,
        coalesce(admission_method, '') as admission_method,
        coalesce(treatment_function, '') as treatment_function,
        coalesce(hrg, '') as hrg,
        is_emergency,
        is_elective,
        procedure
    from core.spell
),

conditions as (
    select
        person_key,
        spell_key,
        condition
    from intermediate.admission_condition
    where condition_list = 'Avoidable activity'
),

diagnoses as (
    select
        person_key,
        spell_key,
        position,
        icd10,
        icd10_3,
        discharge_date
    from intermediate.spell_diagnosis
),

procedures as (
    select distinct
        person_key,
        spell_key
    from intermediate.spell_procedure
),

external_causes as (
    select
        person_key,
        spell_key
    from conditions
    where condition = 'External cause'
),

frailty_weights as (
    select
        icd10_prefix,
        cast(round(weight * 10) as int) as tenths
    from reference.hfrs_code
),

described as (
    select
        spells.*,
        spells.procedure is null and procedures.spell_key is null as has_no_procedure,
        external_causes.spell_key is not null as has_external_cause
    from spells
    left join procedures
        on spells.person_key = procedures.person_key
        and spells.spell_key = procedures.spell_key
    left join external_causes
        on spells.person_key = external_causes.person_key
        and spells.spell_key = external_causes.spell_key
),

by_condition as (
    select
        described.person_key,
        described.spell_key,
        conditions.condition as activity
    from described
    inner join conditions
        on described.person_key = conditions.person_key
        and described.spell_key = conditions.spell_key
    where conditions.condition <> 'External cause'
        and (
            conditions.condition <> 'Mental health admission through the emergency department'
            or (
                described.admission_method = '21'
                and described.discharge_method <> '4'
                and described.has_no_procedure
            )
        )
),

by_spell as (
    select
        person_key,
        spell_key,
        'No stay and no procedure, adult' as activity
    from described
    where is_emergency
        and age >= 18
        and midnights = 0
        and discharge_method in ('1', '2', '3')
        and has_no_procedure
    union all
    select
        person_key,
        spell_key,
        'No stay and no procedure, child' as activity
    from described
    where is_emergency
        and age < 18
        and midnights = 0
        and discharge_method in ('1', '2', '3')
        and has_no_procedure
    union all
    select
        person_key,
        spell_key,
        case
            when midnights <= 2 then 'Death within 2 days of admission, no procedure'
            else 'Death 3 to 14 days after admission, no procedure'
        end as activity
    from described
    where discharge_method = '4'
        and midnights <= 14
        and has_no_procedure
        and not has_external_cause
    union all
    select
        person_key,
        spell_key,
        'Cancelled operation' as activity
    from described
    where is_elective
        and discharge_method <> '4'
        and (substring(hrg, 1, 3) = 'S22' or substring(hrg, 1, 4) in ('WA14', 'WH50'))
    union all
    select
        person_key,
        spell_key,
        'Emergency admission, aged 75 and over' as activity
    from described
    where is_emergency
        and age >= 75
),

frail_codes as (
    select distinct
        spells.person_key,
        spells.spell_key,
        diagnoses.icd10_3
    from spells
    inner join diagnoses
        on spells.person_key = diagnoses.person_key
    where spells.is_emergency
        and spells.age >= 75
        and (
            spells.spell_key = diagnoses.spell_key
            or (
                diagnoses.discharge_date <= spells.admission_date
                and days_between(diagnoses.discharge_date, spells.admission_date) <= 730
            )
        )
),

frailty as (
    select
        frail_codes.person_key,
        frail_codes.spell_key,
        sum(frailty_weights.tenths) as tenths
    from frailty_weights
    inner join frail_codes
        on frailty_weights.icd10_prefix = frail_codes.icd10_3
    group by frail_codes.person_key, frail_codes.spell_key
),

by_frailty as (
    select
        person_key,
        spell_key,
        case when tenths > 150 then 'Frailty, high risk' else 'Frailty, intermediate risk' end as activity
    from frailty
    where tenths >= 50
),

readmitted as (
    select distinct
        later.person_key,
        later.spell_key,
        'Readmission within 28 days' as activity
    from spells as earlier
    inner join spells as later
        on earlier.person_key = later.person_key
    where later.is_emergency
        and earlier.spell_key <> later.spell_key
        and earlier.treatment_function <> '424'
        and substring(earlier.hrg, 1, 5) <> 'PB03Z'
        and earlier.discharge_date <= later.admission_date
        and days_between(earlier.discharge_date, later.admission_date) <= 28
        and (
            later.admission_date > earlier.admission_date
            or coalesce(later.discharge_date, cast('9999-12-31' as date)) > earlier.discharge_date
        )
),

by_risk as (
    select
        person_key,
        spell_key,
        case when risk = 'Alcohol' then 'Alcohol, partly attributable' else risk end as activity,
        max(fraction) as share
    from intermediate.attributable_spell
    where fraction > 0
    group by person_key, spell_key, risk
),

whole as (
    select person_key, spell_key, activity from by_condition
    union all
    select person_key, spell_key, activity from by_spell
    union all
    select person_key, spell_key, activity from by_frailty
    union all
    select person_key, spell_key, activity from readmitted
),

final as (
    select
        person_key,
        spell_key,
        activity,
        cast(1.0 as double) as share
    from whole
    union all
    select
        person_key,
        spell_key,
        activity,
        share
    from by_risk
)

select * from final order by person_key
