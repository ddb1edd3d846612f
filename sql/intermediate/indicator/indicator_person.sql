/*
description: >
  Whom indicators count, and as what: for the as-of date active people, for each financial year that
  reports show people who were registered in it. Whoever is not here is in no indicator.
grain: [person_key, period]
columns:
  person_key: Pseudonym of the person
  period_type: as_of or financial_year
  period: The word as_of, which stands for the as-of date, or the financial year
  practice_code: ODS code of the practice, or Not known
  pcn_code: Primary care network, or Not known
  place_code: Place of residence, or Not known
  neighbourhood_code: Neighbourhood of residence, or Not known
  ltla_code: Lower tier local authority of residence, or Not known
  region_code: Region of residence, or Not known
  sub_icb_code: Sub-ICB location of residence, or Not known
  icb_code: Integrated care board of residence, or Not known
  sex: "female, male, other or unknown"
  age_band: Five-year band, 0-4 to 90+, or Not known
  imd_quintile: Deprivation quintile of the LSOA of residence, or Not known
  ethnic_group: One of five groups, or Not known
checks:
  - unique: [person_key, period]
  - not_null: [person_key, period_type, period, practice_code, pcn_code, place_code, neighbourhood_code, ltla_code, region_code, sub_icb_code, icb_code, sex, age_band, imd_quintile, ethnic_group]
  - one_of: {period_type: [as_of, financial_year]}
*/
with people as (
    select
        person_key,
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
        ethnic_group
    from core.person
    where is_active
),

person_years as (
    select
        person_key,
        financial_year,
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
        ethnic_group
    from intermediate.indicator_person_year
),

periods as (
    select
        person_key,
        'as_of' as period_type,
        'as_of' as period,
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
        ethnic_group
    from people
    union all
    select
        person_key,
        'financial_year' as period_type,
        financial_year as period,
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
        ethnic_group
    from person_years
),

final as (
    select
        person_key,
        period_type,
        period,
        coalesce(practice_code, 'Not known') as practice_code,
        coalesce(pcn_code, 'Not known') as pcn_code,
        coalesce(place_code, 'Not known') as place_code,
        coalesce(neighbourhood_code, 'Not known') as neighbourhood_code,
        coalesce(ltla_code, 'Not known') as ltla_code,
        coalesce(region_code, 'Not known') as region_code,
        coalesce(sub_icb_code, 'Not known') as sub_icb_code,
        coalesce(icb_code, 'Not known') as icb_code,
        sex,
        age_band,
        imd_quintile,
        ethnic_group
    from periods
)

select * from final order by person_key
