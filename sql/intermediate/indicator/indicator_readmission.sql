/*
description: >
  Spells that ended alive in each financial year, and how many of them were followed by an emergency
  admission within 28 days, whatever the provider. Of spells that began on one day the longer one is
  the later; a spell that begins on the day of discharge is a readmission. Spells whose 28 days are
  not over by the as-of date are left out.
grain: [person_key, part, measure, period]
columns:
  person_key: Pseudonym of the person
  part: "numerator or denominator"
  measure: discharges_alive (the denominator) or readmitted_28_days
  period: The financial year, as in marts.reporting_year
  n: Spells
checks:
  - unique: [person_key, part, measure, period]
  - not_null: [person_key, part, measure, period, n]
  - one_of: {part: [numerator, denominator]}
  - expect: n > 0
*/
with spells as (
    select
        person_key,
        spell_key,
        admission_date,
        discharge_date,
        discharge_method,
        is_emergency
    from core.spell
),

followed as (
    select
        person_key,
        discharge_date,
        discharge_method,
        min(case when is_emergency then admission_date end) over (
            partition by person_key
            order by admission_date, coalesce(discharge_date, cast('9999-12-31' as date)), spell_key
            rows between 1 following and unbounded following
        ) as next_emergency_date
    from spells
),

years as (
    select
        financial_year,
        first_day,
        last_day
    from marts.reporting_year
),

person_years as (
    select
        followed.person_key,
        years.financial_year,
        count(*) as discharges,
        count(*) filter (
            where followed.next_emergency_date between followed.discharge_date
                and followed.discharge_date + interval '28' day
        ) as readmitted
    from years
    inner join followed
        on followed.discharge_date between years.first_day and years.last_day
    where followed.discharge_date between $period_start and $period_end
        and followed.discharge_date <= $as_of - interval '28' day
        and coalesce(followed.discharge_method, '1') not in ('4', '5')
    group by followed.person_key, years.financial_year
),

final as (
    select
        person_key,
        'denominator' as part,
        'discharges_alive' as measure,
        financial_year as period,
        discharges as n
    from person_years
    union all
    select
        person_key,
        'numerator' as part,
        'readmitted_28_days' as measure,
        financial_year as period,
        readmitted as n
    from person_years
    where readmitted > 0
)

select * from final
