/*
description: >
  Means of what intermediate.indicator_measured has, by area, sex, deprivation and ethnic group, with 95%
  and 99.8% limits of Student's distribution. Limits are null where only one thing was measured. They
  treat what is measured as independent: where one person has several stays they are too narrow. People
  who are not in intermediate.indicator_person for the period do not count.
grain: [measure, period, area_type, area_code, sex, category_type, category]
columns:
  measure: What is averaged
  period_type: as_of or financial_year
  period: The word as_of, which stands for the as-of date, or the financial year
  area_type: "All, Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN or Practice"
  area_code: Code of the area; All for the whole area, Not known for people without one
  sex: "Persons, Female or Male"
  category_type: All, Deprivation quintile or Ethnic group
  category: The quintile or group; All for all people
  total: Sum of what was measured
  measured: How many were measured
  value: Their mean
  lower: Lower 95% limit
  upper: Upper 95% limit
  lower_998: Lower 99.8% limit
  upper_998: Upper 99.8% limit
checks:
  - not_null: [measure, period_type, period, area_type, area_code, sex, category_type, category, total, measured, value]
  - expect: measured > 0
topic: indicator
*/
with people as (
    select
        person_key,
        period_type,
        period,
        practice_code,
        pcn_code,
        place_code,
        neighbourhood_code,
        ltla_code,
        region_code,
        sub_icb_code,
        icb_code,
        sex,
        imd_quintile,
        ethnic_group
    from intermediate.indicator_person
),

measurements as (
    select
        measure,
        person_key,
        period,
        n
    from intermediate.indicator_measured
),

area_types as (
    select cast(area_type as varchar) as area_type
    from reference.area_type
),

sexes as (
    select 'Persons' as sex
    union all
    select 'Own' as sex
),

category_types as (
    select 'Deprivation quintile' as category_type
    union all
    select 'Ethnic group' as category_type
),

slices as (
    select
        area_types.area_type,
        sexes.sex,
        'All' as category_type
    from area_types
    cross join sexes
    union all
    select
        area_types.area_type,
        'Persons' as sex,
        category_types.category_type
    from area_types
    cross join category_types
    where area_types.area_type in ('All', 'Place')
),

repeated as (
    select
        measurements.measure,
        people.period_type,
        people.period,
        slices.area_type,
        case slices.area_type
            when 'All' then 'All'
            when 'Region' then people.region_code
            when 'ICB' then people.icb_code
            when 'Sub-ICB location' then people.sub_icb_code
            when 'Place' then people.place_code
            when 'Local authority' then people.ltla_code
            when 'Neighbourhood' then people.neighbourhood_code
            when 'PCN' then people.pcn_code
            when 'Practice' then people.practice_code
            else 'Not known'
        end as area_code,
        case
            when slices.sex = 'Persons' then 'Persons'
            when people.sex = 'female' then 'Female'
            else 'Male'
        end as sex,
        slices.category_type,
        case slices.category_type
            when 'All' then 'All'
            when 'Deprivation quintile' then people.imd_quintile
            else people.ethnic_group
        end as category,
        measurements.n
    from people
    inner join measurements
        on people.person_key = measurements.person_key
        and people.period = measurements.period
    cross join slices
    where slices.sex = 'Persons'
        or people.sex in ('female', 'male')
),

estimated as (
    select
        measure,
        period_type,
        period,
        area_type,
        area_code,
        sex,
        category_type,
        category,
        cast(sum(n) as bigint) as total,
        count(*) as measured,
        mean_ci(n, 0.95) as mean_95,
        mean_ci(n, 0.998) as mean_998
    from repeated
    group by
        measure,
        period_type,
        period,
        area_type,
        area_code,
        sex,
        category_type,
        category
),

final as (
    select
        measure,
        period_type,
        period,
        area_type,
        area_code,
        sex,
        category_type,
        category,
        total,
        measured,
        mean_95['value'] as value,
        mean_95['lower'] as lower,
        mean_95['upper'] as upper,
        mean_998['lower'] as lower_998,
        mean_998['upper'] as upper_998
    from estimated
)

select * from final
