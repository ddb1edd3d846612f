/*
description: >
  Active people by preferred language, and whether they need an interpreter, by area. Languages go by the first
  part of their code (en-GB is en). An interpreter is needed where the Patient record or a flag says so,
  not needed where the Patient record says so and no flag the contrary, and else not known.
grain: [area_type, area_code, language]
columns:
  area_type: All, Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN or Practice
  area_code: Code of the area, or Not known
  area_name: Name of the area, or Not known
  language: Code of the language (BCP 47), or Not known
  language_name: Its name; the code where reference.language does not have it
  people: Active people who prefer it
  population: Active people of the area
  share: People of the population, 0 to 1
  lower: Lower 95% limit of the share (Wilson)
  upper: Upper 95% limit of the share (Wilson)
  interpreter_needed: Those who need an interpreter
  interpreter_not_needed: Those who do not
  interpreter_not_known: Those of whom it is not known
checks:
  - unique: [area_type, area_code, language]
  - not_null: [area_type, area_code, area_name, language, language_name, people, population, share]
  - expect: interpreter_needed + interpreter_not_needed + interpreter_not_known = people
topic: preferences
*/
with people as (
    select
        person_key,
        coalesce(nullif(lower(split_part(replace(language, '_', '-'), '-', 1)), ''), 'Not known') as language,
        interpreter_required
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

interpreters as (
    select person_key
    from intermediate.person_need
    where need_kind = 'interpreter'
),

languages as (
    select
        cast(language as varchar) as language,
        language_name
    from reference.language
),

counted as (
    select
        person_areas.area_type,
        person_areas.area_code,
        max(person_areas.area_name) as area_name,
        people.language,
        count(*) as people,
        count(interpreters.person_key) as interpreter_needed,
        count(*) filter (where interpreters.person_key is null and not people.interpreter_required)
            as interpreter_not_needed,
        count(*) filter (where interpreters.person_key is null and people.interpreter_required is null)
            as interpreter_not_known
    from people
    inner join person_areas
        on people.person_key = person_areas.person_key
    left join interpreters
        on people.person_key = interpreters.person_key
    group by person_areas.area_type, person_areas.area_code, people.language
),

whole as (
    select
        *,
        sum(people) over (partition by area_type, area_code) as population
    from counted
),

estimated as (
    select
        *,
        proportion(people, population, 1.0) as estimate
    from whole
),

final as (
    select
        estimated.area_type,
        estimated.area_code,
        estimated.area_name,
        estimated.language,
        coalesce(languages.language_name, estimated.language) as language_name,
        estimated.people,
        estimated.population,
        estimated.estimate['value'] as share,
        estimated.estimate['lower'] as lower,
        estimated.estimate['upper'] as upper,
        estimated.interpreter_needed,
        estimated.interpreter_not_needed,
        estimated.interpreter_not_known
    from estimated
    left join languages
        on estimated.language = languages.language
)

select * from final
