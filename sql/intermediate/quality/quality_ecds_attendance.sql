/*
description: >
  How far rows of record.ecds_attendance are complete, valid, plausible, in time and without
  duplicates, by source and month, in one pass. The month is that of arrived_date. Rows of one
  person that agree in provider_code, arrived are duplicates but for the first.
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
        provider_code,
        arrived,
        arrived_date,
        departed,
        department_type,
        attendance_category,
        acuity,
        arrival_mode,
        diagnosis_01,
        practice_code,
        lsoa21_code
    from record.ecds_attendance
),

organisations as (
    select distinct organisation_code
    from core.organisation
),

found as (
    select
        rows.source,
        rows.person_key,
        rows.updated,
        rows.provider_code,
        rows.arrived,
        rows.arrived_date,
        rows.departed,
        rows.department_type,
        rows.attendance_category,
        rows.acuity,
        rows.arrival_mode,
        rows.diagnosis_01,
        rows.practice_code,
        rows.lsoa21_code,
        organisations.organisation_code as found_organisation
    from rows
    left join organisations
        on rows.provider_code = organisations.organisation_code
),

by_event as (
    select
        source,
        coalesce(cast(date_trunc('month', arrived_date) as date), cast('1900-01-01' as date)) as month,
        person_key,
        provider_code,
        arrived,
        count(*) as row_count,
        count(*) filter (where person_key is null) as person_key_missing,
        count(*) filter (where provider_code is null) as provider_code_missing,
        count(*) filter (where departed is null) as departed_missing,
        count(*) filter (where acuity is null) as acuity_missing,
        count(*) filter (where arrival_mode is null) as arrival_mode_missing,
        count(*) filter (where diagnosis_01 is null) as diagnosis_01_missing,
        count(*) filter (where lsoa21_code is null) as lsoa21_code_missing,
        count(*) filter (where practice_code is null) as practice_code_missing,
        count(*) filter (where department_type is not null) as department_type_invalid_checked,
        count(*) filter (
            where department_type is not null and department_type not in ('01', '02', '03', '04', '05')
        ) as department_type_invalid,
        count(*) filter (where attendance_category is not null) as attendance_category_invalid_checked,
        count(*) filter (
            where attendance_category is not null and attendance_category not in ('1', '2', '3', '4')
        ) as attendance_category_invalid,
        count(*) filter (where arrived is not null and departed is not null) as departed_before_start_checked,
        count(*) filter (
            where arrived is not null and departed is not null and departed < arrived
        ) as departed_before_start,
        count(*) filter (where departed is not null) as departed_too_high_checked,
        count(*) filter (
            where departed is not null and departed > arrived + interval '7' day
        ) as departed_too_high,
        count(*) filter (where arrived_date is not null and updated is not null) as record_late_checked,
        count(*) filter (
            where arrived_date is not null
                and updated is not null and cast(updated as date) > cast(arrived_date as date) + interval '60' day
        ) as record_late,
        count(*) filter (where provider_code is not null) as provider_code_unresolved_checked,
        count(*) filter (
            where provider_code is not null and found_organisation is null
        ) as provider_code_unresolved
    from found
    group by
        source,
        coalesce(cast(date_trunc('month', arrived_date) as date), cast('1900-01-01' as date)),
        person_key,
        provider_code,
        arrived
),

counted as (
    select
        source,
        month,
        sum(row_count) as row_count,
        sum(case when person_key is null then 0 else row_count end) as linked_count,
        sum(case when person_key is null then 0 else row_count - 1 end) as duplicate_count,
        sum(person_key_missing) as person_key_missing,
        sum(provider_code_missing) as provider_code_missing,
        sum(departed_missing) as departed_missing,
        sum(acuity_missing) as acuity_missing,
        sum(arrival_mode_missing) as arrival_mode_missing,
        sum(diagnosis_01_missing) as diagnosis_01_missing,
        sum(lsoa21_code_missing) as lsoa21_code_missing,
        sum(practice_code_missing) as practice_code_missing,
        sum(department_type_invalid_checked) as department_type_invalid_checked,
        sum(department_type_invalid) as department_type_invalid,
        sum(attendance_category_invalid_checked) as attendance_category_invalid_checked,
        sum(attendance_category_invalid) as attendance_category_invalid,
        sum(departed_before_start_checked) as departed_before_start_checked,
        sum(departed_before_start) as departed_before_start,
        sum(departed_too_high_checked) as departed_too_high_checked,
        sum(departed_too_high) as departed_too_high,
        sum(record_late_checked) as record_late_checked,
        sum(record_late) as record_late,
        sum(provider_code_unresolved_checked) as provider_code_unresolved_checked,
        sum(provider_code_unresolved) as provider_code_unresolved
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
    where table_name = 'ecds_attendance'
),

final as (
    select
        'ecds_attendance' as table_name,
        counted.source,
        counted.month,
        checks.category,
        checks.check_name,
        checks.column_name,
        cast(case checks.failure
            when 'department_type_invalid' then counted.department_type_invalid_checked
            when 'attendance_category_invalid' then counted.attendance_category_invalid_checked
            when 'departed_before_start' then counted.departed_before_start_checked
            when 'departed_too_high' then counted.departed_too_high_checked
            when 'record_late' then counted.record_late_checked
            when 'provider_code_unresolved' then counted.provider_code_unresolved_checked
            when 'duplicated' then counted.linked_count
            else counted.row_count
        end as bigint) as rows_checked,
        cast(case checks.failure
            when 'person_key_missing' then counted.person_key_missing
            when 'provider_code_missing' then counted.provider_code_missing
            when 'departed_missing' then counted.departed_missing
            when 'acuity_missing' then counted.acuity_missing
            when 'arrival_mode_missing' then counted.arrival_mode_missing
            when 'diagnosis_01_missing' then counted.diagnosis_01_missing
            when 'lsoa21_code_missing' then counted.lsoa21_code_missing
            when 'practice_code_missing' then counted.practice_code_missing
            when 'department_type_invalid' then counted.department_type_invalid
            when 'attendance_category_invalid' then counted.attendance_category_invalid
            when 'departed_before_start' then counted.departed_before_start
            when 'departed_too_high' then counted.departed_too_high
            when 'record_late' then counted.record_late
            when 'provider_code_unresolved' then counted.provider_code_unresolved
            when 'duplicated' then counted.duplicate_count
        end as bigint) as rows_failed
    from counted
    cross join checks
)

select * from final
