/*
description: >
  How many active people the shared record shows from both of two settings, by place of residence:
  people with an attended contact with each of them in the 12 months up to the as-of date. Each
  pair of settings has one row, in the order of reference.setting; a setting with itself is the
  people seen by it, and its two_or_more those of them who were seen by another setting too.
grain: [place_name, setting, other_setting]
columns:
  place_name: Place of residence, or Not known
  setting: Setting of care
  other_setting: The same setting, or a later one in the order of reference.setting
  people: Active people with contacts with both
  two_or_more: Those of them with contacts with two settings or more; all of them for two different settings
  active_people: Active people of the place
checks:
  - not_null: [place_name, setting, other_setting, people, two_or_more, active_people]
  - expect: two_or_more <= people and people <= active_people
  - expect: setting = other_setting or two_or_more = people
topic: quality
*/
with people as (
    select
        person_key,
        place_name
    from core.person
    where is_active
),

settings as (
    select
        setting,
        cast(setting_order as int) as setting_order
    from reference.setting
),

person_settings as (
    select
        people.person_key,
        people.place_name,
        settings.setting,
        settings.setting_order
    from people
    inner join intermediate.person_setting as seen
        on people.person_key = seen.person_key
    inner join settings
        on seen.setting = settings.setting
),

setting_counts as (
    select
        person_key,
        count(*) as settings
    from person_settings
    group by person_key
),

paired as (
    select
        first_settings.place_name,
        first_settings.setting,
        second_settings.setting as other_setting,
        count(*) as people,
        count(*) filter (where setting_counts.settings >= 2) as two_or_more
    from setting_counts
    inner join person_settings as first_settings
        on setting_counts.person_key = first_settings.person_key
    inner join person_settings as second_settings
        on first_settings.person_key = second_settings.person_key
        and first_settings.setting_order <= second_settings.setting_order
    group by first_settings.place_name, first_settings.setting, second_settings.setting
),

places as (
    select
        place_name,
        count(*) as active_people
    from people
    group by place_name
),

final as (
    select
        paired.place_name,
        paired.setting,
        paired.other_setting,
        paired.people,
        paired.two_or_more,
        places.active_people
    from places
    inner join paired
        on places.place_name = paired.place_name
)

select * from final
