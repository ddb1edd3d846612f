/*
description: >
  One row per lower layer super output area of the site's lists, with the areas that it lies in on the as-of date and
  its deprivation. Areas are those of the census of 2021 (reference.lsoa), and those of 2011 that are no longer areas
  (reference.lsoa_2011), so that residents of either are found. Each index of deprivation has the areas of one census:
  that of 2025 those of 2021, that of 2019 those of 2011. The parameter deprivation_index says which of them
  imd_rank, imd_decile and imd_quintile are. An area that is not of the census of the index has the decile of the one
  area of that census that it lay in or became; where there are several it is Not known. An area that is
  listed twice is stopped: nobody could live in both.
grain: lsoa21_code
columns:
  lsoa21_code: Lower layer super output area (2021), or the code of one of 2011 that is no longer an area
  lsoa21_name: Its name
  census: 2021, or 2011 for an area that is one of 2011 only
  lsoa11_code: The area of 2011 that it is or was a part of; null where it was made of several
  place_code: Code of the place
  place_name: Place; Not known where the list has none
  neighbourhood_code: Code of the neighbourhood; null where the list has none
  neighbourhood_name: Name of the neighbourhood
  ltla_code: Code of the lower tier local authority
  ltla_name: Name of the lower tier local authority
  ward_code: Code of the electoral ward that it fits best
  ward_name: Name of the ward
  utla_code: Code of the upper tier local authority
  utla_name: Name of the upper tier local authority
  sub_icb_code: Code of the sub-ICB location
  sub_icb_name: Name of the sub-ICB location
  icb_code: Code of the integrated care board, as the list has it
  icb_name: Name of the integrated care board
  region_code: Code of the region
  region_name: Name of the region
  imd_rank: Rank in the Index of Multiple Deprivation, 1 the most deprived
  imd_decile: Decile of that rank, 1 the most deprived
  imd_quintile: Quintile label, 1 (most deprived) to 5 (least deprived), or Not known
checks:
  - unique: lsoa21_code
  - not_null: [lsoa21_code, census, place_name, imd_quintile]
  - expect: imd_decile between 1 and 10
  - expect: $deprivation_index in ('2019', '2025')
*/
with areas_2021 as (
    select *
    from reference.lsoa
    where lsoa21_code is not null
        and (started is null or started <= $as_of)
        and (ended is null or ended >= $as_of)
),

areas_2011 as (
    select *
    from reference.lsoa_2011
    where lsoa11_code is not null
),

listed as (
    select
        lsoa21_code,
        lsoa21_name,
        2021 as census,
        lsoa11_code,
        place_code,
        place_name,
        neighbourhood_code,
        neighbourhood_name,
        ltla_code,
        ltla_name,
        ward_code,
        ward_name,
        utla_code,
        utla_name,
        sub_icb_code,
        sub_icb_name,
        icb_code,
        icb_name,
        region_code,
        region_name,
        case when $deprivation_index = '2019' then imd_2019_rank else imd_rank end as imd_rank,
        case when $deprivation_index = '2019' then imd_2019_decile else imd_decile end as imd_decile
    from areas_2021
    union all
    select
        areas_2011.lsoa11_code as lsoa21_code,
        areas_2011.lsoa11_name as lsoa21_name,
        2011 as census,
        areas_2011.lsoa11_code,
        areas_2011.place_code,
        areas_2011.place_name,
        areas_2011.neighbourhood_code,
        areas_2011.neighbourhood_name,
        areas_2011.ltla_code,
        areas_2011.ltla_name,
        areas_2011.ward_code,
        areas_2011.ward_name,
        areas_2011.utla_code,
        areas_2011.utla_name,
        areas_2011.sub_icb_code,
        areas_2011.sub_icb_name,
        areas_2011.icb_code,
        areas_2011.icb_name,
        areas_2011.region_code,
        areas_2011.region_name,
        case when $deprivation_index = '2019' then areas_2011.imd_rank end as imd_rank,
        case when $deprivation_index = '2019' then areas_2011.imd_decile else became.imd_decile end as imd_decile
    from areas_2011
    left join areas_2021 as became
        on areas_2011.lsoa21_code = became.lsoa21_code
    left join areas_2021 as unchanged
        on areas_2011.lsoa11_code = unchanged.lsoa21_code
    where unchanged.lsoa21_code is null
),

final as (
    select
        lsoa21_code,
        lsoa21_name,
        cast(census as int) as census,
        lsoa11_code,
        place_code,
        coalesce(place_name, 'Not known') as place_name,
        neighbourhood_code,
        neighbourhood_name,
        ltla_code,
        ltla_name,
        ward_code,
        ward_name,
        utla_code,
        utla_name,
        sub_icb_code,
        sub_icb_name,
        icb_code,
        icb_name,
        region_code,
        region_name,
        cast(imd_rank as int) as imd_rank,
        cast(imd_decile as int) as imd_decile,
        case
            when imd_decile in (1, 2) then '1 (most deprived)'
            when imd_decile in (3, 4) then '2'
            when imd_decile in (5, 6) then '3'
            when imd_decile in (7, 8) then '4'
            when imd_decile in (9, 10) then '5 (least deprived)'
            else 'Not known'
        end as imd_quintile
    from listed
)

select * from final
