"""Times a night in which few people changed, against building the whole library. See README.md.

usage: python3 benches/night.py PROGRAM [--people 100000] [--changed 0.003] [--folder DIR]
                               [--dearest 10]

It makes a synthetic record and a project with the shipped models in FOLDER (the record is kept, and used
again), pulls it, and builds every model. Then some people get another encounter, observation and
prescription each, and a night is timed: pull and run. Then every model is built in full, and must come out with
the rows that the night left. At last the date that the figures describe is moved by a day, twice. The project's
own date ends a month: on the next day another month begins, and what counts months changes as it must. So the
models are first built for two days before (--set as_of=…), and the moves are one within the month, and one over
its end.
"""

import argparse
import datetime
import json
import os
import pathlib
import random
import re
import shutil
import sys
import tomllib

from timed_run import run

HERE = pathlib.Path(__file__).resolve().parent.parent
# A person who changed has one more of each.
TYPES = ["Encounter", "Observation", "MedicationRequest"]


def project(program, people, folder):
    """A project over a record of so many people, of which nothing is pulled."""
    record, place = folder / f"record-{people}", folder / f"project-{people}"
    if not record.exists():
        command = [program, "synth", "--out", str(record), "--people", str(people), "--seed", "7", "--plain"]
        run(command, folder)
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    for name in ["sql", "pipelines", "tests/models"]:
        shutil.copytree(HERE / name, place / name)
    settings = (HERE / "pipelines" / "nightly.toml").read_text()
    settings = settings.replace('"data-samples/', f'"{record}/')
    settings = settings.replace(f"file:{record}/sample.key", f"file:{HERE}/data-samples/sample.key")
    settings = settings.replace("file:data-samples/", f"file:{HERE}/data-samples/")
    # The night's extract is of the source, and not of the record that is kept.
    settings = settings.replace(f'"{record}/fhir"', '"fhir"')
    (place / "pipelines" / "nightly.toml").write_text(settings)
    (place / "fhir").mkdir()
    for file in (record / "fhir").iterdir():
        (place / "fhir" / file.name).symlink_to(file)
    return place, record


def changed_people(record, place, share):
    """Writes the night's extract; says how many people and records are in it."""
    known = []
    for file in sorted((record / "fhir").glob("Patient.*.ndjson")):
        known.extend(json.loads(line)["id"] for line in file.open())
    chosen = set(random.Random(7).sample(known, max(1, int(len(known) * share))))
    records = 0
    with (place / "fhir" / "night.ndjson").open("w") as out:
        for kind in TYPES:
            seen = set()
            for file in sorted((record / "fhir").glob(f"{kind}.*.ndjson")):
                for line in file.open():
                    of = re.search(r'"subject":\{"reference":"Patient/([^"]+)"', line)
                    if not of or of[1] not in chosen or of[1] in seen:
                        continue
                    seen.add(of[1])
                    resource = json.loads(line)
                    resource["id"] = f"night-{resource['id']}"[:64]
                    resource.setdefault("meta", {})["lastUpdated"] = "2026-10-01T00:00:00Z"
                    out.write(json.dumps(resource) + "\n")
                    records += 1
    return len(chosen), records


def as_of(place, days):
    """Sets the date that the figures of a project describe to so many days after its own."""
    settings = tomllib.loads((place / "pipelines" / "nightly.toml").read_text())
    own = datetime.date.fromisoformat(settings["parameters"]["as_of"]["default"])
    return ["--set", f"as_of={own + datetime.timedelta(days=days)}"]


def kind_of(model):
    """How a model was built."""
    if model.get("refreshed") is not None:
        return "refreshed"
    return "in full" if model.get("by_difference") is None else "by difference"


def kinds(models):
    found = {}
    for model in models:
        found.setdefault(kind_of(model), []).append(model)
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--people", type=int, default=100000)
    parser.add_argument("--changed", type=float, default=0.003)
    parser.add_argument("--folder", default="bench-night")
    parser.add_argument("--dearest", type=int, default=10, help="how many models are listed with their seconds")
    options = parser.parse_args()
    program = str(pathlib.Path(options.program).resolve())
    folder = pathlib.Path(options.folder).resolve()
    folder.mkdir(exist_ok=True)
    place, record = project(program, options.people, folder)

    print(f"{'step':<32} {'processor s':>12} {'wall s':>8} {'memory GB':>10}")

    def step(name, *command):
        seconds, wall, memory, printed = run([program, *command], place)
        print(f"{name:<32} {seconds:>12.2f} {wall:>8.2f} {memory / 1e9:>10.2f}", flush=True)
        return seconds, printed

    step("pull of the whole record", "pull", "--quiet")
    first = as_of(place, -2)
    whole, _ = step("run, all models", "run", "--quiet", *first)
    people, records = changed_people(record, place, options.changed)
    step("pull of the night", "pull", "--quiet")
    night, printed = step("run of the night", "run", "--json", *first)
    models = json.loads(printed)["models"]
    step("run, nothing to do", "run", "--quiet", *first)
    _, printed = step("run in full again", "run", "--full-refresh", "--json", *first)
    full = json.loads(printed)["models"]
    within, _ = step("run, a day later in the month", "run", "--quiet", *as_of(place, -1))
    step("run, the last day of the month", "run", "--quiet", *as_of(place, 0))
    over, printed = step("run, over the end of the month", "run", "--json", *as_of(place, 1))
    moved = json.loads(printed)["models"]
    _, printed = step("run in full for that day", "run", "--full-refresh", "--json", *as_of(place, 1))
    full += json.loads(printed)["models"]

    built = [model for model in models if model["state"] != "up_to_date"]
    refreshed = [model for model in built if model.get("refreshed") is not None]
    print(f"\n{people:,} people of {options.people:,} changed, {records:,} records")
    by_difference = [model for model in built if model.get("by_difference") is not None]
    in_full = len(built) - len(refreshed) - len(by_difference)
    print(f"{len(models)} models: {len(models) - len(built)} up to date, {len(refreshed)} refreshed,")
    print(f"{len(by_difference)} by difference, {in_full} built in full;")
    print(f"a night takes {night / whole:.1%} of the processor time, a day later alone {within / whole:.1%},")
    print(f"over the end of the month {over / whole:.1%}")
    for kind, those in kinds(built).items():
        print(f"{kind:<16} {sum(model['seconds'] for model in those):>7.2f} s on the clock")
    by_kind = {kind: len(those) for kind, those in kinds(m for m in moved if m["state"] != "up_to_date").items()}
    print(f"over the end of the month: {by_kind}")
    for model in sorted(built, key=lambda model: -model["seconds"])[: options.dearest]:
        print(f"  {model['seconds']:>6.2f} s  {kind_of(model):<16} {model['model']}")
    differ = [model["model"] for model in full if not model.get("same_rows")]
    print(f"built in full they have other rows: {', '.join(differ) or 'none'}")


main()
