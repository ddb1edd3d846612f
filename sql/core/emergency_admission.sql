/*
description: >
  Emergency admissions during the financial years in marts.reporting_year, for people registered in the month
  of admission. Area, age band, sex and deprivation are as at that month. One row per admission.
grain: [source_table, contact_key]
columns:
  person_key: Pseudonym of the person
  source_table: Table of the record layer that the admission comes from
  contact_key: Record key of the source row
  financial_year: "Such as 2025/26, or 2025/26 (part: 91 of 365 days)"
  area_name: Place of residence, or primary care network, by geography_basis; or Not known
  age_band: Five-year band on the first of the month, 0-4 to 90+, or Not known
  sex: "female, male, other or unknown"
  imd_quintile: Deprivation quintile label of the LSOA, or Not known
checks:
  - unique: [source_table, contact_key]
  - not_null: [person_key, contact_key, financial_year, area_name, age_band, sex, imd_quintile]
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
        first_day
    from marts.reporting_year
),

year_months as (
    select
        months.month,
        years.financial_year
    from months
    inner join years
        on months.year_start = years.first_day
),

admissions as (
    select
        person_key,
        source_table,
        contact_key,
        cast(date_trunc('month', started_date) as date) as month
    from core.contact
    where setting = 'Emergency admission'
        and attended
        and started_date >= $period_start
        and started_date <= $period_end
),

person_months as (
    select
        person_key,
        month,
        area_name,
        age_band,
        sex,
        imd_quintile
    from core.person_month
),

final as (
    select
        admissions.person_key,
        admissions.source_table,
        admissions.contact_key,
        year_months.financial_year,
        person_months.area_name,
        person_months.age_band,
        person_months.sex,
        person_months.imd_quintile
    from admissions
    inner join person_months
        on admissions.person_key = person_months.person_key
        and admissions.month = person_months.month
    inner join year_months
        on admissions.month = year_months.month
)

select * from final order by person_key
