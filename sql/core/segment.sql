/*
description: >
  The population segment of each person alive, exactly one: the first of reference.segment_rule of
  which a rule is met, at the as-of date and twelve months before. The rules are data: a site
  replaces them without changing this model. Those that come with Populace follow the segments of
  adults of Suffolk and North East Essex, as far as codes can say it; they are used at every age.
  What a rule looks at is said in intermediate.segment_evidence. Twelve months ago, registers are those of today that
  had begun by then. core.segment_month has the segments of every month.
grain: person_key
columns:
  person_key: Pseudonym of the person
  segment_order: Order of the segment, 1 the first that is looked for; 99 where no rule is met
  segment: Name of the segment; None where no rule is met
  previous_segment_order: The same twelve months before; null for who was not registered then
  previous_segment: The same twelve months before; null for who was not registered then
checks:
  - unique: person_key
  - not_null: [person_key, segment_order, segment]
  - expect: (previous_segment is null) = (previous_segment_order is null)
topic: needs
*/
with people as (
    select person_key
    from core.person
    where is_alive
),

registrations as (
    select distinct person_key
    from core.registration
    where started <= $as_of - interval '12' month
        and (ended is null or ended >= $as_of - interval '12' month)
),

evidence as (
    select
        person_key,
        segment_order,
        started,
        ended
    from intermediate.segment_evidence
),

segments as (
    select
        cast(segment_order as int) as segment_order,
        min(cast(segment as varchar)) as segment
    from reference.segment_rule
    group by cast(segment_order as int)
),

first_segments as (
    select
        person_key,
        min(case when started <= $as_of and ended > $as_of then segment_order end) as segment_order,
        min(
            case
                when started <= $as_of - interval '12' month and ended > $as_of - interval '12' month
                    then segment_order
            end
        ) as previous_segment_order
    from evidence
    group by person_key
),

final as (
    select
        people.person_key,
        coalesce(first_segments.segment_order, 99) as segment_order,
        coalesce(segments.segment, 'None') as segment,
        case
            when registrations.person_key is not null then coalesce(first_segments.previous_segment_order, 99)
        end as previous_segment_order,
        case
            when registrations.person_key is not null then coalesce(previous_segments.segment, 'None')
        end as previous_segment
    from people
    left join first_segments
        on people.person_key = first_segments.person_key
    left join segments
        on first_segments.segment_order = segments.segment_order
    left join segments as previous_segments
        on first_segments.previous_segment_order = previous_segments.segment_order
    left join registrations
        on people.person_key = registrations.person_key
)

select * from final order by person_key
