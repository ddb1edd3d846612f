/*
description: >
  How far rows of record.immunization are complete, valid, plausible, in time and without
  duplicates, by source and month, in one pass. The month is that of occurred. Rows of one person
  that agree in code, procedure_code, occurred are duplicates but for the first.
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
        procedure_code,
        occurred,
        recorded,
        status,
        location_key
    from record.immunization
),

locations as (
    select record_key
    from record.location
    where record_row = 0
),

found as (
    select
        rows.source,
        rows.person_key,
        rows.updated,
        rows.code,
        rows.procedure_code,
        rows.occurred,
        rows.recorded,
        rows.status,
        rows.location_key,
        locations.record_key as found_location
    from rows
    left join locations
        on rows.location_key = locations.record_key
),

by_event as (
    select
        source,
        coalesce(cast(date_trunc('month', cast(occurred at time zone 'UTC' at time zone 'Europe/London' as date)) as date), cast('1900-01-01' as date)) as month,
        person_key,
        code,
        procedure_code,
        occurred,
        count(*) as row_count,
        count(*) filter (where person_key is null) as person_key_missing,
        count(*) filter (where (code is null or code = 'UNK') and procedure_code is null) as code_missing,
        count(*) filter (where occurred is null) as occurred_missing,
        count(*) filter (where status is not null) as status_invalid_checked,
        count(*) filter (
            where status is not null and status not in ('completed', 'entered-in-error', 'not-done')
        ) as status_invalid,
        count(*) filter (where occurred is not null and recorded is not null) as recorded_before_start_checked,
        count(*) filter (
            where occurred is not null
                and recorded is not null and cast(recorded as date) < cast(occurred at time zone 'UTC' at time zone 'Europe/London' as date)
        ) as recorded_before_start,
        count(*) filter (where occurred is not null) as occurred_too_late_checked,
        count(*) filter (
            where occurred is not null and occurred > $as_of + interval '1' day
        ) as occurred_too_late,
        count(*) filter (where location_key is not null) as location_key_unresolved_checked,
        count(*) filter (where location_key is not null and found_location is null) as location_key_unresolved
    from found
    group by
        source,
        coalesce(cast(date_trunc('month', cast(occurred at time zone 'UTC' at time zone 'Europe/London' as date)) as date), cast('1900-01-01' as date)),
        person_key,
        code,
        procedure_code,
        occurred
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
        sum(occurred_missing) as occurred_missing,
        sum(status_invalid_checked) as status_invalid_checked,
        sum(status_invalid) as status_invalid,
        sum(recorded_before_start_checked) as recorded_before_start_checked,
        sum(recorded_before_start) as recorded_before_start,
        sum(occurred_too_late_checked) as occurred_too_late_checked,
        sum(occurred_too_late) as occurred_too_late,
        sum(location_key_unresolved_checked) as location_key_unresolved_checked,
        sum(location_key_unresolved) as location_key_unresolved
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
    where table_name = 'immunization'
),

final as (
    select
        'immunization' as table_name,
        counted.source,
        counted.month,
        checks.category,
        checks.check_name,
        checks.column_name,
        cast(case checks.failure
            when 'status_invalid' then counted.status_invalid_checked
            when 'recorded_before_start' then counted.recorded_before_start_checked
            when 'occurred_too_late' then counted.occurred_too_late_checked
            when 'location_key_unresolved' then counted.location_key_unresolved_checked
            when 'duplicated' then counted.linked_count
            else counted.row_count
        end as bigint) as rows_checked,
        cast(case checks.failure
            when 'person_key_missing' then counted.person_key_missing
            when 'code_missing' then counted.code_missing
            when 'occurred_missing' then counted.occurred_missing
            when 'status_invalid' then counted.status_invalid
            when 'recorded_before_start' then counted.recorded_before_start
            when 'occurred_too_late' then counted.occurred_too_late
            when 'location_key_unresolved' then counted.location_key_unresolved
            when 'duplicated' then counted.duplicate_count
        end as bigint) as rows_failed
    from counted
    cross join checks
)

select * from final
