/*
description: >
  Whether the record says of active people what they are allergic to, by area: Allergy recorded for those with an
  allergy or intolerance of staging.allergy_intolerance, No known allergy for those of whom only a code of the list
  no_known_allergy is recorded, and Not recorded for all others, of whom nobody knows. An allergy in words
  only counts as one. Every status has a row for every area, zero included.
grain: [area_type, area_code, allergy_status]
columns:
  area_type: All, Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN or Practice
  area_code: Code of the area, or Not known
  area_name: Name of the area, or Not known
  allergy_status: Allergy recorded, No known allergy or Not recorded
  people: Active people of that status
  to_medication: Those with one of the category medication
  of_high_criticality: Those with one of high criticality
  population: Active people of the area
  share: People of the population, 0 to 1
  lower: Lower 95% limit of the share (Wilson)
  upper: Upper 95% limit of the share (Wilson)
checks:
  - not_null: [area_type, area_code, area_name, allergy_status, people, to_medication, of_high_criticality, population, share]
  - expect: to_medication <= people and of_high_criticality <= people and people <= population
topic: needs
*/
with people as (
    select person_key
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

allergies as (
    select
        person_key,
        category,
        criticality,
        coalesce(in_code_list(code, 'no_known_allergy'), false) as is_none
    from staging.allergy_intolerance
    where recorded is null or recorded <= $as_of
),

by_person as (
    select
        person_key,
        bool_or(not is_none) as is_allergic,
        coalesce(bool_or(not is_none and category = 'medication'), false) as is_to_medication,
        coalesce(bool_or(not is_none and criticality = 'high'), false) as is_of_high_criticality
    from allergies
    group by person_key
),

described as (
    select
        people.person_key,
        case
            when by_person.is_allergic then 'Allergy recorded'
            when by_person.person_key is not null then 'No known allergy'
            else 'Not recorded'
        end as allergy_status,
        coalesce(by_person.is_to_medication, false) as is_to_medication,
        coalesce(by_person.is_of_high_criticality, false) as is_of_high_criticality
    from people
    left join by_person
        on people.person_key = by_person.person_key
),

statuses as (
    select 'Allergy recorded' as allergy_status
    union all
    select 'No known allergy' as allergy_status
    union all
    select 'Not recorded' as allergy_status
),

counted as (
    select
        person_areas.area_type,
        person_areas.area_code,
        max(person_areas.area_name) as area_name,
        statuses.allergy_status,
        count(*) filter (where described.allergy_status = statuses.allergy_status) as people,
        count(*) filter (where described.allergy_status = statuses.allergy_status and described.is_to_medication)
            as to_medication,
        count(*) filter (where described.allergy_status = statuses.allergy_status and described.is_of_high_criticality)
            as of_high_criticality,
        count(*) as population
    from described
    inner join person_areas
        on described.person_key = person_areas.person_key
    cross join statuses
    group by person_areas.area_type, person_areas.area_code, statuses.allergy_status
),

estimated as (
    select
        *,
        proportion(people, population, 1.0) as estimate
    from counted
),

final as (
    select
        area_type,
        area_code,
        area_name,
        allergy_status,
        people,
        to_medication,
        of_high_criticality,
        population,
        estimate['value'] as share,
        estimate['lower'] as lower,
        estimate['upper'] as upper
    from estimated
)

select * from final
