-- name: day_equal
select count(*), sum(event_id) from golden.event where day = date '2024-06-01';

-- name: day_between
select count(*), sum(event_id) from golden.event where day between date '2024-06-01' and date '2024-06-30';

-- name: day_before_all
select count(*), min(event_id) from golden.event where day < date '2024-01-01';

-- name: day_or
select count(*) from golden.event where day < date '2024-01-03' or day > date '2025-11-20' or code = 'A00';

-- name: day_in
select count(*) from golden.event where day in (date '2024-01-05', date '2024-02-05', date '2025-03-05');

-- name: day_not_equal
select count(*) from golden.event where day <> date '2024-02-29';

-- name: day_as_text
select count(*) from golden.event where cast(day as varchar) like '2024-02-%';

-- name: time_from
select count(*), min(moment) from golden.event where moment >= timestamp '2025-06-15 12:30:00';

-- name: time_between
select count(*), max(moment) from golden.event where moment > timestamp '2024-03-01 00:00:00' and moment <= timestamp '2024-03-02 00:00:00';

-- name: time_null
select count(*) from golden.event where moment is null and day > date '2025-01-01';

-- name: key_equal
select event_id, day, code from golden.event where person_key = (select max(person_key) from golden.person);

-- name: key_above
select count(*), max(units) from golden.event where person_key > 8900000000000000000;

-- name: key_below
select count(*), count(units) from golden.event where person_key < 300000000000000000;

-- name: key_null
select count(*), sum(quantity) from golden.event where person_key is null;

-- name: key_not_null
select count(*), sum(quantity) from golden.event where person_key is not null;

-- name: key_modulo
select count(*) from golden.event where person_key % 10 = 3;

-- name: code_equal
select count(*), sum(cost) from golden.event where code = 'E10';

-- name: code_in
select count(*), sum(cost) from golden.event where code in ('E10', 'E11', 'nothing');

-- name: code_not_in
select count(*) from golden.event where code not in ('A00', 'A01');

-- name: code_not_in_with_null
select count(*) from golden.event where code not in ('A00', null);

-- name: code_like
select count(*) from golden.event where code like 'J4_';

-- name: code_starts
select count(*) from golden.event where starts_with(code, 'I');

-- name: code_not_like
select count(*) from golden.event where code not like 'A%';

-- name: code_null_or
select count(*) from golden.event where code is null or code > 'N';

-- name: note_like_with_escapes
select count(*) from golden.event where note like '100\%' escape '\';

-- name: note_like_underscore
select count(*) from golden.event where note like 'a_b';

-- name: note_ilike
select note, count(*) from golden.event where note ilike '%PLAIN%' group by note;

-- name: note_of_other_letters
select note, count(*) from golden.event where note = 'Été' or note like '%Ωmega' group by note;

-- name: note_empty
select count(*) from golden.event where note = '';

-- name: note_regex
-- duckdb: select count(*) from golden.event where regexp_matches(note, '^[a-z]');
select count(*) from golden.event where note ~ '^[a-z]';

-- name: note_range
select count(*) from golden.event where note >= 'a' and note < 'o';

-- name: units_above
select count(*), sum(units) from golden.event where units > 2;

-- name: units_equal
select count(*) from golden.event where units = 3.5;

-- name: units_null
select count(*) from golden.event where units is null;

-- name: units_not_null
select count(*), min(day), max(person_key) from golden.event where units is not null;

-- name: units_distinct_from
select count(*) from golden.event where units is distinct from 3.5;

-- name: cost_range
select count(*), sum(cost) from golden.event where cost >= 100 and cost < 101;

-- name: cost_not_between
select count(*) from golden.event where cost not between 10 and 15600;

-- name: quantity_negative
select count(*), sum(quantity) from golden.event where quantity < 0;

-- name: quantity_in
select count(*) from golden.event where quantity in (-50, -49, 0, 1, 999, 1000);

-- name: quantity_with_another_type
select count(*) from golden.event where quantity > 998.5;

-- name: quantity_with_null
select count(*) from golden.event where quantity = null;

-- name: quantity_expression
select count(*) from golden.event where quantity * 2 + 1 > 1990 and quantity - 1 < 999;

-- name: amount_above
select count(*), sum(amount) from golden.event where amount > 14999.99;

-- name: amount_equal
select count(*) from golden.event where amount = 0.00 or amount = 12.34;

-- name: amount_below
select count(*), min(amount) from golden.event where amount < -4999.5;

-- name: urgent
select count(*), sum(event_id) from golden.event where urgent;

-- name: not_urgent
select count(*), sum(event_id) from golden.event where not urgent;

-- name: urgent_is_not_true
select count(*) from golden.event where urgent is not true;

-- name: urgent_unknown
select count(*) from golden.event where urgent is unknown;

-- name: two_columns
select count(*) from golden.event where cost < quantity;

-- name: coalesced
select count(*) from golden.event where coalesce(units, 0) = 0 and coalesce(code, 'none') = 'none';

-- name: many
select count(*), sum(cost) from golden.event where day >= date '2024-05-01' and day < date '2024-09-01' and code in ('A00', 'B20', 'C34') and (urgent or quantity > 500) and note is not null and person_key is not null;

-- name: nothing_matches
select count(*), sum(cost), min(day) from golden.event where day > date '2030-01-01';

-- name: always_true
select count(*) from golden.event where 1 = 1 or code = 'A00';

-- name: case_in_a_filter
select count(*) from golden.event where case when urgent then quantity > 500 else quantity < 100 end;

-- name: spell_dates
select count(*), sum(spell_id) from golden.spell where ends is null or ends > begins + interval '30 days';

-- name: on_a_partition_of_people
select count(*), sum(income), min(birth) from golden.person where person_key between 1000000000000000000 and 2000000000000000000;
