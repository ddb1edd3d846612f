/*
description: >
  Names of areas and providers, from the site's lists of areas and organisations alone, so that a name is never read from
  a person's row. A code with several names has the first in the order of the alphabet. Codes that no list has are
  not here, and are shown as they are; what a list has no code for is in a row without one.
grain: [area_type, area_code]
columns:
  area_type: Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN, Practice or Provider
  area_code: Code of the area or provider; null for what has none
  area_name: Its name; null where the list has none
checks:
  - unique: [area_type, area_code]
  - not_null: area_type
topic: geography
*/
with areas as (
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

organisations as (
    select
        organisation_code,
        organisation_name,
        pcn_code,
        pcn_name
    from core.organisation
),

named as (
    select 'Region' as area_type, region_code as area_code, region_name as area_name from areas
    union all
    select 'ICB' as area_type, icb_code as area_code, icb_name as area_name from areas
    union all
    select 'Sub-ICB location' as area_type, sub_icb_code as area_code, sub_icb_name as area_name from areas
    union all
    select 'Place' as area_type, place_code as area_code, place_name as area_name from areas
    union all
    select 'Local authority' as area_type, ltla_code as area_code, ltla_name as area_name from areas
    union all
    select 'Neighbourhood' as area_type, neighbourhood_code as area_code, neighbourhood_name as area_name from areas
    union all
    select 'PCN' as area_type, pcn_code as area_code, pcn_name as area_name from organisations
    union all
    select 'Practice' as area_type, organisation_code as area_code, organisation_name as area_name from organisations
    union all
    select 'Provider' as area_type, organisation_code as area_code, organisation_name as area_name from organisations
),

final as (
    select
        area_type,
        area_code,
        min(area_name) as area_name
    from named
    group by area_type, area_code
)

select * from final
