/*
description: >
  How far rows of record.appointment are complete, valid, plausible, in time and without duplicates,
  by source and month, in one pass. The month is that of started. Rows of one person that agree in
  setting, started, location_key are duplicates but for the first.
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
        setting,
        started,
        ended,
        created,
        location_key
    from record.appointment
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
        rows.setting,
        rows.started,
        rows.ended,
        rows.created,
        rows.location_key,
        locations.record_key as found_location
    from rows
    left join locations
        on rows.location_key = locations.record_key
),

by_event as (
    select
        source,
        coalesce(cast(date_trunc('month', cast(started at time zone 'UTC' at time zone 'Europe/London' as date)) as date), cast('1900-01-01' as date)) as month,
        person_key,
        setting,
        started,
        location_key,
        count(*) as row_count,
        count(*) filter (where person_key is null) as person_key_missing,
        count(*) filter (where started is null) as started_missing,
        count(*) filter (where created is null) as created_missing,
        count(*) filter (where setting is null) as setting_missing,
        count(*) filter (where status is not null) as status_invalid_checked,
        count(*) filter (
            where status is not null and status not in (
                    'proposed', 'pending', 'booked', 'arrived', 'fulfilled', 'cancelled',
                    'noshow', 'entered-in-error', 'checked-in', 'waitlist'
                )
        ) as status_invalid,
        count(*) filter (where started is not null and ended is not null) as ended_before_start_checked,
        count(*) filter (
            where started is not null and ended is not null and ended < started
        ) as ended_before_start,
        count(*) filter (where created is not null and started is not null) as created_too_late_checked,
        count(*) filter (
            where created is not null and started is not null and created > started
        ) as created_too_late,
        count(*) filter (where location_key is not null) as location_key_unresolved_checked,
        count(*) filter (where location_key is not null and found_location is null) as location_key_unresolved
    from found
    group by
        source,
        coalesce(cast(date_trunc('month', cast(started at time zone 'UTC' at time zone 'Europe/London' as date)) as date), cast('1900-01-01' as date)),
        person_key,
        setting,
        started,
        location_key
),

counted as (
    select
        source,
        month,
        sum(row_count) as row_count,
        sum(case when person_key is null then 0 else row_count end) as linked_count,
        sum(case when person_key is null then 0 else row_count - 1 end) as duplicate_count,
        sum(person_key_missing) as person_key_missing,
        sum(started_missing) as started_missing,
        sum(created_missing) as created_missing,
        sum(setting_missing) as setting_missing,
        sum(status_invalid_checked) as status_invalid_checked,
        sum(status_invalid) as status_invalid,
        sum(ended_before_start_checked) as ended_before_start_checked,
        sum(ended_before_start) as ended_before_start,
        sum(created_too_late_checked) as created_too_late_checked,
        sum(created_too_late) as created_too_late,
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
    where table_name = 'appointment'
),

final as (
    select
        'appointment' as table_name,
        counted.source,
        counted.month,
        checks.category,
        checks.check_name,
        checks.column_name,
        cast(case checks.failure
            when 'status_invalid' then counted.status_invalid_checked
            when 'ended_before_start' then counted.ended_before_start_checked
            when 'created_too_late' then counted.created_too_late_checked
            when 'location_key_unresolved' then counted.location_key_unresolved_checked
            when 'duplicated' then counted.linked_count
            else counted.row_count
        end as bigint) as rows_checked,
        cast(case checks.failure
            when 'person_key_missing' then counted.person_key_missing
            when 'started_missing' then counted.started_missing
            when 'created_missing' then counted.created_missing
            when 'setting_missing' then counted.setting_missing
            when 'status_invalid' then counted.status_invalid
            when 'ended_before_start' then counted.ended_before_start
            when 'created_too_late' then counted.created_too_late
            when 'location_key_unresolved' then counted.location_key_unresolved
            when 'duplicated' then counted.duplicate_count
        end as bigint) as rows_failed
    from counted
    cross join checks
)

select * from final
