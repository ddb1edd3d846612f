/*
description: >
  Every area and financial year of the period, with the average number of registered people over the days
  of the year that are covered. An area that had nobody in a year has a row with 0.
grain: [area_type, area_code, financial_year]
columns:
  area_type: All, Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN or Practice
  area_type_order: Order of the types
  area_code: Code of the area, or Not known
  area_name: Name of the area
  financial_year: Such as 2025/26
  days_covered: Days of the year within the period and up to the as-of date
  is_complete: Whether all days of the year are covered
  people: Average number of registered people, in whole people (see average_people)
checks:
  - unique: [area_type, area_code, financial_year]
  - not_null: [area_type, area_type_order, area_code, area_name, financial_year, days_covered, is_complete, people]
  - expect: people >= 0
topic: utilisation
*/
with person_areas as (
    select
        person_key,
        area_type,
        area_code,
        financial_year,
        days_to_end,
        is_open
    from intermediate.person_area_year
),

area_names as (
    select
        area_type,
        area_code,
        area_name
    from intermediate.area_name
),

years as (
    select
        financial_year,
        days_covered,
        days_to_come,
        is_complete
    from intermediate.period_year
),

area_types as (
    select
        area_type,
        cast(area_type_order as int) as area_type_order
    from reference.area_type
),

-- The days of each person first: an average of people counts nobody more than once.
person_years as (
    select
        person_areas.person_key,
        person_areas.area_type,
        person_areas.area_code,
        person_areas.financial_year,
        sum(
            person_areas.days_to_end - case when person_areas.is_open then years.days_to_come else 0 end
        ) as registered_days,
        max(years.days_covered) as days_covered
    from years
    inner join person_areas
        on years.financial_year = person_areas.financial_year
    group by
        person_areas.person_key,
        person_areas.area_type,
        person_areas.area_code,
        person_areas.financial_year
),

populations as (
    select
        area_type,
        area_code,
        financial_year,
        average_people(registered_days, days_covered) as people
    from person_years
    group by area_type, area_code, financial_year
),

areas as (
    select
        area_type,
        area_code
    from person_areas
    group by area_type, area_code
),

final as (
    select
        areas.area_type,
        area_types.area_type_order,
        areas.area_code,
        coalesce(area_names.area_name, areas.area_code) as area_name,
        years.financial_year,
        years.days_covered,
        years.is_complete,
        coalesce(populations.people, 0) as people
    from areas
    cross join years
    inner join area_types
        on areas.area_type = area_types.area_type
    left join area_names
        on areas.area_type = area_names.area_type
        and areas.area_code = area_names.area_code
    left join populations
        on areas.area_type = populations.area_type
        and areas.area_code = populations.area_code
        and years.financial_year = populations.financial_year
)

select * from final
