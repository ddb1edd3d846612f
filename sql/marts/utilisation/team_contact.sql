/*
description: >
  Contacts of community health and mental health services by area, kind of team and calendar month of the period:
  attended ones, those that were not attended, how they were held, and the clinical time. Areas are those of the
  as-of date; people without a Patient record are of an area that is not known. Teams and months without contacts
  have no row.
grain: [area_type, area_code, setting, team_type, month]
columns:
  area_type: All, Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN or Practice
  area_code: Code of the area, or Not known
  area_name: Name of the area; its code where it has no name
  setting: Community or Mental health
  team_type: Type of team as sent, or Not known
  month: First day of the calendar month
  financial_year: Financial year of the month
  is_complete: Whether all days of the month are covered
  record_status: "Whether the records of the month are complete: complete, incomplete, not over or not judged (marts.period_completeness)"
  contacts: Attended contacts
  people: Different people with one
  face_to_face: Attended contacts face to face (consultation medium 01)
  not_attended: Contacts that were not attended
  minutes: Minutes of clinical time of attended contacts
  contacts_with_minutes: Attended contacts of which the minutes are known
checks:
  - not_null: [area_type, area_code, area_name, setting, team_type, month, is_complete, record_status, contacts, people, face_to_face, not_attended, contacts_with_minutes]
  - expect: people <= contacts and face_to_face <= contacts and contacts_with_minutes <= contacts
topic: utilisation
*/
with contacts as (
    select
        person_key,
        setting,
        coalesce(team_type, 'Not known') as team_type,
        cast(date_trunc('month', started_date) as date) as month,
        attended,
        consultation_medium,
        duration_minutes
    from staging.community_contact
    where started_date >= $period_start
        and started_date <= least($period_end, $as_of)
    union all
    select
        person_key,
        setting,
        coalesce(team_type, 'Not known') as team_type,
        cast(date_trunc('month', started_date) as date) as month,
        attended,
        consultation_medium,
        duration_minutes
    from staging.mental_health_contact
    where started_date >= $period_start
        and started_date <= least($period_end, $as_of)
),

months as (
    select
        month,
        financial_year,
        is_complete
    from intermediate.period_month
),

completeness as (
    select
        setting,
        month,
        status
    from marts.period_completeness
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
        person_key,
        setting,
        team_type,
        month,
        count(*) filter (where attended) as contacts,
        count(*) filter (where attended and consultation_medium = '01') as face_to_face,
        count(*) filter (where not attended) as not_attended,
        sum(case when attended then duration_minutes end) as minutes,
        count(duration_minutes) filter (where attended) as contacts_with_minutes
    from contacts
    group by person_key, setting, team_type, month
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
        person_months.setting,
        person_months.team_type,
        person_months.month,
        person_months.contacts,
        person_months.face_to_face,
        person_months.not_attended,
        person_months.minutes,
        person_months.contacts_with_minutes
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
        setting,
        team_type,
        month,
        cast(sum(contacts) as bigint) as contacts,
        count(*) filter (where contacts > 0) as people,
        cast(sum(face_to_face) as bigint) as face_to_face,
        cast(sum(not_attended) as bigint) as not_attended,
        cast(sum(minutes) as bigint) as minutes,
        cast(sum(contacts_with_minutes) as bigint) as contacts_with_minutes
    from placed
    group by area_type, area_code, setting, team_type, month
),

final as (
    select
        counts.area_type,
        counts.area_code,
        counts.area_name,
        counts.setting,
        counts.team_type,
        counts.month,
        months.financial_year,
        months.is_complete,
        coalesce(completeness.status, 'not judged') as record_status,
        counts.contacts,
        counts.people,
        counts.face_to_face,
        counts.not_attended,
        counts.minutes,
        counts.contacts_with_minutes
    from months
    inner join counts
        on months.month = counts.month
    left join completeness
        on counts.setting = completeness.setting
        and counts.month = completeness.month
)

select * from final
