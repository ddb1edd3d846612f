/*
description: >
  How far rows of record.document_reference are complete, valid, plausible, in time and without
  duplicates, by source and month, in one pass. The month is that of written. Rows of one person
  that agree in type_code, written are duplicates but for the first.
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
        type_code,
        status,
        written,
        custodian_code,
        custodian_key
    from record.document_reference
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
        rows.type_code,
        rows.status,
        rows.written,
        rows.custodian_code,
        rows.custodian_key,
        organisations.record_key as found_organisation
    from rows
    left join organisations
        on rows.custodian_key = organisations.record_key
),

by_event as (
    select
        source,
        coalesce(cast(date_trunc('month', cast(written at time zone 'UTC' at time zone 'Europe/London' as date)) as date), cast('1900-01-01' as date)) as month,
        person_key,
        type_code,
        written,
        count(*) as row_count,
        count(*) filter (where person_key is null) as person_key_missing,
        count(*) filter (where type_code is null) as type_code_missing,
        count(*) filter (where written is null) as written_missing,
        count(*) filter (where status is not null) as status_invalid_checked,
        count(*) filter (
            where status is not null and status not in ('current', 'superseded', 'entered-in-error')
        ) as status_invalid,
        count(*) filter (where written is not null) as written_too_late_checked,
        count(*) filter (
            where written is not null and written > $as_of + interval '1' day
        ) as written_too_late,
        count(*) filter (where custodian_key is not null) as custodian_key_unresolved_checked,
        count(*) filter (
            where custodian_key is not null and found_organisation is null
        ) as custodian_key_unresolved
    from found
    group by
        source,
        coalesce(cast(date_trunc('month', cast(written at time zone 'UTC' at time zone 'Europe/London' as date)) as date), cast('1900-01-01' as date)),
        person_key,
        type_code,
        written
),

counted as (
    select
        source,
        month,
        sum(row_count) as row_count,
        sum(case when person_key is null then 0 else row_count end) as linked_count,
        sum(case when person_key is null then 0 else row_count - 1 end) as duplicate_count,
        sum(person_key_missing) as person_key_missing,
        sum(type_code_missing) as type_code_missing,
        sum(written_missing) as written_missing,
        sum(status_invalid_checked) as status_invalid_checked,
        sum(status_invalid) as status_invalid,
        sum(written_too_late_checked) as written_too_late_checked,
        sum(written_too_late) as written_too_late,
        sum(custodian_key_unresolved_checked) as custodian_key_unresolved_checked,
        sum(custodian_key_unresolved) as custodian_key_unresolved
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
    where table_name = 'document_reference'
),

final as (
    select
        'document_reference' as table_name,
        counted.source,
        counted.month,
        checks.category,
        checks.check_name,
        checks.column_name,
        cast(case checks.failure
            when 'status_invalid' then counted.status_invalid_checked
            when 'written_too_late' then counted.written_too_late_checked
            when 'custodian_key_unresolved' then counted.custodian_key_unresolved_checked
            when 'duplicated' then counted.linked_count
            else counted.row_count
        end as bigint) as rows_checked,
        cast(case checks.failure
            when 'person_key_missing' then counted.person_key_missing
            when 'type_code_missing' then counted.type_code_missing
            when 'written_missing' then counted.written_missing
            when 'status_invalid' then counted.status_invalid
            when 'written_too_late' then counted.written_too_late
            when 'custodian_key_unresolved' then counted.custodian_key_unresolved
            when 'duplicated' then counted.duplicate_count
        end as bigint) as rows_failed
    from counted
    cross join checks
)

select * from final
