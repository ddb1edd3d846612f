/*
description: >
  Adult social care by area, kind of event and calendar month of the period: requests, assessments, services and
  reviews that began in the month, and the people with one under way in it. An event is under way from its start
  to its end, and to the as-of date where it has none; one that ends before it starts only on its first day.
  Areas are those of the as-of date; people without a Patient record are of an area that is not known.
  Kinds and months without events have no row.
grain: [area_type, area_code, event_type, service_type, month]
columns:
  area_type: All, Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN or Practice
  area_code: Code of the area, or Not known
  area_name: Name of the area; its code where it has no name
  event_type: Request, assessment, service or review as sent, or Not known
  service_type: Type of service as sent, or Not known
  month: First day of the calendar month
  financial_year: Financial year of the month
  is_complete: Whether all days of the month are covered
  record_status: "Whether the records of the month are complete: complete, incomplete, not over or not judged (marts.period_completeness)"
  began: Events that began in the month
  people_began: Different people with one that began
  people: Different people with one under way
checks:
  - not_null: [area_type, area_code, area_name, event_type, service_type, month, is_complete, record_status, began, people_began, people]
  - expect: people > 0 and people_began <= people and people_began <= began
topic: utilisation
*/
with events as (
    select
        person_key,
        coalesce(event_type, 'Not known') as event_type,
        coalesce(service_type, 'Not known') as service_type,
        started_date,
        greatest(coalesce(cast(ended as date), $as_of), started_date) as last_date
    from staging.social_care_event
    where started_date <= $as_of
),

months as (
    select
        month,
        financial_year,
        first_day,
        last_day,
        is_complete
    from intermediate.period_month
),

-- Grouped, so that it is seen to repeat nobody.
completeness as (
    select
        month,
        max(status) as status
    from marts.period_completeness
    where setting = 'Social care'
    group by month
),

area_types as (
    select cast(area_type as varchar) as area_type
    from reference.area_type
),

person_areas as (
    select
        person_key,
        area_type,
        area_code,
        area_name
    from intermediate.person_area
),

-- Counting each person first leaves plain counts for the next step: no distinct people.
person_months as (
    select
        events.person_key,
        events.event_type,
        events.service_type,
        months.month,
        count(*) filter (where events.started_date >= months.first_day) as began
    from months
    inner join events
        on events.started_date <= months.last_day
        and events.last_date >= months.first_day
    group by events.person_key, events.event_type, events.service_type, months.month
),

placed as (
    select
        area_types.area_type,
        coalesce(
            person_areas.area_code,
            case when area_types.area_type = 'All' then 'All' else 'Not known' end
        ) as area_code,
        coalesce(
            person_areas.area_name,
            case when area_types.area_type = 'All' then 'All' else 'Not known' end
        ) as area_name,
        person_months.event_type,
        person_months.service_type,
        person_months.month,
        person_months.began
    from area_types
    cross join person_months
    left join person_areas
        on person_months.person_key = person_areas.person_key
        and area_types.area_type = person_areas.area_type
),

counts as (
    select
        area_type,
        area_code,
        max(area_name) as area_name,
        event_type,
        service_type,
        month,
        cast(sum(began) as bigint) as began,
        count(*) filter (where began > 0) as people_began,
        count(*) as people
    from placed
    group by area_type, area_code, event_type, service_type, month
),

final as (
    select
        counts.area_type,
        counts.area_code,
        counts.area_name,
        counts.event_type,
        counts.service_type,
        counts.month,
        months.financial_year,
        months.is_complete,
        coalesce(completeness.status, 'not judged') as record_status,
        counts.began,
        counts.people_began,
        counts.people
    from months
    inner join counts
        on months.month = counts.month
    left join completeness
        on months.month = completeness.month
)

select * from final
