/*
description: >
  Active people with each long-term condition, by place of residence and age group, with Wilson 95%
  limits. Conditions are those of intermediate.person_condition. Every condition has a row for every
  place and age group that somebody is of, zero included.
grain: [condition, place_name, age_group]
columns:
  condition: Short name of the condition
  condition_name: Name of the condition for readers
  place_name: Place of residence, or primary care network, by geography_basis; or Not known
  age_group: 0-17, 18-64, 65+ or Not known
  people_with_condition: Active people with the condition
  population: Active people of the place and age group
  prevalence: Share of the population with the condition, 0 to 1
  lower: Lower 95% limit of the prevalence
  upper: Upper 95% limit of the prevalence
checks:
  - not_null: [condition, condition_name, place_name, age_group, people_with_condition, population]
  - expect: people_with_condition between 0 and population
  - expect: prevalence between lower and upper
  - one_of: {age_group: [0-17, 18-64, 65+, Not known]}
*/
with people as (
    select
        person_key,
        area_name as place_name,
        age
    from core.person
    where is_active
),

age_groups as (
    select
        age_group,
        lower_age,
        upper_age
    from reference.age_group
),

conditions as (
    select distinct
        condition,
        condition_name
    from reference.condition
),

person_conditions as (
    select
        person_key,
        condition
    from intermediate.person_condition
),

grouped as (
    select
        people.person_key,
        people.place_name,
        coalesce(age_groups.age_group, 'Not known') as age_group
    from people
    left join age_groups
        on people.age between age_groups.lower_age and age_groups.upper_age
),

with_condition as (
    select
        person_conditions.condition,
        grouped.place_name,
        grouped.age_group,
        count(*) as people_with_condition
    from person_conditions
    inner join grouped
        on person_conditions.person_key = grouped.person_key
    group by person_conditions.condition, grouped.place_name, grouped.age_group
),

populations as (
    select
        place_name,
        age_group,
        count(*) as population
    from grouped
    group by place_name, age_group
),

counted as (
    select
        conditions.condition,
        conditions.condition_name,
        populations.place_name,
        populations.age_group,
        coalesce(with_condition.people_with_condition, 0) as people_with_condition,
        populations.population
    from conditions
    cross join populations
    left join with_condition
        on conditions.condition = with_condition.condition
        and populations.place_name = with_condition.place_name
        and populations.age_group = with_condition.age_group
),

estimated as (
    select
        condition,
        condition_name,
        place_name,
        age_group,
        people_with_condition,
        population,
        proportion(people_with_condition, population, 1.0) as estimate
    from counted
),

final as (
    select
        condition,
        condition_name,
        place_name,
        age_group,
        people_with_condition,
        population,
        estimate['value'] as prevalence,
        estimate['lower'] as lower,
        estimate['upper'] as upper
    from estimated
)

select * from final
