/*
description: >
  Community health service contacts of linked people, in the shape of core.contact and with what only
  they have. No attendance code at all counts as seen, and so does yes or true.
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
  referral_key: Pseudonym of the referral that the contact belongs to
  team_type: Type of team
  duration_minutes: Minutes of clinical contact
  consultation_medium: Face to face, telephone, video and so on
checks:
  - unique: contact_key
  - not_null: [person_key, contact_key, setting, started, started_date, attended, emergency]
*/
with final as (
    select
        person_key,
        record_key as contact_key,
        'Community' as setting,
        contact as started,
        contact_date as started_date,
        cast(null as timestamp(6)) as ended,
        upper(provider_code) as provider_code,
        cast(null as varchar) as practice_code,
        coalesce(lower(attended) in ('5', '6', 'yes', 'y', 'true', '1'), true) as attended,
        false as emergency,
        cast(null as varchar) as diagnosis,
        'community_contact' as source_table,
        referral_key,
        team_type,
        duration_minutes,
        consultation_medium
    from record.community_contact
    where person_key is not null
)

select * from final order by person_key
