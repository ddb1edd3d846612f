#!/usr/bin/env python3
"""Makes the golden answers: asks DuckDB the queries beside this file.

    POPULACE_GOLDEN_EXPORT=/tmp/golden cargo test --profile quick --test it golden_rows -- --ignored
    pip install duckdb==2.0.1
    python3 tests/it/golden/make.py /tmp/golden

A second argument is another folder of queries, for those that generate.py makes.

A query may have another spelling for DuckDB, on one line: `-- duckdb: select …`.
"""

import datetime
import decimal
import json
import pathlib
import sys

import duckdb


def plain(value):
    if isinstance(value, (bool, int, float, str)) or value is None:
        return value
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S.%f")
    if isinstance(value, datetime.date):
        return value.isoformat()
    raise TypeError(f"no form for {type(value)}")


def main():
    here = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else pathlib.Path(__file__).parent
    rows = pathlib.Path(sys.argv[1])
    engine = duckdb.connect(config={"threads": 1})
    engine.execute("create schema golden")
    for file in sorted(rows.glob("*.parquet")):
        engine.execute(f"create table golden.{file.stem} as select * from '{file}'")
    count = 0
    for queries in sorted((here / "queries").glob("*.sql")):
        out = []
        for text in queries.read_text().split("-- name: ")[1:]:
            name, sql = text.split("\n", 1)
            other = [line for line in sql.splitlines() if line.startswith("-- duckdb: ")]
            if other:
                sql = other[0].removeprefix("-- duckdb: ")
            try:
                found = engine.execute(sql).fetchall()
            except Exception as e:
                print(f"{queries.stem}/{name}: {e}", file=sys.stderr)
                continue
            found = sorted(([plain(value) for value in row] for row in found), key=json.dumps)
            out.append(f"# {name}\n")
            out += [json.dumps(row, ensure_ascii=False) + "\n" for row in found]
            if not found or len(found) > 60:
                print(f"{queries.stem}/{name}: {len(found)} rows", file=sys.stderr)
            count += 1
        (here / "answers" / f"{queries.stem}.txt").write_text("".join(out))
    print(f"{count} answers")


main()
