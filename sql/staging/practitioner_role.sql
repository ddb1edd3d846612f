/*
description: >
  Roles of staff at organisations, without the people.
grain: role_key
columns:
  role_key: Record key of the PractitionerRole
  organisation_code: ODS code of the organisation, on the role itself
  organisation_key: Record key of the Organization
checks:
  - unique: role_key
  - not_null: role_key
*/
with final as (
    select
        record_key as role_key,
        upper(organisation_code) as organisation_code,
        organisation_key
    from record.practitioner_role
)

select * from final
