/*
description: >
  Care processes due for active people on a disease register, and whether each was completed in the last 12
  months, with the person's area, age band, sex, ethnic group and deprivation. Reports count these rows. One row
  per person, register and care process.
grain: [person_key, register, care_process]
columns:
  person_key: Pseudonym of the person
  register: Short name of the register, see reference.register
  care_process: Short name of the care process, see reference.care_process
  care_process_name: Name of the care process
  is_done: Whether it was completed in the 12 months to the as-of date or, for a target, met
  area_name: Place of residence, or primary care network, by geography_basis; or Not known
  age_band: Five-year band, 0-4 to 90+, or Not known
  sex: "female, male, other or unknown"
  ethnic_group: One of five groups, or Not known
  imd_quintile: Deprivation quintile label of the LSOA, or Not known
checks:
  - unique: [person_key, register, care_process]
  - not_null: [person_key, register, care_process, care_process_name, is_done, area_name, age_band, sex, ethnic_group, imd_quintile]
topic: needs
*/
with statuses as (
    select
        person_key,
        register,
        care_process,
        is_done
    from intermediate.care_process_status
),

processes as (
    select
        cast(register as varchar) as register,
        cast(care_process as varchar) as care_process,
        care_process_name
    from reference.care_process
),

people as (
    select
        person_key,
        area_name,
        age_band,
        sex,
        ethnic_group,
        imd_quintile
    from core.person
    where is_active
),

final as (
    select
        statuses.person_key,
        statuses.register,
        statuses.care_process,
        processes.care_process_name,
        statuses.is_done,
        people.area_name,
        people.age_band,
        people.sex,
        people.ethnic_group,
        people.imd_quintile
    from people
    inner join statuses
        on people.person_key = statuses.person_key
    inner join processes
        on statuses.register = processes.register
        and statuses.care_process = processes.care_process
)

select * from final order by person_key
