/*
description: >
  Letters, messages and calls to linked people that were sent. Those in preparation, not done, stopped or entered
  in error are left out, and so are those without a day of sending.
grain: communication_key
columns:
  person_key: Pseudonym of the person
  communication_key: Record key of the Communication
  category: Code of the category; null where not recorded
  medium: Code of the way that it was sent; null where not recorded
  medium_system: System of that code
  sent_date: Local day on which it was sent
checks:
  - unique: communication_key
  - not_null: [person_key, communication_key, sent_date]
*/
with communications as (
    select
        person_key,
        record_key as communication_key,
        category,
        medium,
        medium_system,
        cast(sent at time zone 'UTC' at time zone 'Europe/London' as date) as sent_date
    from record.communication
    where person_key is not null
        and sent is not null
        and coalesce(status, 'completed') in ('in-progress', 'completed')
),

final as (
    select person_key, communication_key, category, medium, medium_system, sent_date
    from communications
)

select * from final order by person_key
