/*
description: >
  How far rows of record.procedure are complete, valid, plausible, in time and without duplicates,
  by source and month, in one pass. The month is that of performed. Rows of one person that agree in
  code, opcs4, performed are duplicates but for the first.
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
        code,
        code_system,
        opcs4,
        performed,
        status
    from record.procedure
),

by_event as (
    select
        source,
        coalesce(cast(date_trunc('month', cast(performed at time zone 'UTC' at time zone 'Europe/London' as date)) as date), cast('1900-01-01' as date)) as month,
        person_key,
        code,
        opcs4,
        performed,
        count(*) as row_count,
        count(*) filter (where person_key is null) as person_key_missing,
        count(*) filter (where code is null and opcs4 is null) as code_missing,
        count(*) filter (where performed is null) as performed_missing,
        count(*) filter (where code is not null) as code_system_invalid_checked,
        count(*) filter (
            where code is not null
                and (code_system is null or code_system not like 'http://snomed.info/sct%')
        ) as code_system_invalid,
        count(*) filter (where status is not null) as status_invalid_checked,
        count(*) filter (
            where status is not null and status not in (
                    'preparation', 'in-progress', 'not-done', 'on-hold', 'stopped',
                    'completed', 'entered-in-error', 'unknown'
                )
        ) as status_invalid,
        count(*) filter (where performed is not null) as performed_too_late_checked,
        count(*) filter (
            where performed is not null and performed > $as_of + interval '1' day
        ) as performed_too_late,
        count(*) filter (where encounter_key is not null) as encounter_key_unresolved_checked
    from rows
    group by
        source,
        coalesce(cast(date_trunc('month', cast(performed at time zone 'UTC' at time zone 'Europe/London' as date)) as date), cast('1900-01-01' as date)),
        person_key,
        code,
        opcs4,
        performed
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
        sum(performed_missing) as performed_missing,
        sum(code_system_invalid_checked) as code_system_invalid_checked,
        sum(code_system_invalid) as code_system_invalid,
        sum(status_invalid_checked) as status_invalid_checked,
        sum(status_invalid) as status_invalid,
        sum(performed_too_late_checked) as performed_too_late_checked,
        sum(performed_too_late) as performed_too_late,
        sum(encounter_key_unresolved_checked) as encounter_key_unresolved_checked
    from by_event
    group by source, month
),

-- The encounter may be of another person.
unresolved as (
    select
        named.source,
        named.month,
        count(*) as unresolved_count
    from intermediate.encounter_not_of_person as named
    where named.table_name = 'procedure'
        and not exists (
            select 1
            from record.encounter
            where encounter.record_row = 0
                and encounter.record_key = named.encounter_key
        )
    group by named.source, named.month
),

checks as (
    select
        failure,
        category,
        check_name,
        column_name
    from reference.quality_check
    where table_name = 'procedure'
),

final as (
    select
        'procedure' as table_name,
        counted.source,
        counted.month,
        checks.category,
        checks.check_name,
        checks.column_name,
        cast(case checks.failure
            when 'code_system_invalid' then counted.code_system_invalid_checked
            when 'status_invalid' then counted.status_invalid_checked
            when 'performed_too_late' then counted.performed_too_late_checked
            when 'encounter_key_unresolved' then counted.encounter_key_unresolved_checked
            when 'duplicated' then counted.linked_count
            else counted.row_count
        end as bigint) as rows_checked,
        cast(case checks.failure
            when 'person_key_missing' then counted.person_key_missing
            when 'code_missing' then counted.code_missing
            when 'performed_missing' then counted.performed_missing
            when 'code_system_invalid' then counted.code_system_invalid
            when 'status_invalid' then counted.status_invalid
            when 'performed_too_late' then counted.performed_too_late
            when 'encounter_key_unresolved' then coalesce(unresolved.unresolved_count, 0)
            when 'duplicated' then counted.duplicate_count
        end as bigint) as rows_failed
    from counted
    left join unresolved
        on counted.source = unresolved.source
        and counted.month = unresolved.month
    cross join checks
)

select * from final
