/*
description: >
  Referrals that wait for a first hospital outpatient attendance, by area or provider, treatment function and
  week, counted at the end of each Sunday of the period up to the as-of date. Whose wait counts, and until when,
  is said in intermediate.referral_pathway and intermediate.waiting_pathway: being seen for the first time stands for
  treatment, as the record holds no referral-to-treatment clock, so that these are not the national waiting times.

  A wait is over 18 weeks when more than 126 days have passed since the referral; 52, 65 and 78 weeks are 364, 455 and
  546 days. People who died by the Sunday wait no more: the whole month of death counts. The areas are
  those of the as-of date. An area and treatment function with a referral that waited within the period has a
  row for every Sunday, zero included.
grain: [area_type, area_code, treatment_function, week_ending]
columns:
  area_type: All, Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN, Practice or Provider
  area_type_order: Order of the types, providers last
  area_code: Code of the area or provider, or Not known
  area_name: Name of it
  treatment_function: Code of the treatment function, Not known, or All
  treatment_function_name: Its name; the code where it has none
  week_ending: The Sunday
  month: First day of its calendar month
  waiting: Referrals that wait
  people: Different people who wait
  over_18_weeks: Those that have waited more than 126 days
  over_52_weeks: Those that have waited more than 364 days
  over_65_weeks: Those that have waited more than 455 days
  over_78_weeks: Those that have waited more than 546 days
  percent_within_18_weeks: Those of up to 126 days as a percentage of those that wait; null where nobody waits
  lower: Lower 95% limit of the percentage (Wilson)
  upper: Upper 95% limit of the percentage
  mean_wait_weeks: Mean wait so far in weeks; null where nobody waits
checks:
  - unique: [area_type, area_code, treatment_function, week_ending]
  - not_null: [area_type, area_code, area_name, treatment_function, treatment_function_name, week_ending, month, waiting, people, over_18_weeks, over_52_weeks, over_65_weeks, over_78_weeks]
  - expect: over_78_weeks <= over_65_weeks and over_65_weeks <= over_52_weeks and over_52_weeks <= over_18_weeks and over_18_weeks <= waiting
  - expect: people <= waiting
  - expect: waiting > 0 or percent_within_18_weeks is null
  - expect: percent_within_18_weeks between lower - 0.000001 and upper + 0.000001
topic: waiting
*/
with pathways as (
    select
        person_key,
        pathway_key,
        source_table,
        provider_code,
        treatment_function,
        referral_date,
        removed_date
    from intermediate.waiting_pathway
),

people as (
    select
        person_key,
        region_code,
        sub_icb_code,
        icb_code,
        place_code,
        neighbourhood_code,
        ltla_code,
        pcn_code,
        practice_code
    from core.person
),

person_areas as (
    select
        person_key,
        area_type,
        area_code
    from intermediate.person_area
),

area_names as (
    select
        area_type,
        area_code,
        area_name
    from intermediate.area_name
),

area_types as (
    select
        area_type,
        cast(area_type_order as int) as area_type_order
    from reference.area_type
),

months as (
    select
        month,
        first_day,
        last_day
    from intermediate.period_month
),

functions as (
    select
        cast(treatment_function as varchar) as treatment_function,
        treatment_function_name
    from reference.treatment_function
),

offsets as (
    select 6 as days
    union all
    select 13 as days
    union all
    select 20 as days
    union all
    select 27 as days
    union all
    select 34 as days
    union all
    select 41 as days
),

-- Weeks begin on Monday: the Sunday of the week that the month begins in, and those after it.
candidates as (
    select
        months.month,
        months.first_day,
        months.last_day,
        cast(date_trunc('week', months.month) as date) + offsets.days as week_ending
    from months
    cross join offsets
),

weeks as (
    select
        month,
        week_ending
    from candidates
    where week_ending between first_day and last_day
),

waits as (
    select
        pathways.person_key,
        pathways.pathway_key,
        pathways.source_table,
        pathways.provider_code,
        pathways.treatment_function,
        weeks.week_ending,
        days_between(pathways.referral_date, weeks.week_ending) as days
    from weeks
    inner join pathways
        on pathways.referral_date <= weeks.week_ending
    where pathways.removed_date is null
        or pathways.removed_date > weeks.week_ending
),

-- Each treatment function, and all of them: a person who waits for two of them is one person.
labels as (
    select false as is_total
    union all
    select true as is_total
),

person_waits as (
    select
        waits.person_key,
        case when labels.is_total then 'All' else waits.treatment_function end as treatment_function,
        waits.week_ending,
        count(*) as waiting,
        count(*) filter (where waits.days > 126) as over_18_weeks,
        count(*) filter (where waits.days > 364) as over_52_weeks,
        count(*) filter (where waits.days > 455) as over_65_weeks,
        count(*) filter (where waits.days > 546) as over_78_weeks,
        sum(waits.days) as days
    -- The two labels come first: a cross join goes through its second table in batches.
    from labels
    cross join waits
    group by
        waits.person_key,
        case when labels.is_total then 'All' else waits.treatment_function end,
        waits.week_ending
),

provider_waits as (
    select
        waits.person_key,
        coalesce(waits.provider_code, 'Not known') as provider_code,
        case when labels.is_total then 'All' else waits.treatment_function end as treatment_function,
        waits.week_ending,
        count(*) as waiting,
        count(*) filter (where waits.days > 126) as over_18_weeks,
        count(*) filter (where waits.days > 364) as over_52_weeks,
        count(*) filter (where waits.days > 455) as over_65_weeks,
        count(*) filter (where waits.days > 546) as over_78_weeks,
        sum(waits.days) as days
    from labels
    cross join waits
    group by
        waits.person_key,
        coalesce(waits.provider_code, 'Not known'),
        case when labels.is_total then 'All' else waits.treatment_function end,
        waits.week_ending
),

-- People by all the areas that they have, before these are told apart: few combinations, many people.
-- Those whom the record holds no Patient for have none, and are in the area of all people only.
combinations as (
    select
        people.person_key is not null as is_known,
        people.region_code,
        people.sub_icb_code,
        people.icb_code,
        people.place_code,
        people.neighbourhood_code,
        people.ltla_code,
        people.pcn_code,
        people.practice_code,
        person_waits.treatment_function,
        person_waits.week_ending,
        count(*) as people,
        sum(person_waits.waiting) as waiting,
        sum(person_waits.over_18_weeks) as over_18_weeks,
        sum(person_waits.over_52_weeks) as over_52_weeks,
        sum(person_waits.over_65_weeks) as over_65_weeks,
        sum(person_waits.over_78_weeks) as over_78_weeks,
        sum(person_waits.days) as days
    from people
    right join person_waits
        on people.person_key = person_waits.person_key
    group by
        people.person_key is not null,
        people.region_code,
        people.sub_icb_code,
        people.icb_code,
        people.place_code,
        people.neighbourhood_code,
        people.ltla_code,
        people.pcn_code,
        people.practice_code,
        person_waits.treatment_function,
        person_waits.week_ending
),

area_waits as (
    select
        area_types.area_type,
        case area_types.area_type
            when 'All' then 'All'
            when 'Region' then coalesce(combinations.region_code, 'Not known')
            when 'ICB' then coalesce(combinations.icb_code, 'Not known')
            when 'Sub-ICB location' then coalesce(combinations.sub_icb_code, 'Not known')
            when 'Place' then coalesce(combinations.place_code, 'Not known')
            when 'Local authority' then coalesce(combinations.ltla_code, 'Not known')
            when 'Neighbourhood' then coalesce(combinations.neighbourhood_code, 'Not known')
            when 'PCN' then coalesce(combinations.pcn_code, 'Not known')
            when 'Practice' then coalesce(combinations.practice_code, 'Not known')
            else 'Not known'
        end as area_code,
        combinations.treatment_function,
        combinations.week_ending,
        combinations.people,
        combinations.waiting,
        combinations.over_18_weeks,
        combinations.over_52_weeks,
        combinations.over_65_weeks,
        combinations.over_78_weeks,
        combinations.days
    from area_types
    cross join combinations
    where area_types.area_type = 'All'
        or combinations.is_known
    union all
    select
        'Provider' as area_type,
        provider_code as area_code,
        treatment_function,
        week_ending,
        count(*) as people,
        sum(waiting) as waiting,
        sum(over_18_weeks) as over_18_weeks,
        sum(over_52_weeks) as over_52_weeks,
        sum(over_65_weeks) as over_65_weeks,
        sum(over_78_weeks) as over_78_weeks,
        sum(days) as days
    from provider_waits
    group by provider_code, treatment_function, week_ending
),

counts as (
    select
        area_type,
        area_code,
        treatment_function,
        week_ending,
        cast(sum(waiting) as bigint) as waiting,
        cast(sum(people) as bigint) as people,
        cast(sum(over_18_weeks) as bigint) as over_18_weeks,
        cast(sum(over_52_weeks) as bigint) as over_52_weeks,
        cast(sum(over_65_weeks) as bigint) as over_65_weeks,
        cast(sum(over_78_weeks) as bigint) as over_78_weeks,
        cast(sum(days) as bigint) as days,
        proportion(sum(waiting) - sum(over_18_weeks), sum(waiting), 100.0) as share
    from area_waits
    group by area_type, area_code, treatment_function, week_ending
),

-- Fields are taken out before the frame is joined: weeks in which nobody waits have none.
measured as (
    select
        area_type,
        area_code,
        treatment_function,
        week_ending,
        waiting,
        people,
        over_18_weeks,
        over_52_weeks,
        over_65_weeks,
        over_78_weeks,
        share['value'] as percent_within_18_weeks,
        share['lower'] as lower,
        share['upper'] as upper,
        cast(days as double) / waiting / 7 as mean_wait_weeks
    from counts
),

week_range as (
    select
        min(week_ending) as first_week,
        max(week_ending) as last_week
    from weeks
),

-- From the referrals, not from the weeks: a list of weeks would be counted twice.
listed as (
    select
        pathways.person_key,
        coalesce(pathways.provider_code, 'Not known') as provider_code,
        pathways.treatment_function
    from week_range
    inner join pathways
        on pathways.referral_date <= week_range.last_week
    where pathways.removed_date is null
        or pathways.removed_date > week_range.first_week
),

area_functions as (
    select
        'All' as area_type,
        'All' as area_code,
        treatment_function
    from listed
    union
    select
        'Provider' as area_type,
        provider_code as area_code,
        treatment_function
    from listed
    union
    select
        person_areas.area_type,
        person_areas.area_code,
        listed.treatment_function
    from listed
    inner join person_areas
        on listed.person_key = person_areas.person_key
    where person_areas.area_type <> 'All'
),

series as (
    select distinct
        area_functions.area_type,
        area_functions.area_code,
        case when labels.is_total then 'All' else area_functions.treatment_function end as treatment_function
    from labels
    cross join area_functions
),

final as (
    select
        series.area_type,
        coalesce(area_types.area_type_order, 99) as area_type_order,
        series.area_code,
        coalesce(area_names.area_name, series.area_code) as area_name,
        series.treatment_function,
        coalesce(functions.treatment_function_name, series.treatment_function) as treatment_function_name,
        weeks.week_ending,
        weeks.month,
        coalesce(measured.waiting, 0) as waiting,
        coalesce(measured.people, 0) as people,
        coalesce(measured.over_18_weeks, 0) as over_18_weeks,
        coalesce(measured.over_52_weeks, 0) as over_52_weeks,
        coalesce(measured.over_65_weeks, 0) as over_65_weeks,
        coalesce(measured.over_78_weeks, 0) as over_78_weeks,
        measured.percent_within_18_weeks,
        measured.lower,
        measured.upper,
        measured.mean_wait_weeks
    from series
    cross join weeks
    left join area_names
        on series.area_type = area_names.area_type
        and series.area_code = area_names.area_code
    left join area_types
        on series.area_type = area_types.area_type
    left join functions
        on series.treatment_function = functions.treatment_function
    left join measured
        on series.area_type = measured.area_type
        and series.area_code = measured.area_code
        and series.treatment_function = measured.treatment_function
        and weeks.week_ending = measured.week_ending
)

select * from final
