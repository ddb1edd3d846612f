/*
description: >
  Spans in which each person meets a rule of a population segment (reference.segment_rule), within the period and
  up to the as-of date: from started on, and until the day before ended. The segment of a person on a day is the first
  one of which a span holds that day. The rules are data: a site replaces them without changing a model. Those that come with
  Populace follow the segments of adults of Suffolk and North East Essex, as far as codes can say it.

  Kinds of evidence: register (the person is on it, from its first diagnosis on), conditions (so many
  long-term conditions of the domain Physical), diagnosis (a SNOMED CT or ICD-10 code of the problem
  list, or of a spell admitted in the 24 months before), admission (an ICD-10 code in any position of
  such a spell), main_diagnosis and emergency_main_diagnosis (the same of the main position: a code,
  its first three characters or its letter), contact (with a setting of care in the 12 months
  before), finding (the newest of its kind is this code), value (the newest is at_least so much),
  everyone. Registers are those of the as-of date, from the day on which each was first noted.
grain: [person_key, segment_order, started, ended]
columns:
  person_key: Pseudonym of the person
  segment_order: Order of the segment, 1 the first that is looked for
  started: First day; 1900-01-01 where not known
  ended: First day on which the rule is met no longer; 9999-12-31 while it is
checks:
  - unique: [person_key, segment_order, started, ended]
  - not_null: [person_key, segment_order, started, ended]
topic: needs
*/
with people as (
    select person_key
    from core.person
),

rules as (
    select
        cast(segment_order as int) as segment_order,
        cast(segment as varchar) as segment,
        cast(evidence as varchar) as evidence,
        cast(code as varchar) as code,
        cast(at_least as double) as at_least
    from reference.segment_rule
),

physical_registers as (
    select cast(register as varchar) as register
    from reference.register
    where long_term = 'yes'
        and domain = 'Physical'
),

statuses as (
    select
        person_key,
        register,
        coalesce(first_noted, cast('1900-01-01' as date)) as first_noted
    from core.register_status
    where on_register
),

conditions as (
    select
        statuses.person_key,
        statuses.first_noted,
        row_number() over (
            partition by statuses.person_key
            order by statuses.first_noted, statuses.register
        ) as condition_number
    from statuses
    where statuses.register in (select physical_registers.register from physical_registers)
),

diagnoses as (
    select
        person_key,
        snomed_code,
        icd10,
        icd10_3,
        position,
        source_table,
        contact_key,
        coalesce(noted, cast('1900-01-01' as date)) as started,
        case
            when source_table = 'condition' then cast('9999-12-31' as date)
            else cast(noted + interval '24' month as date)
        end as ended
    from core.diagnosis
    where source_table = 'condition'
        or noted > least($period_start, cast($as_of - interval '12' month as date)) - interval '24' month
),

emergencies as (
    select
        person_key,
        spell_key
    from core.spell
    where is_emergency
),

contacts as (
    select
        person_key,
        setting,
        started_date as started,
        cast(started_date + interval '12' month as date) as ended
    from core.contact
    where attended
        and started_date > least($period_start, cast($as_of - interval '12' month as date)) - interval '12' month
),

findings as (
    select measured.code
    from rules
    inner join intermediate.measured_code as measured
        on rules.code = measured.value_code
    where rules.evidence = 'finding'
),

-- What the rules look at, so that nothing else is put in order: the window is over their own column,
-- as an order by columns of measurements alone would be made of all of them, before the join.
measured_codes as (
    select code from findings
    union
    select code from rules where evidence = 'value'
),

measurements as (
    select
        measurements.person_key,
        measured_codes.code,
        measurements.value,
        measurements.value_code,
        measurements.measured_date as started,
        coalesce(
            lead(measurements.measured_date) over (
                partition by measurements.person_key, measured_codes.code
                order by measurements.measured_date, measurements.measurement_key, measurements.measurement_row
            ),
            cast('9999-12-31' as date)
        ) as ended
    from measured_codes
    inner join core.measurement as measurements
        on measured_codes.code = measurements.code
    where measurements.measured_date is not null
),

evidence as (
    select statuses.person_key, rules.segment_order, statuses.first_noted as started, cast('9999-12-31' as date) as ended
    from rules
    inner join statuses
        on rules.code = statuses.register
    where rules.evidence = 'register'
    union all
    select conditions.person_key, rules.segment_order, conditions.first_noted as started, cast('9999-12-31' as date) as ended
    from rules
    inner join conditions
        on rules.at_least = conditions.condition_number
    where rules.evidence = 'conditions'
    union all
    select diagnoses.person_key, rules.segment_order, diagnoses.started, diagnoses.ended
    from rules
    inner join diagnoses
        on rules.code = diagnoses.snomed_code
    where rules.evidence = 'diagnosis'
    union all
    select diagnoses.person_key, rules.segment_order, diagnoses.started, diagnoses.ended
    from rules
    inner join diagnoses
        on rules.code = diagnoses.icd10
    where rules.evidence = 'diagnosis'
        or (rules.evidence = 'admission' and diagnoses.source_table = 'apc_spell')
        or (rules.evidence = 'main_diagnosis' and diagnoses.position = 1)
    union all
    select diagnoses.person_key, rules.segment_order, diagnoses.started, diagnoses.ended
    from rules
    inner join diagnoses
        on rules.code = diagnoses.icd10_3
    where rules.evidence = 'diagnosis'
        or (rules.evidence = 'admission' and diagnoses.source_table = 'apc_spell')
        or (rules.evidence = 'main_diagnosis' and diagnoses.position = 1)
    union all
    select diagnoses.person_key, rules.segment_order, diagnoses.started, diagnoses.ended
    from rules
    inner join diagnoses
        on rules.code = substring(diagnoses.icd10, 1, 1)
    where rules.evidence = 'main_diagnosis'
        and diagnoses.position = 1
    union all
    select diagnoses.person_key, rules.segment_order, diagnoses.started, diagnoses.ended
    from rules
    inner join diagnoses
        on rules.code = diagnoses.icd10_3
    inner join emergencies
        on diagnoses.person_key = emergencies.person_key
        and diagnoses.contact_key = emergencies.spell_key
    where rules.evidence = 'emergency_main_diagnosis'
        and diagnoses.position = 1
    union all
    select contacts.person_key, rules.segment_order, contacts.started, contacts.ended
    from rules
    inner join contacts
        on rules.code = contacts.setting
    where rules.evidence = 'contact'
    union all
    select measurements.person_key, rules.segment_order, measurements.started, measurements.ended
    from rules
    inner join measurements
        on rules.code = measurements.value_code
    where rules.evidence = 'finding'
    union all
    select measurements.person_key, rules.segment_order, measurements.started, measurements.ended
    from rules
    inner join measurements
        on rules.code = measurements.code
    where rules.evidence = 'value'
        and measurements.value >= rules.at_least
    union all
    select
        people.person_key,
        rules.segment_order,
        cast('1900-01-01' as date) as started,
        cast('9999-12-31' as date) as ended
    from rules
    cross join people
    where rules.evidence = 'everyone'
),

final as (
    select
        person_key,
        segment_order,
        started,
        ended
    from evidence
    group by person_key, segment_order, started, ended
)

select * from final order by person_key
