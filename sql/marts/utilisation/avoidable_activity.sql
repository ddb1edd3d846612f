/*
description: >
  Hospital spells that began within the period and might have been avoided, by rule, area, provider and financial
  year of admission. The rules are those of intermediate.avoidable_spell; one spell may meet several, so that
  rules are not to be added up. Attributable spells are the shares of the spells added up: as many as the spells
  themselves but for alcohol, smoking and obesity. Every area, rule and year of the period has a row, zero included.

  Bed days are the midnights of the whole spell, up to the as-of date where it is not over.
grain: [area_type, area_code, activity, financial_year]
columns:
  area_type: All, Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN, Practice or Provider
  area_type_order: Order of the types
  area_code: Code of the area or provider, or Not known
  area_name: Name of it
  activity: Rule
  activity_group: Group of rules
  activity_order: Order of the rules
  financial_year: Financial year of admission
  is_complete: Whether all days of the year are covered
  spells: Spells that meet the rule
  people: Different people with such spells
  attributable_spells: Their attributable shares added up
  bed_days: Midnights of the spells
  attributable_bed_days: Midnights times the attributable share
  all_spells: All spells of the area and year that the rules look at
  percent: Attributable spells as a percentage of all; null without spells
checks:
  - unique: [area_type, area_code, activity, financial_year]
  - not_null: [area_type, area_code, area_name, activity, financial_year, is_complete, spells, people, attributable_spells, bed_days, attributable_bed_days, all_spells]
  - expect: people <= spells and spells <= all_spells
  - expect: attributable_spells <= spells + 0.000001
  - expect: percent between 0 and 100.000001
  - one_of: {activity: reference.avoidable_activity.activity}
topic: utilisation
*/
with spells as (
    select
        person_key,
        spell_key,
        cast(date_trunc('month', admission_date) as date) as month,
        days_between(admission_date, least(coalesce(discharge_date, $as_of), $as_of)) as midnights
    from core.spell
    where admission_date >= $period_start
        and admission_date <= least($period_end, $as_of)
),

avoidable as (
    select
        person_key,
        spell_key,
        activity,
        share
    from intermediate.avoidable_spell
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

months as (
    select
        month,
        financial_year
    from intermediate.period_month
),

years as (
    select
        financial_year,
        is_complete
    from intermediate.period_year
),

activities as (
    select
        activity,
        activity_group,
        cast(activity_order as int) as activity_order
    from reference.avoidable_activity
),

placed as (
    select
        spells.person_key,
        spells.spell_key,
        spell_areas.area_type,
        spell_areas.area_code,
        months.financial_year,
        spells.midnights
    from spells
    inner join months
        on spells.month = months.month
    inner join spell_areas
        on spells.person_key = spell_areas.person_key
        and spells.spell_key = spell_areas.spell_key
),

totals as (
    select
        area_type,
        area_code,
        financial_year,
        count(*) as all_spells
    from placed
    group by area_type, area_code, financial_year
),

person_totals as (
    select
        placed.person_key,
        placed.area_type,
        placed.area_code,
        avoidable.activity,
        placed.financial_year,
        count(*) as spells,
        sum(avoidable.share) as attributable_spells,
        sum(placed.midnights) as bed_days,
        sum(placed.midnights * avoidable.share) as attributable_bed_days
    from avoidable
    inner join placed
        on avoidable.person_key = placed.person_key
        and avoidable.spell_key = placed.spell_key
    group by
        placed.person_key,
        placed.area_type,
        placed.area_code,
        avoidable.activity,
        placed.financial_year
),

counts as (
    select
        area_type,
        area_code,
        activity,
        financial_year,
        cast(sum(spells) as bigint) as spells,
        count(*) as people,
        round(sum(attributable_spells), 6) as attributable_spells,
        cast(sum(bed_days) as bigint) as bed_days,
        round(sum(attributable_bed_days), 6) as attributable_bed_days
    from person_totals
    group by area_type, area_code, activity, financial_year
),

final as (
    select
        areas.area_type,
        areas.area_type_order,
        areas.area_code,
        areas.area_name,
        activities.activity,
        activities.activity_group,
        activities.activity_order,
        years.financial_year,
        years.is_complete,
        coalesce(counts.spells, 0) as spells,
        coalesce(counts.people, 0) as people,
        coalesce(counts.attributable_spells, 0.0) as attributable_spells,
        coalesce(counts.bed_days, 0) as bed_days,
        coalesce(counts.attributable_bed_days, 0.0) as attributable_bed_days,
        coalesce(totals.all_spells, 0) as all_spells,
        100.0 * coalesce(counts.attributable_spells, 0.0) / totals.all_spells as percent
    from areas
    cross join activities
    cross join years
    left join totals
        on areas.area_type = totals.area_type
        and areas.area_code = totals.area_code
        and years.financial_year = totals.financial_year
    left join counts
        on areas.area_type = counts.area_type
        and areas.area_code = counts.area_code
        and activities.activity = counts.activity
        and years.financial_year = counts.financial_year
)

select * from final
