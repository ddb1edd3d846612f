/*
description: >
  Hospital spells of linked people admitted up to the as-of date, from the providers' extracts (SUS), and
  from finished FHIR encounters only for providers that send no such extract.

  The place and the practice are those at the time where the extract has them, else those of core.person.
  A practice code that stands for none (V81997 to V81999) counts as not sent. A discharge before the
  admission is not known.

  The point of delivery goes by admission method and, for elective ones, by patient classification.
  Births in the provider and outside (82, 83) are Maternity, transfers (81) Other non-elective.
grain: spell_key
columns:
  person_key: Pseudonym of the person
  spell_key: Record key of the source row, the contact_key of core.contact
  provider_code: ODS code of the provider
  site_code: ODS code of the site
  practice_code: ODS code of the general practice
  pcn_code: Primary care network of that practice
  lsoa21_code: Lower layer super output area (2021) of residence
  place_name: Place of residence, or Not known
  imd_quintile: Deprivation quintile label of the LSOA, or Not known
  sex: "female, male, other or unknown"
  age: Completed years at admission; null where not known
  age_band: Five-year band, 0-4 to 90+, or Not known
  admission_date: Day of admission
  discharge_date: Day of discharge; null while in hospital
  financial_year: Financial year of the admission, such as 2025/26
  admission_method: NHS admission method code
  admission_source: Source of admission
  patient_classification: "1 ordinary, 2 day case, 3 and 4 regular attender, 5 mother and baby"
  discharge_method: Discharge method, 4 died
  discharge_destination: Destination on discharge
  discharge_ready_date: Day from which the person no longer met the criteria to reside; null where not recorded or not between admission and discharge
  main_specialty: Main specialty of the consultant
  treatment_function: Treatment function
  point_of_delivery: "Elective ordinary, Day case, Regular attender, Emergency, Maternity, Other non-elective or Not known"
  is_emergency: Emergency admission method
  is_elective: Elective admission method
  diagnosis: Main diagnosis, ICD-10 normalised; null for encounters, which have a reason in SNOMED CT
  icd10_3: First three characters of the main diagnosis
  procedure: Main procedure, OPCS-4 without the dot
  midnights: Midnights between admission and discharge; null while in hospital
  hrg: Healthcare resource group
  cost: Tariff cost, pounds
  source_table: apc_spell or encounter
checks:
  - unique: spell_key
  - not_null: [person_key, spell_key, place_name, imd_quintile, sex, age_band, admission_date, point_of_delivery, is_emergency, is_elective]
  - expect: discharge_date >= admission_date
  - expect: discharge_ready_date >= admission_date and coalesce(discharge_ready_date <= discharge_date, true)
  - expect: age between 0 and 120
  - one_of: {sex: [female, male, other, unknown]}
  - one_of: {point_of_delivery: reference.point_of_delivery.point_of_delivery}
*/
with extract_spells as (
    select
        person_key,
        spell_key,
        provider_code,
        site_code,
        practice_code,
        lsoa21_code,
        admission_date,
        discharge_date,
        admission_method,
        admission_source,
        patient_classification,
        discharge_method,
        discharge_destination,
        discharge_ready_date,
        main_specialty,
        treatment_function,
        icd10_normalise(diag_01) as diagnosis,
        proc_01 as procedure,
        hrg,
        cost
    from staging.apc_spell
    where admission_date <= $as_of
),

encounter_spells as (
    select
        person_key,
        contact_key as spell_key,
        provider_code,
        started_date as admission_date,
        cast(ended at time zone 'UTC' at time zone 'Europe/London' as date) as discharge_date,
        admission_method,
        admission_source,
        discharge_method,
        discharge_destination
    from intermediate.contact_encounter
    where encounter_setting = 'inpatient'
        and started_date <= $as_of
),

spells as (
    select
        *,
        'apc_spell' as source_table
    from extract_spells
    union all
    select
        person_key,
        spell_key,
        provider_code,
        cast(null as varchar) as site_code,
        cast(null as varchar) as practice_code,
        cast(null as varchar) as lsoa21_code,
        admission_date,
        discharge_date,
        admission_method,
        admission_source,
        cast(null as varchar) as patient_classification,
        discharge_method,
        discharge_destination,
        cast(null as date) as discharge_ready_date,
        cast(null as varchar) as main_specialty,
        cast(null as varchar) as treatment_function,
        cast(null as varchar) as diagnosis,
        cast(null as varchar) as procedure,
        cast(null as varchar) as hrg,
        cast(null as double) as cost,
        'encounter' as source_table
    from encounter_spells
),

people as (
    select
        person_key,
        sex,
        birth_month,
        lsoa21_code,
        practice_code
    from core.person
),

areas as (
    select
        lsoa21_code,
        place_name,
        imd_quintile
    from core.area
),

organisations as (
    select
        organisation_code,
        pcn_code
    from core.organisation
),

admission_methods as (
    select
        cast(admission_method as varchar) as admission_method,
        setting
    from reference.admission_method
),

months as (
    select
        cast(month_start as date) as month,
        financial_year
    from reference.month
),

-- What was true at the time, else what is true of the person now.
described as (
    select
        spells.*,
        coalesce(people.sex, 'unknown') as sex,
        age_at(people.birth_month, spells.admission_date) as age_on_admission,
        coalesce(spells.lsoa21_code, people.lsoa21_code) as residence_code,
        coalesce(spells.practice_code, people.practice_code) as registered_practice_code,
        case when spells.discharge_date >= spells.admission_date then spells.discharge_date end as left_date,
        cast(date_trunc('month', spells.admission_date) as date) as month
    -- The smaller table comes first: a hash join holds its first table in memory.
    from people
    right join spells
        on people.person_key = spells.person_key
),

final as (
    select
        described.person_key,
        described.spell_key,
        described.provider_code,
        described.site_code,
        described.registered_practice_code as practice_code,
        organisations.pcn_code,
        described.residence_code as lsoa21_code,
        coalesce(areas.place_name, 'Not known') as place_name,
        coalesce(areas.imd_quintile, 'Not known') as imd_quintile,
        described.sex,
        case when described.age_on_admission between 0 and 120 then described.age_on_admission end as age,
        coalesce(
            case when described.age_on_admission between 0 and 120 then age_band(described.age_on_admission) end,
            'Not known'
        ) as age_band,
        described.admission_date,
        described.left_date as discharge_date,
        months.financial_year,
        described.admission_method,
        described.admission_source,
        described.patient_classification,
        described.discharge_method,
        described.discharge_destination,
        case
            when described.discharge_ready_date
                between described.admission_date and coalesce(described.left_date, described.discharge_ready_date)
                then described.discharge_ready_date
        end as discharge_ready_date,
        described.main_specialty,
        described.treatment_function,
        case
            when admission_methods.setting = 'Emergency admission' then 'Emergency'
            when described.admission_method in ('31', '32', '82', '83') then 'Maternity'
            when described.admission_method = '81' then 'Other non-elective'
            when admission_methods.setting is null or admission_methods.setting <> 'Planned admission' then 'Not known'
            when described.patient_classification = '1' then 'Elective ordinary'
            when described.patient_classification = '2' then 'Day case'
            when described.patient_classification in ('3', '4') then 'Regular attender'
            when described.patient_classification = '5' then 'Maternity'
            else 'Not known'
        end as point_of_delivery,
        coalesce(admission_methods.setting = 'Emergency admission', false) as is_emergency,
        coalesce(admission_methods.setting = 'Planned admission', false) as is_elective,
        described.diagnosis,
        substring(described.diagnosis, 1, 3) as icd10_3,
        described.procedure,
        days_between(described.admission_date, described.left_date) as midnights,
        described.hrg,
        described.cost,
        described.source_table
    from described
    left join areas
        on described.residence_code = areas.lsoa21_code
    left join organisations
        on described.registered_practice_code = organisations.organisation_code
    left join admission_methods
        on described.admission_method = admission_methods.admission_method
    left join months
        on described.month = months.month
)

select * from final order by person_key
