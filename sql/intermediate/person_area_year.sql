/*
description: >
  Days of registration of each person in each financial year and in each area that the person belonged to,
  by age and sex: one row for each type of reference.area_type. Place, local authority and ICB are those of
  residence, practice and PCN those of registration. A person of whom an area is not known is in the area
  Not known of that type, so that areas of a type add up to everybody.
grain: [person_key, area_type, area_code, financial_year, age]
columns:
  person_key: Pseudonym of the person
  area_type: All, ICB, Place, Local authority, PCN or Practice
  area_code: Code of the area, or Not known
  area_name: Name of the area; its code where it has no name
  financial_year: Such as 2025/26
  age: Completed years; null where not known
  age_band: Five-year band, 0-4 to 90+, or Not known
  sex: "female, male, other or unknown"
  registered_days: Days on which the person was registered in that area and of that age
checks:
  - unique: [person_key, area_type, area_code, financial_year, age]
  - not_null: [person_key, area_type, area_code, area_name, financial_year, age_band, sex, registered_days]
  - expect: registered_days between 1 and 366
topic: utilisation
*/
with person_years as (
    select
        person_key,
        financial_year,
        practice_code,
        practice_name,
        pcn_code,
        pcn_name,
        place_code,
        place_name,
        ltla_code,
        ltla_name,
        icb_code,
        icb_name,
        age,
        age_band,
        sex,
        registered_days
    from intermediate.person_year
),

area_types as (
    select cast(area_type as varchar) as area_type
    from reference.area_type
),

placed as (
    select
        person_years.person_key,
        area_types.area_type,
        case area_types.area_type
            when 'All' then 'All'
            when 'ICB' then person_years.icb_code
            when 'Place' then person_years.place_code
            when 'Local authority' then person_years.ltla_code
            when 'PCN' then person_years.pcn_code
            when 'Practice' then person_years.practice_code
        end as area_code,
        case area_types.area_type
            when 'All' then 'All'
            when 'ICB' then person_years.icb_name
            when 'Place' then person_years.place_name
            when 'Local authority' then person_years.ltla_name
            when 'PCN' then person_years.pcn_name
            when 'Practice' then person_years.practice_name
        end as area_name,
        person_years.financial_year,
        person_years.age,
        person_years.age_band,
        person_years.sex,
        person_years.registered_days
    from area_types
    cross join person_years
),

final as (
    select
        person_key,
        area_type,
        coalesce(area_code, 'Not known') as area_code,
        min(coalesce(area_name, area_code, 'Not known')) as area_name,
        financial_year,
        age,
        age_band,
        sex,
        cast(sum(registered_days) as int) as registered_days
    from placed
    group by person_key, area_type, coalesce(area_code, 'Not known'), financial_year, age, age_band, sex
)

select * from final order by person_key
