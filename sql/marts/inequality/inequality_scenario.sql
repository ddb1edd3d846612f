/*
description: >
  How many hospital events fewer (or more) there would be if every deprivation quintile had the rates of
  the least deprived one, by place of residence and financial year. The rates are those of the
  whole area's least deprived quintile by sex and age group (children, working age, 65 and over), so that ages explain no difference
  beyond these groups. Events count in months in which the person was registered, and people
  are person-years of registration.

  Limits are 95 % limits of the difference of two counts: they allow for chance in the events and in
  the rates that they are compared with, and take events as independent of one another. Where
  the least deprived quintile has nobody of a group that has people, expected and excess are null, as they are of
  people whose deprivation is not known. A
  scenario says what the difference amounts to, and not what would end it.
grain: [measure, area_name, financial_year, imd_quintile]
columns:
  measure: "Emergency admissions, Planned admissions or Emergency department attendances"
  area_name: Place of residence, Not known, or All
  financial_year: "Such as 2025/26, or 2025/26 (part: 91 of 365 days)"
  imd_quintile: Deprivation quintile label, or Not known
  people: Average number of registered people, in whole people (see average_people)
  events: Events
  expected: Events at the rates of the least deprived quintile
  excess: Events beyond that; below 0 for fewer
  lower: Lower 95 % limit of excess
  upper: Upper 95 % limit of excess
  excess_share: Excess as a share of events; null without events
checks:
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
        days_to_end,
        is_open
    from core.person_month
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
        days_covered,
        days_to_come
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
        years.days_covered,
        years.days_to_come
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

covered_months as (
    select
        person_months.person_key,
        person_months.month,
        year_months.financial_year,
        year_months.days_covered,
        person_months.place_name,
        person_months.imd_quintile,
        person_months.sex,
        person_months.age,
        person_months.days_to_end
        - case when person_months.is_open then year_months.days_to_come else 0 end as registered_days
    from year_months
    inner join person_months
        on year_months.month = person_months.month
),

person_years as (
    select
        person_key,
        financial_year,
        place_name,
        imd_quintile,
        sum(registered_days) as registered_days,
        max(days_covered) as days_covered
    from covered_months
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

-- Each place, and all of them.
labels as (
    select false as is_total
    union all
    select true as is_total
),

-- Days and events by year of age, before the few groups of ages are told apart.
age_days as (
    select
        financial_year,
        place_name,
        imd_quintile,
        sex,
        age,
        sum(registered_days) as registered_days
    from covered_months
    group by financial_year, place_name, imd_quintile, sex, age
),

age_events as (
    select
        measured.measure,
        covered_months.financial_year,
        covered_months.place_name,
        covered_months.imd_quintile,
        covered_months.sex,
        covered_months.age,
        count(*) as events
    from measured
    inner join covered_months
        on measured.person_key = covered_months.person_key
        and cast(date_trunc('month', measured.event_date) as date) = covered_months.month
    group by
        measured.measure,
        covered_months.financial_year,
        covered_months.place_name,
        covered_months.imd_quintile,
        covered_months.sex,
        covered_months.age
),

days_and_events as (
    select
        measures.measure,
        age_days.financial_year,
        age_days.place_name,
        age_days.imd_quintile,
        age_days.sex,
        age_days.age,
        age_days.registered_days,
        0 as events
    from measures
    cross join age_days
    union all
    select
        measure,
        financial_year,
        place_name,
        imd_quintile,
        sex,
        age,
        0 as registered_days,
        events
    from age_events
),

areas as (
    select
        days_and_events.measure,
        days_and_events.financial_year,
        case when labels.is_total then 'All' else days_and_events.place_name end as area_name,
        days_and_events.imd_quintile,
        days_and_events.sex,
        coalesce(age_groups.age_group, 'Not known') as age_group,
        cast(sum(days_and_events.registered_days) as bigint) as registered_days,
        cast(sum(days_and_events.events) as bigint) as events
    from labels
    cross join days_and_events
    left join age_groups
        on days_and_events.age between age_groups.lower_age and age_groups.upper_age
    group by
        days_and_events.measure,
        days_and_events.financial_year,
        case when labels.is_total then 'All' else days_and_events.place_name end,
        days_and_events.imd_quintile,
        days_and_events.sex,
        coalesce(age_groups.age_group, 'Not known')
),

-- The least deprived quintile of the whole area, beside each of its groups.
rated as (
    select
        *,
        max(case when area_name = 'All' and imd_quintile = '5 (least deprived)' then registered_days end)
            over (partition by measure, financial_year, sex, age_group) as least_deprived_days,
        max(case when area_name = 'All' and imd_quintile = '5 (least deprived)' then events end)
            over (partition by measure, financial_year, sex, age_group) as least_deprived_events
    from areas
),

compared as (
    select
        measure,
        area_name,
        financial_year,
        imd_quintile,
        events,
        -- Person-time cannot lie: a group that is in the table has some.
        1.0 * registered_days / least_deprived_days * least_deprived_events as expected,
        power(1.0 * registered_days / least_deprived_days, 2) * least_deprived_events as expected_variance,
        case when least_deprived_days is null or imd_quintile = 'Not known' then 1 else 0 end as is_without_rate
    from rated
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
        -- The whole area's least deprived quintile is compared with itself.
        rate_difference(
            totals.events,
            case when totals.area_name = 'All' and totals.imd_quintile = '5 (least deprived)' then 0 else totals.events end,
            totals.expected,
            case
                when totals.area_name = 'All' and totals.imd_quintile = '5 (least deprived)' then 0.0
                else totals.expected_variance
            end
        ) as excess
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
        excess['value'] as excess,
        excess['lower'] as lower,
        excess['upper'] as upper,
        excess['value'] / nullif(events, 0) as excess_share
    from differences
)

select * from final
