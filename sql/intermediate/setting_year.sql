/*
description: >
  How many months of each financial year of the period have incomplete records of each setting
  (marts.period_completeness), so that rates over the year can say so.
grain: [setting, financial_year]
columns:
  setting: Setting of care
  financial_year: Such as 2025/26
  incomplete_months: Months that are not over, or whose records are clearly fewer than is usual
checks:
  - not_null: [setting, financial_year, incomplete_months]
  - expect: incomplete_months between 0 and 12
topic: quality
*/
with months as (
    select
        month,
        financial_year
    from intermediate.period_month
),

final as (
    select
        completeness.setting,
        months.financial_year,
        count(*) filter (where completeness.status in ('incomplete', 'not over')) as incomplete_months
    from months
    inner join marts.period_completeness as completeness
        on months.month = completeness.month
    group by completeness.setting, months.financial_year
)

select * from final
