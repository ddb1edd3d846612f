"""Cells that tau-ARGUS withholds in the tables of a test, beside those of Populace.

    POPULACE_TABLES_TO=/tmp/tables.csv cargo test --profile quick --lib tests::lost -- --nocapture
    pip install pytauargus==0.6.0
    python benches/suppression.py /tmp/tables.csv

The test prints how many cells Populace withholds.
"""
import collections
import csv
import sys
import tempfile

from pytauargus import protect

# A reader may be no nearer to a count below 8 than the count itself, or than half of it.
RULES = ("FREQ(8,100)", "FREQ(8,50)")
SMALL, BESIDE = "U", "M"

tables = collections.defaultdict(list)
with open(sys.argv[1], encoding="utf-8") as file:
    for line in csv.DictReader(file):
        tables[line["table"]].append((line["row"], line["column"], int(line["count"])))

for rule in RULES:
    cells = collections.Counter()
    for counts in tables.values():
        people = [(f"r{row:0>2}", f"c{column:0>2}") for row, column, n in counts for _ in range(n)]
        record = {
            "row": [row for row, _ in people],
            "column": [column for _, column in people],
            "people": [1.0] * len(people),
        }
        with tempfile.TemporaryDirectory() as folder:
            made = protect(
                record, ["row", "column"], response="people", safety_rules=rule, suppress="OPT(1)", workdir=folder
            )
            cells.update(str(status) for status in made.tables[0].status())
    print(f"{rule}: {cells[SMALL]} small, {cells[BESIDE]} withheld beside them")
