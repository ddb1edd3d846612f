"""Compares `populace pull` of four resource types with DuckDB on the same files. See README.md."""

import glob
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time

import duckdb

RUNS = 3

CODE = "struct(coding struct(system varchar, code varchar)[])"
REFERENCE = "struct(reference varchar)"
PERIOD = "struct(\"start\" varchar, \"end\" varchar)"
QUANTITY = 'struct("value" double, comparator varchar, unit varchar, code varchar)'
EXTENSION = f"struct(url varchar, valueCodeableConcept {CODE})[]"

# For each resource type the elements that its view reads, and what is made of them.
TYPES = {
    "Observation": (
        {
            "id": "varchar",
            "status": "varchar",
            "subject": REFERENCE,
            "encounter": REFERENCE,
            "code": CODE,
            "effectiveDateTime": "varchar",
            "effectivePeriod": PERIOD,
            "valueQuantity": QUANTITY,
            "valueInteger": "bigint",
            "valueCodeableConcept": CODE,
            "component": f"struct(code {CODE}, valueQuantity {QUANTITY})[]",
        },
        """sha256(subject.reference) as person_key, sha256(encounter.reference) as encounter_key,
        status, code.coding[1].code as code, code.coding[1].system as code_system,
        coalesce(effectiveDateTime, effectivePeriod.start)::timestamptz as effective,
        coalesce(valueQuantity.value, valueInteger) as value, valueQuantity.comparator as comparator,
        valueQuantity.code as unit, valueCodeableConcept.coding[1].code as value_code,
        component""",
    ),
    "Encounter": (
        {
            "id": "varchar",
            "status": "varchar",
            "class": "struct(code varchar)",
            "type": f"{CODE}[]",
            "serviceType": CODE,
            "subject": REFERENCE,
            "serviceProvider": "struct(identifier struct(\"value\" varchar))",
            "period": PERIOD,
            "reasonCode": f"{CODE}[]",
            "extension": EXTENSION,
            "location": f"struct(location {REFERENCE})[]",
            "hospitalization": f"struct(extension {EXTENSION}, admitSource {CODE}, dischargeDisposition {CODE})",
        },
        """sha256(subject.reference) as person_key, status, class.code as class,
        type[1].coding[1].code as type, serviceType.coding[1].code as service,
        serviceProvider.identifier.value as provider, period.start::timestamptz as started,
        period.end::timestamptz as ended, reasonCode[1].coding[1].code as reason,
        sha256(location[1].location.reference) as location_key,
        extension[1].valueCodeableConcept.coding[1].code as discharge_method,
        hospitalization.extension[1].valueCodeableConcept.coding[1].code as admission_method,
        hospitalization.admitSource.coding[1].code as source,
        hospitalization.dischargeDisposition.coding[1].code as destination""",
    ),
    "Condition": (
        {
            "id": "varchar",
            "clinicalStatus": CODE,
            "verificationStatus": CODE,
            "category": f"{CODE}[]",
            "code": CODE,
            "subject": REFERENCE,
            "encounter": REFERENCE,
            "onsetDateTime": "varchar",
            "onsetPeriod": PERIOD,
            "abatementDateTime": "varchar",
            "recordedDate": "varchar",
        },
        """sha256(subject.reference) as person_key, sha256(encounter.reference) as encounter_key,
        clinicalStatus.coding[1].code as clinical_status,
        verificationStatus.coding[1].code as verification_status,
        category[1].coding[1].code as category, code.coding[1].code as code,
        code.coding[2].code as icd10,
        try_cast(rpad(coalesce(onsetDateTime, onsetPeriod.start), 10, '-01') as date) as onset, abatementDateTime::date as abated,
        recordedDate::date as recorded""",
    ),
    "Patient": (
        {
            "id": "varchar",
            "identifier": "struct(system varchar, \"value\" varchar)[]",
            "gender": "varchar",
            "birthDate": "varchar",
            "deceasedDateTime": "varchar",
            "extension": EXTENSION,
            "active": "boolean",
            "deceasedBoolean": "boolean",
            "address": f"struct(use varchar, postalCode varchar, period {PERIOD})[]",
            "communication": f"struct(language {CODE}, preferred boolean)[]",
            "generalPractitioner": "struct(identifier struct(\"value\" varchar))[]",
        },
        """sha256(identifier[1].value) as person_key, gender,
        date_trunc('month', rpad(birthDate, 10, '-01')::date) as birth_month, active, deceasedBoolean,
        extension[1].valueCodeableConcept.coding[1].code as ethnic_category,
        date_trunc('month', deceasedDateTime::timestamptz) as death_month,
        address[1].postalCode as postcode, communication[1].language.coding[1].code as language,
        generalPractitioner[1].identifier.value as practice""",
    ),
}


def query(kind: str, files: str, out: str) -> str:
    """One resource type to Parquet, as DuckDB does it fastest: columns named and typed."""
    columns, select = TYPES[kind]
    named = ", ".join(f"'{name}': '{form}'" for name, form in columns.items())
    return f"""copy (select sha256(id) as record_key, {select}
        from read_json('{files}', format = 'newline_delimited', columns = {{{named}}}))
        to '{out}' (format parquet, compression zstd)"""


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


def seconds(usage: resource.struct_rusage) -> float:
    """Processor seconds, which say more than the clock where other programs run."""
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    record, program = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    files = [f for kind in TYPES for f in glob.glob(f"{record}/fhir/{kind}.*.ndjson")]
    size = sum(os.path.getsize(f) for f in files) / 1e6
    times: dict[str, list[float]] = {"duckdb": [], "populace": []}
    processor: dict[str, list[float]] = {"duckdb": [], "populace": []}
    peak = 0.0
    for _ in range(RUNS):
        with tempfile.TemporaryDirectory() as work:
            started, before = time.perf_counter(), seconds(resource.getrusage(resource.RUSAGE_SELF))
            connection = duckdb.connect()
            for kind in TYPES:
                pattern = f"{record}/fhir/{kind}.*.ndjson"
                connection.execute(query(kind, pattern, f"{work}/{kind}.parquet"))
            times["duckdb"].append(time.perf_counter() - started)
            processor["duckdb"].append(seconds(resource.getrusage(resource.RUSAGE_SELF)) - before)
        with tempfile.TemporaryDirectory() as work:
            os.mkdir(f"{work}/fhir")
            for file in files:
                os.symlink(file, f"{work}/fhir/{os.path.basename(file)}")
            with open(f"{work}/key", "w") as key:
                key.write("00" * 32)
            with open(f"{work}/pull.toml", "w") as pipeline:
                pipeline.write(PIPELINE.format(work=work, record=record, root=root))
            started = time.perf_counter()
            arguments = [program, "pull", "-q", "-p", f"{work}/pull.toml", "--memory-limit", "2GB"]
            child = subprocess.Popen(arguments)
            _, status, usage = os.wait4(child.pid, 0)
            times["populace"].append(time.perf_counter() - started)
            processor["populace"].append(seconds(usage))
            if status != 0:
                sys.exit("the pull failed")
            peak = max(peak, usage.ru_maxrss / 1e6)
    for name, taken in times.items():
        best = min(taken)
        print(
            f"{name:<10} median {statistics.median(taken):6.2f} s  best {best:6.2f} s"
            f"  {size / best:6.0f} MB/s  processor: median {statistics.median(processor[name]):6.2f} s"
        )
    ratio = min(times["duckdb"]) / min(times["populace"])
    print(f"{size:.0f} MB; populace is {ratio:.2f} times as fast as DuckDB {duckdb.__version__}")
    print(f"peak memory of populace: {peak:.2f} GB")


if __name__ == "__main__":
    main()
