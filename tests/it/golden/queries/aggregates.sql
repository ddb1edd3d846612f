-- name: min_of_one_and_max_of_a_rare_one
select min(day), max(units) from golden.event;

-- name: min_max_of_many
select min(day), max(day), min(units), max(units), min(cost), max(cost), min(quantity), max(quantity) from golden.event;

-- name: min_of_an_expression_beside_a_column
select min(quantity), max(quantity), max(day), min(cost + 1) from golden.event;

-- name: max_of_an_expression
select max(quantity * 2), min(day) from golden.event;

-- name: min_max_of_text
select min(code), max(code), min(note), max(note) from golden.event;

-- name: min_max_of_times
select min(moment), max(moment), max(units) from golden.event;

-- name: min_max_of_decimals
select min(amount), max(amount), min(units) from golden.event;

-- name: min_max_of_booleans
select min(urgent), max(urgent) from golden.event;

-- name: min_max_of_keys
select min(person_key), max(person_key), max(units) from golden.event;

-- name: min_max_with_a_filter
select min(day), max(units) from golden.event where code = 'E11';

-- name: min_max_with_filters_of_their_own
select min(day) filter (where urgent), max(units) filter (where cost > 5000), max(units) from golden.event;

-- name: min_max_of_nothing
select min(day), max(units), count(*) from golden.event where code = 'nowhere';

-- name: max_of_what_only_some_have
select max(units) from golden.event;

-- name: min_and_max_of_one_sparse_column
select min(units), max(units) from golden.event;

-- name: min_max_and_count
select min(day), max(units), count(units), count(*) from golden.event;

-- name: sums
select sum(cost), sum(quantity), sum(amount), sum(units) from golden.event;

-- name: averages
-- duckdb: select avg(cost), avg(quantity), avg(units) from golden.event;
select avg(cost), avg(cast(quantity as double)), avg(units) from golden.event;

-- name: spread
select stddev(cost), var_pop(cost), stddev_pop(units), var_samp(units) from golden.event;

-- name: correlation
select corr(cost, cast(quantity as double)), covar_samp(cost, cast(quantity as double)) from golden.event;

-- name: regression
select regr_slope(cost, cast(quantity as double)), regr_count(cost, cast(quantity as double)) from golden.event;

-- name: counts
select count(*), count(person_key), count(code), count(units), count(note), count(moment) from golden.event;

-- name: distinct_counts
select count(distinct person_key), count(distinct code), count(distinct day), count(distinct note), count(distinct units) from golden.event;

-- name: distinct_counts_beside_others
select count(distinct code), sum(quantity), count(*), min(day), max(units) from golden.event;

-- name: booleans
select bool_and(urgent), bool_or(urgent), count(*) filter (where urgent is null) from golden.event;

-- name: median_of_all
select median(cost) from golden.event;

-- name: percentiles
-- duckdb: select quantile_cont(cost, 0.1), quantile_cont(cost, 0.9) from golden.event;
select percentile_cont(cost, 0.1), percentile_cont(cost, 0.9) from golden.event;

-- name: by_code
select code, count(*), sum(quantity), min(day), max(cost), count(units) from golden.event group by code;

-- name: by_code_rare
select code, min(units), max(units), sum(units) from golden.event group by code;

-- name: by_month
select date_trunc('month', day) as month, count(*), sum(amount) from golden.event group by 1;

-- name: by_two
select sex, registered, count(*), sum(income), min(birth), max(score) from golden.person group by sex, registered;

-- name: by_code_median
select code, median(cost), median(cast(quantity as double)) from golden.event group by code;

-- name: distinct_by_code
select code, count(distinct person_key), count(distinct note) from golden.event group by code;

-- name: distinct_by_two
select code, urgent, count(distinct person_key), count(distinct day), count(*) from golden.event where code < 'C' group by code, urgent;

-- name: by_person_summed
select count(*), sum(events), max(events), min(first), max(last), sum(codes) from (select person_key, count(*) as events, min(day) as first, max(day) as last, count(distinct code) as codes from golden.event group by person_key);

-- name: by_person_and_month
select count(*), max(events), sum(cost) from (select person_key, date_trunc('month', day) as month, count(*) as events, sum(cost) as cost from golden.event group by 1, 2);

-- name: having
select person_key, count(*) from golden.event group by person_key having count(*) > 33 and person_key is not null;

-- name: rollup
select code, urgent, count(*), sum(quantity) from golden.event where code < 'B' group by rollup(code, urgent);

-- name: cube
select sex, registered, count(*), min(birth) from golden.person group by cube(sex, registered);

-- name: grouping_sets
select sex, practice, count(*), grouping(sex), grouping(practice) from golden.person where practice < 'P04' group by grouping sets ((sex), (practice), ());

-- name: grouping_sets_with_distinct
select code, urgent, count(distinct person_key), min(day), max(units) from golden.event where code > 'K' group by grouping sets ((code, urgent), (code), ());

-- name: distinct_rows
select distinct code, urgent from golden.event where code > 'I';

-- name: distinct_of_a_sparse_column
select distinct units from golden.event;

-- name: count_of_distinct_rows
select count(*) from (select distinct person_key, code from golden.event);

-- name: nested_aggregates
select max(n), min(n), avg(cast(n as double)) from (select count(*) as n from golden.event group by code);

-- name: sum_of_case
select sum(case when urgent then 1 else 0 end), sum(case when urgent then quantity end), count(case when cost > 9000 then 1 end) from golden.event;

-- name: filtered_aggregates
select code, count(*) filter (where urgent), sum(cost) filter (where day >= date '2025-01-01') from golden.event group by code;

-- name: bits
select bit_and(quantity), bit_or(quantity), bit_xor(quantity) from golden.event where quantity >= 0;

-- name: group_of_expression
select quantity % 7, count(*), sum(cost) from golden.event group by quantity % 7;

-- name: group_of_case
select case when quantity < 0 then 'below' when quantity < 500 then 'low' when quantity >= 500 then 'high' end, count(*), max(day) from golden.event group by 1;

-- name: string_list

select string_agg(code, ',' order by code) from (select distinct code from golden.event where code is not null);

-- name: first_and_last
-- duckdb: select first(event_id order by day, event_id), last(event_id order by day, event_id) from golden.event;
select first_value(event_id order by day, event_id), last_value(event_id order by day, event_id) from golden.event;

-- name: sets_of_a_column_that_is_sorted
select count(*), count(person_key), sum(n), max(n) from (select person_key, code, count(*) as n, grouping(person_key, code) as g from golden.event group by grouping sets ((person_key, code), (person_key))) t;

-- name: the_first_of_sets_of_a_column_that_is_sorted
select person_key from (select person_key, code from golden.event where person_key is not null group by grouping sets ((person_key, code), (person_key))) t order by person_key limit 30;

-- name: sets_twice
select code, urgent, count(*) from golden.event where quantity > 900 group by grouping sets ((code), (urgent), (code), ());

-- name: sums_of_numbers_and_their_keys
select code, sum(person_key % 100000007), sum(quantity), sum(amount), sum(distinct quantity), sum(cast(quantity as bigint) * 1000000007) from golden.event group by code;
