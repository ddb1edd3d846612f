/*
description: >
  Emergency admissions for intentional self-harm (X60 to X84 in any diagnosis position, regular attenders left out,
  as indicator 21001 of Fingertips) by area, sex, age group and financial year. Every area, sex, age group and
  year of the period has a row, zero included; people of no known age are in the group Not known. The directly
  standardised rate of all ages is in marts.phof_admission.

  Self-harm that was treated in an emergency department alone is not here: the record has no code list for it.
grain: [area_type, area_code, sex, age_group, financial_year]
columns:
  area_type: All, Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN or Practice
  area_type_order: Order of the types
  area_code: Code of the area, or Not known
  area_name: Name of the area
  sex: "female, male, other or unknown"
  age_group: "0-9, 10-14, 15-19, 20-24, 25-64, 65+ or Not known"
  financial_year: Such as 2025/26
  is_complete: Whether all days of the year are covered
  incomplete_months: Months of the year with incomplete records of emergency admissions (marts.period_completeness)
  admissions: Emergency admissions
  people_admitted: Different people who were admitted
  people_admitted_again: Those of them who were admitted for it twice or more in the year
  people: Average number of registered people of that sex and age, in whole people
  rate: Admissions for each 100,000 people; null where people is 0
  lower: Lower 95% limit of the rate
  upper: Upper 95% limit of the rate
  method: Method of the limits
checks:
  - unique: [area_type, area_code, sex, age_group, financial_year]
  - not_null: [area_type, area_code, area_name, sex, age_group, financial_year, is_complete, admissions, people_admitted, people_admitted_again, people]
  - expect: people_admitted_again <= people_admitted and people_admitted <= admissions
  - expect: people > 0 or rate is null
  - one_of: {sex: [female, male, other, unknown]}
  - one_of: {age_group: [0-9, 10-14, 15-19, 20-24, 25-64, 65+, Not known]}
topic: utilisation
*/
with matched as (
    select
        person_key,
        spell_key
    from intermediate.admission_condition
    where condition_list = 'Fingertips'
        and condition = 'Intentional self-harm'
),

admissions as (
    select
        person_key,
        spell_key,
        area_type,
        area_code,
        financial_year,
        sex,
        coalesce(age_band(age, '0,10,15,20,25,65'), 'Not known') as age_group
    from intermediate.admission_area
),

ages as (
    select
        area_type,
        area_code,
        financial_year,
        sex,
        coalesce(age_band(age, '0,10,15,20,25,65'), 'Not known') as age_group,
        person_days,
        days_covered
    from intermediate.area_age_year
),

areas as (
    select
        area_type,
        area_type_order,
        area_code,
        area_name,
        financial_year,
        is_complete
    from intermediate.area_year
),

-- Grouped, so that it is seen to repeat nobody.
completeness as (
    select
        financial_year,
        max(incomplete_months) as incomplete_months
    from intermediate.setting_year
    where setting = 'Emergency admission'
    group by financial_year
),

sexes as (
    select 'female' as sex
    union all
    select 'male' as sex
    union all
    select 'other' as sex
    union all
    select 'unknown' as sex
),

age_groups as (
    select '0-9' as age_group
    union all
    select '10-14' as age_group
    union all
    select '15-19' as age_group
    union all
    select '20-24' as age_group
    union all
    select '25-64' as age_group
    union all
    select '65+' as age_group
    union all
    select 'Not known' as age_group
),

person_totals as (
    select
        admissions.person_key,
        admissions.area_type,
        admissions.area_code,
        admissions.financial_year,
        admissions.sex,
        admissions.age_group,
        count(*) as admissions
    from matched
    inner join admissions
        on matched.person_key = admissions.person_key
        and matched.spell_key = admissions.spell_key
    group by
        admissions.person_key,
        admissions.area_type,
        admissions.area_code,
        admissions.financial_year,
        admissions.sex,
        admissions.age_group
),

counts as (
    select
        area_type,
        area_code,
        financial_year,
        sex,
        age_group,
        cast(sum(admissions) as bigint) as admissions,
        count(*) as people_admitted,
        count(*) filter (where admissions >= 2) as people_admitted_again
    from person_totals
    group by area_type, area_code, financial_year, sex, age_group
),

populations as (
    select
        area_type,
        area_code,
        financial_year,
        sex,
        age_group,
        -- As average_people does it: some people are never shown as none.
        cast(greatest(round(cast(sum(person_days) as double) / max(days_covered)), 1.0) as bigint) as people
    from ages
    group by area_type, area_code, financial_year, sex, age_group
),

counted as (
    select
        areas.area_type,
        areas.area_type_order,
        areas.area_code,
        areas.area_name,
        sexes.sex,
        age_groups.age_group,
        areas.financial_year,
        areas.is_complete,
        coalesce(completeness.incomplete_months, 0) as incomplete_months,
        coalesce(counts.admissions, 0) as admissions,
        coalesce(counts.people_admitted, 0) as people_admitted,
        coalesce(counts.people_admitted_again, 0) as people_admitted_again,
        coalesce(populations.people, 0) as people
    from areas
    cross join sexes
    cross join age_groups
    left join completeness
        on areas.financial_year = completeness.financial_year
    left join populations
        on areas.area_type = populations.area_type
        and areas.area_code = populations.area_code
        and areas.financial_year = populations.financial_year
        and sexes.sex = populations.sex
        and age_groups.age_group = populations.age_group
    left join counts
        on areas.area_type = counts.area_type
        and areas.area_code = counts.area_code
        and areas.financial_year = counts.financial_year
        and sexes.sex = counts.sex
        and age_groups.age_group = counts.age_group
),

estimated as (
    select
        area_type,
        area_code,
        sex,
        age_group,
        financial_year,
        area_type_order,
        area_name,
        is_complete,
        incomplete_months,
        admissions,
        people_admitted,
        people_admitted_again,
        people,
        rate(admissions, nullif(people, 0), 100000.0) as estimate
    from counted
),

final as (
    select
        area_type,
        area_type_order,
        area_code,
        area_name,
        sex,
        age_group,
        financial_year,
        is_complete,
        incomplete_months,
        admissions,
        people_admitted,
        people_admitted_again,
        people,
        estimate['value'] as rate,
        estimate['lower'] as lower,
        estimate['upper'] as upper,
        estimate['method'] as method
    from estimated
)

select * from final
