/*
description: >
  Attended contacts, and the people who had them, with providers of the home integrated care board and
  of others, by financial year and setting. Home is the board of the practice that the person is, or was
  last, registered with; a provider's board is that of the list of organisations. Where either is not
  known, it is not known whether the care was outside. The years are those of marts.reporting_year.
grain: [home_icb_code, provider_icb_code, setting, financial_year]
columns:
  home_icb_code: Board of the person's practice, or Not known
  provider_icb_code: Board of the provider, or Not known
  is_outside: "yes, no or Not known"
  setting: Setting of care
  financial_year: As in marts.reporting_year
  contacts: Attended contacts
  people: Different people who had them
checks:
  - unique: [home_icb_code, provider_icb_code, setting, financial_year]
  - not_null: [home_icb_code, provider_icb_code, is_outside, setting, financial_year, contacts, people]
  - one_of: {is_outside: ["yes", "no", Not known]}
  - expect: people between 1 and contacts
topic: movement
*/
with people as (
    select
        person_key,
        registered_icb_code
    from core.person
),

organisations as (
    select
        organisation_code,
        icb_code
    from core.organisation
),

contacts as (
    select
        person_key,
        provider_code,
        setting,
        started_date
    from core.contact
    where attended
        and started_date between $period_start and $period_end
),

years as (
    select
        financial_year,
        first_day,
        last_day
    from marts.reporting_year
),

provided as (
    select
        contacts.person_key,
        coalesce(organisations.icb_code, 'Not known') as provider_icb_code,
        contacts.setting,
        years.financial_year,
        count(*) as contacts
    from years
    inner join contacts
        on contacts.started_date between years.first_day and years.last_day
    left join organisations
        on contacts.provider_code = organisations.organisation_code
    group by
        contacts.person_key,
        coalesce(organisations.icb_code, 'Not known'),
        contacts.setting,
        years.financial_year
),

counted as (
    select
        coalesce(people.registered_icb_code, 'Not known') as home_icb_code,
        provided.provider_icb_code,
        provided.setting,
        provided.financial_year,
        cast(sum(provided.contacts) as bigint) as contacts,
        count(*) as people
    from people
    right join provided
        on people.person_key = provided.person_key
    group by
        coalesce(people.registered_icb_code, 'Not known'),
        provided.provider_icb_code,
        provided.setting,
        provided.financial_year
),

final as (
    select
        home_icb_code,
        provider_icb_code,
        case
            when home_icb_code = 'Not known' or provider_icb_code = 'Not known' then 'Not known'
            when home_icb_code = provider_icb_code then 'no'
            else 'yes'
        end as is_outside,
        setting,
        financial_year,
        contacts,
        people
    from counted
)

select * from final
