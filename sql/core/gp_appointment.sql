/*
description: >
  Appointments of linked people with general practice up to the as-of date, those missed and cancelled
  included, but not those entered in error. The practice is that of the place where the appointment is,
  else the one that the person was registered with on the day.
grain: appointment_key
columns:
  person_key: Pseudonym of the person
  appointment_key: Record key of the Appointment
  practice_code: ODS code of the practice; null where neither is known
  booked_date: Local day of booking; null where not recorded
  appointment_date: Local day of the appointment
  month: First day of its month
  status: As recorded, FHIR; fulfilled, noshow, cancelled, booked and their like
  attended: Whether the person came; null where the outcome is not known
  did_not_attend: Whether the person did not come; null where the outcome is not known
  days_waited: Days from booking to the appointment, 0 on the same day; null where booking is not known or later
  delivery_channel: In-person, Telephone, Video; null where not recorded
checks:
  - unique: appointment_key
  - not_null: [person_key, appointment_key, appointment_date, month]
  - expect: days_waited >= 0
  - expect: not (attended and did_not_attend)
*/
with appointments as (
    select
        person_key,
        record_key as appointment_key,
        location_key,
        cast(created at time zone 'UTC' at time zone 'Europe/London' as date) as booked_date,
        cast(started at time zone 'UTC' at time zone 'Europe/London' as date) as appointment_date,
        status,
        delivery_channel
    from record.appointment
    where person_key is not null
        and setting = 'general_practice'
        and coalesce(status, 'booked') <> 'entered-in-error'
),

past as (
    select *
    from appointments
    where appointment_date <= $as_of
),

organisations as (
    select record_key, ods_code
    from record.organisation
),

locations as (
    select
        places.record_key,
        coalesce(places.organisation_code, organisations.ods_code) as practice_code
    from record.location as places
    left join organisations
        on places.organisation_key = organisations.record_key
),

registrations as (
    select
        person_key,
        practice_code,
        started,
        ended
    from core.registration
),

final as (
    select
        past.person_key,
        past.appointment_key,
        coalesce(locations.practice_code, registrations.practice_code) as practice_code,
        past.booked_date,
        past.appointment_date,
        cast(date_trunc('month', past.appointment_date) as date) as month,
        past.status,
        case
            when past.status in ('fulfilled', 'arrived', 'checked-in') then true
            when past.status in ('noshow', 'cancelled') then false
        end as attended,
        case
            when past.status = 'noshow' then true
            when past.status in ('fulfilled', 'arrived', 'checked-in', 'cancelled') then false
        end as did_not_attend,
        case
            when past.booked_date <= past.appointment_date
                then days_between(past.booked_date, past.appointment_date)
        end as days_waited,
        past.delivery_channel
    from past
    left join locations
        on past.location_key = locations.record_key
    left join registrations
        on past.person_key = registrations.person_key
        and past.appointment_date >= registrations.started
        and past.appointment_date <= coalesce(registrations.ended, past.appointment_date)
)

select * from final order by person_key
