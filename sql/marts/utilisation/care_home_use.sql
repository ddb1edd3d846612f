/*
description: >
  Use of hospitals by people of 65 and over who live in a care home (core.care_home_resident), beside all other people of
  that age: emergency admissions and attendances at emergency departments in the 12 months to the as-of date of active
  people, by area and age group. Who lives in a care home is a matter of the as-of date: use before somebody
  moved there counts as that of a resident, and those who died in the year are in neither group.
grain: [area_type, area_code, age_group, residence]
columns:
  area_type: All, Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN or Practice
  area_code: Code of the area, or Not known
  area_name: Name of the area, or Not known
  age_group: 65-74, 75-84, 85+, or All from 65
  residence: Care home or Elsewhere
  people: Active people
  emergency_admissions: Their emergency admissions
  admission_rate: Emergency admissions for each 1,000 people; null where there are none
  admission_lower: Lower 95% limit of the rate
  admission_upper: Upper 95% limit of the rate
  attendances: Their attendances at emergency departments
  attendance_rate: Attendances for each 1,000 people
  attendance_lower: Lower 95% limit of the rate
  attendance_upper: Upper 95% limit of the rate
checks:
  - unique: [area_type, area_code, age_group, residence]
  - not_null: [area_type, area_code, area_name, age_group, residence, people, emergency_admissions, attendances]
  - one_of: {residence: [Care home, Elsewhere]}
  - expect: admission_rate between admission_lower and admission_upper
  - expect: people >= 0
topic: utilisation
*/
with people as (
    select
        person_key,
        age
    from core.person
    where is_active
        and age >= 65
),

residents as (
    select person_key
    from core.care_home_resident
),

person_areas as (
    select
        person_key,
        area_type,
        area_code,
        area_name
    from intermediate.person_area
),

admissions as (
    select
        person_key,
        count(*) as admissions
    from core.spell
    where is_emergency
        and admission_date > $as_of - interval '12' month
        and admission_date <= $as_of
    group by person_key
),

attendances as (
    select
        person_key,
        count(*) as attendances
    from core.attendance
    where arrived_date > $as_of - interval '12' month
        and arrived_date <= $as_of
    group by person_key
),

used as (
    select
        people.person_key,
        case
            when people.age < 75 then '65-74'
            when people.age < 85 then '75-84'
            else '85+'
        end as age_group,
        case when residents.person_key is null then 'Elsewhere' else 'Care home' end as residence,
        coalesce(admissions.admissions, 0) as admissions,
        coalesce(attendances.attendances, 0) as attendances
    from people
    left join residents
        on people.person_key = residents.person_key
    left join admissions
        on people.person_key = admissions.person_key
    left join attendances
        on people.person_key = attendances.person_key
),

grouped as (
    select
        person_areas.area_type,
        person_areas.area_code,
        max(person_areas.area_name) as area_name,
        used.age_group,
        used.residence,
        count(*) as people,
        sum(used.admissions) as admissions,
        sum(used.attendances) as attendances
    from used
    inner join person_areas
        on used.person_key = person_areas.person_key
    group by person_areas.area_type, person_areas.area_code, used.age_group, used.residence
),

labels as (
    select false as is_total
    union all
    select true as is_total
),

summed as (
    select
        grouped.area_type,
        grouped.area_code,
        max(grouped.area_name) as area_name,
        case when labels.is_total then 'All from 65' else grouped.age_group end as age_group,
        grouped.residence,
        cast(sum(grouped.people) as bigint) as people,
        cast(sum(grouped.admissions) as bigint) as emergency_admissions,
        cast(sum(grouped.attendances) as bigint) as attendances
    from labels
    cross join grouped
    group by
        grouped.area_type,
        grouped.area_code,
        case when labels.is_total then 'All from 65' else grouped.age_group end,
        grouped.residence
),

rated as (
    select
        *,
        rate(emergency_admissions, people, 1000.0) as admission,
        rate(attendances, people, 1000.0) as attendance
    from summed
),

final as (
    select
        area_type,
        area_code,
        area_name,
        age_group,
        residence,
        people,
        emergency_admissions,
        admission['value'] as admission_rate,
        admission['lower'] as admission_lower,
        admission['upper'] as admission_upper,
        attendances,
        attendance['value'] as attendance_rate,
        attendance['lower'] as attendance_lower,
        attendance['upper'] as attendance_upper
    from rated
)

select * from final
