/*
description: >
  Emergency admissions for each 1,000 registered people, by place of residence and financial year
  (April to March), with 95% limits (exact below 10 admissions, else Byar). Admissions count in
  months in which the person was registered, so that they belong to the denominator, which is
  the average number of people over the days of the year. The rate is crude: it does not allow for age, and its
  limits take admissions as independent of one another.

  The years are those of marts.reporting_year. The rate of a part year is over the days that it
  covers, not a year.
grain: [place_name, financial_year]
columns:
  place_name: Place of residence, or primary care network, by geography_basis; or Not known
  financial_year: "Such as 2025/26, or 2025/26 (part: 91 of 365 days)"
  admissions: Emergency admissions
  people: Average number of registered people, in whole people (see average_people)
  rate: Admissions for each 1,000 people; null where people is 0
  lower: Lower 95% limit of the rate
  upper: Upper 95% limit of the rate
  method: Method of the limits
checks:
  - unique: [place_name, financial_year]
  - not_null: [place_name, financial_year, admissions, people]
  - expect: admissions >= 0 and people >= 0
  - expect: rate between lower and upper
  - expect: people > 0 or rate is null
*/
with months as (
    select
        cast(month_start as date) as month,
        cast(financial_year_start as date) as year_start
    from reference.month
),

person_months as (
    select
        person_key,
        month,
        area_name as place_name,
        days_to_end,
        is_open
    from core.person_month
),

emergency_admissions as (
    select
        person_key,
        cast(date_trunc('month', started_date) as date) as month
    from core.contact
    where setting = 'Emergency admission'
        and attended
        and started_date >= $period_start
        and started_date <= $period_end
),

years as (
    select
        financial_year,
        first_day,
        days_covered,
        days_to_come
    from marts.reporting_year
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

-- The days of each person first: an average of people counts nobody more than once.
person_years as (
    select
        person_months.person_key,
        person_months.place_name,
        year_months.financial_year,
        sum(
            person_months.days_to_end
            - case when person_months.is_open then year_months.days_to_come else 0 end
        ) as registered_days,
        max(year_months.days_covered) as days_covered
    from person_months
    inner join year_months
        on person_months.month = year_months.month
    group by person_months.person_key, person_months.place_name, year_months.financial_year
),

populations as (
    select
        place_name,
        financial_year,
        average_people(registered_days, days_covered) as people
    from person_years
    group by place_name, financial_year
),

admissions as (
    select
        person_months.place_name,
        year_months.financial_year,
        count(*) as admissions
    from emergency_admissions
    inner join person_months
        on emergency_admissions.person_key = person_months.person_key
        and emergency_admissions.month = person_months.month
    inner join year_months
        on emergency_admissions.month = year_months.month
    group by person_months.place_name, year_months.financial_year
),

counted as (
    select
        populations.place_name,
        populations.financial_year,
        coalesce(admissions.admissions, 0) as admissions,
        populations.people
    from populations
    left join admissions
        on populations.place_name = admissions.place_name
        and populations.financial_year = admissions.financial_year
),

estimated as (
    select
        place_name,
        financial_year,
        admissions,
        people,
        rate(admissions, nullif(people, 0), 1000.0) as estimate
    from counted
),

final as (
    select
        place_name,
        financial_year,
        admissions,
        people,
        estimate['value'] as rate,
        estimate['lower'] as lower,
        estimate['upper'] as upper,
        estimate['method'] as method
    from estimated
)

select * from final
