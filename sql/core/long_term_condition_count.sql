/*
description: >
  How many long-term conditions each person has at the as-of date: registers of
  core.register_status that reference.register marks as long-term. A person without any has 0.
grain: person_key
columns:
  person_key: Pseudonym of the person
  conditions: Long-term conditions, 0 or more
checks:
  - unique: person_key
  - not_null: [person_key, conditions]
  - expect: conditions >= 0
topic: needs
*/
with people as (
    select person_key
    from core.person
),

long_term_registers as (
    select cast(register as varchar) as register
    from reference.register
    where long_term = 'yes'
),

statuses as (
    select
        person_key,
        register
    from core.register_status
    where on_register
),

counted as (
    select
        statuses.person_key,
        count(*) as conditions
    from long_term_registers
    inner join statuses
        on long_term_registers.register = statuses.register
    group by statuses.person_key
),

final as (
    select
        people.person_key,
        cast(coalesce(counted.conditions, 0) as int) as conditions
    from people
    left join counted
        on people.person_key = counted.person_key
)

select * from final order by person_key
