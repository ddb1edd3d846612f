"""Simulates nights of a shared record, releases every shipped report each night, and reads the releases as
somebody does who keeps all of them. See README.md.

usage: python3 benches/releases.py PROGRAM [--people 2000] [--nights 60] [--for-each place] [--hold-below 8]
                                 [--folder DIR] [--measure] [--leaks]

It makes a synthetic record and a project with the shipped models and reports in FOLDER. One person in 250 dies,
opts out, moves, comes, is diagnosed or seen each night, and the date that the figures describe moves by a day.
After each release the true people of every count are read from the models, by the definitions in its manifest.
Then figures that changed are compared with who changed. With --measure the nights of FOLDER are read again.
"""

import argparse
import array
import collections
import csv
import datetime
import gzip
import itertools
import json
import pathlib
import random
import re
import shutil

from timed_run import run

HERE = pathlib.Path(__file__).resolve().parent.parent
LAST = datetime.date(2026, 9, 30)
# Fewer people than these entered or left: the change of a figure tells of each.
FEW = 8
# Columns of an extract that say who somebody is.
WHO = ["nhs_number", "nhs_number_status", "local_patient_id", "patient_name", "date_of_birth", "postcode", "sex"]
WHO += ["ethnic_category", "gp_practice"]
# What divides a count at most: dimensions, and an area that a column of the person names.
DIMENSIONS, OF_THE_PERSON = 4, " of the person"


class Town:
    """A synthetic record of which some people have not come yet, and what happens in it."""

    def __init__(self, record, place, nights, people):
        self.place, self.dice = place, random.Random(7)
        self.patients, self.lines = {}, collections.defaultdict(list)
        for line in (record / "fhir" / "Patient.001.ndjson").open():
            patient = json.loads(line)
            self.patients[patient["id"]] = patient
        known = sorted(self.patients)
        self.each_night = max(1, people // 250)
        self.to_come = self.dice.sample(known, min(len(known) // 4, nights * self.each_night // 10 + 20))
        self.numbers = {self.number(self.patients[person]): person for person in known}
        self.here = sorted(set(known) - set(self.to_come))
        with (record / "reference" / "postcode_lsoa.csv").open(newline="") as read:
            self.postcodes = [row["postcode"] for row in csv.DictReader(read)]
        self.conditions = [json.loads(line) for line in (record / "fhir" / "Condition.001.ndjson").open()]
        self.encounters = collections.defaultdict(list)
        for line in (record / "fhir" / "Encounter.001.ndjson").open():
            encounter = json.loads(line)
            of = encounter["subject"].get("reference", "").rpartition("/")[2]
            self.encounters[of].append(encounter)
        self.extracts = {}
        for name in ["ecds_attendance", "apc_spell"]:
            with (record / "csv" / f"{name}.001.csv").open(newline="") as read:
                self.extracts[name] = list(csv.DictReader(read))
        self.opted_out = set((record / "opt-outs.txt").read_text().split())
        self.begin(record)

    @staticmethod
    def number(patient):
        return next(i["value"] for i in patient["identifier"] if i["system"].endswith("nhs-number"))

    def begin(self, record):
        """Writes the record without those who come later."""
        later = set(self.to_come)
        numbers = {self.number(self.patients[person]) for person in later}
        for folder in ["fhir", "csv"]:
            (self.place / folder).mkdir()
        for file in sorted((record / "fhir").iterdir()):
            with file.open() as read, (self.place / "fhir" / file.name).open("w") as out:
                for line in read:
                    of = re.search(r'"Patient/([^"]+)"', line)
                    of = json.loads(line)["id"] if file.name.startswith("Patient.") else of and of[1]
                    if of in later:
                        self.lines[of].append(line)
                    else:
                        out.write(line)
        for file in sorted((record / "csv").iterdir()):
            header, *lines = file.read_text().splitlines(keepends=True)
            kept = [line for line in lines if line.split(",", 1)[0] not in numbers]
            (self.place / "csv" / file.name).write_text("".join([header, *kept]))
        self.write_opt_outs()

    def write_opt_outs(self):
        (self.place / "opt-outs.txt").write_text("".join(f"{number}\n" for number in sorted(self.opted_out)))

    def night(self, number, day):
        """What happened to whom, written as the night's extract."""
        self.out, self.rows, self.count = [], collections.defaultdict(list), 0
        self.stamp = f"{LAST + datetime.timedelta(days=number)}T00:00:00Z"
        happened = []
        for _ in range(self.each_night):
            kind = self.dice.randrange(10)
            names = ["came", "died", "opted out", "moved", "moved", "seen", "attended", "corrected"]
            name = names[kind] if kind < len(names) else "diagnosed"
            if name == "seen" and self.dice.random() < 0.5:
                name = "late record"
            happened.append((name, getattr(self, "is_" + name.replace(" ", "_"))(number, day)))
        (self.place / "fhir" / f"Night.{number:03}.ndjson").write_text("".join(self.out))
        for name, rows in self.rows.items():
            with (self.place / "csv" / f"{name}.night{number:03}.csv").open("w", newline="") as out:
                writer = csv.DictWriter(out, rows[0].keys(), lineterminator="\n")
                writer.writeheader()
                writer.writerows(rows)
        return [(name, self.number(self.patients[person])) for name, person in happened if person]

    def new_id(self, number):
        self.count += 1
        return f"night-{number}-{self.count}"

    def write(self, resource):
        resource.setdefault("meta", {})["lastUpdated"] = self.stamp
        self.out.append(json.dumps(resource) + "\n")

    def somebody(self):
        return self.dice.choice(self.here)

    def is_came(self, number, day):
        if not self.to_come:
            return None
        person = self.to_come.pop()
        self.out.extend(self.lines.pop(person))
        self.here.append(person)
        return person

    def gone(self):
        return self.here.pop(self.dice.randrange(len(self.here)))

    def is_died(self, number, day):
        person = self.gone()
        self.patients[person]["deceasedDateTime"] = str(day)
        self.write(self.patients[person])
        return person

    def is_opted_out(self, number, day):
        person = self.gone()
        self.opted_out.add(self.number(self.patients[person]))
        self.write_opt_outs()
        return person

    def is_moved(self, number, day):
        person = self.somebody()
        address = self.patients[person].get("address")
        if not address:
            return None
        address[0].update(postalCode=self.dice.choice(self.postcodes), period={"start": str(day)})
        self.write(self.patients[person])
        return person

    def contact(self, number, of):
        person = self.somebody()
        if not self.encounters[person]:
            return None
        encounter = json.loads(json.dumps(self.dice.choice(self.encounters[person])))
        began = encounter["period"]["start"][10:]
        encounter.update(id=self.new_id(number), period={"start": f"{of}{began}", "end": f"{of}{began}"})
        self.write(encounter)
        return person

    def is_seen(self, number, day):
        return self.contact(number, day - datetime.timedelta(days=1))

    def is_late_record(self, number, day):
        return self.contact(number, day - datetime.timedelta(days=self.dice.randrange(30, 300)))

    def is_attended(self, number, day):
        name, moment = self.dice.choice([("ecds_attendance", "arrival"), ("apc_spell", "admission")])
        living = set(self.here)
        rows = [row for row in self.extracts[name] if self.numbers.get(row["nhs_number"]) in living]
        own = self.dice.choice(rows)
        row = dict(self.dice.choice(rows), **{column: own[column] for column in WHO})
        day = day - datetime.timedelta(days=self.dice.randrange(1, 60))
        for column in row:
            if column.endswith(("_datetime", "_date")) and row[column] and column != "extract_datetime":
                row[column] = str(day) + row[column][10:]
        row["extract_datetime"] = self.stamp[:-1]
        row["spell_id" if name == "apc_spell" else "attendance_id"] = self.new_id(number)
        self.rows[name].append(row)
        return self.numbers[row["nhs_number"]]

    def is_corrected(self, number, day):
        living = set(self.here)
        of = lambda condition: condition["subject"].get("reference", "").rpartition("/")[2]
        known = [at for at, condition in enumerate(self.conditions) if of(condition) in living]
        condition = self.conditions.pop(self.dice.choice(known))
        condition["verificationStatus"]["coding"][0]["code"] = "entered-in-error"
        condition.pop("clinicalStatus", None)
        self.write(condition)
        return of(condition)

    def is_diagnosed(self, number, day):
        person = self.somebody()
        condition = json.loads(json.dumps(self.dice.choice(self.conditions)))
        day = str(day - datetime.timedelta(days=1))
        condition.update(id=self.new_id(number), onsetDateTime=day, recordedDate=day)
        condition["subject"] = {"reference": f"Patient/{person}"}
        self.write(condition)
        return person


def project(program, people, nights, for_each, hold_below, folder):
    """A project over a record of so many people, of whom some come later."""
    record, place = folder / f"record-{people}", folder / f"project-{people}"
    if not record.exists():
        run([program, "synth", "--out", str(record), "--people", str(people), "--seed", "7", "--plain"], folder)
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    (place / "truth").mkdir()
    for name in ["sql", "pipelines", "tests/models"]:
        shutil.copytree(HERE / name, place / name)
    settings = (HERE / "pipelines" / "nightly.toml").read_text()
    settings = settings.replace("file:data-samples/", f"file:{HERE}/data-samples/")
    settings = settings.replace('"data-samples/reference/', f'"{record}/reference/').replace('"data-samples/', '"')
    if for_each:
        settings = settings.replace("[disclosure]\n", f'[reports]\nfor_each = ["{for_each}"]\n\n[disclosure]\n')
    if hold_below is not None:
        settings = settings.replace("[disclosure]\n", f"[disclosure]\nhold_below = {hold_below}\n")
    (place / "pipelines" / "nightly.toml").write_text(settings)
    return Town(record, place, nights, people), place


def counts_of(manifest):
    """Every count of a release: file, labels of its dimensions, heading, what is counted, and by what."""
    for report, of_report in manifest["reports"].items():
        for table, made in of_report["tables"].items():
            dimensions = made["rows"] + ([made["across"]] if made.get("across") else [])
            for measure in made["measures"]:
                counted = measure.get("counted")
                if counted:
                    yield f"{report}-{table}.csv", dimensions, measure["label"], counted


def sources_of(counted):
    """What divides a count, in an order of its own: dimensions, and the area that its report is of."""
    sources = {source for source in counted["by"] if source}
    return tuple(sorted(sources | ({counted["within"][0]} if counted.get("within") else set())))


def truth_query(manifest):
    """The people behind every count of a release, with what each adds to it, as one query."""
    parts, known = [], {}
    for _, _, _, counted in counts_of(manifest):
        by = sources_of(counted)
        key = (counted["what"], by)
        if key in known:
            continue
        known[key] = len(known)
        what, of, where = re.fullmatch(r"(.+?) of (\S+) where (.*)", counted["what"], re.DOTALL).groups()
        joins, labels = "", []
        for at, source in enumerate(by):
            looked_up = re.fullmatch(r"(\S+) in (\S+)\.(\w+) by (\w+)", source)
            if looked_up:
                column, reference, label, of_key = looked_up.groups()
                joins += f" left join (select {of_key} as k{at}, {label} as n{at} from {reference}) as r{at}"
                joins += f" on k{at} = t.{column}"
                labels.append(f"coalesce(cast(n{at} as varchar), cast(t.{column} as varchar), '')")
            elif source.endswith(OF_THE_PERSON):
                column = source.removesuffix(OF_THE_PERSON)
                joins += f" left join (select person_key as k{at}, {column} as n{at} from core.person) as r{at}"
                joins += f" on k{at} = t.person_key"
                labels.append(f"coalesce(n{at}, '')")
            else:
                labels.append(f"coalesce(cast(t.{source} as varchar), '')")
        labels += ["''"] * (DIMENSIONS - len(labels))
        weight = "cast(count(*) as bigint)"
        if what.startswith("sum of "):
            weight = f"cast(sum(t.{what[len('sum of '):]}) as bigint)"
        parts.append(
            f"select {known[key]} as count_id, {', '.join(f'{l} as l{n}' for n, l in enumerate(labels))},"
            f" t.person_key as person_key, {weight} as weight"
            f" from (select * from {of} where {where}) as t{joins} group by {', '.join(str(n + 1) for n in range(DIMENSIONS + 2))}"
        )
    return known, "\nunion all\n".join(parts)


class Truth:
    """Who is behind each count of a release."""

    def __init__(self, place, night, known, people):
        self.leaves = {at: collections.defaultdict(dict) for at in known.values()}
        with gzip.open(place / "truth" / f"{night:03}.csv.gz", "rt", newline="") as read:
            for at, *labels, person, weight in itertools.islice(csv.reader(read), 1, None):
                weight = int(weight or 0)
                if weight:
                    person = people.setdefault(person, len(people))
                    leaf = self.leaves[int(at)][tuple(label or "Not known" for label in labels)]
                    leaf[person] = leaf.get(person, 0) + weight
        self.known, self.cells = known, {}

    def of(self, what, by, labels):
        """The people of a cell, with what each adds, in an order of their own."""
        name = (what, tuple(sorted(labels)))
        if name not in self.cells:
            at, sources = self.known[(what, by)], dict(labels)
            found = collections.Counter()
            for values, members in self.leaves[at].items():
                if all(is_label(sources.get(source), value) for source, value in zip(by, values)):
                    found.update(members)
            adds_up = not what.startswith("people ")
            self.cells[name] = array.array("Q", sorted(p << 24 | (w if adds_up else 1) for p, w in found.items()))
        return self.cells[name]


def is_label(label, value):
    """Whether a label stands for a value; one of all values is None, and numbers have a heading before them."""
    return label in (None, value) or value.isdigit() and label.endswith(f" {value}")


def changed(one, other):
    """Those of whom the two figures do not have the same."""
    return {member >> 24 for member in set(one) ^ set(other)}


def rule(members):
    """What `hes2018` makes of a count."""
    count = sum(member & 0xFFFFFF for member in members)
    return "0" if not members else "*" if len(members) < FEW else str((count + 2) // 5 * 5)


def buckets(members):
    """Sums of hashes of the people in each of eight parts: two that few people make the difference to have one
    in common."""
    sums = [0] * FEW
    for member in members:
        digest = hash((member >> 24, "person"))
        sums[digest % FEW] += digest * (member & 0xFFFFFF)
    return list(enumerate(sums))


class Reader:
    """Somebody who keeps every release, and is told who was behind each figure."""

    def __init__(self):
        self.shown, self.told, self.near = {}, collections.defaultdict(list), collections.defaultdict(list)
        self.entries, self.of_night, self.found = [], collections.defaultdict(list), collections.Counter()
        self.alone, self.few, self.bare_alone, self.bare_few, self.happened = set(), set(), set(), set(), set()
        self.figures = self.held = self.lag = self.nights = self.longest = self.counted = 0
        self.error = self.bare_error = 0.0
        self.leaks, self.before, self.seen = [], {}, set()

    def read(self, night, days, release, truth, manifest):
        last, self.seen = set(self.before), set()
        for file, dimensions, heading, counted in counts_of(manifest):
            by, within = sources_of(counted), counted.get("within")
            with (release / file).open(newline="") as read:
                for row in csv.DictReader(read):
                    if row["measure"] != heading:
                        continue
                    both = zip(counted["by"], (row[dimension] for dimension in dimensions))
                    labels = [(source, label) for source, label in both if source and label != "Total"]
                    labels += [tuple(within)] if within else []
                    name = (counted["what"], tuple(sorted(labels)))
                    if name not in self.seen:
                        self.seen.add(name)
                        members = truth.of(counted["what"], by, labels)
                        self.cell(night, days, name, row["value"], row["status"], members)
        self.found["rows that came or went"] += len(self.seen ^ last) if night else 0
        self.before = {name: state for name, state in self.before.items() if name in self.seen}

    def cell(self, night, days, name, figure, status, tonight):
        self.figures += 1
        bare = rule(tonight)
        if name in self.before:
            then, members = self.before[name]
            differ = changed(members, tonight)
            self.happened |= {(night, person) for person in differ}
            if then != bare:
                tell(night, differ, self.bare_alone, self.bare_few)
        self.before[name] = (bare, tonight)
        held = re.match("held from (.*)", status)
        since = days.index(held[1]) if held else night
        of = self.stands(name, figure, since, tonight, bool(held))
        if held:
            self.held += 1
            if figure != bare:
                self.lag += 1
                self.nights += night - since
                self.longest = max(self.longest, night - since)
        if figure != "*" and len(tonight) >= FEW:
            truly = sum(member & 0xFFFFFF for member in tonight)
            self.counted += 1
            self.error += abs(int(figure) - truly)
            self.bare_error += abs(int(bare) - truly)
        if of is None:
            self.found["held figures that no earlier release has"] += 1
            self.leaks.append((night, name, figure, status, rule(tonight), len(tonight)))
            return
        entry = (name, night, figure, of)
        if name in self.shown and self.shown[name][2] != figure:
            self.compare("a figure that changed", self.shown[name], entry, tells=True)
        self.shown[name] = entry
        if not any(figure == said and of == then for _, _, said, then in self.told[name]):
            for earlier in self.told[name][:-1]:
                if earlier[2] != figure:
                    self.compare("two figures of a cell", earlier, entry)
            self.keep(entry)

    def stands(self, name, figure, since, tonight, held):
        """The people whom a figure is of."""
        if not held:
            return tonight if figure != "0" else array.array("Q")
        own = [of for _, night, said, of in self.told[name] if said == figure and night <= since]
        if own:
            return own[-1]
        others = (self.entries[at] for at in self.of_night[since] if self.entries[at][2] == figure)
        near = (of for _, _, _, of in others if len(changed(of, tonight)) < FEW)
        return next(near, None)

    def keep(self, entry):
        name, night, figure, of = entry
        self.told[name].append(entry)
        at = len(self.entries)
        self.entries.append(entry)
        self.of_night[night].append(at)
        if len(of) < FEW:
            return
        candidates = set()
        for bucket in buckets(of):
            candidates.update(self.near[bucket])
            self.near[bucket].append(at)
        for other in candidates:
            earlier = self.entries[other]
            kinds = {earlier[0][0].startswith("sum "), name[0].startswith("sum ")}
            if earlier[0] != name and earlier[1] != night and earlier[2] != figure and len(kinds) == 1:
                self.compare("figures of two cells", earlier, entry)

    def compare(self, kind, earlier, entry, tells=False):
        differ = changed(earlier[3], entry[3])
        if len(differ) >= FEW:
            return
        self.found[f"{kind}: {'nobody' if not differ else 'one person' if len(differ) == 1 else 'fewer than 8'}"] += 1
        self.leaks.append((kind, len(differ), earlier[:3], entry[:3], len(earlier[3]), len(entry[3])))
        if tells:
            tell(entry[1], differ, self.alone, self.few)


def tell(night, differ, alone, few):
    if 0 < len(differ) < FEW:
        few |= {(night, person) for person in differ}
    if len(differ) == 1:
        alone |= {(night, person) for person in differ}


def measure(place, leaks):
    """What the releases of a project tell, and what they cost."""
    nights = [json.loads(line) for line in (place / "nights.ndjson").open()]
    days = [night["day"] for night in nights]
    reader, people = Reader(), {}
    for night in nights:
        release = place / "releases" / night["release"]
        manifest = json.loads((release / "manifest.json").read_text())
        known, _ = truth_query(manifest)
        truth = Truth(place, night["night"], known, people)
        reader.read(night["night"], days, release, truth, manifest)
    events = sum(len(night["happened"]) for night in nights)
    print(f"\n{len(nights)} nights, {events} events; somebody counted differently {len(reader.happened):,} times")
    print(f"{'':<44} {'without holding':>16} {'as released':>12}")
    for what, bare, own in [
        ("told by one figure that changed, alone", reader.bare_alone, reader.alone),
        ("the same, among fewer than 8", reader.bare_few, reader.few),
    ]:
        print(f"{what:<44} {len(bare):>16,} {len(own):>12,}")
    mean = [error / max(1, reader.counted) for error in (reader.bare_error, reader.error)]
    print(f"{'mean error of figures shown':<44} {mean[0]:>16.2f} {mean[1]:>12.2f}")
    share = 100 / max(1, reader.figures)
    print(f"{reader.figures:,} figures, {reader.held * share:.1f} % held; {reader.lag * share:.1f} % lag,")
    print(f"  by {reader.nights / max(1, reader.lag):.1f} nights on average, {reader.longest} at most")
    for what, count in sorted(reader.found.items()):
        print(f"  {what}: {count:,}")
    print(f"\n{'night':>5} {'pull s':>7} {'run s':>7} {'release s':>10} {'ledger rows':>12} {'MB':>6}")
    for night in nights:
        if night["night"] in (0, 1) or (night["night"] + 1) % 5 == 0 or night is nights[-1]:
            seconds = [night["seconds"][step] for step in ("pull", "run", "release")]
            print(f"{night['night'] + 1:>5} {seconds[0]:>7.2f} {seconds[1]:>7.2f} {seconds[2]:>10.2f}", end="")
            print(f" {night['ledger_rows']:>12,} {night['ledger_bytes'] / 1e6:>6.2f}")
    if leaks:
        for leak in reader.leaks:
            print(leak)


def simulate(program, town, place, nights):
    with (place / "nights.ndjson").open("w") as kept:
        for night in range(nights):
            day = LAST - datetime.timedelta(days=nights - 1 - night)
            happened = town.night(night, day) if night else []
            date = ["--set", f"as_of={day}", "--set", f"period_end={day}"]
            seconds, printed = {}, ""
            for step in ["pull", "run", "release"]:
                seconds[step], _, _, printed = run([program, step, "--json", *date], place)
            release = json.loads(printed)["release"]
            manifest = json.loads((place / "releases" / release / "manifest.json").read_text())
            _, query = truth_query(manifest)
            answer(program, place, date, query, f"{night:03}.csv")
            of_ledger = "select count(*) as entries from populace.ledger"
            rows = int(answer(program, place, date, of_ledger, "ledger.csv").split()[1])
            known = {"night": night, "day": str(day), "release": release, "happened": happened, "seconds": seconds}
            known |= {"ledger_rows": rows, "ledger_bytes": size(place / "lake" / "populace" / "ledger")}
            kept.write(json.dumps(known) + "\n")
            kept.flush()


def size(table):
    """Bytes of the files that a table has now."""
    files = {}
    for log in sorted((table / "_delta_log").glob("*.json")):
        for action in map(json.loads, log.read_text().splitlines()):
            if "add" in action:
                files[action["add"]["path"]] = action["add"]["size"]
            elif "remove" in action:
                files.pop(action["remove"]["path"], None)
    return sum(files.values())


def answer(program, place, date, query, name):
    """Asks the lake; keeps an answer about people compressed."""
    (place / "query.sql").write_text(query)
    file = place / "truth" / name
    asked = ["sql", "--file", "query.sql", "--record-level", "simulated people", "--format", "csv", "-o", str(file)]
    run([program, *asked, *date], place)
    text = file.read_text()
    file.unlink()
    if name[0].isdigit():
        with gzip.open(f"{file}.gz", "wt", compresslevel=1) as out:
            out.write(text)
    return text


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--people", type=int, default=2000)
    parser.add_argument("--nights", type=int, default=60)
    parser.add_argument("--for-each", help="a level of areas of which each has the reports too")
    parser.add_argument("--hold-below", type=int, help="the setting of the pipeline file; 1 holds nothing")
    parser.add_argument("--folder", default="bench-releases")
    parser.add_argument("--measure", action="store_true", help="read the nights that are there")
    parser.add_argument("--leaks", action="store_true", help="list what tells of few people")
    options = parser.parse_args()
    folder = pathlib.Path(options.folder).resolve()
    folder.mkdir(exist_ok=True)
    program = str(pathlib.Path(options.program).resolve())
    if not options.measure:
        town, place = project(program, options.people, options.nights, options.for_each, options.hold_below, folder)
        simulate(program, town, place, options.nights)
    measure(folder / f"project-{options.people}", options.leaks)


if __name__ == "__main__":
    main()
