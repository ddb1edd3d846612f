/*
description: >
  Names of the areas by which reports show people, those of geography_basis: places (resident) or primary
  care networks (registered). No person's row is read.
grain: area_name
columns:
  area_name: Place, or primary care network
checks:
  - unique: area_name
  - not_null: area_name
topic: geography
*/
with names as (
    select place_name as area_name
    from core.area
    where $geography_basis = 'resident'
    union all
    select pcn_name as area_name
    from core.organisation
    where $geography_basis = 'registered'
),

final as (
    select distinct area_name
    from names
    where area_name is not null
        and area_name <> 'Not known'
)

select * from final
