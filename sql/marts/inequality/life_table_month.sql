/*
description: >
  Months that life expectancy is made of: those of the last three whole years of the period up to the as-of
  date, or of as many as it has. A year is twelve calendar months that are covered from the first to the last
  day, the newest of them first. No person's row is read: the values are those of reference.month and the
  parameters.
grain: month
columns:
  month: First day of the calendar month
  period: "Such as 3 years to 2026-09-30"
  is_middle: Whether it begins in the middle of these years, so that its people stand for those of all of them
checks:
  - unique: month
  - not_null: [month, period, is_middle]
topic: inequality
*/
with months as (
    select
        month,
        last_day
    from intermediate.period_month
    where is_complete
),

numbered as (
    select
        month,
        last_day,
        row_number() over (order by month desc) as month_number
    from months
),

covered as (
    select
        least(count(*) / 12, 3) as years,
        max(last_day) as last_day
    from months
),

final as (
    select
        numbered.month,
        cast(covered.years as varchar)
        || case when covered.years = 1 then ' year to ' else ' years to ' end
        || cast(covered.last_day as varchar) as period,
        numbered.month_number = 6 * covered.years as is_middle
    from numbered
    cross join covered
    where numbered.month_number <= 12 * covered.years
)

select * from final
