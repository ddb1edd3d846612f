/*
description: >
  Active people (alive and registered at the as-of date) by place of residence, age, sex, ethnic
  group and deprivation. Combinations without people have no row.
grain: [place_name, age_band, sex, ethnic_group, imd_quintile]
columns:
  place_name: Place of residence, or primary care network, by geography_basis; or Not known
  age_band: Five-year band, 0-4 to 90+, or Not known
  age_band_order: Order of the age bands, 1 to 19; 20 for Not known
  sex: Female, Male, Other or not known
  ethnic_group: One of five groups, or Not known
  imd_quintile: Deprivation quintile label, or Not known
  people: Number of people
checks:
  - unique: [place_name, age_band, sex, ethnic_group, imd_quintile]
  - not_null: [place_name, age_band, age_band_order, sex, ethnic_group, imd_quintile, people]
  - expect: people > 0
  - one_of: {sex: [Female, Male, Other or not known]}
  - one_of: {ethnic_group: reference.ethnic_category.ethnic_group}
  - one_of: {imd_quintile: ["1 (most deprived)", "2", "3", "4", "5 (least deprived)", Not known]}
*/
with people as (
    select
        person_key,
        area_name as place_name,
        age_band,
        case
            when sex = 'female' then 'Female'
            when sex = 'male' then 'Male'
            else 'Other or not known'
        end as sex,
        ethnic_group,
        imd_quintile
    from core.person
    where is_active
),

age_bands as (
    select
        age_band,
        age_band_order
    from reference.age_band
),

counted as (
    select
        place_name,
        age_band,
        sex,
        ethnic_group,
        imd_quintile,
        count(*) as people
    from people
    group by place_name, age_band, sex, ethnic_group, imd_quintile
),

final as (
    select
        counted.place_name,
        counted.age_band,
        cast(coalesce(age_bands.age_band_order, 20) as int) as age_band_order,
        counted.sex,
        counted.ethnic_group,
        counted.imd_quintile,
        counted.people
    from counted
    left join age_bands
        on counted.age_band = age_bands.age_band
)

select * from final
