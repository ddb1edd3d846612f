/*
description: >
  How far rows of record.op_attendance are complete, valid, plausible, in time and without
  duplicates, by source and month, in one pass. The month is that of appointment_date. Rows of one
  person that agree in provider_code, appointment_date, treatment_function, attended are duplicates
  but for the first.
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
        appointment_date,
        attended,
        first_attendance,
        referral_date,
        treatment_function,
        practice_code,
        lsoa21_code
    from record.op_attendance
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
        rows.appointment_date,
        rows.attended,
        rows.first_attendance,
        rows.referral_date,
        rows.treatment_function,
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
        coalesce(cast(date_trunc('month', appointment_date) as date), cast('1900-01-01' as date)) as month,
        person_key,
        provider_code,
        appointment_date,
        treatment_function,
        attended,
        count(*) as row_count,
        count(*) filter (where person_key is null) as person_key_missing,
        count(*) filter (where provider_code is null) as provider_code_missing,
        count(*) filter (where attended is null) as attended_missing,
        count(*) filter (where referral_date is null) as referral_date_missing,
        count(*) filter (where treatment_function is null) as treatment_function_missing,
        count(*) filter (where lsoa21_code is null) as lsoa21_code_missing,
        count(*) filter (where practice_code is null) as practice_code_missing,
        count(*) filter (where attended is not null) as attended_invalid_checked,
        count(*) filter (
            where attended is not null and attended not in ('0', '2', '3', '4', '5', '6', '7')
        ) as attended_invalid,
        count(*) filter (where first_attendance is not null) as first_attendance_invalid_checked,
        count(*) filter (
            where first_attendance is not null and first_attendance not in ('1', '2', '3', '4', '5')
        ) as first_attendance_invalid,
        count(*) filter (
            where referral_date is not null and appointment_date is not null
        ) as appointment_date_before_start_checked,
        count(*) filter (
            where referral_date is not null
                and appointment_date is not null and appointment_date < referral_date
        ) as appointment_date_before_start,
        count(*) filter (where provider_code is not null) as provider_code_unresolved_checked,
        count(*) filter (
            where provider_code is not null and found_organisation is null
        ) as provider_code_unresolved
    from found
    group by
        source,
        coalesce(cast(date_trunc('month', appointment_date) as date), cast('1900-01-01' as date)),
        person_key,
        provider_code,
        appointment_date,
        treatment_function,
        attended
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
        sum(attended_missing) as attended_missing,
        sum(referral_date_missing) as referral_date_missing,
        sum(treatment_function_missing) as treatment_function_missing,
        sum(lsoa21_code_missing) as lsoa21_code_missing,
        sum(practice_code_missing) as practice_code_missing,
        sum(attended_invalid_checked) as attended_invalid_checked,
        sum(attended_invalid) as attended_invalid,
        sum(first_attendance_invalid_checked) as first_attendance_invalid_checked,
        sum(first_attendance_invalid) as first_attendance_invalid,
        sum(appointment_date_before_start_checked) as appointment_date_before_start_checked,
        sum(appointment_date_before_start) as appointment_date_before_start,
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
    where table_name = 'op_attendance'
),

final as (
    select
        'op_attendance' as table_name,
        counted.source,
        counted.month,
        checks.category,
        checks.check_name,
        checks.column_name,
        cast(case checks.failure
            when 'attended_invalid' then counted.attended_invalid_checked
            when 'first_attendance_invalid' then counted.first_attendance_invalid_checked
            when 'appointment_date_before_start' then counted.appointment_date_before_start_checked
            when 'provider_code_unresolved' then counted.provider_code_unresolved_checked
            when 'duplicated' then counted.linked_count
            else counted.row_count
        end as bigint) as rows_checked,
        cast(case checks.failure
            when 'person_key_missing' then counted.person_key_missing
            when 'provider_code_missing' then counted.provider_code_missing
            when 'attended_missing' then counted.attended_missing
            when 'referral_date_missing' then counted.referral_date_missing
            when 'treatment_function_missing' then counted.treatment_function_missing
            when 'lsoa21_code_missing' then counted.lsoa21_code_missing
            when 'practice_code_missing' then counted.practice_code_missing
            when 'attended_invalid' then counted.attended_invalid
            when 'first_attendance_invalid' then counted.first_attendance_invalid
            when 'appointment_date_before_start' then counted.appointment_date_before_start
            when 'provider_code_unresolved' then counted.provider_code_unresolved
            when 'duplicated' then counted.duplicate_count
        end as bigint) as rows_failed
    from counted
    cross join checks
)

select * from final
