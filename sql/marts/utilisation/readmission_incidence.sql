/*
description: >
  The share of stays that are followed by an emergency readmission within 30, 90, 180 and 365 days of discharge, by provider
  and area, for stays that ended within the period (cumulative_incidence). Which stays and readmissions count is said in
  intermediate.followed_stay. In contrast to marts.readmission no stay is left out because its time is not over: a stay is
  followed to its readmission, else to the next stay that may itself be followed, to death, or to the as-of date.
  Who died cannot be readmitted, so that death competes with readmission; it counts from the first of the month of death, of
  which the day is not known. Somebody who died at a time that nobody recorded is followed to the discharge only.

  Within 30 days are the day of discharge and the 29 days after it. The areas and the provider are those of the last
  hospital spell of the stay. An area without such a stay has no row. Limits take stays as independent of one another.
grain: [area_type, area_code, within_days]
columns:
  area_type: All, Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN, Practice or Provider
  area_type_order: Order of the types, providers last
  area_code: Code of the area or provider, or Not known
  area_name: Name of it
  within_days: "30, 90, 180 or 365"
  stays: Stays that ended within the period
  readmissions: Readmissions that were seen within that time
  deaths: Deaths without a readmission that were seen within that time
  followed: Stays that were followed for longer, without either
  percent: Stays that are followed by a readmission within that time, as a percentage; null where nobody is followed so long
  lower: Lower 95% limit of the percentage; null where it is 0 or 100
  upper: Upper 95% limit of the percentage
checks:
  - unique: [area_type, area_code, within_days]
  - not_null: [area_type, area_type_order, area_code, area_name, within_days, stays, readmissions, deaths, followed]
  - expect: within_days in (30, 90, 180, 365)
  - expect: readmissions + deaths + followed <= stays
  - expect: percent between lower - 0.000001 and upper + 0.000001
topic: utilisation
*/
with stays as (
    select
        person_key,
        spell_key,
        discharge_date,
        readmission_date,
        next_stay_date
    from intermediate.followed_stay
    where discharge_date >= $period_start
        and discharge_date <= least($period_end, $as_of)
),

people as (
    select
        person_key,
        death_month,
        is_alive
    from core.person
),

spell_areas as (
    select
        person_key,
        spell_key,
        area_type,
        area_code
    from intermediate.spell_area
),

areas as (
    select
        area_type,
        area_type_order,
        area_code,
        area_name
    from intermediate.area
),

followed as (
    select
        stays.person_key,
        stays.spell_key,
        case
            when stays.readmission_date is not null then days_between(stays.discharge_date, stays.readmission_date)
            when stays.next_stay_date is not null then days_between(stays.discharge_date, stays.next_stay_date)
            when people.death_month <= $as_of
                then greatest(days_between(stays.discharge_date, people.death_month), 0)
            when people.is_alive = false then 0
            else days_between(stays.discharge_date, $as_of)
        end as days,
        case
            when stays.readmission_date is not null then 1
            when stays.next_stay_date is not null then 0
            when people.death_month <= $as_of then 2
            else 0
        end as event
    from people
    right join stays
        on people.person_key = stays.person_key
),

placed as (
    select
        spell_areas.area_type,
        spell_areas.area_code,
        followed.days,
        followed.event
    from followed
    inner join spell_areas
        on followed.person_key = spell_areas.person_key
        and followed.spell_key = spell_areas.spell_key
),

times as (
    select unnest([30, 90, 180, 365]) as within_days
),

estimated as (
    select
        placed.area_type,
        placed.area_code,
        times.within_days,
        cumulative_incidence(placed.days, placed.event, times.within_days - 1) as estimate
    from times
    cross join placed
    group by placed.area_type, placed.area_code, times.within_days
),

final as (
    select
        estimated.area_type,
        areas.area_type_order,
        estimated.area_code,
        areas.area_name,
        cast(estimated.within_days as int) as within_days,
        cast(estimated.estimate['people'] as bigint) as stays,
        cast(estimated.estimate['events'] as bigint) as readmissions,
        cast(estimated.estimate['competing'] as bigint) as deaths,
        cast(estimated.estimate['at_risk'] as bigint) as followed,
        estimated.estimate['value'] * 100 as percent,
        estimated.estimate['lower'] * 100 as lower,
        estimated.estimate['upper'] * 100 as upper
    from estimated
    inner join areas
        on estimated.area_type = areas.area_type
        and estimated.area_code = areas.area_code
)

select * from final
