/*
description: >
  Which provider sends which kind of activity as an extract. The same hospital activity arrives
  both as an extract (SUS, ECDS and the others) and as FHIR encounters;
  intermediate.contact_encounter has a provider's encounters only where it sends no extract of that kind.
  Rows of linked people say so.
grain: [encounter_setting, provider_code]
columns:
  encounter_setting: Setting code of the FHIR encounters that the extract stands in for
  provider_code: ODS code of the provider
checks:
  - unique: [encounter_setting, provider_code]
  - not_null: [encounter_setting, provider_code]
*/
with inpatient as (
    select distinct provider_code from staging.apc_spell
),

emergency as (
    select distinct provider_code from staging.ecds_attendance
),

outpatient as (
    select distinct provider_code from staging.op_attendance
),

community as (
    select distinct provider_code from staging.community_contact
),

mental_health as (
    select distinct provider_code from staging.mental_health_contact
),

social_care as (
    select distinct provider_code from staging.social_care_event
),

pharmacy as (
    select distinct provider_code from staging.pharmacy_contact
),

dental as (
    select distinct provider_code from staging.dental_contact
),

optometry as (
    select distinct provider_code from staging.optometry_contact
),

hospice as (
    select distinct provider_code from staging.hospice_contact
),

senders as (
    select 'inpatient' as encounter_setting, provider_code from inpatient
    union all
    select 'emergency' as encounter_setting, provider_code from emergency
    union all
    select 'outpatient' as encounter_setting, provider_code from outpatient
    union all
    select 'community' as encounter_setting, provider_code from community
    union all
    select 'mental_health' as encounter_setting, provider_code from mental_health
    union all
    select 'social_care' as encounter_setting, provider_code from social_care
    union all
    select 'pharmacy' as encounter_setting, provider_code from pharmacy
    union all
    select 'dental' as encounter_setting, provider_code from dental
    union all
    select 'optometry' as encounter_setting, provider_code from optometry
    union all
    select 'hospice' as encounter_setting, provider_code from hospice
),

final as (
    select encounter_setting, provider_code
    from senders
    where provider_code is not null
)

select * from final
