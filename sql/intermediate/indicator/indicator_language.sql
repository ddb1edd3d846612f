/*
description: >
  Active people by what is recorded of their language: whether any is, whether it is another than
  English, and whether they need an interpreter, out of those who were asked.
grain: [person_key, part, measure, period]
columns:
  person_key: Pseudonym of the person
  part: "numerator or denominator"
  measure: language_recorded, other_main_language or interpreter_needed; out of people_of_known_language and people_asked_about_interpreter
  period: The word as_of, which stands for the as-of date
  n: 1
checks:
  - unique: [person_key, part, measure, period]
  - not_null: [person_key, part, measure, period, n]
  - one_of: {part: [numerator, denominator]}
  - expect: n > 0
*/
with people as (
    select
        person_key,
        lower(language) as language,
        interpreter_required
    from core.person
    where is_active
),

final as (
    select
        person_key,
        'numerator' as part,
        'language_recorded' as measure,
        'as_of' as period,
        cast(1 as bigint) as n
    from people
    where language is not null
    union all
    select
        person_key,
        'numerator' as part,
        'other_main_language' as measure,
        'as_of' as period,
        cast(1 as bigint) as n
    from people
    -- English of any country: en, en-GB.
    where language <> 'en'
        and language not like 'en-%'
    union all
    select
        person_key,
        'denominator' as part,
        'people_of_known_language' as measure,
        'as_of' as period,
        cast(1 as bigint) as n
    from people
    where language is not null
    union all
    select
        person_key,
        'numerator' as part,
        'interpreter_needed' as measure,
        'as_of' as period,
        cast(1 as bigint) as n
    from people
    where interpreter_required
    union all
    select
        person_key,
        'denominator' as part,
        'people_asked_about_interpreter' as measure,
        'as_of' as period,
        cast(1 as bigint) as n
    from people
    where interpreter_required is not null
)

select * from final
