/*
description: >
  People by the set of settings that they had attended contacts with in a financial year, such as General practice +
  Outpatient. Every person of core.contact with a contact in the year is in one set. Sets that nobody had have no
  row. In a year that is not complete people have been seen in fewer settings.
grain: [financial_year, combination]
columns:
  financial_year: Such as 2025/26
  is_complete: Whether all days of the year are covered
  combination: The settings in their order, joined by a plus sign
  settings: Number of settings in it
  people: Different people with this set of settings
  all_people: Different people with any contact in the year
  percent: People as a percentage of all people with a contact
checks:
  - unique: [financial_year, combination]
  - not_null: [financial_year, is_complete, combination, settings, people, all_people, percent]
  - expect: people between 1 and all_people
  - expect: settings >= 1
topic: utilisation
*/
with contacts as (
    select
        person_key,
        setting,
        cast(date_trunc('month', started_date) as date) as month
    from core.contact
    where attended
        and started_date >= $period_start
        and started_date <= least($period_end, $as_of)
),

months as (
    select
        month,
        financial_year
    from intermediate.period_month
),

years as (
    select
        financial_year,
        is_complete
    from intermediate.period_year
),

settings as (
    select
        setting,
        cast(setting_order as int) as setting_order,
        cast(power(2, cast(setting_order as int)) as bigint) as bit
    from reference.setting
),

-- The settings of a person are a number with one bit for each: a text for each person would not fit
-- into memory.
combined as (
    select
        contacts.person_key,
        months.financial_year,
        bit_or(settings.bit) as bits
    from settings
    inner join contacts
        on settings.setting = contacts.setting
    inner join months
        on contacts.month = months.month
    group by contacts.person_key, months.financial_year
),

counts as (
    select
        financial_year,
        bits,
        count(*) as people
    from combined
    group by financial_year, bits
),

-- The settings of a set are listed beside its people: counts that are read twice are counted twice.
named as (
    select
        counts.financial_year,
        counts.people,
        count(*) as settings,
        string_agg(settings.setting, ' + ' order by settings.setting_order) as combination
    from settings
    cross join counts
    where (counts.bits & settings.bit) > 0
    group by counts.financial_year, counts.bits, counts.people
),

totalled as (
    select
        financial_year,
        settings,
        people,
        combination,
        cast(sum(people) over (partition by financial_year) as bigint) as all_people
    from named
),

final as (
    select
        totalled.financial_year,
        years.is_complete,
        totalled.combination,
        cast(totalled.settings as int) as settings,
        totalled.people,
        totalled.all_people,
        100.0 * totalled.people / totalled.all_people as percent
    from totalled
    inner join years
        on totalled.financial_year = years.financial_year
)

select * from final
