/*
description: >
  Active people on a register who had each of its care processes in the 12 months to the as-of date,
  and those who had not (intermediate.care_process_status says how), by area. Every process has a
  row for every area, zero included.
grain: [area_type, area_code, register, care_process]
columns:
  area_type: All, Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN or Practice
  area_code: Code of the area, or Not known
  area_name: Name of the area, or Not known
  register: Short name of the register
  care_process: Short name of the process
  care_process_order: Order of the process within the register
  care_process_name: Name of the process for readers
  people: Active people on the register
  done: Those for whom the process was done, or met
  not_done: Those for whom it was not
  share: Share of the people for whom it was done, 0 to 1; null where nobody is on the register
  lower: Lower 95% limit of the share (Wilson)
  upper: Upper 95% limit of the share (Wilson)
checks:
  - unique: [area_type, area_code, register, care_process]
  - not_null: [area_type, area_code, area_name, register, care_process, care_process_order, care_process_name, people, done, not_done]
  - expect: done + not_done = people
topic: needs
*/
with processes as (
    select
        cast(register as varchar) as register,
        cast(care_process as varchar) as care_process,
        cast(care_process_order as int) as care_process_order,
        care_process_name
    from reference.care_process
),

statuses as (
    select
        person_key,
        register,
        care_process,
        is_done
    from intermediate.care_process_status
),

person_areas as (
    select
        person_key,
        area_type,
        area_code,
        area_name
    from intermediate.person_area
),

active_areas as (
    select
        person_areas.area_type,
        person_areas.area_code,
        max(person_areas.area_name) as area_name
    from core.person as people
    inner join person_areas
        on people.person_key = person_areas.person_key
    where people.is_active
    group by person_areas.area_type, person_areas.area_code
),

rows_of_both as (
    select
        active_areas.area_type,
        active_areas.area_code,
        active_areas.area_name,
        processes.register,
        processes.care_process,
        0 as people,
        0 as done
    from active_areas
    cross join processes
    union all
    select
        person_areas.area_type,
        person_areas.area_code,
        person_areas.area_name,
        statuses.register,
        statuses.care_process,
        1 as people,
        case when statuses.is_done then 1 else 0 end as done
    from statuses
    inner join person_areas
        on statuses.person_key = person_areas.person_key
),

counted as (
    select
        area_type,
        area_code,
        max(area_name) as area_name,
        register,
        care_process,
        cast(sum(people) as bigint) as people,
        cast(sum(done) as bigint) as done
    from rows_of_both
    group by area_type, area_code, register, care_process
),

estimated as (
    select
        *,
        proportion(done, nullif(people, 0), 1.0) as estimate
    from counted
),

final as (
    select
        estimated.area_type,
        estimated.area_code,
        estimated.area_name,
        estimated.register,
        estimated.care_process,
        processes.care_process_order,
        processes.care_process_name,
        estimated.people,
        estimated.done,
        estimated.people - estimated.done as not_done,
        estimated.estimate['value'] as share,
        estimated.estimate['lower'] as lower,
        estimated.estimate['upper'] as upper
    from processes
    inner join estimated
        on processes.register = estimated.register
        and processes.care_process = estimated.care_process
)

select * from final
