/*
description: >
  Admissions for each condition of each list of reference.admission_condition by area and financial year, with
  crude and standardised rates: what the marts of condition lists have in common. Every area, condition and
  year has a row, zero included.

  Admissions count in months in which the person was registered, in the areas of that month. The people are
  those of the condition's ages. Conditions whose ages do not follow the five-year bands, such as under 19,
  have no standardised rates. An admission that is due to alcohol in part counts by that part in rates
  (weight of intermediate.admission_condition).
grain: [condition_list, condition, area_type, area_code, financial_year]
columns:
  condition_list: List of conditions
  condition_order: Order of the conditions in the list
  condition_group: Group of the condition in the list
  condition: Condition
  indicator_code: Number of the indicator where the list has one
  area_type: All, Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN or Practice
  area_type_order: Order of the types
  area_code: Code of the area, or Not known
  area_name: Name of the area
  financial_year: Such as 2025/26
  days_covered: Days of the year within the period and up to the as-of date
  is_complete: Whether all days of the year are covered
  incomplete_months: Months of the year with incomplete records of emergency admissions (marts.period_completeness)
  admissions: Admissions
  attributable: Admissions by their weight, which is 1 but for those that are due to alcohol in part
  people_admitted: Different people who were admitted
  people: Average number of registered people of the condition's ages, in whole people
  rate: Attributable admissions for each 100,000 people; null where people is 0
  lower: Lower 95% limit of the rate
  upper: Upper 95% limit of the rate
  method: Method of the limits
  dsr: Directly standardised rate for each 100,000 people; null below 10 attributable admissions, where an age band has nobody, and where the ages do not follow the bands
  dsr_lower: Lower 95% limit of it
  dsr_upper: Upper 95% limit of it
  expected: Attributable admissions expected with the rates of all people by age band and sex
  isr: Attributable admissions for each 100 expected; null where none are expected
  isr_lower: Lower 95% limit of it
  isr_upper: Upper 95% limit of it
checks:
  - unique: [condition_list, condition, area_type, area_code, financial_year]
  - not_null: [condition_list, condition_order, condition_group, condition, area_type, area_code, area_name, financial_year, is_complete, admissions, attributable, people_admitted, people]
  - expect: people_admitted between 0 and admissions
  - expect: attributable between 0 and admissions
  - expect: rate between lower and upper
  - expect: dsr between dsr_lower and dsr_upper
  - expect: isr between isr_lower and isr_upper
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
        max(incomplete_months) as incomplete_months
    from intermediate.setting_year
    where setting = 'Emergency admission'
    group by financial_year
),

ages as (
    select
        area_type,
        area_code,
        financial_year,
        age,
        age_band,
        sex,
        person_days,
        days_covered
    from intermediate.area_age_year
),

conditions as (
    select
        condition_list,
        cast(condition_order as int) as condition_order,
        condition_group,
        condition,
        cast(indicator_code as varchar) as indicator_code,
        cast(age_from as int) as age_from,
        cast(age_to as int) as age_to,
        coalesce(cast(age_from as int), 0) % 5 = 0 and coalesce(cast(age_to as int) + 1, 0) % 5 = 0 as has_bands,
        coalesce(indicator_code = 'alcohol-related-narrow', false) as has_parts
    from reference.admission_condition
),

matched as (
    select
        person_key,
        spell_key,
        condition_list,
        condition,
        -- Added exactly, in any order.
        cast(weight as decimal(12, 6)) as weight
    from intermediate.admission_condition
),

admissions as (
    select
        person_key,
        spell_key,
        area_type,
        area_code,
        financial_year,
        age_band,
        sex
    from intermediate.admission_area
),

standard as (
    select
        age_band,
        lower_age,
        upper_age,
        weight
    from reference.european_standard_population_19
),

person_bands as (
    select
        admissions.person_key,
        admissions.area_type,
        admissions.area_code,
        admissions.financial_year,
        matched.condition_list,
        matched.condition,
        admissions.age_band,
        admissions.sex,
        count(*) as admissions,
        sum(matched.weight) as attributable
    from matched
    inner join admissions
        on matched.person_key = admissions.person_key
        and matched.spell_key = admissions.spell_key
    group by
        admissions.person_key,
        admissions.area_type,
        admissions.area_code,
        admissions.financial_year,
        matched.condition_list,
        matched.condition,
        admissions.age_band,
        admissions.sex
),

person_totals as (
    select
        person_key,
        area_type,
        area_code,
        financial_year,
        condition_list,
        condition,
        sum(admissions) as admissions,
        sum(attributable) as attributable
    from person_bands
    group by person_key, area_type, area_code, financial_year, condition_list, condition
),

counts as (
    select
        area_type,
        area_code,
        financial_year,
        condition_list,
        condition,
        cast(sum(admissions) as bigint) as admissions,
        cast(sum(attributable) as double) as attributable,
        count(*) as people_admitted
    from person_totals
    group by area_type, area_code, financial_year, condition_list, condition
),

band_events as (
    select
        area_type,
        area_code,
        financial_year,
        condition_list,
        condition,
        age_band,
        sex,
        sum(attributable) as events,
        cast(sum(admissions * admissions) as bigint) as squares
    from person_bands
    where age_band <> 'Not known'
    group by area_type, area_code, financial_year, condition_list, condition, age_band, sex
),

age_ranges as (
    select distinct
        age_from,
        age_to
    from conditions
    where age_from is not null
        or age_to is not null
),

range_populations as (
    select
        age_ranges.age_from,
        age_ranges.age_to,
        ages.area_type,
        ages.area_code,
        ages.financial_year,
        cast(sum(ages.person_days) as double) / max(ages.days_covered) as population
    from age_ranges
    inner join ages
        on ages.age >= coalesce(age_ranges.age_from, 0)
        and ages.age <= coalesce(age_ranges.age_to, 150)
    group by
        age_ranges.age_from,
        age_ranges.age_to,
        ages.area_type,
        ages.area_code,
        ages.financial_year
),

band_populations as (
    select
        area_type,
        area_code,
        financial_year,
        age_band,
        sex,
        sum(person_days) as person_days,
        max(days_covered) as days_covered
    from ages
    where age_band <> 'Not known'
    group by area_type, area_code, financial_year, age_band, sex
),

condition_bands as (
    select
        conditions.condition_list,
        conditions.condition,
        conditions.has_parts,
        standard.age_band,
        standard.weight
    from conditions
    inner join standard
        on standard.lower_age >= coalesce(conditions.age_from, 0)
        and (conditions.age_to is null or standard.upper_age <= conditions.age_to)
    where conditions.has_bands
),

band_totals as (
    select
        condition_list,
        condition,
        count(*) as bands
    from condition_bands
    group by condition_list, condition
),

strata as (
    select
        condition_bands.condition_list,
        condition_bands.condition,
        band_populations.area_type,
        band_populations.area_code,
        band_populations.financial_year,
        band_populations.age_band,
        band_populations.sex,
        condition_bands.has_parts,
        condition_bands.weight,
        band_populations.person_days,
        band_populations.days_covered,
        cast(band_populations.person_days as double) / band_populations.days_covered as population,
        coalesce(band_events.events, 0) as events,
        coalesce(band_events.squares, 0) as squares
    from condition_bands
    inner join band_populations
        on condition_bands.age_band = band_populations.age_band
    left join band_events
        on condition_bands.condition_list = band_events.condition_list
        and condition_bands.condition = band_events.condition
        and band_populations.area_type = band_events.area_type
        and band_populations.area_code = band_events.area_code
        and band_populations.financial_year = band_events.financial_year
        and band_populations.age_band = band_events.age_band
        and band_populations.sex = band_events.sex
),

whole as (
    select
        condition_list,
        condition,
        financial_year,
        age_band,
        sex,
        population,
        events
    from strata
    where area_type = 'All'
),

ratios as (
    select
        strata.condition_list,
        strata.condition,
        strata.area_type,
        strata.area_code,
        strata.financial_year,
        isr(
            cast(strata.events as double), strata.population, cast(whole.events as double), whole.population, 100.0
        ) as estimate
    from strata
    inner join whole
        on strata.condition_list = whole.condition_list
        and strata.condition = whole.condition
        and strata.financial_year = whole.financial_year
        and strata.age_band = whole.age_band
        and strata.sex = whole.sex
    group by
        strata.condition_list,
        strata.condition,
        strata.area_type,
        strata.area_code,
        strata.financial_year
),

bands as (
    select
        condition_list,
        condition,
        area_type,
        area_code,
        financial_year,
        age_band,
        bool_or(has_parts) as has_parts,
        max(weight) as weight,
        cast(sum(person_days) as double) / max(days_covered) as population,
        cast(sum(events) as double) as events,
        sum(squares) as squares
    from strata
    group by condition_list, condition, area_type, area_code, financial_year, age_band
),

standardised as (
    select
        condition_list,
        condition,
        area_type,
        area_code,
        financial_year,
        count(*) as bands_with_people,
        -- Parts of events are standardised as events of their own, as Fingertips does.
        dsr(events, population, weight) filter (where has_parts) as of_parts,
        dsr_repeat(events, squares, population, weight) filter (where not has_parts) as of_events
    from bands
    group by condition_list, condition, area_type, area_code, financial_year
),

-- Fields are taken out before the frame is joined: rows of the frame without people have none.
direct as (
    select
        standardised.condition_list,
        standardised.condition,
        standardised.area_type,
        standardised.area_code,
        standardised.financial_year,
        case
            when standardised.bands_with_people = band_totals.bands
                then coalesce(standardised.of_events['value'], standardised.of_parts['value'])
        end as dsr,
        case
            when standardised.bands_with_people = band_totals.bands
                then coalesce(standardised.of_events['lower'], standardised.of_parts['lower'])
        end as dsr_lower,
        case
            when standardised.bands_with_people = band_totals.bands
                then coalesce(standardised.of_events['upper'], standardised.of_parts['upper'])
        end as dsr_upper
    from standardised
    inner join band_totals
        on standardised.condition_list = band_totals.condition_list
        and standardised.condition = band_totals.condition
),

indirect as (
    select
        condition_list,
        condition,
        area_type,
        area_code,
        financial_year,
        estimate['expected'] as expected,
        estimate['value'] as isr,
        estimate['lower'] as isr_lower,
        estimate['upper'] as isr_upper
    from ratios
),

counted as (
    select
        conditions.condition_list,
        conditions.condition_order,
        conditions.condition_group,
        conditions.condition,
        conditions.indicator_code,
        areas.area_type,
        areas.area_type_order,
        areas.area_code,
        areas.area_name,
        areas.financial_year,
        areas.days_covered,
        areas.is_complete,
        coalesce(completeness.incomplete_months, 0) as incomplete_months,
        coalesce(counts.admissions, 0) as admissions,
        coalesce(counts.attributable, 0.0) as attributable,
        coalesce(counts.people_admitted, 0) as people_admitted,
        case
            when conditions.age_from is null and conditions.age_to is null then areas.people
            -- As average_people does it: some people are never shown as none.
            when range_populations.population > 0
                then cast(greatest(round(range_populations.population), 1.0) as bigint)
            else 0
        end as people
    from areas
    cross join conditions
    left join completeness
        on areas.financial_year = completeness.financial_year
    left join range_populations
        on coalesce(conditions.age_from, -1) = coalesce(range_populations.age_from, -1)
        and coalesce(conditions.age_to, -1) = coalesce(range_populations.age_to, -1)
        and areas.area_type = range_populations.area_type
        and areas.area_code = range_populations.area_code
        and areas.financial_year = range_populations.financial_year
    left join counts
        on conditions.condition_list = counts.condition_list
        and conditions.condition = counts.condition
        and areas.area_type = counts.area_type
        and areas.area_code = counts.area_code
        and areas.financial_year = counts.financial_year
),

estimated as (
    select
        counted.*,
        rate(counted.attributable, nullif(counted.people, 0), 100000.0) as crude,
        direct.dsr,
        direct.dsr_lower,
        direct.dsr_upper,
        indirect.expected,
        indirect.isr,
        indirect.isr_lower,
        indirect.isr_upper
    from counted
    left join direct
        on counted.condition_list = direct.condition_list
        and counted.condition = direct.condition
        and counted.area_type = direct.area_type
        and counted.area_code = direct.area_code
        and counted.financial_year = direct.financial_year
    left join indirect
        on counted.condition_list = indirect.condition_list
        and counted.condition = indirect.condition
        and counted.area_type = indirect.area_type
        and counted.area_code = indirect.area_code
        and counted.financial_year = indirect.financial_year
),

final as (
    select
        condition_list,
        condition_order,
        condition_group,
        condition,
        indicator_code,
        area_type,
        area_type_order,
        area_code,
        area_name,
        financial_year,
        days_covered,
        is_complete,
        incomplete_months,
        admissions,
        attributable,
        people_admitted,
        people,
        crude['value'] as rate,
        crude['lower'] as lower,
        crude['upper'] as upper,
        crude['method'] as method,
        dsr,
        dsr_lower,
        dsr_upper,
        expected,
        isr,
        isr_lower,
        isr_upper
    from estimated
)

select * from final
