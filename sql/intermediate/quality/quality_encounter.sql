/*
description: >
  How far rows of record.encounter are complete, valid, plausible, in time and without duplicates,
  by source and month, in one pass. The month is that of started_date. Rows of one person that agree
  in class, setting, started, provider_code are duplicates but for the first.
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
        status,
        class,
        setting,
        reason_code,
        started,
        started_date,
        ended,
        provider_code,
        provider_key,
        location_key
    from record.encounter
),

organisations as (
    select record_key
    from record.organisation
    where record_row = 0
),

locations as (
    select record_key
    from record.location
    where record_row = 0
),

found as (
    select
        rows.source,
        rows.person_key,
        rows.updated,
        rows.status,
        rows.class,
        rows.setting,
        rows.reason_code,
        rows.started,
        rows.started_date,
        rows.ended,
        rows.provider_code,
        rows.provider_key,
        rows.location_key,
        organisations.record_key as found_organisation,
        locations.record_key as found_location
    from rows
    left join organisations
        on rows.provider_key = organisations.record_key
    left join locations
        on rows.location_key = locations.record_key
),

by_event as (
    select
        source,
        coalesce(cast(date_trunc('month', started_date) as date), cast('1900-01-01' as date)) as month,
        person_key,
        class,
        setting,
        started,
        provider_code,
        count(*) as row_count,
        count(*) filter (where person_key is null) as person_key_missing,
        count(*) filter (where started_date is null) as started_date_missing,
        count(*) filter (
            where provider_code is null and provider_key is null and location_key is null
        ) as provider_code_missing,
        count(*) filter (where reason_code is null) as reason_code_missing,
        count(*) filter (where setting is null and class is null) as setting_missing,
        count(*) filter (where status is not null) as status_invalid_checked,
        count(*) filter (
            where status is not null and status not in (
                    'planned', 'arrived', 'triaged', 'in-progress', 'onleave', 'finished',
                    'cancelled', 'entered-in-error', 'unknown'
                )
        ) as status_invalid,
        count(*) filter (where started is not null and ended is not null) as ended_before_start_checked,
        count(*) filter (
            where started is not null and ended is not null and ended < started
        ) as ended_before_start,
        count(*) filter (where started is not null) as started_too_late_checked,
        count(*) filter (
            where started is not null and started > $as_of + interval '1' day
        ) as started_too_late,
        count(*) filter (where started_date is not null and updated is not null) as record_late_checked,
        count(*) filter (
            where started_date is not null
                and updated is not null and cast(updated as date) > cast(started_date as date) + interval '60' day
        ) as record_late,
        count(*) filter (where provider_key is not null) as provider_key_unresolved_checked,
        count(*) filter (
            where provider_key is not null and found_organisation is null
        ) as provider_key_unresolved,
        count(*) filter (where location_key is not null) as location_key_unresolved_checked,
        count(*) filter (where location_key is not null and found_location is null) as location_key_unresolved
    from found
    group by
        source,
        coalesce(cast(date_trunc('month', started_date) as date), cast('1900-01-01' as date)),
        person_key,
        class,
        setting,
        started,
        provider_code
),

counted as (
    select
        source,
        month,
        sum(row_count) as row_count,
        sum(case when person_key is null then 0 else row_count end) as linked_count,
        sum(case when person_key is null then 0 else row_count - 1 end) as duplicate_count,
        sum(person_key_missing) as person_key_missing,
        sum(started_date_missing) as started_date_missing,
        sum(provider_code_missing) as provider_code_missing,
        sum(reason_code_missing) as reason_code_missing,
        sum(setting_missing) as setting_missing,
        sum(status_invalid_checked) as status_invalid_checked,
        sum(status_invalid) as status_invalid,
        sum(ended_before_start_checked) as ended_before_start_checked,
        sum(ended_before_start) as ended_before_start,
        sum(started_too_late_checked) as started_too_late_checked,
        sum(started_too_late) as started_too_late,
        sum(record_late_checked) as record_late_checked,
        sum(record_late) as record_late,
        sum(provider_key_unresolved_checked) as provider_key_unresolved_checked,
        sum(provider_key_unresolved) as provider_key_unresolved,
        sum(location_key_unresolved_checked) as location_key_unresolved_checked,
        sum(location_key_unresolved) as location_key_unresolved
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
    where table_name = 'encounter'
),

final as (
    select
        'encounter' as table_name,
        counted.source,
        counted.month,
        checks.category,
        checks.check_name,
        checks.column_name,
        cast(case checks.failure
            when 'status_invalid' then counted.status_invalid_checked
            when 'ended_before_start' then counted.ended_before_start_checked
            when 'started_too_late' then counted.started_too_late_checked
            when 'record_late' then counted.record_late_checked
            when 'provider_key_unresolved' then counted.provider_key_unresolved_checked
            when 'location_key_unresolved' then counted.location_key_unresolved_checked
            when 'duplicated' then counted.linked_count
            else counted.row_count
        end as bigint) as rows_checked,
        cast(case checks.failure
            when 'person_key_missing' then counted.person_key_missing
            when 'started_date_missing' then counted.started_date_missing
            when 'provider_code_missing' then counted.provider_code_missing
            when 'reason_code_missing' then counted.reason_code_missing
            when 'setting_missing' then counted.setting_missing
            when 'status_invalid' then counted.status_invalid
            when 'ended_before_start' then counted.ended_before_start
            when 'started_too_late' then counted.started_too_late
            when 'record_late' then counted.record_late
            when 'provider_key_unresolved' then counted.provider_key_unresolved
            when 'location_key_unresolved' then counted.location_key_unresolved
            when 'duplicated' then counted.duplicate_count
        end as bigint) as rows_failed
    from counted
    cross join checks
)

select * from final
