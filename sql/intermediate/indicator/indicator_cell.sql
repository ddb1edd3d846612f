/*
description: >
  The counts behind all indicators, by practice, residence, sex, age, deprivation and ethnic group.
  Each indicator is one line of the union here, one model that it names, and one row of
  reference.indicator. A model gives rows of one shape: a person, whether the count is a numerator
  or a denominator, the measure, the period and how many. Rows of people who are not in
  intermediate.indicator_person for the period do not count.
grain: [model, part, measure, period, practice_code, pcn_code, place_code, neighbourhood_code, ltla_code, region_code, sub_icb_code, icb_code, sex, age_band, imd_quintile, ethnic_group]
columns:
  model: Which model of the union the counts come from
  part: numerator or denominator
  measure: What is counted
  period_type: as_of or financial_year
  period: The word as_of, which stands for the as-of date, or the financial year
  practice_code: ODS code of the practice, or Not known
  pcn_code: Primary care network, or Not known
  place_code: Place of residence, or Not known
  neighbourhood_code: Neighbourhood of residence, or Not known
  ltla_code: Lower tier local authority of residence, or Not known
  region_code: Region of residence, or Not known
  sub_icb_code: Sub-ICB location of residence, or Not known
  icb_code: Integrated care board of residence, or Not known
  sex: "female, male, other or unknown"
  age_band: Five-year band, 0-4 to 90+, or Not known
  imd_quintile: Deprivation quintile, or Not known
  ethnic_group: One of five groups, or Not known
  n: The count
  squares: Each person's count squared and summed, for limits of events that one person has several of
checks:
  - unique: [model, part, measure, period, practice_code, pcn_code, place_code, neighbourhood_code, ltla_code, region_code, sub_icb_code, icb_code, sex, age_band, imd_quintile, ethnic_group]
  - not_null: [model, part, measure, period_type, period, n, squares]
  - one_of: {part: [numerator, denominator]}
  - expect: squares >= n and n > 0
*/
with events as (
    select 'population' as model, person_key, part, measure, period, n from intermediate.indicator_population
    union all
    select 'age' as model, person_key, part, measure, period, n from intermediate.indicator_age
    union all
    select 'deprivation' as model, person_key, part, measure, period, n from intermediate.indicator_deprivation
    union all
    select 'ethnicity' as model, person_key, part, measure, period, n from intermediate.indicator_ethnicity
    union all
    select 'language' as model, person_key, part, measure, period, n from intermediate.indicator_language
    union all
    select 'record_coverage' as model, person_key, part, measure, period, n from intermediate.indicator_record_coverage
    union all
    select 'long_term_condition' as model, person_key, part, measure, period, n from intermediate.indicator_long_term_condition
    union all
    select 'setting' as model, person_key, part, measure, period, n from intermediate.indicator_setting
    union all
    select 'emergency_admission' as model, person_key, part, measure, period, n from intermediate.indicator_emergency_admission
    union all
    select 'external_cause' as model, person_key, part, measure, period, n from intermediate.indicator_external_cause
    union all
    select 'planned_admission' as model, person_key, part, measure, period, n from intermediate.indicator_planned_admission
    union all
    select 'length_of_stay' as model, person_key, part, measure, period, n from intermediate.indicator_length_of_stay
    union all
    select 'delayed_discharge' as model, person_key, part, measure, period, n from intermediate.indicator_delayed_discharge
    union all
    select 'readmission' as model, person_key, part, measure, period, n from intermediate.indicator_readmission
    union all
    select 'emergency_department' as model, person_key, part, measure, period, n from intermediate.indicator_emergency_department
    union all
    select 'outpatient' as model, person_key, part, measure, period, n from intermediate.indicator_outpatient
    union all
    select 'general_practice' as model, person_key, part, measure, period, n from intermediate.indicator_general_practice
    union all
    select 'vaccination' as model, person_key, part, measure, period, n from intermediate.indicator_vaccination
    union all
    select 'monitoring' as model, person_key, part, measure, period, n from intermediate.indicator_monitoring
    union all
    select 'death' as model, person_key, part, measure, period, n from intermediate.indicator_death
    union all
    select 'change_of_practice' as model, person_key, part, measure, period, n from intermediate.indicator_change_of_practice
),

people as (
    select
        person_key,
        period_type,
        period,
        practice_code,
        pcn_code,
        place_code,
        neighbourhood_code,
        ltla_code,
        region_code,
        sub_icb_code,
        icb_code,
        sex,
        age_band,
        imd_quintile,
        ethnic_group
    from intermediate.indicator_person
),

final as (
    select
        events.model,
        events.part,
        events.measure,
        people.period_type,
        people.period,
        people.practice_code,
        people.pcn_code,
        people.place_code,
        people.neighbourhood_code,
        people.ltla_code,
        people.region_code,
        people.sub_icb_code,
        people.icb_code,
        people.sex,
        people.age_band,
        people.imd_quintile,
        people.ethnic_group,
        cast(sum(events.n) as bigint) as n,
        cast(sum(events.n * events.n) as bigint) as squares
    from people
    inner join events
        on people.person_key = events.person_key
        and people.period = events.period
    group by
        events.model,
        events.part,
        events.measure,
        people.period_type,
        people.period,
        people.practice_code,
        people.pcn_code,
        people.place_code,
        people.neighbourhood_code,
        people.ltla_code,
        people.region_code,
        people.sub_icb_code,
        people.icb_code,
        people.sex,
        people.age_band,
        people.imd_quintile,
        people.ethnic_group
)

select * from final
