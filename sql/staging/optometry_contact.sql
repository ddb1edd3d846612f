/*
description: >
  NHS sight tests of linked people, in the shape of core.contact and with what only they have.
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
  sight_test_type: Type of sight test
  outcome: Outcome
checks:
  - unique: contact_key
  - not_null: [person_key, contact_key, setting, started, started_date, attended, emergency]
*/
with final as (
    select
        person_key,
        record_key as contact_key,
        'Optometry' as setting,
        cast(contact_date as timestamp(6)) as started,
        contact_date as started_date,
        cast(null as timestamp(6)) as ended,
        upper(provider_code) as provider_code,
        cast(null as varchar) as practice_code,
        true as attended,
        false as emergency,
        cast(null as varchar) as diagnosis,
        'optometry_contact' as source_table,
        sight_test_type,
        outcome
    from record.optometry_contact
    where person_key is not null
)

select * from final order by person_key
