/*
description: >
  The organisation that manages each place of care of the record: the code on the Location, or that of
  the Organization that it refers to. Places of which nothing says it have no row.
grain: location_key
columns:
  location_key: Record key of the Location
  organisation_code: ODS code of the organisation
checks:
  - unique: location_key
  - not_null: [location_key, organisation_code]
*/
with organisations as (
    select
        organisation_key,
        organisation_code
    from staging.organisation
),

locations as (
    select
        places.location_key,
        coalesce(places.organisation_code, organisations.organisation_code) as organisation_code
    from staging.location as places
    left join organisations
        on places.organisation_key = organisations.organisation_key
),

final as (
    select
        location_key,
        organisation_code
    from locations
    where organisation_code is not null
)

select * from final
