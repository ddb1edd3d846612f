-- name: inner_by_person
select count(*), sum(e.cost), min(e.day), max(p.score) from golden.event e join golden.person p on e.person_key = p.person_key;

-- name: left_with_strangers
select count(*), count(p.person_key), sum(e.quantity) from golden.event e left join golden.person p on e.person_key = p.person_key;

-- name: right
select count(*), count(e.event_id), count(distinct p.person_key) from golden.event e right join golden.person p on e.person_key = p.person_key;

-- name: full_of_null_keys
select count(*), count(p.practice), count(c.practice), count(p.person_key), count(c.place) from golden.person p full join golden.practice c on p.practice = c.practice;

-- name: full_by_person
select count(*), count(e.event_id), count(s.spell_id) from (select * from golden.event where quantity > 900) e full join golden.spell s on e.person_key = s.person_key;

-- name: left_to_a_small_table
select c.region, count(*), sum(p.income) from golden.person p left join golden.practice c on p.practice = c.practice group by c.region;

-- name: by_region_and_sex
select c.region, p.sex, count(*), min(p.birth) from golden.person p join golden.practice c on p.practice = c.practice group by c.region, p.sex;

-- name: semi
select count(*), min(birth) from golden.person p where exists (select 1 from golden.event e where e.person_key = p.person_key and e.code = 'F32');

-- name: anti
select count(*), max(birth) from golden.person p where not exists (select 1 from golden.spell s where s.person_key = p.person_key);

-- name: in_a_query
select count(*), sum(cost) from golden.event where person_key in (select person_key from golden.person where sex = 'female' and score > 50);

-- name: not_in_without_null
select count(*) from golden.event where person_key not in (select person_key from golden.person where registered);

-- name: not_in_with_null
select count(*) from golden.person where practice not in (select practice from golden.practice);

-- name: not_in_with_null_left_out
select count(*) from golden.person where practice not in (select practice from golden.practice where practice is not null);

-- name: in_with_null
select count(*) from golden.person where practice in (select practice from golden.practice);

-- name: semi_with_an_inequality
select count(*) from golden.spell s where exists (select 1 from golden.event e where e.person_key = s.person_key and e.day between s.begins and s.ends);

-- name: anti_with_an_inequality
select count(*) from golden.spell s where not exists (select 1 from golden.event e where e.person_key = s.person_key and e.day between s.begins and s.ends);

-- name: events_within_spells
select s.ward, count(*), count(distinct s.spell_id), sum(e.quantity) from golden.spell s join golden.event e on e.person_key = s.person_key and e.day >= s.begins and e.day <= s.ends group by s.ward;

-- name: left_with_a_condition
select count(*), count(e.event_id) from golden.spell s left join golden.event e on e.person_key = s.person_key and e.day = s.begins;

-- name: left_filtered_after
select count(*) from golden.spell s left join golden.event e on e.person_key = s.person_key and e.urgent where e.event_id is null;

-- name: right_with_a_condition
select count(*), count(s.spell_id) from golden.spell s right join golden.event e on e.person_key = s.person_key and s.ends < e.day;

-- name: full_with_a_condition
select count(*), count(p.practice), count(c.practice) from golden.person p full join golden.practice c on p.practice = c.practice and c.region = 'R1';

-- name: only_an_inequality
select count(*), sum(a.place * b.place) from golden.practice a join golden.practice b on a.weight < b.weight;

-- name: left_of_only_an_inequality
select a.place, count(b.place) from golden.practice a left join golden.practice b on a.weight < b.weight group by a.place;

-- name: full_of_only_an_inequality
select count(*), count(a.place), count(b.place) from golden.practice a full join golden.practice b on a.weight < b.weight - 5;

-- name: cross
select count(*), sum(a.place + b.place) from golden.practice a cross join golden.practice b;

-- name: self_by_two
select count(*) from golden.spell a join golden.spell b on a.person_key = b.person_key and a.begins = b.begins and a.spell_id <> b.spell_id;

-- name: null_is_null
select count(*) from golden.person a join golden.practice b on a.practice is not distinct from b.practice;

-- name: using_a_column
select practice, count(*) from golden.person join golden.practice using (practice) group by practice;

-- name: three
select c.region, count(*), sum(e.cost) from golden.event e join golden.person p on e.person_key = p.person_key left join golden.practice c on p.practice = c.practice group by c.region;

-- name: to_a_grouped_one
select p.sex, count(*), sum(t.n), max(t.last) from golden.person p join (select person_key, count(*) as n, max(day) as last from golden.event group by person_key) t on t.person_key = p.person_key group by p.sex;

-- name: of_two_grouped_ones
select count(*), sum(a.n * b.n), max(a.units) from (select person_key, count(*) as n, max(units) as units from golden.event group by person_key) a join (select person_key, count(*) as n from golden.spell group by person_key) b on a.person_key = b.person_key;

-- name: scalar_subquery
select count(*) from golden.event where cost > (select avg(cost) from golden.event);

-- name: correlated_scalar
select count(*), sum(n) from (select (select count(*) from golden.spell s where s.person_key = p.person_key) as n from golden.person p where p.score is not null);

-- name: correlated_max
select count(*) from golden.event e where e.day = (select max(day) from golden.event x where x.person_key = e.person_key);

-- name: correlated_in_select
select c.practice, (select count(*) from golden.person p where p.practice = c.practice and p.registered) as n from golden.practice c;

-- name: or_of_exists
select count(*) from golden.person p where p.score > 90 or exists (select 1 from golden.spell s where s.person_key = p.person_key and s.beds > 10);

-- name: semi_both_ways
select count(*) from golden.spell s where s.person_key in (select person_key from golden.person where sex = 'male') and s.person_key not in (select person_key from golden.event where person_key is not null and code = 'Z99');

-- name: on_dates
select count(*), count(distinct s.spell_id) from golden.spell s join golden.event e on s.begins = e.day and e.code = 'A00' and s.ward = 'W3';

-- name: on_texts_and_numbers
select count(*) from golden.event e join golden.spell s on e.quantity = s.beds and e.person_key = s.person_key;

-- name: with_topk
select e.event_id, p.sex from golden.event e join golden.person p on e.person_key = p.person_key order by e.cost desc nulls last, e.event_id limit 12;

-- name: small_side_empty
select count(*), count(x.place) from golden.person p left join (select * from golden.practice where place < 0) x on p.practice = x.practice;

-- name: not_of_in
select count(*) from golden.person where not (practice in (select practice from golden.practice where practice is not null));

-- name: not_in_of_two
select count(*) from golden.event where person_key not in (select person_key from golden.spell) and code not in (select ward from golden.spell where ward is not null);

-- name: names_twice_in_a_join
select count(*), sum(x.spell_id) from golden.practice c join (select p.person_key, s.person_key as other, p.practice, s.spell_id, s.ward from golden.person p left join golden.spell s on p.person_key = s.person_key where s.ward is not null or p.score > 90) x on c.practice = x.practice and c.region = 'R2';

-- name: names_twice_filtered
select count(*), min(e.event_id) from (select a.person_key as a, b.person_key as b, b.event_id from golden.spell a left join golden.event b on a.person_key = b.person_key where a.beds > 5 and (b.urgent or b.urgent is null)) e join golden.person p on p.person_key = e.b where p.score > 97;

-- name: top_of_names_twice
select s.spell_id, e.event_id from golden.spell s join golden.event e on s.person_key = e.person_key where s.beds + coalesce(e.quantity, 0) > 500 order by e.person_key desc, e.event_id desc, s.spell_id limit 7;

-- name: in_or_another
select count(*) from golden.person where practice in (select practice from golden.practice) or score > 50;

-- name: not_exists_or_another
select count(*) from golden.person p where not exists (select 1 from golden.practice c where c.practice = p.practice) or p.score > 50;

-- name: right_and_a_filter_of_the_other_side_with_the_same_name
select count(*), count(a.person_key) from golden.person a right join golden.practice b on a.practice = b.practice and a.person_key in (0, 1) where upper(a.practice) = 'P00';

-- name: right_and_a_filter_of_the_same_name_by_person
select count(*), min(a.event_id) from golden.event a right join golden.person b on a.person_key = b.person_key and a.quantity > 5000 where abs(a.person_key % 7) = 3;

-- name: right_without_the_other_side
select count(*), min(b.birth) from golden.spell a right join golden.person b on a.person_key = b.person_key and a.beds > 10 where a.person_key is null;

-- name: right_and_a_default_of_the_other_side
select count(*), count(a.place) from golden.practice a right join golden.person b on a.practice = b.practice and a.place > 20 where coalesce(a.practice, 'none') = 'none';

-- name: full_and_filters_of_one_name
select count(*), count(a.place), count(b.person_key) from golden.practice a full join golden.person b on a.practice = b.practice and a.place > 20 where upper(coalesce(a.practice, b.practice)) = 'P02' or b.practice is null;

-- name: groups_by_two_columns_of_one_name_joined_in_another_order
with pairs as (select p.sex, a.region, b.region as other, count(*) as n from golden.person p join golden.practice a on a.practice = p.practice join golden.practice b on b.place >= a.place group by p.sex, a.region, b.region), frame as (select r.region as x, s.region as y, q.sex as z from (select distinct region from golden.practice) r cross join (select distinct region from golden.practice) s cross join (select distinct sex from golden.person) q) select frame.x, frame.y, count(*), sum(pairs.n) from frame left join pairs on frame.x = pairs.region and frame.y = pairs.other and frame.z = pairs.sex group by frame.x, frame.y;
