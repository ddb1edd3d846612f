/*
description: >
  Active people with each long-term condition, by place of residence and age group, with Wilson 95%
  limits. A person has a condition when it is on the problem list at the as-of date (by SNOMED CT or
  ICD-10 code), or in any diagnosis position of a hospital spell admitted in the 24 months before.
  Every condition has a row for every place and age group, zero included. People whose age is not
  known are in no group.
grain: [condition, place_name, age_group]
columns:
  condition: Short name of the condition
  condition_name: Name of the condition for readers
  place_name: Place of residence, or primary care network, by geography_basis; or Not known
  age_group: 0-17, 18-64 or 65+
  people_with_condition: Active people with the condition
  population: Active people of the place and age group
  prevalence: Share of the population with the condition, 0 to 1; null where the population is 0
  lower: Lower 95% limit of the prevalence
  upper: Upper 95% limit of the prevalence
checks:
  - unique: [condition, place_name, age_group]
  - not_null: [condition, condition_name, place_name, age_group, people_with_condition, population]
  - expect: people_with_condition between 0 and population
  - expect: prevalence between lower and upper
  - expect: population > 0 or prevalence is null
  - one_of: {age_group: reference.age_group.age_group}
*/
with people as (
    select
        person_key,
        area_name as place_name,
        age
    from core.person
    where is_active
        and age is not null
),

age_groups as (
    select
        age_group,
        lower_age,
        upper_age
    from reference.age_group
),

condition_codes as (
    select
        cast(snomed_code as varchar) as snomed_code,
        icd10 as icd10_3,
        condition
    from reference.condition
),

conditions as (
    select distinct
        condition,
        condition_name
    from reference.condition
),

diagnoses as (
    select
        person_key,
        snomed_code,
        icd10_3
    from core.diagnosis
    where source_table = 'condition'
        or noted > $as_of - interval '24' month
),

grouped as (
    select
        people.person_key,
        people.place_name,
        age_groups.age_group
    from people
    inner join age_groups
        on people.age between age_groups.lower_age and age_groups.upper_age
),

places as (
    select distinct place_name from grouped
),

matched as (
    select
        diagnoses.person_key,
        condition_codes.condition
    from diagnoses
    inner join condition_codes
        on diagnoses.snomed_code = condition_codes.snomed_code
    union all
    select
        diagnoses.person_key,
        condition_codes.condition
    from diagnoses
    inner join condition_codes
        on diagnoses.icd10_3 = condition_codes.icd10_3
),

person_conditions as (
    select distinct
        person_key,
        condition
    from matched
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

frame as (
    select
        conditions.condition,
        conditions.condition_name,
        places.place_name,
        age_groups.age_group
    from conditions
    cross join places
    cross join age_groups
),

counted as (
    select
        frame.condition,
        frame.condition_name,
        frame.place_name,
        frame.age_group,
        coalesce(with_condition.people_with_condition, 0) as people_with_condition,
        coalesce(populations.population, 0) as population
    from frame
    left join populations
        on frame.place_name = populations.place_name
        and frame.age_group = populations.age_group
    left join with_condition
        on frame.condition = with_condition.condition
        and frame.place_name = with_condition.place_name
        and frame.age_group = with_condition.age_group
),

estimated as (
    select
        condition,
        condition_name,
        place_name,
        age_group,
        people_with_condition,
        population,
        proportion(people_with_condition, nullif(population, 0), 1.0) as estimate
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
