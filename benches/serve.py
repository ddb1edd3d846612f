"""Times `populace serve` over many releases, with many clients. See README.md.

usage: python3 benches/serve.py PROGRAM [--releases 10000] [--clients 200] [--seconds 20] [--people 20000]
                               [--areas 12] [--folder DIR]

It needs `wrk` (the package of that name in Debian and elsewhere), which is the client and shares the processors
with the server: how much of them each took is printed.

It makes a synthetic record and a project of area packs in FOLDER, and one release of it by the program, which is
approved and published by the program too. The other releases are copies of it without the reports of single areas: the
same files (as hard links), and the manifest and the steps of publication with another identifier, date and
certificate, ten releases a day. All of that is kept, and used again: some 4 GB for 10,000 releases.
"""

import argparse
import datetime
import hashlib
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time

from packs_project import project
from timed_run import run

CERTIFICATE = re.compile(r'"certificate": "([0-9a-f]{64})"')
A_DAY = 10
LISTED = 40


def first_release(program, people, areas, folder):
    """Makes and publishes a release, once; gives the folder of releases."""
    place = folder / f"project-{people}-{areas}"
    if not (place / "published").exists():
        project(program, people, areas, folder)
        for command in ["pull", "run", "release"]:
            run([program, command, "--quiet"], place)
        newest = next((place / "releases").glob("????-??-??-*")).name
        for step in ["--approve", "--publish"]:
            run([program, "release", step, newest, "--by", "A bench"], place)
        (place / "published").touch()
    return place / "releases"


def certified(text):
    """A manifest with the certificate of what it now says."""
    at = list(CERTIFICATE.finditer(text))[-1]
    without = text[: at.start(1)] + text[at.end(1) :]
    return text[: at.start(1)] + hashlib.sha256(without.encode()).hexdigest() + text[at.end(1) :]


def without_packs(manifest):
    """A manifest without the reports of single areas."""
    manifest = json.loads(manifest)
    packs = tuple(f"{name}{end}" for name, report in manifest["reports"].items() if report.get("area") for end in "-.")
    manifest["reports"] = {name: report for name, report in manifest["reports"].items() if not report.get("area")}
    manifest["files"] = [file for file in manifest["files"] if not file["name"].startswith(packs)]
    return json.dumps(manifest, indent=2, ensure_ascii=False)


def copies(releases, count, store):
    """A store of so many releases, all of them copies of the first one but that one."""
    made = store.with_name("store-unfinished")
    shutil.rmtree(made, ignore_errors=True)
    (made / "publication").mkdir(parents=True)
    first = next(releases.glob("????-??-??-*"))
    date = datetime.date.fromisoformat(first.name[:10])
    manifest = (first / "manifest.json").read_text()
    earlier = without_packs(manifest)
    steps = [file.read_text() for file in sorted((releases / "publication").glob(f"{first.name}.*.json"))]
    for n in range(count):
        day = date - datetime.timedelta(days=n // A_DAY)
        own = first.name if n == 0 else f"{day}-{hashlib.sha256(str(n).encode()).hexdigest()[:12]}"
        (made / own).mkdir()
        text = manifest if n == 0 else certified(earlier.replace(first.name, own).replace(f'"{date}"', f'"{day}"'))
        for file in json.loads(text)["files"]:
            os.link(first / file["name"], made / own / file["name"])
        (made / own / "manifest.json").write_text(text)
        for number, step in enumerate(steps, 1):
            step = json.loads(step)
            step["release"] = own
            step["name"] = re.sub(r"\d{4}-\d{2}-\d+$", f"{day:%Y-%m}-{n + 1}", step["name"])
            step["manifest_sha256"] = hashlib.sha256(text.encode()).hexdigest()
            (made / "publication" / f"{own}.{number}.json").write_text(json.dumps(step))
    made.rename(store)


class Server:
    """The program, serving a store."""

    def __init__(self, program, store):
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        command = [program, "serve", "--releases", str(store), "--listen", f"127.0.0.1:{self.port}"]
        self.child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def ask(self, path):
        """Status, body, and milliseconds until all of it was there."""
        began = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, body, 1000 * (time.perf_counter() - began)

    def wait(self):
        """Seconds until it is ready."""
        began = time.monotonic()
        while True:
            if self.child.poll() is not None:
                sys.exit("the server has ended")
            try:
                if self.ask("/readyz")[0] == 200:
                    return time.monotonic() - began
            except OSError:
                pass
            time.sleep(0.05)

    def processor(self):
        """Processor seconds that it has taken."""
        fields = pathlib.Path(f"/proc/{self.child.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self):
        """Its most memory so far, in GB."""
        status = pathlib.Path(f"/proc/{self.child.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1e6

    def stop(self):
        self.child.send_signal(signal.SIGTERM)
        self.child.wait()


def crowd(server, path, clients, seconds):
    """What so many clients get who ask for one page again and again."""
    before = os.times()
    used = server.processor()
    address = f"http://127.0.0.1:{server.port}{path}"
    command = ["wrk", "-t1", f"-c{clients}", f"-d{seconds}s", "--timeout", "10s", "--latency", address]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    after = os.times()
    errors = re.findall(r"^\s*(Socket errors: .*|Non-2xx .*)$", said, re.M)
    return {
        "requests/s": float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1]),
        "median": re.search(r"50%\s+(\S+)", said)[1],
        "99%": re.search(r"99%\s+(\S+)", said)[1],
        "errors": "; ".join(errors) or "none",
        "server": server.processor() - used,
        "client": after.children_user - before.children_user + after.children_system - before.children_system,
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--releases", type=int, default=10000)
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--people", type=int, default=20000)
    parser.add_argument("--areas", type=int, default=12)
    parser.add_argument("--folder", default="bench-serve")
    options = parser.parse_args()
    if not shutil.which("wrk"):
        sys.exit("there is no wrk: install it (apt-get install wrk)")
    program = str(pathlib.Path(options.program).resolve())
    folder = pathlib.Path(options.folder).resolve()
    folder.mkdir(exist_ok=True)
    store = folder / f"store-{options.people}-{options.areas}-{options.releases}"
    if not store.exists():
        copies(first_release(program, options.people, options.areas, folder), options.releases, store)

    server = Server(program, store)
    try:
        ready = server.wait()
        print(f"{options.releases:,} releases: ready after {ready:.1f} s, {server.processor():.1f} s of processor, {server.memory():.2f} GB")

        areas = json.loads(server.ask("/api/v1/areas")[1])["areas"]
        area = max(areas, key=lambda area: len(area["reports"]))["code"]
        print(f"\n{'page':<44} {'KB':>6} {'first ms':>9} {'again ms':>9}")
        for path in ["/", f"/areas/{area}", "/releases", "/api/v1/releases"]:
            status, body, first = server.ask(path)
            again = statistics.median(server.ask(path)[2] for _ in range(9))
            if status != 200:
                sys.exit(f"{path}: {status}")
            print(f"{path:<44} {len(body) / 1000:>6.0f} {first:>9.1f} {again:>9.1f}")

        # Each page of the list is another one, so that none is kept from before.
        listed = []
        for page in range(2, 2 + min(LISTED, options.releases // 50 - 1)):
            status, _, taken = server.ask(f"/releases?page={page}")
            listed.append(taken)
            if status != 200:
                sys.exit(f"/releases?page={page}: {status}")
        if listed:
            print(f"\n{len(listed)} further pages of /releases, each made for the first time: "
                  f"median {statistics.median(listed):.1f} ms, longest {max(listed):.1f} ms")

        used = server.processor()
        time.sleep(20)
        print(f"looking at the store, nobody asks: {(server.processor() - used) / 20:.3f} processors")

        print(f"\n{options.clients} clients for {options.seconds} s")
        print(f"{'page':<44} {'requests/s':>10} {'median':>9} {'99%':>9} {'server s':>9} {'client s':>9}  errors")
        for path in [f"/areas/{area}", "/", "/releases"]:
            got = crowd(server, path, options.clients, options.seconds)
            print(f"{path:<44} {got['requests/s']:>10.0f} {got['median']:>9} {got['99%']:>9} "
                  f"{got['server']:>9.1f} {got['client']:>9.1f}  {got['errors']}", flush=True)
        print(f"most memory {server.memory():.2f} GB")
    finally:
        server.stop()


main()
