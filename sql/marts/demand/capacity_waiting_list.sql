/*
description: >
  What it takes to hold the waiting list for a first outpatient attendance, and to bring it down, by
  specialty: people who joined the list and who left it in the 52 weeks to the as-of date, the list on that
  day (waiting_list_flow), and the queueing theory of waiting lists (queue_load and the functions beside it), all in
  weeks and people a week. The target is 18 weeks.

  A wait is one of intermediate.waiting_pathway. Time in which nobody waited is not counted as capacity that was there and
  not used; where all left on the day on which they joined, no time is left, and capacity is the removals over 52 weeks.
  A list that nobody joined has no demand, and one that nobody left no capacity and no load. All stands for
  all specialties together, as if any clinic could see anybody.
grain: treatment_function
columns:
  treatment_function: Treatment function code, or All
  treatment_function_name: Its name; the code where it has none
  referrals: Referrals that joined the list in the 52 weeks
  removals: Those that left it, seen or not
  waiting: Those that wait at the end of the as-of date
  demand: Referrals a week
  demand_cv: Coefficient of variation of the times between referrals; 1 where they come at random, null where there are too few
  capacity: Removals a week while somebody waited
  capacity_cv: Coefficient of variation of the times between removals
  load: Demand for each removal; from 1 on the list grows
  is_growing: Whether the load is 1 or more, or nobody leaves the list at all
  mean_wait: Mean weeks since the referral of those who wait
  pressure: Twice the mean wait for each week of the target; above 1 the target is likely to be missed
  target_queue: People who may wait if nearly all are to be seen within the target
  is_too_long: Whether more than twice as many wait
  target_capacity: People a week who hold a list that is no longer than its target
  relief_capacity: People a week who bring the list to its target in 26 weeks, should demand be two standard errors above its mean
checks:
  - unique: treatment_function
  - not_null: [treatment_function, treatment_function_name, referrals, removals, waiting, demand, capacity, is_growing, target_queue, is_too_long]
  - expect: referrals >= 0 and removals >= 0 and waiting >= 0
topic: demand
*/
with pathways as (
    select
        unnest([treatment_function, 'All']) as treatment_function,
        referral_date,
        removed_date
    from intermediate.waiting_pathway
    where removed_date is null
        or removed_date > $as_of - interval '364' day
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
        waiting_list_flow(
            referral_date, removed_date, cast($as_of - interval '363' day as date), $as_of
        ) as flow
    from pathways
    group by treatment_function
),

-- Without anybody who comes, or goes, the whole year is one interval and stands for no flow.
flows as (
    select
        treatment_function,
        flow['referrals'] as referrals,
        flow['removals'] as removals,
        flow['waiting'] as waiting,
        flow['mean_wait'] as mean_wait,
        case when flow['referrals'] > 0 then flow['demand'] else 0.0 end as demand,
        case when flow['referrals'] > 0 then flow['demand_cv'] end as demand_cv,
        case
            when flow['removals'] > 0 then coalesce(flow['capacity'], flow['removals'] / 52.0)
            else 0.0
        end as capacity,
        case when flow['removals'] > 0 then flow['capacity_cv'] end as capacity_cv
    from lists
),

targets as (
    select
        *,
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
        targets.removals,
        targets.waiting,
        targets.demand,
        targets.demand_cv,
        targets.capacity,
        targets.capacity_cv,
        targets.load,
        coalesce(targets.load >= 1, targets.referrals > 0) as is_growing,
        targets.mean_wait,
        waiting_pressure(targets.mean_wait, 18) as pressure,
        targets.target_queue,
        targets.waiting > 2 * targets.target_queue as is_too_long,
        target_capacity(
            targets.demand, 18, 4, coalesce(targets.demand_cv, 1), coalesce(targets.capacity_cv, 1)
        ) as target_capacity,
        -- Times between referrals vary by their cv: the yearly count has cv² times a Poisson count's variance.
        relief_capacity(
            targets.demand,
            targets.waiting,
            targets.target_queue,
            26,
            coalesce(targets.demand_cv, 1) * sqrt(targets.demand / 52)
        ) as relief_capacity
    from targets
    left join names
        on targets.treatment_function = names.treatment_function
)

select * from final
