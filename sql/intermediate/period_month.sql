/*
description: >
  Every calendar month that the period touches up to the as-of date, with the days of it that are
  covered. No person's row is read: the values are those of reference.month and the parameters.
grain: month
columns:
  month: First day of the calendar month
  financial_year: Financial year of the month, such as 2025/26
  first_day: First day of the month that is covered
  last_day: Last day of the month that is covered
  days_covered: Days of the month within the period and up to the as-of date
  days_to_come: Days of the month within the period and after the as-of date
  is_complete: Whether all days of the month are covered
checks:
  - unique: month
  - not_null: [month, financial_year, first_day, last_day, days_covered, days_to_come, is_complete]
  - expect: days_covered between 1 and 31
topic: utilisation
*/
with months as (
    select
        cast(month_start as date) as month,
        financial_year,
        greatest(cast(month_start as date), $period_start) as first_day,
        least(cast(month_end as date), $period_end, $as_of) as last_day,
        least(cast(month_end as date), $period_end) as end_day,
        days_between(cast(month_start as date), cast(month_end as date)) + 1 as days_in_month
    from reference.month
),

final as (
    select
        month,
        financial_year,
        first_day,
        last_day,
        cast(days_between(first_day, last_day) + 1 as int) as days_covered,
        cast(days_between(last_day, end_day) as int) as days_to_come,
        days_between(first_day, last_day) + 1 = days_in_month as is_complete
    from months
    where first_day <= last_day
)

select * from final
