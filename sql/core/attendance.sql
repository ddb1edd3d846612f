/*
description: >
  Emergency department attendances of linked people that began by the as-of date, from the providers'
  extracts (ECDS), and from finished FHIR encounters only for providers that send no such extract.

  The place and the practice are those at the time where the extract has them, else those of core.person.
  A practice code that stands for none (V81997 to V81999) counts as not sent. Whether the department is of
  type 1 is not known of encounters.
grain: attendance_key
columns:
  person_key: Pseudonym of the person
  attendance_key: Record key of the source row, the contact_key of core.contact
  provider_code: ODS code of the provider
  site_code: ODS code of the site
  practice_code: ODS code of the general practice
  pcn_code: Primary care network of that practice
  lsoa21_code: Lower layer super output area (2021) of residence
  place_name: Place of residence, or Not known
  imd_quintile: Deprivation quintile label of the LSOA, or Not known
  sex: "female, male, other or unknown"
  age: Completed years on arrival; null where not known
  age_band: Five-year band, 0-4 to 90+, or Not known
  arrived: Time of arrival (UTC)
  arrived_date: Local day of arrival
  departed: Time of departure (UTC); null where not known or not yet
  minutes: Whole minutes from arrival to departure; null where the departure is not known or before the arrival
  hours: Whole hours of them, and 12 for more; reference.emergency_hour has their bands
  month: First day of the month of arrival
  financial_year: Financial year of arrival, such as 2025/26
  department_type: "01 major (type 1), 02 single specialty, 03 other, 04 walk-in centre, 05 same day emergency care"
  attendance_category: "1 unplanned first, 2 to 4 follow-up"
  attendance_source: Source of attendance, SNOMED CT
  arrival_mode: Mode of arrival, SNOMED CT
  acuity: Acuity, SNOMED CT
  chief_complaint: Chief complaint, SNOMED CT
  discharge_status: Status on discharge, SNOMED CT
  discharge_destination: Destination on discharge, SNOMED CT
  diagnosis: First diagnosis, or the reason of an encounter, SNOMED CT
  is_type_1: Whether the department is a major one; null where not known
  hrg: Healthcare resource group
  cost: Tariff cost, pounds
  source_table: ecds_attendance or encounter
checks:
  - unique: attendance_key
  - not_null: [person_key, attendance_key, place_name, imd_quintile, sex, age_band, arrived, arrived_date, month]
  - expect: minutes >= 0
  - expect: age between 0 and 120
  - one_of: {sex: [female, male, other, unknown]}
*/
with extract_attendances as (
    select
        person_key,
        contact_key as attendance_key,
        provider_code,
        site_code,
        practice_code,
        lsoa21_code,
        started as arrived,
        started_date as arrived_date,
        ended as departed,
        department_type,
        attendance_category,
        attendance_source,
        arrival_mode,
        acuity,
        chief_complaint,
        discharge_status,
        discharge_destination,
        diagnosis,
        hrg,
        cost
    from staging.ecds_attendance
    where started_date <= $as_of
),

encounter_attendances as (
    select
        person_key,
        contact_key as attendance_key,
        provider_code,
        started,
        started_date,
        ended,
        diagnosis
    from intermediate.contact_encounter
    where encounter_setting = 'emergency'
        and started_date <= $as_of
),

attendances as (
    select
        *,
        'ecds_attendance' as source_table
    from extract_attendances
    union all
    select
        person_key,
        attendance_key,
        provider_code,
        cast(null as varchar) as site_code,
        cast(null as varchar) as practice_code,
        cast(null as varchar) as lsoa21_code,
        started as arrived,
        started_date as arrived_date,
        ended as departed,
        cast(null as varchar) as department_type,
        cast(null as varchar) as attendance_category,
        cast(null as varchar) as attendance_source,
        cast(null as varchar) as arrival_mode,
        cast(null as varchar) as acuity,
        cast(null as varchar) as chief_complaint,
        cast(null as varchar) as discharge_status,
        cast(null as varchar) as discharge_destination,
        diagnosis,
        cast(null as varchar) as hrg,
        cast(null as double) as cost,
        'encounter' as source_table
    from encounter_attendances
),

people as (
    select
        person_key,
        sex,
        birth_month,
        lsoa21_code,
        practice_code
    from core.person
),

areas as (
    select
        lsoa21_code,
        place_name,
        imd_quintile
    from core.area
),

organisations as (
    select
        organisation_code,
        pcn_code
    from core.organisation
),

months as (
    select
        cast(month_start as date) as month,
        financial_year
    from reference.month
),

-- What was true at the time, else what is true of the person now.
described as (
    select
        attendances.*,
        coalesce(people.sex, 'unknown') as sex,
        age_at(people.birth_month, attendances.arrived_date) as age_on_arrival,
        coalesce(attendances.lsoa21_code, people.lsoa21_code) as residence_code,
        coalesce(attendances.practice_code, people.practice_code) as registered_practice_code,
        case
            when attendances.departed >= attendances.arrived then cast(
                floor(
                    (date_part('epoch', attendances.departed) - date_part('epoch', attendances.arrived)) / 60
                ) as int
            )
        end as minutes,
        cast(date_trunc('month', attendances.arrived_date) as date) as month
    -- The smaller table comes first: a hash join holds its first table in memory.
    from people
    right join attendances
        on people.person_key = attendances.person_key
),

final as (
    select
        described.person_key,
        described.attendance_key,
        described.provider_code,
        described.site_code,
        described.registered_practice_code as practice_code,
        organisations.pcn_code,
        described.residence_code as lsoa21_code,
        coalesce(areas.place_name, 'Not known') as place_name,
        coalesce(areas.imd_quintile, 'Not known') as imd_quintile,
        described.sex,
        case when described.age_on_arrival between 0 and 120 then described.age_on_arrival end as age,
        coalesce(
            case when described.age_on_arrival between 0 and 120 then age_band(described.age_on_arrival) end,
            'Not known'
        ) as age_band,
        described.arrived,
        described.arrived_date,
        described.departed,
        described.minutes,
        case
            when described.minutes >= 720 then 12
            else cast(floor(described.minutes / 60.0) as int)
        end as hours,
        described.month,
        months.financial_year,
        described.department_type,
        described.attendance_category,
        described.attendance_source,
        described.arrival_mode,
        described.acuity,
        described.chief_complaint,
        described.discharge_status,
        described.discharge_destination,
        described.diagnosis,
        described.department_type = '01' as is_type_1,
        described.hrg,
        described.cost,
        described.source_table
    from described
    left join areas
        on described.residence_code = areas.lsoa21_code
    left join organisations
        on described.registered_practice_code = organisations.organisation_code
    left join months
        on described.month = months.month
)

select * from final order by person_key
