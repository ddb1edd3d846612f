/*
description: >
  One row per organisation of the site's list: practices, trusts, councils and others. A code may be
  listed once for each of its kinds or names; the first of each in the order of the alphabet stands.
grain: organisation_code
columns:
  organisation_code: ODS code, or the council's code
  organisation_name: Name; the code where the list has none
  kind: Kind of organisation, see reference.organisation_setting
  pcn_code: Primary care network of a practice
  pcn_name: Name of the primary care network
  icb_code: Code of the integrated care board that it belongs to, as the list has it
  connected: "yes or no: whether it is connected to the shared record; null where the list does not say"
checks:
  - unique: organisation_code
  - not_null: [organisation_code, organisation_name]
*/
with organisations as (
    select
        ods_code,
        name,
        kind,
        pcn_code,
        pcn_name,
        icb_code,
        connected
    from reference.organisation
    where ods_code is not null
),

final as (
    select
        ods_code as organisation_code,
        coalesce(min(name), ods_code) as organisation_name,
        min(kind) as kind,
        min(pcn_code) as pcn_code,
        min(pcn_name) as pcn_name,
        min(icb_code) as icb_code,
        max(connected) as connected
    from organisations
    group by ods_code
)

select * from final
