/*
description: >
  The programme's headline: the share of integrated care boards whose practices and trusts, those for
  mental health and for community services included, are connected to the shared record. The minimum
  is sharing between general practice and NHS trusts; how many of them must share is not laid down,
  so that three definitions stand side by side. A board counts by a definition when every kind of
  organisation that it has meets it, and it has practices and at least one trust.

  all: every practice and every trust. most: nine practices in ten, and every trust. any: at least
  one practice, and at least one trust of each kind that the board has.
grain: definition
columns:
  definition: all, most or any
  icbs: Integrated care boards of the reference list of organisations
  icbs_connected: Those of them that count as connected by the definition
  share: Share of them, 0 to 1; null without any board
  lower: Lower 95% limit of the share (Wilson)
  upper: Upper 95% limit of the share
checks:
  - unique: definition
  - not_null: [definition, icbs, icbs_connected]
  - one_of: {definition: [all, most, any]}
  - expect: icbs_connected between 0 and icbs
topic: quality
*/
with kinds as (
    select
        icb_code,
        kind,
        organisations,
        connected
    from marts.connected_organisation
    where icb_code <> 'Not known'
),

definitions as (
    select 'all' as definition
    union all
    select 'most' as definition
    union all
    select 'any' as definition
),

judged as (
    select
        definitions.definition,
        kinds.icb_code,
        sum(case when kinds.kind = 'gp_practice' then kinds.organisations else 0 end) as practices,
        sum(case when kinds.kind <> 'gp_practice' then kinds.organisations else 0 end) as trusts,
        min(
            case
                when kinds.organisations = 0 then 1
                when kinds.connected = kinds.organisations then 1
                when definitions.definition = 'any' and kinds.connected > 0 then 1
                when definitions.definition = 'most'
                    and kinds.kind = 'gp_practice'
                    and 10 * kinds.connected >= 9 * kinds.organisations then 1
                else 0
            end
        ) as is_met
    from definitions
    cross join kinds
    group by definitions.definition, kinds.icb_code
),

counted as (
    select
        definition,
        count(*) as icbs,
        count(*) filter (where is_met = 1 and practices > 0 and trusts > 0) as icbs_connected
    from judged
    group by definition
),

estimated as (
    select
        definitions.definition,
        coalesce(counted.icbs, 0) as icbs,
        coalesce(counted.icbs_connected, 0) as icbs_connected,
        proportion(counted.icbs_connected, counted.icbs) as estimate
    from definitions
    left join counted
        on definitions.definition = counted.definition
),

final as (
    select
        definition,
        icbs,
        icbs_connected,
        estimate['value'] as share,
        estimate['lower'] as lower,
        estimate['upper'] as upper
    from estimated
)

select * from final
