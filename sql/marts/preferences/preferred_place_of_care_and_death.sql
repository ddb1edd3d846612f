/*
description: >
  Where people prefer to be cared for and to die, by area: the newest preferred place of death that a hospice
  recorded, that was answered in a questionnaire (reference.question), or that is a coded finding of
  core.measurement or core.diagnosis (reference.care_place), of active people
  and of those who died in the period, and whether the preference was met. The
  place of death is known where a hospital spell ended by death (discharge method 4) in the month of
  death: Hospital; else where a hospice had the person in its beds in that month: Hospice. Other places of death,
  home among them, are in no table of the record, so that who preferred them and died elsewhere than in
  hospital or hospice is not known to have had it. The preferred place of care is the newest that was
  answered in a questionnaire; the place of the newest hospice contact stands beside it.
grain: [area_type, area_code, preferred_place]
columns:
  area_type: All, Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN or Practice
  area_code: Code of the area, or Not known
  area_name: Name of the area, or Not known
  preferred_place: Home, Care home, Hospice, Hospital or Other; Not recorded for people on the palliative care register, with a preferred place of care, or who died, without a preferred place of death
  people_preferring_care: Active people who prefer to be cared for in that place; 0 for Not recorded
  people_alive: Active people with that preference
  cared_for_there: Those whose newest hospice contact was in that place
  with_care_plan: Those with a current end of life care plan or summary among their documents
  people_died: People who died in the period with that preference
  died_there: Those known to have died in that place
  died_elsewhere: Those known to have died in another
  place_of_death_not_known: Those of whom the place of death is not known
checks:
  - unique: [area_type, area_code, preferred_place]
  - not_null: [area_type, area_code, area_name, preferred_place, people_preferring_care, people_alive, people_died, died_there, died_elsewhere, place_of_death_not_known]
  - expect: died_there + died_elsewhere + place_of_death_not_known = people_died
topic: preferences
*/
with people as (
    select
        person_key,
        is_active,
        death_month
    from core.person
    where is_active
        or (
            death_month >= cast(date_trunc('month', $period_start) as date)
            and death_month <= least($period_end, $as_of)
        )
),

person_areas as (
    select
        person_key,
        area_type,
        area_code,
        area_name
    from intermediate.person_area
),

places as (
    select
        cast(code as varchar) as code,
        care_place
    from reference.care_place
),

hospice_contacts as (
    select
        person_key,
        contact_key,
        started,
        started_date,
        place_of_care,
        preferred_place_of_death
    from staging.hospice_contact
    where started_date <= $as_of
),

questions as (
    select
        questionnaire,
        link_id,
        subject
    from reference.question
    where subject in ('preferred_place_of_care', 'preferred_place_of_death')
),

answers as (
    select
        responses.person_key,
        questions.subject,
        places.care_place as preferred_place,
        coalesce(responses.authored_date, cast('1900-01-01' as date)) as recorded,
        responses.response_key as record_key
    from questions
    inner join staging.questionnaire_response as responses
        on questions.questionnaire = responses.questionnaire
        and questions.link_id = responses.link_id
    inner join places
        on responses.answer_code = places.code
    where responses.authored_date is null or responses.authored_date <= $as_of
),

care_preferences as (
    select
        person_key,
        preferred_place,
        row_number() over (
            partition by person_key
            order by recorded desc, record_key desc, preferred_place
        ) as recency
    from answers
    where subject = 'preferred_place_of_care'
),

preferences as (
    select
        person_key,
        preferred_place,
        recorded,
        record_key
    from answers
    where subject = 'preferred_place_of_death'
    union all
    select
        hospice_contacts.person_key,
        coalesce(places.care_place, 'Other') as preferred_place,
        hospice_contacts.started_date as recorded,
        hospice_contacts.contact_key as record_key
    from hospice_contacts
    left join places
        on lower(hospice_contacts.preferred_place_of_death) = places.code
    where hospice_contacts.preferred_place_of_death is not null
    union all
    select
        diagnoses.person_key,
        places.care_place as preferred_place,
        coalesce(diagnoses.noted, cast('1900-01-01' as date)) as recorded,
        cast(0 as bigint) as record_key
    from places
    inner join core.diagnosis as diagnoses
        on places.code = diagnoses.snomed_code
    union all
    select
        measurements.person_key,
        places.care_place as preferred_place,
        coalesce(measurements.measured_date, cast('1900-01-01' as date)) as recorded,
        measurements.measurement_key as record_key
    from places
    inner join core.measurement as measurements
        on places.code = measurements.code
),

newest_preferences as (
    select
        person_key,
        preferred_place,
        row_number() over (
            partition by person_key
            order by recorded desc, record_key desc, preferred_place
        ) as recency
    from preferences
),

newest_contacts as (
    select
        hospice_contacts.person_key,
        coalesce(places.care_place, 'Other') as care_place,
        row_number() over (
            partition by hospice_contacts.person_key
            order by hospice_contacts.started desc, hospice_contacts.contact_key desc
        ) as recency
    from hospice_contacts
    left join places
        on lower(hospice_contacts.place_of_care) = places.code
    where hospice_contacts.place_of_care is not null
),

care_plans as (
    select distinct documents.person_key
    from reference.care_plan_document as types
    inner join staging.document_reference as documents
        on cast(types.type_code as varchar) = documents.type_code
    where documents.status = 'current'
),

hospital_deaths as (
    select distinct
        person_key,
        cast(date_trunc('month', discharge_date) as date) as month
    from core.spell
    where discharge_method = '4'
        and discharge_date is not null
),

hospice_deaths as (
    select distinct
        hospice_contacts.person_key,
        cast(date_trunc('month', hospice_contacts.started_date) as date) as month
    from hospice_contacts
    inner join places
        on lower(hospice_contacts.place_of_care) = places.code
    where places.care_place = 'Hospice'
),

palliative as (
    select person_key
    from core.register_status
    where register = 'PC'
        and on_register
),

described as (
    select
        people.person_key,
        people.is_active,
        coalesce(newest_preferences.preferred_place, 'Not recorded') as preferred_place,
        newest_contacts.care_place,
        care_preferences.preferred_place as preferred_place_of_care,
        care_plans.person_key is not null as has_care_plan,
        case
            when hospital_deaths.person_key is not null then 'Hospital'
            when hospice_deaths.person_key is not null then 'Hospice'
        end as place_of_death
    from people
    left join newest_preferences
        on people.person_key = newest_preferences.person_key
        and newest_preferences.recency = 1
    left join care_preferences
        on people.person_key = care_preferences.person_key
        and care_preferences.recency = 1
    left join newest_contacts
        on people.person_key = newest_contacts.person_key
        and newest_contacts.recency = 1
    left join care_plans
        on people.person_key = care_plans.person_key
    left join palliative
        on people.person_key = palliative.person_key
    left join hospital_deaths
        on people.person_key = hospital_deaths.person_key
        and people.death_month = hospital_deaths.month
    left join hospice_deaths
        on people.person_key = hospice_deaths.person_key
        and people.death_month = hospice_deaths.month
    where newest_preferences.person_key is not null
        or care_preferences.person_key is not null
        or palliative.person_key is not null
        or not people.is_active
),

all_places as (
    select distinct care_place as preferred_place from places
    union all
    select 'Other' as preferred_place
    union all
    select 'Not recorded' as preferred_place
),

final as (
    select
        person_areas.area_type,
        person_areas.area_code,
        max(person_areas.area_name) as area_name,
        all_places.preferred_place,
        count(*) filter (
            where described.preferred_place_of_care = all_places.preferred_place and described.is_active
        ) as people_preferring_care,
        count(*) filter (where described.preferred_place = all_places.preferred_place and described.is_active)
            as people_alive,
        count(*) filter (
            where described.preferred_place = all_places.preferred_place
                and described.is_active
                and described.care_place = described.preferred_place
        ) as cared_for_there,
        count(*) filter (
            where described.preferred_place = all_places.preferred_place
                and described.is_active
                and described.has_care_plan
        ) as with_care_plan,
        count(*) filter (where described.preferred_place = all_places.preferred_place and not described.is_active)
            as people_died,
        count(*) filter (
            where described.preferred_place = all_places.preferred_place
                and not described.is_active
                and described.place_of_death = described.preferred_place
        ) as died_there,
        count(*) filter (
            where described.preferred_place = all_places.preferred_place
                and not described.is_active
                and described.place_of_death <> described.preferred_place
        ) as died_elsewhere,
        count(*) filter (
            where described.preferred_place = all_places.preferred_place
                and not described.is_active
                and described.place_of_death is null
        ) as place_of_death_not_known
    from described
    inner join person_areas
        on described.person_key = person_areas.person_key
    cross join all_places
    group by person_areas.area_type, person_areas.area_code, all_places.preferred_place
)

select * from final
