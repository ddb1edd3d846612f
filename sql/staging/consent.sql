/*
description: >
  Consents of linked people that stand at the as-of date: active, recorded, begun and not ended. Drafts, and those
  rejected, inactive or entered in error, are left out.
grain: consent_key
columns:
  person_key: Pseudonym of the person
  consent_key: Record key of the Consent
  scope: Scope, such as patient-privacy, research, treatment or adr
  category: Code of the kind of consent
  category_system: System of that code
  decision: "permit or deny; null where a policy decides"
  purpose: Code of the first purpose that it is about; null for any
  recorded: Day on which it was given or refused; null where not known
checks:
  - unique: consent_key
  - not_null: [person_key, consent_key]
  - one_of: {decision: [permit, deny]}
    severity: warn
*/
with consents as (
    select
        person_key,
        record_key as consent_key,
        scope,
        category,
        category_system,
        decision,
        purpose,
        recorded
    from record.consent
    where person_key is not null
        and coalesce(status, 'active') = 'active'
        and (recorded is null or recorded <= $as_of)
        and (started is null or started <= $as_of)
        and (ended is null or ended >= $as_of)
),

final as (
    select person_key, consent_key, scope, category, category_system, decision, purpose, recorded
    from consents
)

select * from final order by person_key
