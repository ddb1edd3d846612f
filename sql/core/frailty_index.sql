/*
description: >
  The electronic frailty index (Clegg et al. 2016) of each active person of 65 and over at the as-of date: the share of 36
  deficits that the record has seen (intermediate.efi_person_deficit). Up to 0.12 is fit, up to 0.24 mild, up to 0.36
  moderate, above severe frailty. It says who may be frail, and is no diagnosis.

  The sets of codes are not shipped. Until a site loads them into reference.efi_code there are no rows, as an index of
  nothing would call everybody fit; while some deficits have no code, a check warns, as the index is then too low.
grain: person_key
columns:
  person_key: Pseudonym of the person
  deficits: Deficits of the 36
  score: Deficits out of 36
  frailty: fit, mild, moderate or severe
  deficits_with_codes: Deficits that can be found, polypharmacy included; 36 when all sets are loaded
checks:
  - unique: person_key
  - not_null: [person_key, deficits, score, frailty, deficits_with_codes]
  - one_of: {frailty: [fit, mild, moderate, severe]}
  - expect: score between 0 and 1
  - expect: deficits_with_codes = 36
    severity: warn
topic: needs
*/
with people as (
    select person_key
    from core.person
    where is_active
        and age >= 65
),

found as (
    select
        person_key,
        count(*) as deficits
    from intermediate.efi_person_deficit
    group by person_key
),

loaded as (
    select count(distinct deficit) + 1 as deficits_with_codes
    from reference.efi_code
    having count(*) > 0
),

counted as (
    select
        people.person_key,
        cast(coalesce(found.deficits, 0) as int) as deficits,
        cast(loaded.deficits_with_codes as int) as deficits_with_codes
    from loaded
    cross join people
    left join found
        on people.person_key = found.person_key
),

final as (
    select
        person_key,
        deficits,
        deficits / 36.0 as score,
        -- Whole deficits, as shares of 36 are not exact: 4, 8 and 12 are the last below 0.12, 0.24 and 0.36.
        case
            when deficits <= 4 then 'fit'
            when deficits <= 8 then 'mild'
            when deficits <= 12 then 'moderate'
            else 'severe'
        end as frailty,
        deficits_with_codes
    from counted
)

select * from final order by person_key
