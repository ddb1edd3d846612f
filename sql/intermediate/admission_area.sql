/*
description: >
  Hospital admissions within the period of people who were registered in the month of admission, once for
  each area that they belonged to in that month: the numerators of rates over person-months. Admissions of
  people who were not registered are not here; core.spell has all.
grain: [spell_key, area_type]
columns:
  person_key: Pseudonym of the person
  spell_key: Spell, as in core.spell
  area_type: All, Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN or Practice
  area_code: Code of the area, or Not known
  financial_year: Financial year of the admission
  age: Completed years on the first of the month; null where not known
  age_band: Five-year band, 0-4 to 90+, or Not known
  sex: "female, male, other or unknown"
  point_of_delivery: As in core.spell
checks:
  - unique: [spell_key, area_type]
  - not_null: [person_key, spell_key, area_type, area_code, financial_year, age_band, sex, point_of_delivery]
topic: utilisation
*/
with spells as (
    select
        person_key,
        spell_key,
        cast(date_trunc('month', admission_date) as date) as month,
        point_of_delivery
    from core.spell
    where admission_date >= $period_start
        and admission_date <= least($period_end, $as_of)
),

person_months as (
    select
        person_key,
        month,
        financial_year,
        age,
        age_band,
        sex,
        practice_code,
        pcn_code,
        lsoa21_code
    from core.person_month
),

areas as (
    select
        lsoa21_code,
        place_code,
        neighbourhood_code,
        ltla_code,
        region_code,
        sub_icb_code,
        icb_code
    from core.area
),

area_types as (
    select cast(area_type as varchar) as area_type
    from reference.area_type
),

registered as (
    select
        spells.person_key,
        spells.spell_key,
        spells.point_of_delivery,
        person_months.financial_year,
        person_months.age,
        person_months.age_band,
        person_months.sex,
        person_months.practice_code,
        person_months.pcn_code,
        person_months.lsoa21_code
    from spells
    inner join person_months
        on spells.person_key = person_months.person_key
        and spells.month = person_months.month
),

placed as (
    select
        registered.person_key,
        registered.spell_key,
        area_types.area_type,
        case area_types.area_type
            when 'All' then 'All'
            when 'Region' then areas.region_code
            when 'ICB' then areas.icb_code
            when 'Sub-ICB location' then areas.sub_icb_code
            when 'Place' then areas.place_code
            when 'Local authority' then areas.ltla_code
            when 'Neighbourhood' then areas.neighbourhood_code
            when 'PCN' then registered.pcn_code
            when 'Practice' then registered.practice_code
        end as area_code,
        registered.financial_year,
        registered.age,
        registered.age_band,
        registered.sex,
        registered.point_of_delivery
    from area_types
    cross join registered
    left join areas
        on registered.lsoa21_code = areas.lsoa21_code
),

final as (
    select
        person_key,
        spell_key,
        area_type,
        coalesce(area_code, 'Not known') as area_code,
        financial_year,
        age,
        age_band,
        sex,
        point_of_delivery
    from placed
)

select * from final order by person_key
