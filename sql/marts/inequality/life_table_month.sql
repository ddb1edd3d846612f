/*
description: >
  Months that life expectancy is made of: those of the last three whole years of the period up to the as-of
  date, or of as many as it has. A year is twelve calendar months that are covered from the first to the last
  day, the newest of them first. No person's row is read: the values are those of reference.month and the
  parameters.
grain: month
columns:
  month: First day of the calendar month
  period: First and last of these months, such as 2023-10 to 2026-09
  is_middle: Whether it begins in the middle of these years, so that its people stand for those of all of them
checks:
  - unique: month
  - not_null: [month, period, is_middle]
topic: inequality
*/
with months as (
    select month
    from intermediate.period_month
    where is_complete
),

numbered as (
    select
        month,
        row_number() over (order by month desc) as month_number
    from months
),

covered as (
    select least(cast(floor(count(*) / 12.0) as int), 3) as years
    from months
),

chosen as (
    select
        numbered.month,
        numbered.month_number,
        covered.years
    from numbered
    cross join covered
    where numbered.month_number <= 12 * covered.years
),

final as (
    select
        month,
        substr(cast(min(month) over () as varchar), 1, 7)
        || ' to '
        || substr(cast(max(month) over () as varchar), 1, 7) as period,
        month_number = 6 * years as is_middle
    from chosen
)

select * from final
