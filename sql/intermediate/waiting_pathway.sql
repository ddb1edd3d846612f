/*
description: >
  The pathways of intermediate.referral_pathway with the day on which each person was no longer on the list: that on
  which the wait was over, or the first of the month of death where this is earlier. Who died on a day that nobody
  recorded leaves on the day of the referral, and so was never on the list. Referrals of people of whom the record holds
  no Patient are kept.
grain: [person_key, source_table, pathway_key]
columns:
  person_key: Pseudonym of the person
  pathway_key: Record key of the pathway, as in intermediate.referral_pathway
  source_table: op_attendance or service_request
  provider_code: ODS code of the provider; null where the request names none
  treatment_function: Code of the treatment function, or Not known
  referral_date: Day on which the person joined the list
  removed_date: First day on which the person was not on it; null while the wait goes on
checks:
  - unique: [person_key, source_table, pathway_key]
  - not_null: [person_key, pathway_key, source_table, treatment_function, referral_date]
  - expect: removed_date >= referral_date
topic: waiting
*/
with pathways as (
    select
        person_key,
        pathway_key,
        source_table,
        provider_code,
        treatment_function,
        referral_date,
        ended_date
    from intermediate.referral_pathway
),

people as (
    select
        person_key,
        death_month,
        is_alive
    from core.person
),

final as (
    select
        pathways.person_key,
        pathways.pathway_key,
        pathways.source_table,
        pathways.provider_code,
        pathways.treatment_function,
        pathways.referral_date,
        case
            when people.death_month is not null then greatest(
                least(coalesce(pathways.ended_date, people.death_month), people.death_month),
                pathways.referral_date
            )
            when people.is_alive = false then pathways.referral_date
            else pathways.ended_date
        end as removed_date
    from people
    right join pathways
        on people.person_key = pathways.person_key
)

select * from final order by person_key
