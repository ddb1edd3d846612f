/*
description: >
  Indicators of practices and primary care networks beside the limits within which they lie by chance if they
  are like all of the record together: registers (people of those who are old enough), care
  processes (people for whom they were done, of those on the register), and emergency admissions in the 12 months to the as-of
  date of active people. Proportions are compared with the funnel's lines; admissions with the exact
  Poisson limits of their number. They are crude: a practice with older people may be High for that.
  Practices and networks that are not known have no row.

  Where most practices lie outside these limits, they differ for reasons that all of them have. The limits
  that are called overdispersed allow for as much difference as there is (Spiegelhalter); where there is none they
  are the same, and what is not significant without the allowance is not with it. The shrunk value
  draws each practice towards all of them by as much as it is uncertain: for maps and lists in which small
  practices would otherwise be the first and the last.
grain: [area_type, area_code, indicator]
columns:
  area_type: Practice or PCN
  area_code: ODS code of the practice or network
  area_name: Its name
  indicator: "register: and its short name, care: and the register and process, or emergency_admission"
  indicator_name: Name of the indicator for readers
  statistic: proportion or rate
  numerator: People counted, or admissions
  denominator: People of whom
  value: Proportion, 0 to 1, or admissions for each 1,000 people; null where the denominator is 0
  baseline: The value of all of the record together
  lower_95: Lower line, beyond which 1 in 40 lies by chance
  upper_95: Upper line, beyond which 1 in 40 lies by chance
  lower_99_8: Lower line, beyond which 1 in 1,000 lies by chance
  upper_99_8: Upper line, beyond which 1 in 1,000 lies by chance
  significance: "High (0.001), High (0.025), Low (0.001), Low (0.025), Not significant; Not known where the denominator is 0"
  phi: Variation between the areas of the type over that of chance; above 1 there is overdispersion
  overdispersed_lower_95: Lower line that allows for it, beyond which 1 in 40 lies
  overdispersed_upper_95: Upper line that allows for it
  overdispersed_lower_99_8: Lower line that allows for it, beyond which 1 in 1,000 lies
  overdispersed_upper_99_8: Upper line that allows for it
  overdispersed_significance: As significance, by these lines
  shrunk_value: Value drawn towards that of all areas of the type, in the unit of the value
checks:
  - unique: [area_type, area_code, indicator]
  - not_null: [area_type, area_code, area_name, indicator, indicator_name, statistic, numerator, denominator, significance]
  - one_of: {area_type: [Practice, PCN]}
topic: inequality
*/
with active_people as (
    select person_key
    from core.person
    where is_active
),

admissions as (
    select
        person_key,
        count(*) as admissions
    from core.spell
    where is_emergency
        and admission_date > $as_of - interval '12' month
    group by person_key
),

admission_rates as (
    select
        person_areas.area_type,
        person_areas.area_code,
        max(person_areas.area_name) as area_name,
        coalesce(sum(admissions.admissions), 0) as numerator,
        count(*) as denominator
    from active_people
    inner join intermediate.person_area as person_areas
        on active_people.person_key = person_areas.person_key
    left join admissions
        on active_people.person_key = admissions.person_key
    group by person_areas.area_type, person_areas.area_code
),

figures as (
    select
        area_type,
        area_code,
        area_name,
        'register:' || register as indicator,
        register_name as indicator_name,
        'proportion' as statistic,
        people as numerator,
        population as denominator
    from marts.register_prevalence
    union all
    select
        area_type,
        area_code,
        area_name,
        'care:' || register || ':' || care_process as indicator,
        care_process_name as indicator_name,
        'proportion' as statistic,
        done as numerator,
        people as denominator
    from marts.care_gap
    union all
    select
        area_type,
        area_code,
        area_name,
        'emergency_admission' as indicator,
        'Emergency admissions' as indicator_name,
        'rate' as statistic,
        numerator,
        denominator
    from admission_rates
),

baselines as (
    select
        indicator,
        cast(numerator as double) / nullif(denominator, 0)
        * case when statistic = 'rate' then 1000.0 else 1.0 end as baseline
    from figures
    where area_type = 'All'
),

compared as (
    select
        figures.area_type,
        figures.area_code,
        figures.area_name,
        figures.indicator,
        figures.indicator_name,
        figures.statistic,
        figures.numerator,
        figures.denominator,
        cast(figures.numerator as double) / nullif(figures.denominator, 0)
        * case when figures.statistic = 'rate' then 1000.0 else 1.0 end as value,
        baselines.baseline
    from baselines
    inner join figures
        on baselines.indicator = figures.indicator
    where figures.area_type in ('Practice', 'PCN')
        and figures.area_code <> 'Not known'
),

limits as (
    select
        *,
        case
            when statistic = 'proportion' then funnel_limits('proportion', nullif(denominator, 0), baseline)
            else funnel_limits('rate', numerator, baseline)
        end as funnel,
        case
            when statistic = 'proportion'
                then funnel_significance('proportion', numerator, nullif(denominator, 0), baseline)
            else funnel_significance('rate', numerator, nullif(denominator, 0), baseline, 1000.0)
        end as significance
    from compared
),

-- The areas in one order: sums over them have the same last digits in every run.
spread as (
    select
        *,
        funnel_overdispersed(
            case when statistic = 'rate' then 'ratio' else 'proportion' end,
            numerator,
            case
                when statistic = 'rate' then nullif(denominator * baseline / 1000.0, 0)
                else nullif(cast(denominator as double), 0)
            end
        ) over (partition by indicator, statistic, area_type order by area_code) as allowing,
        case when statistic = 'rate' then baseline else 1.0 end as unit,
        shrunk_rate(numerator, nullif(denominator, 0), 1.0) over (partition by indicator, area_type order by area_code) as shrunk
    from limits
),

final as (
    select
        area_type,
        area_code,
        area_name,
        indicator,
        indicator_name,
        statistic,
        numerator,
        denominator,
        value,
        baseline,
        funnel['lower_95'] as lower_95,
        funnel['upper_95'] as upper_95,
        funnel['lower_99_8'] as lower_99_8,
        funnel['upper_99_8'] as upper_99_8,
        coalesce(significance, 'Not known') as significance,
        allowing['phi'] as phi,
        case
            when allowing['tau_squared'] > 0 then allowing['lower_95'] * unit
            else funnel['lower_95']
        end as overdispersed_lower_95,
        case
            when allowing['tau_squared'] > 0 then allowing['upper_95'] * unit
            else funnel['upper_95']
        end as overdispersed_upper_95,
        case
            when allowing['tau_squared'] > 0 then allowing['lower_99_8'] * unit
            else funnel['lower_99_8']
        end as overdispersed_lower_99_8,
        case
            when allowing['tau_squared'] > 0 then allowing['upper_99_8'] * unit
            else funnel['upper_99_8']
        end as overdispersed_upper_99_8,
        case
            when allowing['tau_squared'] > 0 and significance <> 'Not significant' then allowing['significance']
            else coalesce(significance, 'Not known')
        end as overdispersed_significance,
        shrunk['value'] * case when statistic = 'rate' then 1000.0 else 1.0 end as shrunk_value
    from spread
)

select * from final
