/*
description: >
  Needs of access and preferences of active people that a flag of theirs, or a coded answer to a question about them
  (reference.question) that was given by the as-of date, stands for (reference.need_code), once each. A flag of the category reasonable_adjustment with a code that the
  table does not have is the need Other. An interpreter is also needed where the Patient record says so.
grain: [person_key, need_kind, need]
columns:
  person_key: Pseudonym of the person
  need_kind: accessible_information, contact_preference, interpreter or reasonable_adjustment
  need: What is needed or preferred
checks:
  - unique: [person_key, need_kind, need]
  - not_null: [person_key, need_kind, need]
topic: preferences
*/
with people as (
    select
        person_key,
        interpreter_required
    from core.person
    where is_active
),

need_codes as (
    select
        cast(code_system as varchar) as code_system,
        cast(code as varchar) as code,
        need_kind,
        need
    from reference.need_code
),

flags as (
    select
        person_key,
        category,
        code,
        code_system
    from staging.flag
),

questions as (
    select
        questionnaire,
        link_id,
        subject
    from reference.question
),

answers as (
    select
        answers.person_key,
        questions.subject,
        answers.answer_code,
        answers.answer_system
    from questions
    inner join staging.questionnaire_response as answers
        on questions.questionnaire = answers.questionnaire
        and questions.link_id = answers.link_id
    where answers.authored_date is null or answers.authored_date <= $as_of
),

answered as (
    select
        answers.person_key,
        need_codes.need_kind,
        need_codes.need
    from need_codes
    inner join answers
        on need_codes.code = answers.answer_code
        and need_codes.code_system = answers.answer_system
        and need_codes.need_kind = answers.subject
),

known as (
    select
        flags.person_key,
        need_codes.need_kind,
        need_codes.need
    from need_codes
    inner join flags
        on need_codes.code = flags.code
        and need_codes.code_system = flags.code_system
),

other as (
    select
        flags.person_key,
        'reasonable_adjustment' as need_kind,
        'Other' as need
    from flags
    left join need_codes
        on flags.code = need_codes.code
        and flags.code_system = need_codes.code_system
        and need_codes.need_kind = 'reasonable_adjustment'
    where flags.category = 'reasonable_adjustment'
        and need_codes.code is null
),

needs as (
    select person_key, need_kind, need from known
    union all
    select person_key, need_kind, need from other
    union all
    select person_key, need_kind, need from answered
    union all
    select person_key, 'interpreter' as need_kind, 'Interpreter' as need
    from people
    where interpreter_required
),

final as (
    select distinct
        needs.person_key,
        needs.need_kind,
        needs.need
    from people
    inner join needs
        on people.person_key = needs.person_key
)

select * from final order by person_key
