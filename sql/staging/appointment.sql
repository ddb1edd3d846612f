/*
description: >
  Booked contacts of linked people (FHIR Appointments), those missed, cancelled or still to come
  included, and those entered in error left out.
grain: appointment_key
columns:
  person_key: Pseudonym of the person
  appointment_key: Record key of the Appointment
  setting_code: Setting code; general_practice, outpatient and their like
  status: As recorded; fulfilled, noshow, cancelled, booked and their like
  booked_date: Local day of booking; null where not recorded
  appointment_date: Local day of the appointment
  delivery_channel: In-person, Telephone, Video; null where not recorded
  location_key: Record key of the Location
checks:
  - unique: appointment_key
  - not_null: [person_key, appointment_key, appointment_date]
*/
with final as (
    select
        person_key,
        record_key as appointment_key,
        setting as setting_code,
        coalesce(status, 'booked') as status,
        cast(created at time zone 'UTC' at time zone 'Europe/London' as date) as booked_date,
        cast(started at time zone 'UTC' at time zone 'Europe/London' as date) as appointment_date,
        delivery_channel,
        location_key
    from record.appointment
    where person_key is not null
        and coalesce(status, 'booked') <> 'entered-in-error'
)

select * from final order by person_key
