/*
description: >
  Active people of a known LSOA, and those of the most deprived fifth of LSOAs in England.
grain: [person_key, part, measure, period]
columns:
  person_key: Pseudonym of the person
  part: "numerator or denominator"
  measure: most_deprived_fifth, out of people_of_known_lsoa
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
        imd_quintile
    from core.person
    where is_active
        and imd_quintile <> 'Not known'
),

final as (
    select
        person_key,
        'numerator' as part,
        'most_deprived_fifth' as measure,
        'as_of' as period,
        cast(1 as bigint) as n
    from people
    where imd_quintile = '1 (most deprived)'
    union all
    select
        person_key,
        'denominator' as part,
        'people_of_known_lsoa' as measure,
        'as_of' as period,
        cast(1 as bigint) as n
    from people
)

select * from final
