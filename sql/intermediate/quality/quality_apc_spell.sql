/*
description: >
  How far rows of record.apc_spell are complete, valid, plausible, in time and without duplicates,
  by source and month, in one pass. The month is that of admission_date. Rows of one person that
  agree in provider_code, admission_date, discharge_date, admission_method are duplicates but for
  the first.
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
        admission_date,
        admission_method,
        discharge_date,
        discharge_method,
        discharge_ready_date,
        patient_classification,
        diag_01,
        tariff_cost,
        practice_code,
        lsoa21_code
    from record.apc_spell
),

organisations as (
    select distinct organisation_code
    from core.organisation
),

admission_methods as (
    select distinct admission_method
    from reference.admission_method
),

found as (
    select
        rows.source,
        rows.person_key,
        rows.updated,
        rows.provider_code,
        rows.admission_date,
        rows.admission_method,
        rows.discharge_date,
        rows.discharge_method,
        rows.discharge_ready_date,
        rows.patient_classification,
        rows.diag_01,
        rows.tariff_cost,
        rows.practice_code,
        rows.lsoa21_code,
        organisations.organisation_code as found_organisation,
        admission_methods.admission_method as found_method
    from rows
    left join organisations
        on rows.provider_code = organisations.organisation_code
    left join admission_methods
        on rows.admission_method = admission_methods.admission_method
),

by_event as (
    select
        source,
        coalesce(cast(date_trunc('month', admission_date) as date), cast('1900-01-01' as date)) as month,
        person_key,
        provider_code,
        admission_date,
        discharge_date,
        admission_method,
        count(*) as row_count,
        count(*) filter (where person_key is null) as person_key_missing,
        count(*) filter (where provider_code is null) as provider_code_missing,
        count(*) filter (where admission_method is null) as admission_method_missing,
        count(*) filter (where discharge_date is not null) as diag_01_missing_checked,
        count(*) filter (where discharge_date is not null and diag_01 is null) as diag_01_missing,
        -- The date is noted of stays of a night or more that do not end by death.
        count(*) filter (
            where discharge_date > admission_date and coalesce(discharge_method, '') not in ('4', '5')
        ) as discharge_ready_date_missing_checked,
        count(*) filter (
            where discharge_date > admission_date and coalesce(discharge_method, '') not in ('4', '5')
                and discharge_ready_date is null
        ) as discharge_ready_date_missing,
        count(*) filter (
            where admission_date is not null and discharge_ready_date is not null
        ) as discharge_ready_date_outside_stay_checked,
        count(*) filter (
            where admission_date is not null
                and (discharge_ready_date < admission_date or discharge_ready_date > discharge_date)
        ) as discharge_ready_date_outside_stay,
        count(*) filter (where lsoa21_code is null) as lsoa21_code_missing,
        count(*) filter (where practice_code is null) as practice_code_missing,
        count(*) filter (where admission_method is not null) as admission_method_unresolved_checked,
        count(*) filter (
            where admission_method is not null and found_method is null
        ) as admission_method_unresolved,
        count(*) filter (where patient_classification is not null) as patient_classification_invalid_checked,
        count(*) filter (
            where patient_classification is not null and patient_classification not in ('1', '2', '3', '4', '5', '8')
        ) as patient_classification_invalid,
        count(*) filter (
            where admission_date is not null and discharge_date is not null
        ) as discharge_date_before_start_checked,
        count(*) filter (
            where admission_date is not null
                and discharge_date is not null and discharge_date < admission_date
        ) as discharge_date_before_start,
        count(*) filter (where discharge_date is not null) as discharge_date_too_high_checked,
        count(*) filter (
            where discharge_date is not null and discharge_date > admission_date + interval '365' day
        ) as discharge_date_too_high,
        count(*) filter (where tariff_cost is not null) as tariff_cost_too_low_checked,
        count(*) filter (where tariff_cost is not null and tariff_cost < 0) as tariff_cost_too_low,
        count(*) filter (where discharge_date is not null and updated is not null) as record_late_checked,
        count(*) filter (
            where discharge_date is not null
                and updated is not null and cast(updated as date) > cast(discharge_date as date) + interval '60' day
        ) as record_late,
        count(*) filter (where provider_code is not null) as provider_code_unresolved_checked,
        count(*) filter (
            where provider_code is not null and found_organisation is null
        ) as provider_code_unresolved
    from found
    group by
        source,
        coalesce(cast(date_trunc('month', admission_date) as date), cast('1900-01-01' as date)),
        person_key,
        provider_code,
        admission_date,
        discharge_date,
        admission_method
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
        sum(admission_method_missing) as admission_method_missing,
        sum(diag_01_missing_checked) as diag_01_missing_checked,
        sum(diag_01_missing) as diag_01_missing,
        sum(discharge_ready_date_missing_checked) as discharge_ready_date_missing_checked,
        sum(discharge_ready_date_missing) as discharge_ready_date_missing,
        sum(discharge_ready_date_outside_stay_checked) as discharge_ready_date_outside_stay_checked,
        sum(discharge_ready_date_outside_stay) as discharge_ready_date_outside_stay,
        sum(lsoa21_code_missing) as lsoa21_code_missing,
        sum(practice_code_missing) as practice_code_missing,
        sum(admission_method_unresolved_checked) as admission_method_unresolved_checked,
        sum(admission_method_unresolved) as admission_method_unresolved,
        sum(patient_classification_invalid_checked) as patient_classification_invalid_checked,
        sum(patient_classification_invalid) as patient_classification_invalid,
        sum(discharge_date_before_start_checked) as discharge_date_before_start_checked,
        sum(discharge_date_before_start) as discharge_date_before_start,
        sum(discharge_date_too_high_checked) as discharge_date_too_high_checked,
        sum(discharge_date_too_high) as discharge_date_too_high,
        sum(tariff_cost_too_low_checked) as tariff_cost_too_low_checked,
        sum(tariff_cost_too_low) as tariff_cost_too_low,
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
    where table_name = 'apc_spell'
),

final as (
    select
        'apc_spell' as table_name,
        counted.source,
        counted.month,
        checks.category,
        checks.check_name,
        checks.column_name,
        cast(case checks.failure
            when 'diag_01_missing' then counted.diag_01_missing_checked
            when 'discharge_ready_date_missing' then counted.discharge_ready_date_missing_checked
            when 'discharge_ready_date_outside_stay' then counted.discharge_ready_date_outside_stay_checked
            when 'admission_method_unresolved' then counted.admission_method_unresolved_checked
            when 'patient_classification_invalid' then counted.patient_classification_invalid_checked
            when 'discharge_date_before_start' then counted.discharge_date_before_start_checked
            when 'discharge_date_too_high' then counted.discharge_date_too_high_checked
            when 'tariff_cost_too_low' then counted.tariff_cost_too_low_checked
            when 'record_late' then counted.record_late_checked
            when 'provider_code_unresolved' then counted.provider_code_unresolved_checked
            when 'duplicated' then counted.linked_count
            else counted.row_count
        end as bigint) as rows_checked,
        cast(case checks.failure
            when 'person_key_missing' then counted.person_key_missing
            when 'provider_code_missing' then counted.provider_code_missing
            when 'admission_method_missing' then counted.admission_method_missing
            when 'diag_01_missing' then counted.diag_01_missing
            when 'discharge_ready_date_missing' then counted.discharge_ready_date_missing
            when 'discharge_ready_date_outside_stay' then counted.discharge_ready_date_outside_stay
            when 'lsoa21_code_missing' then counted.lsoa21_code_missing
            when 'practice_code_missing' then counted.practice_code_missing
            when 'admission_method_unresolved' then counted.admission_method_unresolved
            when 'patient_classification_invalid' then counted.patient_classification_invalid
            when 'discharge_date_before_start' then counted.discharge_date_before_start
            when 'discharge_date_too_high' then counted.discharge_date_too_high
            when 'tariff_cost_too_low' then counted.tariff_cost_too_low
            when 'record_late' then counted.record_late
            when 'provider_code_unresolved' then counted.provider_code_unresolved
            when 'duplicated' then counted.duplicate_count
        end as bigint) as rows_failed
    from counted
    cross join checks
)

select * from final
