/*
description: >
  Hospital admissions by area, point of delivery and financial year, with crude and standardised rates. Every
  area, point of delivery and year of the period has a row, zero included.

  Admissions count in months in which the person was registered, in the areas of that month, so that they
  belong to the denominator: the average number of registered people over the days of the year that are
  covered. The rate of a year that is not complete is over those days, not over a year.

  Standardised rates leave out people whose age is not known. The directly standardised rate allows for people
  who are admitted repeatedly; it is NULL below 10 admissions, and where the area has nobody in one of the 19
  age bands, whose weight would have no rate. The ratio compares with all people of the record by age band
  and sex: 100 is what would be expected of them.
grain: [area_type, area_code, point_of_delivery, financial_year]
columns:
  area_type: All, Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN or Practice
  area_type_order: Order of the types
  area_code: Code of the area, or Not known
  area_name: Name of the area
  point_of_delivery: Point of delivery, see reference.point_of_delivery
  point_of_delivery_order: Order of the points of delivery
  financial_year: Such as 2025/26
  days_covered: Days of the year within the period and up to the as-of date
  is_complete: Whether all days of the year are covered
  incomplete_months: Months of the year with incomplete records of the setting of the point of delivery (marts.period_completeness)
  admissions: Admissions
  people_admitted: Different people who were admitted
  people: Average number of registered people, in whole people
  rate: Admissions for each 1,000 people; null where people is 0
  lower: Lower 95% limit of the rate
  upper: Upper 95% limit of the rate
  method: Method of the limits, exact below 10 admissions and else Byar
  admissions_of_known_age: Admissions that the standardised rates count
  dsr: Directly standardised rate for each 100,000 people of the European Standard Population
  dsr_lower: Lower 95% limit of it
  dsr_upper: Upper 95% limit of it
  expected: Admissions expected with the rates of all people by age band and sex
  isr: Admissions of known age for each 100 expected; null where none are expected
  isr_lower: Lower 95% limit of it
  isr_upper: Upper 95% limit of it
  significance: "The ratio against 100 as in a funnel plot: High (0.001), High (0.025), Low (0.001), Low (0.025), Not significant, or Not applicable where none are expected"
checks:
  - unique: [area_type, area_code, point_of_delivery, financial_year]
  - not_null: [area_type, area_code, area_name, point_of_delivery, financial_year, days_covered, is_complete, admissions, people_admitted, people, significance]
  - expect: people_admitted between 0 and admissions
  - expect: admissions_of_known_age <= admissions
  - expect: rate between lower and upper
  - expect: dsr between dsr_lower and dsr_upper
  - expect: isr between isr_lower and isr_upper
  - expect: people > 0 or rate is null
  - one_of: {point_of_delivery: reference.point_of_delivery.point_of_delivery}
topic: utilisation
*/
with areas as (
    select
        area_type,
        area_type_order,
        area_code,
        area_name,
        financial_year,
        days_covered,
        is_complete,
        people
    from intermediate.area_year
),

-- Grouped, so that it is seen to repeat nobody.
completeness as (
    select
        financial_year,
        max(case when setting = 'Emergency admission' then incomplete_months end) as emergency,
        max(case when setting = 'Planned admission' then incomplete_months end) as planned,
        max(case when setting = 'Maternity and other admission' then incomplete_months end) as other
    from intermediate.setting_year
    group by financial_year
),

ages as (
    select
        area_type,
        area_code,
        financial_year,
        age_band,
        sex,
        sum(person_days) as person_days,
        max(days_covered) as days_covered
    from intermediate.area_age_year
    where age_band <> 'Not known'
    group by area_type, area_code, financial_year, age_band, sex
),

admissions as (
    select
        person_key,
        area_type,
        area_code,
        financial_year,
        age_band,
        sex,
        point_of_delivery
    from intermediate.admission_area
),

points_of_delivery as (
    select
        point_of_delivery,
        cast(point_of_delivery_order as int) as point_of_delivery_order
    from reference.point_of_delivery
),

standard as (
    select
        age_band,
        weight
    from reference.european_standard_population_19
),

-- The admissions of each person first: their squares widen the limits of the standardised rate.
person_bands as (
    select
        person_key,
        area_type,
        area_code,
        financial_year,
        point_of_delivery,
        age_band,
        sex,
        count(*) as admissions
    from admissions
    group by person_key, area_type, area_code, financial_year, point_of_delivery, age_band, sex
),

person_totals as (
    select
        person_key,
        area_type,
        area_code,
        financial_year,
        point_of_delivery,
        count(*) as admissions
    from admissions
    group by person_key, area_type, area_code, financial_year, point_of_delivery
),

counts as (
    select
        area_type,
        area_code,
        financial_year,
        point_of_delivery,
        cast(sum(admissions) as bigint) as admissions,
        count(*) as people_admitted
    from person_totals
    group by area_type, area_code, financial_year, point_of_delivery
),

band_events as (
    select
        area_type,
        area_code,
        financial_year,
        point_of_delivery,
        age_band,
        sex,
        cast(sum(admissions) as bigint) as events,
        cast(sum(admissions * admissions) as bigint) as squares
    from person_bands
    where age_band <> 'Not known'
    group by area_type, area_code, financial_year, point_of_delivery, age_band, sex
),

strata as (
    select
        ages.area_type,
        ages.area_code,
        ages.financial_year,
        points_of_delivery.point_of_delivery,
        ages.age_band,
        ages.sex,
        ages.person_days,
        ages.days_covered,
        coalesce(band_events.events, 0) as events,
        coalesce(band_events.squares, 0) as squares
    from ages
    cross join points_of_delivery
    left join band_events
        on ages.area_type = band_events.area_type
        and ages.area_code = band_events.area_code
        and ages.financial_year = band_events.financial_year
        and points_of_delivery.point_of_delivery = band_events.point_of_delivery
        and ages.age_band = band_events.age_band
        and ages.sex = band_events.sex
),

whole as (
    select
        financial_year,
        point_of_delivery,
        age_band,
        sex,
        person_days,
        events
    from strata
    where area_type = 'All'
),

ratios as (
    select
        strata.area_type,
        strata.area_code,
        strata.financial_year,
        strata.point_of_delivery,
        isr(strata.events, strata.person_days, whole.events, whole.person_days, 100.0) as estimate
    from strata
    inner join whole
        on strata.financial_year = whole.financial_year
        and strata.point_of_delivery = whole.point_of_delivery
        and strata.age_band = whole.age_band
        and strata.sex = whole.sex
    group by strata.area_type, strata.area_code, strata.financial_year, strata.point_of_delivery
),

bands as (
    select
        strata.area_type,
        strata.area_code,
        strata.financial_year,
        strata.point_of_delivery,
        strata.age_band,
        max(standard.weight) as weight,
        -- Whole days first, which add up to the same in any order.
        cast(sum(strata.person_days) as double) / max(strata.days_covered) as population,
        sum(strata.events) as events,
        sum(strata.squares) as squares
    from strata
    inner join standard
        on strata.age_band = standard.age_band
    group by
        strata.area_type,
        strata.area_code,
        strata.financial_year,
        strata.point_of_delivery,
        strata.age_band
),

standardised as (
    select
        area_type,
        area_code,
        financial_year,
        point_of_delivery,
        count(*) as bands_with_people,
        dsr_repeat(events, squares, population, weight) as estimate
    from bands
    group by area_type, area_code, financial_year, point_of_delivery
),

band_total as (
    select count(*) as bands from standard
),

-- Fields are taken out before the frame is joined: rows of the frame without people have none.
direct as (
    select
        standardised.area_type,
        standardised.area_code,
        standardised.financial_year,
        standardised.point_of_delivery,
        case when standardised.bands_with_people = band_total.bands then standardised.estimate['value'] end as dsr,
        case when standardised.bands_with_people = band_total.bands then standardised.estimate['lower'] end as dsr_lower,
        case when standardised.bands_with_people = band_total.bands then standardised.estimate['upper'] end as dsr_upper
    from standardised
    cross join band_total
),

indirect as (
    select
        area_type,
        area_code,
        financial_year,
        point_of_delivery,
        cast(estimate['observed'] as bigint) as admissions_of_known_age,
        estimate['expected'] as expected,
        estimate['value'] as isr,
        estimate['lower'] as isr_lower,
        estimate['upper'] as isr_upper,
        funnel_significance('ratio', estimate['observed'], nullif(estimate['expected'], 0)) as significance
    from ratios
),

counted as (
    select
        areas.area_type,
        areas.area_type_order,
        areas.area_code,
        areas.area_name,
        points_of_delivery.point_of_delivery,
        points_of_delivery.point_of_delivery_order,
        areas.financial_year,
        areas.days_covered,
        areas.is_complete,
        coalesce(
            case
                when points_of_delivery.point_of_delivery = 'Emergency' then completeness.emergency
                when points_of_delivery.point_of_delivery in ('Elective ordinary', 'Day case', 'Regular attender')
                    then completeness.planned
                else completeness.other
            end,
            0
        ) as incomplete_months,
        coalesce(counts.admissions, 0) as admissions,
        coalesce(counts.people_admitted, 0) as people_admitted,
        areas.people,
        rate(coalesce(counts.admissions, 0), nullif(areas.people, 0), 1000.0) as crude,
        coalesce(indirect.admissions_of_known_age, 0) as admissions_of_known_age,
        direct.dsr,
        direct.dsr_lower,
        direct.dsr_upper,
        indirect.expected,
        indirect.isr,
        indirect.isr_lower,
        indirect.isr_upper,
        coalesce(indirect.significance, 'Not applicable') as significance
    from areas
    cross join points_of_delivery
    left join completeness
        on areas.financial_year = completeness.financial_year
    left join counts
        on areas.area_type = counts.area_type
        and areas.area_code = counts.area_code
        and areas.financial_year = counts.financial_year
        and points_of_delivery.point_of_delivery = counts.point_of_delivery
    left join direct
        on areas.area_type = direct.area_type
        and areas.area_code = direct.area_code
        and areas.financial_year = direct.financial_year
        and points_of_delivery.point_of_delivery = direct.point_of_delivery
    left join indirect
        on areas.area_type = indirect.area_type
        and areas.area_code = indirect.area_code
        and areas.financial_year = indirect.financial_year
        and points_of_delivery.point_of_delivery = indirect.point_of_delivery
),

final as (
    select
        area_type,
        area_type_order,
        area_code,
        area_name,
        point_of_delivery,
        point_of_delivery_order,
        financial_year,
        days_covered,
        is_complete,
        incomplete_months,
        admissions,
        people_admitted,
        people,
        crude['value'] as rate,
        crude['lower'] as lower,
        crude['upper'] as upper,
        crude['method'] as method,
        admissions_of_known_age,
        dsr,
        dsr_lower,
        dsr_upper,
        expected,
        isr,
        isr_lower,
        isr_upper,
        significance
    from counted
)

select * from final
