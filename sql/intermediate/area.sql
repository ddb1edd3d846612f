/*
description: >
  Every area that figures are made for: those where people were registered within the period, and those of hospital
  spells, attendances and appointments, providers included. It is the frame of marts that show zeros.
grain: [area_type, area_code]
columns:
  area_type: All, Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN, Practice or Provider
  area_type_order: Order of the types, providers last
  area_code: Code of the area or provider, or Not known
  area_name: Name of it; its code where it has no name
checks:
  - unique: [area_type, area_code]
  - not_null: [area_type, area_type_order, area_code, area_name]
topic: utilisation
*/
with registered as (
    select area_type, area_code from intermediate.area_year
),

of_spells as (
    select area_type, area_code from intermediate.spell_area
),

of_attendances as (
    select area_type, area_code from intermediate.attendance_area
),

of_appointments as (
    select area_type, area_code from intermediate.appointment_area
),

area_names as (
    select
        area_type,
        area_code,
        area_name
    from intermediate.area_name
),

area_types as (
    select
        area_type,
        cast(area_type_order as int) as area_type_order
    from reference.area_type
),

areas as (
    select area_type, area_code from registered
    union all
    select area_type, area_code from of_spells
    union all
    select area_type, area_code from of_attendances
    union all
    select area_type, area_code from of_appointments
),

different as (
    select
        area_type,
        area_code
    from areas
    group by area_type, area_code
),

final as (
    select
        different.area_type,
        coalesce(area_types.area_type_order, 99) as area_type_order,
        different.area_code,
        coalesce(area_names.area_name, different.area_code) as area_name
    from different
    left join area_types
        on different.area_type = area_types.area_type
    left join area_names
        on different.area_type = area_names.area_type
        and different.area_code = area_names.area_code
)

select * from final
