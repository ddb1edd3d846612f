/*
description: >
  Active people on each register of long-term conditions, and those on two and on four or more of
  them.
grain: [person_key, part, measure, period]
columns:
  person_key: Pseudonym of the person
  part: "numerator"
  measure: The register, such as register_dm, or two_or_more_conditions or four_or_more_conditions
  period: The word as_of, which stands for the as-of date
  n: 1
checks:
  - unique: [person_key, part, measure, period]
  - not_null: [person_key, part, measure, period, n]
  - one_of: {part: [numerator]}
  - expect: n > 0
*/
with register_status as (
    select
        person_key,
        register
    from core.register_status
    where on_register
),

condition_counts as (
    select
        person_key,
        conditions
    from core.long_term_condition_count
),

final as (
    select
        person_key,
        'numerator' as part,
        'register_' || lower(register) as measure,
        'as_of' as period,
        cast(1 as bigint) as n
    from register_status
    union all
    select
        person_key,
        'numerator' as part,
        'two_or_more_conditions' as measure,
        'as_of' as period,
        cast(1 as bigint) as n
    from condition_counts
    where conditions >= 2
    union all
    select
        person_key,
        'numerator' as part,
        'four_or_more_conditions' as measure,
        'as_of' as period,
        cast(1 as bigint) as n
    from condition_counts
    where conditions >= 4
)

select * from final
