/*
description: >
  Appointments with general practice by practice and calendar month: how soon after booking they were, and how many
  were missed. Every practice with registered people or appointments and every month of the period has a row, zero
  included.

  The record does not say whether an appointment was urgent, so that the contract's measures (urgent ones on the
  same day, routine ones within 14 days) cannot be told apart: both are shares of all attended appointments
  whose day of booking is known. Appointments still marked as booked, and cancelled ones, are in no percentage.
grain: [practice_code, month]
columns:
  practice_code: ODS code of the practice, or Not known
  practice_name: Its name; the code where it has none
  pcn_code: Primary care network of the practice, or Not known
  pcn_name: Its name
  month: First day of the calendar month of the appointment
  financial_year: Financial year of the month
  is_complete: Whether all days of the month are covered
  record_status: "Whether the records of the month are complete: complete, incomplete, not over or not judged (marts.period_completeness)"
  people: Average number of registered people of the practice over the days of the month that are covered
  appointments: Appointments of any status
  attended: Appointments that were attended
  did_not_attend: Appointments that were missed
  with_booking: Attended appointments whose day of booking is known
  same_day: Those of them on the day of booking
  within_14_days: Those of them within 14 days of booking, the same day included
  attended_rate: Attended appointments for each 1,000 registered people; null where people is 0
  percent_same_day: Those on the same day as a percentage of those with a day of booking; null without any
  same_day_lower: Lower 95% limit of it (Wilson)
  same_day_upper: Upper 95% limit of it
  percent_within_14_days: Those within 14 days as a percentage of those with a day of booking; null without any
  within_14_days_lower: Lower 95% limit of it
  within_14_days_upper: Upper 95% limit of it
  percent_did_not_attend: Those missed as a percentage of those attended or missed; null without any
  did_not_attend_lower: Lower 95% limit of it
  did_not_attend_upper: Upper 95% limit of it
checks:
  - unique: [practice_code, month]
  - not_null: [practice_code, practice_name, pcn_code, pcn_name, month, is_complete, record_status, people, appointments, attended, did_not_attend, with_booking, same_day, within_14_days]
  - expect: attended + did_not_attend <= appointments
  - expect: same_day <= within_14_days and within_14_days <= with_booking and with_booking <= attended
  - expect: with_booking > 0 or percent_same_day is null
  - expect: attended + did_not_attend > 0 or percent_did_not_attend is null
topic: utilisation
*/
with appointments as (
    select
        coalesce(practice_code, 'Not known') as practice_code,
        month,
        attended,
        did_not_attend,
        days_waited
    from core.gp_appointment
    where appointment_date >= $period_start
        and appointment_date <= least($period_end, $as_of)
),

person_months as (
    select
        coalesce(practice_code, 'Not known') as practice_code,
        month,
        days_to_end,
        is_open
    from core.person_month
),

months as (
    select
        month,
        financial_year,
        days_covered,
        days_to_come,
        is_complete
    from intermediate.period_month
),

-- Grouped, so that it is seen to repeat nobody.
completeness as (
    select
        month,
        max(status) as status
    from marts.period_completeness
    where setting = 'General practice'
    group by month
),

organisations as (
    select
        organisation_code,
        organisation_name,
        pcn_code,
        pcn_name
    from core.organisation
),

practices as (
    select practice_code from appointments
    union
    select practice_code from person_months
),

populations as (
    select
        person_months.practice_code,
        person_months.month,
        average_people(
            person_months.days_to_end - case when person_months.is_open then months.days_to_come else 0 end,
            months.days_covered
        ) as people
    from months
    inner join person_months
        on months.month = person_months.month
    group by person_months.practice_code, person_months.month
),

counts as (
    select
        practice_code,
        month,
        count(*) as appointments,
        count(*) filter (where attended) as attended,
        count(*) filter (where did_not_attend) as did_not_attend,
        count(*) filter (where attended and days_waited is not null) as with_booking,
        count(*) filter (where attended and days_waited = 0) as same_day,
        count(*) filter (where attended and days_waited <= 14) as within_14_days
    from appointments
    group by practice_code, month
),

shares as (
    select
        practice_code,
        month,
        appointments,
        attended,
        did_not_attend,
        with_booking,
        same_day,
        within_14_days,
        proportion(same_day, nullif(with_booking, 0), 100.0) as same_day_share,
        proportion(within_14_days, nullif(with_booking, 0), 100.0) as within_14_days_share,
        proportion(did_not_attend, nullif(attended + did_not_attend, 0), 100.0) as did_not_attend_share
    from counts
),

-- Fields are taken out before the frame is joined: months without appointments have none.
measured as (
    select
        practice_code,
        month,
        appointments,
        attended,
        did_not_attend,
        with_booking,
        same_day,
        within_14_days,
        same_day_share['value'] as percent_same_day,
        same_day_share['lower'] as same_day_lower,
        same_day_share['upper'] as same_day_upper,
        within_14_days_share['value'] as percent_within_14_days,
        within_14_days_share['lower'] as within_14_days_lower,
        within_14_days_share['upper'] as within_14_days_upper,
        did_not_attend_share['value'] as percent_did_not_attend,
        did_not_attend_share['lower'] as did_not_attend_lower,
        did_not_attend_share['upper'] as did_not_attend_upper
    from shares
),

final as (
    select
        practices.practice_code,
        coalesce(organisations.organisation_name, practices.practice_code) as practice_name,
        coalesce(organisations.pcn_code, 'Not known') as pcn_code,
        coalesce(organisations.pcn_name, organisations.pcn_code, 'Not known') as pcn_name,
        months.month,
        months.financial_year,
        months.is_complete,
        coalesce(completeness.status, 'not judged') as record_status,
        coalesce(populations.people, 0) as people,
        coalesce(measured.appointments, 0) as appointments,
        coalesce(measured.attended, 0) as attended,
        coalesce(measured.did_not_attend, 0) as did_not_attend,
        coalesce(measured.with_booking, 0) as with_booking,
        coalesce(measured.same_day, 0) as same_day,
        coalesce(measured.within_14_days, 0) as within_14_days,
        1000.0 * coalesce(measured.attended, 0) / nullif(populations.people, 0) as attended_rate,
        measured.percent_same_day,
        measured.same_day_lower,
        measured.same_day_upper,
        measured.percent_within_14_days,
        measured.within_14_days_lower,
        measured.within_14_days_upper,
        measured.percent_did_not_attend,
        measured.did_not_attend_lower,
        measured.did_not_attend_upper
    from practices
    cross join months
    left join completeness
        on months.month = completeness.month
    left join organisations
        on practices.practice_code = organisations.organisation_code
    left join populations
        on practices.practice_code = populations.practice_code
        and months.month = populations.month
    left join measured
        on practices.practice_code = measured.practice_code
        and months.month = measured.month
)

select * from final
