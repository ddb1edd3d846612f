/*
description: >
  Days of registration of each person in each financial year, apart for each practice, age and place that
  the person had in it: core.person_month with fewer rows. It is the denominator of yearly rates.
grain: [person_key, financial_year, practice_code, lsoa21_code, age]
columns:
  person_key: Pseudonym of the person
  financial_year: Such as 2025/26
  practice_code: ODS code of the practice; null where not known
  practice_name: Its name; the code where it has none
  pcn_code: Primary care network of the practice
  pcn_name: Its name
  lsoa21_code: Lower layer super output area (2021) of residence
  place_code: Code of the place of residence
  place_name: Place of residence
  neighbourhood_code: Neighbourhood of residence
  ltla_code: Lower tier local authority of residence
  neighbourhood_name: Name of the neighbourhood
  ltla_name: Its name
  region_code: Region of residence
  sub_icb_code: Sub-ICB location of residence
  icb_code: Integrated care board of residence
  region_name: Name of the region
  sub_icb_name: Name of the sub-ICB location
  icb_name: Its name
  age: Completed years on the first of the month; null where not known
  age_band: Five-year band, 0-4 to 90+, or Not known
  sex: "female, male, other or unknown"
  imd_quintile: Deprivation quintile label of the LSOA, or Not known
  days_to_end: Days on which the person was registered, of that age and with that practice, as in core.person_month
  is_open: Whether the month that is not over is among them, and the person still registered
checks:
  - unique: [person_key, financial_year, practice_code, lsoa21_code, age]
  - not_null: [person_key, financial_year, age_band, sex, imd_quintile, days_to_end, is_open]
  - expect: days_to_end between 1 and 366
topic: utilisation
*/
with person_months as (
    select
        person_key,
        financial_year,
        practice_code,
        lsoa21_code,
        age,
        age_band,
        sex,
        imd_quintile,
        days_to_end,
        is_open
    from core.person_month
),

areas as (
    select
        lsoa21_code,
        place_code,
        place_name,
        neighbourhood_code,
        ltla_code,
        neighbourhood_name,
        ltla_name,
        region_code,
        sub_icb_code,
        icb_code,
        region_name,
        sub_icb_name,
        icb_name
    from core.area
),

practices as (
    select
        organisation_code,
        organisation_name,
        pcn_code,
        pcn_name
    from core.organisation
),

person_years as (
    select
        person_key,
        financial_year,
        practice_code,
        lsoa21_code,
        age,
        age_band,
        sex,
        imd_quintile,
        cast(sum(days_to_end) as int) as days_to_end,
        coalesce(bool_or(is_open), false) as is_open
    from person_months
    group by person_key, financial_year, practice_code, lsoa21_code, age, age_band, sex, imd_quintile
),

final as (
    select
        person_years.person_key,
        person_years.financial_year,
        person_years.practice_code,
        coalesce(practices.organisation_name, person_years.practice_code) as practice_name,
        practices.pcn_code,
        practices.pcn_name,
        person_years.lsoa21_code,
        areas.place_code,
        areas.place_name,
        areas.neighbourhood_code,
        areas.ltla_code,
        areas.neighbourhood_name,
        areas.ltla_name,
        areas.region_code,
        areas.sub_icb_code,
        areas.icb_code,
        areas.region_name,
        areas.sub_icb_name,
        areas.icb_name,
        person_years.age,
        person_years.age_band,
        person_years.sex,
        person_years.imd_quintile,
        person_years.days_to_end,
        person_years.is_open
    from person_years
    left join areas
        on person_years.lsoa21_code = areas.lsoa21_code
    left join practices
        on person_years.practice_code = practices.organisation_code
)

select * from final order by person_key
