#!/usr/bin/env python3
"""Writes random queries over the golden tables, for make.py to answer.

    python3 tests/it/golden/generate.py SEED COUNT > /tmp/random/queries/random.sql

Every query has one answer: rows that are cut off are in an order without ties, and numbers that are
added up are exact in any order. What two engines are free to answer differently is not asked: division of
whole numbers, rounding of casts, means of decimals.
"""

import random
import sys

COLUMNS = {
    "person": {
        "person_key": "key", "sex": "text", "birth": "date", "practice": "text",
        "score": "float", "registered": "bool", "income": "decimal",
    },
    "event": {
        "event_id": "id", "person_key": "key", "day": "date", "moment": "time", "code": "text",
        "units": "float", "cost": "float", "quantity": "int", "amount": "decimal", "urgent": "bool",
        "note": "text",
    },
    "spell": {
        "spell_id": "id", "person_key": "key", "begins": "date", "ends": "date", "ward": "text",
        "beds": "int",
    },
    "practice": {"place": "id", "practice": "text", "region": "text", "weight": "float"},
}
UNIQUE = {"person": "person_key", "event": "event_id", "spell": "spell_id", "practice": "place"}
# Columns that tables share.
LINKS = {
    ("person", "event"): "person_key", ("person", "spell"): "person_key",
    ("event", "spell"): "person_key", ("person", "practice"): "practice",
}
TEXTS = {
    "sex": ["female", "male", "other", "x"],
    "practice": ["P00", "P02", "P07", "P11", "P22", "P99"],
    "code": ["A00", "C50", "E11", "I10", "Z99", "X"],
    "note": ["", "Été", "O''Neil", "100%", "a_b", " spaces ", "été", "zz top"],
    "ward": ["W0", "W3", "W8", "W9"],
    "region": ["R0", "R1", "R3", "R9"],
}
LIKES = ["%a%", "_0%", "E%", "%", "%s ", "P0_", "%0", "o%", ""]


class Maker:
    def __init__(self, seed):
        self.r = random.Random(seed)

    def one(self, *of):
        return self.r.choice(of)

    def chance(self, of):
        return self.r.random() < of

    def literal(self, column, kind):
        r = self.r
        if kind in ("id", "int"):
            return str(r.choice([-1, 0, 1, 5, 100, 500, 999, 5000, 11999, r.randrange(-60, 1100)]))
        if kind == "key":
            return str(r.choice([0, 2**62, 9223372036854775807, r.randrange(2**63)]))
        if kind == "float":
            return r.choice(["0", "0.5", "3.5", "50", "99.984375", "7812.5", "1e4", "-1"])
        if kind == "decimal":
            return r.choice(["0", "100", "-2500", "14999", "45000"])
        if kind == "date":
            return "date '%d-%02d-%02d'" % (
                r.choice([1950, 2000, 2023, 2024, 2025]), r.randrange(1, 13), r.randrange(1, 29))
        if kind == "time":
            return "timestamp '%d-%02d-%02d %02d:30:00'" % (
                r.choice([2024, 2025]), r.randrange(1, 13), r.randrange(1, 29), r.randrange(24))
        if kind == "bool":
            return r.choice(["true", "false"])
        return "'%s'" % r.choice(TEXTS[column])

    def column(self, scope, kinds=None):
        all_ = [(a, c, k) for a, t in scope for c, k in COLUMNS[t].items() if not kinds or k in kinds]
        return self.r.choice(all_) if all_ else None

    def predicate(self, scope, depth=2):
        r = self.r
        if depth and self.chance(0.5):
            form = self.one("({} and {})", "({} or {})", "(not {})", "(case when {} then {} end)",
                            "coalesce({}, false)", "({}) is not true", "({} = {})")
            return form.format(*[self.predicate(scope, depth - 1) for _ in range(form.count("{}"))])
        alias, column, kind = self.column(scope)
        c, value = f"{alias}.{column}", lambda: self.literal(column, kind)
        if kind == "bool" and self.chance(0.4):
            return self.one(c, f"(not {c})", f"({c} is true)", f"({c} is not false)")
        if kind == "text" and self.chance(0.3):
            return self.one(f"({c} like '{r.choice(LIKES)}')", f"({c} not like '{r.choice(LIKES)}')",
                            f"(upper({c}) = upper({value()}))", f"(length({c}) > {r.randrange(5)})")
        if kind in ("int", "id") and self.chance(0.3):
            return f"({c} % {r.choice([2, 3, 7, 10])} = {r.randrange(3)})"
        if self.chance(0.15):
            other = self.column(scope, [kind])
            return f"({c} {self.one('=', '<', '>=', '<>')} {other[0]}.{other[1]})"
        lists = ", ".join(value() for _ in range(r.randrange(1, 5)))
        null = self.one("", "", ", null")
        return self.one(
            f"({c} {self.one('=', '<>', '<', '<=', '>', '>=')} {value()})",
            f"({c} is null)", f"({c} is not null)",
            f"({c} in ({lists}{null}))", f"({c} not in ({lists}{null}))",
            f"({c} between {value()} and {value()})", f"({c} not between {value()} and {value()})",
            f"({c} is distinct from {value()})", f"({c} is not distinct from {self.one('null', value())})",
        )

    def where(self, scope, often=0.7):
        parts = [self.predicate(scope) for _ in range(self.r.randrange(1, 3)) if self.chance(often)]
        if self.chance(0.25):
            parts.append(self.subquery(scope))
        return " where " + " and ".join(parts) if parts else ""

    def subquery(self, scope):
        """A condition on another table."""
        linked = [(a, t, o) for a, t in scope for p in LINKS if t in p for o in p if o != t]
        if not linked:
            return "true"
        alias, table, other = self.r.choice(linked)
        key = LINKS.get((table, other)) or LINKS[(other, table)]
        inner = [("q", other)]
        plain = self.predicate(inner, 1)
        return self.one(
            f"exists (select 1 from golden.{other} q where q.{key} = {alias}.{key} and {plain})",
            f"not exists (select 1 from golden.{other} q where q.{key} = {alias}.{key} and {plain})",
            f"{alias}.{key} in (select q.{key} from golden.{other} q where {plain})",
            f"{alias}.{key} not in (select q.{key} from golden.{other} q where {plain})",
            f"(select count(*) from golden.{other} q where q.{key} = {alias}.{key} and {plain}) "
            f"{self.one('=', '>', '<=')} {self.r.randrange(4)}",
        )

    def source(self):
        """The from clause and its aliases."""
        pair = self.r.choice(list(LINKS)) if self.chance(0.6) else None
        if pair is None:
            table = self.r.choice(list(COLUMNS))
            return f"golden.{table} a", [("a", table)]
        left, right = pair if self.chance(0.5) else pair[::-1]
        key = LINKS[pair]
        scope = [("a", left), ("b", right)]
        sides = {}
        for alias, table in scope:
            inner = [("s", table)]
            sides[alias] = f"golden.{table} {alias}" if self.chance(0.7) else (
                f"(select s.* from golden.{table} s{self.where(inner)}) {alias}")
        kind = self.one("join", "join", "left join", "right join", "full join")
        extra = ""
        if self.chance(0.3):
            extra = " and " + self.predicate(scope, 1)
        return f"{sides['a']} {kind} {sides['b']} on a.{key} = b.{key}{extra}", scope

    def value(self, scope):
        """A scalar that both engines give alike."""
        alias, column, kind = self.column(scope)
        c = f"{alias}.{column}"
        if kind == "text":
            return self.one(c, c, f"upper({c})", f"substr({c}, 1, 2)", f"coalesce({c}, 'none')",
                            f"nullif({c}, {self.literal(column, kind)})", f"{c} || '!'", f"trim({c})")
        if kind == "date":
            return self.one(c, f"extract(year from {c})", f"cast(date_trunc('month', {c}) as date)",
                            f"extract(month from {c})")
        if kind == "int":
            return self.one(c, f"{c} % 10", f"abs({c})", f"{c} * 2 - 1", f"-{c}", f"coalesce({c}, -7)",
                            f"case when {c} > 100 then 'many' when {c} is null then 'none' end")
        if kind == "bool":
            return self.one(c, f"not {c}", f"coalesce({c}, false)")
        return None

    def group(self, scope):
        for _ in range(20):
            value = self.value(scope)
            if value:
                return value
        return "1"

    def aggregate(self, scope):
        alias, column, kind = self.column(scope)
        c = f"{alias}.{column}"
        if kind in ("int",):
            form = self.one("sum({})", "min({})", "max({})", "avg({})", "count({})", "count(distinct {})",
                            "sum(distinct {})", "sum({} * 2 + 1)", "max(abs({}))", "bit_xor({})")
        elif kind in ("float",):
            form = self.one("sum({})", "min({})", "max({})", "avg({})", "count({})", "count(distinct {})",
                            "median({})")
        elif kind == "decimal":
            form = self.one("sum({})", "min({})", "max({})", "count({})", "count(distinct {})")
        elif kind in ("id", "key"):
            form = self.one("min({})", "max({})", "count({})", "count(distinct {})", "sum({} % 1000)")
        elif kind == "bool":
            form = self.one("bool_and({})", "bool_or({})", "count({})", "count(distinct {})")
        elif kind == "text":
            form = self.one("min({})", "max({})", "count({})", "count(distinct {})", "max(length({}))")
        else:
            form = self.one("min({})", "max({})", "count({})", "count(distinct {})")
        call = self.one(form.format(c), form.format(c), "count(*)")
        if self.chance(0.25):
            call += f" filter (where {self.predicate(scope, 1)})"
        return call

    def aggregates(self, scope):
        return [f"{self.aggregate(scope)} as m{i}" for i in range(self.r.randrange(1, 4))]

    def ungrouped(self):
        source, scope = self.source()
        return f"select {', '.join(self.aggregates(scope))} from {source}{self.where(scope)}"

    def grouped(self):
        source, scope = self.source()
        groups = [self.group(scope) for _ in range(self.r.randrange(1, 3))]
        names = [f"g{i}" for i in range(len(groups))]
        inner = ", ".join(f"{g} as {n}" for g, n in zip(groups, names))
        base = f"(select {inner}, {', '.join(f'a.{c}' for c in COLUMNS[scope[0][1]])} from {source}{self.where(scope)}) a"
        form = self.one("{}", "{}", "rollup ({})", "cube ({})", "grouping sets (({}), ())")
        by = form.format(", ".join(names))
        own = [("a", scope[0][1])]
        having = f" having {self.one('count(*) > 2', 'count(*) % 2 = 0', f'{self.aggregate(own)} is not null')}" if self.chance(0.4) else ""
        aggregates = ", ".join(self.aggregates(own))
        grouped = f"select {', '.join(names)}, {aggregates} from {base} group by {by}{having}"
        return grouped


    def windows(self):
        table = self.one("event", "spell", "person")
        unique, scope = UNIQUE[table], [("a", table)]
        part = self.one("", f"partition by {self.group(scope)}", "partition by a.person_key")
        first = self.column(scope, ["date", "int", "text", "decimal", "float"])
        order = f"order by a.{first[1]} {self.one('asc', 'desc')} {self.one('nulls first', 'nulls last')}, a.{unique}"
        frame = self.one("", "", "rows between 2 preceding and current row",
                         "rows between unbounded preceding and 1 preceding",
                         "rows between 1 preceding and 3 following",
                         "rows between current row and unbounded following")
        numbers = self.column(scope, ["int", "decimal", "float"])[1]
        any_ = self.column(scope, ["text", "date", "int", "bool"])[1]
        frameless = [f"row_number() over ({part} {order})", f"rank() over ({part} {order})",
                     f"lag(a.{any_}, {self.r.randrange(3)}) over ({part} {order})",
                     f"lead(a.{any_}) over ({part} {order})", f"ntile(4) over ({part} {order})"]
        framed = [f"sum(a.{numbers}) over ({part} {order} {frame})",
                  f"count(a.{any_}) over ({part} {order} {frame})",
                  f"min(a.{numbers}) over ({part} {order} {frame})",
                  f"max(a.{any_}) over ({part} {order} {frame})",
                  f"first_value(a.{any_}) over ({part} {order} {frame})",
                  f"last_value(a.{any_}) over ({part} {order} {frame})"]
        calls = self.r.sample(frameless, 1) + self.r.sample(framed, 2)
        inner = ", ".join(f"{c} as w{i}" for i, c in enumerate(calls))
        place = f"z.{unique} % {self.r.choice([397, 499, 997])} = {self.r.randrange(9)}"
        where = self.where(scope, 0.4)
        if self.chance(0.5):
            return (f"select w0, w1, w2 from (select a.{unique}, {inner} from golden.{table} a{where}) z "
                    f"where {place}")
        return (f"select count(*), count(w0), count(w1), count(w2), min(w0), max(w1), min(w2) "
                f"from (select {inner} from golden.{table} a{where}) z")

    def ordered(self):
        table = self.r.choice(list(COLUMNS))
        scope = [("a", table)]
        first = self.column(scope)
        columns = ", ".join(f"a.{c}" for c in self.r.sample(list(COLUMNS[table]), 3))
        offset = f" offset {self.r.choice([1, 7, 100])}" if self.chance(0.3) else ""
        return (f"select {columns} from golden.{table} a{self.where(scope)} "
                f"order by a.{first[1]} {self.one('asc', 'desc')} {self.one('nulls first', 'nulls last')}, "
                f"a.{UNIQUE[table]} {self.one('asc', 'desc')} limit {self.r.choice([1, 5, 20])}{offset}")

    def sets(self):
        def side():
            pool = [("person", "practice"), ("practice", "practice"), ("spell", "ward"), ("event", "code")]
            table, column = self.r.choice(pool)
            scope = [("a", table)]
            return f"select {self.one('distinct ', '')}a.{column} as v from golden.{table} a{self.where(scope)}"
        op = self.one("union", "intersect", "except", "union all")
        return f"select v, count(*) from (({side()}) {op} ({side()})) z group by v"

    def query(self):
        return self.one(self.ungrouped, self.ungrouped, self.grouped, self.grouped, self.windows,
                        self.ordered, self.sets)()


def main():
    seed, count = int(sys.argv[1]), int(sys.argv[2])
    for number in range(count):
        print(f"-- name: random_{seed}_{number}\n{Maker(seed * 1_000_000 + number).query()};\n")


main()
