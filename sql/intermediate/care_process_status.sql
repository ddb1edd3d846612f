/*
description: >
  Whether active people on a register had its care processes in the 12 months to the as-of date: the
  eight of diabetes (NICE), the six physical checks of severe mental illness (NHS England), and blood
  pressure for hypertension. Processes and codes are those of reference.care_process and
  reference.care_process_code; a process counts as done when a measurement or a procedure has one of
  its codes. Blood pressure is controlled when the lowest systolic and the lowest diastolic value of
  the newest day of the 12 months that has both are below the threshold of reference.blood_pressure_target
  for the person's age (clinic values, NICE NG136); without such a day, or without an age, it is not.
grain: [person_key, register, care_process]
columns:
  person_key: Pseudonym of the person
  register: Short name of the register
  care_process: Short name of the process
  is_done: Whether it was done, or met, in the 12 months
checks:
  - unique: [person_key, register, care_process]
  - not_null: [person_key, register, care_process, is_done]
topic: needs
*/
with processes as (
    select
        cast(register as varchar) as register,
        cast(care_process as varchar) as care_process
    from reference.care_process
),

process_codes as (
    select
        cast(register as varchar) as register,
        cast(care_process as varchar) as care_process,
        cast(code as varchar) as code
    from reference.care_process_code
),

targets as (
    select
        cast(lower_age as int) as lower_age,
        cast(upper_age as int) as upper_age,
        cast(systolic as double) as systolic,
        cast(diastolic as double) as diastolic
    from reference.blood_pressure_target
),

members as (
    select
        people.person_key,
        people.age,
        statuses.register
    from core.register_status as statuses
    inner join core.person as people
        on statuses.person_key = people.person_key
    where statuses.on_register
        and people.is_active
),

events as (
    select
        person_key,
        code
    from core.measurement
    where measured_date > $as_of - interval '12' month
        and (value is not null or value_code is not null)
    union all
    select
        person_key,
        code
    from staging.procedure
    where performed > $as_of - interval '12' month
),

done as (
    select distinct
        members.person_key,
        process_codes.register,
        process_codes.care_process
    from process_codes
    inner join members
        on process_codes.register = members.register
    inner join events
        on members.person_key = events.person_key
        and process_codes.code = events.code
),

pressures as (
    select
        person_key,
        measured_date,
        min(case when code in ('72313002', '271649006', '8480-6') then value end) as systolic,
        min(case when code in ('1091811000000102', '271650006', '8462-4') then value end) as diastolic
    from core.measurement
    where measured_date > $as_of - interval '12' month
        and code in ('72313002', '271649006', '8480-6', '1091811000000102', '271650006', '8462-4')
    group by person_key, measured_date
),

newest_pressures as (
    select
        person_key,
        systolic,
        diastolic,
        row_number() over (partition by person_key order by measured_date desc) as recency
    from pressures
    where systolic is not null
        and diastolic is not null
),

controlled as (
    select
        members.person_key,
        members.register
    from targets
    inner join members
        on members.age between targets.lower_age and targets.upper_age
    inner join newest_pressures
        on members.person_key = newest_pressures.person_key
    where newest_pressures.recency = 1
        and newest_pressures.systolic < targets.systolic
        and newest_pressures.diastolic < targets.diastolic
),

single as (
    select
        members.person_key,
        processes.register,
        processes.care_process,
        case
            when processes.care_process = 'blood_pressure_controlled' then controlled.person_key is not null
            else done.person_key is not null
        end as is_done
    from processes
    inner join members
        on processes.register = members.register
    left join done
        on members.person_key = done.person_key
        and processes.register = done.register
        and processes.care_process = done.care_process
    left join controlled
        on members.person_key = controlled.person_key
        and members.register = controlled.register
    where processes.care_process <> 'all'
),

-- Each process counts as itself, and for the whole where there is one.
counted_as as (
    select
        register,
        care_process,
        care_process as counted_process
    from processes
    where care_process <> 'all'
    union all
    select
        parts.register,
        parts.care_process,
        wholes.care_process as counted_process
    from processes as wholes
    inner join processes as parts
        on wholes.register = parts.register
    where wholes.care_process = 'all'
        and parts.care_process <> 'all'
),

final as (
    select
        single.person_key,
        counted_as.register,
        counted_as.counted_process as care_process,
        min(case when single.is_done then 1 else 0 end) = 1 as is_done
    from counted_as
    inner join single
        on counted_as.register = single.register
        and counted_as.care_process = single.care_process
    group by single.person_key, counted_as.register, counted_as.counted_process
)

select * from final order by person_key
