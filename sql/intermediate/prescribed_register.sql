/*
description: >
  The registers that ask for a prescription whose medicines anybody in the record was prescribed.
  core.register_status does not ask for one where the record has none of them at all. It is a table of
  its own, so that the registers of some people can be found without a look at the others.
grain: register
columns:
  register: Short name of the register, see reference.register
checks:
  - unique: register
  - not_null: register
topic: needs
*/
with register_medicines as (
    select
        cast(register as varchar) as register,
        cast(code as varchar) as code
    from reference.register_medicine
),

medications as (
    select code
    from core.medication
    where coalesce(status, 'active') not in ('cancelled', 'draft')
),

final as (
    select distinct register_medicines.register
    from register_medicines
    inner join medications
        on register_medicines.code = medications.code
)

select * from final
