/*
description: >
  Stays that may be followed by a readmission, whenever they ended, and the emergency stay that followed. A stay is a
  continuous inpatient spell (intermediate.inpatient_spell), so that a transfer is no readmission. The person
  left hospital alive, and the stay is neither a day case nor maternity, nor has a diagnosis of cancer or chemotherapy. A
  readmission is an emergency stay, neither maternity nor cancer, with any provider; it belongs to the latest such stay
  before it, so that a stay is followed up to the next one at most.
grain: [person_key, inpatient_spell]
columns:
  person_key: Pseudonym of the person
  inpatient_spell: Number of the stay
  spell_key: Its last hospital spell, whose provider and areas it belongs to
  discharge_date: Day of discharge
  admission_kind: "Emergency, Elective or Other"
  sex: "female, male, other or unknown"
  age_band: Five-year band at admission, 0-4 to 90+, or Not known
  readmission_date: First day of the first readmission; null where none followed before the next stay that may be followed
  next_stay_date: First day of the next stay that may itself be followed; null without one
checks:
  - unique: [person_key, inpatient_spell]
  - not_null: [person_key, inpatient_spell, spell_key, discharge_date, admission_kind, sex, age_band]
  - expect: readmission_date >= discharge_date
topic: utilisation
*/
with stays as (
    select
        person_key,
        inpatient_spell,
        admission_date,
        discharge_date,
        last_spell_key,
        is_emergency,
        is_elective,
        sex,
        age_band,
        is_emergency and not is_maternity and not is_cancer as may_be_readmission,
        discharge_date is not null
        and not died
        and not is_day_case
        and not is_maternity
        and not is_cancer as may_be_followed
    from intermediate.inpatient_spell
),

linked as (
    select
        *,
        -- The latest stay before that may be followed, and the first such stay after.
        max(case when may_be_followed then inpatient_spell end) over (
            partition by person_key
            order by inpatient_spell
            rows between unbounded preceding and 1 preceding
        ) as earlier_stay,
        min(case when may_be_followed then admission_date end) over (
            partition by person_key
            order by inpatient_spell
            rows between 1 following and unbounded following
        ) as next_stay_date
    from stays
),

firsts as (
    select
        person_key,
        earlier_stay,
        min(admission_date) as readmission_date
    from linked
    where may_be_readmission
        and earlier_stay is not null
    group by person_key, earlier_stay
),

final as (
    select
        linked.person_key,
        linked.inpatient_spell,
        linked.last_spell_key as spell_key,
        linked.discharge_date,
        case
            when linked.is_emergency then 'Emergency'
            when linked.is_elective then 'Elective'
            else 'Other'
        end as admission_kind,
        linked.sex,
        linked.age_band,
        firsts.readmission_date,
        linked.next_stay_date
    from linked
    left join firsts
        on linked.person_key = firsts.person_key
        and linked.inpatient_spell = firsts.earlier_stay
    where linked.may_be_followed
)

select * from final order by person_key
