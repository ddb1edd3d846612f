/*
description: >
  What hospitals did in the 365 days to the as-of date, one row an event, with what decides how its
  demand is projected: hospital spells by the day of admission, attendances at emergency departments,
  and outpatient appointments that were attended. A person whose sex is neither female nor male counts
  as Not known.

  The strategies are those of reference.demand_mitigator whose point of delivery and ages an event
  has and, where reference.demand_mitigator_code lists codes for it, whose codes have the main
  diagnosis. An event without an age has only those for all ages.
grain: [event_kind, event_key]
columns:
  person_key: Pseudonym of the person
  event_kind: "spell, attendance or appointment"
  event_key: Record key of the event
  ltla_code: Lower tier local authority of residence, or Not known
  sex: "female, male or Not known"
  age_band: Five-year band, 0-4 to 90+, or Not known
  imd_quintile: Deprivation quintile label, or Not known
  point_of_delivery: As in core.spell, or Emergency department or Outpatient
  stay_band: "Midnights in hospital: 0, 1-2, 3-6, 7-20 or 21+"
  midnights: Midnights in hospital, up to the as-of date for a stay that is not over
  strategies: Strategies that apply, in order, between bars; none for none
checks:
  - unique: [event_kind, event_key]
  - not_null: [person_key, event_key, ltla_code, sex, age_band, imd_quintile, point_of_delivery, stay_band, midnights, strategies]
  - expect: midnights >= 0
topic: demand
*/
with spells as (
    select
        person_key,
        'spell' as event_kind,
        spell_key as event_key,
        lsoa21_code,
        sex,
        age,
        age_band,
        imd_quintile,
        point_of_delivery,
        icd10_3,
        coalesce(midnights, days_between(admission_date, $as_of)) as midnights
    from core.spell
    where admission_date > $as_of - interval '365' day
        and admission_date <= $as_of
),

attendances as (
    select
        person_key,
        'attendance' as event_kind,
        attendance_key as event_key,
        lsoa21_code,
        sex,
        age,
        age_band,
        imd_quintile,
        'Emergency department' as point_of_delivery,
        cast(null as varchar) as icd10_3,
        0 as midnights
    from core.attendance
    where arrived_date > $as_of - interval '365' day
        and arrived_date <= $as_of
),

appointments as (
    select
        person_key,
        'appointment' as event_kind,
        appointment_key as event_key,
        lsoa21_code,
        sex,
        age,
        age_band,
        imd_quintile,
        'Outpatient' as point_of_delivery,
        cast(null as varchar) as icd10_3,
        0 as midnights
    from core.appointment
    where attended
        and appointment_date > $as_of - interval '365' day
        and appointment_date <= $as_of
),

areas as (
    select
        lsoa21_code,
        ltla_code
    from core.area
),

mitigators as (
    select
        cast(strategy as varchar) as strategy,
        cast(point_of_delivery as varchar) as point_of_delivery,
        cast(lower_age as int) as lower_age,
        cast(upper_age as int) as upper_age
    from reference.demand_mitigator
),

strategy_codes as (
    select
        cast(strategy as varchar) as strategy,
        cast(icd10_3 as varchar) as icd10_3
    from reference.demand_mitigator_code
),

coded_strategies as (
    select distinct strategy
    from strategy_codes
),

events as (
    select * from spells
    union all
    select * from attendances
    union all
    select * from appointments
),

-- Few kinds of event, many events: strategies are found once for each kind.
kinds as (
    select distinct
        point_of_delivery,
        coalesce(age, -1) as age,
        coalesce(icd10_3, 'none') as icd10_3
    from events
),

applying as (
    select
        kinds.point_of_delivery,
        kinds.age,
        kinds.icd10_3,
        string_agg(mitigators.strategy, '|' order by mitigators.strategy) as strategies
    from mitigators
    inner join kinds
        on mitigators.point_of_delivery = kinds.point_of_delivery
    left join coded_strategies
        on mitigators.strategy = coded_strategies.strategy
    left join strategy_codes
        on mitigators.strategy = strategy_codes.strategy
        and kinds.icd10_3 = strategy_codes.icd10_3
    where (
            kinds.age between mitigators.lower_age and mitigators.upper_age
            or kinds.age = -1 and mitigators.lower_age = 0 and mitigators.upper_age >= 120
        )
        and (coded_strategies.strategy is null or strategy_codes.strategy is not null)
    group by kinds.point_of_delivery, kinds.age, kinds.icd10_3
),

final as (
    select
        events.person_key,
        events.event_kind,
        events.event_key,
        coalesce(areas.ltla_code, 'Not known') as ltla_code,
        case when events.sex in ('female', 'male') then events.sex else 'Not known' end as sex,
        events.age_band,
        events.imd_quintile,
        events.point_of_delivery,
        case
            when events.midnights = 0 then '0'
            when events.midnights <= 2 then '1-2'
            when events.midnights <= 6 then '3-6'
            when events.midnights <= 20 then '7-20'
            else '21+'
        end as stay_band,
        cast(events.midnights as int) as midnights,
        coalesce('|' || applying.strategies || '|', 'none') as strategies
    from events
    left join areas
        on events.lsoa21_code = areas.lsoa21_code
    left join applying
        on events.point_of_delivery = applying.point_of_delivery
        and coalesce(events.age, -1) = applying.age
        and coalesce(events.icd10_3, 'none') = applying.icd10_3
)

select * from final order by person_key
