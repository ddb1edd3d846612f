"""A command of the program, timed: what the other scripts here share."""

import os
import subprocess
import sys
import tempfile
import time

LIMITS = ["--memory-limit", "2GB", "--threads", "2", "--no-progress"]


def run(command, folder):
    """Processor and wall seconds, the peak memory in bytes, and what was printed."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as errors:
        began = time.monotonic()
        process = subprocess.Popen([*command, *LIMITS], stdout=out, stderr=errors, cwd=folder)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        errors.seek(0)
        if process.returncode != 0:
            sys.exit(f"{' '.join(command)}: {errors.read().strip()}")
        return used.ru_utime + used.ru_stime, wall, used.ru_maxrss * 1024, out.read()
