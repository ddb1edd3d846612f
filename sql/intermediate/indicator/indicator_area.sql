/*
description: >
  Names of the areas that indicators are for. A code with several names has the first of them.
grain: [area_type, area_code]
columns:
  area_type: Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN or Practice
  area_code: Code of the area
  area_name: Name of the area
checks:
  - unique: [area_type, area_code]
  - not_null: [area_type, area_code, area_name]
*/
with organisations as (
    select
        organisation_code,
        organisation_name,
        pcn_code,
        pcn_name
    from core.organisation
),

lsoas as (
    select
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
        icb_name
    from core.area
),

named as (
    select 'Region' as area_type, region_code as area_code, region_name as area_name from lsoas
    union all
    select 'ICB' as area_type, icb_code as area_code, icb_name as area_name from lsoas
    union all
    select 'Sub-ICB location' as area_type, sub_icb_code as area_code, sub_icb_name as area_name from lsoas
    union all
    select 'Place' as area_type, place_code as area_code, place_name as area_name from lsoas
    union all
    select 'Local authority' as area_type, ltla_code as area_code, ltla_name as area_name from lsoas
    union all
    select 'Neighbourhood' as area_type, neighbourhood_code as area_code, neighbourhood_name as area_name from lsoas
    union all
    select 'PCN' as area_type, pcn_code as area_code, pcn_name as area_name from organisations
    union all
    select 'Practice' as area_type, organisation_code as area_code, organisation_name as area_name
    from organisations
),

final as (
    select
        area_type,
        area_code,
        min(area_name) as area_name
    from named
    where area_code is not null
        and area_name is not null
    group by area_type, area_code
)

select * from final
