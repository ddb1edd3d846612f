/*
description: >
  Referrals of active people that wait for a first hospital outpatient attendance at the as-of date, how long they
  have waited, and the area, age, sex, ethnic group and deprivation of the person. Whose wait counts, and until when, is
  said in intermediate.referral_pathway: these are not the national waiting times. Reports count these rows.
  One row for each referral.
grain: [person_key, source_table, pathway_key]
columns:
  person_key: Pseudonym of the person
  source_table: op_attendance or service_request
  pathway_key: Record key of the pathway, as in intermediate.referral_pathway
  treatment_function: Code of the treatment function, or Not known
  function_group: "Surgery, Medicine, Women and children, Mental health, Therapies, Other, or Not known: by the first digits of the code"
  days_waited: Days from the referral to the as-of date
  wait_band: "Up to 18 weeks, 18 to 52 weeks, or over 52 weeks: 126 and 364 days"
  area_name: Place of residence, or primary care network, by geography_basis; or Not known
  age_band: Five-year band, 0-4 to 90+, or Not known
  sex: "female, male, other or unknown"
  ethnic_group: One of five groups, or Not known
  imd_quintile: Deprivation quintile label of the LSOA, or Not known
checks:
  - unique: [person_key, source_table, pathway_key]
  - not_null: [person_key, source_table, pathway_key, treatment_function, function_group, days_waited, wait_band, area_name, age_band, sex, ethnic_group, imd_quintile]
  - expect: days_waited >= 0
topic: waiting
*/
with pathways as (
    select
        person_key,
        source_table,
        pathway_key,
        treatment_function,
        days_between(referral_date, $as_of) as days_waited
    from intermediate.referral_pathway
    where referral_date <= $as_of
        and (ended_date is null or ended_date > $as_of)
),

people as (
    select
        person_key,
        area_name,
        age_band,
        sex,
        ethnic_group,
        imd_quintile
    from core.person
    where is_active
),

final as (
    select
        pathways.person_key,
        pathways.source_table,
        pathways.pathway_key,
        pathways.treatment_function,
        case
            when pathways.treatment_function = 'Not known' then 'Not known'
            when substring(pathways.treatment_function, 1, 1) = '1' then 'Surgery'
            when substring(pathways.treatment_function, 1, 2) in ('42', '50', '56')
                or substring(pathways.treatment_function, 1, 1) = '2' then 'Women and children'
            when substring(pathways.treatment_function, 1, 1) in ('3', '4') then 'Medicine'
            when substring(pathways.treatment_function, 1, 2) = '65' then 'Therapies'
            when substring(pathways.treatment_function, 1, 1) = '7' then 'Mental health'
            else 'Other'
        end as function_group,
        pathways.days_waited,
        case
            when pathways.days_waited <= 126 then 'Up to 18 weeks'
            when pathways.days_waited <= 364 then '18 to 52 weeks'
            else 'Over 52 weeks'
        end as wait_band,
        people.area_name,
        people.age_band,
        people.sex,
        people.ethnic_group,
        people.imd_quintile
    from people
    inner join pathways
        on people.person_key = pathways.person_key
)

select * from final order by person_key
