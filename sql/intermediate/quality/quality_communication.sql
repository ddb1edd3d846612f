/*
description: >
  How far rows of record.communication are complete, valid, plausible, in time and without duplicates, by
  source and month, in one pass. The month is that of sent. Rows of one person that agree in
  medium, sent are duplicates but for the first.
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
        medium,
        status,
        sent,
        received
    from record.communication
),

by_event as (
    select
        source,
        coalesce(cast(date_trunc('month', cast(sent at time zone 'UTC' at time zone 'Europe/London' as date)) as date), cast('1900-01-01' as date)) as month,
        person_key,
        medium,
        sent,
        count(*) as row_count,
        count(*) filter (where person_key is null) as person_key_missing,
        count(*) filter (where medium is null) as medium_missing,
        count(*) filter (where sent is null) as sent_missing,
        count(*) filter (where status is not null) as status_invalid_checked,
        count(*) filter (
            where status is not null
                and status not in ('preparation', 'in-progress', 'not-done', 'on-hold', 'stopped', 'completed', 'entered-in-error', 'unknown')
        ) as status_invalid,
        count(*) filter (where sent is not null and received is not null) as received_before_sent_checked,
        count(*) filter (
            where sent is not null and received is not null
                and received < sent
        ) as received_before_sent
    from rows
    group by
        source,
        coalesce(cast(date_trunc('month', cast(sent at time zone 'UTC' at time zone 'Europe/London' as date)) as date), cast('1900-01-01' as date)),
        person_key,
        medium,
        sent
),

counted as (
    select
        source,
        month,
        sum(row_count) as row_count,
        sum(case when person_key is null then 0 else row_count end) as linked_count,
        sum(case when person_key is null then 0 else row_count - 1 end) as duplicate_count,
        sum(person_key_missing) as person_key_missing,
        sum(medium_missing) as medium_missing,
        sum(sent_missing) as sent_missing,
        sum(status_invalid_checked) as status_invalid_checked,
        sum(status_invalid) as status_invalid,
        sum(received_before_sent_checked) as received_before_sent_checked,
        sum(received_before_sent) as received_before_sent
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
    where table_name = 'communication'
),

final as (
    select
        'communication' as table_name,
        counted.source,
        counted.month,
        checks.category,
        checks.check_name,
        checks.column_name,
        cast(case checks.failure
            when 'status_invalid' then counted.status_invalid_checked
            when 'received_before_sent' then counted.received_before_sent_checked
            when 'duplicated' then counted.linked_count
            else counted.row_count
        end as bigint) as rows_checked,
        cast(case checks.failure
            when 'person_key_missing' then counted.person_key_missing
            when 'medium_missing' then counted.medium_missing
            when 'sent_missing' then counted.sent_missing
            when 'status_invalid' then counted.status_invalid
            when 'received_before_sent' then counted.received_before_sent
            when 'duplicated' then counted.duplicate_count
        end as bigint) as rows_failed
    from counted
    cross join checks
)

select * from final
