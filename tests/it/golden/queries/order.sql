-- name: top_by_cost
select event_id, cost from golden.event order by cost desc nulls last, event_id limit 15;

-- name: bottom_by_cost
select event_id, cost from golden.event order by cost, event_id limit 15;

-- name: top_of_a_sparse_column
select event_id, units from golden.event order by units desc nulls last, event_id limit 10;

-- name: bottom_of_a_sparse_column
select event_id, units from golden.event order by units nulls last, event_id limit 10;

-- name: nulls_first
select event_id, units from golden.event order by units nulls first, event_id limit 10;

-- name: nulls_first_descending
select event_id, cost from golden.event order by cost desc nulls first, event_id desc limit 10;

-- name: by_day
select event_id, day from golden.event order by day, event_id limit 12;

-- name: by_day_descending
select event_id, day from golden.event order by day desc, event_id limit 12;

-- name: by_time
select event_id, moment from golden.event order by moment desc nulls last, event_id limit 8;

-- name: by_text
select event_id, note from golden.event order by note, event_id limit 8;

-- name: by_text_descending
select event_id, note from golden.event order by note desc nulls last, event_id limit 8;

-- name: by_amount
select event_id, amount from golden.event order by amount, event_id limit 8;

-- name: by_key
select person_key, day, event_id from golden.event order by person_key, day, event_id limit 12;

-- name: by_key_descending
select person_key, day, event_id from golden.event order by person_key desc nulls last, day desc, event_id limit 12;

-- name: by_key_nulls_first
select person_key, event_id from golden.event order by person_key nulls first, event_id limit 5;

-- name: with_a_filter
select event_id, cost from golden.event where code = 'N18' and urgent order by cost desc nulls last, event_id limit 9;

-- name: with_an_offset
select event_id, cost from golden.event order by cost desc nulls last, event_id limit 7 offset 1000;

-- name: far_offset
select event_id from golden.event order by event_id limit 3 offset 99990;

-- name: by_expression
select event_id, quantity % 10 from golden.event order by quantity % 10 desc nulls last, quantity, event_id limit 9;

-- name: top_groups
select code, count(*) as n from golden.event group by code order by n desc, code nulls last limit 5;

-- name: top_people
select person_key, sum(quantity) as total from golden.event where person_key is not null group by person_key order by total desc nulls last, person_key limit 8;

-- name: top_by_max
select person_key, max(cost) as most from golden.event where person_key is not null group by person_key order by most desc nulls last, person_key limit 8;

-- name: top_by_min_day
select person_key, min(day) as first from golden.event where person_key is not null group by person_key order by first, person_key limit 8;

-- name: distinct_in_order
select distinct code from golden.event order by code desc nulls last limit 6;

-- name: distinct_days
select distinct day from golden.event order by day limit 6;

-- name: topk_of_topk
select event_id from (select event_id, cost from golden.event order by cost desc nulls last, event_id limit 100) order by event_id limit 10;

-- name: count_of_a_limit
select count(*) from (select * from golden.event limit 12345);

-- name: count_of_a_limit_with_a_filter
select count(*) from (select * from golden.event where code = 'A00' limit 100);

-- name: limit_of_a_union
select count(*) from (select event_id from golden.event union all select spell_id from golden.spell limit 105000);

-- name: limit_zero
select count(*) from (select * from golden.event limit 0);

-- name: min_of_the_top
select min(cost), max(cost), count(*) from (select cost from golden.event order by cost desc nulls last limit 500);

-- name: top_per_group
select code, event_id from (select code, event_id, row_number() over (partition by code order by cost desc nulls last, event_id) as n from golden.event where code is not null) where n = 1;

-- name: by_two_of_which_one_is_sparse
select units, code, event_id from golden.event order by units desc nulls last, code desc nulls last, event_id limit 10;

-- name: top_of_a_join
select p.person_key, s.begins from golden.spell s join golden.person p on s.person_key = p.person_key order by s.begins desc, s.spell_id limit 6;

-- name: by_a_boolean
select urgent, event_id from golden.event order by urgent desc nulls last, event_id limit 6;
