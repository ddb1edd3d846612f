/*
description: >
  Adult social care events of linked people (requests, assessments, services and reviews), each one
  contact at its start, in the shape of core.contact and with what only they have.
grain: contact_key
columns:
  person_key: Pseudonym of the person
  contact_key: Record key of the source row
  setting: Setting label, see reference.setting
  started: Start (UTC); midnight where only the date is known
  started_date: Local day of the start
  ended: End; null where not recorded or not yet over
  provider_code: ODS code of the provider
  practice_code: General practice at the time; null where the source does not say
  attended: Whether the person was seen
  emergency: Whether it is an emergency
  diagnosis: Main diagnosis; null where the source has none
  source_table: Table of the record layer
  client_type: Service user or carer
  primary_support_reason: Primary support reason
  event_type: Request, assessment, service or review
  service_type: Type of service
  event_outcome: Outcome
  weekly_cost: Weekly cost, pounds
checks:
  - unique: contact_key
  - not_null: [person_key, contact_key, setting, started, started_date, attended, emergency]
*/
with final as (
    select
        person_key,
        record_key as contact_key,
        'Social care' as setting,
        cast(event_start_date as timestamp(6)) as started,
        event_start_date as started_date,
        cast(event_end_date as timestamp(6)) as ended,
        upper(council_code) as provider_code,
        cast(null as varchar) as practice_code,
        true as attended,
        false as emergency,
        cast(null as varchar) as diagnosis,
        'social_care_event' as source_table,
        client_type,
        primary_support_reason,
        event_type,
        service_type,
        event_outcome,
        weekly_cost
    from record.social_care_event
    where person_key is not null
)

select * from final order by person_key
