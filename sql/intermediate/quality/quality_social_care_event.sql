/*
description: >
  How far rows of record.social_care_event are complete, valid, plausible, in time and without
  duplicates, by source and month, in one pass. The month is that of event_start_date. Rows of one
  person that agree in council_code, event_type, event_start_date, event_end_date are duplicates but
  for the first.
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
        council_code,
        event_type,
        event_start_date,
        event_end_date,
        weekly_cost,
        lsoa21_code
    from record.social_care_event
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
        rows.council_code,
        rows.event_type,
        rows.event_start_date,
        rows.event_end_date,
        rows.weekly_cost,
        rows.lsoa21_code,
        organisations.organisation_code as found_organisation
    from rows
    left join organisations
        on rows.council_code = organisations.organisation_code
),

by_event as (
    select
        source,
        coalesce(cast(date_trunc('month', event_start_date) as date), cast('1900-01-01' as date)) as month,
        person_key,
        council_code,
        event_type,
        event_start_date,
        event_end_date,
        count(*) as row_count,
        count(*) filter (where person_key is null) as person_key_missing,
        count(*) filter (where council_code is null) as council_code_missing,
        count(*) filter (where event_type is null) as event_type_missing,
        count(*) filter (where lsoa21_code is null) as lsoa21_code_missing,
        count(*) filter (
            where event_start_date is not null and event_end_date is not null
        ) as event_end_date_before_start_checked,
        count(*) filter (
            where event_start_date is not null
                and event_end_date is not null and event_end_date < event_start_date
        ) as event_end_date_before_start,
        count(*) filter (where weekly_cost is not null) as weekly_cost_too_low_checked,
        count(*) filter (where weekly_cost is not null and weekly_cost < 0) as weekly_cost_too_low,
        count(*) filter (where event_start_date is not null and updated is not null) as record_late_checked,
        count(*) filter (
            where event_start_date is not null
                and updated is not null and cast(updated as date) > cast(event_start_date as date) + interval '60' day
        ) as record_late,
        count(*) filter (where council_code is not null) as council_code_unresolved_checked,
        count(*) filter (
            where council_code is not null and found_organisation is null
        ) as council_code_unresolved
    from found
    group by
        source,
        coalesce(cast(date_trunc('month', event_start_date) as date), cast('1900-01-01' as date)),
        person_key,
        council_code,
        event_type,
        event_start_date,
        event_end_date
),

counted as (
    select
        source,
        month,
        sum(row_count) as row_count,
        sum(case when person_key is null then 0 else row_count end) as linked_count,
        sum(case when person_key is null then 0 else row_count - 1 end) as duplicate_count,
        sum(person_key_missing) as person_key_missing,
        sum(council_code_missing) as council_code_missing,
        sum(event_type_missing) as event_type_missing,
        sum(lsoa21_code_missing) as lsoa21_code_missing,
        sum(event_end_date_before_start_checked) as event_end_date_before_start_checked,
        sum(event_end_date_before_start) as event_end_date_before_start,
        sum(weekly_cost_too_low_checked) as weekly_cost_too_low_checked,
        sum(weekly_cost_too_low) as weekly_cost_too_low,
        sum(record_late_checked) as record_late_checked,
        sum(record_late) as record_late,
        sum(council_code_unresolved_checked) as council_code_unresolved_checked,
        sum(council_code_unresolved) as council_code_unresolved
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
    where table_name = 'social_care_event'
),

final as (
    select
        'social_care_event' as table_name,
        counted.source,
        counted.month,
        checks.category,
        checks.check_name,
        checks.column_name,
        cast(case checks.failure
            when 'event_end_date_before_start' then counted.event_end_date_before_start_checked
            when 'weekly_cost_too_low' then counted.weekly_cost_too_low_checked
            when 'record_late' then counted.record_late_checked
            when 'council_code_unresolved' then counted.council_code_unresolved_checked
            when 'duplicated' then counted.linked_count
            else counted.row_count
        end as bigint) as rows_checked,
        cast(case checks.failure
            when 'person_key_missing' then counted.person_key_missing
            when 'council_code_missing' then counted.council_code_missing
            when 'event_type_missing' then counted.event_type_missing
            when 'lsoa21_code_missing' then counted.lsoa21_code_missing
            when 'event_end_date_before_start' then counted.event_end_date_before_start
            when 'weekly_cost_too_low' then counted.weekly_cost_too_low
            when 'record_late' then counted.record_late
            when 'council_code_unresolved' then counted.council_code_unresolved
            when 'duplicated' then counted.duplicate_count
        end as bigint) as rows_failed
    from counted
    cross join checks
)

select * from final
