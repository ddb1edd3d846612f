/*
description: >
  Which months of which settings are complete, so that rates over them can be believed: the records of
  each month against the average of the six months before it, for each day. A month is complete when it
  is over by the as-of date, and its records are not clearly below 80% of what is usual: the upper 99.8%
  limit of their number (exact below 10, else Byar) reaches it. The first months of the period, which have
  fewer than three months before them, are not judged.
grain: [setting, month]
columns:
  setting: Setting of care
  month: First day of the calendar month
  days_covered: Days of the month within the period and up to the as-of date
  records: Records of the month
  usual: Records that the month would have at the daily average of the six months before; null where fewer than three are known
  share_of_usual: Records out of the usual ones; null where none are usual
  status: complete, incomplete, not over or not judged
checks:
  - unique: [setting, month]
  - not_null: [setting, month, days_covered, records, status]
  - one_of: {setting: reference.setting.setting}
  - one_of: {status: [complete, incomplete, not over, not judged]}
  - expect: records >= 0 and usual >= 0
topic: quality
*/
with months as (
    select
        month,
        days_covered,
        is_complete
    from intermediate.period_month
),

settings as (
    select setting
    from reference.setting
),

supplied as (
    select
        setting,
        month,
        cast(sum(records) as bigint) as records
    from intermediate.supplied_record
    group by setting, month
),

setting_months as (
    select
        settings.setting,
        months.month,
        months.days_covered,
        months.is_complete,
        coalesce(supplied.records, 0) as records
    from settings
    cross join months
    left join supplied
        on settings.setting = supplied.setting
        and months.month = supplied.month
),

compared as (
    select
        setting,
        month,
        days_covered,
        is_complete,
        records,
        count(*) over (
            partition by setting order by month rows between 6 preceding and 1 preceding
        ) as months_before,
        sum(records) over (
            partition by setting order by month rows between 6 preceding and 1 preceding
        ) as records_before,
        sum(days_covered) over (
            partition by setting order by month rows between 6 preceding and 1 preceding
        ) as days_before
    from setting_months
),

expected as (
    select
        setting,
        month,
        days_covered,
        is_complete,
        records,
        case
            when months_before >= 3
                then cast(records_before as double) * days_covered / days_before
        end as usual,
        rate(records, 1, 1, 99.8) as estimate
    from compared
),

final as (
    select
        setting,
        month,
        days_covered,
        records,
        usual,
        records / nullif(usual, 0) as share_of_usual,
        case
            when not is_complete then 'not over'
            when usual is null then 'not judged'
            when estimate['upper'] < 0.8 * usual then 'incomplete'
            else 'complete'
        end as status
    from expected
)

select * from final
