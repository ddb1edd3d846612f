/*
description: >
  Organizations of the record.
grain: organisation_key
columns:
  organisation_key: Record key of the Organization
  organisation_code: ODS code; null where it has none
checks:
  - unique: organisation_key
  - not_null: organisation_key
*/
with final as (
    select
        record_key as organisation_key,
        upper(ods_code) as organisation_code
    from record.organisation
)

select * from final
