/*
description: >
  New diagnoses of long-term conditions by area and financial year, for each 1,000 years of people at risk: registered,
  and not diagnosed before (person_years). A diagnosis is new on the date of the first code that counts for the register
  (core.register_status), and counts where the person was registered on that day, whether the person meets all rules of
  the register or not. Who was diagnosed at a date that nobody recorded was never at risk. The month of death counts in full.

  Areas are those of the person at the as-of date, and rates are of people of all ages. A condition that a practice notes
  anew when somebody joins counts as new, and so does one that is known from hospital alone and was coded before
  the 24 months that core.register_status goes back. Only registers of long-term conditions (reference.register) are here.
grain: [area_type, area_code, register, financial_year]
columns:
  area_type: All, Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN or Practice
  area_code: Code of the area, or Not known
  area_name: Name of the area, or Not known
  register: Short name of the register
  register_name: Its name
  financial_year: Such as 2025/26
  is_complete: Whether all days of the year are covered
  new_diagnoses: People whose first diagnosis is of the year
  person_years: Years at risk of registered people without the diagnosis
  rate: New diagnoses for each 1,000 years at risk; null where nobody was at risk
  lower: Lower 95% limit of the rate
  upper: Upper 95% limit of the rate
checks:
  - unique: [area_type, area_code, register, financial_year]
  - not_null: [area_type, area_code, area_name, register, register_name, financial_year, is_complete, new_diagnoses, person_years]
  - expect: new_diagnoses >= 0 and person_years >= 0
  - expect: rate between lower and upper
topic: needs
*/
with people as (
    select
        person_key,
        birth_month,
        death_month
    from core.person
),

registrations as (
    select
        person_key,
        started,
        ended
    from core.registration
),

statuses as (
    select
        person_key,
        register,
        first_noted
    from core.register_status
),

registers as (
    select
        cast(register as varchar) as register,
        register_name
    from reference.register
    where long_term = 'yes'
),

years as (
    select
        financial_year,
        first_day,
        cast(last_day + interval '1' day as date) as next_day,
        is_complete
    from intermediate.period_year
),

person_areas as (
    select
        person_key,
        area_type,
        area_code,
        area_name
    from intermediate.person_area
),

-- Half-open: stopped is the first day without registration.
spans as (
    select
        people.person_key,
        greatest(registrations.started, coalesce(people.birth_month, registrations.started)) as started,
        cast(
            least(
                coalesce(registrations.ended + interval '1' day, cast('9999-12-31' as date)),
                coalesce(people.death_month + interval '1' month, cast('9999-12-31' as date))
            ) as date
        ) as stopped
    from people
    inner join registrations
        on people.person_key = registrations.person_key
),

registered as (
    select
        spans.person_key,
        years.financial_year,
        sum(person_years(spans.started, spans.stopped, years.first_day, years.next_day)) as person_years
    from years
    inner join spans
        on spans.started < years.next_day
        and spans.stopped > years.first_day
    where spans.stopped > spans.started
    group by spans.person_key, years.financial_year
),

area_years as (
    select
        person_areas.area_type,
        person_areas.area_code,
        max(person_areas.area_name) as area_name,
        registered.financial_year,
        sum(registered.person_years) as person_years
    from registered
    inner join person_areas
        on registered.person_key = person_areas.person_key
    group by person_areas.area_type, person_areas.area_code, registered.financial_year
),

-- The time of the same spans that is no longer at risk.
diagnosed as (
    select
        spans.person_key,
        statuses.register,
        statuses.first_noted,
        spans.started,
        spans.stopped,
        greatest(spans.started, coalesce(statuses.first_noted, spans.started)) as not_at_risk_from
    from statuses
    inner join spans
        on statuses.person_key = spans.person_key
    where spans.stopped > spans.started
),

person_conditions as (
    select
        diagnosed.person_key,
        diagnosed.register,
        years.financial_year,
        sum(
            person_years(
                least(diagnosed.not_at_risk_from, diagnosed.stopped), diagnosed.stopped, years.first_day, years.next_day
            )
        ) as person_years,
        count(*) filter (
            where diagnosed.first_noted >= diagnosed.started
                and diagnosed.first_noted < diagnosed.stopped
                and diagnosed.first_noted >= years.first_day
                and diagnosed.first_noted < years.next_day
        ) as new_diagnoses
    from years
    inner join diagnosed
        on diagnosed.started < years.next_day
        and diagnosed.stopped > years.first_day
    group by diagnosed.person_key, diagnosed.register, years.financial_year
),

area_conditions as (
    select
        person_areas.area_type,
        person_areas.area_code,
        person_conditions.register,
        person_conditions.financial_year,
        sum(person_conditions.person_years) as person_years,
        sum(person_conditions.new_diagnoses) as new_diagnoses
    from person_conditions
    inner join person_areas
        on person_conditions.person_key = person_areas.person_key
    group by
        person_areas.area_type,
        person_areas.area_code,
        person_conditions.register,
        person_conditions.financial_year
),

-- Sums of parts of years leave a rest of rounding where nobody is at risk.
at_risk as (
    select
        area_years.area_type,
        area_years.area_code,
        area_years.area_name,
        registers.register,
        registers.register_name,
        area_years.financial_year,
        cast(coalesce(area_conditions.new_diagnoses, 0) as bigint) as new_diagnoses,
        greatest(
            round(area_years.person_years - coalesce(area_conditions.person_years, 0.0), 6), 0.0
        ) as person_years
    from area_years
    cross join registers
    left join area_conditions
        on area_years.area_type = area_conditions.area_type
        and area_years.area_code = area_conditions.area_code
        and area_years.financial_year = area_conditions.financial_year
        and registers.register = area_conditions.register
),

rated as (
    select
        *,
        rate(new_diagnoses, nullif(person_years, 0.0), 1000.0) as estimate
    from at_risk
),

final as (
    select
        rated.area_type,
        rated.area_code,
        rated.area_name,
        rated.register,
        rated.register_name,
        rated.financial_year,
        years.is_complete,
        rated.new_diagnoses,
        rated.person_years,
        rated.estimate['value'] as rate,
        rated.estimate['lower'] as lower,
        rated.estimate['upper'] as upper
    from rated
    inner join years
        on rated.financial_year = years.financial_year
)

select * from final
