"""Compares models on `populace sql` with the same SQL on DuckDB over the same Parquet. See README.md.

usage: python3 benches/models.py PROGRAM [PIPELINE]

It takes every model that uses no function of ours, of a lake that was built by one pull and one run.
Each runs RUNS times on both, in turn, and writes its rows to Parquet; the best counts. Both have two
threads. The seconds are those of the processor, less those of a query for one row.
"""

import importlib.machinery
import importlib.util
import json
import pathlib
import re
import resource
import subprocess
import sys
import tempfile

RUNS = 3
THREADS = "2"

DUCKDB = """
import sys, duckdb
connection = duckdb.connect()
connection.execute("set threads = 2")
connection.execute("set timezone = 'UTC'")
for table in sys.argv[3:]:
    name, files = table.split("=", 1)
    layer, name = name.split(".")
    connection.execute(f'create schema if not exists "{layer}"')
    connection.execute(f'create view "{layer}"."{name}" as select * from read_parquet({files.split("|")}, hive_partitioning = false)')
text = open(sys.argv[1]).read()
connection.execute(f"copy ({text}) to '{sys.argv[2]}' (format parquet, compression zstd)")
"""


def same_on_duckdb():
    """The script that compares rows: it knows which models can be compared."""
    place = pathlib.Path(__file__).resolve().parent.parent / ".ci" / "same_on_duckdb"
    loader = importlib.machinery.SourceFileLoader("same_on_duckdb", str(place))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("same_on_duckdb", loader))
    loader.exec_module(module)
    return module


def processor_seconds(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        sys.exit(f"{command[:3]}: {done.stderr}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def best(command):
    return min(processor_seconds(command) for _ in range(RUNS))


def files_of(lake, table):
    """The Parquet files of a table that nothing was removed from."""
    folder = lake / table.replace(".", "/")
    live = {}
    for entry in sorted((folder / "_delta_log").glob("*.json")):
        for line in entry.read_text().splitlines():
            action = json.loads(line)
            if "add" in action:
                if action["add"].get("deletionVector"):
                    sys.exit(f"{table} has deletion vectors: build the lake by one pull")
                live[action["add"]["path"]] = True
            if "remove" in action:
                live.pop(action["remove"]["path"], None)
    return [str(folder / path) for path in live]


def main():
    program, *rest = sys.argv[1:]
    options = ["-p", rest[0]] if rest else []
    common = [*options, "--quiet", "--threads", THREADS]
    lake = pathlib.Path("lake")
    compare = same_on_duckdb()
    totals = [0.0, 0.0]
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        models, of_ours = compare.models(program, options, folder / "sql")
        out = str(folder / "out.parquet")
        one = folder / "one.sql"
        one.write_text("select 1 as one")
        start_ours = best([program, "sql", "-f", str(one), "-o", out, *common])
        start_theirs = best([sys.executable, "-c", DUCKDB, str(one), out])
        print(f"{'model':45} {'Populace':>9} {'DuckDB':>9} {'ratio':>6}")
        for table, text in models.items():
            query = folder / "query.sql"
            query.write_text(text)
            reads = []
            for read in compare.tables_read(text):
                files = files_of(lake, read)
                if not files:
                    # A table without rows has no file.
                    files = [str(folder / f"{read}.parquet")]
                    empty = f"select * from {read}"
                    compare.rows_of(program, "sql", "-c", empty, "-o", files[0], *common)
                reads.append(f"{read}={'|'.join(files)}")
            ours = best([program, "sql", "-f", str(query), "-o", out, *common]) - start_ours
            query.write_text(compare.for_duckdb(text))
            theirs = best([sys.executable, "-c", DUCKDB, str(query), out, *reads]) - start_theirs
            totals[0] += ours
            totals[1] += theirs
            print(f"{table:45} {ours:9.2f} {theirs:9.2f} {ours / max(theirs, 0.01):6.2f}", flush=True)
    print(f"{f'{len(models)} models':45} {totals[0]:9.2f} {totals[1]:9.2f} {totals[0] / totals[1]:6.2f}")
    print(f"processor seconds; not compared: {len(of_ours)} with functions of ours")


if __name__ == "__main__":
    main()
