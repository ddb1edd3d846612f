/*
description: >
  Active people (alive and registered at the as-of date) by area of any type, age group, sex, ethnic
  group and deprivation: marts.population_profile for practices, networks, local authorities and boards
  as well. Combinations without people have no row. A person is in one area of each type.
grain: [area_type, area_code, age_group, sex, ethnic_group, imd_quintile]
columns:
  area_type: All, Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN or Practice
  area_code: Code of the area, or Not known
  area_name: Name of the area, or Not known
  age_group: 0-17, 18-64, 65+ or Not known
  sex: Female, Male, Other or not known
  ethnic_group: One of five groups, or Not known
  imd_quintile: Deprivation quintile label, or Not known
  people: Number of people
checks:
  - unique: [area_type, area_code, age_group, sex, ethnic_group, imd_quintile]
  - not_null: [area_type, area_code, area_name, age_group, sex, ethnic_group, imd_quintile, people]
  - expect: people > 0
  - one_of: {sex: [Female, Male, Other or not known]}
topic: demographic
*/
with people as (
    select
        person_key,
        case
            when age < 18 then '0-17'
            when age < 65 then '18-64'
            when age >= 65 then '65+'
            else 'Not known'
        end as age_group,
        case
            when sex = 'female' then 'Female'
            when sex = 'male' then 'Male'
            else 'Other or not known'
        end as sex,
        ethnic_group,
        imd_quintile
    from core.person
    where is_active
),

person_areas as (
    select
        person_key,
        area_type,
        area_code,
        area_name
    from intermediate.person_area
),

final as (
    select
        person_areas.area_type,
        person_areas.area_code,
        max(person_areas.area_name) as area_name,
        people.age_group,
        people.sex,
        people.ethnic_group,
        people.imd_quintile,
        count(*) as people
    from people
    inner join person_areas
        on people.person_key = person_areas.person_key
    group by
        person_areas.area_type,
        person_areas.area_code,
        people.age_group,
        people.sex,
        people.ethnic_group,
        people.imd_quintile
)

select * from final
