/*
description: >
  Core20PLUS5 measures for active people: the measures each person is eligible for, whether they meet them, and
  their area, age band, sex, ethnic group and deprivation. Reports count these rows. One row per person per measure.
grain: [person_key, measure]
columns:
  person_key: Pseudonym of the person
  measure: Short name of the measure, see reference.core20plus5_measure
  is_met: Whether the person is in the numerator of the measure
  area_name: Place of residence, or primary care network, by geography_basis; or Not known
  age_band: Five-year band, 0-4 to 90+, or Not known
  sex: "female, male, other or unknown"
  ethnic_group: One of five groups, or Not known
  imd_quintile: Deprivation quintile label of the LSOA, or Not known
  core20: "Most deprived fifth, Other areas, or Not known"
checks:
  - unique: [person_key, measure]
  - not_null: [person_key, measure, is_met, area_name, age_band, sex, ethnic_group, imd_quintile, core20]
topic: inequality
*/
with statuses as (
    select
        person_key,
        measure,
        is_met
    from intermediate.core20plus5_person
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
        statuses.measure,
        statuses.is_met,
        people.area_name,
        people.age_band,
        people.sex,
        people.ethnic_group,
        people.imd_quintile,
        case people.imd_quintile
            when '1 (most deprived)' then 'Most deprived fifth'
            when 'Not known' then 'Not known'
            else 'Other areas'
        end as core20
    from people
    inner join statuses
        on people.person_key = statuses.person_key
)

select * from final order by person_key
