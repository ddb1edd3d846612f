/*
description: >
  How many hospital events fewer (or more) there would be if every deprivation quintile had the rates of
  the least deprived one, by place of residence and financial year. The rates are those of the
  whole area's least deprived quintile by sex and age group (children, working age, 65 and over), so that ages explain no difference
  beyond these groups. Events count in months in which the person was registered, and people
  are person-years of registration.

  Limits are 95 % limits of the difference of two counts: they allow for chance in the events and in
  the rates that they are compared with, and take events as independent of one another. Where
  the least deprived quintile has nobody of a group that has people, expected and excess are null. A
  scenario says what the difference amounts to, and not what would end it.
grain: [measure, area_name, financial_year, imd_quintile]
columns:
  measure: "Emergency admissions, Planned admissions or Emergency department attendances"
  area_name: Place of residence, Not known, or All
  financial_year: "Such as 2025/26, or 2025/26 (part: 91 of 365 days)"
  imd_quintile: Deprivation quintile label
  people: Average number of registered people, in whole people (see average_people)
  events: Events
  expected: Events at the rates of the least deprived quintile
  excess: Events beyond that; below 0 for fewer
  lower: Lower 95 % limit of excess
  upper: Upper 95 % limit of excess
  excess_share: Excess as a share of events; null without events
checks:
  - unique: [measure, area_name, financial_year, imd_quintile]
  - not_null: [measure, area_name, financial_year, imd_quintile, people, events]
  - expect: excess between lower and upper
  - expect: events >= 0 and people >= 0
topic: inequality
*/
with person_months as (
    select
        person_key,
        month,
        sex,
        age,
        place_name,
        imd_quintile,
        registered_days
    from core.person_month
    where imd_quintile <> 'Not known'
),

months as (
    select
        cast(month_start as date) as month,
        cast(financial_year_start as date) as year_start
    from reference.month
),

years as (
    select
        financial_year,
        first_day,
        last_day,
        days_covered
    from marts.reporting_year
),

age_groups as (
    select
        cast(age_group as varchar) as age_group,
        cast(lower_age as int) as lower_age,
        cast(upper_age as int) as upper_age
    from reference.age_group
),

year_months as (
    select
        months.month,
        years.financial_year,
        years.days_covered
    from years
    inner join months
        on years.first_day = months.year_start
),

measured as (
    select
        person_key,
        case when is_emergency then 'Emergency admissions' else 'Planned admissions' end as measure,
        admission_date as event_date
    from core.spell
    where (is_emergency or is_elective)
        and admission_date >= $period_start
        and admission_date <= $period_end
    union all
    select
        person_key,
        'Emergency department attendances' as measure,
        arrived_date as event_date
    from core.attendance
    where arrived_date >= $period_start
        and arrived_date <= $period_end
),

measures as (
    select unnest(
        ['Emergency admissions', 'Planned admissions', 'Emergency department attendances']
    ) as measure
),

grouped_months as (
    select
        person_months.person_key,
        person_months.month,
        year_months.financial_year,
        year_months.days_covered,
        person_months.place_name,
        person_months.imd_quintile,
        person_months.sex,
        coalesce(age_groups.age_group, 'Not known') as age_group,
        person_months.registered_days
    from year_months
    inner join person_months
        on year_months.month = person_months.month
    left join age_groups
        on person_months.age between age_groups.lower_age and age_groups.upper_age
),

person_groups as (
    select
        person_key,
        financial_year,
        place_name,
        imd_quintile,
        sex,
        age_group,
        sum(registered_days) as registered_days,
        max(days_covered) as days_covered
    from grouped_months
    group by person_key, financial_year, place_name, imd_quintile, sex, age_group
),

person_years as (
    select
        person_key,
        financial_year,
        place_name,
        imd_quintile,
        sum(registered_days) as registered_days,
        max(days_covered) as days_covered
    from person_groups
    group by person_key, financial_year, place_name, imd_quintile
),

people as (
    select
        financial_year,
        place_name as area_name,
        imd_quintile,
        average_people(registered_days, days_covered) as people
    from person_years
    group by financial_year, place_name, imd_quintile
    union all
    select
        financial_year,
        'All' as area_name,
        imd_quintile,
        average_people(registered_days, days_covered) as people
    from person_years
    group by financial_year, imd_quintile
),

group_days as (
    select
        financial_year,
        place_name,
        imd_quintile,
        sex,
        age_group,
        sum(registered_days) as registered_days
    from person_groups
    group by financial_year, place_name, imd_quintile, sex, age_group
),

group_events as (
    select
        measured.measure,
        grouped_months.financial_year,
        grouped_months.place_name,
        grouped_months.imd_quintile,
        grouped_months.sex,
        grouped_months.age_group,
        count(*) as events
    from measured
    inner join grouped_months
        on measured.person_key = grouped_months.person_key
        and cast(date_trunc('month', measured.event_date) as date) = grouped_months.month
    group by
        measured.measure,
        grouped_months.financial_year,
        grouped_months.place_name,
        grouped_months.imd_quintile,
        grouped_months.sex,
        grouped_months.age_group
),

groups as (
    select
        measures.measure,
        group_days.financial_year,
        group_days.place_name,
        group_days.imd_quintile,
        group_days.sex,
        group_days.age_group,
        group_days.registered_days,
        coalesce(group_events.events, 0) as events
    from group_days
    cross join measures
    left join group_events
        on measures.measure = group_events.measure
        and group_days.financial_year = group_events.financial_year
        and group_days.place_name = group_events.place_name
        and group_days.imd_quintile = group_events.imd_quintile
        and group_days.sex = group_events.sex
        and group_days.age_group = group_events.age_group
),

least_deprived as (
    select
        measure,
        financial_year,
        sex,
        age_group,
        sum(registered_days) as registered_days,
        sum(events) as events
    from groups
    where imd_quintile = '5 (least deprived)'
    group by measure, financial_year, sex, age_group
),

areas as (
    select
        measure,
        financial_year,
        place_name as area_name,
        imd_quintile,
        sex,
        age_group,
        registered_days,
        events
    from groups
    union all
    select
        measure,
        financial_year,
        'All' as area_name,
        imd_quintile,
        sex,
        age_group,
        sum(registered_days) as registered_days,
        sum(events) as events
    from groups
    group by measure, financial_year, imd_quintile, sex, age_group
),

compared as (
    select
        areas.measure,
        areas.area_name,
        areas.financial_year,
        areas.imd_quintile,
        areas.events,
        -- Person-time cannot lie: a group that is in the table has some.
        1.0 * areas.registered_days / least_deprived.registered_days * least_deprived.events as expected,
        power(1.0 * areas.registered_days / least_deprived.registered_days, 2)
            * least_deprived.events as expected_variance,
        case when least_deprived.measure is null then 1 else 0 end as is_without_rate
    from areas
    left join least_deprived
        on areas.measure = least_deprived.measure
        and areas.financial_year = least_deprived.financial_year
        and areas.sex = least_deprived.sex
        and areas.age_group = least_deprived.age_group
),

totals as (
    select
        measure,
        area_name,
        financial_year,
        imd_quintile,
        sum(events) as events,
        case when max(is_without_rate) = 0 then sum(expected) end as expected,
        sum(expected_variance) as expected_variance
    from compared
    group by measure, area_name, financial_year, imd_quintile
),

differences as (
    select
        totals.measure,
        totals.area_name,
        totals.financial_year,
        totals.imd_quintile,
        people.people,
        totals.events,
        totals.expected,
        totals.events - totals.expected as excess,
        -- The whole area's least deprived quintile is compared with itself.
        case
            when totals.area_name = 'All' and totals.imd_quintile = '5 (least deprived)' then 0.0
            else 1.959964 * sqrt(totals.events + totals.expected_variance)
        end as margin
    from totals
    inner join people
        on totals.area_name = people.area_name
        and totals.financial_year = people.financial_year
        and totals.imd_quintile = people.imd_quintile
),

final as (
    select
        measure,
        area_name,
        financial_year,
        imd_quintile,
        people,
        cast(events as bigint) as events,
        expected,
        excess,
        excess - margin as lower,
        excess + margin as upper,
        excess / nullif(events, 0) as excess_share
    from differences
)

select * from final
