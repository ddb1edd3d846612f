/*
description: >
  Every financial year (April to March) that the period touches up to the as-of date, with the days of
  it that are covered. No person's row is read: the values are those of reference.month and the parameters.
grain: financial_year
columns:
  financial_year: Such as 2025/26
  first_day: First day of the year that is covered
  last_day: Last day of the year that is covered
  days_covered: Days of the year within the period and up to the as-of date
  days_to_come: Days after the as-of date of the month that is not over, within the period; 0 where it is of another year
  is_complete: Whether all days of the year are covered
checks:
  - unique: financial_year
  - not_null: [financial_year, first_day, last_day, days_covered, days_to_come, is_complete]
  - expect: days_covered between 1 and 366
topic: utilisation
*/
with months as (
    select
        financial_year,
        cast(financial_year_start as date) as year_start,
        cast(financial_year_end as date) as year_end
    from reference.month
),

years as (
    select distinct
        financial_year,
        greatest(year_start, $period_start) as first_day,
        least(year_end, $period_end, $as_of) as last_day,
        days_between(year_start, year_end) + 1 as days_in_year
    from months
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
        years.financial_year,
        years.first_day,
        years.last_day,
        cast(days_between(years.first_day, years.last_day) + 1 as int) as days_covered,
        cast(coming.days_to_come as int) as days_to_come,
        days_between(years.first_day, years.last_day) + 1 = years.days_in_year as is_complete
    from years
    inner join coming
        on years.financial_year = coming.financial_year
    where years.first_day <= years.last_day
)

select * from final
