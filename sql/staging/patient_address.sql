/*
description: >
  Home addresses of linked people, past and future ones too, as small areas. An address without a use
  counts as home; work and billing ones are left out.
grain: [patient_key, address_number]
columns:
  person_key: Pseudonym of the person
  patient_key: Record key of the Patient
  address_number: Number of the address on the record
  use: home, temp or old
  type: postal, physical or both, as recorded
  lsoa21_code: Lower layer super output area (2021); null where the postcode has none
  started: First day; null where not known, and from birth on
  ended: Last day; null while it is the address
checks:
  - unique: [patient_key, address_number]
  - not_null: [person_key, patient_key, address_number, use]
*/
with final as (
    select
        person_key,
        record_key as patient_key,
        record_row as address_number,
        coalesce(use, 'home') as use,
        type,
        lsoa21_code,
        started,
        ended
    from record.patient_address
    where person_key is not null
        and coalesce(use, 'home') in ('home', 'temp', 'old')
)

select * from final order by person_key
