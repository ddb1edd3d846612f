/*
description: >
  Net flows between pairs of areas, by financial year: the people who came to an area from another, those
  who went the other way, and the difference. Each pair has two rows, one from the side of each. Outside
  is another area too: who arrived in the record or left it, births and deaths apart. People count
  once for each month in which they moved. The years are those of marts.reporting_year.
grain: [area_type, area_code, other_code, financial_year]
columns:
  area_type: Practice, Place or ICB
  area_code: Area, or Not known
  area_name: Name of the area
  other_code: Other area, Outside or Not known
  other_name: Name of the other area
  financial_year: As in marts.reporting_year
  people_in: People who came from the other area
  people_out: People who went to it
  net: People who came less people who went
checks:
  - unique: [area_type, area_code, other_code, financial_year]
  - not_null: [area_type, area_code, area_name, other_code, other_name, financial_year, people_in, people_out, net]
  - expect: people_in >= 0 and people_out >= 0 and people_in + people_out > 0
  - expect: area_code <> other_code
topic: movement
*/
with moves as (
    select
        area_type,
        month,
        from_code,
        from_name,
        to_code,
        to_name,
        people
    from marts.movement
    where movement in ('Move', 'Arrival', 'Departure')
),

years as (
    select
        financial_year,
        first_day,
        last_day
    from marts.reporting_year
),

sides as (
    select
        area_type,
        month,
        to_code as area_code,
        to_name as area_name,
        from_code as other_code,
        from_name as other_name,
        people as people_in,
        0 as people_out
    from moves
    where to_code <> 'Outside'
    union all
    select
        area_type,
        month,
        from_code as area_code,
        from_name as area_name,
        to_code as other_code,
        to_name as other_name,
        0 as people_in,
        people as people_out
    from moves
    where from_code <> 'Outside'
),

final as (
    select
        sides.area_type,
        sides.area_code,
        sides.area_name,
        sides.other_code,
        sides.other_name,
        years.financial_year,
        cast(sum(sides.people_in) as bigint) as people_in,
        cast(sum(sides.people_out) as bigint) as people_out,
        cast(sum(sides.people_in) - sum(sides.people_out) as bigint) as net
    from years
    inner join sides
        on sides.month between years.first_day and years.last_day
    group by
        sides.area_type,
        sides.area_code,
        sides.area_name,
        sides.other_code,
        sides.other_name,
        years.financial_year
)

select * from final
