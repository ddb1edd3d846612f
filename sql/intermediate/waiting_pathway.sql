/*
description: >
  Waits for a first outpatient attendance of linked people up to the as-of date: one row for each
  referral of a person to a specialty on a day, from the referrals of the record
  (reference.referral_specialty names those that are followed) and from the referral dates of
  outpatient appointments. Two referrals of one day to one specialty are one.

  A wait ends with the first attended first appointment for that referral. One that was revoked, or completed without
  an attendance, has ended on a day that the record does not say. Referrals entered in error are
  not here.
grain: [person_key, treatment_function, referred_date]
columns:
  person_key: Pseudonym of the person
  treatment_function: Treatment function code
  referred_date: Day of the referral
  seen_date: Day of the first attendance; null while there is none
  is_waiting: Neither seen nor otherwise ended by the as-of date
checks:
  - unique: [person_key, treatment_function, referred_date]
  - not_null: [person_key, treatment_function, referred_date, is_waiting]
  - expect: seen_date >= referred_date
  - expect: seen_date is null or not is_waiting
topic: demand
*/
with referrals as (
    select
        person_key,
        code,
        status,
        cast(authored at time zone 'UTC' at time zone 'Europe/London' as date) as referred_date
    from record.service_request
    where person_key is not null
        and authored is not null
        and coalesce(intent, 'order') not in ('proposal', 'plan')
        and coalesce(status, 'unknown') not in ('draft', 'entered-in-error')
),

specialties as (
    select
        cast(snomed_code as varchar) as snomed_code,
        cast(treatment_function as varchar) as treatment_function
    from reference.referral_specialty
),

appointments as (
    select
        person_key,
        treatment_function,
        referral_date as referred_date,
        appointment_date,
        coalesce(attended and first_attendance, false) as is_first_attendance
    from core.appointment
    where referral_date is not null
        and treatment_function is not null
        and appointment_date >= referral_date
),

-- Ended: a referral that is over, whatever became of it.
events as (
    select
        referrals.person_key,
        specialties.treatment_function,
        referrals.referred_date,
        cast(null as date) as seen_date,
        case when referrals.status in ('completed', 'revoked') then 1 else 0 end as has_ended
    from specialties
    inner join referrals
        on specialties.snomed_code = referrals.code
    where referrals.referred_date <= $as_of
    union all
    select
        person_key,
        treatment_function,
        referred_date,
        case when is_first_attendance then appointment_date end as seen_date,
        0 as has_ended
    from appointments
),

pathways as (
    select
        person_key,
        treatment_function,
        referred_date,
        min(seen_date) as seen_date,
        max(has_ended) as has_ended
    from events
    group by person_key, treatment_function, referred_date
),

final as (
    select
        person_key,
        treatment_function,
        referred_date,
        seen_date,
        seen_date is null and has_ended = 0 as is_waiting
    from pathways
)

select * from final order by person_key
