/*
description: >
  How far rows of record.patient_address are complete, valid, plausible, in time and without
  duplicates, by source and month, in one pass. The month is that of started. Rows of one person
  that agree in use, lsoa21_code, started are duplicates but for the first.
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
        record_key,
        updated,
        use,
        lsoa21_code,
        started,
        ended
    from record.patient_address
),

areas as (
    select distinct lsoa21_code
    from core.area
),

found as (
    select
        rows.source,
        rows.person_key,
        rows.record_key,
        rows.updated,
        rows.use,
        rows.lsoa21_code,
        rows.started,
        rows.ended,
        areas.lsoa21_code as found_area
    from rows
    left join areas
        on rows.lsoa21_code = areas.lsoa21_code
),

by_event as (
    select
        source,
        coalesce(cast(date_trunc('month', started) as date), cast('1900-01-01' as date)) as month,
        person_key,
        record_key,
        use,
        lsoa21_code,
        started,
        count(*) as row_count,
        count(*) filter (where person_key is null) as person_key_missing,
        count(*) filter (where lsoa21_code is null) as lsoa21_code_missing,
        count(*) filter (where started is null) as started_missing,
        count(*) filter (where use is not null) as use_invalid_checked,
        count(*) filter (
            where use is not null and use not in ('home', 'work', 'temp', 'old', 'billing')
        ) as use_invalid,
        count(*) filter (where started is not null and ended is not null) as ended_before_start_checked,
        count(*) filter (
            where started is not null and ended is not null and ended < started
        ) as ended_before_start,
        count(*) filter (where lsoa21_code is not null) as lsoa21_code_unresolved_checked,
        count(*) filter (where lsoa21_code is not null and found_area is null) as lsoa21_code_unresolved
    from found
    group by
        source,
        coalesce(cast(date_trunc('month', started) as date), cast('1900-01-01' as date)),
        person_key,
        record_key,
        use,
        lsoa21_code,
        started
),

counted as (
    select
        source,
        month,
        sum(row_count) as row_count,
        sum(case when person_key is null then 0 else row_count end) as linked_count,
        sum(case when person_key is null then 0 else row_count - 1 end) as duplicate_count,
        sum(person_key_missing) as person_key_missing,
        sum(lsoa21_code_missing) as lsoa21_code_missing,
        sum(started_missing) as started_missing,
        sum(use_invalid_checked) as use_invalid_checked,
        sum(use_invalid) as use_invalid,
        sum(ended_before_start_checked) as ended_before_start_checked,
        sum(ended_before_start) as ended_before_start,
        sum(lsoa21_code_unresolved_checked) as lsoa21_code_unresolved_checked,
        sum(lsoa21_code_unresolved) as lsoa21_code_unresolved
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
    where table_name = 'patient_address'
),

final as (
    select
        'patient_address' as table_name,
        counted.source,
        counted.month,
        checks.category,
        checks.check_name,
        checks.column_name,
        cast(case checks.failure
            when 'use_invalid' then counted.use_invalid_checked
            when 'ended_before_start' then counted.ended_before_start_checked
            when 'lsoa21_code_unresolved' then counted.lsoa21_code_unresolved_checked
            when 'duplicated' then counted.linked_count
            else counted.row_count
        end as bigint) as rows_checked,
        cast(case checks.failure
            when 'person_key_missing' then counted.person_key_missing
            when 'lsoa21_code_missing' then counted.lsoa21_code_missing
            when 'started_missing' then counted.started_missing
            when 'use_invalid' then counted.use_invalid
            when 'ended_before_start' then counted.ended_before_start
            when 'lsoa21_code_unresolved' then counted.lsoa21_code_unresolved
            when 'duplicated' then counted.duplicate_count
        end as bigint) as rows_failed
    from counted
    cross join checks
)

select * from final
