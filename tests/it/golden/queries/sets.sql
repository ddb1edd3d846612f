-- name: union
select count(*), min(k), max(k) from (select person_key as k from golden.event union select person_key from golden.spell) where k is not null;

-- name: union_all
select count(*), min(d), max(d) from (select day as d from golden.event union all select begins from golden.spell union all select birth from golden.person);

-- name: intersect
select count(*), min(person_key) from (select person_key from golden.event intersect select person_key from golden.spell);

-- name: except
select count(*) from (select person_key from golden.event except select person_key from golden.person);

-- name: except_the_other_way
select count(*), min(person_key) from (select person_key from golden.person except select person_key from golden.event);

-- name: except_with_null
select count(*) from (select practice from golden.practice except select practice from golden.person where practice is not null);

-- name: intersect_with_null
select count(*), count(practice) from (select practice from golden.practice intersect select practice from golden.person);

-- name: except_of_two_columns
select count(*) from (select person_key, day from golden.event except select person_key, begins from golden.spell);

-- name: intersect_of_two_columns
select count(*) from (select person_key, day from golden.event intersect select person_key, begins from golden.spell);

-- name: min_max_of_a_union
select min(d), max(u) from (select day as d, units as u from golden.event union all select begins, null from golden.spell);

-- name: grouped_union
select w, count(*) from (select code as w from golden.event where code < 'B' union all select ward from golden.spell where ward < 'W3') group by w;

-- name: cte_used_twice
with e as (select person_key, day, cost from golden.event where urgent) select count(*), sum(a.cost + b.cost) from e a join e b on a.person_key = b.person_key and a.day < b.day;

-- name: recursive
with recursive months(d) as (select date '2024-01-01' union all select cast(d + interval '1 month' as date) from months where d < date '2025-11-01') select m.d, count(s.spell_id) from months m left join golden.spell s on s.begins >= m.d and s.begins < cast(m.d + interval '1 month' as date) group by m.d;

-- name: values_joined
select v.name, count(*) from (values ('A00', 'first'), ('B20', 'second'), (null, 'third')) as v(code, name) left join golden.event e on e.code = v.code group by v.name;

-- name: nested_ctes
with a as (select person_key, min(day) as first from golden.event group by person_key), b as (select person_key, first from a where first < date '2024-01-10'), c as (select count(*) as n, max(first) as last from b) select n, last from c;

-- name: unnested_series
-- duckdb: select count(*), sum(v) from (select unnest(range(0, 1000)) as v);
select count(*), sum(v) from (select unnest(range(0, 1000)) as v);

-- name: lateral
select count(*), sum(x.n) from golden.practice c, lateral (select count(*) as n from golden.person p where p.practice = c.practice) x;

-- name: days_of_spells
-- duckdb: select count(*), cast(min(d) as date), cast(max(d) as date) from (select unnest(generate_series(begins, ends, interval '1 day')) as d from golden.spell where ends is not null and ward = 'W1');
select count(*), min(d), max(d) from (select unnest(generate_series(begins, ends, interval '1 day')) as d from golden.spell where ends is not null and ward = 'W1');

-- name: union_of_types
select count(*), sum(v), max(v) from (select quantity as v from golden.event union all select cost from golden.event where cost < 100);

-- name: distinct_union_of_texts
select count(*) from (select note from golden.event union select code from golden.event union select ward from golden.spell);

-- name: exists_without_correlation
select count(*) from golden.practice where exists (select 1 from golden.event where units > 3.4);

-- name: any_of_a_group
select p.sex, count(*) from golden.person p where p.person_key in (select person_key from golden.event group by person_key having max(units) >= 3) group by p.sex;
