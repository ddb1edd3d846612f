/*
description: >
  Emergency admissions for each 1,000 registered people, by place of residence and financial year
  (April to March), with 95% limits (exact below 10 admissions, else Byar). Admissions count in
  months in which the person was registered, so that they belong to the denominator, which is
  person-days divided by the days of the year. The rate is crude: it does not allow for age, and its
  limits take admissions as independent of one another.

  Only whole financial years of the period count. Where the period has none, its part years are
  shown, labelled with the days they cover; their rate is over those days, not a year.
grain: [place_name, financial_year]
columns:
  place_name: Place of residence, or Not known
  financial_year: "Such as 2025/26, or 2025/26 (part: 91 of 365 days)"
  admissions: Emergency admissions
  people: Average number of registered people, rounded to whole people
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
        financial_year,
        cast(financial_year_start as date) as year_start,
        cast(financial_year_end as date) as year_end
    from reference.month
),

person_months as (
    select
        person_key,
        month,
        place_name,
        registered_days
    from core.person_month
),

emergency_admissions as (
    select
        person_key,
        cast(date_trunc('month', started) as date) as month
    from core.contact
    where setting = 'Emergency admission'
        and attended
        and started >= $period_start
        and started < $period_end + interval '1' day
),

year_days as (
    select distinct
        financial_year,
        days_between(year_start, year_end) + 1 as days_in_year,
        days_between(
            greatest(year_start, $period_start),
            least(year_end, $period_end, $as_of)
        ) + 1 as days_covered
    from months
),

touched_years as (
    select
        financial_year,
        days_in_year,
        days_covered
    from year_days
    where days_covered > 0
),

whole_years as (
    select count(*) as whole_years
    from touched_years
    where days_covered = days_in_year
),

years as (
    select
        touched_years.financial_year,
        touched_years.days_covered,
        case
            when touched_years.days_covered = touched_years.days_in_year
                then touched_years.financial_year
            else touched_years.financial_year
                || ' (part: ' || cast(touched_years.days_covered as varchar)
                || ' of ' || cast(touched_years.days_in_year as varchar) || ' days)'
        end as year_label
    from touched_years
    cross join whole_years
    where whole_years.whole_years = 0
        or touched_years.days_covered = touched_years.days_in_year
),

year_months as (
    select
        months.month,
        years.financial_year
    from months
    inner join years
        on months.financial_year = years.financial_year
),

person_days as (
    select
        person_months.place_name,
        year_months.financial_year,
        sum(person_months.registered_days) as person_days
    from person_months
    inner join year_months
        on person_months.month = year_months.month
    group by person_months.place_name, year_months.financial_year
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
        person_days.place_name,
        years.year_label as financial_year,
        coalesce(admissions.admissions, 0) as admissions,
        cast(
            round(cast(person_days.person_days as double) / cast(years.days_covered as double))
            as bigint
        ) as people
    from person_days
    inner join years
        on person_days.financial_year = years.financial_year
    left join admissions
        on person_days.place_name = admissions.place_name
        and person_days.financial_year = admissions.financial_year
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
