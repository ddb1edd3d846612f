/*
description: >
  Rows of record.condition, record.observation and record.procedure that name an encounter which the record
  does not hold for the same person. Whether it holds it for another is asked by the models that count
  references (quality_condition and the others): asked here, a night could not redo changed people alone.
grain: [table_name, record_key, record_row]
columns:
  table_name: Table of the record layer
  record_key: Key of the row's record
  record_row: Row of the record
  person_key: Pseudonym of the person; null where the row has none
  source: Source that sent the row
  month: First day of the month that the row is counted in; 1900-01-01 where the date is not known
  encounter_key: Key of the encounter that the row names
checks:
  - unique: [table_name, record_key, record_row]
  - not_null: [table_name, record_key, record_row, source, month, encounter_key]
  - one_of: {table_name: [condition, observation, procedure]}
*/
with encounters as (
    select
        record_key,
        person_key
    from record.encounter
    where record_row = 0
),

conditions as (
    select
        record_key,
        record_row,
        person_key,
        source,
        coalesce(cast(date_trunc('month', coalesce(recorded, onset)) as date), cast('1900-01-01' as date)) as month,
        encounter_key
    from record.condition
    where encounter_key is not null
        and not exists (
            select 1
            from encounters
            where encounters.record_key = condition.encounter_key
                and encounters.person_key = condition.person_key
        )
),

observations as (
    select
        record_key,
        record_row,
        person_key,
        source,
        coalesce(cast(date_trunc('month', cast(effective at time zone 'UTC' at time zone 'Europe/London' as date)) as date), cast('1900-01-01' as date)) as month,
        encounter_key
    from record.observation
    where encounter_key is not null
        and not exists (
            select 1
            from encounters
            where encounters.record_key = observation.encounter_key
                and encounters.person_key = observation.person_key
        )
),

procedures as (
    select
        record_key,
        record_row,
        person_key,
        source,
        coalesce(cast(date_trunc('month', cast(performed at time zone 'UTC' at time zone 'Europe/London' as date)) as date), cast('1900-01-01' as date)) as month,
        encounter_key
    from record.procedure
    where encounter_key is not null
        and not exists (
            select 1
            from encounters
            where encounters.record_key = procedure.encounter_key
                and encounters.person_key = procedure.person_key
        )
),

final as (
    select
        'condition' as table_name,
        record_key,
        record_row,
        person_key,
        source,
        month,
        encounter_key
    from conditions
    union all
    select
        'observation' as table_name,
        record_key,
        record_row,
        person_key,
        source,
        month,
        encounter_key
    from observations
    union all
    select
        'procedure' as table_name,
        record_key,
        record_row,
        person_key,
        source,
        month,
        encounter_key
    from procedures
)

select * from final order by person_key
