/*
description: >
  Places of care of the record.
grain: location_key
columns:
  location_key: Record key of the Location
  site_code: ODS code of the site
  organisation_code: ODS code of the organisation that manages it, on the Location itself
  organisation_key: Record key of the Organization that manages it
checks:
  - unique: location_key
  - not_null: location_key
*/
with final as (
    select
        record_key as location_key,
        upper(site_code) as site_code,
        upper(organisation_code) as organisation_code,
        organisation_key
    from record.location
)

select * from final
