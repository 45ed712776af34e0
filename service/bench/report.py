"""The measurements, one after the other, and the table they make."""

import gc
import os
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from flask_migrate import upgrade
from rich.console import Console
from rich.table import Table
from sqlalchemy import event, func, insert, select, text

from service import content, demo
from service.app import create_app
from service.bench import rehearsals
from service.bench.floor import create_floor
from service.bench.load import Figures, Line, Server, drive, gunicorn, serving
from service.config import Settings
from service.database import Model, db, new_id, transaction
from service.demo import OFFICES
from service.forms.sample import sample
from service.history.models import MoveRow
from service.instances.models import Instance, new_number
from service.people.commands import create_token
from service.tasks.models import Task

SOP = "layanan_pengaduan"
CHOICES = {"bentuk_pengaduan": "tertulis", "keputusan": "setuju"}
ADDRESSES = "ALUR_BENCH_DATABASES"
MANY, FEW = 100_000, 1_000
ROUNDS = 100
TASKS_EACH = 4


@dataclass
class Place:
    """A database to measure on, prepared as the demo."""

    kind: str
    settings: Settings
    app: Flask
    token: str

    @property
    def env(self) -> dict[str, str]:
        """What a server of its own needs to know."""
        known = {"ALUR_DATABASE_URL": self.settings.database_url, "ALUR_SECRET_KEY": self.settings.secret_key}
        return known | {"ALUR_DEMO": "1", "ALUR_VAR": str(self.settings.var), "ALUR_WORKERS": "2"}


def run(seconds: float, clients: int, screen: Console) -> None:
    """Measure SQLite, and every database named in ALUR_BENCH_DATABASES (each is emptied of what it held of ours)."""
    for url in [None, *os.environ.get(ADDRESSES, "").split()]:
        with _place(url) as place:
            screen.print(_under_load(place, seconds, clients))
            screen.print(_inside(place))
            screen.print(rehearsals.measure(place.app))


@contextmanager
def _place(url: str | None) -> Iterator[Place]:
    with tempfile.TemporaryDirectory() as folder:
        var = Path(folder)
        url = url or f"sqlite:///{var / 'bench.sqlite'}"
        settings = Settings(url, "bench " * 8, var, (var / "files").as_uri(), demo=True)
        app = create_app(settings)
        with app.app_context():
            kind = db.engine.dialect.name
            upgrade()
            if demo.is_empty():
                demo.prepare()
            with transaction():
                token = create_token(f"petugas@{_office()}", "bench", datetime.now(UTC))
            db.session.remove()
            db.engine.dispose()
        yield Place(kind, settings, app, token)


def _office() -> str:
    return next(office.key for office in OFFICES if office.diagram == SOP)


# ---- over HTTP ---------------------------------------------------------------------------------------------


def _under_load(place: Place, seconds: float, clients: int) -> Table:
    """Ours, then the floor, on the same data and the same kind of server."""
    ours = [*(sys.executable, "-m", "service.cli", "serve", "--no-worker")]
    with serving(lambda _port: ours, place.env) as server:
        started = _start(place, server, seconds, clients)
        before = _sizes(place)
        completed = _complete(place, server, seconds, clients)
        kept = {name: after - before[name] for name, after in _sizes(place).items()}
        memory = server.memory()
    with serving(gunicorn("service.bench.floor:create_floor()"), place.env) as server:
        floor = _complete(place, server, seconds, clients)
        floor_memory = server.memory()
    return _load_table(place, clients, started, completed, floor, kept, (memory, floor_memory))


def _start(place: Place, server: Server, seconds: float, clients: int) -> Figures:
    form = content.forms(SOP)["mulai.schema.json"]
    body = {"diagram": SOP, "answers": sample(form), "channel": "walk_in"}

    def work(_number: int, is_time_up: Callable[[], bool]) -> Iterator[tuple[float, bool]]:
        line = Line(server.port, place.token)
        while not is_time_up():
            began = time.perf_counter()
            status, _ = line.call("POST", "/complaints", body)
            yield time.perf_counter() - began, status == 201

    return drive(clients, seconds, work)


def _complete(place: Place, server: Server, seconds: float, clients: int) -> Figures:
    """Each client takes instances of its own through the SOP, one completion after the other."""
    shares = _open_tasks(place, clients)
    answers = _answers()

    def work(number: int, is_time_up: Callable[[], bool]) -> Iterator[tuple[float, bool]]:
        line, tasks = Line(server.port, place.token), shares[number]
        while tasks and not is_time_up():
            task: dict[str, Any] | None = tasks.pop()
            while task is not None and not is_time_up():
                body = {"answers": answers.get(task.get("element", ""), {})}
                began = time.perf_counter()
                status, said = line.call("POST", f"/tasks/{task['id']}/complete", body)
                yield time.perf_counter() - began, status == 200
                task = next(iter(said["instance"]["tasks"]), None) if status == 200 else None

    return drive(clients, seconds, work)


def _open_tasks(place: Place, clients: int) -> list[list[dict[str, Any]]]:
    with place.app.app_context():
        query = select(Task.id, Task.element).where(Task.state == "open", Task.diagram_key == SOP)
        rows = [{"id": str(row.id), "element": row.element} for row in db.session.execute(query)]
        db.session.remove()
    return [rows[number::clients] for number in range(clients)]


def _answers() -> dict[str, dict[str, Any]]:
    forms = content.forms(SOP)
    ends = ".schema.json"
    return {name.removesuffix(ends): sample(forms[name], CHOICES) for name in forms if name.endswith(ends)}


def _sizes(place: Place) -> dict[str, int]:
    """Rows of all our tables, and bytes of the whole database."""
    with place.app.app_context():
        rows = sum(db.session.scalar(select(func.count()).select_from(t)) or 0 for t in Model.metadata.sorted_tables)
        size = "SELECT pg_database_size(current_database())"
        if place.kind == "sqlite":
            size = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
        found = {"rows": rows, "bytes": int(db.session.scalar(text(size)) or 0)}
        db.session.remove()
    return found


def _load_table(
    place: Place,
    clients: int,
    started: Figures,
    completed: Figures,
    floor: Figures,
    kept: dict[str, int],
    memory: tuple[list[int], list[int]],
) -> Table:
    table = Table("", "per second", "p50 ms", "p99 ms", "refused", title=f"{place.kind}, {clients} clients, 2 workers")
    for name, figures in (("starts", started), ("completions", completed), ("floor", floor)):
        shown = f"{figures.per_second:.0f}", f"{figures.percentile(0.5):.1f}", f"{figures.percentile(0.99):.1f}"
        table.add_row(name, *shown, str(figures.refused))
    ratio = completed.per_second / floor.per_second if floor.per_second else 0.0
    table.add_row("completions / floor", f"{ratio:.2f}", "to reach on PostgreSQL: 0.50")
    count = max(1, len(completed.seconds))
    table.add_row("kept per completion", f"{kept['rows'] / count:.2f} rows", f"{kept['bytes'] / count:.0f} bytes")
    for name, sizes in (("memory per worker", memory[0]), ("floor: memory per worker", memory[1])):
        table.add_row(name, " ".join(f"{size / 1024:.0f} MB" for size in sizes))
    return table


# ---- inside one process ------------------------------------------------------------------------------------


def _inside(place: Place) -> Table:
    table = Table("", "figure", "to reach", title=f"{place.kind}, in one process")
    statements, commits = _count_statements(place)
    table.add_row("statements per completion", str(statements), "12")
    table.add_row("commits per completion", str(commits), "1")
    table.add_row("largest engine state", f"{_largest_state(place)} bytes", "2048")
    table.add_row(f"rework round {ROUNDS} / first", f"{_rework(place):.2f}", "1.2")
    few, none_few = _worklists(place, FEW)
    many, none_many = _worklists(place, MANY)
    table.add_row(f"worklist {MANY} / {FEW} open tasks", f"{many / few:.2f} ({many:.1f} ms)", "1.5")
    table.add_row("the same for a person who has none", f"{none_many / none_few:.2f} ({none_many:.1f} ms)", "1.5")
    for name, figure in _pages(place).items():
        table.add_row(name, figure, "25 ms")
    table.add_row("load average of the machine meanwhile", f"{os.getloadavg()[0]:.1f}")
    return table


class Here:
    """Calls in this process, as one officer."""

    def __init__(self, place: Place, username: str) -> None:
        self._client = place.app.test_client()
        with place.app.app_context():
            with transaction():
                token = create_token(username, "bench", datetime.now(UTC))
            db.session.remove()
        self._headers = {"Authorization": f"Bearer {token}"}

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """The body of an answer that must be good."""
        answer = self._client.open(f"/api/v1{path}", method=method, json=body, headers=self._headers)
        assert answer.status_code < 400, answer.get_data(as_text=True)
        return answer.json


def _begin(here: Here) -> dict[str, Any]:
    form = content.forms(SOP)["mulai.schema.json"]
    number = here.call("POST", "/complaints", {"diagram": SOP, "answers": sample(form)})["number"]
    found = here.call("GET", f"/instances?q={number}")["items"][0]
    return dict(here.call("GET", f"/instances/{found['id']}"))


def _go_to(here: Here, element: str) -> dict[str, Any]:
    """A fresh instance whose open task is this element."""
    instance, answers = _begin(here), _answers()
    while instance["tasks"][0]["element"] != element:
        task = instance["tasks"][0]
        body = {"answers": answers[task["element"]]}
        instance = here.call("POST", f"/tasks/{task['id']}/complete", body)["instance"]
    return instance


def _count_statements(place: Place) -> tuple[int, int]:
    """Of one completion in sequence, without timer and idempotency key."""
    here = Here(place, f"petugas@{_office()}")
    task = _begin(here)["tasks"][0]
    body, seen = {"answers": _answers()[task["element"]]}, {"statements": 0, "commits": 0}
    with place.app.app_context():
        engine = db.engine

    def count_statement(_c: Any, _cur: Any, statement: str, *_rest: Any) -> None:
        seen["statements"] += not statement.startswith(("BEGIN", "PRAGMA"))

    def count_commit(_c: Any) -> None:
        seen["commits"] += 1

    event.listen(engine, "before_cursor_execute", count_statement)
    event.listen(engine, "commit", count_commit)
    here.call("POST", f"/tasks/{task['id']}/complete", body)
    event.remove(engine, "before_cursor_execute", count_statement)
    event.remove(engine, "commit", count_commit)
    return seen["statements"], seen["commits"]


def _largest_state(place: Place) -> int:
    with place.app.app_context():
        largest = db.session.scalar(select(func.max(func.length(Instance.engine_state)))) or 0
        db.session.remove()
    return int(largest)


def _rework(place: Place) -> float:
    """The time of the last of many rounds of one rework loop, as a share of the first; medians of five instances."""
    here, ratios = Here(place, f"petugas@{_office()}"), []
    answers = _answers()
    refused = sample(content.forms(SOP)["telaah_draf_jawaban.schema.json"], {"keputusan": "tidak_setuju"})
    for _ in range(5):
        instance, took = _go_to(here, "susun_surat_jawaban"), []
        gc.collect()
        for _round in range(ROUNDS):
            began = time.perf_counter()
            for said in (answers["susun_surat_jawaban"], refused):
                path = f"/tasks/{instance['tasks'][0]['id']}/complete"
                instance = here.call("POST", path, {"answers": said})["instance"]
            took.append(time.perf_counter() - began)
        ratios.append(statistics.median(took[-10:]) / statistics.median(took[:10]))
    return statistics.median(ratios)


def _worklists(place: Place, wanted: int) -> tuple[float, float]:
    """Milliseconds of a first page of open tasks, for an officer of the lane and for a person who has none."""
    _fill(place, wanted)
    officer = Here(place, f"petugas@{_office()}")
    nobody = Here(place, f"pemilik@{_office()}")
    return _median(officer), _median(nobody)


def _median(here: Here) -> float:
    took = []
    for _ in range(60):
        began = time.perf_counter()
        here.call("GET", "/tasks")
        took.append(time.perf_counter() - began)
    return 1000 * statistics.median(took)


PAGES = (("/tugas", "petugas"), ("/berkas", "petugas"), ("/berkas", "atasan"), ("/ikhtisar", "atasan"))


def _pages(place: Place) -> dict[str, str]:
    """Staff pages at the 95th percentile, as the server takes for them, beside the floor's page in the same minute."""
    looks = {f"page {address} for {who}": _look(place, address, who) for address, who in PAGES}
    floor = _look_at_floor(place)
    took = _in_turn({**looks, "floor": floor})
    base = took.pop("floor")
    found = {f"{name}, p95 with {MANY} open tasks": _beside(times, base) for name, times in took.items()}
    return found | {"page of the floor, p95": f"{_p95(base):.1f} ms"}


def _beside(times: list[float], base: list[float]) -> str:
    ratio = statistics.median(times) / statistics.median(base)
    return f"{_p95(times):.1f} ms, median {1000 * statistics.median(times):.1f}, {ratio:.1f} floors"


def _p95(times: list[float]) -> float:
    return 1000 * sorted(times)[int(0.95 * len(times))]


def _in_turn(looks: dict[str, Callable[[], None]]) -> dict[str, list[float]]:
    """Seconds of each, one after the other again and again, so that whatever the machine does befalls all of them."""
    took: dict[str, list[float]] = {name: [] for name in looks}
    for turn in range(-5, 100):
        for name, look in looks.items():
            began = time.perf_counter()
            look()
            if turn >= 0:
                took[name].append(time.perf_counter() - began)
    return took


def _look(place: Place, address: str, who: str) -> Callable[[], None]:
    browser = place.app.test_client()
    browser.post("/masuk/contoh", data={"username": f"{who}@{_office()}"}, headers={"Sec-Fetch-Site": "same-origin"})

    def look() -> None:
        answer = browser.get(address)
        assert answer.status_code == 200, answer.status

    return look


def _look_at_floor(place: Place) -> Callable[[], None]:
    browser = create_floor(place.settings).test_client()
    with place.app.app_context():
        lane = db.session.scalar(select(Task.lane).where(Task.state == "open", Task.diagram_key == SOP).limit(1))
        db.session.remove()
    asked, headers = {"diagram": SOP, "lane": lane}, {"Authorization": f"Bearer {place.token}"}

    def look() -> None:
        answer = browser.get("/tugas", query_string=asked, headers=headers)
        assert answer.status_code == 200, answer.status

    return look


def _fill(place: Place, wanted: int) -> None:
    """Bring the number of open tasks of one lane up to `wanted`, by copies of one instance with its task."""
    with place.app.app_context():
        with transaction():
            query = select(Task.__table__).where(Task.diagram_key == SOP, Task.state == "open").limit(1)
            task = dict(db.session.execute(query).one()._mapping)
            query = select(Instance.__table__).where(Instance.id == task["instance_id"])
            instance = dict(db.session.execute(query).one()._mapping)
            query = select(MoveRow.__table__).where(MoveRow.instance_id == instance["id"], MoveRow.seq == 1)
            move = dict(db.session.execute(query).one()._mapping)
            have = db.session.scalar(select(func.count()).select_from(Task).where(Task.state == "open")) or 0
            _multiply(instance, move, task, max(0, wanted - have))
        _tidy(place)
        db.session.remove()


def _multiply(instance: dict[str, Any], move: dict[str, Any], task: dict[str, Any], many: int) -> None:
    """So many tasks more, a few at each of many running instances, each due a second after the one before."""
    now, step = datetime.now(UTC), 1_000
    for done in range(0, many, step * TASKS_EACH):
        cases = [(new_id(), new_number("BEN")) for _ in range(step)]
        owners = [case for case in cases for _ in range(TASKS_EACH)][: many - done]
        db.session.execute(insert(Instance), [instance | {"id": id_, "number": number} for id_, number in cases])
        db.session.execute(insert(MoveRow), [move | {"instance_id": id_} for id_, _ in cases])
        dues = [now + timedelta(seconds=done + at) for at in range(len(owners))]
        copies = [_copy(task, case, due) for case, due in zip(owners, dues, strict=True)]
        db.session.execute(insert(Task), copies)


def _copy(task: dict[str, Any], case: tuple[uuid.UUID, str], due: datetime) -> dict[str, Any]:
    own = {"id": new_id(), "step_id": str(uuid.uuid4()), "instance_id": case[0], "number": case[1]}
    return task | own | {"due_at": due, "sort_at": due}


def _tidy(place: Place) -> None:
    """What the database does by itself a while after so many rows have come."""
    tidying = "VACUUM ANALYZE" if place.kind == "postgresql" else "ANALYZE"
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(tidying))
