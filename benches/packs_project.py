"""A project of area packs over a synthetic record, in as many neighbourhoods as are wanted.

A synthetic record has a neighbourhood for some 8,000 people: its small areas (LSOAs) are given to as many as are
wanted.
"""

import collections
import csv
import pathlib
import shutil
import sys

from timed_run import run

HERE = pathlib.Path(__file__).resolve().parent.parent


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
