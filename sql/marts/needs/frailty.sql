/*
description: >
  Emergency admissions of people aged 75 or over by their Hospital Frailty Risk Score
  (intermediate.spell_frailty), by area and financial year. Areas are those of the person at the as-of
  date. Every area and year that has any such admission has a row for each band, zero included.
grain: [area_type, area_code, financial_year, frailty_band]
columns:
  area_type: All, Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN or Practice
  area_code: Code of the area, or Not known
  area_name: Name of the area, or Not known
  financial_year: Financial year of the admission, such as 2025/26
  frailty_band: low (below 5), intermediate (5 to 15) or high
  admissions: Emergency admissions at 75 or over of that band
  all_admissions: Those of all bands
  share: Share of the admissions of all bands, 0 to 1
  lower: Lower 95% limit of the share (Wilson)
  upper: Upper 95% limit of the share (Wilson)
  midnights: Midnights in hospital of the admissions that have ended
checks:
  - unique: [area_type, area_code, financial_year, frailty_band]
  - not_null: [area_type, area_code, area_name, financial_year, frailty_band, admissions, all_admissions, share, midnights]
  - expect: admissions between 0 and all_admissions
  - one_of: {frailty_band: reference.frailty_band.frailty_band}
topic: needs
*/
with spells as (
    select
        person_key,
        financial_year,
        frailty_band,
        midnights
    from intermediate.spell_frailty
),

person_areas as (
    select
        person_key,
        area_type,
        area_code,
        area_name
    from intermediate.person_area
),

bands as (
    select frailty_band
    from reference.frailty_band
),

counted as (
    select
        person_areas.area_type,
        person_areas.area_code,
        max(person_areas.area_name) as area_name,
        coalesce(spells.financial_year, 'Not known') as financial_year,
        bands.frailty_band,
        count(*) filter (where spells.frailty_band = bands.frailty_band) as admissions,
        count(*) as all_admissions,
        coalesce(sum(spells.midnights) filter (where spells.frailty_band = bands.frailty_band), 0) as midnights
    from spells
    inner join person_areas
        on spells.person_key = person_areas.person_key
    cross join bands
    group by person_areas.area_type, person_areas.area_code, spells.financial_year, bands.frailty_band
),

estimated as (
    select
        *,
        proportion(admissions, all_admissions, 1.0) as estimate
    from counted
),

final as (
    select
        area_type,
        area_code,
        area_name,
        financial_year,
        frailty_band,
        admissions,
        all_admissions,
        estimate['value'] as share,
        estimate['lower'] as lower,
        estimate['upper'] as upper,
        midnights
    from estimated
)

select * from final
