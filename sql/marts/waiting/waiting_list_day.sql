/*
description: >
  How many referrals wait for a first hospital outpatient attendance at the end of each day of the period up to the
  as-of date, by treatment function (queue_by_day over intermediate.waiting_pathway). On Sundays they are those of
  marts.waiting_list for the whole area. A treatment function has a row for every day, zero included, when a
  referral of it was on the list within the period. Who is referred and removed on one day waits at the end of none.
grain: [treatment_function, day]
columns:
  treatment_function: Code of the treatment function, Not known, or All
  treatment_function_name: Its name; the code where it has none
  day: Calendar day
  waiting: Referrals that wait at the end of it
  change: Those more or fewer than at the end of the day before; null on the first day
checks:
  - unique: [treatment_function, day]
  - not_null: [treatment_function, treatment_function_name, day, waiting]
  - expect: waiting >= 0
topic: waiting
*/
with pathways as (
    select
        unnest([treatment_function, 'All']) as treatment_function,
        referral_date,
        removed_date
    from intermediate.waiting_pathway
    where referral_date <= least($period_end, $as_of)
        and (removed_date is null or removed_date >= $period_start)
),

names as (
    select
        cast(treatment_function as varchar) as treatment_function,
        treatment_function_name
    from reference.treatment_function
),

queues as (
    select
        treatment_function,
        unnest(
            queue_by_day(referral_date, removed_date, $period_start, least($period_end, $as_of))
        ) as queue
    from pathways
    group by treatment_function
),

days as (
    select
        treatment_function,
        queue['day'] as day,
        queue['waiting'] as waiting
    from queues
),

final as (
    select
        days.treatment_function,
        case
            when days.treatment_function = 'All' then 'All specialties'
            else coalesce(names.treatment_function_name, days.treatment_function)
        end as treatment_function_name,
        days.day,
        days.waiting,
        days.waiting - lag(days.waiting) over (
            partition by days.treatment_function
            order by days.day
        ) as change
    from days
    left join names
        on days.treatment_function = names.treatment_function
)

select * from final
