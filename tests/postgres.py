"""A PostgreSQL server of the tests' own: one private cluster for a run, one database for each of its processes.

As a pytest plugin it offers the fixture `postgres_url`. A server that already runs is used where `ALUR_TEST_POSTGRES`
names it (the address of a database whose owner may create others). Where no PostgreSQL 15 or newer is installed, the
tests that ask for it are skipped; in CI (`CI=true`) that is a failure.
"""

import ctypes
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.engine import make_url

ADDRESS = "ALUR_TEST_POSTGRES"
OLDEST = 15
STARTS = 3
LONGEST_START = 120.0
OWNER = "alur"
ACCOUNT = "postgres"
MISSING = f"PostgreSQL {OLDEST} or newer is not installed, so this ran on SQLite only"

# Nobody needs these data after a power cut; everything else stays as PostgreSQL has it.
OPTIONS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
    "max_connections": "120",
    "listen_addresses": "127.0.0.1",
    "timezone": "Asia/Makassar",  # not UTC, so that a moment that lost its zone is noticed
}

# For measuring: as an office would run it.
DURABLE = OPTIONS | {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "shared_buffers": "256MB"}


@dataclass(frozen=True)
class Cluster:
    """A running server: the folder it lives in, the address of its first database, its process."""

    folder: Path
    url: str
    process: subprocess.Popen[bytes]


def binaries() -> Path | None:
    """The folder with the programs of the newest PostgreSQL that is new enough, or None."""
    homes = [home for home in Path("/usr/lib/postgresql").glob("*") if home.name.isdecimal()]
    for home in sorted(homes, key=lambda home: int(home.name), reverse=True):
        if int(home.name) >= OLDEST and (home / "bin/initdb").exists():
            return home / "bin"
    return None


def start(programs: Path, options: dict[str, str] = OPTIONS) -> Cluster:
    """Make a cluster in a folder of its own and start it on a free port of the loopback and on a socket."""
    folder = Path(tempfile.mkdtemp(prefix="alur-pg-"))
    password = secrets.token_urlsafe(16)
    secret = folder / "password"
    secret.touch(mode=0o600)
    secret.write_text(password)
    if os.geteuid() == 0:
        for path in (folder, secret):
            shutil.chown(path, ACCOUNT, ACCOUNT)
    initdb: list[str | Path] = [
        programs / "initdb",
        "-D",
        folder / "data",
        "-U",
        OWNER,
        "--pwfile",
        secret,
        "--no-sync",
    ]
    rules = ["--auth-local=trust", "--auth-host=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8"]
    subprocess.run([*initdb, *rules], check=True, stdout=subprocess.DEVNULL, **_as_account(folder))
    for _ in range(STARTS):  # somebody else may take the port before the server does
        port = _free_port()
        url = f"postgresql://{OWNER}:{password}@127.0.0.1:{port}/postgres"
        process = _serve(programs, folder, options | {"port": str(port)})
        if _answers(url, process):
            return Cluster(folder, url, process)
    raise RuntimeError(f"PostgreSQL does not start: {(folder / 'log').read_text()}")


def stop(cluster: Cluster) -> None:
    """Stop the server, asking nobody who is still connected, and remove its folder."""
    cluster.process.send_signal(signal.SIGQUIT)
    cluster.process.wait(timeout=60)
    shutil.rmtree(cluster.folder, ignore_errors=True)


def _serve(programs: Path, folder: Path, options: dict[str, str]) -> subprocess.Popen[bytes]:
    known = options | {"unix_socket_directories": str(folder)}
    words = [word for name, value in known.items() for word in ("-c", f"{name}={value}")]
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(
            [programs / "postgres", "-D", folder / "data", *words],
            stdout=log,
            stderr=log,
            preexec_fn=_end_with_parent,  # safe: there are no threads yet
            **_as_account(folder),
        )


def _answers(url: str, process: subprocess.Popen[bytes]) -> bool:
    """Wait until the server takes connections; False when it has ended instead."""
    until = time.monotonic() + LONGEST_START
    while process.poll() is None and time.monotonic() < until:
        try:
            psycopg.connect(url, connect_timeout=5).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return True
    process.kill()
    process.wait()
    return False


def _end_with_parent() -> None:
    """However the tests end, kill -9 included, the server ends with them (prctl PR_SET_PDEATHSIG)."""
    ctypes.CDLL(None).prctl(1, signal.SIGQUIT)


def create_database(server: str, name: str) -> str:
    """Create an empty database on a server, in place of one that an earlier run left, and return its address."""
    drop_database(server, name)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def drop_database(server: str, name: str) -> None:
    """Drop a database if it is there, with whoever is connected to it."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _as_account(folder: Path) -> dict[str, Any]:
    """PostgreSQL refuses to run as root, so root lends the work to the account its package came with."""
    account = {"user": ACCOUNT, "group": ACCOUNT, "extra_groups": []} if os.geteuid() == 0 else {}
    return {"cwd": folder, **account}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def usable() -> Path | None:
    """The folder with its programs, where this account can run them."""
    try:
        return binaries() if os.geteuid() or pwd.getpwnam(ACCOUNT) else None
    except KeyError:
        return None


# ---- the plugin ------------------------------------------------------------------------------------------------

_started = pytest.StashKey[Cluster]()


def pytest_configure(config: pytest.Config) -> None:
    """With several processes the first starts the server for all; they find it through the environment."""
    if getattr(config.option, "numprocesses", None) and not hasattr(config, "workerinput"):
        _ensure_server(config)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Whoever started the server stops it."""
    cluster = config.stash.get(_started, None)
    if cluster:
        os.environ.pop(ADDRESS, None)
        stop(cluster)


def _ensure_server(config: pytest.Config) -> str | None:
    programs = usable()
    if ADDRESS not in os.environ and programs:
        cluster = start(programs)
        config.stash[_started] = cluster
        os.environ[ADDRESS] = cluster.url
    return os.environ.get(ADDRESS)


@pytest.fixture(scope="session")
def postgres_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of an empty database, this process's own for the whole run."""
    server = _ensure_server(request.config)
    if server is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(MISSING)
    name = f"alur_test_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{secrets.token_hex(4)}"
    yield create_database(server, name)
    drop_database(server, name)
