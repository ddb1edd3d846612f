/*
description: >
  Length of stay of hospital spells that ended within the period, by area, point of delivery and financial year of
  discharge. The stay is the number of midnights, so that a day case has none. Regular attenders are left out:
  each of their spells is a visit. Spells that are not over, or ended after the as-of date, are not here.
  Every area, point of delivery and year of the period has a row, zero included.

  Excess bed days are those beyond the trim point of the spell's healthcare resource group, which is the site's to
  supply (reference.hrg_trim_point). They are null where no spell has a trim point, and of the spells that have
  one otherwise.

  The areas are those of the spell (intermediate.spell_area), whether the person was registered or not.
grain: [area_type, area_code, point_of_delivery, financial_year]
columns:
  area_type: All, Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN, Practice or Provider
  area_type_order: Order of the types
  area_code: Code of the area or provider, or Not known
  area_name: Name of it
  point_of_delivery: Point of delivery, see reference.point_of_delivery
  point_of_delivery_order: Order of the points of delivery
  financial_year: Financial year of discharge
  is_complete: Whether all days of the year are covered
  spells: Spells that ended
  people: Different people who were discharged or died
  bed_days: Midnights of those spells
  mean_stay: Mean stay in days; null without spells
  mean_lower: Lower 95% limit of the mean; null below two spells
  mean_upper: Upper 95% limit of the mean
  median_stay: Median stay in days
  without_night: Spells without a night
  stay_7_days: Spells of 7 nights and more
  stay_14_days: Spells of 14 nights and more
  stay_21_days: Spells of 21 nights and more
  percent_21_days: Those of 21 nights and more as a percentage of the spells; null without spells
  percent_21_days_lower: Lower 95% limit of it (Wilson)
  percent_21_days_upper: Upper 95% limit of it
  spells_with_trim_point: Spells of a resource group with a trim point
  spells_beyond_trim_point: Those that were longer
  excess_bed_days: Their midnights beyond it; null where no spell has a trim point
checks:
  - not_null: [area_type, area_code, area_name, point_of_delivery, financial_year, is_complete, spells, people, bed_days, without_night, stay_7_days, stay_14_days, stay_21_days, spells_with_trim_point, spells_beyond_trim_point]
  - expect: people <= spells
  - expect: stay_21_days <= stay_14_days and stay_14_days <= stay_7_days and stay_7_days + without_night <= spells
  - expect: spells_beyond_trim_point <= spells_with_trim_point and spells_with_trim_point <= spells
  - expect: excess_bed_days <= bed_days
  - expect: spells > 0 or mean_stay is null
topic: utilisation
*/
with spells as (
    select
        person_key,
        spell_key,
        point_of_delivery,
        is_elective,
        hrg,
        cast(date_trunc('month', discharge_date) as date) as month,
        midnights
    from core.spell
    where discharge_date >= $period_start
        and discharge_date <= least($period_end, $as_of)
        and point_of_delivery <> 'Regular attender'
),

trim_points as (
    select
        hrg,
        cast(elective_days as int) as elective_days,
        cast(non_elective_days as int) as non_elective_days
    from reference.hrg_trim_point
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

points_of_delivery as (
    select
        point_of_delivery,
        cast(point_of_delivery_order as int) as point_of_delivery_order
    from reference.point_of_delivery
    where point_of_delivery <> 'Regular attender'
),

placed as (
    select
        spells.person_key,
        spell_areas.area_type,
        spell_areas.area_code,
        spells.point_of_delivery,
        months.financial_year,
        spells.midnights,
        case when spells.is_elective then trim_points.elective_days else trim_points.non_elective_days end as trim_point
    from spells
    inner join months
        on spells.month = months.month
    left join trim_points
        on spells.hrg = trim_points.hrg
    inner join spell_areas
        on spells.person_key = spell_areas.person_key
        and spells.spell_key = spell_areas.spell_key
),

counts as (
    select
        area_type,
        area_code,
        point_of_delivery,
        financial_year,
        count(*) as spells,
        cast(sum(midnights) as bigint) as bed_days,
        mean_ci(midnights) as mean,
        median(cast(midnights as double)) as median_stay,
        count(*) filter (where midnights = 0) as without_night,
        count(*) filter (where midnights >= 7) as stay_7_days,
        count(*) filter (where midnights >= 14) as stay_14_days,
        count(*) filter (where midnights >= 21) as stay_21_days,
        count(trim_point) as spells_with_trim_point,
        count(*) filter (where midnights > trim_point) as spells_beyond_trim_point,
        cast(sum(greatest(midnights - trim_point, 0)) filter (where trim_point is not null) as bigint) as excess_bed_days,
        proportion(count(*) filter (where midnights >= 21), count(*), 100.0) as long_stays
    from placed
    group by area_type, area_code, point_of_delivery, financial_year
),

-- Fields are taken out before the frame is joined: rows of the frame without spells have none.
measured as (
    select
        area_type,
        area_code,
        point_of_delivery,
        financial_year,
        spells,
        bed_days,
        mean['value'] as mean_stay,
        mean['lower'] as mean_lower,
        mean['upper'] as mean_upper,
        median_stay,
        without_night,
        stay_7_days,
        stay_14_days,
        stay_21_days,
        spells_with_trim_point,
        spells_beyond_trim_point,
        excess_bed_days,
        long_stays['value'] as percent_21_days,
        long_stays['lower'] as percent_21_days_lower,
        long_stays['upper'] as percent_21_days_upper
    from counts
),

discharged as (
    select
        person_key,
        area_type,
        area_code,
        point_of_delivery,
        financial_year
    from placed
    group by person_key, area_type, area_code, point_of_delivery, financial_year
),

people as (
    select
        area_type,
        area_code,
        point_of_delivery,
        financial_year,
        count(*) as people
    from discharged
    group by area_type, area_code, point_of_delivery, financial_year
),

final as (
    select
        areas.area_type,
        areas.area_type_order,
        areas.area_code,
        areas.area_name,
        points_of_delivery.point_of_delivery,
        points_of_delivery.point_of_delivery_order,
        years.financial_year,
        years.is_complete,
        coalesce(measured.spells, 0) as spells,
        coalesce(people.people, 0) as people,
        coalesce(measured.bed_days, 0) as bed_days,
        measured.mean_stay,
        measured.mean_lower,
        measured.mean_upper,
        measured.median_stay,
        coalesce(measured.without_night, 0) as without_night,
        coalesce(measured.stay_7_days, 0) as stay_7_days,
        coalesce(measured.stay_14_days, 0) as stay_14_days,
        coalesce(measured.stay_21_days, 0) as stay_21_days,
        measured.percent_21_days,
        measured.percent_21_days_lower,
        measured.percent_21_days_upper,
        coalesce(measured.spells_with_trim_point, 0) as spells_with_trim_point,
        coalesce(measured.spells_beyond_trim_point, 0) as spells_beyond_trim_point,
        measured.excess_bed_days
    from areas
    cross join points_of_delivery
    cross join years
    left join measured
        on areas.area_type = measured.area_type
        and areas.area_code = measured.area_code
        and points_of_delivery.point_of_delivery = measured.point_of_delivery
        and years.financial_year = measured.financial_year
    left join people
        on areas.area_type = people.area_type
        and areas.area_code = people.area_code
        and points_of_delivery.point_of_delivery = people.point_of_delivery
        and years.financial_year = people.financial_year
)

select * from final
