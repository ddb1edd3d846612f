/*
description: >
  Stays that may be followed by a readmission, and whether one followed within 30 days, after the emergency
  readmission indicator of NHS Digital (I02040). Which stays count, and what a readmission is, is said in
  intermediate.followed_stay. The stay ended within the period, and the readmission begins on the day of its discharge or on
  one of the 29 days after it. A stay whose 30 days reach past the as-of date is left out.
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
        spell_key,
        discharge_date,
        cast(date_trunc('month', discharge_date) as date) as month,
        admission_kind,
        sex,
        age_band,
        days_between(discharge_date, readmission_date) as days_to_next
    from intermediate.followed_stay
    where discharge_date >= $period_start
        and discharge_date <= $period_end
        and discharge_date <= cast($as_of - interval '29 days' as date)
),

months as (
    select
        month,
        financial_year
    from intermediate.period_month
),

final as (
    select
        stays.person_key,
        stays.inpatient_spell,
        stays.spell_key,
        stays.discharge_date,
        months.financial_year,
        stays.admission_kind,
        stays.sex,
        stays.age_band,
        coalesce(stays.days_to_next <= 29, false) as is_readmitted,
        case when stays.days_to_next <= 29 then stays.days_to_next end as days_to_readmission
    from stays
    inner join months
        on stays.month = months.month
)

select * from final order by person_key
