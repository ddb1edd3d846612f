"""Times every model on Populace, and on DuckDB over the same Parquet files. See README.md.

usage: python3 benches/models.py PROGRAM [--people 10000,100000] [--runs 3] [--folder DIR] [MODEL ...]

For each number of people it makes a synthetic record and a project in FOLDER (kept, and used again),
pulls the record and builds the library once under the memory limit. Then each model's text runs RUNS
times on both, in turn, and writes its rows to Parquet with zstd; the least processor seconds count.
Both have two threads. Models with functions of ours run on Populace alone.
"""

import argparse
import importlib.machinery
import importlib.util
import json
import math
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent.parent
THREADS = "2"
MEMORY = "2GB"
# Below this, a figure is more noise than time: no ratio and no exponent is printed.
LEAST_SECONDS = 0.05

# It counts its own seconds, without the start of Python: processor seconds from the first view on.
DUCKDB = """
import resource, sys, duckdb
def seconds():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
connection = duckdb.connect()
connection.execute("set threads = 2")
connection.execute("set timezone = 'UTC'")
connection.execute("set enable_progress_bar = false")
connection.execute("select 1").fetchall()
before = seconds()
for table in sys.argv[3:]:
    name, files = table.split("=", 1)
    layer, name = name.split(".")
    connection.execute(f'create schema if not exists "{layer}"')
    connection.execute(f'create view "{layer}"."{name}" as select * from read_parquet({files.split("|")}, hive_partitioning = false)')
text = open(sys.argv[1]).read()
connection.execute(f"copy ({text}) to '{sys.argv[2]}' (format parquet, compression zstd)")
print(seconds() - before)
"""


def same_on_duckdb():
    """The script that compares rows: it knows which models can be compared."""
    place = HERE / ".ci" / "same_on_duckdb"
    loader = importlib.machinery.SourceFileLoader("same_on_duckdb", str(place))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("same_on_duckdb", loader))
    loader.exec_module(module)
    return module


def run(command, folder=None):
    """Processor seconds, peak memory in MB and what was printed."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(command, stdout=out, stderr=errors, cwd=folder)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        errors.seek(0)
        if process.returncode != 0:
            raise RuntimeError(errors.read().strip())
        return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, out.read()


def project(program, people, folder):
    """A project whose lake holds a synthetic record of that many people, with all models built."""
    place, record = folder / f"project-{people}", folder / f"record-{people}"
    if (place / "built").exists():
        print((place / "built").read_text(), flush=True)
        return place
    shutil.rmtree(place, ignore_errors=True)
    if not record.exists():
        run([program, "synth", "-o", str(record), "--people", str(people), "--seed", "7"])
    place.mkdir(parents=True)
    for part in ("pipelines", "sql"):
        shutil.copytree(HERE / part, place / part)
    (place / "data-samples").symlink_to(record)
    pipeline = place / "pipelines" / "nightly.toml"
    text = pipeline.read_text().replace("file:data-samples/sample.key", f"file:{HERE}/data-samples/sample.key")
    pipeline.write_text(text)
    limits = ["--memory-limit", MEMORY, "--threads", THREADS, "--quiet"]
    said = []
    for step in ("pull", "run"):
        seconds, memory, _ = run([program, step, *limits], place)
        said.append(f"{step} of {people:,} people: {seconds:.1f} s, {memory:.0f} MB")
    (place / "built").write_text("\n".join(said))
    print("\n".join(said), flush=True)
    return place


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


# Without it, counts go through the disclosure scheme.
RECORDS = ("--record-level", "measuring models")


class Bench:
    """The models of one lake."""

    def __init__(self, program, place, runs, folder):
        self.program, self.place, self.runs, self.folder = program, place, runs, folder
        self.compare = same_on_duckdb()
        self.out = str(folder / "out.parquet")
        # One row of a person: an entry of the audit log is no part of a model.
        self.start = min(self.ours("select person_key from core.person limit 1")[0] for _ in range(runs))

    def texts(self):
        """The text of each model, and whether it has functions of ours."""
        texts = self.folder / f"{self.place.name}-sql"
        options = ["-p", str(self.place / "pipelines" / "nightly.toml")]
        found, of_ours = self.compare.models(self.program, options, texts)
        whole = {name: (text, False) for name, text in found.items()}
        for name in of_ours:
            whole[name] = ((texts / (name.replace(".", "/") + ".sql")).read_text(), True)
        return whole

    def ours(self, text):
        query = self.folder / "query.sql"
        query.write_text(text)
        options = ["--quiet", "--threads", THREADS, "--memory-limit", MEMORY]
        return run([self.program, "sql", *RECORDS, "-f", str(query), "-o", self.out, *options], self.place)

    def theirs(self, text, reads):
        query = self.folder / "query-duckdb.sql"
        query.write_text(text)
        _, memory, said = run([sys.executable, "-c", DUCKDB, str(query), self.out, *reads])
        return float(said.split()[-1]), memory

    def reads(self, text):
        """The tables of a text with their files, as DuckDB gets them."""
        found = []
        for table in self.compare.tables_read(text):
            files = files_of(self.place / "lake", table)
            if not files:
                # A table without rows has no file.
                self.ours(f"select * from {table}")
                files = [str(self.folder / f"{table}.parquet")]
                shutil.move(self.out, files[0])
            found.append(f"{table}={'|'.join(files)}")
        return found

    def time(self, text, of_ours):
        """The least seconds and the memory of one model on both; DuckDB's are None where it cannot."""
        ours, theirs = [], []
        reads = [] if of_ours else self.reads(text)
        for _ in range(self.runs):
            ours.append(self.ours(text)[:2])
            if not of_ours:
                theirs.append(self.theirs(self.compare.for_duckdb(text), reads))
        seconds = max(min(ours)[0] - self.start, 0.0)
        return seconds, min(m for _, m in ours), *(min(theirs) if theirs else (None, None))


def ratio(ours, theirs):
    if theirs is None or max(ours, theirs) < LEAST_SECONDS:
        return ""
    return f"{ours / max(theirs, 0.01):.2f}"


def exponent(few, many, times):
    """How time grows with people: 1 is in step with them."""
    if few is None or many is None or few < LEAST_SECONDS:
        return ""
    return f"{math.log(many / few) / math.log(times):.2f}"


def report(sizes, found):
    """The table of the largest size, with the growth since the one before, and the sums of all."""
    largest = sizes[-1]
    before = sizes[-2] if len(sizes) > 1 else None
    times = largest / before if before else 0
    print(f"\n{largest:,} people" + (f", growth since {before:,}" if before else ""))
    print(f"{'model':42} {'Populace':>9} {'DuckDB':>8} {'ratio':>6} {'growth':>7} {'MB':>6} {'DuckDB MB':>10}")
    for name, (ours, memory, theirs, their_memory) in sorted(found[largest].items(), key=lambda kv: -kv[1][0]):
        few = found[before].get(name, [None])[0] if before else None
        print(
            f"{name:42} {ours:9.2f} {'' if theirs is None else f'{theirs:.2f}':>8} {ratio(ours, theirs):>6} "
            f"{exponent(few, ours, times):>7} {memory:6.0f} {'' if theirs is None else f'{their_memory:.0f}':>10}"
        )
    print()
    last = None
    for size in sizes:
        both = [row for row in found[size].values() if row[2] is not None]
        alone = [row for row in found[size].values() if row[2] is None]
        ours, theirs = sum(row[0] for row in both), sum(row[2] for row in both)
        own = sum(row[0] for row in alone)
        most = max(row[1] for row in found[size].values())
        print(
            f"{size:9,} people: {len(both)} models on both: Populace {ours:.1f} s, DuckDB {theirs:.1f} s, "
            f"ratio {ours / max(theirs, 0.01):.2f}; {len(alone)} with functions of ours {own:.1f} s; at most {most:.0f} MB"
        )
        if last:
            people, sums = last
            grew = [exponent(a, b, size / people) for a, b in zip(sums, (ours, theirs, own))]
            print(f"          growth since {people:,}: Populace {grew[0]}, DuckDB {grew[1]}, with functions of ours {grew[2]}")
        last = (size, (ours, theirs, own))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("models", nargs="*", help="only these")
    parser.add_argument("--people", default="10000,100000", help="sizes, smallest first")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--folder", default="bench-models", help="where records and lakes are kept")
    given = parser.parse_intermixed_args()
    program = shutil.which(given.program) or sys.exit(f"there is no program {given.program}")
    program = str(pathlib.Path(program).resolve())
    kept = pathlib.Path(given.folder).resolve()
    sizes = sorted(int(size) for size in given.people.split(","))
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for size in sizes:
            bench = Bench(program, project(program, size, kept), given.runs, pathlib.Path(folder))
            found[size] = {}
            for name, (text, of_ours) in bench.texts().items():
                if given.models and name not in given.models:
                    continue
                try:
                    found[size][name] = bench.time(text, of_ours)
                    print(size, name, *found[size][name], file=sys.stderr, flush=True)
                except RuntimeError as error:
                    print(f"{size:,} people: {name}: {error}", file=sys.stderr)
    report(sizes, found)


if __name__ == "__main__":
    main()
