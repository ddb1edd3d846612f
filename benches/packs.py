"""Times a release of area packs: every shipped report, for the whole and for each of many areas, in all forms.
See README.md.

usage: python3 benches/packs.py PROGRAM [--people 100000] [--areas 40] [--folder DIR]

It makes a synthetic record and a project with the shipped models and reports in FOLDER (the record is kept, and
used again), pulls it, builds every model, and releases.
"""

import argparse
import collections
import json
import pathlib

from packs_project import project
from timed_run import run


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
