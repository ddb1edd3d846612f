/*
description: >
  One row per organisation of the site's list: practices, trusts, councils and others. A code may be
  listed once for each of its kinds or names; the first of each in the order of the alphabet stands. Of a code that
  is listed with dates, the row that began last by the as-of date stands, and its network while that lasts:
  figures of earlier months are by the networks of the as-of date, so that a series is of the same practices throughout.
grain: organisation_code
columns:
  organisation_code: ODS code, or the council's code
  organisation_name: Name; the code where the list has none
  kind: Kind of organisation, see reference.organisation_setting
  pcn_code: Primary care network of a practice
  pcn_name: Name of the primary care network
  sub_icb_code: Code of the sub-ICB location that it belongs to
  icb_code: Code of the integrated care board that it belongs to, as the list has it
  region_code: Code of the region that it belongs to
  connected: "yes or no: whether it is connected to the shared record; null where the list does not say"
checks:
  - unique: organisation_code
  - not_null: [organisation_code, organisation_name]
*/
with listed as (
    select
        ods_code,
        name,
        kind,
        pcn_code,
        pcn_name,
        sub_icb_code,
        icb_code,
        region_code,
        connected,
        coalesce(started, cast('1900-01-01' as date)) as started,
        coalesce(ended, cast('9999-12-31' as date)) as ended
    from reference.organisation
    where ods_code is not null
),

begun as (
    select *
    from listed
    where started <= $as_of
),

newest as (
    select
        ods_code,
        max(started) as started
    from begun
    group by ods_code
),

organisations as (
    select
        begun.ods_code,
        begun.name,
        begun.kind,
        case when begun.ended >= $as_of then begun.pcn_code end as pcn_code,
        case when begun.ended >= $as_of then begun.pcn_name end as pcn_name,
        begun.sub_icb_code,
        begun.icb_code,
        begun.region_code,
        begun.connected
    from begun
    inner join newest
        on begun.ods_code = newest.ods_code
        and begun.started = newest.started
),

final as (
    select
        ods_code as organisation_code,
        coalesce(min(name), ods_code) as organisation_name,
        min(kind) as kind,
        min(pcn_code) as pcn_code,
        min(pcn_name) as pcn_name,
        min(sub_icb_code) as sub_icb_code,
        min(icb_code) as icb_code,
        min(region_code) as region_code,
        max(connected) as connected
    from organisations
    group by ods_code
)

select * from final
