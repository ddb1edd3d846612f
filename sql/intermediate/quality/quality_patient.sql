/*
description: >
  How far rows of record.patient are complete, valid, plausible, in time and without duplicates, by
  source and month, in one pass. The month is that of updated.
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
        sex,
        birth_month,
        death_month,
        ethnic_category,
        language,
        lsoa21_code,
        practice_code,
        practice_key,
        practice_role_key,
        nhs_number_status
    from record.patient
),

areas as (
    select distinct lsoa21_code
    from core.area
),

found as (
    select
        rows.source,
        rows.person_key,
        rows.updated,
        rows.sex,
        rows.birth_month,
        rows.death_month,
        rows.ethnic_category,
        rows.language,
        rows.lsoa21_code,
        rows.practice_code,
        rows.practice_key,
        rows.practice_role_key,
        rows.nhs_number_status,
        areas.lsoa21_code as found_area
    from rows
    left join areas
        on rows.lsoa21_code = areas.lsoa21_code
),

counted as (
    select
        source,
        coalesce(cast(date_trunc('month', cast(updated at time zone 'UTC' at time zone 'Europe/London' as date)) as date), cast('1900-01-01' as date)) as month,
        count(*) as row_count,
        count(*) filter (where person_key is null) as person_key_missing,
        count(*) filter (where sex is null or sex = 'unknown') as sex_missing,
        count(*) filter (where birth_month is null) as birth_month_missing,
        count(*) filter (
            where ethnic_category is null or ethnic_category in ('Z', '99')
        ) as ethnic_category_missing,
        count(*) filter (where language is null) as language_missing,
        count(*) filter (where lsoa21_code is null) as lsoa21_code_missing,
        count(*) filter (
            where practice_code is null and practice_key is null and practice_role_key is null
        ) as practice_code_missing,
        count(*) filter (where sex is not null) as sex_invalid_checked,
        count(*) filter (
            where sex is not null and sex not in ('female', 'male', 'other', 'unknown')
        ) as sex_invalid,
        count(*) filter (where ethnic_category is not null) as ethnic_category_invalid_checked,
        count(*) filter (
            where ethnic_category is not null and upper(substring(ethnic_category, 1, 1)) not in (
                    'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'J', 'K', 'L', 'M', 'N', 'P',
                    'R', 'S', 'Z', '9'
                )
        ) as ethnic_category_invalid,
        count(*) filter (
            where birth_month is not null and death_month is not null
        ) as death_month_before_start_checked,
        count(*) filter (
            where birth_month is not null and death_month is not null and death_month < birth_month
        ) as death_month_before_start,
        count(*) filter (where lsoa21_code is not null) as lsoa21_code_unresolved_checked,
        count(*) filter (where lsoa21_code is not null and found_area is null) as lsoa21_code_unresolved
    from found
    group by source, coalesce(cast(date_trunc('month', cast(updated at time zone 'UTC' at time zone 'Europe/London' as date)) as date), cast('1900-01-01' as date))
),

checks as (
    select
        failure,
        category,
        check_name,
        column_name
    from reference.quality_check
    where table_name = 'patient'
),

final as (
    select
        'patient' as table_name,
        counted.source,
        counted.month,
        checks.category,
        checks.check_name,
        checks.column_name,
        cast(case checks.failure
            when 'sex_invalid' then counted.sex_invalid_checked
            when 'ethnic_category_invalid' then counted.ethnic_category_invalid_checked
            when 'death_month_before_start' then counted.death_month_before_start_checked
            when 'lsoa21_code_unresolved' then counted.lsoa21_code_unresolved_checked
            else counted.row_count
        end as bigint) as rows_checked,
        cast(case checks.failure
            when 'person_key_missing' then counted.person_key_missing
            when 'sex_missing' then counted.sex_missing
            when 'birth_month_missing' then counted.birth_month_missing
            when 'ethnic_category_missing' then counted.ethnic_category_missing
            when 'language_missing' then counted.language_missing
            when 'lsoa21_code_missing' then counted.lsoa21_code_missing
            when 'practice_code_missing' then counted.practice_code_missing
            when 'sex_invalid' then counted.sex_invalid
            when 'ethnic_category_invalid' then counted.ethnic_category_invalid
            when 'death_month_before_start' then counted.death_month_before_start
            when 'lsoa21_code_unresolved' then counted.lsoa21_code_unresolved
        end as bigint) as rows_failed
    from counted
    cross join checks
)

select * from final
