/*
description: >
  Hospital admissions that are due to alcohol, smoking and obesity, by condition, place of residence and
  financial year. Each admission counts with the fraction of its main diagnosis, or of an external cause in any
  position, for the person's sex and age (intermediate.attributable_spell), so that attributable admissions are a
  sum of fractions and no count of people. Fractions below 0 stand for a risk that protects and are taken off. All conditions
  adds up those of a risk. The same admission may count for several risks, so that risks do not add up.

  Admissions of an age or sex for which there is no fraction count in admissions and in
  without_fraction, and add nothing. Limits are those of attributable_events.
grain: [risk, condition, area_name, financial_year]
columns:
  risk: Alcohol, Smoking or Obesity
  condition: Condition, or All conditions
  area_name: Place of residence, Not known, or All
  financial_year: "Such as 2025/26, or 2025/26 (part: 91 of 365 days)"
  admissions: Admissions with such a diagnosis
  without_fraction: Those of an age or sex that has no fraction
  attributable: Sum of their fractions
  lower: Lower 95 % limit of attributable; null without an attributable admission
  upper: Upper 95 % limit of attributable
  share: Attributable admissions for each admission
  midnights: Midnights in hospital of the admissions, so far as they have ended
  attributable_midnights: The same, each by its fraction
checks:
  - not_null: [risk, condition, area_name, financial_year, admissions, without_fraction, attributable]
  - expect: without_fraction between 0 and admissions
  - expect: attributable <= admissions
  - expect: attributable between lower and upper
topic: demand
*/
with spells as (
    select
        spell_key,
        place_name,
        coalesce(midnights, 0) as midnights,
        cast(date_trunc('month', admission_date) as date) as month
    from core.spell
    where admission_date >= $period_start
        and admission_date <= $period_end
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
        first_day
    from marts.reporting_year
),

attributable as (
    select
        spell_key,
        risk,
        condition,
        fraction
    from intermediate.attributable_spell
),

year_spells as (
    select
        spells.spell_key,
        spells.place_name,
        years.financial_year,
        spells.midnights
    from years
    inner join months
        on years.first_day = months.year_start
    inner join spells
        on months.month = spells.month
),

weighted as (
    select
        attributable.spell_key,
        attributable.risk,
        attributable.condition,
        year_spells.place_name,
        year_spells.financial_year,
        year_spells.midnights,
        attributable.fraction
    from attributable
    inner join year_spells
        on attributable.spell_key = year_spells.spell_key
),

-- Of two conditions of a risk that one admission has, the larger fraction counts in the total.
totals as (
    select
        spell_key,
        risk,
        'All conditions' as condition,
        place_name,
        financial_year,
        midnights,
        max(fraction) as fraction
    from weighted
    group by spell_key, risk, place_name, financial_year, midnights
),

conditions as (
    select risk, condition, place_name, financial_year, midnights, fraction
    from weighted
    union all
    select risk, condition, place_name, financial_year, midnights, fraction
    from totals
),

placed as (
    select
        risk,
        condition,
        unnest([place_name, 'All']) as area_name,
        financial_year,
        midnights,
        fraction
    from conditions
),

summed as (
    select
        risk,
        condition,
        area_name,
        financial_year,
        count(*) as admissions,
        count(*) filter (where fraction is null) as without_fraction,
        attributable_events(1.0, fraction) as estimate,
        sum(midnights) as midnights,
        -- A sum of floating-point numbers would depend on the order of rows.
        attributable_events(midnights, fraction) as estimate_of_midnights
    from placed
    group by risk, condition, area_name, financial_year
),

final as (
    select
        risk,
        condition,
        area_name,
        financial_year,
        admissions,
        without_fraction,
        estimate['value'] as attributable,
        estimate['lower'] as lower,
        estimate['upper'] as upper,
        estimate['share'] as share,
        cast(midnights as bigint) as midnights,
        estimate_of_midnights['value'] as attributable_midnights
    from summed
)

select * from final
