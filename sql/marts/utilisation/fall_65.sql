/*
description: >
  Emergency admissions for falls of people aged 65 and over, by two definitions, area and financial year: that of
  Fingertips (an injury as the main diagnosis and a fall, W00 to W19, below it) and a wider one, which adds
  fractures that falls ordinarily cause where no external cause is coded, and a tendency to fall. Hip
  fractures are shown beside them. Every area, definition and year of the period has a row, zero included.

  Admissions and people are those of intermediate.condition_admission_rate; bed days are the midnights up to the
  as-of date of the same admissions.
grain: [definition, area_type, area_code, financial_year]
columns:
  definition: "Falls, Falls (wider) or Hip fracture"
  definition_order: Order of the definitions
  area_type: All, Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN or Practice
  area_type_order: Order of the types
  area_code: Code of the area, or Not known
  area_name: Name of the area
  financial_year: Such as 2025/26
  is_complete: Whether all days of the year are covered
  incomplete_months: Months of the year with incomplete records of emergency admissions (marts.period_completeness)
  admissions: Emergency admissions
  people_admitted: Different people who were admitted
  people_admitted_again: Those of them who were admitted for it twice or more in the year
  died_in_hospital: Admissions that ended in death by the as-of date
  bed_days: Midnights in hospital
  people: Average number of registered people of 65 and over, in whole people
  rate: Admissions for each 100,000 people; null where people is 0
  lower: Lower 95% limit of the rate
  upper: Upper 95% limit of the rate
  dsr: Directly standardised rate for each 100,000 people; null below 10 admissions and where an age band has nobody
  dsr_lower: Lower 95% limit of it
  dsr_upper: Upper 95% limit of it
checks:
  - unique: [definition, area_type, area_code, financial_year]
  - not_null: [definition, area_type, area_code, area_name, financial_year, is_complete, admissions, people_admitted, people_admitted_again, died_in_hospital, bed_days, people]
  - expect: people_admitted_again <= people_admitted and people_admitted <= admissions and died_in_hospital <= people_admitted
  - expect: people > 0 or rate is null
topic: utilisation
*/
with rates as (
    select
        condition_list,
        condition,
        area_type,
        area_type_order,
        area_code,
        area_name,
        financial_year,
        is_complete,
        incomplete_months,
        admissions,
        people_admitted,
        people,
        rate,
        lower,
        upper,
        dsr,
        dsr_lower,
        dsr_upper
    from intermediate.condition_admission_rate
),

definitions as (
    select 'Fingertips' as condition_list, 'Falls, aged 65 and over' as condition, 'Falls' as definition, 1 as definition_order
    union all
    select 'Avoidable activity' as condition_list, 'Falls' as condition, 'Falls (wider)' as definition, 2 as definition_order
    union all
    select 'Fingertips' as condition_list, 'Hip fracture, aged 65 and over' as condition, 'Hip fracture' as definition, 3 as definition_order
),

matched as (
    select
        person_key,
        spell_key,
        condition_list,
        condition
    from intermediate.admission_condition
),

admissions as (
    select
        person_key,
        spell_key,
        area_type,
        area_code,
        financial_year
    from intermediate.admission_area
),

spells as (
    select
        person_key,
        spell_key,
        case when discharge_date <= $as_of and discharge_method = '4' then 1 else 0 end as died,
        days_between(admission_date, least(coalesce(discharge_date, $as_of), $as_of)) as midnights
    from core.spell
),

person_totals as (
    select
        admissions.person_key,
        definitions.definition,
        admissions.area_type,
        admissions.area_code,
        admissions.financial_year,
        count(*) as admissions,
        sum(spells.died) as died,
        sum(spells.midnights) as midnights
    from definitions
    inner join matched
        on definitions.condition_list = matched.condition_list
        and definitions.condition = matched.condition
    inner join spells
        on matched.person_key = spells.person_key
        and matched.spell_key = spells.spell_key
    inner join admissions
        on matched.person_key = admissions.person_key
        and matched.spell_key = admissions.spell_key
    group by
        admissions.person_key,
        definitions.definition,
        admissions.area_type,
        admissions.area_code,
        admissions.financial_year
),

stays as (
    select
        definition,
        area_type,
        area_code,
        financial_year,
        count(*) filter (where admissions >= 2) as people_admitted_again,
        cast(sum(died) as bigint) as died_in_hospital,
        cast(sum(midnights) as bigint) as bed_days
    from person_totals
    group by definition, area_type, area_code, financial_year
),

final as (
    select
        definitions.definition,
        definitions.definition_order,
        rates.area_type,
        rates.area_type_order,
        rates.area_code,
        rates.area_name,
        rates.financial_year,
        rates.is_complete,
        rates.incomplete_months,
        rates.admissions,
        rates.people_admitted,
        coalesce(stays.people_admitted_again, 0) as people_admitted_again,
        coalesce(stays.died_in_hospital, 0) as died_in_hospital,
        coalesce(stays.bed_days, 0) as bed_days,
        rates.people,
        rates.rate,
        rates.lower,
        rates.upper,
        rates.dsr,
        rates.dsr_lower,
        rates.dsr_upper
    from definitions
    inner join rates
        on definitions.condition_list = rates.condition_list
        and definitions.condition = rates.condition
    left join stays
        on definitions.definition = stays.definition
        and rates.area_type = stays.area_type
        and rates.area_code = stays.area_code
        and rates.financial_year = stays.financial_year
)

select * from final
