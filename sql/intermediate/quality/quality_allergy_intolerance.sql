/*
description: >
  How far rows of record.allergy_intolerance are complete, valid, plausible, in time and without duplicates, by
  source and month, in one pass. The month is that of recorded. Rows of one person that agree in
  code, recorded are duplicates but for the first.
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
        code,
        category,
        criticality,
        clinical_status,
        verification_status,
        onset,
        recorded
    from record.allergy_intolerance
),

by_event as (
    select
        source,
        coalesce(cast(date_trunc('month', recorded) as date), cast('1900-01-01' as date)) as month,
        person_key,
        code,
        recorded,
        count(*) as row_count,
        count(*) filter (where person_key is null) as person_key_missing,
        count(*) filter (where code is null) as code_missing,
        count(*) filter (where recorded is null) as recorded_missing,
        count(*) filter (where clinical_status is not null) as clinical_status_invalid_checked,
        count(*) filter (
            where clinical_status is not null
                and clinical_status not in ('active', 'inactive', 'resolved')
        ) as clinical_status_invalid,
        count(*) filter (where verification_status is not null) as verification_status_invalid_checked,
        count(*) filter (
            where verification_status is not null
                and verification_status not in ('unconfirmed', 'confirmed', 'presumed', 'refuted', 'entered-in-error')
        ) as verification_status_invalid,
        count(*) filter (where criticality is not null) as criticality_invalid_checked,
        count(*) filter (
            where criticality is not null
                and criticality not in ('low', 'high', 'unable-to-assess')
        ) as criticality_invalid,
        count(*) filter (where onset is not null and recorded is not null) as onset_after_record_checked,
        count(*) filter (
            where onset is not null and recorded is not null
                and onset > recorded
        ) as onset_after_record
    from rows
    group by
        source,
        coalesce(cast(date_trunc('month', recorded) as date), cast('1900-01-01' as date)),
        person_key,
        code,
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
        sum(clinical_status_invalid_checked) as clinical_status_invalid_checked,
        sum(clinical_status_invalid) as clinical_status_invalid,
        sum(verification_status_invalid_checked) as verification_status_invalid_checked,
        sum(verification_status_invalid) as verification_status_invalid,
        sum(criticality_invalid_checked) as criticality_invalid_checked,
        sum(criticality_invalid) as criticality_invalid,
        sum(onset_after_record_checked) as onset_after_record_checked,
        sum(onset_after_record) as onset_after_record
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
    where table_name = 'allergy_intolerance'
),

final as (
    select
        'allergy_intolerance' as table_name,
        counted.source,
        counted.month,
        checks.category,
        checks.check_name,
        checks.column_name,
        cast(case checks.failure
            when 'clinical_status_invalid' then counted.clinical_status_invalid_checked
            when 'verification_status_invalid' then counted.verification_status_invalid_checked
            when 'criticality_invalid' then counted.criticality_invalid_checked
            when 'onset_after_record' then counted.onset_after_record_checked
            when 'duplicated' then counted.linked_count
            else counted.row_count
        end as bigint) as rows_checked,
        cast(case checks.failure
            when 'person_key_missing' then counted.person_key_missing
            when 'code_missing' then counted.code_missing
            when 'recorded_missing' then counted.recorded_missing
            when 'clinical_status_invalid' then counted.clinical_status_invalid
            when 'verification_status_invalid' then counted.verification_status_invalid
            when 'criticality_invalid' then counted.criticality_invalid
            when 'onset_after_record' then counted.onset_after_record
            when 'duplicated' then counted.duplicate_count
        end as bigint) as rows_failed
    from counted
    cross join checks
)

select * from final
