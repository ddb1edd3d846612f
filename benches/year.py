"""Times a year of weekly releases of every shipped report, for the whole and for each of many areas. See README.md.

usage: python3 benches/year.py PROGRAM [--people 20000] [--areas 12] [--weeks 52] [--verify-every 4] [--keep-lake 0]
                             [--go-on] [--folder DIR]

It makes the project of area packs (packs_project.py) with a record that ends on the day of the last release, pulls
it once, and then builds the models and releases for a day a week later each time.
"""

import argparse
import csv
import datetime
import json
import pathlib
import re
import shutil

from packs_project import project
from timed_run import run

LAST = datetime.date(2026, 9, 30)


def held_shares(release, day):
    """The share of counts that are held, and for how many days: their median, and the most."""
    days, counts = [], 0
    for file in release.glob("*.csv"):
        with file.open(newline="") as read:
            for row in csv.DictReader(read):
                if row.get("unit") != "count":
                    continue
                counts += 1
                held = re.search(r"held from (\d{4}-\d\d-\d\d)", row.get("status") or "")
                if held:
                    days.append((day - datetime.date.fromisoformat(held[1])).days)
    days.sort()
    middle = days[len(days) // 2] if days else 0
    return counts, len(days) / max(counts, 1), middle, days[-1] if days else 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--people", type=int, default=20000)
    parser.add_argument("--areas", type=int, default=12)
    parser.add_argument("--weeks", type=int, default=52)
    parser.add_argument("--verify-every", type=int, default=4)
    parser.add_argument("--keep-lake", type=int, default=0, help="copies the lake as it is before so many weeks' release")
    parser.add_argument("--go-on", action="store_true", help="goes on with the project that is there")
    parser.add_argument("--folder", default="bench-year")
    options = parser.parse_args()
    program = str(pathlib.Path(options.program).resolve())
    folder = pathlib.Path(options.folder).resolve()
    folder.mkdir(exist_ok=True)
    if options.go_on:
        place = folder / f"project-{options.people}-{options.areas}"
    else:
        place = project(program, options.people, options.areas, folder)
        # A tenth of the people is a decile of deprivation, which is an area to the setting.
        pipeline = place / "pipelines" / "nightly.toml"
        smallest = f"[disclosure]\nsmallest_area = {min(1000, options.people // 20)}\n"
        pipeline.write_text(pipeline.read_text().replace("[disclosure]\n", smallest))
        seconds, _, _, _ = run([program, "pull", "--quiet"], place)
        print(f"pull: {seconds:.1f} s of processor", flush=True)
    made_before = {release.name[:10] for release in (place / "releases").glob("????-??-??-*")}

    head = ["as of", "run s", "release s", "wall s", "memory GB", "tables", "counts", "held", "days", "most", "verify s", "wall s"]
    print(" ".join(f"{name:>10}" for name in head), flush=True)
    for week in range(options.weeks):
        day = LAST - datetime.timedelta(weeks=options.weeks - 1 - week)
        if str(day) in made_before:
            continue
        dates = ["--set", f"as_of={day}", "--set", f"period_end={day}"]
        built, _, _, _ = run([program, "run", "--quiet", *dates], place)
        if options.keep_lake and week and week % options.keep_lake == 0:
            shutil.copytree(place / "lake", place / f"lake-{week}")
        try:
            seconds, wall, memory, printed = run([program, "release", "--json", *dates], place)
        except SystemExit as refused:
            print(f"{day}: {refused}", flush=True)
            continue
        made = json.loads(printed)
        name = made["release"]
        release = place / "releases" / name
        manifest = json.loads((release / "manifest.json").read_text())
        reports = manifest["reports"]
        tables = sum(len(report["tables"]) for report in reports.values())
        counts, share, middle, most = held_shares(release, day)
        row = [str(day), f"{built:.1f}", f"{seconds:.1f}", f"{wall:.1f}", f"{memory / 1e9:.2f}", str(tables), str(counts)]
        row += [f"{share:.1%}", str(middle), str(most)]
        # Readers have it: the next release says which of its figures are revised.
        for step in ["--approve", "--publish"]:
            run([program, "release", step, name, "--by", "The bench", *dates], place)
        if (week + 1) % options.verify_every == 0 or week + 1 == options.weeks:
            seconds, wall, _, _ = run([program, "verify", str(release), "--ledger"], place)
            row += [f"{seconds:.1f}", f"{wall:.1f}"]
        print(" ".join(f"{cell:>10}" for cell in row), flush=True)


main()
