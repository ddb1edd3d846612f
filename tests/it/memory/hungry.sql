select sum(length(repeat(practice_code, 100000000))) from record.patient
select sum(length(repeat(code, 1000000))) from record.condition
select max(repeat(code, 20000)) from record.condition
select repeat(code, 100000) as r from record.condition order by r limit 3
select count(distinct repeat(code, 10000) || cast(record_key as varchar)) from record.condition
select length(string_agg(code, repeat(',', 10000))) from record.condition
select length(string_agg(repeat(code, 5000), ',')) from record.condition
select sum(length(lpad(code, 2000000, 'x'))) from record.condition
select sum(length(rpad(code, 2000000, 'xyz'))) from record.condition
select sum(length(lpad(code, 100000000, 'x'))) from record.condition
select sum(length(rpad(code, 1000000000))) from record.condition
select sum(length(replace(repeat('a', 100000), 'a', repeat('b', 1000)))) from record.condition
select sum(length(replace(repeat(code, 1000), 'E', repeat('b', 10000)))) from record.condition
select sum(length(regexp_replace(repeat(code, 1000), '.', repeat('b', 1000), 'g'))) from record.condition
select sum(length(concat(repeat(code, 100000), repeat(code, 100000)))) from record.condition
select sum(length(repeat(code, 100000) || repeat(code, 200000))) from record.condition
select sum(length(concat_ws(repeat('-', 100000), code, code, code))) from record.condition
select sum(length(translate(repeat(code, 200000), 'EA', 'xy'))) from record.condition
select sum(length(overlay(repeat(code, 200000) placing repeat('z', 100000) from 3))) from record.condition
select sum(length(reverse(repeat(code, 200000)))) from record.condition
select sum(length(upper(repeat(code, 200000)))) from record.condition
select sum(length(initcap(repeat(code, 200000)))) from record.condition
select sum(length(array_to_string(array_repeat(code, 1000000), ','))) from record.condition
select sum(cardinality(array_repeat(code, 10000000))) from record.condition
select sum(cardinality(array_repeat(1, 100000000))) from record.condition
select sum(cardinality(array_repeat(array_repeat(1, 10000), 10000))) from record.condition
select sum(cardinality(generate_series(1, 1000000))) from record.condition
select sum(cardinality(range(1, 10000000000))) from record.patient
select count(*) from (select unnest(range(1, 1000000000)) from record.patient)
select count(*) from (select unnest(generate_series(0, 10000000)) as v from record.condition)
select cardinality(array_agg(a.record_key)) from record.condition a cross join record.condition b
select cardinality(array_agg(repeat(code, 10000))) from record.condition
select person_key, array_agg(repeat(code, 100000)) from record.condition group by person_key
select array_agg(code order by repeat(code, 10000)) from record.condition
select cardinality(array_concat(range(0, 10000000), range(0, 10000000))) from record.condition limit 5
select sum(cardinality(array_append(range(0, 1000000), 1))) from record.condition
select sum(cardinality(make_array(repeat(code, 100000), repeat(code, 100000)))) from record.condition
select sum(cardinality(array_resize(make_array(1), 100000000, 0))) from record.condition
select sum(cardinality(string_to_array(repeat('a,', 1000000), ','))) from record.condition
select sum(cardinality(string_to_array(repeat(code || ',', 1000000), ','))) from record.condition
select sum(cardinality(flatten(array_repeat(range(0, 1000), 10000)))) from record.condition
select sum(cardinality(array_distinct(range(0, 1000000)))) from record.condition
select sum(cardinality(array_sort(range(0, 1000000)))) from record.condition
select sum(cardinality(array_union(range(0, 500000), range(400000, 900000)))) from record.condition
select sum(length(to_char(onset, repeat('%Y', 100000)))) from record.condition
select sum(length(encode(repeat(code, 1000000), 'hex'))) from record.condition
select sum(length(encode(repeat(code, 1000000), 'base64'))) from record.condition
select sum(length(split_part(repeat(code || ',', 1000000), ',', 3))) from record.condition
select sum(length(substr(repeat(code, 1000000), 3))) from record.condition
select sum(length(cast(repeat(code, 1000000) as varchar))) from record.condition
select sum(length(coalesce(nullif(repeat(code, 1000000), 'x'), 'y'))) from record.condition
select count(*) from record.condition a cross join record.condition b cross join record.condition c where a.record_key + b.record_key + c.record_key = 5
select a.code, b.code, count(*) from record.condition a cross join record.condition b group by a.code, b.code
select repeat(a.code, 1000) || b.code as k, count(*) from record.condition a cross join record.condition b group by 1
select * from record.condition a cross join record.condition b order by (a.record_key % 1000000) * (b.record_key % 1000000), a.code limit 20
select count(*) from (select *, row_number() over (order by repeat(code, 10000)) as n from record.condition)
select max(n) from (select row_number() over (partition by repeat(code, 10000) order by record_key) as n from record.condition)
select max(length(first)) from (select first_value(repeat(code, 50000)) over (partition by person_key order by record_key) as first from record.condition)
select count(*) from record.condition a join record.condition b on repeat(a.code, 10000) = repeat(b.code, 10000)
select count(*) from (select distinct repeat(code, 50000) || cast(record_key as varchar) from record.condition)
select count(*) from (select repeat(code, 50000) from record.condition union select repeat(code, 50001) from record.condition)
select count(*) from (select repeat(code, 50000) from record.condition intersect select repeat(code, 50000) from record.condition)
select min(repeat(code, 100000)), max(repeat(code, 100000)) from record.condition group by person_key order by 1 limit 2
select last_value(repeat(code, 100000) order by record_key) from record.condition group by person_key limit 1
select median(a.record_key) from record.condition a cross join record.condition b
select count(distinct a.record_key % 1000000000000 * 31 + b.record_key % 1000000000000) from record.condition a cross join record.condition b
select case when code > 'A' then repeat(code, 500000) else repeat(code, 400000) end as x from record.condition order by x limit 1
select lpad('x', 2000000000, 'y')
select repeat('x', 100000000000)
select length(repeat('x', 10000000000))
select array_repeat(1, 1000000000)
select range(1, 100000000000)
with recursive r(t) as (select 'a' union all select t || t from r where length(t) < 10000000000) select max(length(t)) from r
select repeat(code, 300000) from record.condition
select named_struct('a', repeat(code, 200000), 'b', repeat(code, 300000)) from record.condition
select sum(length(array_to_string(make_array(repeat(code,100000), repeat(code,100000)), repeat(',', 100000)))) from record.condition
select count(*) from (select unnest(array_repeat(repeat(code, 1000), 100000)) as v from record.condition) where v like '%E1%'
select sum(length(cast(range(0, 100000) as varchar))) from record.condition
select approx_distinct(repeat(code, 100000)) from record.condition
