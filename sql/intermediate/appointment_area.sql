/*
description: >
  The areas of every outpatient appointment of core.appointment, registered or not: those of the place where the person lived and of
  the practice at the time, and the provider. One whose area is not known is in the area Not known of that
  type, so that areas of a type add up to all of them.
grain: [appointment_key, area_type]
columns:
  person_key: Pseudonym of the person
  appointment_key: Appointment, as in core.appointment
  area_type: All, Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN, Practice or Provider
  area_code: Code of the area or provider, or Not known
  area_name: Name of it; its code where it has no name
checks:
  - unique: [appointment_key, area_type]
  - not_null: [person_key, appointment_key, area_type, area_code, area_name]
topic: utilisation
*/
with appointments as (
    select
        person_key,
        appointment_key,
        provider_code,
        practice_code,
        pcn_code,
        lsoa21_code
    from core.appointment
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
        appointments.person_key,
        appointments.appointment_key,
        appointments.provider_code,
        providers.organisation_name as provider_name,
        appointments.practice_code,
        practices.organisation_name as practice_name,
        appointments.pcn_code,
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
    from appointments
    left join areas
        on appointments.lsoa21_code = areas.lsoa21_code
    left join organisations as practices
        on appointments.practice_code = practices.organisation_code
    left join organisations as providers
        on appointments.provider_code = providers.organisation_code
),

-- Lists, not a join with the types: rows stay in the order of people, and need not be sorted again.
listed as (
    select
        person_key,
        appointment_key,
        unnest(['All', 'Region', 'ICB', 'Sub-ICB location', 'Place', 'Local authority', 'Neighbourhood', 'PCN', 'Practice', 'Provider']) as area_type,
        unnest(['All', region_code, icb_code, sub_icb_code, place_code, ltla_code, neighbourhood_code, pcn_code, practice_code, provider_code]) as area_code,
        unnest(['All', region_name, icb_name, sub_icb_name, place_name, ltla_name, neighbourhood_name, pcn_name, practice_name, provider_name]) as area_name
    from described
),

placed as (
    select
        listed.person_key,
        listed.appointment_key,
        area_types.area_type,
        listed.area_code,
        listed.area_name
    from area_types
    inner join listed
        on area_types.area_type = listed.area_type
),

final as (
    select
        person_key,
        appointment_key,
        area_type,
        coalesce(area_code, 'Not known') as area_code,
        coalesce(area_name, area_code, 'Not known') as area_name
    from placed
)

select * from final order by person_key
