-- name: day_arithmetic
select min(d), max(d), count(*) from (select cast(day + interval '45 days' as date) as d from golden.event);

-- name: month_arithmetic
select day, cast(day + interval '1 month' as date), cast(day - interval '1 month' as date) from (select distinct day from golden.event) where extract(day from day) >= 30;

-- name: year_arithmetic
select birth, cast(birth + interval '18 years' as date) from golden.person where extract(month from birth) = 2 and extract(day from birth) = 29;

-- name: parts_of_a_day
select extract(year from day) as y, extract(month from day) as m, count(*), sum(extract(day from day)), sum(extract(doy from day)) from golden.event group by 1, 2;

-- name: days_of_the_week
select extract(dow from day) as d, count(*) from golden.event group by 1;

-- name: quarters_and_weeks
select extract(quarter from day) as q, count(*), sum(extract(week from day)) from golden.event group by 1;

-- name: parts_of_a_time
select extract(hour from moment) as h, count(*), sum(extract(minute from moment)) from golden.event group by 1;

-- name: truncated
select cast(date_trunc('quarter', day) as date) as d, count(*) from golden.event group by 1;

-- name: truncated_time
select date_trunc('hour', moment) as h, count(*) from golden.event where day = date '2024-07-07' group by 1;

-- name: truncated_week
select count(distinct date_trunc('week', day)), min(cast(date_trunc('week', day) as date)), max(cast(date_trunc('week', day) as date)) from golden.event;

-- name: time_arithmetic
select min(t), max(t) from (select moment + interval '36 hours' - interval '1 day' as t from golden.event);

-- name: time_to_day
select count(*), count(distinct cast(moment as date)), min(cast(moment as date)) from golden.event;

-- name: time_against_day
select count(*) from golden.event where moment >= day and moment < day + interval '1 day';

-- name: days_between
-- duckdb: select sum(ends - begins), max(ends - begins), count(ends - begins) from golden.spell;
select sum(cast(ends as int) - cast(begins as int)), max(cast(ends as int) - cast(begins as int)), count(cast(ends as int) - cast(begins as int)) from golden.spell;

-- name: day_from_text
select count(*), min(cast('2024-0' || cast(1 + quantity % 9 as varchar) || '-15' as date)) from golden.event where quantity >= 0;

-- name: day_to_text
-- duckdb: select strftime(day, '%Y/%m') as t, count(*) from golden.event where code = 'Z99' group by 1;
select to_char(day, '%Y/%m') as t, count(*) from golden.event where code = 'Z99' group by 1;

-- name: decimals_added
select sum(amount + 0.01), sum(amount - 1.005), min(-amount) from golden.event;

-- name: decimals_multiplied
select sum(amount * 3), max(amount * quantity), min(amount * quantity) from golden.event;

-- name: decimals_compared
select count(*) from golden.event where amount > quantity;

-- name: decimals_to_numbers
select sum(cast(amount as double)), max(cast(amount as bigint)) from golden.event where amount = round(amount);

-- name: decimals_rounded
select sum(round(amount, 1)), sum(round(amount)) from golden.event;

-- name: decimals_grouped
select amount, count(*) from golden.event where amount between 10.00 and 11.00 group by amount;

-- name: whole_numbers
-- duckdb: select sum(quantity // 7), sum(quantity % 7), sum(abs(quantity)), sum(-quantity) from golden.event;
select sum(cast(trunc(quantity / 7.0) as bigint)), sum(quantity % 7), sum(abs(quantity)), sum(-quantity) from golden.event;

-- name: fractions
select sum(cost / 4), sum(floor(cost)), sum(ceil(cost)), sum(round(cost)) from golden.event;

-- name: roots_and_logarithms
select sum(sqrt(cost)), sum(ln(cost + 1)), sum(power(cost, 0.5)), sum(exp(cost / 20000)) from golden.event where code = 'C34';

-- name: division_by_zero_avoided
select count(cost / nullif(quantity, 0)), sum(cost / nullif(quantity, 0)) from golden.event where quantity between -2 and 2;

-- name: least_and_greatest
select sum(least(quantity, 100)), sum(greatest(quantity, 0)) from golden.event where quantity is not null;

-- name: text_case
select upper(note), lower(note), count(*) from golden.event group by 1, 2;

-- name: text_lengths
-- duckdb: select note, length(note), strlen(note), count(*) from golden.event where note is not null group by note;
select note, length(note), octet_length(note), count(*) from golden.event where note is not null group by note;

-- name: text_parts
select substr(note, 2, 3), left(note, 2), right(note, 2), count(*) from golden.event where note is not null group by 1, 2, 3;

-- name: text_trimmed
select trim(note), ltrim(note), rtrim(note), count(*) from golden.event where note like '% ' or note like ' %' group by 1, 2, 3;

-- name: text_replaced
select replace(note, 'a', 'AA'), reverse(note), count(*) from golden.event where note is not null group by 1, 2;

-- name: text_padded
select lpad(code, 6, '*'), rpad(code, 2, '*'), repeat(code, 2), count(*) from golden.event where code < 'C' group by 1, 2, 3;

-- name: text_positions
select note, strpos(note, 'a'), count(*) from golden.event where note is not null group by note;

-- name: text_split
select split_part(note, ' ', 1), split_part(note, ' ', 2), count(*) from golden.event where note is not null group by 1, 2;

-- name: text_joined
select code || '-' || note, concat(code, '/', note), concat_ws('+', code, note), count(*) from golden.event where code = 'A00' group by 1, 2, 3;

-- name: text_regex_replaced
select regexp_replace(note, '[aeiou]', '_', 'g'), count(*) from golden.event where note is not null group by 1;

-- name: text_to_number
select sum(cast(substr(code, 2) as int)), count(*) from golden.event where code is not null;

-- name: failed_casts
select count(try_cast(note as int)), count(try_cast(substr(code, 2, 2) as int)) from golden.event;

-- name: number_to_text
select cast(quantity as varchar), count(*) from golden.event where quantity between -3 and 3 group by 1;

-- name: cases
select case code when 'A00' then 'cholera' when 'B20' then 'hiv' else 'other' end, count(*), sum(case when cost > 5000 then cost else 0 end) from golden.event group by 1;

-- name: case_without_else
select sum(case when quantity > 0 then quantity end), count(case when quantity > 900 then 1 when quantity < -40 then 2 end) from golden.event;

-- name: nullif_and_coalesce
select coalesce(nullif(note, ''), code, 'none'), count(*) from golden.event where cost < 500 group by 1;

-- name: three_valued
select sum(case when urgent and code is null then 1 else 0 end), sum(case when urgent or quantity > 500 then 1 else 0 end), sum(case when not (urgent or quantity > 500) then 1 else 0 end) from golden.event;

-- name: booleans_compared
select count(*) from golden.event where urgent = (quantity > 500);

-- name: ages
-- duckdb: select sum(date_diff('year', birth, date '2025-06-30') - case when (extract(month from birth), extract(day from birth)) > (6, 30) then 1 else 0 end), count(*) from golden.person;
select sum(age_at(birth, date '2025-06-30')), count(*) from golden.person;

-- name: lists_that_exclude_each_other
select sum(case when not (code in ('A00') and code in ('A01')) then 1 else 0 end), sum(case when code not in ('A00') or code not in ('A01', 'B20') then 1 else 0 end), sum(case when not (code in ('A00', 'A01') and code not in ('A00', 'A01', 'B20')) then 1 else 0 end), count(code in ('A00') and code in ('A01')) from golden.event;

-- name: lists_that_overlap
select count(*) from golden.event where not (code in ('A00', 'A01') and code in ('A01', 'B20'));

-- name: lists_in_a_filter
select count(*) from golden.event where code in ('A00') and code in ('A01') or quantity in (1, 2) and quantity in (2, 3);

-- name: comparisons_with_itself
select count(quantity = quantity), count(quantity <> quantity), count(quantity - quantity), count(quantity * 0), count(quantity > 3 and quantity < 2) from golden.event;
