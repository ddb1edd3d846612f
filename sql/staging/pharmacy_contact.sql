/*
description: >
  Community pharmacy services of linked people, in the shape of core.contact and with what only they
  have.
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
  service: Service given
  outcome: Outcome
checks:
  - unique: contact_key
  - not_null: [person_key, contact_key, setting, started, started_date, attended, emergency]
*/
with final as (
    select
        person_key,
        record_key as contact_key,
        'Pharmacy' as setting,
        contact as started,
        contact_date as started_date,
        cast(null as timestamp(6)) as ended,
        upper(provider_code) as provider_code,
        cast(null as varchar) as practice_code,
        true as attended,
        false as emergency,
        cast(null as varchar) as diagnosis,
        'pharmacy_contact' as source_table,
        service,
        outcome
    from record.pharmacy_contact
    where person_key is not null
)

select * from final order by person_key
