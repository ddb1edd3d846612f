/*
description: >
  Bed days of adults who no longer met the criteria to reside in hospital, by area and calendar month: the midnights
  from the discharge-ready date on, of the stays of intermediate.adult_stay. A midnight belongs to the month that its
  evening is in. Of a stay that is not over those up to the as-of date count, and so do those of people who
  died in hospital after they were ready. Who leaves on the discharge-ready date has no such night.

  A stay without a discharge-ready date may be one of a person who meets the criteria, or one of which it was not
  recorded; of those that ended alive it was not recorded, and their bed days stand beside. Every area and month
  of the period has a row, zero included. The areas are those of the spell (intermediate.spell_area).
grain: [area_type, area_code, month]
columns:
  area_type: All, Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN, Practice or Provider
  area_type_order: Order of the types
  area_code: Code of the area or provider, or Not known
  area_name: Name of it
  month: First day of the calendar month
  financial_year: Financial year of the month
  days_covered: Days of the month within the period and up to the as-of date
  is_complete: Whether all days of the month are covered
  people: Different people who spent a night in hospital in the month
  bed_days: Midnights of the month that they were in hospital for
  ready_people: Different people who spent a night there after they were ready to leave
  ready_bed_days: Midnights from the discharge-ready date on
  ready_occupied_beds: Those for each day that is covered, the average number of beds in use by people who could have left
  percent_ready: Those as a percentage of the bed days; null without bed days
  bed_days_not_recorded: Bed days of stays that ended alive and have no discharge-ready date
  ready_on_last_night: People in hospital at the last midnight of the days covered who were ready by then
checks:
  - not_null: [area_type, area_code, area_name, month, days_covered, people, bed_days, ready_people, ready_bed_days, ready_occupied_beds, bed_days_not_recorded, ready_on_last_night]
  - expect: ready_bed_days between 0 and bed_days and bed_days_not_recorded between 0 and bed_days
  - expect: ready_people <= people and ready_on_last_night <= ready_people
topic: utilisation
*/
with stays as (
    select
        person_key,
        spell_key,
        admission_date,
        coalesce(discharge_ready_date, last_date) as ready_date,
        last_date,
        is_discharged_alive and discharge_ready_date is null as is_not_recorded
    from intermediate.adult_stay
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
        cast(last_day + interval '1 day' as date) as day_after,
        days_covered,
        is_complete
    from intermediate.period_month
),

stay_months as (
    select
        stays.person_key,
        stays.spell_key,
        months.month,
        overlap_days(stays.admission_date, stays.last_date, months.first_day, months.day_after) as bed_days,
        overlap_days(stays.ready_date, stays.last_date, months.first_day, months.day_after) as ready_bed_days,
        case when stays.is_not_recorded then 1 else 0 end as is_not_recorded,
        case when stays.ready_date <= months.last_day and stays.last_date > months.last_day then 1 else 0 end
            as is_ready_on_last_night
    from months
    inner join stays
        on stays.admission_date <= months.last_day
        and stays.last_date > months.first_day
),

person_months as (
    select
        stay_months.person_key,
        spell_areas.area_type,
        spell_areas.area_code,
        stay_months.month,
        sum(stay_months.bed_days) as bed_days,
        sum(stay_months.ready_bed_days) as ready_bed_days,
        sum(stay_months.bed_days * stay_months.is_not_recorded) as bed_days_not_recorded,
        max(stay_months.is_ready_on_last_night) as is_ready_on_last_night
    from stay_months
    inner join spell_areas
        on stay_months.person_key = spell_areas.person_key
        and stay_months.spell_key = spell_areas.spell_key
    where stay_months.bed_days > 0
    group by stay_months.person_key, spell_areas.area_type, spell_areas.area_code, stay_months.month
),

counts as (
    select
        area_type,
        area_code,
        month,
        count(*) as people,
        cast(sum(bed_days) as bigint) as bed_days,
        count(*) filter (where ready_bed_days > 0) as ready_people,
        cast(sum(ready_bed_days) as bigint) as ready_bed_days,
        cast(sum(bed_days_not_recorded) as bigint) as bed_days_not_recorded,
        cast(sum(is_ready_on_last_night) as bigint) as ready_on_last_night
    from person_months
    group by area_type, area_code, month
),

final as (
    select
        areas.area_type,
        areas.area_type_order,
        areas.area_code,
        areas.area_name,
        months.month,
        months.financial_year,
        months.days_covered,
        months.is_complete,
        coalesce(counts.people, 0) as people,
        coalesce(counts.bed_days, 0) as bed_days,
        coalesce(counts.ready_people, 0) as ready_people,
        coalesce(counts.ready_bed_days, 0) as ready_bed_days,
        cast(coalesce(counts.ready_bed_days, 0) as double) / months.days_covered as ready_occupied_beds,
        100.0 * counts.ready_bed_days / nullif(cast(counts.bed_days as double), 0.0) as percent_ready,
        coalesce(counts.bed_days_not_recorded, 0) as bed_days_not_recorded,
        coalesce(counts.ready_on_last_night, 0) as ready_on_last_night
    from areas
    cross join months
    left join counts
        on areas.area_type = counts.area_type
        and areas.area_code = counts.area_code
        and months.month = counts.month
)

select * from final
