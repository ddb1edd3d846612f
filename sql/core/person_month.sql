/*
description: >
  One row per person and calendar month of the period in which the person was alive and registered
  for at least a day: the denominator of rates over time. The month of death counts, up to the end
  of the registration, since the last weeks of life are heavy users of care. Place and LSOA are
  those of the newest address: earlier ones are not kept. Nothing after the as-of date counts.

  Another day of a month that is not over would make another row of everybody. So the days of whoever is still
  registered (is_open) are counted to the end of the month: where they are added up, days_to_come of
  intermediate.period_month are taken off for each of these people.
grain: [person_key, month]
columns:
  person_key: Pseudonym of the person
  month: First day of the calendar month
  age: Completed years on the first of the month
  age_band: Five-year band, 0-4 to 90+, or Not known
  sex: "female, male, other or unknown"
  practice_code: ODS code of the practice of the last registration in the month
  pcn_code: Primary care network of that practice
  lsoa21_code: Lower layer super output area (2021) of residence
  place_name: Place of residence, or Not known
  area_name: Name of the area by which marts group people, that of geography_basis at the as-of date, or Not known
  imd_quintile: Deprivation quintile label of the LSOA, or Not known
  financial_year: Financial year of the month, such as 2025/26
  days_to_end: Days of the month, within the period, on which the person was registered; to the end of the month where is_open
  is_open: Whether it is the last month up to the as-of date, and the person registered until that date or longer
checks:
  - unique: [person_key, month]
  - not_null: [person_key, month, age_band, sex, place_name, area_name, imd_quintile, days_to_end, is_open]
  - expect: days_to_end between 1 and 31
  - expect: age between 0 and 120
*/
with people as (
    select
        person_key,
        sex,
        birth_month,
        lsoa21_code,
        place_name,
        area_name,
        imd_quintile,
        death_month
    from core.person
),

registrations as (
    select
        person_key,
        registration_number,
        practice_code,
        started,
        -- Whoever leaves on the last day that counts, or later, is there for all days that count.
        case when ended < least($period_end, $as_of) then ended end as ended
    from core.registration
    where started <= least($period_end, $as_of)
),

practices as (
    select
        organisation_code,
        pcn_code
    from core.organisation
),

months as (
    select
        cast(month_start as date) as month,
        financial_year,
        greatest(cast(month_start as date), $period_start) as first_day,
        least(cast(month_end as date), $period_end) as last_day,
        cast(month_end as date) >= least($period_end, $as_of) as is_last
    from reference.month
    where greatest(cast(month_start as date), $period_start) <= least($period_end, $as_of)
        and cast(month_end as date) >= $period_start
),

days as (
    select
        registrations.person_key,
        registrations.registration_number,
        months.month,
        months.financial_year,
        days_between(
            greatest(registrations.started, months.first_day),
            least(registrations.ended, months.last_day)
        ) + 1 as days_to_end,
        registrations.ended is null and months.is_last as is_open
    from months
    inner join registrations
        on registrations.started <= months.last_day
        and coalesce(registrations.ended, months.last_day) >= months.first_day
),

person_months as (
    select
        person_key,
        month,
        financial_year,
        cast(sum(days_to_end) as int) as days_to_end,
        bool_or(is_open) as is_open,
        max(registration_number) as last_registration
    from days
    group by person_key, month, financial_year
),

aged as (
    select
        person_months.person_key,
        person_months.month,
        person_months.financial_year,
        person_months.days_to_end,
        person_months.is_open,
        person_months.last_registration,
        people.sex,
        people.lsoa21_code,
        people.place_name,
        people.area_name,
        people.imd_quintile,
        age_at(people.birth_month, person_months.month) as age
    from people
    inner join person_months
        on people.person_key = person_months.person_key
    where (people.birth_month is null or people.birth_month <= person_months.month)
        and (people.death_month is null or people.death_month >= person_months.month)
),

placed_registrations as (
    select
        registrations.person_key,
        registrations.registration_number,
        registrations.practice_code,
        practices.pcn_code
    from practices
    right join registrations
        on practices.organisation_code = registrations.practice_code
),

final as (
    select
        aged.person_key,
        aged.month,
        case when aged.age <= 120 then aged.age end as age,
        coalesce(case when aged.age <= 120 then age_band(aged.age) end, 'Not known') as age_band,
        aged.sex,
        placed_registrations.practice_code,
        placed_registrations.pcn_code,
        aged.lsoa21_code,
        aged.place_name,
        aged.area_name,
        aged.imd_quintile,
        aged.financial_year,
        aged.days_to_end,
        aged.is_open
    from placed_registrations
    inner join aged
        on placed_registrations.person_key = aged.person_key
        and placed_registrations.registration_number = aged.last_registration
)

select * from final order by person_key
