"""Times a release of area packs: every shipped report, for the whole and for each of many areas, in all forms.
See README.md.

usage: python3 benches/packs.py PROGRAM [--people 100000] [--areas 40] [--folder DIR]

It makes a synthetic record and a project with the shipped models and reports in FOLDER (the record is kept, and
used again), pulls it, builds every model, and releases. A synthetic record has a neighbourhood for some
8,000 people: the script gives its small areas (LSOAs) to as many neighbourhoods as are wanted.
"""

import argparse
import collections
import csv
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent.parent
LIMITS = ["--memory-limit", "2GB", "--threads", "2", "--no-progress"]


def run(command, folder):
    """Processor and wall seconds, the peak memory in bytes, and what was printed."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as errors:
        began = time.monotonic()
        process = subprocess.Popen([*command, *LIMITS], stdout=out, stderr=errors, cwd=folder)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        errors.seek(0)
        if process.returncode != 0:
            sys.exit(f"{' '.join(command)}: {errors.read().strip()}")
        return used.ru_utime + used.ru_stime, wall, used.ru_maxrss * 1024, out.read()


def neighbourhoods(record, wanted):
    """Divides the small areas of the record into so many neighbourhoods, each within a place."""
    file = record / "reference" / "lsoa.csv"
    with file.open(newline="") as read:
        rows = list(csv.DictReader(read))
    if len(rows) < wanted:
        sys.exit(f"{len(rows)} small areas are no {wanted} neighbourhoods: make a record of more people")
    places = collections.defaultdict(list)
    for row in rows:
        places[row["place_code"]].append(row)
    # Each next neighbourhood goes where there are most small areas for each.
    parts = dict.fromkeys(places, 1)
    while sum(parts.values()) < wanted:
        parts[max(places, key=lambda code: len(places[code]) / parts[code])] += 1
    for code, own in places.items():
        for at, row in enumerate(own):
            number = at * parts[code] // len(own) + 1
            row["neighbourhood_code"] = f"{code}{number:03}"
            row["neighbourhood_name"] = f"{row['place_name']} {number:03}"
    with file.open("w", newline="") as written:
        writer = csv.DictWriter(written, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def project(program, people, areas, folder):
    """A project over a record of so many people in so many neighbourhoods."""
    record, place = folder / f"record-{people}-{areas}", folder / f"project-{people}-{areas}"
    if not record.exists():
        made = folder / "record-unfinished"
        shutil.rmtree(made, ignore_errors=True)
        run([program, "synth", "--out", str(made), "--people", str(people), "--seed", "7", "--plain"], folder)
        neighbourhoods(made, areas)
        made.rename(record)
    # The ledger is in the lake: a first release is timed, and none beside an earlier one.
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    for name in ["sql", "pipelines", "tests/models"]:
        shutil.copytree(HERE / name, place / name)
    settings = (HERE / "pipelines" / "nightly.toml").read_text()
    settings = settings.replace('"data-samples/', f'"{record}/')
    settings = settings.replace("file:data-samples/", f"file:{HERE}/data-samples/")
    # What the samples need because they are few people is not for a real record.
    kept = [line for line in settings.splitlines() if not line.startswith(("smallest_area", "largest_suppressed_share"))]
    settings = "\n".join([*kept, ""]).replace("[disclosure]\n", '[reports]\nfor_each = ["neighbourhood"]\n\n[disclosure]\n')
    (place / "pipelines" / "nightly.toml").write_text(settings)
    return place


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--people", type=int, default=100000)
    parser.add_argument("--areas", type=int, default=40)
    parser.add_argument("--folder", default="bench-packs")
    options = parser.parse_args()
    program = str(pathlib.Path(options.program).resolve())
    folder = pathlib.Path(options.folder).resolve()
    folder.mkdir(exist_ok=True)
    place = project(program, options.people, options.areas, folder)

    print(f"{'step':<28} {'processor s':>12} {'wall s':>8} {'memory GB':>10}")

    def step(name, *command):
        seconds, wall, memory, printed = run([program, *command], place)
        print(f"{name:<28} {seconds:>12.2f} {wall:>8.2f} {memory / 1e9:>10.2f}", flush=True)
        return printed

    step("pull", "pull", "--quiet")
    step("run, all models", "run", "--quiet")
    step("release", "release", "--quiet")
    # Nothing changed: the figures are chosen again, and nothing is written.
    step("release, nothing changed", "release", "--quiet")

    manifest = next((place / "releases").glob("*/manifest.json"))
    files = [file for file in manifest.parent.iterdir() if file.is_file()]
    reports = json.loads(manifest.read_text())["reports"]
    packs = [report for report in reports.values() if report.get("area")]
    areas = {pack["area"]["code"] for pack in packs}
    size = sum(file.stat().st_size for file in files)
    print(f"\n{options.people:,} people; {len(reports) - len(packs)} reports, and {len(packs)} of {len(areas)} areas")
    print(f"{len(files):,} files, {size / 1e6:.0f} MB")
    for ending, count in collections.Counter(file.name.split(".", 1)[1] for file in files).most_common():
        print(f"  {count:>6} .{ending}")


main()
