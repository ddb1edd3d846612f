/*
description: >
  Outpatient appointments of linked people (SUS), those missed, cancelled or still to come included, in
  the shape of core.contact and with what only they have. A practice code that stands for none (V81997
  to V81999) is null.
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
  outcome: 5 and 6 seen, 3 and 7 did not attend, 2 and 4 cancelled, 0 still to come
  site_code: ODS code of the site
  lsoa21_code: Lower layer super output area (2021) of the postcode at the time
  first_attendance: 1 and 3 first, 2 and 4 follow-up
  priority: 1 routine, 2 urgent, 3 two week wait
  referral_source: Source of referral
  referral_date: Day on which the referral was received
  main_specialty: Main specialty of the consultant
  treatment_function: Treatment function
  procedure: Main procedure, OPCS-4 without the dot
  hrg: Healthcare resource group
  cost: Tariff cost, pounds
checks:
  - unique: contact_key
  - not_null: [person_key, contact_key, setting, started, started_date, attended, emergency]
*/
with final as (
    select
        person_key,
        record_key as contact_key,
        'Outpatient' as setting,
        cast(appointment_date as timestamp(6)) as started,
        appointment_date as started_date,
        cast(null as timestamp(6)) as ended,
        upper(provider_code) as provider_code,
        case when upper(practice_code) not in ('V81997', 'V81998', 'V81999') then upper(practice_code) end as practice_code,
        coalesce(attended in ('5', '6'), false) as attended,
        false as emergency,
        cast(null as varchar) as diagnosis,
        'op_attendance' as source_table,
        attended as outcome,
        upper(site_code) as site_code,
        lsoa21_code,
        first_attendance,
        priority,
        referral_source,
        referral_date,
        main_specialty,
        treatment_function,
        nullif(translate(upper(proc_01), '. -&', ''), '') as procedure,
        hrg,
        tariff_cost as cost
    from record.op_attendance
    where person_key is not null
)

select * from final order by person_key
