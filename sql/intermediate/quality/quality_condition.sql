/*
description: >
  How far rows of record.condition are complete, valid, plausible, in time and without duplicates,
  by source and month, in one pass. The month is that of coalesce(recorded, onset). Rows of one
  person that agree in code, icd10, onset, recorded are duplicates but for the first.
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
        icd10,
        clinical_status,
        verification_status,
        onset,
        recorded,
        abated
    from record.condition
),

by_event as (
    select
        source,
        coalesce(cast(date_trunc('month', coalesce(recorded, onset)) as date), cast('1900-01-01' as date)) as month,
        person_key,
        code,
        icd10,
        onset,
        recorded,
        count(*) as row_count,
        count(*) filter (where person_key is null) as person_key_missing,
        count(*) filter (where code is null and icd10 is null) as code_missing,
        count(*) filter (where recorded is null and onset is null) as recorded_missing,
        count(*) filter (where code is not null) as code_system_invalid_checked,
        count(*) filter (
            where code is not null
                and (code_system is null or code_system not like 'http://snomed.info/sct%')
        ) as code_system_invalid,
        count(*) filter (where icd10 is not null) as icd10_invalid_checked,
        count(*) filter (
            where icd10 is not null
                and (upper(substring(icd10, 1, 1)) not between 'A' and 'Z' or substring(icd10, 2, 1) not between '0' and '9' or length(icd10) < 3)
        ) as icd10_invalid,
        count(*) filter (where clinical_status is not null) as clinical_status_invalid_checked,
        count(*) filter (
            where clinical_status is not null and clinical_status not in (
                    'active', 'recurrence', 'relapse', 'inactive', 'remission', 'resolved'
                )
        ) as clinical_status_invalid,
        count(*) filter (where onset is not null and abated is not null) as abated_before_start_checked,
        count(*) filter (
            where onset is not null and abated is not null and abated < onset
        ) as abated_before_start,
        count(*) filter (where recorded is not null) as recorded_too_late_checked,
        count(*) filter (
            where recorded is not null and recorded > $as_of + interval '1' day
        ) as recorded_too_late,
        count(*) filter (where encounter_key is not null) as encounter_key_unresolved_checked
    from rows
    group by
        source,
        coalesce(cast(date_trunc('month', coalesce(recorded, onset)) as date), cast('1900-01-01' as date)),
        person_key,
        code,
        icd10,
        onset,
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
        sum(code_missing) as code_missing,
        sum(recorded_missing) as recorded_missing,
        sum(code_system_invalid_checked) as code_system_invalid_checked,
        sum(code_system_invalid) as code_system_invalid,
        sum(icd10_invalid_checked) as icd10_invalid_checked,
        sum(icd10_invalid) as icd10_invalid,
        sum(clinical_status_invalid_checked) as clinical_status_invalid_checked,
        sum(clinical_status_invalid) as clinical_status_invalid,
        sum(abated_before_start_checked) as abated_before_start_checked,
        sum(abated_before_start) as abated_before_start,
        sum(recorded_too_late_checked) as recorded_too_late_checked,
        sum(recorded_too_late) as recorded_too_late,
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
    where named.table_name = 'condition'
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
    where table_name = 'condition'
),

final as (
    select
        'condition' as table_name,
        counted.source,
        counted.month,
        checks.category,
        checks.check_name,
        checks.column_name,
        cast(case checks.failure
            when 'code_system_invalid' then counted.code_system_invalid_checked
            when 'icd10_invalid' then counted.icd10_invalid_checked
            when 'clinical_status_invalid' then counted.clinical_status_invalid_checked
            when 'abated_before_start' then counted.abated_before_start_checked
            when 'recorded_too_late' then counted.recorded_too_late_checked
            when 'encounter_key_unresolved' then counted.encounter_key_unresolved_checked
            when 'duplicated' then counted.linked_count
            else counted.row_count
        end as bigint) as rows_checked,
        cast(case checks.failure
            when 'person_key_missing' then counted.person_key_missing
            when 'code_missing' then counted.code_missing
            when 'recorded_missing' then counted.recorded_missing
            when 'code_system_invalid' then counted.code_system_invalid
            when 'icd10_invalid' then counted.icd10_invalid
            when 'clinical_status_invalid' then counted.clinical_status_invalid
            when 'abated_before_start' then counted.abated_before_start
            when 'recorded_too_late' then counted.recorded_too_late
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
