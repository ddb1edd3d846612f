/*
description: >
  Active people eligible for each Core20PLUS5 measure (reference.core20plus5_measure), and whether they met
  it in the 12 months to the as-of date. Continuity of maternity carer, cancer stage at diagnosis, glucose
  monitoring and epilepsy specialist nurses are not covered: the record does not hold them. Smoking status is the
  most recent one, however old.
grain: [person_key, measure]
columns:
  person_key: Pseudonym of the person
  measure: Short name of the measure
  is_met: Whether the person is in the numerator of the measure
checks:
  - unique: [person_key, measure]
  - not_null: [person_key, measure, is_met]
topic: inequality
*/
with people as (
    select
        person_key,
        age
    from core.person
    where is_active
),

statuses as (
    select
        people.person_key,
        people.age,
        registers.register
    from people
    inner join core.register_status as registers
        on people.person_key = registers.person_key
    where registers.on_register
),

processes as (
    select
        person_key,
        case
            when register = 'SMI' and care_process = 'all' then 'smi_checks'
            when register = 'HTN' and care_process = 'blood_pressure_controlled' then 'blood_pressure_controlled'
        end as measure,
        is_done
    from intermediate.care_process_status
    where (register = 'SMI' and care_process = 'all')
        or (register = 'HTN' and care_process = 'blood_pressure_controlled')
),

spells as (
    select
        person_key,
        is_emergency,
        icd10_3,
        substring(procedure, 1, 3) as procedure_3
    from core.spell
    where admission_date > $as_of - interval '12' month
),

vaccinated as (
    select distinct immunizations.person_key
    from reference.vaccine_code as vaccines
    inner join staging.immunization as immunizations
        on cast(vaccines.code as varchar) = coalesce(immunizations.code, immunizations.procedure_code)
        or cast(vaccines.code as varchar) = immunizations.procedure_code
    where vaccines.vaccine = 'influenza'
        and immunizations.occurred > $as_of - interval '12' month
        and immunizations.occurred <= $as_of
),

prescribed as (
    select
        medications.person_key,
        count(*) filter (where cast(medicines.bnf_section as varchar) like '02.12%') as lipid_lowering,
        count(*) filter (where cast(medicines.bnf_section as varchar) like '03.01.01%') as relievers
    from reference.medicine as medicines
    inner join core.medication as medications
        on cast(medicines.code as varchar) = medications.code
    where medications.authored_date > $as_of - interval '12' month
        and coalesce(medications.status, 'active') not in ('cancelled', 'draft')
    group by medications.person_key
),

admitted as (
    select
        person_key,
        max(case when is_emergency and icd10_3 in ('J40', 'J41', 'J42', 'J43', 'J44') then 1 else 0 end) as for_copd,
        max(case when is_emergency and icd10_3 in ('J45', 'J46') then 1 else 0 end) as for_asthma,
        max(case when procedure_3 in ('F09', 'F10') then 1 else 0 end) as for_teeth
    from spells
    group by person_key
),

smoking as (
    select
        person_key,
        value_code,
        row_number() over (
            partition by person_key
            order by measured_date desc, measurement_key desc, measurement_row desc
        ) as recency
    from core.measurement
    where code in ('229819007', '72166-2')
        and value_code is not null
        and measured_date is not null
),

seen as (
    select distinct person_key
    from core.contact
    where setting = 'Mental health'
        and attended
        and started_date > $as_of - interval '12' month
        and started_date <= $as_of
),

final as (
    select person_key, measure, is_done as is_met
    from processes
    union all
    select
        statuses.person_key,
        'copd_flu_vaccination' as measure,
        vaccinated.person_key is not null as is_met
    from statuses
    left join vaccinated
        on statuses.person_key = vaccinated.person_key
    where statuses.register = 'COPD'
    union all
    select
        statuses.person_key,
        'copd_emergency_admission' as measure,
        coalesce(admitted.for_copd = 1, false) as is_met
    from statuses
    left join admitted
        on statuses.person_key = admitted.person_key
    where statuses.register = 'COPD'
    union all
    select
        statuses.person_key,
        'lipid_lowering' as measure,
        max(coalesce(prescribed.lipid_lowering, 0)) > 0 as is_met
    from statuses
    left join prescribed
        on statuses.person_key = prescribed.person_key
    where statuses.register in ('CHD', 'STIA', 'PAD')
    group by statuses.person_key
    union all
    select
        people.person_key,
        'smoking' as measure,
        smoking.value_code in ('77176002', '65568007', '449868002') as is_met
    from people
    inner join smoking
        on people.person_key = smoking.person_key
    where people.age >= 18
        and smoking.recency = 1
    union all
    select
        statuses.person_key,
        'child_asthma_admission' as measure,
        coalesce(admitted.for_asthma = 1, false) as is_met
    from statuses
    left join admitted
        on statuses.person_key = admitted.person_key
    where statuses.register = 'AST'
        and statuses.age < 18
    union all
    select
        statuses.person_key,
        'child_asthma_reliever' as measure,
        coalesce(prescribed.relievers, 0) >= 6 as is_met
    from statuses
    left join prescribed
        on statuses.person_key = prescribed.person_key
    where statuses.register = 'AST'
        and statuses.age < 18
    union all
    select
        people.person_key,
        'child_tooth_extraction' as measure,
        coalesce(admitted.for_teeth = 1, false) as is_met
    from people
    left join admitted
        on people.person_key = admitted.person_key
    where people.age <= 10
    union all
    select
        people.person_key,
        'child_mental_health' as measure,
        seen.person_key is not null as is_met
    from people
    left join seen
        on people.person_key = seen.person_key
    where people.age < 18
)

select * from final order by person_key
