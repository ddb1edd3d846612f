/*
description: >
  The areas of every hospital spell of core.spell, registered or not: those of the place where the person lived and of
  the practice at the time, and the provider. A spell whose area is not known is in the area Not known of that
  type, so that areas of a type add up to all spells.
grain: [spell_key, area_type]
columns:
  person_key: Pseudonym of the person
  spell_key: Spell, as in core.spell
  area_type: All, Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN, Practice or Provider
  area_code: Code of the area or provider, or Not known
  area_name: Name of it; its code where it has no name
checks:
  - unique: [spell_key, area_type]
  - not_null: [person_key, spell_key, area_type, area_code, area_name]
topic: utilisation
*/
with spells as (
    select
        person_key,
        spell_key,
        provider_code,
        practice_code,
        pcn_code,
        lsoa21_code
    from core.spell
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

organisations as (
    select
        organisation_code,
        organisation_name,
        pcn_name
    from core.organisation
),

area_types as (
    select cast(area_type as varchar) as area_type from reference.area_type
    union all
    select 'Provider' as area_type
),

described as (
    select
        spells.person_key,
        spells.spell_key,
        spells.provider_code,
        providers.organisation_name as provider_name,
        spells.practice_code,
        practices.organisation_name as practice_name,
        spells.pcn_code,
        practices.pcn_name,
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
        areas.icb_name
    from spells
    left join areas
        on spells.lsoa21_code = areas.lsoa21_code
    left join organisations as practices
        on spells.practice_code = practices.organisation_code
    left join organisations as providers
        on spells.provider_code = providers.organisation_code
),

placed as (
    select
        described.person_key,
        described.spell_key,
        area_types.area_type,
        case area_types.area_type
            when 'All' then 'All'
            when 'Region' then described.region_code
            when 'ICB' then described.icb_code
            when 'Sub-ICB location' then described.sub_icb_code
            when 'Place' then described.place_code
            when 'Local authority' then described.ltla_code
            when 'Neighbourhood' then described.neighbourhood_code
            when 'PCN' then described.pcn_code
            when 'Practice' then described.practice_code
            when 'Provider' then described.provider_code
        end as area_code,
        case area_types.area_type
            when 'All' then 'All'
            when 'Region' then described.region_name
            when 'ICB' then described.icb_name
            when 'Sub-ICB location' then described.sub_icb_name
            when 'Place' then described.place_name
            when 'Local authority' then described.ltla_name
            when 'Neighbourhood' then described.neighbourhood_name
            when 'PCN' then described.pcn_name
            when 'Practice' then described.practice_name
            when 'Provider' then described.provider_name
        end as area_name
    from area_types
    cross join described
),

final as (
    select
        person_key,
        spell_key,
        area_type,
        coalesce(area_code, 'Not known') as area_code,
        coalesce(area_name, area_code, 'Not known') as area_name
    from placed
)

select * from final order by person_key
