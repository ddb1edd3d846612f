-- name: row_number
select sum(n * event_id % 1009), max(n) from (select event_id, row_number() over (partition by person_key order by day, event_id) as n from golden.event);

-- name: rank_and_dense_rank
select sum(r), sum(d), max(r), max(d) from (select rank() over (partition by person_key order by day) as r, dense_rank() over (partition by person_key order by day) as d from golden.event);

-- name: lag_and_lead
select sum(a), sum(b), count(a), count(b) from (select lag(quantity) over (partition by person_key order by day, event_id) as a, lead(quantity, 2) over (partition by person_key order by day, event_id) as b from golden.event);

-- name: lag_with_a_default
select sum(a), count(a) from (select lag(quantity, 1, -1) over (partition by person_key order by day, event_id) as a from golden.event);

-- name: gaps
-- duckdb: select count(*), sum(gap), max(gap) from (select day - lag(day) over (partition by person_key order by day, event_id) as gap from golden.event where person_key is not null) where gap is not null;
select count(*), sum(gap), max(gap) from (select cast(day as int) - cast(lag(day) over (partition by person_key order by day, event_id) as int) as gap from golden.event where person_key is not null) where gap is not null;

-- name: first_and_last_value
select sum(a), sum(b) from (select first_value(event_id) over (partition by person_key order by day, event_id) as a, last_value(event_id) over (partition by person_key order by day, event_id rows between unbounded preceding and unbounded following) as b from golden.event);

-- name: running_sum
select sum(s), max(s) from (select sum(cost) over (partition by person_key order by day, event_id) as s from golden.event);

-- name: running_sum_of_peers
select sum(s), max(s) from (select sum(quantity) over (partition by person_key order by day) as s from golden.event);

-- name: rows_frame
select sum(s), min(s), max(s) from (select sum(quantity) over (partition by person_key order by day, event_id rows between 2 preceding and 1 following) as s from golden.event);

-- name: rows_frame_ahead
select sum(s), count(s) from (select sum(cost) over (partition by person_key order by day, event_id rows between 1 following and 3 following) as s from golden.event);

-- name: rows_frame_behind
select sum(s), count(s) from (select max(quantity) over (partition by person_key order by day, event_id rows between 3 preceding and 1 preceding) as s from golden.event);

-- name: range_frame_of_numbers
select sum(s), count(s) from (select count(*) over (partition by code order by quantity range between 5 preceding and 5 following) as s from golden.event where code < 'B' and quantity is not null);

-- name: range_frame_of_days
select sum(s), max(s) from (select count(*) over (partition by person_key order by day range between interval '30 days' preceding and current row) as s from golden.event where person_key is not null);

-- name: range_frame_with_nulls
select sum(s), count(*) from (select count(*) over (partition by code order by quantity range between 10 preceding and 10 following) as s from golden.event where code < 'A01');

-- name: range_frame_descending
select sum(s), max(s) from (select sum(quantity) over (partition by code order by day desc range between interval '7 days' preceding and interval '1 day' following) as s from golden.event where code < 'B' );

-- name: groups_frame
select sum(s), max(s) from (select count(*) over (partition by code order by day groups between 1 preceding and 1 following) as s from golden.event where code < 'C');

-- name: whole_partition
select sum(cost - m), count(m) from (select cost, max(cost) over (partition by person_key) as m from golden.event);

-- name: sliding_min_max
select sum(lo), sum(hi) from (select min(quantity) over (partition by person_key order by day, event_id rows between 3 preceding and current row) as lo, max(quantity) over (partition by person_key order by day, event_id rows between 3 preceding and current row) as hi from golden.event);

-- name: no_partition
select sum(n % 97), max(n) from (select row_number() over (order by day, event_id) as n, event_id from golden.event where urgent);

-- name: over_everything
select max(n), max(s) from (select count(*) over () as n, sum(quantity) over () as s from golden.event);

-- name: ntile
select t, count(*), sum(event_id) from (select event_id, ntile(7) over (order by event_id) as t from golden.event) group by t;

-- name: percent_rank
select sum(p), sum(c) from (select percent_rank() over (partition by code order by event_id) as p, cume_dist() over (partition by code order by event_id) as c from golden.event where code < 'C');

-- name: nth_value
select sum(n), count(n) from (select nth_value(quantity, 3) over (partition by person_key order by day, event_id rows between unbounded preceding and unbounded following) as n from golden.event);

-- name: latest_event_of_each
select count(*), sum(event_id), sum(cost) from (select *, row_number() over (partition by person_key order by day desc, event_id desc) as n from golden.event where person_key is not null) where n = 1;

-- name: first_of_each_code
select code, event_id, day from (select *, row_number() over (partition by code order by day, event_id) as n from golden.event) where n <= 2;

-- name: two_windows
select sum(a * b % 101) from (select row_number() over (partition by person_key order by day, event_id) as a, row_number() over (partition by code order by day, event_id) as b from golden.event);

-- name: window_over_groups
select code, n, r from (select code, count(*) as n, rank() over (order by count(*) desc, code) as r from golden.event group by code);

-- name: nulls_in_order
select sum(n * event_id % 1013) from (select event_id, row_number() over (partition by code order by units desc nulls last, event_id) as n from golden.event);

-- name: nulls_first
select sum(n * event_id % 1013) from (select event_id, row_number() over (partition by code order by units nulls first, event_id) as n from golden.event);

-- name: lag_over_nulls
select sum(l), count(l) from (select lag(units) over (partition by person_key order by day, event_id) as l from golden.event);

-- name: spell_overlaps
select count(*) from (select begins, max(ends) over (partition by person_key order by begins, spell_id rows between unbounded preceding and 1 preceding) as before from golden.spell) where begins <= before;

-- name: islands
select count(*), max(island), sum(island) from (select sum(case when before is null or begins > before then 1 else 0 end) over (partition by person_key order by begins, spell_id) as island from (select person_key, begins, spell_id, max(coalesce(ends, begins)) over (partition by person_key order by begins, spell_id rows between unbounded preceding and 1 preceding) as before from golden.spell));

-- name: partition_by_two
select sum(n), max(n) from (select count(*) over (partition by person_key, code) as n from golden.event);

-- name: running_distinct_days
select sum(n) from (select dense_rank() over (partition by person_key order by day) as n from golden.event where code = 'J44');

-- name: average_over_a_frame
select sum(round(a * 1000)), count(a) from (select avg(cast(quantity as double)) over (partition by person_key order by day, event_id rows between 1 preceding and 1 following) as a from golden.event where quantity % 2 = 0);


-- name: lag_that_ignores_null
-- duckdb: select sum(l), count(l) from (select lag(quantity ignore nulls) over (partition by person_key order by day, event_id) as l from golden.event);
select sum(l), count(l) from (select lag(quantity) ignore nulls over (partition by person_key order by day, event_id) as l from golden.event);

-- name: first_that_ignores_null
-- duckdb: select sum(l), count(l) from (select first_value(units ignore nulls) over (partition by person_key order by day, event_id rows between unbounded preceding and unbounded following) as l from golden.event);
select sum(l), count(l) from (select first_value(units) ignore nulls over (partition by person_key order by day, event_id rows between unbounded preceding and unbounded following) as l from golden.event);

-- name: window_and_limit
select event_id, lead(event_id, 3) over (order by event_id rows between unbounded preceding and current row) as ahead, lag(event_id, -2) over (order by event_id rows between unbounded preceding and current row) as before from golden.event order by event_id limit 4;

-- name: frame_and_limit
select event_id, sum(event_id) over (order by event_id rows between current row and 5 following) as s, max(event_id) over (order by event_id range between current row and 10 following) as m from golden.event order by event_id limit 4;

-- name: a_frame_after_a_large_number
select event_id, s, m, v from (select event_id, sum(x) over w as s, avg(x) over w as m, var_samp(x) over w as v from (select event_id, case when event_id = 1000 then 1e15 else cost end as x from golden.event where event_id < 2000 and cost is not null) t window w as (order by event_id rows between 3 preceding and current row)) t where event_id % 97 = 5 and event_id > 1010;

-- name: a_frame_after_what_is_no_number
select event_id, s, m from (select event_id, sum(x) over w as s, avg(x) over w as m from (select event_id, case when event_id = 1000 then cast('NaN' as double) else cost end as x from golden.event where event_id < 2000 and cost is not null) t window w as (order by event_id rows between 3 preceding and 1 following)) t where event_id % 97 = 5 and event_id > 1010;

-- name: statistics_of_a_frame
select event_id, c, r from (select event_id, covar_samp(x, q) over w as c, regr_count(x, q) over w as r from (select event_id, case when event_id = 1000 then 1e12 else cost end as x, cast(quantity as double) as q from golden.event where event_id < 2000 and cost is not null and quantity is not null) t window w as (order by event_id rows between 5 preceding and current row)) t where event_id % 97 = 5 and event_id > 1030;
