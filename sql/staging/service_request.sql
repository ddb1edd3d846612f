/*
description: >
  Referrals and orders of linked people (FHIR ServiceRequests), those entered in error left out.
grain: request_key
columns:
  person_key: Pseudonym of the person
  request_key: Record key of the ServiceRequest
  status: As recorded; active, completed, revoked and their like
  intent: As recorded; order, plan and their like
  category: Category, as recorded
  priority: Priority, as recorded
  snomed_code: SNOMED CT code of what is asked for; null where only another system has one
  reason_code: Code of the reason
  authored_date: Local day on which it was written; null where not known
  provider_code: ODS code of the organisation that is asked; null where the request itself does not say
checks:
  - unique: request_key
  - not_null: [person_key, request_key]
*/
with final as (
    select
        person_key,
        record_key as request_key,
        status,
        intent,
        category,
        priority,
        case when code_system like 'http://snomed.info/sct%' then code end as snomed_code,
        reason_code,
        cast(authored at time zone 'UTC' at time zone 'Europe/London' as date) as authored_date,
        upper(performer_code) as provider_code
    from record.service_request
    where person_key is not null
        and coalesce(status, 'unknown') <> 'entered-in-error'
)

select * from final order by person_key
