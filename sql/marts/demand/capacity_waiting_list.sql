/*
description: >
  What it takes to hold the waiting list for a first outpatient attendance, and to bring it down, by
  specialty: people who joined and who were seen in the 52 weeks to the as-of date, the list on that
  day, and the queueing theory of waiting lists (queue_load and the functions beside it), all in
  weeks and people a week. The target is 18 weeks.

  Weeks are counted back from the as-of date, and one in which nobody came counts. A list that nobody was seen from has no load.
  A wait is one of intermediate.referral_pathway. One that ended without an attendance leaves the list and is not counted as
  seen, so that the load says what attendances alone would have to do. All stands for
  all specialties together, as if any clinic could see anybody.
grain: treatment_function
columns:
  treatment_function: Treatment function code, or All
  treatment_function_name: Its name; the code where it has none
  referrals: People who joined the list in the 52 weeks, once for each referral
  seen: First attendances in the 52 weeks
  waiting: Waits that are not over at the as-of date
  demand: Referrals a week
  demand_sd: Standard deviation of the number of referrals a week
  capacity: First attendances a week
  load: Demand for each first attendance; from 1 on the list grows
  is_growing: Whether the load is 1 or more, or nobody is seen at all
  mean_wait: Mean weeks since the referral of those who wait
  pressure: Twice the mean wait for each week of the target; above 1 the target is likely to be missed
  target_queue: People who may wait if nearly all are to be seen within the target
  is_too_long: Whether more than twice as many wait
  target_capacity: People a week who hold a list that is no longer than its target
  relief_capacity: People a week who bring the list to its target in 26 weeks, should demand be two standard errors above its mean
checks:
  - unique: treatment_function
  - not_null: [treatment_function, treatment_function_name, referrals, seen, waiting, demand, capacity, is_growing, target_queue, is_too_long]
  - expect: referrals >= 0 and seen >= 0 and waiting >= 0
topic: demand
*/
with pathways as (
    select
        unnest([treatment_function, 'All']) as treatment_function,
        referral_date,
        seen_date,
        ended_date is null as is_waiting
    from intermediate.referral_pathway
),

names as (
    select
        cast(treatment_function as varchar) as treatment_function,
        treatment_function_name
    from reference.treatment_function
),

lists as (
    select
        treatment_function,
        count(*) filter (where referral_date > $as_of - interval '364' day) as referrals,
        count(*) filter (where seen_date > $as_of - interval '364' day) as seen,
        count(*) filter (where is_waiting) as waiting,
        avg(case when is_waiting then days_between(referral_date, $as_of) end) / 7.0 as mean_wait
    from pathways
    group by treatment_function
),

-- The last seven days are week 0.
weeks as (
    select
        treatment_function,
        cast(floor(days_between(referral_date, $as_of) / 7) as int) as week,
        count(*) as referrals
    from pathways
    where referral_date > $as_of - interval '364' day
    group by treatment_function, cast(floor(days_between(referral_date, $as_of) / 7) as int)
),

squares as (
    select
        treatment_function,
        sum(referrals * referrals) as squared
    from weeks
    group by treatment_function
),

flows as (
    select
        lists.treatment_function,
        lists.referrals,
        lists.seen,
        lists.waiting,
        lists.mean_wait,
        lists.referrals / 52.0 as demand,
        lists.seen / 52.0 as capacity,
        sqrt(
            (coalesce(squares.squared, 0) - lists.referrals * lists.referrals / 52.0) / 51.0
        ) as demand_sd
    from lists
    left join squares
        on lists.treatment_function = squares.treatment_function
    where lists.referrals > 0
        or lists.seen > 0
        or lists.waiting > 0
),

targets as (
    select
        treatment_function,
        referrals,
        seen,
        waiting,
        mean_wait,
        demand,
        capacity,
        demand_sd,
        queue_load(demand, nullif(capacity, 0)) as load,
        target_queue_size(demand, 18) as target_queue
    from flows
),

final as (
    select
        targets.treatment_function,
        case
            when targets.treatment_function = 'All' then 'All specialties'
            else coalesce(names.treatment_function_name, targets.treatment_function)
        end as treatment_function_name,
        targets.referrals,
        targets.seen,
        targets.waiting,
        targets.demand,
        targets.demand_sd,
        targets.capacity,
        targets.load,
        coalesce(targets.load >= 1, targets.referrals > 0) as is_growing,
        targets.mean_wait,
        waiting_pressure(targets.mean_wait, 18) as pressure,
        targets.target_queue,
        targets.waiting > 2 * targets.target_queue as is_too_long,
        target_capacity(targets.demand, 18) as target_capacity,
        relief_capacity(
            targets.demand, targets.waiting, targets.target_queue, 26, targets.demand_sd / sqrt(52)
        ) as relief_capacity
    from targets
    left join names
        on targets.treatment_function = names.treatment_function
)

select * from final
