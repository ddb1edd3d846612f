/*
description: >
  How far rows of record.dental_contact are complete, valid, plausible, in time and without
  duplicates, by source and month, in one pass. The month is that of contact_date. Rows of one
  person that agree in provider_code, contact_date, treatment_band are duplicates but for the first.
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
        contact_date,
        treatment_band,
        units
    from record.dental_contact
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
        rows.contact_date,
        rows.treatment_band,
        rows.units,
        organisations.organisation_code as found_organisation
    from rows
    left join organisations
        on rows.provider_code = organisations.organisation_code
),

by_event as (
    select
        source,
        coalesce(cast(date_trunc('month', contact_date) as date), cast('1900-01-01' as date)) as month,
        person_key,
        provider_code,
        contact_date,
        treatment_band,
        count(*) as row_count,
        count(*) filter (where person_key is null) as person_key_missing,
        count(*) filter (where provider_code is null) as provider_code_missing,
        count(*) filter (where treatment_band is null) as treatment_band_missing,
        count(*) filter (where units is not null) as units_too_low_checked,
        count(*) filter (where units is not null and units < 0) as units_too_low,
        count(*) filter (where contact_date is not null and updated is not null) as record_late_checked,
        count(*) filter (
            where contact_date is not null
                and updated is not null and cast(updated as date) > cast(contact_date as date) + interval '60' day
        ) as record_late,
        count(*) filter (where provider_code is not null) as provider_code_unresolved_checked,
        count(*) filter (
            where provider_code is not null and found_organisation is null
        ) as provider_code_unresolved
    from found
    group by
        source,
        coalesce(cast(date_trunc('month', contact_date) as date), cast('1900-01-01' as date)),
        person_key,
        provider_code,
        contact_date,
        treatment_band
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
        sum(treatment_band_missing) as treatment_band_missing,
        sum(units_too_low_checked) as units_too_low_checked,
        sum(units_too_low) as units_too_low,
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
    where table_name = 'dental_contact'
),

final as (
    select
        'dental_contact' as table_name,
        counted.source,
        counted.month,
        checks.category,
        checks.check_name,
        checks.column_name,
        cast(case checks.failure
            when 'units_too_low' then counted.units_too_low_checked
            when 'record_late' then counted.record_late_checked
            when 'provider_code_unresolved' then counted.provider_code_unresolved_checked
            when 'duplicated' then counted.linked_count
            else counted.row_count
        end as bigint) as rows_checked,
        cast(case checks.failure
            when 'person_key_missing' then counted.person_key_missing
            when 'provider_code_missing' then counted.provider_code_missing
            when 'treatment_band_missing' then counted.treatment_band_missing
            when 'units_too_low' then counted.units_too_low
            when 'record_late' then counted.record_late
            when 'provider_code_unresolved' then counted.provider_code_unresolved
            when 'duplicated' then counted.duplicate_count
        end as bigint) as rows_failed
    from counted
    cross join checks
)

select * from final
