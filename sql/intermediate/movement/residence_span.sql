/*
description: >
  Where each person lived from when to when, from the home addresses of the newest Patient record,
  former ones included. A later address ends the one before it on the day before it begins; of two that
  begin on one day the one that lasts longer stands. Temporary, work and billing addresses do not count, and
  neither do addresses that begin after the as-of date. Consecutive addresses in one LSOA are separate spans.
grain: [person_key, span_number]
columns:
  person_key: Pseudonym of the person
  span_number: Number of the span in the order of start
  lsoa21_code: Lower layer super output area (2021); null where not known
  place_code: Code of the place, or Not known for no LSOA and one outside the list of areas
  place_name: Place, or Not known
  started: First day of the span; 1900-01-01 where not known
  ended: Last day of the span; null while it lasts
checks:
  - unique: [person_key, span_number]
  - not_null: [person_key, span_number, place_code, place_name, started]
  - expect: ended is null or ended >= started
topic: movement
*/
with patients as (
    select
        person_key,
        patient_key
    from intermediate.newest_patient
),

addresses as (
    select
        person_key,
        patient_key,
        address_number,
        lsoa21_code,
        coalesce(started, cast('1900-01-01' as date)) as started,
        ended
    from staging.patient_address
    where use in ('home', 'old')
        and (started is null or started <= $as_of)
        and (ended is null or started is null or ended >= started)
),

areas as (
    select
        lsoa21_code,
        place_code,
        place_name
    from core.area
),

chosen as (
    -- One address a day: the later of two that begin together would end the other at once.
    select
        patients.person_key,
        addresses.lsoa21_code,
        addresses.started,
        addresses.ended,
        row_number() over (
            partition by patients.person_key, addresses.started
            order by coalesce(addresses.ended, cast('9999-12-31' as date)) desc, addresses.address_number
        ) as place_of_day
    from patients
    inner join addresses
        on patients.person_key = addresses.person_key
        and patients.patient_key = addresses.patient_key
),

followed as (
    select
        person_key,
        lsoa21_code,
        started,
        ended,
        row_number() over (partition by person_key order by started) as span_number,
        lead(started) over (partition by person_key order by started) as next_started
    from chosen
    where place_of_day = 1
),

final as (
    select
        followed.person_key,
        cast(followed.span_number as int) as span_number,
        followed.lsoa21_code,
        coalesce(areas.place_code, 'Not known') as place_code,
        coalesce(areas.place_name, 'Not known') as place_name,
        followed.started,
        case
            when followed.next_started is not null
                and (followed.ended is null or followed.ended >= followed.next_started)
                then cast(followed.next_started - interval '1' day as date)
            else followed.ended
        end as ended
    from followed
    left join areas
        on followed.lsoa21_code = areas.lsoa21_code
)

select * from final
