/*
description: >
  How far the pulled tables are complete, valid, plausible, in time, without duplicates and without
  broken references, by source and month: one row for each check. Values that a pull could not read
  are in populace.data_quality, and count here as missing. Names are those of the OHDSI Data Quality
  Dashboard where it has the check. A row is late when it was last updated more than 60 days after what
  it tells of.
grain: [table_name, source, month, category, check_name, column_name]
columns:
  table_name: Table of the record layer
  source: Source that sent the rows
  month: First day of the month that the rows tell of; 1900-01-01 where the date is not known
  category: Completeness, Validity, Plausibility, Timeliness, Duplicates or References
  check_name: Check, by its name in the OHDSI Data Quality Dashboard where it has one
  column_name: Column that is checked
  rows_checked: Rows that the check applies to
  rows_failed: Rows of them that fail it
  share: Share of the rows checked that fail, 0 to 1
checks:
  - unique: [table_name, source, month, category, check_name, column_name]
  - not_null: [table_name, source, month, category, check_name, column_name, rows_checked, rows_failed, share]
  - one_of: {category: [Completeness, Validity, Plausibility, Timeliness, Duplicates, References]}
  - expect: rows_checked > 0 and rows_failed between 0 and rows_checked
  - expect: share between 0 and 1
topic: quality
*/
with checked as (
    select table_name, source, month, category, check_name, column_name, rows_checked, rows_failed
    from intermediate.quality_patient
    union all
    select table_name, source, month, category, check_name, column_name, rows_checked, rows_failed
    from intermediate.quality_patient_address
    union all
    select table_name, source, month, category, check_name, column_name, rows_checked, rows_failed
    from intermediate.quality_episode_of_care
    union all
    select table_name, source, month, category, check_name, column_name, rows_checked, rows_failed
    from intermediate.quality_encounter
    union all
    select table_name, source, month, category, check_name, column_name, rows_checked, rows_failed
    from intermediate.quality_condition
    union all
    select table_name, source, month, category, check_name, column_name, rows_checked, rows_failed
    from intermediate.quality_observation
    union all
    select table_name, source, month, category, check_name, column_name, rows_checked, rows_failed
    from intermediate.quality_procedure
    union all
    select table_name, source, month, category, check_name, column_name, rows_checked, rows_failed
    from intermediate.quality_medication_request
    union all
    select table_name, source, month, category, check_name, column_name, rows_checked, rows_failed
    from intermediate.quality_immunization
    union all
    select table_name, source, month, category, check_name, column_name, rows_checked, rows_failed
    from intermediate.quality_appointment
    union all
    select table_name, source, month, category, check_name, column_name, rows_checked, rows_failed
    from intermediate.quality_service_request
    union all
    select table_name, source, month, category, check_name, column_name, rows_checked, rows_failed
    from intermediate.quality_document_reference
    union all
    select table_name, source, month, category, check_name, column_name, rows_checked, rows_failed
    from intermediate.quality_flag
    union all
    select table_name, source, month, category, check_name, column_name, rows_checked, rows_failed
    from intermediate.quality_goal
    union all
    select table_name, source, month, category, check_name, column_name, rows_checked, rows_failed
    from intermediate.quality_allergy_intolerance
    union all
    select table_name, source, month, category, check_name, column_name, rows_checked, rows_failed
    from intermediate.quality_consent
    union all
    select table_name, source, month, category, check_name, column_name, rows_checked, rows_failed
    from intermediate.quality_communication
    union all
    select table_name, source, month, category, check_name, column_name, rows_checked, rows_failed
    from intermediate.quality_questionnaire_response
    union all
    select table_name, source, month, category, check_name, column_name, rows_checked, rows_failed
    from intermediate.quality_apc_spell
    union all
    select table_name, source, month, category, check_name, column_name, rows_checked, rows_failed
    from intermediate.quality_ecds_attendance
    union all
    select table_name, source, month, category, check_name, column_name, rows_checked, rows_failed
    from intermediate.quality_op_attendance
    union all
    select table_name, source, month, category, check_name, column_name, rows_checked, rows_failed
    from intermediate.quality_community_contact
    union all
    select table_name, source, month, category, check_name, column_name, rows_checked, rows_failed
    from intermediate.quality_mental_health_contact
    union all
    select table_name, source, month, category, check_name, column_name, rows_checked, rows_failed
    from intermediate.quality_pharmacy_contact
    union all
    select table_name, source, month, category, check_name, column_name, rows_checked, rows_failed
    from intermediate.quality_dental_contact
    union all
    select table_name, source, month, category, check_name, column_name, rows_checked, rows_failed
    from intermediate.quality_optometry_contact
    union all
    select table_name, source, month, category, check_name, column_name, rows_checked, rows_failed
    from intermediate.quality_hospice_contact
    union all
    select table_name, source, month, category, check_name, column_name, rows_checked, rows_failed
    from intermediate.quality_social_care_event
),

final as (
    select
        table_name,
        source,
        month,
        category,
        check_name,
        column_name,
        rows_checked,
        rows_failed,
        cast(rows_failed as double) / rows_checked as share
    from checked
    where rows_checked > 0
)

select * from final
