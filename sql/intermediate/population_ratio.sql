/*
description: >
  The projected population of each later year of reference.population_projection, up to 15 years ahead,
  as a ratio to that of the base year, the year in which the middle of the 365 days to the as-of date
  lies. Local authorities are those of core.area: a file of all England also has others, and totals
  of them. A site without a projection of its local authorities has no rows.

  Not known stands for all of these local authorities, both sexes or all ages. A combination without anybody
  in the base year has the ratio 1; one that lacks the base year has none.
grain: [variant, year, ltla_code, sex, age_band]
columns:
  variant: Variant of the projection that reference.population_variant gives a probability
  probability: Probability of the variant among those that the projection has
  year: Projected year
  years: Years from the base year
  ltla_code: Lower tier local authority, or Not known for all
  sex: "female, male, or Not known for both"
  age_band: Five-year band, 0-4 to 90+, or Not known for all
  ratio: Projected people to those of the base year; null where the projection lacks that
checks:
  - unique: [variant, year, ltla_code, sex, age_band]
  - not_null: [variant, probability, year, years, ltla_code, sex, age_band]
  - expect: probability > 0 and probability <= 1
  - expect: years >= 1
  - expect: ratio >= 0
topic: demand
*/
with projection as (
    select
        cast(variant as varchar) as variant,
        cast(year as int) as year,
        cast(ltla_code as varchar) as ltla_code,
        cast(age as int) as age,
        lower(cast(sex as varchar)) as sex,
        cast(persons as double) as persons
    from reference.population_projection
),

local_authorities as (
    select distinct ltla_code
    from core.area
),

variants as (
    select
        cast(variant as varchar) as variant,
        cast(probability as double) as probability
    from reference.population_variant
    where cast(probability as double) > 0
),

age_bands as (
    select
        cast(age_band as varchar) as age_band,
        cast(lower_age as int) as lower_age,
        cast(upper_age as int) as upper_age
    from reference.age_band
),

banded as (
    select
        projection.variant,
        projection.year,
        projection.ltla_code,
        projection.sex,
        age_bands.age_band,
        sum(projection.persons) as persons
    from local_authorities
    inner join projection
        on local_authorities.ltla_code = projection.ltla_code
    inner join age_bands
        on projection.age between age_bands.lower_age and age_bands.upper_age
    group by
        projection.variant,
        projection.year,
        projection.ltla_code,
        projection.sex,
        age_bands.age_band
),

by_area as (
    select variant, year, unnest([ltla_code, 'Not known']) as ltla_code, sex, age_band, persons
    from banded
),

by_sex as (
    select variant, year, ltla_code, unnest([sex, 'Not known']) as sex, age_band, persons
    from by_area
),

by_age as (
    select variant, year, ltla_code, sex, unnest([age_band, 'Not known']) as age_band, persons
    from by_sex
),

populations as (
    select
        variant,
        year,
        ltla_code,
        sex,
        age_band,
        sum(persons) as persons
    from by_age
    group by variant, year, ltla_code, sex, age_band
),

base_year as (
    select cast(extract(year from $as_of - interval '182' day) as int) as base_year
),

used_variants as (
    select
        variants.variant,
        variants.probability / sum(variants.probability) over () as probability
    from variants
    where variants.variant in (select banded.variant from banded)
),

final as (
    select
        populations.variant,
        used_variants.probability,
        populations.year,
        populations.year - base_year.base_year as years,
        populations.ltla_code,
        populations.sex,
        populations.age_band,
        case
            when base.persons > 0 then populations.persons / base.persons
            when base.persons = 0 then 1.0
        end as ratio
    from populations
    inner join used_variants
        on populations.variant = used_variants.variant
    inner join base_year
        on populations.year > base_year.base_year
        and populations.year <= base_year.base_year + 15
    left join populations as base
        on base.year = base_year.base_year
        and populations.variant = base.variant
        and populations.ltla_code = base.ltla_code
        and populations.sex = base.sex
        and populations.age_band = base.age_band
)

select * from final
