/*
description: >
  Costs of active people in the 12 months to the as-of date by population segment and area, as far as
  they are known (core.person_cost). Months are whole ones: that of the as-of date and the eleven before.
  Every segment of reference.segment_rule has a row for every area.
grain: [area_type, area_code, segment]
columns:
  area_type: All, Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN or Practice
  area_code: Code of the area, or Not known
  area_name: Name of the area, or Not known
  segment: Name of the segment
  people: Active people in the segment
  people_with_cost: Those with any cost in the 12 months
  inpatient_cost: Hospital spells, pounds
  emergency_department_cost: Emergency department attendances, pounds
  outpatient_cost: Outpatient appointments, pounds
  social_care_cost: Social care services, pounds
  other_cost: Contacts by unit cost, pounds
  cost: All of them together, pounds
  cost_per_person: Cost for each person of the segment, pounds; null where there is nobody
  contacts_not_costed: Contacts and admissions of which no cost is known
checks:
  - unique: [area_type, area_code, segment]
  - not_null: [area_type, area_code, area_name, segment, people, people_with_cost, cost, contacts_not_costed]
  - expect: people_with_cost between 0 and people
topic: needs
*/
with segments as (
    select
        people.person_key,
        segments.segment
    from core.person as people
    inner join core.segment as segments
        on people.person_key = segments.person_key
    where people.is_active
),

person_areas as (
    select
        person_key,
        area_type,
        area_code,
        area_name
    from intermediate.person_area
),

all_segments as (
    select distinct cast(segment as varchar) as segment
    from reference.segment_rule
    union all
    select 'None' as segment
),

costs as (
    select
        person_key,
        sum(inpatient_cost) as inpatient_cost,
        sum(emergency_department_cost) as emergency_department_cost,
        sum(outpatient_cost) as outpatient_cost,
        sum(social_care_cost) as social_care_cost,
        sum(other_cost) as other_cost,
        sum(cost) as cost,
        sum(contacts_not_costed) as contacts_not_costed
    from core.person_cost
    where month > cast(date_trunc('month', $as_of) as date) - interval '12' month
    group by person_key
),

counted as (
    select
        person_areas.area_type,
        person_areas.area_code,
        segments.segment,
        count(*) as people,
        count(*) filter (where costs.cost > 0) as people_with_cost,
        cast(coalesce(sum(costs.inpatient_cost), 0) as double) as inpatient_cost,
        cast(coalesce(sum(costs.emergency_department_cost), 0) as double) as emergency_department_cost,
        cast(coalesce(sum(costs.outpatient_cost), 0) as double) as outpatient_cost,
        cast(coalesce(sum(costs.social_care_cost), 0) as double) as social_care_cost,
        cast(coalesce(sum(costs.other_cost), 0) as double) as other_cost,
        cast(coalesce(sum(costs.cost), 0) as double) as cost,
        coalesce(sum(costs.contacts_not_costed), 0) as contacts_not_costed
    from segments
    inner join person_areas
        on segments.person_key = person_areas.person_key
    left join costs
        on segments.person_key = costs.person_key
    group by person_areas.area_type, person_areas.area_code, segments.segment
),

areas as (
    select
        person_areas.area_type,
        person_areas.area_code,
        max(person_areas.area_name) as area_name
    from segments
    inner join person_areas
        on segments.person_key = person_areas.person_key
    group by person_areas.area_type, person_areas.area_code
),

-- Segments in which an area has nobody are 0.
filled as (
    select
        areas.area_type,
        areas.area_code,
        areas.area_name,
        all_segments.segment,
        coalesce(counted.people, 0) as people,
        coalesce(counted.people_with_cost, 0) as people_with_cost,
        coalesce(counted.inpatient_cost, 0.0) as inpatient_cost,
        coalesce(counted.emergency_department_cost, 0.0) as emergency_department_cost,
        coalesce(counted.outpatient_cost, 0.0) as outpatient_cost,
        coalesce(counted.social_care_cost, 0.0) as social_care_cost,
        coalesce(counted.other_cost, 0.0) as other_cost,
        coalesce(counted.cost, 0.0) as cost,
        coalesce(counted.contacts_not_costed, 0) as contacts_not_costed
    from areas
    cross join all_segments
    left join counted
        on areas.area_type = counted.area_type
        and areas.area_code = counted.area_code
        and all_segments.segment = counted.segment
),

final as (
    select
        area_type,
        area_code,
        area_name,
        segment,
        people,
        people_with_cost,
        inpatient_cost,
        emergency_department_cost,
        outpatient_cost,
        social_care_cost,
        other_cost,
        cost,
        cost / nullif(people, 0) as cost_per_person,
        contacts_not_costed
    from filled
)

select * from final
