/*
description: >
  How far rows of record.observation are complete, valid, plausible, in time and without duplicates,
  by source and month. The codes of blood pressure as a whole need no value: its parts
  have one. The month is that of effective. Rows of one person that agree in code, effective, value,
  value_code are duplicates but for the first.
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
        encounter_key,
        status,
        effective,
        code,
        code_system,
        value,
        unit,
        value_code,
        value_boolean,
        value_is_text
    from record.observation
),

ranges as (
    select
        cast(code as varchar) as code,
        cast(lowest_value as double) as lowest_value,
        cast(highest_value as double) as highest_value
    from reference.measurement_range
),

found as (
    select
        rows.source,
        rows.person_key,
        rows.updated,
        rows.encounter_key,
        rows.status,
        rows.effective,
        rows.code,
        rows.code_system,
        rows.value,
        rows.unit,
        rows.value_code,
        rows.value_boolean,
        rows.value_is_text,
        ranges.lowest_value,
        ranges.highest_value
    from rows
    left join ranges
        on rows.code = ranges.code
),

counted_rows as (
    select
        source,
        coalesce(cast(date_trunc('month', cast(effective at time zone 'UTC' at time zone 'Europe/London' as date)) as date), cast('1900-01-01' as date)) as month,
        count(*) as row_count,
        count(person_key) as linked_count,
        count(*) filter (where person_key is null) as person_key_missing,
        count(*) filter (where code is null) as code_missing,
        count(*) filter (where effective is null) as effective_missing,
        count(*) filter (
            where code not in ('75367002', '163020007', '85354-9', '55284-4')
        ) as value_missing_checked,
        count(*) filter (
            where code not in ('75367002', '163020007', '85354-9', '55284-4') and (value is null and value_code is null and value_boolean is null and value_is_text is not true)
        ) as value_missing,
        count(*) filter (where value is not null) as unit_missing_checked,
        count(*) filter (where value is not null and unit is null) as unit_missing,
        count(*) filter (where code is not null) as code_system_invalid_checked,
        count(*) filter (
            where code is not null
                and (code_system is null or code_system not like 'http://snomed.info/sct%')
        ) as code_system_invalid,
        count(*) filter (where status is not null) as status_invalid_checked,
        count(*) filter (
            where status is not null and status not in (
                    'registered', 'preliminary', 'final', 'amended', 'corrected',
                    'cancelled', 'entered-in-error', 'unknown'
                )
        ) as status_invalid,
        count(*) filter (where lowest_value is not null and value is not null) as value_too_low_checked,
        count(*) filter (
            where lowest_value is not null and value is not null and value < lowest_value
        ) as value_too_low,
        count(*) filter (where highest_value is not null and value is not null) as value_too_high_checked,
        count(*) filter (
            where highest_value is not null and value is not null and value > highest_value
        ) as value_too_high,
        count(*) filter (where effective is not null) as effective_too_late_checked,
        count(*) filter (
            where effective is not null and effective > $as_of + interval '1' day
        ) as effective_too_late,
        count(*) filter (where effective is not null and updated is not null) as record_late_checked,
        count(*) filter (
            where effective is not null
                and updated is not null and cast(updated as date) > cast(effective at time zone 'UTC' at time zone 'Europe/London' as date) + interval '60' day
        ) as record_late,
        count(*) filter (where encounter_key is not null) as encounter_key_unresolved_checked
    from found
    group by
        source,
        coalesce(cast(date_trunc('month', cast(effective at time zone 'UTC' at time zone 'Europe/London' as date)) as date), cast('1900-01-01' as date))
),

-- The encounter may be of another person.
unresolved as (
    select
        named.source,
        named.month,
        count(*) as unresolved_count
    from intermediate.encounter_not_of_person as named
    where named.table_name = 'observation'
        and not exists (
            select 1
            from record.encounter
            where encounter.record_row = 0
                and encounter.record_key = named.encounter_key
        )
    group by named.source, named.month
),

-- Rows that are one event more than once, without the counts above: nearly every row is an event.
events as (
    select
        source,
        effective,
        count(*) as row_count
    from rows
    where person_key is not null
    group by source, person_key, code, effective, value, value_code
),

duplicates as (
    select
        source,
        coalesce(cast(date_trunc('month', cast(effective at time zone 'UTC' at time zone 'Europe/London' as date)) as date), cast('1900-01-01' as date)) as month,
        sum(row_count - 1) as duplicate_count
    from events
    group by
        source,
        coalesce(cast(date_trunc('month', cast(effective at time zone 'UTC' at time zone 'Europe/London' as date)) as date), cast('1900-01-01' as date))
),

counted as (
    select
        counted_rows.*,
        coalesce(duplicates.duplicate_count, 0) as duplicate_count,
        coalesce(unresolved.unresolved_count, 0) as encounter_key_unresolved
    from counted_rows
    left join duplicates
        on counted_rows.source = duplicates.source
        and counted_rows.month = duplicates.month
    left join unresolved
        on counted_rows.source = unresolved.source
        and counted_rows.month = unresolved.month
),

checks as (
    select
        failure,
        category,
        check_name,
        column_name
    from reference.quality_check
    where table_name = 'observation'
),

final as (
    select
        'observation' as table_name,
        counted.source,
        counted.month,
        checks.category,
        checks.check_name,
        checks.column_name,
        cast(case checks.failure
            when 'value_missing' then counted.value_missing_checked
            when 'unit_missing' then counted.unit_missing_checked
            when 'code_system_invalid' then counted.code_system_invalid_checked
            when 'status_invalid' then counted.status_invalid_checked
            when 'value_too_low' then counted.value_too_low_checked
            when 'value_too_high' then counted.value_too_high_checked
            when 'effective_too_late' then counted.effective_too_late_checked
            when 'record_late' then counted.record_late_checked
            when 'encounter_key_unresolved' then counted.encounter_key_unresolved_checked
            when 'duplicated' then counted.linked_count
            else counted.row_count
        end as bigint) as rows_checked,
        cast(case checks.failure
            when 'person_key_missing' then counted.person_key_missing
            when 'code_missing' then counted.code_missing
            when 'effective_missing' then counted.effective_missing
            when 'value_missing' then counted.value_missing
            when 'unit_missing' then counted.unit_missing
            when 'code_system_invalid' then counted.code_system_invalid
            when 'status_invalid' then counted.status_invalid
            when 'value_too_low' then counted.value_too_low
            when 'value_too_high' then counted.value_too_high
            when 'effective_too_late' then counted.effective_too_late
            when 'record_late' then counted.record_late
            when 'encounter_key_unresolved' then counted.encounter_key_unresolved
            when 'duplicated' then counted.duplicate_count
        end as bigint) as rows_failed
    from counted
    cross join checks
)

select * from final
