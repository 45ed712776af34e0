"""Runs a command with a PostgreSQL of its own, named in ALUR_BENCH_DATABASES: `python -m tests.with_postgres COMMAND`.

Without PostgreSQL on this machine the command runs all the same, and measures SQLite only.
"""

import os
import subprocess
import sys

from tests.postgres import DURABLE, MISSING, binaries, create_database, start, stop


def main(command: list[str]) -> int:
    """Start the server, run the command, stop the server; the exit status is the command's."""
    programs = binaries()
    if programs is None:
        sys.stderr.write(f"{MISSING}\n")
        return subprocess.run(command, check=False).returncode
    cluster = start(programs, DURABLE)
    try:
        url = create_database(cluster.url, "alur_bench")
        known = {**os.environ, "ALUR_BENCH_DATABASES": url}
        return subprocess.run(command, env=known, check=False).returncode
    finally:
        stop(cluster)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
