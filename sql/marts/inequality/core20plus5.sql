/*
description: >
  Measures of Core20PLUS5 that the record can give (intermediate.core20plus5_person), by area and group:
  Core20 are people who live in the most deprived fifth of areas (deciles 1 and 2), Plus those of the
  groups that reference.plus_group declares, Core20 or Plus either, Neither the others, Everybody all. A
  person in both Core20 and Plus is in both. The table of groups may be empty; then nobody is in
  Plus. Every measure and group has a row for every area, zero included.
grain: [area_type, area_code, population_group, measure]
columns:
  area_type: All, Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN or Practice
  area_code: Code of the area, or Not known
  area_name: Name of the area, or Not known
  population_group: Core20, Plus, Core20 or Plus, Neither or Everybody
  measure: Short name of the measure
  measure_order: Order of the measures
  measure_name: Name of the measure for readers
  people: People of whom it is true
  population: Active people whom the measure is about
  share: People of the population, 0 to 1; null where there is nobody
  lower: Lower 95% limit of the share (Wilson)
  upper: Upper 95% limit of the share (Wilson)
checks:
  - unique: [area_type, area_code, population_group, measure]
  - not_null: [area_type, area_code, area_name, population_group, measure, measure_order, measure_name, people, population]
  - expect: people between 0 and population
topic: inequality
*/
with measures as (
    select
        cast(measure as varchar) as measure,
        cast(measure_order as int) as measure_order,
        measure_name
    from reference.core20plus5_measure
),

plus_groups as (
    select
        kind,
        cast(code as varchar) as code
    from reference.plus_group
),

plus_members as (
    select statuses.person_key
    from plus_groups
    inner join core.register_status as statuses
        on plus_groups.code = statuses.register
    where plus_groups.kind = 'register'
        and statuses.on_register
    union all
    select people.person_key
    from plus_groups
    inner join core.person as people
        on plus_groups.code = people.ethnic_group
    where plus_groups.kind = 'ethnic_group'
    union all
    select diagnoses.person_key
    from plus_groups
    inner join core.diagnosis as diagnoses
        on plus_groups.code = diagnoses.snomed_code
    where plus_groups.kind = 'diagnosis'
),

plus_people as (
    select distinct person_key
    from plus_members
),

people as (
    select
        people.person_key,
        case
            when people.imd_decile <= 2 and plus_people.person_key is not null then 'Both'
            when people.imd_decile <= 2 then 'Core20'
            when plus_people.person_key is not null then 'Plus'
            else 'Neither'
        end as kind
    from core.person as people
    left join plus_people
        on people.person_key = plus_people.person_key
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

areas as (
    select
        person_areas.area_type,
        person_areas.area_code,
        max(person_areas.area_name) as area_name
    from people
    inner join person_areas
        on people.person_key = person_areas.person_key
    group by person_areas.area_type, person_areas.area_code
),

population_groups as (
    select 'Core20' as population_group, 'Core20' as kind
    union all
    select 'Core20' as population_group, 'Both' as kind
    union all
    select 'Plus' as population_group, 'Plus' as kind
    union all
    select 'Plus' as population_group, 'Both' as kind
    union all
    select 'Core20 or Plus' as population_group, 'Core20' as kind
    union all
    select 'Core20 or Plus' as population_group, 'Plus' as kind
    union all
    select 'Core20 or Plus' as population_group, 'Both' as kind
    union all
    select 'Neither' as population_group, 'Neither' as kind
    union all
    select 'Everybody' as population_group, 'Core20' as kind
    union all
    select 'Everybody' as population_group, 'Plus' as kind
    union all
    select 'Everybody' as population_group, 'Both' as kind
    union all
    select 'Everybody' as population_group, 'Neither' as kind
),

rows_of_both as (
    select
        areas.area_type,
        areas.area_code,
        areas.area_name,
        measures.measure,
        'Neither' as kind,
        0 as people,
        0 as population
    from areas
    cross join measures
    union all
    select
        person_areas.area_type,
        person_areas.area_code,
        person_areas.area_name,
        met.measure,
        people.kind,
        case when met.is_met then 1 else 0 end as people,
        1 as population
    from people
    inner join intermediate.core20plus5_person as met
        on people.person_key = met.person_key
    inner join person_areas
        on people.person_key = person_areas.person_key
),

kinds as (
    select
        area_type,
        area_code,
        max(area_name) as area_name,
        measure,
        kind,
        sum(people) as people,
        sum(population) as population
    from rows_of_both
    group by area_type, area_code, measure, kind
),

counted as (
    select
        kinds.area_type,
        kinds.area_code,
        max(kinds.area_name) as area_name,
        population_groups.population_group,
        kinds.measure,
        coalesce(sum(kinds.people) filter (where kinds.kind = population_groups.kind), 0) as people,
        coalesce(sum(kinds.population) filter (where kinds.kind = population_groups.kind), 0) as population
    from kinds
    cross join population_groups
    group by kinds.area_type, kinds.area_code, population_groups.population_group, kinds.measure
),

estimated as (
    select
        *,
        proportion(people, nullif(population, 0), 1.0) as estimate
    from counted
),

final as (
    select
        estimated.area_type,
        estimated.area_code,
        estimated.area_name,
        estimated.population_group,
        estimated.measure,
        measures.measure_order,
        measures.measure_name,
        estimated.people,
        estimated.population,
        estimated.estimate['value'] as share,
        estimated.estimate['lower'] as lower,
        estimated.estimate['upper'] as upper
    from measures
    inner join estimated
        on measures.measure = estimated.measure
)

select * from final
