/*
description: >
  Stays that may be followed by a readmission, and whether one followed within 30 days, after the emergency
  readmission indicator of NHS Digital (I02040). A stay is a continuous inpatient spell
  (intermediate.inpatient_spell), so that a transfer is no readmission.

  The stay ended within the period, the person left hospital alive, and it is neither a day case nor maternity, nor
  has a diagnosis of cancer or chemotherapy. A readmission is an emergency stay, neither maternity nor cancer, that
  begins on the day of the last such discharge or on one of the 29 days after it, whether the person then died
  or not, with any provider. A stay whose 30 days reach past the as-of date is left out.
grain: [person_key, inpatient_spell]
columns:
  person_key: Pseudonym of the person
  inpatient_spell: Number of the stay
  spell_key: Its last hospital spell, whose provider and areas it belongs to
  discharge_date: Day of discharge
  financial_year: Financial year of discharge
  admission_kind: "Emergency, Elective or Other"
  sex: "female, male, other or unknown"
  age_band: Five-year band at admission, 0-4 to 90+, or Not known
  is_readmitted: Whether a readmission followed
  days_to_readmission: Days from the discharge to it; null where none followed
checks:
  - unique: [person_key, inpatient_spell]
  - not_null: [person_key, inpatient_spell, spell_key, discharge_date, financial_year, admission_kind, sex, age_band, is_readmitted]
  - expect: days_to_readmission between 0 and 29
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

months as (
    select
        month,
        financial_year
    from intermediate.period_month
),

-- The number of the latest stay before that may be followed.
linked as (
    select
        person_key,
        inpatient_spell,
        admission_date,
        may_be_readmission,
        max(case when may_be_followed then inpatient_spell end) over (
            partition by person_key
            order by inpatient_spell
            rows between unbounded preceding and 1 preceding
        ) as earlier_stay
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

followed as (
    select
        stays.person_key,
        stays.inpatient_spell,
        stays.last_spell_key as spell_key,
        stays.discharge_date,
        cast(date_trunc('month', stays.discharge_date) as date) as month,
        case
            when stays.is_emergency then 'Emergency'
            when stays.is_elective then 'Elective'
            else 'Other'
        end as admission_kind,
        stays.sex,
        stays.age_band,
        days_between(stays.discharge_date, firsts.readmission_date) as days_to_next
    from stays
    left join firsts
        on stays.person_key = firsts.person_key
        and stays.inpatient_spell = firsts.earlier_stay
    where stays.may_be_followed
        and stays.discharge_date >= $period_start
        and stays.discharge_date <= $period_end
        and stays.discharge_date <= cast($as_of - interval '29 days' as date)
),

final as (
    select
        followed.person_key,
        followed.inpatient_spell,
        followed.spell_key,
        followed.discharge_date,
        months.financial_year,
        followed.admission_kind,
        followed.sex,
        followed.age_band,
        coalesce(followed.days_to_next <= 29, false) as is_readmitted,
        case when followed.days_to_next <= 29 then followed.days_to_next end as days_to_readmission
    from followed
    inner join months
        on followed.month = months.month
)

select * from final order by person_key
