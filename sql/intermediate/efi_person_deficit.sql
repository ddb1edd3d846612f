/*
description: >
  Deficits of the electronic frailty index (Clegg et al. 2016) of each person at the as-of date: those of which the record
  has had a code, or a measurement past a value (reference.efi_code, which a site loads), at any time up to then. A deficit
  that was once there does not lapse, resolved problems included, but for polypharmacy: five or more different
  medicines in the 12 months before, of which codes that reference.medicine knows as one are one, and prescriptions that were
  cancelled, or are drafts or proposals, do not count. Without any row of reference.efi_code nobody has a deficit here.
grain: [person_key, deficit]
columns:
  person_key: Pseudonym of the person
  deficit: Short name of the deficit, see reference.efi_deficit
checks:
  - unique: [person_key, deficit]
  - not_null: [person_key, deficit]
  - one_of: {deficit: reference.efi_deficit.deficit}
topic: needs
*/
with codes as (
    select
        cast(deficit as varchar) as deficit,
        cast(code as varchar) as code,
        cast(at_least as double) as at_least,
        cast(at_most as double) as at_most,
        lower(sex) as sex
    from reference.efi_code
),

people as (
    select
        person_key,
        sex
    from core.person
),

problems as (
    select
        person_key,
        snomed_code
    from staging.condition
    where noted is null
        or noted <= $as_of
),

medicines as (
    select
        cast(code as varchar) as code,
        medicine
    from reference.medicine
),

prescriptions as (
    select
        person_key,
        code
    from core.medication
    where authored_date > $as_of - interval '12' month
        and code is not null
        and coalesce(status, 'active') not in ('cancelled', 'draft')
        and coalesce(intent, 'order') not in ('proposal', 'plan', 'option')
),

taken as (
    select
        prescriptions.person_key,
        coalesce(medicines.medicine, prescriptions.code) as medicine
    from medicines
    right join prescriptions
        on medicines.code = prescriptions.code
    group by prescriptions.person_key, coalesce(medicines.medicine, prescriptions.code)
),

polypharmacy as (
    select person_key
    from taken
    group by person_key
    having count(*) >= 5
),

is_loaded as (
    select distinct 'polypharmacy' as deficit
    from codes
),

found as (
    select
        problems.person_key,
        codes.deficit
    from codes
    inner join problems
        on codes.code = problems.snomed_code
    where codes.at_least is null
        and codes.at_most is null
    union all
    select
        measurements.person_key,
        codes.deficit
    from codes
    inner join core.measurement as measurements
        on codes.code = measurements.code
    where codes.at_least is null
        and codes.at_most is null
    union all
    select
        measurements.person_key,
        codes.deficit
    from codes
    inner join core.measurement as measurements
        on codes.code = measurements.value_code
    where codes.at_least is null
        and codes.at_most is null
    union all
    select
        measurements.person_key,
        codes.deficit
    from codes
    inner join core.measurement as measurements
        on codes.code = measurements.code
    left join people
        on measurements.person_key = people.person_key
    where (codes.at_least is not null or codes.at_most is not null)
        and coalesce(measurements.value >= codes.at_least, measurements.value is not null)
        and coalesce(measurements.value <= codes.at_most, measurements.value is not null)
        and (codes.sex is null or codes.sex = people.sex)
    union all
    select
        polypharmacy.person_key,
        is_loaded.deficit
    from is_loaded
    cross join polypharmacy
),

final as (
    select
        person_key,
        deficit
    from found
    group by person_key, deficit
)

select * from final order by person_key
