/*
description: >
  Names of the areas by which reports show people, those of geography_basis: places (resident) or primary
  care networks (registered), with their codes. No person's row is read.
grain: area_name
columns:
  area_name: Place, or primary care network
  area_code: Its code; null where the site's list has none, or two for one name
  area_level: place or pcn
checks:
  - unique: area_name
  - not_null: [area_name, area_level]
topic: geography
*/
with names as (
    select
        place_name as area_name,
        place_code as area_code,
        'place' as area_level
    from core.area
    where $geography_basis = 'resident'
    union all
    select
        pcn_name as area_name,
        pcn_code as area_code,
        'pcn' as area_level
    from core.organisation
    where $geography_basis = 'registered'
),

final as (
    select
        area_name,
        case when min(area_code) = max(area_code) then min(area_code) end as area_code,
        min(area_level) as area_level
    from names
    where area_name is not null
        and area_name <> 'Not known'
    group by area_name
)

select * from final
