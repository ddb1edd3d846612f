/*
description: >
  How many of the organisations that the programme is about are connected to the shared record, by
  integrated care board: general practices and NHS trusts (acute, community, mental health). An
  organisation is connected when the reference list says so, or when the record has contacts of it.
  An integrated care board without an organisation of a kind has a row of zeros for it.
grain: [icb_code, kind]
columns:
  icb_code: Integrated care board, or Not known
  kind: "gp_practice, acute_trust, community_trust or mental_health_trust"
  organisations: Organisations of the reference list
  connected: Those of them that are connected
checks:
  - unique: [icb_code, kind]
  - not_null: [icb_code, kind, organisations, connected]
  - expect: connected between 0 and organisations
topic: quality
*/
with organisations as (
    select
        organisation_code,
        coalesce(icb_code, 'Not known') as icb_code,
        kind,
        connected
    from core.organisation
    where kind in ('gp_practice', 'acute_trust', 'community_trust', 'mental_health_trust')
),

senders as (
    select distinct organisation_code
    from marts.source_coverage
    where contacts > 0
),

kinds as (
    select 'gp_practice' as kind
    union all
    select 'acute_trust' as kind
    union all
    select 'community_trust' as kind
    union all
    select 'mental_health_trust' as kind
),

boards as (
    select distinct icb_code
    from organisations
),

counted as (
    select
        organisations.icb_code,
        organisations.kind,
        count(*) as organisations,
        count(*) filter (
            where organisations.connected = 'yes' or senders.organisation_code is not null
        ) as connected
    from organisations
    left join senders
        on organisations.organisation_code = senders.organisation_code
    group by organisations.icb_code, organisations.kind
),

final as (
    select
        boards.icb_code,
        kinds.kind,
        coalesce(counted.organisations, 0) as organisations,
        coalesce(counted.connected, 0) as connected
    from boards
    cross join kinds
    left join counted
        on boards.icb_code = counted.icb_code
        and kinds.kind = counted.kind
)

select * from final
