/*
description: >
  What the shared record hears from each organisation in each setting, month by month within the
  period: records supplied, how fresh they are, and how many of them have an NHS number that leads to
  a person, and a person of a known ethnic group and LSOA. An organisation that the reference list
  expects to send a setting, or that sent any, has a row for every month, with 0 where nothing came.
  Records are those of intermediate.supplied_record: not only contacts that took place.
grain: [setting, organisation_code, month]
columns:
  icb_code: Integrated care board that the organisation belongs to, or Not known
  organisation_code: ODS code of the provider, or the council's code; Not known where records name none
  organisation_name: Name of the organisation; its code where it has none
  setting: Setting of care
  month: First day of the calendar month
  connected: "yes where the reference list of organisations says so, else no; Not known for organisations that it lacks"
  records: Records of the month
  people: Different people in them
  last_record: Date of the last record of the setting up to the as-of date; null where there is none
  days_since_last: Days from that date to the as-of date
  with_nhs_number: Records with an NHS number that leads to a person
  with_ethnicity: Records of people of a known ethnic group
  with_lsoa: Records of people of a known LSOA
checks:
  - unique: [setting, organisation_code, month]
  - not_null: [icb_code, organisation_code, organisation_name, setting, month, connected, records, people, with_nhs_number, with_ethnicity, with_lsoa]
  - one_of: {setting: reference.setting.setting}
  - one_of: {connected: ["yes", "no", Not known]}
  - expect: with_nhs_number <= records and with_ethnicity <= with_nhs_number and with_lsoa <= with_nhs_number
  - expect: people <= with_nhs_number and days_since_last >= 0
topic: quality
*/
with organisations as (
    select
        organisation_code,
        organisation_name,
        icb_code,
        coalesce(connected, 'no') as connected
    from core.organisation
),

kinds as (
    select
        organisations.ods_code as organisation_code,
        kinds.setting
    from reference.organisation as organisations
    inner join reference.organisation_setting as kinds
        on organisations.kind = kinds.kind
),

months as (
    select month
    from intermediate.period_month
),

people as (
    select
        person_key,
        case when ethnic_group <> 'Not known' then 1 else 0 end as has_ethnicity,
        case when lsoa21_code is not null then 1 else 0 end as has_lsoa
    from core.person
),

supplied as (
    select
        person_key,
        setting,
        organisation_code,
        month,
        records,
        last_record
    from intermediate.supplied_record
),

counted as (
    select
        supplied.setting,
        supplied.organisation_code,
        supplied.month,
        cast(sum(supplied.records) as bigint) as records,
        count(supplied.person_key) as people,
        cast(sum(case when supplied.person_key is null then 0 else supplied.records end) as bigint) as with_nhs_number,
        cast(sum(supplied.records * coalesce(people.has_ethnicity, 0)) as bigint) as with_ethnicity,
        cast(sum(supplied.records * coalesce(people.has_lsoa, 0)) as bigint) as with_lsoa
    from people
    right join supplied
        on people.person_key = supplied.person_key
    group by supplied.setting, supplied.organisation_code, supplied.month
),

last_records as (
    select
        setting,
        organisation_code,
        max(last_record) as last_record
    from supplied
    group by setting, organisation_code
),

pairs as (
    select
        setting,
        organisation_code
    from last_records
    union
    select
        setting,
        organisation_code
    from kinds
),

final as (
    select
        coalesce(organisations.icb_code, 'Not known') as icb_code,
        pairs.organisation_code,
        coalesce(organisations.organisation_name, pairs.organisation_code) as organisation_name,
        pairs.setting,
        months.month,
        coalesce(organisations.connected, 'Not known') as connected,
        coalesce(counted.records, 0) as records,
        coalesce(counted.people, 0) as people,
        last_records.last_record,
        days_between(last_records.last_record, $as_of) as days_since_last,
        coalesce(counted.with_nhs_number, 0) as with_nhs_number,
        coalesce(counted.with_ethnicity, 0) as with_ethnicity,
        coalesce(counted.with_lsoa, 0) as with_lsoa
    from pairs
    cross join months
    left join counted
        on pairs.setting = counted.setting
        and pairs.organisation_code = counted.organisation_code
        and months.month = counted.month
    left join last_records
        on pairs.setting = last_records.setting
        and pairs.organisation_code = last_records.organisation_code
    left join organisations
        on pairs.organisation_code = organisations.organisation_code
)

select * from final
