/*
description: >
  Days of registration of each person in each financial year and in each area that the person belonged to,
  by age and sex: one row for each type of reference.area_type. Practice and PCN are those of
  registration, all others those of residence. A person of whom an area is not known is in the area
  Not known of that type, so that areas of a type add up to everybody.
grain: [person_key, area_type, area_code, financial_year, age]
columns:
  person_key: Pseudonym of the person
  area_type: All, Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN or Practice
  area_code: Code of the area, or Not known
  area_name: Name of the area; its code where it has no name
  financial_year: Such as 2025/26
  age: Completed years; null where not known
  age_band: Five-year band, 0-4 to 90+, or Not known
  sex: "female, male, other or unknown"
  days_to_end: Days on which the person was registered in that area and of that age, as in core.person_month
  is_open: Whether the month that is not over is among them, and the person still registered
checks:
  - unique: [person_key, area_type, area_code, financial_year, age]
  - not_null: [person_key, area_type, area_code, area_name, financial_year, age_band, sex, days_to_end, is_open]
  - expect: days_to_end between 1 and 366
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
        neighbourhood_code,
        ltla_code,
        neighbourhood_name,
        ltla_name,
        region_code,
        sub_icb_code,
        icb_code,
        region_name,
        sub_icb_name,
        icb_name,
        age,
        age_band,
        sex,
        days_to_end,
        is_open
    from intermediate.person_year
),

area_types as (
    select cast(area_type as varchar) as area_type
    from reference.area_type
),

-- Lists, not a join with the types: rows stay in the order of people, and need not be put in order
-- again to be grouped.
listed as (
    select
        person_key,
        unnest(['All', 'Region', 'ICB', 'Sub-ICB location', 'Place', 'Local authority', 'Neighbourhood', 'PCN', 'Practice']) as area_type,
        unnest(['All', region_code, icb_code, sub_icb_code, place_code, ltla_code, neighbourhood_code, pcn_code, practice_code]) as area_code,
        unnest(['All', region_name, icb_name, sub_icb_name, place_name, ltla_name, neighbourhood_name, pcn_name, practice_name]) as area_name,
        financial_year,
        age,
        age_band,
        sex,
        days_to_end,
        is_open
    from person_years
),

placed as (
    select
        listed.person_key,
        area_types.area_type,
        listed.area_code,
        listed.area_name,
        listed.financial_year,
        listed.age,
        listed.age_band,
        listed.sex,
        listed.days_to_end,
        listed.is_open
    from area_types
    inner join listed
        on area_types.area_type = listed.area_type
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
        cast(sum(days_to_end) as int) as days_to_end,
        coalesce(bool_or(is_open), false) as is_open
    from placed
    group by person_key, area_type, coalesce(area_code, 'Not known'), financial_year, age, age_band, sex
)

select * from final order by person_key
