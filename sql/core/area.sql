/*
description: >
  One row per lower layer super output area (2021) of the site's list, with the areas that it lies in and
  its deprivation. An area that is listed twice is stopped: nobody could live in both.
grain: lsoa21_code
columns:
  lsoa21_code: Lower layer super output area (2021)
  lsoa21_name: Its name
  place_code: Code of the place
  place_name: Place; Not known where the list has none
  neighbourhood_code: Code of the neighbourhood; null where the list has none
  ltla_code: Code of the lower tier local authority
  ltla_name: Name of the lower tier local authority
  icb_code: Code of the integrated care board, as the list has it
  icb_name: Name of the integrated care board
  imd_rank: Rank in the Index of Multiple Deprivation, 1 the most deprived
  imd_decile: Decile of that rank, 1 the most deprived
  imd_quintile: Quintile label, 1 (most deprived) to 5 (least deprived), or Not known
checks:
  - unique: lsoa21_code
  - not_null: [lsoa21_code, place_name, imd_quintile]
  - expect: imd_decile between 1 and 10
*/
with areas as (
    select
        lsoa21_code,
        lsoa21_name,
        place_code,
        place_name,
        neighbourhood_code,
        ltla_code,
        ltla_name,
        icb_code,
        icb_name,
        imd_rank,
        imd_decile
    from reference.lsoa
    where lsoa21_code is not null
),

final as (
    select
        lsoa21_code,
        lsoa21_name,
        place_code,
        coalesce(place_name, 'Not known') as place_name,
        neighbourhood_code,
        ltla_code,
        ltla_name,
        icb_code,
        icb_name,
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
    from areas
)

select * from final
