/*
description: >
  Letters and other documents of linked people that were written by the as-of date, without their text.
  Those entered in error are left out.
grain: document_key
columns:
  person_key: Pseudonym of the person
  document_key: Record key of the DocumentReference
  type_code: Code of the type of document
  category: Category as the sender calls it
  status: current or superseded
  written: Time at which it was written (UTC); null where not known
checks:
  - unique: document_key
  - not_null: [person_key, document_key, status]
*/
with documents as (
    select
        person_key,
        record_key as document_key,
        type_code,
        category,
        coalesce(status, 'current') as status,
        written
    from record.document_reference
    where person_key is not null
        and coalesce(status, 'current') <> 'entered-in-error'
        and (written is null or written < $as_of + interval '1' day)
),

final as (
    select person_key, document_key, type_code, category, status, written
    from documents
)

select * from final order by person_key
