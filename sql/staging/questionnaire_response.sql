/*
description: >
  Coded answers of linked people to questionnaires. Responses in progress, stopped or entered in error are left
  out. What a question asks, the form says: reference.question has the forms that models know.
grain: [response_key, answer]
columns:
  person_key: Pseudonym of the person
  response_key: Record key of the QuestionnaireResponse
  answer: Number of the answer within the response
  questionnaire: Canonical address of the form, without its version; null where the response names none
  link_id: The question within the form
  answer_code: Code that was answered
  answer_system: System of that code
  authored_date: Local day of the response; null where not known
checks:
  - unique: [response_key, answer]
  - not_null: [person_key, response_key, answer, answer_code]
*/
with answers as (
    select
        person_key,
        record_key as response_key,
        record_row as answer,
        split_part(questionnaire, '|', 1) as questionnaire,
        link_id,
        answer_code,
        answer_system,
        cast(authored at time zone 'UTC' at time zone 'Europe/London' as date) as authored_date
    from record.questionnaire_response
    where person_key is not null
        and answer_code is not null
        and coalesce(status, 'completed') in ('completed', 'amended')
),

final as (
    select
        person_key,
        response_key,
        answer,
        questionnaire,
        link_id,
        answer_code,
        answer_system,
        authored_date
    from answers
)

select * from final order by person_key
