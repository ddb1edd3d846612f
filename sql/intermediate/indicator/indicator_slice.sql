/*
description: >
  The counts behind all indicators by area, sex and age band: of all people, and of each deprivation
  quintile and ethnic group of the whole area and of each place. People count once in each type of
  area; those of an unknown area count under Not known.
grain: [model, part, measure, period, area_type, area_code, sex, category_type, category, age_band]
columns:
  model: Which model of intermediate.indicator_cell the counts come from
  part: numerator or denominator
  measure: What is counted
  period_type: as_of or financial_year
  period: The word as_of, which stands for the as-of date, or the financial year
  area_type: "All, Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN or Practice"
  area_code: Code of the area; All for the whole area, Not known for people without one
  sex: "Persons, Female or Male; other and unknown sexes are in Persons only"
  category_type: All, Deprivation quintile or Ethnic group
  category: The quintile or group; All for all people
  age_band: Five-year band, 0-4 to 90+, or Not known
  n: The count
  squares: Each person's count squared and summed
checks:
  - unique: [model, part, measure, period, area_type, area_code, sex, category_type, category, age_band]
  - not_null: [model, part, measure, period_type, period, area_type, area_code, sex, category_type, category, age_band, n, squares]
  - one_of: {sex: [Persons, Female, Male]}
*/
with cells as (
    select
        model,
        part,
        measure,
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
        age_band,
        imd_quintile,
        ethnic_group,
        n,
        squares
    from intermediate.indicator_cell
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

-- Fewer rows first: each of them is repeated for every type of area.
area_cells as (
    select
        model,
        part,
        measure,
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
        age_band,
        sum(n) as n,
        sum(squares) as squares
    from cells
    group by
        model,
        part,
        measure,
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
        age_band
),

category_cells as (
    select
        model,
        part,
        measure,
        period_type,
        period,
        place_code,
        age_band,
        imd_quintile,
        ethnic_group,
        sum(n) as n,
        sum(squares) as squares
    from cells
    group by
        model,
        part,
        measure,
        period_type,
        period,
        place_code,
        age_band,
        imd_quintile,
        ethnic_group
),

repeated as (
    select
        area_cells.model,
        area_cells.part,
        area_cells.measure,
        area_cells.period_type,
        area_cells.period,
        area_types.area_type,
        case area_types.area_type
            when 'All' then 'All'
            when 'Region' then area_cells.region_code
            when 'ICB' then area_cells.icb_code
            when 'Sub-ICB location' then area_cells.sub_icb_code
            when 'Place' then area_cells.place_code
            when 'Local authority' then area_cells.ltla_code
            when 'Neighbourhood' then area_cells.neighbourhood_code
            when 'PCN' then area_cells.pcn_code
            when 'Practice' then area_cells.practice_code
            else 'Not known'
        end as area_code,
        case
            when sexes.sex = 'Persons' then 'Persons'
            when area_cells.sex = 'female' then 'Female'
            else 'Male'
        end as sex,
        'All' as category_type,
        'All' as category,
        area_cells.age_band,
        area_cells.n,
        area_cells.squares
    from area_cells
    cross join area_types
    cross join sexes
    where sexes.sex = 'Persons'
        or area_cells.sex in ('female', 'male')
    union all
    select
        category_cells.model,
        category_cells.part,
        category_cells.measure,
        category_cells.period_type,
        category_cells.period,
        area_types.area_type,
        case when area_types.area_type = 'All' then 'All' else category_cells.place_code end as area_code,
        'Persons' as sex,
        category_types.category_type,
        case
            when category_types.category_type = 'Ethnic group' then category_cells.ethnic_group
            else category_cells.imd_quintile
        end as category,
        category_cells.age_band,
        category_cells.n,
        category_cells.squares
    from category_cells
    cross join area_types
    cross join category_types
    where area_types.area_type in ('All', 'Place')
),

final as (
    select
        model,
        part,
        measure,
        period_type,
        period,
        area_type,
        area_code,
        sex,
        category_type,
        category,
        age_band,
        cast(sum(n) as bigint) as n,
        cast(sum(squares) as bigint) as squares
    from repeated
    group by
        model,
        part,
        measure,
        period_type,
        period,
        area_type,
        area_code,
        sex,
        category_type,
        category,
        age_band
)

select * from final
