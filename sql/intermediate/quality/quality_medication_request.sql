/*
description: >
  How far rows of record.medication_request are complete, valid, plausible, in time and without
  duplicates, by source and month, in one pass. The month is that of authored. Rows of one person
  that agree in code, medication_key, authored are duplicates but for the first.
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
        medication_key,
        authored,
        status,
        intent,
        quantity,
        quantity_unit
    from record.medication_request
),

medications as (
    select record_key
    from record.medication
    where record_row = 0
),

found as (
    select
        rows.source,
        rows.person_key,
        rows.updated,
        rows.code,
        rows.code_system,
        rows.medication_key,
        rows.authored,
        rows.status,
        rows.intent,
        rows.quantity,
        rows.quantity_unit,
        medications.record_key as found_medication
    from rows
    left join medications
        on rows.medication_key = medications.record_key
),

by_event as (
    select
        source,
        coalesce(cast(date_trunc('month', cast(authored at time zone 'UTC' at time zone 'Europe/London' as date)) as date), cast('1900-01-01' as date)) as month,
        person_key,
        code,
        medication_key,
        authored,
        count(*) as row_count,
        count(*) filter (where person_key is null) as person_key_missing,
        count(*) filter (where code is null and medication_key is null) as code_missing,
        count(*) filter (where authored is null) as authored_missing,
        count(*) filter (where quantity is null) as quantity_missing,
        count(*) filter (where quantity is not null) as quantity_unit_missing_checked,
        count(*) filter (where quantity is not null and quantity_unit is null) as quantity_unit_missing,
        count(*) filter (where status is not null) as status_invalid_checked,
        count(*) filter (
            where status is not null and status not in (
                    'active', 'on-hold', 'cancelled', 'completed', 'entered-in-error',
                    'stopped', 'draft', 'unknown'
                )
        ) as status_invalid,
        count(*) filter (where quantity is not null) as quantity_too_low_checked,
        count(*) filter (where quantity is not null and quantity <= 0) as quantity_too_low,
        count(*) filter (where authored is not null) as authored_too_late_checked,
        count(*) filter (
            where authored is not null and authored > $as_of + interval '1' day
        ) as authored_too_late,
        count(*) filter (where medication_key is not null) as medication_key_unresolved_checked,
        count(*) filter (
            where medication_key is not null and found_medication is null
        ) as medication_key_unresolved
    from found
    group by
        source,
        coalesce(cast(date_trunc('month', cast(authored at time zone 'UTC' at time zone 'Europe/London' as date)) as date), cast('1900-01-01' as date)),
        person_key,
        code,
        medication_key,
        authored
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
        sum(quantity_missing) as quantity_missing,
        sum(quantity_unit_missing_checked) as quantity_unit_missing_checked,
        sum(quantity_unit_missing) as quantity_unit_missing,
        sum(status_invalid_checked) as status_invalid_checked,
        sum(status_invalid) as status_invalid,
        sum(quantity_too_low_checked) as quantity_too_low_checked,
        sum(quantity_too_low) as quantity_too_low,
        sum(authored_too_late_checked) as authored_too_late_checked,
        sum(authored_too_late) as authored_too_late,
        sum(medication_key_unresolved_checked) as medication_key_unresolved_checked,
        sum(medication_key_unresolved) as medication_key_unresolved
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
    where table_name = 'medication_request'
),

final as (
    select
        'medication_request' as table_name,
        counted.source,
        counted.month,
        checks.category,
        checks.check_name,
        checks.column_name,
        cast(case checks.failure
            when 'quantity_unit_missing' then counted.quantity_unit_missing_checked
            when 'status_invalid' then counted.status_invalid_checked
            when 'quantity_too_low' then counted.quantity_too_low_checked
            when 'authored_too_late' then counted.authored_too_late_checked
            when 'medication_key_unresolved' then counted.medication_key_unresolved_checked
            when 'duplicated' then counted.linked_count
            else counted.row_count
        end as bigint) as rows_checked,
        cast(case checks.failure
            when 'person_key_missing' then counted.person_key_missing
            when 'code_missing' then counted.code_missing
            when 'authored_missing' then counted.authored_missing
            when 'quantity_missing' then counted.quantity_missing
            when 'quantity_unit_missing' then counted.quantity_unit_missing
            when 'status_invalid' then counted.status_invalid
            when 'quantity_too_low' then counted.quantity_too_low
            when 'authored_too_late' then counted.authored_too_late
            when 'medication_key_unresolved' then counted.medication_key_unresolved
            when 'duplicated' then counted.duplicate_count
        end as bigint) as rows_failed
    from counted
    cross join checks
)

select * from final
