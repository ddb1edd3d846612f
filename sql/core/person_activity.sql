/*
description: >
  Hospital care of each person by point of delivery and calendar month of the period up to the as-of date: spells by
  the day of admission, attendances at emergency departments by that of arrival, and outpatient appointments that
  were attended. A stay across the end of a month is in both, each with its own days: a midnight belongs
  to the month of its evening, so that midnights add up to those of the stay, and the days that count the day of
  discharge too add up to one more. The tariff of a spell is spread as in core.person_cost. A stay that is
  not over counts up to the as-of date.
grain: [person_key, point_of_delivery, month]
columns:
  person_key: Pseudonym of the person
  point_of_delivery: As in core.spell, or Emergency department or Outpatient
  month: First day of the calendar month
  financial_year: Financial year of the month
  encounters: Spells that began in the month, attendances or appointments
  midnights: Midnights of the month that spells were in hospital for
  bed_days_plus1: Days of the month that spells were in hospital on, the day of discharge included
  cost: Tariff, pounds; what has none adds nothing
  not_costed: Encounters without a tariff
checks:
  - unique: [person_key, point_of_delivery, month]
  - not_null: [person_key, point_of_delivery, month, encounters, midnights, bed_days_plus1, cost, not_costed]
  - expect: bed_days_plus1 >= midnights
  - expect: not_costed <= encounters
*/
with months as (
    select
        cast(month_start as date) as month,
        financial_year,
        greatest(cast(month_start as date), $period_start) as first_day,
        least(cast(month_end as date), $period_end, $as_of) as last_day
    from reference.month
    where cast(month_start as date) <= least($period_end, $as_of)
        and cast(month_end as date) >= $period_start
),

spells as (
    select
        person_key,
        point_of_delivery,
        admission_date,
        least(coalesce(discharge_date, $as_of), $as_of) as last_date,
        -- Whoever is still in is in for the last night too, as in core.person_cost.
        case
            when discharge_date > admission_date then discharge_date
            when discharge_date = admission_date then cast(discharge_date + interval '1' day as date)
            else cast($as_of + interval '1' day as date)
        end as left_date,
        cost
    from core.spell
    where coalesce(discharge_date, $as_of) >= $period_start
),

attendances as (
    select
        person_key,
        arrived_date,
        cost
    from core.attendance
),

appointments as (
    select
        person_key,
        appointment_date,
        cost
    from core.appointment
    where attended
),

activity as (
    select
        spells.person_key,
        spells.point_of_delivery,
        months.month,
        months.financial_year,
        case when spells.admission_date >= months.first_day then 1 else 0 end as encounters,
        overlap_days(
            spells.admission_date,
            spells.last_date,
            months.first_day,
            cast(months.last_day + interval '1' day as date)
        ) as midnights,
        overlap_days(
            spells.admission_date,
            cast(spells.last_date + interval '1' day as date),
            months.first_day,
            cast(months.last_day + interval '1' day as date)
        ) as bed_days_plus1,
        cast(
            cast(spells.cost as double)
            * overlap_days(
                spells.admission_date,
                spells.left_date,
                months.first_day,
                cast(months.last_day + interval '1' day as date)
            )
            / days_between(spells.admission_date, spells.left_date)
            as decimal(18, 6)
        ) as cost,
        case when spells.cost is null and spells.admission_date >= months.first_day then 1 else 0 end as not_costed
    from months
    inner join spells
        on spells.admission_date <= months.last_day
        and spells.last_date >= months.first_day
    union all
    select
        attendances.person_key,
        'Emergency department' as point_of_delivery,
        months.month,
        months.financial_year,
        1 as encounters,
        0 as midnights,
        0 as bed_days_plus1,
        cast(attendances.cost as decimal(18, 6)) as cost,
        case when attendances.cost is null then 1 else 0 end as not_costed
    from months
    inner join attendances
        on attendances.arrived_date between months.first_day and months.last_day
    union all
    select
        appointments.person_key,
        'Outpatient' as point_of_delivery,
        months.month,
        months.financial_year,
        1 as encounters,
        0 as midnights,
        0 as bed_days_plus1,
        cast(appointments.cost as decimal(18, 6)) as cost,
        case when appointments.cost is null then 1 else 0 end as not_costed
    from months
    inner join appointments
        on appointments.appointment_date between months.first_day and months.last_day
),

final as (
    select
        person_key,
        point_of_delivery,
        month,
        financial_year,
        cast(sum(encounters) as int) as encounters,
        cast(sum(midnights) as int) as midnights,
        cast(sum(bed_days_plus1) as int) as bed_days_plus1,
        cast(coalesce(sum(cost), 0) as decimal(18, 6)) as cost,
        cast(sum(not_costed) as int) as not_costed
    from activity
    group by person_key, point_of_delivery, month, financial_year
)

select * from final order by person_key
