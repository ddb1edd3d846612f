/*
description: >
  Continuous inpatient spells: hospital spells of one person that follow each other by transfer, or overlap, are
  one stay. A spell goes on with the one before it when it begins before the other ends; or when it begins
  within two days of its end and either says so: discharged to a hospital (destination 49 to 53), admitted from
  one (source 49 to 53), or transferred (admission method 2B or 81). Spells are taken in the order of admission
  and, on one day, of discharge.

  The kind of admission is that of the first spell, and how it ended that of the last. A stay of which a spell is not
  over by the as-of date is not over.
grain: [person_key, inpatient_spell]
columns:
  person_key: Pseudonym of the person
  inpatient_spell: Number of the stay in the order of admission
  admission_date: Day of the first admission
  discharge_date: Day of the last discharge; null while in hospital at the as-of date
  spells: Hospital spells that make up the stay
  first_spell_key: The first spell
  last_spell_key: The last spell
  is_emergency: Emergency admission of the first spell
  is_elective: Elective admission of the first spell
  is_day_case: Whether every spell is a day case or a regular attendance
  is_maternity: "Whether a spell is of maternity: its admission method, an obstetric or midwifery treatment function (501, 560), or a main diagnosis of O00 to O99"
  is_cancer: Whether a diagnosis of any spell is of cancer other than benign or in situ (C00 to C97, D37 to D48) or chemotherapy for it (Z511)
  died: Whether the last spell ended in death (discharge methods 4 and 5)
  sex: "female, male, other or unknown"
  age: Completed years at admission; null where not known
  age_band: Five-year band, 0-4 to 90+, or Not known
checks:
  - unique: [person_key, inpatient_spell]
  - not_null: [person_key, inpatient_spell, admission_date, spells, first_spell_key, last_spell_key, is_emergency, is_elective, is_day_case, is_maternity, is_cancer, died]
  - expect: discharge_date >= admission_date
topic: utilisation
*/
with spells as (
    select
        person_key,
        spell_key,
        admission_date,
        case when discharge_date <= $as_of then discharge_date end as discharge_date,
        coalesce(admission_method, '') as admission_method,
        coalesce(admission_source, '') as admission_source,
        coalesce(patient_classification, '') as patient_classification,
        coalesce(discharge_method, '') as discharge_method,
        coalesce(discharge_destination, '') as discharge_destination,
        coalesce(treatment_function, '') as treatment_function,
        coalesce(icd10_3, '') as icd10_3,
        point_of_delivery,
        is_emergency,
        is_elective,
        sex,
        age,
        age_band
    from core.spell
),

diagnoses as (
    select
        person_key,
        spell_key,
        icd10,
        icd10_3
    from intermediate.spell_diagnosis
),

cancer_spells as (
    select
        person_key,
        spell_key
    from diagnoses
    where icd10_3 between 'C00' and 'C97'
        or icd10_3 between 'D37' and 'D48'
        or icd10 = 'Z511'
    group by person_key, spell_key
),

marked as (
    select
        spells.*,
        coalesce(spells.discharge_date, cast('9999-12-31' as date)) as last_date,
        spells.patient_classification in ('2', '3', '4') as is_day_case,
        spells.point_of_delivery = 'Maternity'
        or spells.treatment_function in ('501', '560')
        or substring(spells.icd10_3, 1, 1) = 'O' as is_maternity,
        cancer_spells.spell_key is not null as is_cancer
    from spells
    left join cancer_spells
        on spells.person_key = cancer_spells.person_key
        and spells.spell_key = cancer_spells.spell_key
),

followed as (
    select
        marked.*,
        max(last_date) over (
            partition by person_key
            order by admission_date, last_date, spell_key
            rows between unbounded preceding and 1 preceding
        ) as earlier_end,
        lag(discharge_destination) over (
            partition by person_key
            order by admission_date, last_date, spell_key
        ) as earlier_destination
    from marked
),

begun as (
    select
        followed.*,
        case
            when earlier_end is null then 1
            when admission_date < earlier_end then 0
            when days_between(earlier_end, admission_date) <= 2
                and (
                    earlier_destination in ('49', '50', '51', '52', '53')
                    or admission_source in ('49', '50', '51', '52', '53')
                    or admission_method in ('2B', '81')
                )
                then 0
            else 1
        end as begins
    from followed
),

numbered as (
    select
        begun.*,
        sum(begins) over (
            partition by person_key
            order by admission_date, last_date, spell_key
            rows between unbounded preceding and current row
        ) as inpatient_spell
    from begun
),

ordered as (
    select
        numbered.*,
        row_number() over (
            partition by person_key, inpatient_spell
            order by admission_date, last_date, spell_key
        ) as from_first,
        row_number() over (
            partition by person_key, inpatient_spell
            order by last_date desc, admission_date desc, spell_key desc
        ) as from_last
    from numbered
),

stays as (
    select
        person_key,
        inpatient_spell,
        min(admission_date) as admission_date,
        max(last_date) as last_date,
        count(*) as spells,
        max(case when from_first = 1 then spell_key end) as first_spell_key,
        max(case when from_last = 1 then spell_key end) as last_spell_key,
        bool_or(from_first = 1 and is_emergency) as is_emergency,
        bool_or(from_first = 1 and is_elective) as is_elective,
        bool_and(is_day_case) as is_day_case,
        bool_or(is_maternity) as is_maternity,
        bool_or(is_cancer) as is_cancer,
        bool_or(from_last = 1 and discharge_method in ('4', '5')) as died,
        max(case when from_first = 1 then sex end) as sex,
        max(case when from_first = 1 then age end) as age,
        max(case when from_first = 1 then age_band end) as age_band
    from ordered
    group by person_key, inpatient_spell
),

final as (
    select
        person_key,
        cast(inpatient_spell as int) as inpatient_spell,
        admission_date,
        case when last_date <= $as_of then last_date end as discharge_date,
        cast(spells as int) as spells,
        first_spell_key,
        last_spell_key,
        is_emergency,
        is_elective,
        is_day_case,
        is_maternity,
        is_cancer,
        died,
        sex,
        age,
        age_band
    from stays
)

select * from final order by person_key
