/*
description: >
  The population segment and the number of long-term conditions of each person in each calendar month of core.person_month:
  how need moves from month to month, and the need behind the use of a month. Both are those of the last day of the
  month that the period and the as-of date cover. The segment is the first of reference.segment_rule of which a rule is
  met on that day (intermediate.segment_evidence). Conditions are long-term registers that the person is on at the as-of date
  and that had been first noted by that day; one without a day counts in every month, so that nobody loses a condition.

  It is a table of its own beside core.person_month, so that rates that ask for neither do not wait for registers.
grain: [person_key, month]
columns:
  person_key: Pseudonym of the person
  month: First day of the calendar month
  segment_order: Order of the segment, 1 the first that is looked for; 99 where no rule is met
  segment: Name of the segment; None where no rule is met
  conditions: Long-term conditions, 0 or more
  condition_band: "0, 1, 2, 3 or 4+"
checks:
  - unique: [person_key, month]
  - not_null: [person_key, month, segment_order, segment, conditions, condition_band]
  - expect: conditions >= 0
  - one_of: {condition_band: ["0", "1", "2", "3", 4+]}
topic: needs
*/
with person_months as (
    select
        person_key,
        month
    from core.person_month
),

months as (
    select
        cast(month_start as date) as month,
        cast(month_end as date) as month_end
    from reference.month
),

evidence as (
    select
        person_key,
        segment_order,
        started,
        -- Beyond the last day that counts, a day more or less makes no difference.
        case when ended > least($period_end, $as_of) then cast('9999-12-31' as date) else ended end as ended
    from intermediate.segment_evidence
    where started <= least($period_end, $as_of)
),

segments as (
    select
        cast(segment_order as int) as segment_order,
        min(cast(segment as varchar)) as segment
    from reference.segment_rule
    group by cast(segment_order as int)
),

long_term_registers as (
    select cast(register as varchar) as register
    from reference.register
    where long_term = 'yes'
),

conditions as (
    select
        statuses.person_key,
        coalesce(statuses.first_noted, cast('1900-01-01' as date)) as first_noted
    from long_term_registers
    inner join core.register_status as statuses
        on long_term_registers.register = statuses.register
    where statuses.on_register
        and coalesce(statuses.first_noted, cast('1900-01-01' as date)) <= least($period_end, $as_of)
),

month_ends as (
    select
        person_months.person_key,
        person_months.month,
        months.month_end
    from months
    inner join person_months
        on months.month = person_months.month
),

month_segments as (
    select
        month_ends.person_key,
        month_ends.month,
        min(evidence.segment_order) as segment_order
    from month_ends
    inner join evidence
        on month_ends.person_key = evidence.person_key
    where evidence.started <= month_ends.month_end
        and evidence.ended > month_ends.month_end
    group by month_ends.person_key, month_ends.month
),

month_conditions as (
    select
        month_ends.person_key,
        month_ends.month,
        count(*) as conditions
    from month_ends
    inner join conditions
        on month_ends.person_key = conditions.person_key
    where conditions.first_noted <= month_ends.month_end
    group by month_ends.person_key, month_ends.month
),

final as (
    select
        month_ends.person_key,
        month_ends.month,
        coalesce(month_segments.segment_order, 99) as segment_order,
        coalesce(segments.segment, 'None') as segment,
        cast(coalesce(month_conditions.conditions, 0) as int) as conditions,
        case
            when coalesce(month_conditions.conditions, 0) >= 4 then '4+'
            else cast(coalesce(month_conditions.conditions, 0) as varchar)
        end as condition_band
    from month_ends
    left join month_segments
        on month_ends.person_key = month_segments.person_key
        and month_ends.month = month_segments.month
    left join segments
        on month_segments.segment_order = segments.segment_order
    left join month_conditions
        on month_ends.person_key = month_conditions.person_key
        and month_ends.month = month_conditions.month
)

select * from final order by person_key
