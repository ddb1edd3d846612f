/*
description: >
  How far rows of record.service_request are complete, valid, plausible, in time and without
  duplicates, by source and month, in one pass. The month is that of authored. Rows of one person
  that agree in code, authored, performer_code are duplicates but for the first.
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
        updated,
        code,
        code_system,
        reason_code,
        priority,
        status,
        authored,
        performer_code,
        performer_key
    from record.service_request
),

organisations as (
    select record_key
    from record.organisation
    where record_row = 0
),

found as (
    select
        rows.source,
        rows.person_key,
        rows.updated,
        rows.code,
        rows.code_system,
        rows.reason_code,
        rows.priority,
        rows.status,
        rows.authored,
        rows.performer_code,
        rows.performer_key,
        organisations.record_key as found_organisation
    from rows
    left join organisations
        on rows.performer_key = organisations.record_key
),

by_event as (
    select
        source,
        coalesce(cast(date_trunc('month', cast(authored at time zone 'UTC' at time zone 'Europe/London' as date)) as date), cast('1900-01-01' as date)) as month,
        person_key,
        code,
        authored,
        performer_code,
        count(*) as row_count,
        count(*) filter (where person_key is null) as person_key_missing,
        count(*) filter (where code is null) as code_missing,
        count(*) filter (where authored is null) as authored_missing,
        count(*) filter (where performer_code is null and performer_key is null) as performer_code_missing,
        count(*) filter (where status is not null) as status_invalid_checked,
        count(*) filter (
            where status is not null and status not in (
                    'draft', 'active', 'on-hold', 'revoked', 'completed', 'entered-in-error',
                    'unknown'
                )
        ) as status_invalid,
        count(*) filter (where priority is not null) as priority_invalid_checked,
        count(*) filter (
            where priority is not null and priority not in ('routine', 'urgent', 'asap', 'stat')
        ) as priority_invalid,
        count(*) filter (where authored is not null) as authored_too_late_checked,
        count(*) filter (
            where authored is not null and authored > $as_of + interval '1' day
        ) as authored_too_late,
        count(*) filter (where performer_key is not null) as performer_key_unresolved_checked,
        count(*) filter (
            where performer_key is not null and found_organisation is null
        ) as performer_key_unresolved
    from found
    group by
        source,
        coalesce(cast(date_trunc('month', cast(authored at time zone 'UTC' at time zone 'Europe/London' as date)) as date), cast('1900-01-01' as date)),
        person_key,
        code,
        authored,
        performer_code
),

counted as (
    select
        source,
        month,
        sum(row_count) as row_count,
        sum(case when person_key is null then 0 else row_count end) as linked_count,
        sum(case when person_key is null then 0 else row_count - 1 end) as duplicate_count,
        sum(person_key_missing) as person_key_missing,
        sum(code_missing) as code_missing,
        sum(authored_missing) as authored_missing,
        sum(performer_code_missing) as performer_code_missing,
        sum(status_invalid_checked) as status_invalid_checked,
        sum(status_invalid) as status_invalid,
        sum(priority_invalid_checked) as priority_invalid_checked,
        sum(priority_invalid) as priority_invalid,
        sum(authored_too_late_checked) as authored_too_late_checked,
        sum(authored_too_late) as authored_too_late,
        sum(performer_key_unresolved_checked) as performer_key_unresolved_checked,
        sum(performer_key_unresolved) as performer_key_unresolved
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
    where table_name = 'service_request'
),

final as (
    select
        'service_request' as table_name,
        counted.source,
        counted.month,
        checks.category,
        checks.check_name,
        checks.column_name,
        cast(case checks.failure
            when 'status_invalid' then counted.status_invalid_checked
            when 'priority_invalid' then counted.priority_invalid_checked
            when 'authored_too_late' then counted.authored_too_late_checked
            when 'performer_key_unresolved' then counted.performer_key_unresolved_checked
            when 'duplicated' then counted.linked_count
            else counted.row_count
        end as bigint) as rows_checked,
        cast(case checks.failure
            when 'person_key_missing' then counted.person_key_missing
            when 'code_missing' then counted.code_missing
            when 'authored_missing' then counted.authored_missing
            when 'performer_code_missing' then counted.performer_code_missing
            when 'status_invalid' then counted.status_invalid
            when 'priority_invalid' then counted.priority_invalid
            when 'authored_too_late' then counted.authored_too_late
            when 'performer_key_unresolved' then counted.performer_key_unresolved
            when 'duplicated' then counted.duplicate_count
        end as bigint) as rows_failed
    from counted
    cross join checks
)

select * from final
