/*
description: >
  Hospital spells and occupied bed days by area, point of delivery and calendar month. A midnight belongs to the
  month that its evening is in: a stay from 30 January to 2 February has two bed days in January and one in
  February, and a day case none. A stay that is not over, or ended after the as-of date, counts its midnights up to
  that date. Every area, point of delivery and month of the period has a row, zero included.

  The areas are those of the spell (intermediate.spell_area), whether the person was registered or not.
grain: [area_type, area_code, point_of_delivery, month]
columns:
  area_type: All, Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN, Practice or Provider
  area_type_order: Order of the types
  area_code: Code of the area or provider, or Not known
  area_name: Name of it
  point_of_delivery: Point of delivery, see reference.point_of_delivery
  point_of_delivery_order: Order of the points of delivery
  month: First day of the calendar month
  financial_year: Financial year of the month
  days_covered: Days of the month within the period and up to the as-of date
  is_complete: Whether all days of the month are covered
  admissions: Spells that began in the month
  discharges: Spells that ended in the month
  people: Different people who were in hospital in the month, day cases included
  bed_days: Midnights of the month that spells were in hospital for
  occupied_beds: Bed days for each day that is covered, the average number of beds in use
  long_stay_bed_days: Those of the 22nd night of a stay and later ones
  long_stay_occupied_beds: Long-stay bed days for each day that is covered, the average number of beds in use by people who have been in hospital for 21 nights and more
checks:
  - not_null: [area_type, area_code, area_name, point_of_delivery, month, is_complete, admissions, discharges, people, bed_days, occupied_beds, long_stay_bed_days]
  - expect: bed_days >= 0 and admissions >= 0 and discharges >= 0
  - expect: long_stay_bed_days between 0 and bed_days
  - expect: bed_days = 0 or people > 0
  - one_of: {point_of_delivery: reference.point_of_delivery.point_of_delivery}
topic: utilisation
*/
with spells as (
    select
        person_key,
        spell_key,
        point_of_delivery,
        admission_date,
        case when discharge_date <= $as_of then discharge_date end as discharge_date,
        least(coalesce(discharge_date, $as_of), $as_of) as last_date
    from core.spell
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
        financial_year,
        first_day,
        last_day,
        days_covered,
        is_complete
    from intermediate.period_month
),

points_of_delivery as (
    select
        point_of_delivery,
        cast(point_of_delivery_order as int) as point_of_delivery_order
    from reference.point_of_delivery
),

spell_months as (
    select
        spells.person_key,
        spells.spell_key,
        spells.point_of_delivery,
        months.month,
        case when spells.admission_date >= months.first_day then 1 else 0 end as admissions,
        case when spells.discharge_date <= months.last_day then 1 else 0 end as discharges,
        overlap_days(
            spells.admission_date,
            spells.last_date,
            months.first_day,
            cast(months.last_day + interval '1 day' as date)
        ) as bed_days,
        overlap_days(
            least(cast(spells.admission_date + interval '21 day' as date), spells.last_date),
            spells.last_date,
            months.first_day,
            cast(months.last_day + interval '1 day' as date)
        ) as long_stay_bed_days
    from months
    inner join spells
        on spells.admission_date <= months.last_day
        and spells.last_date >= months.first_day
),

person_months as (
    select
        spell_months.person_key,
        spell_areas.area_type,
        spell_areas.area_code,
        spell_months.point_of_delivery,
        spell_months.month,
        sum(spell_months.admissions) as admissions,
        sum(spell_months.discharges) as discharges,
        sum(spell_months.bed_days) as bed_days,
        sum(spell_months.long_stay_bed_days) as long_stay_bed_days
    from spell_months
    inner join spell_areas
        on spell_months.person_key = spell_areas.person_key
        and spell_months.spell_key = spell_areas.spell_key
    group by
        spell_months.person_key,
        spell_areas.area_type,
        spell_areas.area_code,
        spell_months.point_of_delivery,
        spell_months.month
),

counts as (
    select
        area_type,
        area_code,
        point_of_delivery,
        month,
        cast(sum(admissions) as bigint) as admissions,
        cast(sum(discharges) as bigint) as discharges,
        count(*) as people,
        cast(sum(bed_days) as bigint) as bed_days,
        cast(sum(long_stay_bed_days) as bigint) as long_stay_bed_days
    from person_months
    group by area_type, area_code, point_of_delivery, month
),

final as (
    select
        areas.area_type,
        areas.area_type_order,
        areas.area_code,
        areas.area_name,
        points_of_delivery.point_of_delivery,
        points_of_delivery.point_of_delivery_order,
        months.month,
        months.financial_year,
        months.days_covered,
        months.is_complete,
        coalesce(counts.admissions, 0) as admissions,
        coalesce(counts.discharges, 0) as discharges,
        coalesce(counts.people, 0) as people,
        coalesce(counts.bed_days, 0) as bed_days,
        cast(coalesce(counts.bed_days, 0) as double) / months.days_covered as occupied_beds,
        coalesce(counts.long_stay_bed_days, 0) as long_stay_bed_days,
        cast(coalesce(counts.long_stay_bed_days, 0) as double) / months.days_covered as long_stay_occupied_beds
    from areas
    cross join points_of_delivery
    cross join months
    left join counts
        on areas.area_type = counts.area_type
        and areas.area_code = counts.area_code
        and points_of_delivery.point_of_delivery = counts.point_of_delivery
        and months.month = counts.month
)

select * from final
