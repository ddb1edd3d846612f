/*
description: >
  How far rows of record.questionnaire_response are complete, valid, plausible, in time and without duplicates, by
  source and month, in one pass. The month is that of authored. Rows of one person that agree in
  questionnaire, link_id, answer_code, authored are duplicates but for the first.
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
        questionnaire,
        link_id,
        answer_code,
        status,
        authored
    from record.questionnaire_response
),

by_event as (
    select
        source,
        coalesce(cast(date_trunc('month', cast(authored at time zone 'UTC' at time zone 'Europe/London' as date)) as date), cast('1900-01-01' as date)) as month,
        person_key,
        questionnaire,
        link_id,
        answer_code,
        authored,
        count(*) as row_count,
        count(*) filter (where person_key is null) as person_key_missing,
        count(*) filter (where questionnaire is null) as questionnaire_missing,
        count(*) filter (where answer_code is null) as answer_code_missing,
        count(*) filter (where authored is null) as authored_missing,
        count(*) filter (where status is not null) as status_invalid_checked,
        count(*) filter (
            where status is not null
                and status not in ('in-progress', 'completed', 'amended', 'entered-in-error', 'stopped')
        ) as status_invalid
    from rows
    group by
        source,
        coalesce(cast(date_trunc('month', cast(authored at time zone 'UTC' at time zone 'Europe/London' as date)) as date), cast('1900-01-01' as date)),
        person_key,
        questionnaire,
        link_id,
        answer_code,
        authored
),

counted as (
    select
        source,
        month,
        sum(row_count) as row_count,
        sum(case when person_key is null then 0 else row_count end) as linked_count,
        sum(case when person_key is null then 0 else row_count - 1 end) as duplicate_count,
        sum(person_key_missing) as person_key_missing,
        sum(questionnaire_missing) as questionnaire_missing,
        sum(answer_code_missing) as answer_code_missing,
        sum(authored_missing) as authored_missing,
        sum(status_invalid_checked) as status_invalid_checked,
        sum(status_invalid) as status_invalid
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
    where table_name = 'questionnaire_response'
),

final as (
    select
        'questionnaire_response' as table_name,
        counted.source,
        counted.month,
        checks.category,
        checks.check_name,
        checks.column_name,
        cast(case checks.failure
            when 'status_invalid' then counted.status_invalid_checked
            when 'duplicated' then counted.linked_count
            else counted.row_count
        end as bigint) as rows_checked,
        cast(case checks.failure
            when 'person_key_missing' then counted.person_key_missing
            when 'questionnaire_missing' then counted.questionnaire_missing
            when 'answer_code_missing' then counted.answer_code_missing
            when 'authored_missing' then counted.authored_missing
            when 'status_invalid' then counted.status_invalid
            when 'duplicated' then counted.duplicate_count
        end as bigint) as rows_failed
    from counted
    cross join checks
)

select * from final
