"""Times a project of many small models: reading, checking, planning, and running with little to do. See README.md.

usage: python3 benches/planning.py PROGRAM [--models 1500] [--people 200] [--runs 3] [--folder DIR]

It makes a synthetic record and a project in FOLDER (kept, and used again), pulls the record and builds
every model once. Then each step runs RUNS times, and the least processor and wall seconds count.
"""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent.parent
# Models of a layer read models of the layer before: a chain as deep as this.
LAYERS = 10

PIPELINE = """[lake]
url = "lake"

[releases]
url = "releases"

[privacy]
key = "file:{here}/data-samples/sample.key"

[privacy.lookups]
postcode_lsoa = "{here}/data-samples/reference/postcode_lsoa.csv"

[sources.record]
kind = "fhir-folder"
url = "{record}/fhir"
accept_test_numbers = true

[parameters]
as_of = {{ type = "date", default = "2026-09-30", description = "The day that the figures describe" }}
"""

HEADER = """/*
description: {description}
grain: person_key
columns:
  person_key: Pseudonym of the person
  events: Events counted so far
  first_day: Day of the first event
  last_day: Day of the last event
  weight: A number that differs from model to model
checks:
  - not_null: [person_key, events]
  - expect: events >= 0
*/
"""

SOURCE = """with events as (
    select person_key, started_date as day from record.encounter where person_key is not null
),

final as (
    select
        person_key,
        count(*) as events,
        min(day) as first_day,
        max(day) as last_day,
        {number} as weight
    from events
    where day <= $as_of
    group by person_key
)

select person_key, events, first_day, last_day, weight from final
"""

LATER = """with one as (
    select * from {one}
),

other as (
    select * from {other}
),

final as (
    select
        one.person_key,
        one.events + coalesce(other.events, 0) as events,
        least(one.first_day, other.first_day) as first_day,
        case when other.last_day > one.last_day then other.last_day else one.last_day end as last_day,
        {number} + one.weight % 7 as weight
    from one
    left join other on other.person_key = one.person_key
    where one.events > 0
)

select person_key, events, first_day, last_day, weight from final
"""


def run(command, folder, may_fail=False):
    """Processor and wall seconds, and what was printed."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as errors:
        began = time.monotonic()
        process = subprocess.Popen(command, stdout=out, stderr=errors, cwd=folder)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        errors.seek(0)
        if process.returncode != 0 and not may_fail:
            raise RuntimeError(errors.read().strip())
        return used.ru_utime + used.ru_stime, wall, out.read()


def write_models(folder, count):
    """A tree in layers: each model of the first reads the record, each later one two of the layer before."""
    wide = max(1, count // LAYERS)
    before = []
    made = 0
    for layer in range(LAYERS):
        place = folder / f"layer_{layer}"
        place.mkdir(parents=True)
        names = []
        for at in range(wide if layer < LAYERS - 1 else count - made):
            name = f"model_{at:04}"
            if before:
                one, other = before[at % len(before)], before[(at * 7 + 1) % len(before)]
                query = LATER.format(one=one, other=other, number=at)
            else:
                query = SOURCE.format(number=at)
            header = HEADER.format(description=f"Model {at} of layer {layer}, one row a person.")
            (place / f"{name}.sql").write_text(header + query)
            names.append(f"layer_{layer}.{name}")
            made += 1
        before = names
    return before[-1]


def project(program, models, people, folder):
    """A project with that many models, all of them built; and its last leaf."""
    record, place = folder / f"record-{people}", folder / f"project-{models}-{people}"
    if (place / "built").exists():
        said, leaf = (place / "built").read_text().split("\n")
        print(said, flush=True)
        return place, leaf
    shutil.rmtree(place, ignore_errors=True)
    if not record.exists():
        run([program, "synth", "-o", str(record), "--people", str(people), "--seed", "7"], folder)
    (place / "pipelines").mkdir(parents=True)
    shutil.copytree(HERE / "pipelines" / "views", place / "pipelines" / "views")
    (place / "pipelines" / "reports").mkdir()
    (place / "pipelines" / "nightly.toml").write_text(PIPELINE.format(here=HERE, record=record))
    leaf = write_models(place / "sql", models)
    run([program, "pull", "--quiet"], place)
    seconds, wall, _ = run([program, "run", "--quiet"], place)
    said = f"first build of {models:,} models: {seconds:.1f} s of processor, {wall:.1f} s"
    (place / "built").write_text(f"{said}\n{leaf}")
    print(said, flush=True)
    return place, leaf


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--models", type=int, default=1500)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--folder", default="bench-planning")
    options = parser.parse_args()
    program = str(pathlib.Path(options.program).resolve())
    folder = pathlib.Path(options.folder).resolve()
    folder.mkdir(exist_ok=True)
    place, leaf = project(program, options.models, options.people, folder)
    leaf_file = place / "sql" / (leaf.replace(".", "/") + ".sql")
    whole = leaf_file.read_text()

    def change_leaf(turn):
        # Another number each time, of this process, so that no run finds what an earlier one left.
        leaf_file.write_text(whole.replace(" % 7 ", f" % {8 + turn + os.getpid()} "))

    steps = [
        # A model that is not there: the files are read, and nothing else is done.
        ("parse", ["plan", "no.such_model"], None),
        ("check", ["check"], None),
        ("plan", ["plan"], None),
        ("run, nothing to do", ["run"], None),
        ("run, one leaf changed", ["run"], change_leaf),
    ]
    print(f"\n{'step':<24} {'processor s':>12} {'wall s':>8}")
    try:
        # What the steps before left undone is not measured.
        run([program, "run", "--quiet"], place)
        for title, arguments, before in steps:
            least = None
            for turn in range(options.runs):
                if before:
                    before(turn)
                seconds, wall, _ = run([program, *arguments, "--quiet"], place, arguments[-1] == "no.such_model")
                least = min(least or (seconds, wall), (seconds, wall))
            print(f"{title:<24} {least[0]:>12.2f} {least[1]:>8.2f}", flush=True)
    finally:
        leaf_file.write_text(whole)
    return 0


if __name__ == "__main__":
    sys.exit(main())
