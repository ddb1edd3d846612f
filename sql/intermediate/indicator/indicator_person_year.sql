/*
description: >
  People who were registered for at least a day in each financial year that reports show, with the
  days and with the practice and age of their last month of the year. A person is in one place, one
  practice and one age band in a year, so that counts of people and of their events add up over any
  of them. Residence is that of the newest address.
grain: [person_key, financial_year]
columns:
  person_key: Pseudonym of the person
  financial_year: As in marts.reporting_year
  registered_days: Days of the year on which the person was registered
  days_covered: Days of the year that the record covers
  practice_code: ODS code of the last practice of the year; null where none is known
  pcn_code: Primary care network of that practice; null where none is known
  place_code: Place of residence; null where none is known
  neighbourhood_code: Neighbourhood of residence; null where none is known
  ltla_code: Lower tier local authority of residence; null where none is known
  region_code: Region of residence; null where none is known
  sub_icb_code: Sub-ICB location of residence; null where none is known
  icb_code: Integrated care board of residence; null where none is known
  sex: "female, male, other or unknown"
  age_band: Five-year band in the last month of the year, or Not known
  imd_quintile: Deprivation quintile of the LSOA of residence, or Not known
  ethnic_group: One of five groups, or Not known
checks:
  - unique: [person_key, financial_year]
  - not_null: [person_key, financial_year, registered_days, days_covered, sex, age_band, imd_quintile, ethnic_group]
  - expect: registered_days between 1 and 366
*/
with months as (
    select
        cast(month_start as date) as month,
        cast(financial_year_start as date) as year_start
    from reference.month
),

years as (
    select
        financial_year,
        first_day,
        days_covered,
        days_to_come
    from marts.reporting_year
),

people as (
    select
        person_key,
        place_code,
        neighbourhood_code,
        ltla_code,
        region_code,
        sub_icb_code,
        icb_code,
        sex,
        imd_quintile,
        ethnic_group
    from core.person
),

person_months as (
    select
        person_key,
        month,
        age_band,
        practice_code,
        pcn_code,
        days_to_end,
        is_open
    from core.person_month
),

year_months as (
    select
        months.month,
        years.financial_year,
        years.days_covered,
        years.days_to_come
    from months
    inner join years
        on months.year_start = years.first_day
),

person_years as (
    select
        person_months.person_key,
        year_months.financial_year,
        cast(
            sum(
                person_months.days_to_end
                - case when person_months.is_open then year_months.days_to_come else 0 end
            ) as int
        ) as registered_days,
        max(year_months.days_covered) as days_covered,
        max(person_months.month) as last_month
    from year_months
    inner join person_months
        on year_months.month = person_months.month
    group by person_months.person_key, year_months.financial_year
),

final as (
    select
        person_years.person_key,
        person_years.financial_year,
        person_years.registered_days,
        person_years.days_covered,
        person_months.practice_code,
        person_months.pcn_code,
        people.place_code,
        people.neighbourhood_code,
        people.ltla_code,
        people.region_code,
        people.sub_icb_code,
        people.icb_code,
        people.sex,
        person_months.age_band,
        people.imd_quintile,
        people.ethnic_group
    from person_years
    inner join person_months
        on person_years.person_key = person_months.person_key
        and person_years.last_month = person_months.month
    inner join people
        on person_years.person_key = people.person_key
)

select * from final order by person_key
