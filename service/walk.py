"""Walks complaints through SOPs over the API, taking every option of every decision at least once, and shows the way.

Works on any diagram: what can be chosen is read off the diagram and its forms. Without an address it walks on a
throwaway database in this process, where it can also let time pass.
"""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol
from urllib import error as url_errors
from urllib import request as url_request
from zoneinfo import ZoneInfo

import orjson
from flask.testing import FlaskClient
from flask_migrate import upgrade
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from service import demo, worker
from service.app import create_app
from service.config import Settings
from service.engine import Spec, load_spec
from service.errors import Invalid, NotFound
from service.forms.sample import sample
from service.people.passwords import DEMO_PASSWORD

LONGEST = 400
"""Steps after which a way is given up: something goes round and round."""


class Server(Protocol):
    """A server to walk on."""

    owns_time: bool

    def let_time_pass(self, until: datetime) -> None:
        """Let everything due until then happen; only where the clock is ours."""

    def call(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Any:
        """The answer to a call. Raises `Invalid` with the problem's words when it is refused."""


@dataclass
class HereServer:
    """The application in this process, on a throwaway database."""

    client: FlaskClient
    owns_time: bool = True

    def call(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Any:
        answer = self.client.open(f"/api/v1{path}", method=method, json=body, headers=headers)
        return _read(answer.status_code, answer.get_data(), path)

    def let_time_pass(self, until: datetime) -> None:
        with self.client.application.app_context():
            worker.fire_due(until)


@dataclass
class FarServer:
    """A running server."""

    url: str
    owns_time: bool = False

    def let_time_pass(self, until: datetime) -> None:
        raise Invalid("Waktu di server lain tidak dapat dimajukan dari sini.")

    def call(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Any:
        content = None if body is None else orjson.dumps(body)
        known = {"Content-Type": "application/json", **(headers or {})} if content else headers or {}
        sent = url_request.Request(f"{self.url}/api/v1{path}", content, known, method=method)
        try:
            with url_request.urlopen(sent, timeout=30) as answer:
                return _read(answer.status, answer.read(), path)
        except url_errors.HTTPError as refused:
            return _read(refused.code, refused.read(), path)


def _read(status: int, content: bytes, path: str) -> Any:
    body = orjson.loads(content) if content[:1] in (b"{", b"[") else content
    if status >= 400:
        raise Invalid("{path}: {status} {detail}", path=path, status=status, detail=str(body))
    return body


@dataclass(frozen=True)
class Step:
    """One step of a way, for the table."""

    row: str
    lane: str
    name: str
    chosen: str
    due_at: str


@dataclass
class Way:
    """One complaint from intake to its end: the choices it was told to make, and what happened."""

    script: list[str]
    steps: list[Step] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)
    end: str = ""
    skipped: str = ""


def walk(keys: list[str], url: str | None, screen: Console) -> int:
    """Walk each of these SOPs on every way; 0 when all came to an end."""
    if url is not None:
        return _walk_all(keys, FarServer(url.rstrip("/")), screen)
    with tempfile.TemporaryDirectory() as folder:
        var = Path(folder)
        settings = Settings(f"sqlite:///{var / 'walk.sqlite'}", "walk " * 8, var, (var / "files").as_uri(), demo=True)
        app = create_app(settings)
        with app.app_context():
            upgrade()
            demo.prepare()
        return _walk_all(keys, HereServer(app.test_client()), screen)


def _walk_all(keys: list[str], server: Server, screen: Console) -> int:
    offices = {office.diagram: office for office in demo.OFFICES}
    unknown = [key for key in keys if key not in offices]
    if unknown:
        raise NotFound("Tidak ada SOP “{key}” dalam demo.", key=unknown[0])
    failed = 0
    for key in keys:
        walker = Walker(server, key, offices[key])
        for way in _with_progress(walker, screen):
            screen.print(_table(key, way))
            failed += not (way.end or way.skipped)
    return 1 if failed else 0


def _with_progress(walker: "Walker", screen: Console) -> list[Way]:
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    with Progress(*columns, console=screen, transient=True) as progress:
        bar = progress.add_task(walker.key, total=None)
        return list(walker.ways(lambda: progress.advance(bar)))


def _table(key: str, way: Way) -> Table:
    choices = ", ".join(way.taken) or "tanpa pilihan"
    ended = f"berakhir di {way.end}" if way.end else way.skipped or "TIDAK berakhir"
    table = Table("baris", "lajur", "langkah", "pilihan", "jatuh tempo", title=f"{key}: {choices} → {ended}")
    for step in way.steps:
        table.add_row(step.row, step.lane, step.name, step.chosen, step.due_at)
    return table


class Walker:
    """Walks one SOP on every way that its decisions open."""

    def __init__(self, server: Server, key: str, office: demo.Office) -> None:
        self.server, self.key, self.zone = server, key, ZoneInfo(office.zone)
        self.officer = self._token(f"petugas@{office.key}")
        form = server.call("GET", f"/diagrams/{key}/form")
        self.start_form, self.version = form["schema"], form["version"]
        xml = server.call("GET", f"/diagrams/{key}/versions/{self.version}/xml", headers=self.officer)
        self.spec: Spec = load_spec(xml)
        self.covered: set[tuple[str, str]] = set()

    def _token(self, username: str) -> dict[str, str]:
        body = {"username": username, "password": DEMO_PASSWORD}
        return {"Authorization": f"Bearer {self.server.call('POST', '/session', body)['token']}"}

    def ways(self, stepped: Callable[[], None]) -> Iterator[Way]:
        """Every way: the first takes the first option everywhere, each further one an option not taken yet."""
        planned: list[list[str]] = [[]]
        while planned:
            way = Way(planned.pop(0))
            opened = self._go(way, stepped)
            planned += opened
            yield way

    def _go(self, way: Way, stepped: Callable[[], None]) -> list[list[str]]:
        """Walk one way to its end; gives the scripts of the ways that branch off it."""
        handed = self.server.call("POST", "/complaints", {"diagram": self.key, "answers": sample(self.start_form)})
        pin = {"Alur-Pin": handed["pin"]}
        found = self.server.call("GET", f"/instances?q={handed['number']}", headers=self.officer)["items"][0]
        branches: list[list[str]] = []
        for _ in range(LONGEST):
            instance = self.server.call("GET", f"/instances/{found['id']}", headers=self.officer)
            if instance["state"] != "running":
                way.end = instance["end"] or instance["state"]
                break
            options = self._options(instance)
            chosen = self._choose(way, instance, options, branches)
            if not self._take(way, instance, chosen, handed["number"], pin):
                break
            stepped()
        return branches

    def _options(self, instance: dict[str, Any]) -> list[str]:
        """What can be done next: complete the first task, with each value of what decides; or a message, or time."""
        if not instance["tasks"]:
            return [*(f"pesan {name}" for name in instance["messages"]), *(["waktu"] if instance["timers"] else [])]
        task = instance["tasks"][0]
        decided = [f"{name}={value}" for name, value in self._values(self._form(task))]
        others = [f"pesan {name}" for name in instance["messages"]] + (["waktu"] if instance["timers"] else [])
        return (decided or ["isi"]) + others

    def _values(self, schema: dict[str, Any]) -> list[tuple[str, Any]]:
        """The values of the first field of the form that the diagram decides by."""
        for name, said in schema.get("properties", {}).items():
            if name in self.spec.reads:
                return [(name, value) for value in _choices(said)]
        return []

    def _form(self, task: dict[str, Any]) -> dict[str, Any]:
        form: dict[str, Any] = self.server.call("GET", f"/tasks/{task['id']}/form", headers=self.officer)["schema"]
        return form

    def _choose(self, way: Way, instance: dict[str, Any], options: list[str], branches: list[list[str]]) -> str:
        if len(options) == 1:
            return options[0]
        place = instance["tasks"][0]["element"] if instance["tasks"] else "-"
        scripted = way.script[len(way.taken)] if len(way.taken) < len(way.script) else None
        chosen = scripted or next((o for o in options if o not in way.taken), options[0])
        for option in [chosen, *options]:
            if (place, option) not in self.covered:
                self.covered.add((place, option))
                if option != chosen:
                    branches.append([*way.taken, option])
        way.taken.append(chosen)
        return chosen

    def _take(self, way: Way, instance: dict[str, Any], chosen: str, number: str, pin: dict[str, str]) -> bool:
        if chosen.startswith("pesan "):
            body = {"name": chosen.removeprefix("pesan "), "payload": {}}
            self.server.call("POST", f"/instances/{instance['id']}/messages", body, self.officer)
            way.steps.append(Step("", "", "pesan", chosen.removeprefix("pesan "), ""))
            return True
        if chosen == "waktu":
            return self._wait(way, instance)
        return self._complete(way, instance["tasks"][0], chosen, number, pin)

    def _wait(self, way: Way, instance: dict[str, Any]) -> bool:
        timer = instance["timers"][0]
        if not self.server.owns_time:
            way.skipped = "menunggu waktu; jalankan “alur timers fire” di server itu"
            return False
        self.server.let_time_pass(datetime.fromisoformat(timer["due_at"]))
        way.steps.append(Step("", "", f"waktu: {timer['name']}", "", self._local(timer["due_at"])))
        return True

    def _local(self, moment: str | None) -> str:
        """A moment as the office's clock shows it."""
        return f"{datetime.fromisoformat(moment).astimezone(self.zone):%d-%m-%Y %H.%M}" if moment else ""

    def _complete(self, way: Way, task: dict[str, Any], chosen: str, number: str, pin: dict[str, str]) -> bool:
        schema = self._form(task)
        wanted = {name: value for name, value in self._values(schema) if f"{name}={value}" == chosen}
        answers = sample(schema, wanted)
        lane = self.spec.lane(task["lane"])
        if lane is not None and lane.public:
            self.server.call("POST", f"/complaints/{number}/tasks/{task['id']}/complete", {"answers": answers}, pin)
        else:
            self.server.call("POST", f"/tasks/{task['id']}/complete", {"answers": answers}, self.officer)
        due = self._local(task["due_at"])
        shown = "" if chosen == "isi" else chosen
        way.steps.append(Step(task["row"] or "", lane.name if lane else "", task["name"], shown, due))
        return True


def _choices(field_schema: dict[str, Any]) -> list[Any]:
    if field_schema.get("type") == "boolean":
        return [False, True]
    return field_schema.get("enum") or [one["const"] for one in field_schema.get("oneOf", [])]
