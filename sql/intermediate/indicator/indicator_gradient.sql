/*
description: >
  Slope (sii) and relative (rii) indices of inequality over the fifths of deprivation of another indicator
  of intermediate.indicator_rate, which a row of reference.indicator names under events, of all people of the
  whole area and of each place, with 95% and 99.8% limits. Above 0, or above 1, there is more of it at the
  most deprived end. An area that lacks people or a value in one of the fifths has neither; people whose
  deprivation is not known count in neither.
grain: [indicator, area_type, area_code, period]
columns:
  indicator: Short name, see reference.indicator
  period_type: as_of or financial_year
  period: The word as_of, which stands for the as-of date, or the financial year
  area_type: All or Place
  area_code: Code of the place; All for the whole area, Not known for people without one
  numerator: People or events counted in the five fifths
  denominator: What they are out of
  value: The index
  lower: Lower 95% limit
  upper: Upper 95% limit
  lower_998: Lower 99.8% limit
  upper_998: Upper 99.8% limit
checks:
  - not_null: [indicator, period_type, period, area_type, area_code, numerator, denominator]
topic: indicator
*/
with indices as (
    select
        indicator,
        method,
        events
    from reference.indicator
    where method in ('sii', 'rii')
),

fifths as (
    select
        indicator,
        period_type,
        period,
        area_type,
        area_code,
        cast(substring(category, 1, 1) as int) as quintile,
        numerator,
        denominator,
        value,
        count(value) over (partition by indicator, period, area_type, area_code) as known_fifths
    from intermediate.indicator_rate
    where category_type = 'Deprivation quintile'
        and category <> 'Not known'
),

estimated as (
    select
        indices.indicator,
        indices.method,
        fifths.period_type,
        fifths.period,
        fifths.area_type,
        fifths.area_code,
        cast(sum(fifths.numerator) as bigint) as numerator,
        sum(fifths.denominator) as denominator,
        sii(fifths.quintile, fifths.denominator, fifths.value, 'none', -1.0, 0.95)
            filter (where indices.method = 'sii') as sii_95,
        sii(fifths.quintile, fifths.denominator, fifths.value, 'none', -1.0, 0.998)
            filter (where indices.method = 'sii') as sii_998,
        rii(fifths.quintile, fifths.denominator, fifths.value, 'none', -1.0, 0.95)
            filter (where indices.method = 'rii') as rii_95,
        rii(fifths.quintile, fifths.denominator, fifths.value, 'none', -1.0, 0.998)
            filter (where indices.method = 'rii') as rii_998
    from indices
    inner join fifths
        on indices.events = fifths.indicator
    where fifths.known_fifths = 5
    group by
        indices.indicator,
        indices.method,
        fifths.period_type,
        fifths.period,
        fifths.area_type,
        fifths.area_code
),

final as (
    select
        indicator,
        period_type,
        period,
        area_type,
        area_code,
        numerator,
        denominator,
        case
            when method = 'sii' then sii_95['value']
            when rii_95['lower'] is not null then rii_95['value']
        end as value,
        case when method = 'sii' then sii_95['lower'] else rii_95['lower'] end as lower,
        case when method = 'sii' then sii_95['upper'] else rii_95['upper'] end as upper,
        case when method = 'sii' then sii_998['lower'] else rii_998['lower'] end as lower_998,
        case when method = 'sii' then sii_998['upper'] else rii_998['upper'] end as upper_998
    from estimated
)

select * from final
