/*
description: >
  Emergency department attendances with the person's attendances in the year before. A frequent attender has had
  three and more unplanned first attendances in the 365 days before the one that is looked at, with any
  department. Only unplanned first attendances (category 1, or none recorded) count and can be frequent ones.
grain: attendance_key
columns:
  person_key: Pseudonym of the person
  attendance_key: Attendance, as in core.attendance
  earlier_attendances: Unplanned first attendances in the 365 days before, up to 3; null for another category
  is_frequent: Whether there were three and more
checks:
  - unique: attendance_key
  - not_null: [person_key, attendance_key, is_frequent]
  - expect: earlier_attendances between 0 and 3
topic: utilisation
*/
with attendances as (
    select
        person_key,
        attendance_key,
        arrived,
        arrived_date,
        coalesce(attendance_category, '1') = '1' as is_unplanned
    from core.attendance
),

unplanned as (
    select
        person_key,
        attendance_key,
        arrived_date,
        lag(arrived_date, 1) over (partition by person_key order by arrived, attendance_key) as earlier_1,
        lag(arrived_date, 2) over (partition by person_key order by arrived, attendance_key) as earlier_2,
        lag(arrived_date, 3) over (partition by person_key order by arrived, attendance_key) as earlier_3
    from attendances
    where is_unplanned
),

counted as (
    select
        person_key,
        attendance_key,
        case when days_between(earlier_1, arrived_date) <= 365 then 1 else 0 end
        + case when days_between(earlier_2, arrived_date) <= 365 then 1 else 0 end
        + case when days_between(earlier_3, arrived_date) <= 365 then 1 else 0 end as earlier_attendances
    from unplanned
),

final as (
    select
        attendances.person_key,
        attendances.attendance_key,
        counted.earlier_attendances,
        coalesce(counted.earlier_attendances >= 3, false) as is_frequent
    from attendances
    left join counted
        on attendances.person_key = counted.person_key
        and attendances.attendance_key = counted.attendance_key
)

select * from final order by person_key
