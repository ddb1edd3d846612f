/*
description: >
  How far rows of record.episode_of_care are complete, valid, plausible, in time and without
  duplicates, by source and month, in one pass. The month is that of started. Rows of one person
  that agree in kind, organisation_code, started are duplicates but for the first.
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
        kind,
        status,
        organisation_code,
        organisation_key,
        started,
        ended
    from record.episode_of_care
),

organisations as (
    select record_key
    from record.organisation
    where record_row = 0
),

found as (
    select
        rows.source,
        rows.person_key,
        rows.updated,
        rows.kind,
        rows.status,
        rows.organisation_code,
        rows.organisation_key,
        rows.started,
        rows.ended,
        organisations.record_key as found_organisation
    from rows
    left join organisations
        on rows.organisation_key = organisations.record_key
),

by_event as (
    select
        source,
        coalesce(cast(date_trunc('month', started) as date), cast('1900-01-01' as date)) as month,
        person_key,
        kind,
        organisation_code,
        started,
        count(*) as row_count,
        count(*) filter (where person_key is null) as person_key_missing,
        count(*) filter (where started is null) as started_missing,
        count(*) filter (
            where organisation_code is null and organisation_key is null
        ) as organisation_code_missing,
        count(*) filter (where status is not null) as status_invalid_checked,
        count(*) filter (
            where status is not null and status not in (
                    'planned', 'waitlist', 'active', 'onhold', 'finished', 'cancelled',
                    'entered-in-error'
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
        count(*) filter (where organisation_key is not null) as organisation_key_unresolved_checked,
        count(*) filter (
            where organisation_key is not null and found_organisation is null
        ) as organisation_key_unresolved
    from found
    group by
        source,
        coalesce(cast(date_trunc('month', started) as date), cast('1900-01-01' as date)),
        person_key,
        kind,
        organisation_code,
        started
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
        sum(organisation_code_missing) as organisation_code_missing,
        sum(status_invalid_checked) as status_invalid_checked,
        sum(status_invalid) as status_invalid,
        sum(ended_before_start_checked) as ended_before_start_checked,
        sum(ended_before_start) as ended_before_start,
        sum(started_too_late_checked) as started_too_late_checked,
        sum(started_too_late) as started_too_late,
        sum(organisation_key_unresolved_checked) as organisation_key_unresolved_checked,
        sum(organisation_key_unresolved) as organisation_key_unresolved
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
    where table_name = 'episode_of_care'
),

final as (
    select
        'episode_of_care' as table_name,
        counted.source,
        counted.month,
        checks.category,
        checks.check_name,
        checks.column_name,
        cast(case checks.failure
            when 'status_invalid' then counted.status_invalid_checked
            when 'ended_before_start' then counted.ended_before_start_checked
            when 'started_too_late' then counted.started_too_late_checked
            when 'organisation_key_unresolved' then counted.organisation_key_unresolved_checked
            when 'duplicated' then counted.linked_count
            else counted.row_count
        end as bigint) as rows_checked,
        cast(case checks.failure
            when 'person_key_missing' then counted.person_key_missing
            when 'started_missing' then counted.started_missing
            when 'organisation_code_missing' then counted.organisation_code_missing
            when 'status_invalid' then counted.status_invalid
            when 'ended_before_start' then counted.ended_before_start
            when 'started_too_late' then counted.started_too_late
            when 'organisation_key_unresolved' then counted.organisation_key_unresolved
            when 'duplicated' then counted.duplicate_count
        end as bigint) as rows_failed
    from counted
    cross join checks
)

select * from final
