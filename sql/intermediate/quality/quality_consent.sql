/*
description: >
  How far rows of record.consent are complete, valid, plausible, in time and without duplicates, by
  source and month, in one pass. The month is that of recorded. Rows of one person that agree in
  category, decision, recorded are duplicates but for the first.
grain: [source, month, check_name, column_name, category]
columns:
  table_name: Table of the record layer
  source: Source that sent the rows
  month: First day of the month; 1900-01-01 where the date is not known
  category: Completeness, Validity, Plausibility, Timeliness, Duplicates or References
  check_name: Check, by its name in the OHDSI Data Quality Dashboard where it has one
  column_name: Column that is checked
  rows_checked: Rows that the check applies to
  rows_failed: Rows of them that fail it
checks:
  - not_null: [source, month, rows_checked, rows_failed]
  - expect: rows_failed between 0 and rows_checked
*/
with rows as (
    select
        source,
        person_key,
        category,
        status,
        decision,
        recorded,
        started,
        ended
    from record.consent
),

by_event as (
    select
        source,
        coalesce(cast(date_trunc('month', recorded) as date), cast('1900-01-01' as date)) as month,
        person_key,
        category,
        decision,
        recorded,
        count(*) as row_count,
        count(*) filter (where person_key is null) as person_key_missing,
        count(*) filter (where category is null) as category_missing,
        count(*) filter (where recorded is null) as recorded_missing,
        count(*) filter (where status is not null) as status_invalid_checked,
        count(*) filter (
            where status is not null
                and status not in ('draft', 'proposed', 'active', 'rejected', 'inactive', 'entered-in-error')
        ) as status_invalid,
        count(*) filter (where decision is not null) as decision_invalid_checked,
        count(*) filter (
            where decision is not null
                and decision not in ('permit', 'deny')
        ) as decision_invalid,
        count(*) filter (where started is not null and ended is not null) as ended_before_start_checked,
        count(*) filter (
            where started is not null and ended is not null
                and ended < started
        ) as ended_before_start
    from rows
    group by
        source,
        coalesce(cast(date_trunc('month', recorded) as date), cast('1900-01-01' as date)),
        person_key,
        category,
        decision,
        recorded
),

counted as (
    select
        source,
        month,
        sum(row_count) as row_count,
        sum(case when person_key is null then 0 else row_count end) as linked_count,
        sum(case when person_key is null then 0 else row_count - 1 end) as duplicate_count,
        sum(person_key_missing) as person_key_missing,
        sum(category_missing) as category_missing,
        sum(recorded_missing) as recorded_missing,
        sum(status_invalid_checked) as status_invalid_checked,
        sum(status_invalid) as status_invalid,
        sum(decision_invalid_checked) as decision_invalid_checked,
        sum(decision_invalid) as decision_invalid,
        sum(ended_before_start_checked) as ended_before_start_checked,
        sum(ended_before_start) as ended_before_start
    from by_event
    group by source, month
),

checks as (
    select
        failure,
        category,
        check_name,
        column_name
    from reference.quality_check
    where table_name = 'consent'
),

final as (
    select
        'consent' as table_name,
        counted.source,
        counted.month,
        checks.category,
        checks.check_name,
        checks.column_name,
        cast(case checks.failure
            when 'status_invalid' then counted.status_invalid_checked
            when 'decision_invalid' then counted.decision_invalid_checked
            when 'ended_before_start' then counted.ended_before_start_checked
            when 'duplicated' then counted.linked_count
            else counted.row_count
        end as bigint) as rows_checked,
        cast(case checks.failure
            when 'person_key_missing' then counted.person_key_missing
            when 'category_missing' then counted.category_missing
            when 'recorded_missing' then counted.recorded_missing
            when 'status_invalid' then counted.status_invalid
            when 'decision_invalid' then counted.decision_invalid
            when 'ended_before_start' then counted.ended_before_start
            when 'duplicated' then counted.duplicate_count
        end as bigint) as rows_failed
    from counted
    cross join checks
)

select * from final
