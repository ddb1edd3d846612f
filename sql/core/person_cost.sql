/*
description: >
  Costs of each person by calendar month of the period up to the as-of date, where there are any
  contacts that have or lack one. Hospital spells, emergency department attendances and outpatient
  appointments cost the tariff that the provider sent. A spell's is spread over the months of its
  midnights, and over the days to the as-of date while it goes on; a spell without a midnight falls into the month of admission. Social care
  services cost their weekly cost for each seven days. Other contacts cost the unit cost of
  reference.unit_cost (PSSRU 2024). What has no cost is counted, not guessed: dental care, sight tests,
  hospices, and spells, attendances and appointments without a tariff. Each part is rounded to a millionth of
  a pound, so that sums are exact in any order.
grain: [person_key, month]
columns:
  person_key: Pseudonym of the person
  month: First day of the month
  inpatient_cost: Hospital spells, pounds
  emergency_department_cost: Emergency department attendances, pounds
  outpatient_cost: Outpatient appointments, pounds
  social_care_cost: Social care services, pounds
  other_cost: Contacts by unit cost, pounds
  cost: All of them together, pounds
  contacts_not_costed: Contacts and admissions of the month of which no cost is known
checks:
  - unique: [person_key, month]
  - not_null: [person_key, month, inpatient_cost, emergency_department_cost, outpatient_cost, social_care_cost, other_cost, cost, contacts_not_costed]
  - expect: cost >= 0
    severity: warn
topic: needs
*/
with months as (
    select
        cast(month_start as date) as month,
        greatest(cast(month_start as date), $period_start) as first_day,
        cast(least(cast(month_end as date), $period_end, $as_of) + interval '1' day as date) as next_day
    from reference.month
    where cast(month_start as date) <= least($period_end, $as_of)
        and cast(month_end as date) >= $period_start
),

spells as (
    select
        person_key,
        admission_date,
        case
            when discharge_date is null then cast($as_of + interval '1' day as date)
            -- A stay without a midnight is one day.
            when discharge_date = admission_date then cast(discharge_date + interval '1' day as date)
            else discharge_date
        end as left_date,
        cost
    from core.spell
    where coalesce(discharge_date, $as_of) >= $period_start
),

services as (
    select
        person_key,
        started_date,
        coalesce(cast(cast(ended as date) + interval '1' day as date), cast('9999-12-31' as date)) as next_date,
        weekly_cost
    from staging.social_care_event
    where event_type = 'Service'
        and weekly_cost is not null
        and started_date <= $as_of
),

unit_costs as (
    select
        cast(setting as varchar) as setting,
        cast(cost as decimal(18, 6)) as cost
    from reference.unit_cost
    where unit = 'contact'
),

contacts as (
    select
        person_key,
        setting,
        started_date
    from core.contact
    where attended
        and setting in ('General practice', 'Community', 'Mental health', 'Pharmacy', 'Dental', 'Optometry', 'Hospice')
),

attendances as (
    select person_key, arrived_date, cast(cost as decimal(18, 6)) as cost
    from core.attendance
),

appointments as (
    select person_key, appointment_date, cast(cost as decimal(18, 6)) as cost
    from core.appointment
    where attended
),

costs as (
    select
        spells.person_key,
        months.month,
        'inpatient' as kind,
        cast(
            cast(spells.cost as double)
            * days_between(
                greatest(spells.admission_date, months.first_day), least(spells.left_date, months.next_day)
            )
            / days_between(spells.admission_date, spells.left_date)
            as decimal(18, 6)
        ) as cost,
        case
            when spells.cost is null and spells.admission_date >= months.first_day then 1
            else 0
        end as not_costed
    from months
    inner join spells
        on spells.admission_date < months.next_day
        and spells.left_date > months.first_day
    union all
    select
        attendances.person_key,
        months.month,
        'emergency_department' as kind,
        attendances.cost,
        case when attendances.cost is null then 1 else 0 end as not_costed
    from months
    inner join attendances
        on attendances.arrived_date >= months.first_day
        and attendances.arrived_date < months.next_day
    union all
    select
        appointments.person_key,
        months.month,
        'outpatient' as kind,
        appointments.cost,
        case when appointments.cost is null then 1 else 0 end as not_costed
    from months
    inner join appointments
        on appointments.appointment_date >= months.first_day
        and appointments.appointment_date < months.next_day
    union all
    select
        services.person_key,
        months.month,
        'social_care' as kind,
        cast(
            cast(services.weekly_cost as double)
            * days_between(
                greatest(services.started_date, months.first_day), least(services.next_date, months.next_day)
            )
            / 7.0
            as decimal(18, 6)
        ) as cost,
        0 as not_costed
    from months
    inner join services
        on services.started_date < months.next_day
        and services.next_date > months.first_day
    union all
    select
        contacts.person_key,
        months.month,
        'other' as kind,
        unit_costs.cost,
        case when unit_costs.cost is null then 1 else 0 end as not_costed
    from months
    inner join contacts
        on contacts.started_date >= months.first_day
        and contacts.started_date < months.next_day
    left join unit_costs
        on contacts.setting = unit_costs.setting
),

final as (
    select
        person_key,
        month,
        cast(coalesce(sum(cost) filter (where kind = 'inpatient'), 0) as decimal(18, 6)) as inpatient_cost,
        cast(
            coalesce(sum(cost) filter (where kind = 'emergency_department'), 0) as decimal(18, 6)
        ) as emergency_department_cost,
        cast(coalesce(sum(cost) filter (where kind = 'outpatient'), 0) as decimal(18, 6)) as outpatient_cost,
        cast(coalesce(sum(cost) filter (where kind = 'social_care'), 0) as decimal(18, 6)) as social_care_cost,
        cast(coalesce(sum(cost) filter (where kind = 'other'), 0) as decimal(18, 6)) as other_cost,
        cast(coalesce(sum(cost), 0) as decimal(18, 6)) as cost,
        sum(not_costed) as contacts_not_costed
    from costs
    group by person_key, month
)

select * from final order by person_key
