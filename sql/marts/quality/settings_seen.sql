/*
description: >
  Active people by the number of settings that they had attended contacts with in the 12 months up to
  the as-of date, by place of residence: people with records from two settings or more are those whom
  the shared record shows from more than one side.
grain: [place_name, settings]
columns:
  place_name: Place of residence, or Not known
  settings: "Number of settings: 0, 1, 2, 3, 4 or 5+"
  people: Active people
checks:
  - not_null: [place_name, settings, people]
  - one_of: {settings: ["0", "1", "2", "3", "4", "5+"]}
  - expect: people > 0
topic: quality
*/
with people as (
    select
        person_key,
        place_name
    from core.person
    where is_active
),

setting_counts as (
    select
        person_key,
        count(*) as settings
    from intermediate.person_setting
    group by person_key
),

placed as (
    select
        people.place_name,
        case
            when setting_counts.settings >= 5 then '5+'
            else cast(coalesce(setting_counts.settings, 0) as varchar)
        end as settings
    from people
    left join setting_counts
        on people.person_key = setting_counts.person_key
),

final as (
    select
        place_name,
        settings,
        count(*) as people
    from placed
    group by place_name, settings
)

select * from final
