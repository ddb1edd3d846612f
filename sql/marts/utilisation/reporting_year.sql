/*
description: >
  Financial years (April to March) that reports show: whole ones of the period up to the as-of date.
  Where the period has none, its part years, labelled with the days that they cover. No person's row
  is read: the values are those of reference.month and the parameters.
grain: financial_year
columns:
  financial_year: "Such as 2025/26, or 2025/26 (part: 91 of 365 days)"
  first_day: First day of the financial year
  last_day: Last day of the financial year
  days_covered: Days of the year within the period and up to the as-of date
  days_to_come: Days after the as-of date of the month that is not over, within the period; 0 where it is of another year
checks:
  - unique: financial_year
  - not_null: [financial_year, first_day, last_day, days_covered, days_to_come]
  - expect: days_covered between 1 and 366
*/
with months as (
    select
        financial_year,
        cast(financial_year_start as date) as first_day,
        cast(financial_year_end as date) as last_day
    from reference.month
),

year_days as (
    select distinct
        financial_year,
        first_day,
        last_day,
        days_between(first_day, last_day) + 1 as days_in_year,
        days_between(
            greatest(first_day, $period_start),
            least(last_day, $period_end, $as_of)
        ) + 1 as days_covered
    from months
),

touched_years as (
    select
        financial_year,
        first_day,
        last_day,
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

coming as (
    select
        financial_year,
        sum(
            days_between(
                least(cast(month_end as date), $period_end, $as_of), least(cast(month_end as date), $period_end)
            )
        ) as days_to_come
    from reference.month
    where cast(month_start as date) <= least($period_end, $as_of)
    group by financial_year
),

final as (
    select
        case
            when touched_years.days_covered = touched_years.days_in_year
                then touched_years.financial_year
            else touched_years.financial_year
                || ' (part: ' || cast(touched_years.days_covered as varchar)
                || ' of ' || cast(touched_years.days_in_year as varchar) || ' days)'
        end as financial_year,
        touched_years.first_day,
        touched_years.last_day,
        cast(touched_years.days_covered as int) as days_covered,
        cast(coming.days_to_come as int) as days_to_come
    from touched_years
    inner join coming
        on touched_years.financial_year = coming.financial_year
    cross join whole_years
    where whole_years.whole_years = 0
        or touched_years.days_covered = touched_years.days_in_year
)

select * from final
