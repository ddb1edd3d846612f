/*
description: >
  The areas that each person belongs to, one row for each type of reference.area_type. Practice and PCN are those of
  registration, all others those of residence. A person of
  whom an area is not known is in the area Not known of that type, so that areas of a type add up
  to everybody.
grain: [person_key, area_type]
columns:
  person_key: Pseudonym of the person
  area_type: All, Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN or Practice
  area_code: Code of the area, or Not known
  area_name: Name of the area; its code where it has no name
checks:
  - unique: [person_key, area_type]
  - not_null: [person_key, area_type, area_code, area_name]
topic: geography
*/
with people as (
    select
        person_key,
        region_code,
        sub_icb_code,
        icb_code,
        region_name,
        sub_icb_name,
        icb_name,
        place_code,
        place_name,
        neighbourhood_code,
        ltla_code,
        neighbourhood_name,
        ltla_name,
        pcn_code,
        pcn_name,
        practice_code,
        practice_name
    from core.person
),

area_types as (
    select cast(area_type as varchar) as area_type
    from reference.area_type
),

placed as (
    select
        people.person_key,
        area_types.area_type,
        case area_types.area_type
            when 'All' then 'All'
            when 'Region' then people.region_code
            when 'ICB' then people.icb_code
            when 'Sub-ICB location' then people.sub_icb_code
            when 'Place' then people.place_code
            when 'Local authority' then people.ltla_code
            when 'Neighbourhood' then people.neighbourhood_code
            when 'PCN' then people.pcn_code
            when 'Practice' then people.practice_code
        end as area_code,
        case area_types.area_type
            when 'All' then 'All'
            when 'Region' then people.region_name
            when 'ICB' then people.icb_name
            when 'Sub-ICB location' then people.sub_icb_name
            when 'Place' then people.place_name
            when 'Local authority' then people.ltla_name
            when 'Neighbourhood' then people.neighbourhood_name
            when 'PCN' then people.pcn_name
            when 'Practice' then people.practice_name
        end as area_name
    from people
    cross join area_types
),

final as (
    select
        person_key,
        area_type,
        coalesce(area_code, 'Not known') as area_code,
        coalesce(area_name, area_code, 'Not known') as area_name
    from placed
)

select * from final
