/*
description: >
  Which coded values each measurement or finding of core.measurement has in the record: a short list,
  so that models which look for some findings need not go through all measurements to know their codes.
grain: [code, value_code]
columns:
  code: Code of what was measured or found
  value_code: Code of the value
checks:
  - unique: [code, value_code]
  - not_null: [code, value_code]
*/
with measurements as (
    select
        code,
        value_code
    from core.measurement
    where code is not null
        and value_code is not null
),

final as (
    select
        code,
        value_code
    from measurements
    group by code, value_code
)

select * from final
