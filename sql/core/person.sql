/*
description: >
  One row per person known to the record at the as-of date, alive or dead, with where they live and
  where they are registered. Active people (alive and registered) are the denominator of the other
  models.
grain: person_key
columns:
  person_key: Pseudonym of the person
  sex: "female, male, other or unknown; a word that is none of these is unknown"
  birth_month: First day of the month of birth
  age: Completed years at the as-of date, or in the month of death for those who have died; null above 120, which nobody has reached
  age_band: Five-year band, 0-4 to 90+; Not known where the birth date is
  ethnic_category: NHS 2001 ethnic category code as recorded
  ethnic_category_name: One of the sixteen categories of 2001, or Not known
  ethnic_group: One of five groups, or Not known
  language: Preferred language, BCP 47
  interpreter_required: Whether an interpreter is needed; null when never asked
  lsoa21_code: Lower layer super output area (2021) of residence, or one of 2011 where the postcode lookup has those (core.area)
  place_code: Code of the place of residence
  place_name: Place of residence; Not known for no address or one outside the area
  neighbourhood_code: Code of the neighbourhood of residence
  neighbourhood_name: Name of the neighbourhood of residence
  ltla_code: Code of the lower tier local authority of residence
  ltla_name: Name of the lower tier local authority of residence
  sub_icb_code: Code of the sub-ICB location of residence
  sub_icb_name: Name of the sub-ICB location
  icb_code: Code of the integrated care board of residence
  icb_name: Name of the integrated care board of residence
  region_code: Code of the region of residence
  region_name: Name of the region
  area_code: Code of the area by which marts group people, that of geography_basis
  area_name: "Its name, or Not known: the place of residence (resident) or the primary care network of the practice (registered)"
  imd_decile: Decile of the Index of Multiple Deprivation of the LSOA, 1 the most deprived; which index, deprivation_index says
  imd_quintile: Quintile label, 1 (most deprived) to 5 (least deprived), or Not known
  practice_code: ODS code of the practice registered with at the as-of date, else of the last one known
  practice_name: Name of that practice; the code where it has none
  pcn_code: Primary care network of that practice
  pcn_name: Name of that primary care network
  registered_sub_icb_code: Code of the sub-ICB location that the practice belongs to
  registered_icb_code: Code of the integrated care board that the practice belongs to
  registered_region_code: Code of the region that the practice belongs to
  death_month: First day of the month of death
  is_alive: Not known to have died by the as-of date; the whole month of death counts as dead, and so does a death without a date
  is_registered: Has an open registration at the as-of date (see core.registration for records without any)
  is_active: Alive and registered at the as-of date
checks:
  - unique: person_key
  - not_null: [person_key, sex, age_band, ethnic_category_name, ethnic_group, place_name, imd_quintile, is_alive, is_registered, is_active]
  - expect: age between 0 and 120
  - expect: $geography_basis in ('resident', 'registered')
  - one_of: {sex: [female, male, other, unknown]}
  - one_of: {ethnic_group: reference.ethnic_category.ethnic_group}
  - expect: imd_decile between 1 and 10
  - one_of: {imd_quintile: ["1 (most deprived)", "2", "3", "4", "5 (least deprived)", Not known]}
*/
with patients as (
    select
        person_key,
        case when sex in ('female', 'male', 'other') then sex else 'unknown' end as sex,
        birth_month,
        ethnic_category,
        language,
        interpreter_required,
        lsoa21_code,
        practice_code,
        deceased,
        death_month
    from intermediate.newest_patient
    where birth_month is null or birth_month <= $as_of
),

registrations as (
    select
        person_key,
        practice_code
    from core.registration
    where started <= $as_of
        and (ended is null or ended >= $as_of)
),

ethnic_categories as (
    select
        cast(ethnic_category as varchar) as ethnic_category,
        case when ethnic_group = 'Not known' then 'Not known' else description end as ethnic_category_name,
        ethnic_group
    from reference.ethnic_category
),

areas as (
    select
        lsoa21_code,
        place_code,
        place_name,
        neighbourhood_code,
        neighbourhood_name,
        ltla_code,
        ltla_name,
        sub_icb_code,
        sub_icb_name,
        icb_code,
        icb_name,
        region_code,
        region_name,
        imd_decile,
        imd_quintile
    from core.area
),

practices as (
    select
        organisation_code,
        organisation_name,
        pcn_code,
        pcn_name,
        sub_icb_code,
        icb_code,
        region_code
    from core.organisation
),

standing as (
    select
        patients.*,
        age_at(patients.birth_month, least($as_of, patients.death_month)) as age,
        coalesce(registrations.practice_code, patients.practice_code) as registered_practice_code,
        case
            when patients.death_month is not null then patients.death_month > $as_of
            else not coalesce(patients.deceased, false)
        end as is_alive,
        registrations.person_key is not null as is_registered
    from patients
    left join registrations
        on patients.person_key = registrations.person_key
),

final as (
    select
        standing.person_key,
        standing.sex,
        standing.birth_month,
        case when standing.age between 0 and 120 then standing.age end as age,
        coalesce(case when standing.age between 0 and 120 then age_band(standing.age) end, 'Not known') as age_band,
        standing.ethnic_category,
        coalesce(ethnic_categories.ethnic_category_name, 'Not known') as ethnic_category_name,
        coalesce(ethnic_categories.ethnic_group, 'Not known') as ethnic_group,
        standing.language,
        standing.interpreter_required,
        standing.lsoa21_code,
        areas.place_code,
        coalesce(areas.place_name, 'Not known') as place_name,
        areas.neighbourhood_code,
        areas.neighbourhood_name,
        areas.ltla_code,
        areas.ltla_name,
        areas.sub_icb_code,
        areas.sub_icb_name,
        areas.icb_code,
        areas.icb_name,
        areas.region_code,
        areas.region_name,
        case when $geography_basis = 'registered' then practices.pcn_code else areas.place_code end as area_code,
        coalesce(
            case when $geography_basis = 'registered' then practices.pcn_name else areas.place_name end, 'Not known'
        ) as area_name,
        areas.imd_decile,
        coalesce(areas.imd_quintile, 'Not known') as imd_quintile,
        standing.registered_practice_code as practice_code,
        coalesce(practices.organisation_name, standing.registered_practice_code) as practice_name,
        practices.pcn_code,
        practices.pcn_name,
        practices.sub_icb_code as registered_sub_icb_code,
        practices.icb_code as registered_icb_code,
        practices.region_code as registered_region_code,
        standing.death_month,
        standing.is_alive,
        standing.is_registered,
        standing.is_alive and standing.is_registered as is_active
    from standing
    -- Hospitals subdivide the categories with a second character: CP (Polish) is within C.
    left join ethnic_categories
        on substring(standing.ethnic_category, 1, 1) = ethnic_categories.ethnic_category
    left join areas
        on standing.lsoa21_code = areas.lsoa21_code
    left join practices
        on standing.registered_practice_code = practices.organisation_code
)

select * from final order by person_key
