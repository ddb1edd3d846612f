"""Compares `populace pull` of Observations with DuckDB on the same files. See README.md."""

import glob
import os
import statistics
import subprocess
import sys
import tempfile
import time

import duckdb

RUNS = 3

QUERY = """
copy (
    select
        id,
        sha256(subject.reference) as person_key,
        sha256(encounter.reference) as encounter_key,
        status,
        code.coding[1].code as code,
        code.coding[1].system as code_system,
        effectiveDateTime::timestamptz as effective,
        valueQuantity.value as value,
        valueQuantity.code as unit,
        component
    from read_json(
        '{files}',
        format = 'newline_delimited',
        columns = {{
            id: 'varchar',
            status: 'varchar',
            subject: 'struct(reference varchar)',
            encounter: 'struct(reference varchar)',
            code: 'struct(coding struct(system varchar, code varchar)[])',
            effectiveDateTime: 'varchar',
            valueQuantity: 'struct("value" double, code varchar)',
            component: 'struct(code struct(coding struct(system varchar, code varchar)[]), valueQuantity struct("value" double, code varchar))[]'
        }}
    )
) to '{out}' (format parquet, compression zstd)
"""

PIPELINE = """
[lake]
url = "{work}/lake"
[releases]
url = "{work}/releases"
[privacy]
key = "file:{work}/key"
[privacy.lookups]
postcode_lsoa = "{record}/reference/postcode_lsoa.csv"
[sources.record]
kind = "fhir-folder"
url = "{work}/fhir"
views = "{root}/pipelines/views"
accept_test_numbers = true
[parameters]
as_of = {{ type = "date", default = "2026-09-30" }}
"""


def main() -> None:
    record, program = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    files = sorted(glob.glob(f"{record}/fhir/Observation.*.ndjson"))
    size = sum(os.path.getsize(f) for f in files) / 1e6
    times: dict[str, list[float]] = {"duckdb": [], "populace": []}
    for _ in range(RUNS):
        with tempfile.TemporaryDirectory() as work:
            started = time.perf_counter()
            out = f"{work}/out.parquet"
            duckdb.connect().execute(
                QUERY.format(files=f"{record}/fhir/Observation.*.ndjson", out=out)
            )
            times["duckdb"].append(time.perf_counter() - started)
        with tempfile.TemporaryDirectory() as work:
            os.mkdir(f"{work}/fhir")
            for file in files:
                os.symlink(file, f"{work}/fhir/{os.path.basename(file)}")
            with open(f"{work}/key", "w") as key:
                key.write("00" * 32)
            with open(f"{work}/pull.toml", "w") as pipeline:
                pipeline.write(PIPELINE.format(work=work, record=record, root=root))
            started = time.perf_counter()
            subprocess.run([program, "pull", "-q", "-p", f"{work}/pull.toml"], check=True)
            times["populace"].append(time.perf_counter() - started)
    for name, taken in times.items():
        best = min(taken)
        print(
            f"{name:<10} median {statistics.median(taken):6.2f} s  best {best:6.2f} s"
            f"  {size / best:6.0f} MB/s"
        )
    ratio = min(times["duckdb"]) / min(times["populace"])
    print(f"{size:.0f} MB; populace is {ratio:.2f} times as fast as DuckDB {duckdb.__version__}")


if __name__ == "__main__":
    main()
