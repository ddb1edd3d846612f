"""Compares SQL functions and plans of `populace sql` with DuckDB on the same Parquet. See README.md."""

import os
import platform
import resource
import subprocess
import sys
import tempfile
import time

import duckdb

RUNS = 3
PEOPLE, EVENTS = 1_000_000, 20_000_000
if "--small" in sys.argv:
    sys.argv.remove("--small")
    PEOPLE, EVENTS = 50_000, 1_000_000

# A number that looks like chance, the same in every run.
CHANCE = "((value * 2654435761) % 4294967291)"
ICD10 = (
    f"chr(65 + {CHANCE} % 26) || lpad(cast({CHANCE} / 26 % 100 as varchar), 2, '0') "
    f"|| cast({CHANCE} / 2600 % 10 as varchar)"
)



def numbers(count: int) -> str:
    """0, 1, 2 … as `value`, in order; `count` is a multiple of 1,000."""
    return f"""(select a * 1000 + b as value from (select unnest(range(0, {count // 1000})) as a)
        cross join (select unnest(range(0, 1000)) as b))"""


# What is asked: tables of the lake, made by models.
TABLES = {
    # 20 rows a person, by person, as pulled tables are.
    "event": f"""select (value - value % {EVENTS // PEOPLE}) * {9000000000000 * PEOPLE // EVENTS} as person_key, {ICD10} as code,
        date '2020-01-01' + cast({CHANCE} % 2000 as int) as day,
        cast({CHANCE} % 500 as int) as quantity from {numbers(EVENTS)}""",
    # The same in the order of arrival.
    "arrival": f"""select (value % {PEOPLE}) * 9000000000000 as person_key, {ICD10} as code,
        cast({CHANCE} % 500 as int) as quantity from {numbers(EVENTS)}""",
    # 100,000 areas of 19 bands.
    "band": f"""select value - value % 19 as area, value % 19 as band, cast({CHANCE} % 60 as double) as events,
        cast(500 + {CHANCE} % 4000 as double) as people,
        cast(2500 + value % 19 * 250 as double) as weight from {numbers(1_900_000)}""",
    # 100,000 series of 36 months.
    "series": f"""select value - value % 36 as series, value % 36 as month,
        cast(100 + {CHANCE} % 40 as double) as y from {numbers(3_600_000)}""",
    # 10,000 cells of demand, each with four factors.
    "factor": f"""select cells.value as cell, cast(cells.value % 20 as double) as events, factors.step, factors.factor,
        factors.lower, factors.upper from {numbers(10_000)} as cells
        cross join (select 'demographic' as step, 'population' as factor, 1.1 as lower, 1.2 as upper
            union all select 'non-demographic' as step, 'growth' as factor, 0.0 as lower, 0.02 as upper
            union all select 'avoidance' as step, 'falls' as factor, 0.05 as lower, 0.1 as upper
            union all select 'efficiency' as step, 'stays' as factor, 0.05 as lower, 0.1 as upper) as factors""",
}

COUNT = """select count(*), sum(codes), sum(n), sum(most) from (select person_key,
    count(distinct code) as codes, count(*) as n, max(quantity) as most from {table}
    group by person_key)"""

# For each bench its table, the query, and DuckDB's where it is not the same; None: it has no like.
SAME = "same"
BENCHES = {
    "count(distinct) beside count, max; by person": ("event", COUNT, SAME),
    "the same, rows in order of arrival": ("arrival", COUNT, SAME),
    "two count(distinct)": (
        "event",
        """select sum(codes), sum(days) from (select person_key, count(distinct code) as codes,
            count(distinct day) as days, count(*) as n from {table} group by person_key)""",
        SAME,
    ),
    "lead": (
        "event",
        """select count(gap), sum(gap) from (select cast(lead(day) over (partition by person_key
            order by day) - day as bigint) as gap from {table})""",
        SAME,
    ),
    "lag, row_number": (
        "event",
        """select sum(n), count(before) from (select row_number() over w as n, lag(day) over w
            as before from {table} window w as (partition by person_key order by day))""",
        SAME,
    ),
    "dsr, 19 bands, 100,000 areas": (
        "band",
        """select count(*), sum(d['value']), sum(d['upper']) from
            (select area, dsr(events, people, weight) as d from {table} group by area)""",
        """with sums as (select area, sum(weight * events / people) / sum(weight) as rate,
                sum(weight ** 2 * events / people ** 2) / sum(weight) ** 2 as variance,
                sum(events) as events from {table} group by area)
            select count(*), sum(rate * 100000), sum(100000 * (rate + sqrt(variance / events)
                * ((events + 1) * (1 - 1 / (9 * (events + 1)) + 1.959963984540054
                / (3 * sqrt(events + 1))) ** 3 - events))) from sums""",
    ),
    "poisson_ci, 1.9 million whole counts": (
        "band",
        "select count(r), sum(r['upper']) from (select poisson_ci(events) as r from {table})",
        None,
    ),
    "the same of sums of weights": (
        "band",
        "select count(r), sum(r['upper']) from (select poisson_ci(events * people / 1000) as r from {table})",
        None,
    ),
    "xmr, 100,000 series of 36": (
        "series",
        "select count(x) from (select xmr(y) over (partition by series order by month) as x from {table})",
        """with steps as (select series, month, y, abs(y - lag(y) over (partition by series
                order by month)) as step from {table}),
            means as (select series, month, y, avg(y) over (partition by series) as mean,
                avg(step) over (partition by series) as step from steps)
            select count(y > mean + 2.66 * step or y < mean - 2.66 * step) from means""",
    ),
    "demand, 256 runs of 10,000 cells": (
        "factor",
        """select project_demand(cell, events, 10, step, factor, lower, upper, 1, 3.5, 256, 1) as projected
            from {table}""",
        None,
    ),
    "charlson, by person": (
        "event",
        """select count(*), count(c) from (select person_key, charlson(code) as c from {table}
            group by person_key)""",
        None,
    ),
}

PIPELINE = """
[lake]
url = "{work}/lake"
[releases]
url = "{work}/releases"
[privacy]
key = "file:{work}/key"
[models]
folder = "{work}/sql"
[parameters]
as_of = {{ type = "date", default = "2026-09-30" }}
"""


# Without it, counts go through the disclosure scheme.
RECORDS = ("--record-level", "measuring functions")


class Populace:
    """`populace sql` over a lake in `work`."""

    def __init__(self, program: str, work: str) -> None:
        self.command = [program, "-q", "-p", f"{work}/bench.toml", "--memory-limit", "4GB"]
        self.errors = ""

    def run(self, *arguments: str) -> tuple[float, float]:
        """Seconds, and seconds of processors; infinity where it failed."""
        started = time.perf_counter()
        child = subprocess.Popen(
            [*self.command, *arguments],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.errors = child.stderr.read()
        _, status, usage = os.wait4(child.pid, 0)
        taken = time.perf_counter() - started
        if status != 0:
            return (float("inf"),) * 2
        return taken, usage.ru_utime + usage.ru_stime


def processor() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def ask_duckdb(query: str) -> tuple[float, float]:
    started, used = time.perf_counter(), processor()
    duckdb.connect().execute(query).fetchall()
    return time.perf_counter() - started, processor() - used


def main() -> None:
    program = os.path.abspath(sys.argv[1])
    wanted = sys.argv[2:]
    with tempfile.TemporaryDirectory() as work:
        os.makedirs(f"{work}/sql/bench")
        with open(f"{work}/key", "w") as key:
            key.write("00" * 32)
        with open(f"{work}/bench.toml", "w") as pipeline:
            pipeline.write(PIPELINE.format(work=work))
        for table, query in TABLES.items():
            with open(f"{work}/sql/bench/{table}.sql", "w") as model:
                model.write(f"/*\ndescription: Rows of the bench.\n*/\n{query}\n")
        populace = Populace(program, work)
        if populace.run("run")[0] == float("inf"):
            sys.exit(populace.errors)
        start_up = min(populace.run("sql", "-c", "select 1") for _ in range(RUNS))
        print(f"start-up, taken off: {start_up[0]:.2f} s\n")
        print("| | rows | Populace | DuckDB | ratio | processors, Populace | DuckDB |")
        print("|---|---|---|---|---|---|---|")
        for name, (table, ours, theirs) in BENCHES.items():
            if wanted and not any(word in name for word in wanted):
                continue
            files = f"read_parquet('{work}/lake/bench/{table}/**/*.parquet')"
            theirs = ours if theirs == SAME else theirs
            mine, others = [], []
            for _ in range(RUNS):
                mine.append(populace.run("sql", *RECORDS, "-c", ours.format(table=f"bench.{table}")))
                if theirs:
                    others.append(ask_duckdb(theirs.format(table=files)))
            [(rows,)] = duckdb.sql(f"select count(*) from {files}").fetchall()
            seconds, processors = min(mine)
            if seconds == float("inf"):
                print(f"| {name} | {rows:,} | failed: {populace.errors.splitlines()[0]} |")
                continue
            seconds, processors = seconds - start_up[0], processors - start_up[1]
            if not others:
                rate = f"{rows / seconds / 1e6:.0f} M rows/s"
                print(f"| {name} | {rows:,} | {seconds:.2f} s | | {rate} | {processors:.2f} s | |")
                continue
            other = min(others)
            print(
                f"| {name} | {rows:,} | {seconds:.2f} s | {other[0]:.2f} s | {other[0] / seconds:.1f} "
                f"| {processors:.2f} s | {min(o[1] for o in others):.2f} s |",
                flush=True,
            )
    print(f"\nDuckDB {duckdb.__version__}, {os.cpu_count()} processors, {platform.machine()}")


if __name__ == "__main__":
    main()
