/*
description: >
  What active people agreed to, by area and kind of consent (reference.consent_kind): the newest decision of
  staging.consent on each kind, by the day on which it was recorded; where several are of one day a refusal counts. A
  consent without a decision leaves it to a policy and is By policy. Not recorded are people without a
  consent of the kind, which does not say that they agree. National opt-outs are no part of this: those
  people are not in the record. Every kind and decision has a row for every area, zero included.
grain: [area_type, area_code, consent_kind, decision]
columns:
  area_type: All, Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN or Practice
  area_code: Code of the area, or Not known
  area_name: Name of the area, or Not known
  consent_kind: What the consent is about, or Other
  consent_kind_order: Order of the kinds
  decision: Agreed, Refused, By policy or Not recorded
  people: Active people of that decision
  population: Active people of the area
  share: People of the population, 0 to 1
  lower: Lower 95% limit of the share (Wilson)
  upper: Upper 95% limit of the share (Wilson)
checks:
  - not_null: [area_type, area_code, area_name, consent_kind, consent_kind_order, decision, people, population, share]
  - expect: people between 0 and population
topic: preferences
*/
with people as (
    select person_key
    from core.person
    where is_active
),

person_areas as (
    select
        person_key,
        area_type,
        area_code,
        area_name
    from intermediate.person_area
),

kinds as (
    select
        cast(category_system as varchar) as category_system,
        cast(category as varchar) as category,
        consent_kind
    from reference.consent_kind
),

all_kinds as (
    select distinct
        consent_kind,
        cast(consent_kind_order as int) as consent_kind_order
    from reference.consent_kind
    union all
    select
        'Other' as consent_kind,
        99 as consent_kind_order
),

consents as (
    select
        consents.person_key,
        coalesce(kinds.consent_kind, 'Other') as consent_kind,
        case consents.decision
            when 'permit' then 'Agreed'
            when 'deny' then 'Refused'
            else 'By policy'
        end as decision,
        row_number() over (
            partition by consents.person_key, coalesce(kinds.consent_kind, 'Other')
            order by
                coalesce(consents.recorded, cast('1900-01-01' as date)) desc,
                case consents.decision when 'deny' then 1 when 'permit' then 2 else 3 end,
                consents.consent_key
        ) as recency
    from staging.consent as consents
    left join kinds
        on consents.category_system = kinds.category_system
        and consents.category = kinds.category
),

decisions as (
    select
        people.person_key,
        all_kinds.consent_kind,
        all_kinds.consent_kind_order,
        coalesce(consents.decision, 'Not recorded') as decision
    from people
    cross join all_kinds
    left join consents
        on people.person_key = consents.person_key
        and all_kinds.consent_kind = consents.consent_kind
        and consents.recency = 1
),

counted as (
    select
        person_areas.area_type,
        person_areas.area_code,
        max(person_areas.area_name) as area_name,
        decisions.consent_kind,
        max(decisions.consent_kind_order) as consent_kind_order,
        count(*) as population,
        count(*) filter (where decisions.decision = 'Agreed') as agreed,
        count(*) filter (where decisions.decision = 'Refused') as refused,
        count(*) filter (where decisions.decision = 'By policy') as by_policy,
        count(*) filter (where decisions.decision = 'Not recorded') as not_recorded
    from decisions
    inner join person_areas
        on decisions.person_key = person_areas.person_key
    group by person_areas.area_type, person_areas.area_code, decisions.consent_kind
),

choices as (
    select 'Agreed' as decision
    union all
    select 'Refused' as decision
    union all
    select 'By policy' as decision
    union all
    select 'Not recorded' as decision
),

-- A cross join, as what is named four times runs four times.
by_decision as (
    select
        counted.area_type,
        counted.area_code,
        counted.area_name,
        counted.consent_kind,
        counted.consent_kind_order,
        counted.population,
        choices.decision,
        case choices.decision
            when 'Agreed' then counted.agreed
            when 'Refused' then counted.refused
            when 'By policy' then counted.by_policy
            when 'Not recorded' then counted.not_recorded
        end as people
    from choices
    cross join counted
),

estimated as (
    select
        *,
        proportion(people, population, 1.0) as estimate
    from by_decision
),

final as (
    select
        area_type,
        area_code,
        area_name,
        consent_kind,
        consent_kind_order,
        decision,
        people,
        population,
        estimate['value'] as share,
        estimate['lower'] as lower,
        estimate['upper'] as upper
    from estimated
)

select * from final
