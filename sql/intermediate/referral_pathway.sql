/*
description: >
  Referrals of linked people to hospital outpatient services, and until when each waited to be seen.

  A pathway is a referral that outpatient appointments name: one for each person, provider, treatment function and
  day on which the referral was received, those with an appointment that lies ahead included. The wait is over
  on the day of the first attended appointment (codes 5 and 6); or, where nobody was seen and no appointment is
  booked after it, on the day of the last one that was missed (3 and 7), as the referral then goes back.
  Referral requests of practices that are active, whose service reference.referral_specialty knows, and that no
  appointment names yet (of the person, treatment function and provider, received on the day of the request or later)
  are pathways too.

  The record holds no start or stop of a referral-to-treatment clock: being seen for the first time stands for
  treatment, so that waits are shorter than those of the national statistic, and nobody waits for an operation
  here. A referral without a day is in no pathway.
grain: [person_key, source_table, pathway_key]
columns:
  person_key: Pseudonym of the person
  pathway_key: Smallest record key of the appointments of the pathway, or the key of the request
  source_table: op_attendance or service_request
  provider_code: ODS code of the provider; null where the request names none
  treatment_function: Code of the treatment function, or Not known
  referral_date: Day on which the referral was received, or of the request
  seen_date: Day of the first attended appointment up to the as-of date; null where there is none
  ended_date: Day on which the wait was over; null while it goes on
checks:
  - unique: [person_key, source_table, pathway_key]
  - not_null: [person_key, pathway_key, source_table, treatment_function, referral_date]
  - expect: ended_date >= referral_date
topic: waiting
*/
with appointments as (
    select
        person_key,
        contact_key,
        provider_code,
        coalesce(treatment_function, 'Not known') as treatment_function,
        referral_date,
        started_date as appointment_date,
        outcome
    from staging.op_attendance
    where referral_date <= $as_of
        and started_date >= referral_date
),

requests as (
    select
        person_key,
        request_key,
        provider_code,
        snomed_code,
        authored_date
    from staging.service_request
    where status = 'active'
        and snomed_code is not null
),

specialties as (
    select
        cast(snomed_code as varchar) as snomed_code,
        cast(treatment_function as varchar) as treatment_function
    from reference.referral_specialty
),

grouped as (
    select
        person_key,
        provider_code,
        treatment_function,
        referral_date,
        min(contact_key) as pathway_key,
        min(case when outcome in ('5', '6') and appointment_date <= $as_of then appointment_date end) as seen_date,
        max(case when outcome in ('3', '7') and appointment_date <= $as_of then appointment_date end) as missed_date,
        max(case when coalesce(outcome, '0') not in ('3', '7') then appointment_date end) as other_date
    from appointments
    group by person_key, provider_code, treatment_function, referral_date
),

pathways as (
    select
        person_key,
        pathway_key,
        'op_attendance' as source_table,
        provider_code,
        treatment_function,
        referral_date,
        seen_date,
        case
            when seen_date is not null then seen_date
            when other_date is null or missed_date > other_date then missed_date
        end as ended_date
    from grouped
),

referred as (
    select
        requests.person_key,
        requests.request_key,
        requests.provider_code,
        specialties.treatment_function,
        requests.authored_date
    from specialties
    inner join requests
        on specialties.snomed_code = requests.snomed_code
    where requests.authored_date <= $as_of
),

received as (
    select
        referred.person_key,
        referred.request_key
    from referred
    inner join pathways
        on referred.person_key = pathways.person_key
        and referred.treatment_function = pathways.treatment_function
    where pathways.referral_date >= referred.authored_date
        and (referred.provider_code is null or referred.provider_code = pathways.provider_code)
    group by referred.person_key, referred.request_key
),

final as (
    select
        person_key,
        pathway_key,
        source_table,
        provider_code,
        treatment_function,
        referral_date,
        seen_date,
        ended_date
    from pathways
    union all
    select
        referred.person_key,
        referred.request_key as pathway_key,
        'service_request' as source_table,
        referred.provider_code,
        referred.treatment_function,
        referred.authored_date as referral_date,
        cast(null as date) as seen_date,
        cast(null as date) as ended_date
    from referred
    left join received
        on referred.person_key = received.person_key
        and referred.request_key = received.request_key
    where received.request_key is null
)

select * from final order by person_key
