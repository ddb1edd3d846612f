/*
description: >
  Use of hospitals in the last 90 days of life, by area and financial year of death: emergency admissions, bed days,
  and deaths in hospital. Every area and year of the period has a row, zero included.

  Deaths are known by month only. The day of death is that of the last discharge by death of a hospital spell
  in that month, where there is one; else the last day of the month (or the as-of date, where that is earlier)
  stands for it, so that up to a month of the 90 days may lie after the death and the use of those who died outside
  hospital is understated. The 90 days end with that day. People who died on a day that nobody recorded
  are not here.

  Deaths of all people of the record count, registered or not; areas are those of the newest record.
grain: [area_type, area_code, financial_year]
columns:
  area_type: All, Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN or Practice
  area_type_order: Order of the types
  area_code: Code of the area, or Not known
  area_name: Name of the area
  financial_year: Financial year of death
  is_complete: Whether all days of the year are covered
  deaths: People who died
  died_in_hospital: Those who died in hospital
  with_emergency_admission: Those with an emergency admission in the 90 days
  with_three_admissions: Those with three and more
  emergency_admissions: Emergency admissions in the 90 days
  bed_days: Midnights in hospital in the 90 days, of all admissions
  bed_days_per_death: Bed days for each death; null without deaths
  percent_with_three_admissions: Those with three and more as a percentage of the deaths; null without deaths
  three_admissions_lower: Lower 95% limit of it (Wilson)
  three_admissions_upper: Upper 95% limit of it
  percent_died_in_hospital: Deaths in hospital as a percentage of the deaths; null without deaths
  died_in_hospital_lower: Lower 95% limit of it
  died_in_hospital_upper: Upper 95% limit of it
checks:
  - unique: [area_type, area_code, financial_year]
  - not_null: [area_type, area_code, area_name, financial_year, is_complete, deaths, died_in_hospital, with_emergency_admission, with_three_admissions, emergency_admissions, bed_days]
  - expect: with_three_admissions <= with_emergency_admission and with_emergency_admission <= deaths and died_in_hospital <= deaths
  - expect: bed_days <= 90 * deaths
  - expect: deaths > 0 or bed_days_per_death is null
topic: utilisation
*/
with people as (
    select
        person_key,
        death_month
    from core.person
    where death_month is not null
),

spells as (
    select
        person_key,
        admission_date,
        case when discharge_date <= $as_of then discharge_date end as discharge_date,
        case when discharge_date <= $as_of then discharge_method end as discharge_method,
        is_emergency
    from core.spell
),

months as (
    select
        month,
        financial_year,
        cast(month + interval '1 month' - interval '1 day' as date) as month_end
    from intermediate.period_month
),

years as (
    select
        financial_year,
        is_complete
    from intermediate.period_year
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

hospital_deaths as (
    select
        person_key,
        cast(date_trunc('month', discharge_date) as date) as month,
        max(discharge_date) as death_date
    from spells
    where discharge_method = '4'
    group by person_key, cast(date_trunc('month', discharge_date) as date)
),

deaths as (
    select
        people.person_key,
        months.financial_year,
        hospital_deaths.person_key is not null as died_in_hospital,
        coalesce(hospital_deaths.death_date, least(months.month_end, $as_of)) as last_day
    from people
    inner join months
        on people.death_month = months.month
    left join hospital_deaths
        on people.person_key = hospital_deaths.person_key
        and people.death_month = hospital_deaths.month
),

windows as (
    select
        person_key,
        financial_year,
        died_in_hospital,
        last_day,
        cast(last_day - interval '89 days' as date) as first_day
    from deaths
),

spell_use as (
    select
        windows.person_key,
        sum(
            case
                when spells.is_emergency and spells.admission_date between windows.first_day and windows.last_day then 1
                else 0
            end
        ) as emergency_admissions,
        sum(
            overlap_days(
                spells.admission_date,
                greatest(least(coalesce(spells.discharge_date, windows.last_day), windows.last_day), spells.admission_date),
                windows.first_day,
                windows.last_day
            )
        ) as bed_days
    from windows
    inner join spells
        on windows.person_key = spells.person_key
    where spells.admission_date <= windows.last_day
    group by windows.person_key
),

used as (
    select
        windows.person_key,
        windows.financial_year,
        case when windows.died_in_hospital then 1 else 0 end as died_in_hospital,
        coalesce(spell_use.emergency_admissions, 0) as emergency_admissions,
        -- Two stays at once, as some extracts have them, are one bed.
        least(coalesce(spell_use.bed_days, 0), 90) as bed_days
    from windows
    left join spell_use
        on windows.person_key = spell_use.person_key
),

counts as (
    select
        person_areas.area_type,
        person_areas.area_code,
        used.financial_year,
        count(*) as deaths,
        cast(sum(used.died_in_hospital) as bigint) as died_in_hospital,
        count(*) filter (where used.emergency_admissions >= 1) as with_emergency_admission,
        count(*) filter (where used.emergency_admissions >= 3) as with_three_admissions,
        cast(sum(used.emergency_admissions) as bigint) as emergency_admissions,
        cast(sum(used.bed_days) as bigint) as bed_days
    from used
    inner join person_areas
        on used.person_key = person_areas.person_key
    group by person_areas.area_type, person_areas.area_code, used.financial_year
),

shares as (
    select
        area_type,
        area_code,
        financial_year,
        deaths,
        died_in_hospital,
        with_emergency_admission,
        with_three_admissions,
        emergency_admissions,
        bed_days,
        proportion(with_three_admissions, deaths, 100.0) as three_admissions,
        proportion(died_in_hospital, deaths, 100.0) as hospital
    from counts
),

-- Fields are taken out before the frame is joined: areas without deaths have none.
measured as (
    select
        area_type,
        area_code,
        financial_year,
        deaths,
        died_in_hospital,
        with_emergency_admission,
        with_three_admissions,
        emergency_admissions,
        bed_days,
        three_admissions['value'] as percent_with_three_admissions,
        three_admissions['lower'] as three_admissions_lower,
        three_admissions['upper'] as three_admissions_upper,
        hospital['value'] as percent_died_in_hospital,
        hospital['lower'] as died_in_hospital_lower,
        hospital['upper'] as died_in_hospital_upper
    from shares
),

areas as (
    select
        area_type,
        area_code
    from person_areas
    group by area_type, area_code
),

final as (
    select
        areas.area_type,
        area_types.area_type_order,
        areas.area_code,
        coalesce(area_names.area_name, areas.area_code) as area_name,
        years.financial_year,
        years.is_complete,
        coalesce(measured.deaths, 0) as deaths,
        coalesce(measured.died_in_hospital, 0) as died_in_hospital,
        coalesce(measured.with_emergency_admission, 0) as with_emergency_admission,
        coalesce(measured.with_three_admissions, 0) as with_three_admissions,
        coalesce(measured.emergency_admissions, 0) as emergency_admissions,
        coalesce(measured.bed_days, 0) as bed_days,
        cast(measured.bed_days as double) / measured.deaths as bed_days_per_death,
        measured.percent_with_three_admissions,
        measured.three_admissions_lower,
        measured.three_admissions_upper,
        measured.percent_died_in_hospital,
        measured.died_in_hospital_lower,
        measured.died_in_hospital_upper
    from areas
    inner join area_types
        on areas.area_type = area_types.area_type
    cross join years
    left join area_names
        on areas.area_type = area_names.area_type
        and areas.area_code = area_names.area_code
    left join measured
        on areas.area_type = measured.area_type
        and areas.area_code = measured.area_code
        and years.financial_year = measured.financial_year
)

select * from final
