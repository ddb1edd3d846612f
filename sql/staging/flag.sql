/*
description: >
  Flags of linked people that stand at the as-of date: active, begun and not ended. Those entered in
  error or inactive are left out.
grain: flag_key
columns:
  person_key: Pseudonym of the person
  flag_key: Record key of the Flag
  category: Category as the sender calls it
  code: Code of what is flagged
  code_system: System of the code
  started: Day on which it began; null where not known
  ended: Day on which it is to end; null while open
checks:
  - unique: flag_key
  - not_null: [person_key, flag_key]
*/
with flags as (
    select
        person_key,
        record_key as flag_key,
        category,
        code,
        code_system,
        started,
        ended
    from record.flag
    where person_key is not null
        and coalesce(status, 'active') = 'active'
        and (started is null or started <= $as_of)
        and (ended is null or ended >= $as_of)
),

final as (
    select person_key, flag_key, category, code, code_system, started, ended
    from flags
)

select * from final order by person_key
