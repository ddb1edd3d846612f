/*
description: >
  Outpatient appointments of linked people up to the as-of date, from the providers' extracts (SUS), those
  missed and cancelled included: encounters do not tell who did not come, so that a provider that sends
  no such extract has no rows.

  The place and the practice are those at the time where the extract has them, else those of core.person.
  A practice code that stands for none (V81997 to V81999) counts as not sent.
grain: appointment_key
columns:
  person_key: Pseudonym of the person
  appointment_key: Record key of the source row, the contact_key of core.contact
  provider_code: ODS code of the provider
  site_code: ODS code of the site
  practice_code: ODS code of the general practice
  pcn_code: Primary care network of that practice
  lsoa21_code: Lower layer super output area (2021) of residence
  place_name: Place of residence, or Not known
  imd_quintile: Deprivation quintile label of the LSOA, or Not known
  sex: "female, male, other or unknown"
  age: Completed years on the day; null where not known
  age_band: Five-year band, 0-4 to 90+, or Not known
  appointment_date: Day of the appointment
  month: First day of its month
  financial_year: Its financial year, such as 2025/26
  main_specialty: Main specialty of the consultant
  treatment_function: Treatment function
  attended: Whether the person was seen (attendance codes 5 and 6); null where the outcome is not known
  did_not_attend: Whether the person did not come (codes 3 and 7); null where the outcome is not known
  cancelled: Whether it was cancelled (codes 2 by the person and 4 by the provider); null where the outcome is not known
  cancelled_by_provider: Whether the provider cancelled it (code 4); null where the outcome is not known
  first_attendance: Whether it is the first one (codes 1 and 3); null where not known
  priority: "1 routine, 2 urgent, 3 two week wait"
  referral_source: Source of referral
  referral_date: Day on which the referral was received
  wait_days: Days from the referral to the appointment; null where the referral is not known or later
  procedure: Main procedure, OPCS-4 without the dot
  hrg: Healthcare resource group
  cost: Tariff cost, pounds
checks:
  - unique: appointment_key
  - not_null: [person_key, appointment_key, place_name, imd_quintile, sex, age_band, appointment_date, month]
  - expect: wait_days >= 0
  - expect: age between 0 and 120
  - one_of: {sex: [female, male, other, unknown]}
  - expect: cast(attended as int) + cast(did_not_attend as int) + cast(cancelled as int) = 1
*/
with appointments as (
    select
        person_key,
        contact_key as appointment_key,
        provider_code,
        site_code,
        practice_code,
        lsoa21_code,
        started_date as appointment_date,
        cast(date_trunc('month', started_date) as date) as month,
        main_specialty,
        treatment_function,
        case when outcome in ('2', '3', '4', '5', '6', '7') then outcome end as outcome,
        first_attendance,
        priority,
        referral_source,
        referral_date,
        procedure,
        hrg,
        cost
    from staging.op_attendance
    where started_date <= $as_of
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
        appointments.*,
        coalesce(people.sex, 'unknown') as sex,
        age_at(people.birth_month, appointments.appointment_date) as age_on_day,
        coalesce(appointments.lsoa21_code, people.lsoa21_code) as residence_code,
        coalesce(appointments.practice_code, people.practice_code) as registered_practice_code
    -- The smaller table comes first: a hash join holds its first table in memory.
    from people
    right join appointments
        on people.person_key = appointments.person_key
),

final as (
    select
        described.person_key,
        described.appointment_key,
        described.provider_code,
        described.site_code,
        described.registered_practice_code as practice_code,
        organisations.pcn_code,
        described.residence_code as lsoa21_code,
        coalesce(areas.place_name, 'Not known') as place_name,
        coalesce(areas.imd_quintile, 'Not known') as imd_quintile,
        described.sex,
        case when described.age_on_day between 0 and 120 then described.age_on_day end as age,
        coalesce(
            case when described.age_on_day between 0 and 120 then age_band(described.age_on_day) end, 'Not known'
        ) as age_band,
        described.appointment_date,
        described.month,
        months.financial_year,
        described.main_specialty,
        described.treatment_function,
        described.outcome in ('5', '6') as attended,
        described.outcome in ('3', '7') as did_not_attend,
        described.outcome in ('2', '4') as cancelled,
        described.outcome = '4' as cancelled_by_provider,
        case
            when described.first_attendance in ('1', '3') then true
            when described.first_attendance in ('2', '4') then false
        end as first_attendance,
        described.priority,
        described.referral_source,
        described.referral_date,
        case
            when described.referral_date <= described.appointment_date
                then days_between(described.referral_date, described.appointment_date)
        end as wait_days,
        described.procedure,
        described.hrg,
        described.cost
    from described
    left join areas
        on described.residence_code = areas.lsoa21_code
    left join organisations
        on described.registered_practice_code = organisations.organisation_code
    left join months
        on described.month = months.month
)

select * from final order by person_key
