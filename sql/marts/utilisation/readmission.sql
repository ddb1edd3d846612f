/*
description: >
  Emergency readmissions within 30 days of discharge by provider, area and financial year of discharge:
  percentage with Wilson limits, and ratio to what would be expected with the percentages of all stays by age band,
  sex and kind of admission. Which stays and readmissions count is said in intermediate.readmission: no day cases,
  maternity, cancer or deaths, and transfers are no readmissions. Diagnosis and procedure, which the national
  indicator also allows for, are not.

  The areas and the provider are those of the last hospital spell of the stay. Every area and year of the period
  has a row, zero included. A year is complete when the 30 days of its last discharge are over too.
grain: [area_type, area_code, financial_year]
columns:
  area_type: All, Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN, Practice or Provider
  area_type_order: Order of the types
  area_code: Code of the area or provider, or Not known
  area_name: Name of it
  financial_year: Financial year of discharge
  is_complete: Whether all discharges of the year and the 30 days after them are covered
  incomplete_months: Months of the year with incomplete records of emergency admissions (marts.period_completeness)
  stays: Stays that may be followed by a readmission
  people: Different people with such stays
  readmissions: Those of the stays that were followed by one
  percent: Readmissions as a percentage of the stays; null without stays
  lower: Lower 95% limit of the percentage (Wilson)
  upper: Upper 95% limit of the percentage
  expected: Readmissions expected with the percentages of all stays
  isr: Readmissions for each 100 expected; null where none are expected
  isr_lower: Lower 95% limit of it
  isr_upper: Upper 95% limit of it
  significance: "The ratio against 100 as in a funnel plot: High (0.001), High (0.025), Low (0.001), Low (0.025), Not significant, or Not applicable where none are expected"
checks:
  - unique: [area_type, area_code, financial_year]
  - not_null: [area_type, area_code, area_name, financial_year, is_complete, stays, people, readmissions, significance]
  - expect: readmissions between 0 and stays
  - expect: people <= stays
  - expect: percent between lower - 0.000001 and upper + 0.000001
  - expect: stays > 0 or percent is null
topic: utilisation
*/
with stays as (
    select
        person_key,
        spell_key,
        financial_year,
        admission_kind,
        sex,
        age_band,
        is_readmitted
    from intermediate.readmission
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

years as (
    select
        financial_year,
        is_complete and last_day <= cast($as_of - interval '29 days' as date) as is_complete
    from intermediate.period_year
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

placed as (
    select
        stays.person_key,
        spell_areas.area_type,
        spell_areas.area_code,
        stays.financial_year,
        stays.admission_kind,
        stays.sex,
        stays.age_band,
        stays.is_readmitted
    from stays
    inner join spell_areas
        on stays.person_key = spell_areas.person_key
        and stays.spell_key = spell_areas.spell_key
),

strata as (
    select
        area_type,
        area_code,
        financial_year,
        admission_kind,
        sex,
        age_band,
        count(*) as stays,
        count(*) filter (where is_readmitted) as readmissions
    from placed
    group by area_type, area_code, financial_year, admission_kind, sex, age_band
),

whole as (
    select
        financial_year,
        admission_kind,
        sex,
        age_band,
        stays,
        readmissions
    from strata
    where area_type = 'All'
),

ratios as (
    select
        strata.area_type,
        strata.area_code,
        strata.financial_year,
        isr(strata.readmissions, strata.stays, whole.readmissions, whole.stays, 100.0) as estimate
    from strata
    inner join whole
        on strata.financial_year = whole.financial_year
        and strata.admission_kind = whole.admission_kind
        and strata.sex = whole.sex
        and strata.age_band = whole.age_band
    group by strata.area_type, strata.area_code, strata.financial_year
),

person_totals as (
    select
        person_key,
        area_type,
        area_code,
        financial_year,
        count(*) as stays,
        count(*) filter (where is_readmitted) as readmissions
    from placed
    group by person_key, area_type, area_code, financial_year
),

counts as (
    select
        area_type,
        area_code,
        financial_year,
        cast(sum(stays) as bigint) as stays,
        cast(sum(readmissions) as bigint) as readmissions,
        count(*) as people,
        proportion(sum(readmissions), sum(stays), 100.0) as share
    from person_totals
    group by area_type, area_code, financial_year
),

-- Fields are taken out before the frame is joined: rows of the frame without stays have none.
shares as (
    select
        area_type,
        area_code,
        financial_year,
        stays,
        readmissions,
        people,
        share['value'] as percent,
        share['lower'] as lower,
        share['upper'] as upper
    from counts
),

compared as (
    select
        area_type,
        area_code,
        financial_year,
        estimate['expected'] as expected,
        estimate['value'] as isr,
        estimate['lower'] as isr_lower,
        estimate['upper'] as isr_upper,
        funnel_significance('ratio', estimate['observed'], nullif(estimate['expected'], 0)) as significance
    from ratios
),

final as (
    select
        areas.area_type,
        areas.area_type_order,
        areas.area_code,
        areas.area_name,
        years.financial_year,
        years.is_complete,
        coalesce(completeness.incomplete_months, 0) as incomplete_months,
        coalesce(shares.stays, 0) as stays,
        coalesce(shares.people, 0) as people,
        coalesce(shares.readmissions, 0) as readmissions,
        shares.percent,
        shares.lower,
        shares.upper,
        compared.expected,
        compared.isr,
        compared.isr_lower,
        compared.isr_upper,
        coalesce(compared.significance, 'Not applicable') as significance
    from areas
    cross join years
    left join completeness
        on years.financial_year = completeness.financial_year
    left join shares
        on areas.area_type = shares.area_type
        and areas.area_code = shares.area_code
        and years.financial_year = shares.financial_year
    left join compared
        on areas.area_type = compared.area_type
        and areas.area_code = compared.area_code
        and years.financial_year = compared.financial_year
)

select * from final
