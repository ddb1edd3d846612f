/*
description: >
  Who lives in a care home at the as-of date, so far as the record says: people alive with a long-term placement of
  social care that goes on; or with a code of living in a care home (the list care_home); or who were admitted from, or
  discharged to, a care home in the 12 months before (reference.care_home_stay). The address is not asked: the record keeps
  its small area only. An observation with such a code has no end, so that somebody who left the care home is still
  here; one in the problem list ends when it is resolved. People who pay for their own care and were not in hospital are
  seen by codes alone, so that the number is too low where practices do not use them.
grain: person_key
columns:
  person_key: Pseudonym of the person
  evidence: "Placement, Code or Hospital: the first of these that there is"
  since: Day from which the record says so, the earliest of that evidence; null where not known
checks:
  - unique: person_key
  - not_null: [person_key, evidence]
  - one_of: {evidence: [Placement, Code, Hospital]}
  - references: {person_key: core.person}
topic: needs
*/
with people as (
    select person_key
    from core.person
    where is_alive
),

stays as (
    select
        cast(evidence as varchar) as evidence,
        cast(value as varchar) as value
    from reference.care_home_stay
),

placements as (
    select
        events.person_key,
        events.started_date
    from stays
    inner join staging.social_care_event as events
        on stays.value = events.service_type
    where stays.evidence = 'service_type'
        and events.event_type = 'Service'
        and events.started_date <= $as_of
        and (events.ended is null or events.ended >= $as_of)
),

admissions as (
    select
        spells.person_key,
        spells.admission_date as seen
    from stays
    inner join core.spell as spells
        on stays.value = spells.admission_source
    where stays.evidence = 'admission_source'
    union all
    select
        spells.person_key,
        spells.discharge_date as seen
    from stays
    inner join core.spell as spells
        on stays.value = spells.discharge_destination
    where stays.evidence = 'discharge_destination'
        and spells.discharge_date <= $as_of
),

coded as (
    select
        person_key,
        noted
    from core.diagnosis
    where in_code_list(snomed_code, 'care_home')
    union all
    select
        person_key,
        measured_date as noted
    from core.measurement
    where in_code_list(code, 'care_home')
        or in_code_list(value_code, 'care_home')
),

found as (
    select person_key, 1 as evidence_order, started_date as since
    from placements
    union all
    select person_key, 2 as evidence_order, noted as since
    from coded
    union all
    select person_key, 3 as evidence_order, seen as since
    from admissions
    where seen > $as_of - interval '12' month
),

ranked as (
    select
        person_key,
        evidence_order,
        min(since) as since,
        row_number() over (partition by person_key order by evidence_order) as evidence_number
    from found
    group by person_key, evidence_order
),

final as (
    select
        people.person_key,
        case ranked.evidence_order
            when 1 then 'Placement'
            when 2 then 'Code'
            else 'Hospital'
        end as evidence,
        ranked.since
    from people
    inner join ranked
        on people.person_key = ranked.person_key
    where ranked.evidence_number = 1
)

select * from final order by person_key
