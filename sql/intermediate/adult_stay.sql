/*
description: >
  Hospital stays of adults over a night or more, for the time between being ready to leave and leaving: spells of
  core.spell with a midnight by the as-of date, of people aged 18 and over at admission, or of an age that is not
  known. Maternity (by point of delivery, or treatment functions 501 and 560) and regular attenders are left out.

  A person is ready from the discharge-ready date, on which the criteria to reside in hospital are no longer met.
  What happened after the as-of date is not known: such a stay is not over, and such a person not ready.
grain: spell_key
columns:
  person_key: Pseudonym of the person
  spell_key: Spell, as in core.spell
  point_of_delivery: Point of delivery, see reference.point_of_delivery
  admission_date: Day of admission
  discharge_ready_date: Day from which the person could have left; null where not recorded
  discharge_date: Day of discharge; null while in hospital at the as-of date
  last_date: Day of discharge, or the as-of date
  is_discharged_alive: Whether the stay ended otherwise than by death or still birth (discharge methods 4 and 5)
  delay_days: Days from the discharge-ready date to the discharge; null unless the stay ended alive and the date is recorded
checks:
  - not_null: [person_key, spell_key, point_of_delivery, admission_date, last_date, is_discharged_alive]
  - expect: last_date > admission_date
  - expect: discharge_ready_date between admission_date and last_date
  - expect: delay_days >= 0
topic: utilisation
*/
with spells as (
    select
        person_key,
        spell_key,
        point_of_delivery,
        admission_date,
        case when discharge_ready_date <= $as_of then discharge_ready_date end as discharge_ready_date,
        case when discharge_date <= $as_of then discharge_date end as discharge_date,
        coalesce(discharge_method, '') as discharge_method
    from core.spell
    where point_of_delivery not in ('Maternity', 'Regular attender')
        and coalesce(treatment_function, '') not in ('501', '560')
        and coalesce(age, 18) >= 18
),

final as (
    select
        person_key,
        spell_key,
        point_of_delivery,
        admission_date,
        discharge_ready_date,
        discharge_date,
        coalesce(discharge_date, $as_of) as last_date,
        discharge_date is not null and discharge_method not in ('4', '5') as is_discharged_alive,
        case
            when discharge_method not in ('4', '5')
                then days_between(discharge_ready_date, discharge_date)
        end as delay_days
    from spells
    where coalesce(discharge_date, $as_of) > admission_date
)

select * from final order by person_key
