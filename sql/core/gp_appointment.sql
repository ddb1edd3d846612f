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
        appointment_key,
        location_key,
        booked_date,
        appointment_date,
        status,
        delivery_channel
    from staging.appointment
    where setting_code = 'general_practice'
        and appointment_date <= $as_of
),

locations as (
    select
        location_key,
        organisation_code
    from intermediate.location_organisation
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
        appointments.person_key,
        appointments.appointment_key,
        coalesce(locations.organisation_code, registrations.practice_code) as practice_code,
        appointments.booked_date,
        appointments.appointment_date,
        cast(date_trunc('month', appointments.appointment_date) as date) as month,
        appointments.status,
        case
            when appointments.status in ('fulfilled', 'arrived', 'checked-in') then true
            when appointments.status in ('noshow', 'cancelled') then false
        end as attended,
        case
            when appointments.status = 'noshow' then true
            when appointments.status in ('fulfilled', 'arrived', 'checked-in', 'cancelled') then false
        end as did_not_attend,
        case
            when appointments.booked_date <= appointments.appointment_date
                then days_between(appointments.booked_date, appointments.appointment_date)
        end as days_waited,
        appointments.delivery_channel
    from appointments
    left join locations
        on appointments.location_key = locations.location_key
    left join registrations
        on appointments.person_key = registrations.person_key
        and appointments.appointment_date >= registrations.started
        and appointments.appointment_date <= coalesce(registrations.ended, appointments.appointment_date)
)

select * from final order by person_key
