/*
description: >
  Days from the discharge-ready date to the discharge, by area and month of discharge, after the monthly
  statistics that NHS England publishes: adults who were in hospital for a night or more and left alive, without
  maternity and regular attenders (intermediate.adult_stay). A person who leaves on the discharge-ready date is not
  delayed. Percentages and means are of those discharges whose date is recorded; where few are, they say
  little. A discharge-ready date before the admission or after the discharge counts as not recorded. A transfer to
  another hospital is a discharge. Every area and month of the period has a row, zero included.

  The areas are those of the spell (intermediate.spell_area), whether the person was registered or not.
grain: [area_type, area_code, month]
columns:
  area_type: All, Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN, Practice or Provider
  area_type_order: Order of the types
  area_code: Code of the area or provider, or Not known
  area_name: Name of it
  month: First day of the calendar month of discharge
  financial_year: Financial year of the month
  is_complete: Whether all days of the month are covered
  discharges: Discharges
  people: Different people who were discharged
  with_ready_date: Discharges with a discharge-ready date
  percent_with_ready_date: Those as a percentage of the discharges; null without discharges
  on_ready_date: Discharges on the discharge-ready date
  percent_on_ready_date: Those as a percentage of the discharges with a date; null where none has one
  percent_on_ready_date_lower: Lower 95% limit of it (Wilson)
  percent_on_ready_date_upper: Upper 95% limit of it
  delay_1_day: Discharges one day after the date
  delay_2_to_3_days: Discharges two and three days after it
  delay_4_to_6_days: Discharges four to six days after it
  delay_7_to_13_days: Discharges seven to thirteen days after it
  delay_14_to_20_days: Discharges fourteen to twenty days after it
  delay_21_days: Discharges three weeks after it and later
  delay_days: Days from the date to the discharge, added up
  mean_delay: Mean delay in days, that of discharges on the date being 0; null where none has a date
  mean_delay_lower: Lower 95% limit of the mean; null below two discharges
  mean_delay_upper: Upper 95% limit of the mean
  mean_delay_if_delayed: Mean delay in days of those who were delayed; null where nobody was
checks:
  - not_null: [area_type, area_code, area_name, month, financial_year, is_complete, discharges, people, with_ready_date, on_ready_date, delay_days]
  - expect: people <= discharges and with_ready_date <= discharges
  - expect: on_ready_date + delay_1_day + delay_2_to_3_days + delay_4_to_6_days + delay_7_to_13_days + delay_14_to_20_days + delay_21_days = with_ready_date
  - expect: mean_delay_if_delayed >= 1
topic: utilisation
*/
with discharges as (
    select
        person_key,
        spell_key,
        cast(date_trunc('month', discharge_date) as date) as month,
        delay_days
    from intermediate.adult_stay
    where is_discharged_alive
        and discharge_date between $period_start and $period_end
),

spell_areas as (
    select
        person_key,
        spell_key,
        area_type,
        area_code
    from intermediate.spell_area
),

areas as (
    select
        area_type,
        area_type_order,
        area_code,
        area_name
    from intermediate.area
),

months as (
    select
        month,
        financial_year,
        is_complete
    from intermediate.period_month
),

placed as (
    select
        discharges.person_key,
        discharges.month,
        discharges.delay_days,
        spell_areas.area_type,
        spell_areas.area_code
    from discharges
    inner join spell_areas
        on discharges.person_key = spell_areas.person_key
        and discharges.spell_key = spell_areas.spell_key
),

counts as (
    select
        area_type,
        area_code,
        month,
        count(*) as discharges,
        count(delay_days) as with_ready_date,
        count(*) filter (where delay_days = 0) as on_ready_date,
        count(*) filter (where delay_days = 1) as delay_1_day,
        count(*) filter (where delay_days between 2 and 3) as delay_2_to_3_days,
        count(*) filter (where delay_days between 4 and 6) as delay_4_to_6_days,
        count(*) filter (where delay_days between 7 and 13) as delay_7_to_13_days,
        count(*) filter (where delay_days between 14 and 20) as delay_14_to_20_days,
        count(*) filter (where delay_days >= 21) as delay_21_days,
        cast(sum(delay_days) as bigint) as delay_days,
        mean_ci(delay_days) as mean,
        avg(delay_days) filter (where delay_days > 0) as mean_delay_if_delayed,
        proportion(count(delay_days), count(*), 100.0) as completeness,
        proportion(count(*) filter (where delay_days = 0), nullif(count(delay_days), 0), 100.0) as on_the_date
    from placed
    group by area_type, area_code, month
),

-- Fields are taken out before the frame is joined: rows of the frame without discharges have none.
measured as (
    select
        area_type,
        area_code,
        month,
        discharges,
        with_ready_date,
        completeness['value'] as percent_with_ready_date,
        on_ready_date,
        on_the_date['value'] as percent_on_ready_date,
        on_the_date['lower'] as percent_on_ready_date_lower,
        on_the_date['upper'] as percent_on_ready_date_upper,
        delay_1_day,
        delay_2_to_3_days,
        delay_4_to_6_days,
        delay_7_to_13_days,
        delay_14_to_20_days,
        delay_21_days,
        delay_days,
        mean['value'] as mean_delay,
        mean['lower'] as mean_delay_lower,
        mean['upper'] as mean_delay_upper,
        mean_delay_if_delayed
    from counts
),

discharged as (
    select
        person_key,
        area_type,
        area_code,
        month
    from placed
    group by person_key, area_type, area_code, month
),

people as (
    select
        area_type,
        area_code,
        month,
        count(*) as people
    from discharged
    group by area_type, area_code, month
),

final as (
    select
        areas.area_type,
        areas.area_type_order,
        areas.area_code,
        areas.area_name,
        months.month,
        months.financial_year,
        months.is_complete,
        coalesce(measured.discharges, 0) as discharges,
        coalesce(people.people, 0) as people,
        coalesce(measured.with_ready_date, 0) as with_ready_date,
        measured.percent_with_ready_date,
        coalesce(measured.on_ready_date, 0) as on_ready_date,
        measured.percent_on_ready_date,
        measured.percent_on_ready_date_lower,
        measured.percent_on_ready_date_upper,
        coalesce(measured.delay_1_day, 0) as delay_1_day,
        coalesce(measured.delay_2_to_3_days, 0) as delay_2_to_3_days,
        coalesce(measured.delay_4_to_6_days, 0) as delay_4_to_6_days,
        coalesce(measured.delay_7_to_13_days, 0) as delay_7_to_13_days,
        coalesce(measured.delay_14_to_20_days, 0) as delay_14_to_20_days,
        coalesce(measured.delay_21_days, 0) as delay_21_days,
        coalesce(measured.delay_days, 0) as delay_days,
        measured.mean_delay,
        measured.mean_delay_lower,
        measured.mean_delay_upper,
        measured.mean_delay_if_delayed
    from areas
    cross join months
    left join measured
        on areas.area_type = measured.area_type
        and areas.area_code = measured.area_code
        and months.month = measured.month
    left join people
        on areas.area_type = people.area_type
        and areas.area_code = people.area_code
        and months.month = people.month
)

select * from final
