/*
description: >
  Active people (alive and registered at the as-of date), with the characteristics that reports group and
  count them by: area, demographics, language, long-term conditions, segment and settings of care. Reports count
  these rows. One row per person.
grain: person_key
columns:
  person_key: Pseudonym of the person
  area_name: Place of residence, or primary care network, by geography_basis; or Not known
  place_name: Place of residence, or Not known
  age: Completed years at the as-of date; null where not known
  age_band: Five-year band, 0-4 to 90+, or Not known
  sex: "female, male, other or unknown"
  ethnic_group: One of five groups, or Not known
  imd_quintile: Deprivation quintile label of the LSOA, or Not known
  language_group: Preferred language, English or Another language; Not known where it is not recorded
  interpreter_required: Whether an interpreter is needed, according to the Patient record or a flag; null where neither says
  has_practice: Whether the practice is known
  conditions: Long-term conditions, 0 or more
  condition_count_band: "0, 1, 2, 3 or 4+ of them"
  has_mental_and_physical: Whether a long-term mental and a long-term physical condition are among them
  segment: Name of the segment; None where no segment rule is met
  previous_segment: Segment twelve months earlier; Not registered for people who were not registered then
  settings: Number of settings of care with an attended contact in the last 12 months
checks:
  - unique: person_key
  - not_null: [person_key, area_name, place_name, age_band, sex, ethnic_group, imd_quintile, language_group, has_practice, conditions, condition_count_band, has_mental_and_physical, segment, previous_segment, settings]
  - expect: has_mental_and_physical = false or conditions >= 2
  - one_of: {condition_count_band: reference.condition_count_band.condition_count_band}
topic: needs
*/
with people as (
    select
        person_key,
        area_name,
        place_name,
        age,
        age_band,
        sex,
        ethnic_group,
        imd_quintile,
        language,
        interpreter_required,
        practice_code
    from core.person
    where is_active
),

condition_counts as (
    select
        person_key,
        conditions
    from core.long_term_condition_count
),

registers as (
    select
        cast(register as varchar) as register,
        domain
    from reference.register
    where long_term = 'yes'
),

domains as (
    select
        statuses.person_key,
        max(case when registers.domain = 'Mental health' then 1 else 0 end) as mental,
        max(case when registers.domain = 'Physical' then 1 else 0 end) as physical
    from registers
    inner join core.register_status as statuses
        on registers.register = statuses.register
    where statuses.on_register
    group by statuses.person_key
),

segments as (
    select
        person_key,
        segment,
        previous_segment
    from core.segment
),

needs as (
    select distinct person_key
    from intermediate.person_need
    where need_kind = 'interpreter'
),

seen as (
    select
        person_key,
        count(*) as settings
    from intermediate.person_setting
    group by person_key
),

final as (
    select
        people.person_key,
        people.area_name,
        people.place_name,
        people.age,
        people.age_band,
        people.sex,
        people.ethnic_group,
        people.imd_quintile,
        case
            when people.language is null then 'Not known'
            when people.language = 'en' or people.language like 'en-%' then 'English'
            else 'Another language'
        end as language_group,
        case
            when needs.person_key is not null then true
            else people.interpreter_required
        end as interpreter_required,
        people.practice_code is not null as has_practice,
        coalesce(condition_counts.conditions, 0) as conditions,
        case
            when condition_counts.conditions >= 4 then '4+'
            else cast(coalesce(condition_counts.conditions, 0) as varchar)
        end as condition_count_band,
        coalesce(domains.mental = 1 and domains.physical = 1, false) as has_mental_and_physical,
        coalesce(segments.segment, 'None') as segment,
        case
            when segments.person_key is null then 'None'
            else coalesce(segments.previous_segment, 'Not registered')
        end as previous_segment,
        cast(coalesce(seen.settings, 0) as int) as settings
    from people
    left join condition_counts
        on people.person_key = condition_counts.person_key
    left join domains
        on people.person_key = domains.person_key
    left join segments
        on people.person_key = segments.person_key
    left join needs
        on people.person_key = needs.person_key
    left join seen
        on people.person_key = seen.person_key
)

select * from final order by person_key
