"""A small office with versions of one diagram beside each other, and the people who move its instances about."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from service.database import db, new_id, transaction
from service.diagrams import loading
from service.diagrams.models import LIVE, Diagram, Version
from service.history.models import MoveRow, moves_of
from service.instances import commands as instances
from service.instances.models import Instance
from service.people.caller import SYSTEM, Caller
from service.people.commands import give
from service.people.models import OFFICER, OWNER, SUPERVISOR, Person
from service.tasks import commands as tasks
from service.tasks.models import Task, tasks_of
from tests.engine.diagrams import end, exclusive, parallel, process, task, timer
from tests.timers.waiting import ELAPSED, MONDAY, office

KEY = "urusan"

FORM = {"type": "object", "properties": {"catatan": {"type": "string", "title": "Catatan"}}}
LONGER_FORM = {
    "type": "object",
    "properties": {**FORM["properties"], "biaya": {"type": "integer", "title": "Biaya"}},  # type: ignore[dict-item]
}
FORMS = {"catatan.schema.json": FORM, "biaya.schema.json": LONGER_FORM}
_NOTE = {"formJsonSchemaFilename": "catatan.schema.json"}
_COST = {"formJsonSchemaFilename": "biaya.schema.json"}

FIRST = process(
    task("periksa", lane="petugas", timeStandard="P2D", timeClock="elapsed", **_COST),
    timer("batas", "P10D", on="periksa", **ELAPSED),
    task("telaah", lane="petugas", **_NOTE),
    task("putus", lane="kepala", **_NOTE),
    end("beres"),
    end("lewat"),
    flows="mulai > periksa > telaah > putus > beres; batas > lewat",
    key=KEY,
)
SECOND = process(
    task("periksa_baru", lane="petugas", timeStandard="P5D", timeClock="elapsed", **_NOTE),
    timer("batas", "P20D", on="periksa_baru", **ELAPSED),
    timer("ingat", "P3D", on="periksa_baru", interrupting=False, **ELAPSED),
    task("tegur", lane="petugas"),
    task("telaah", lane="kepala", **_COST),
    exclusive("mahal"),
    task("putus", lane="kepala", **_NOTE),
    end("beres"),
    end("lewat"),
    end("ditegur"),
    flows="mulai > periksa_baru > telaah > mahal; mahal > putus : biaya > 5; mahal > beres : default; "
    "putus > beres; batas > lewat; ingat > tegur > ditegur",
    key=KEY,
)
BRANCHED = process(
    parallel("bagi"),
    task("periksa", lane="petugas", **_COST),
    task("telaah", lane="petugas", **_NOTE),
    parallel("gabung"),
    task("putus", lane="kepala", **_NOTE),
    end("beres"),
    flows="mulai > bagi; bagi > periksa > gabung; bagi > telaah > gabung; gabung > putus > beres",
    key=KEY,
)


def publish(*drawn: bytes, key: str = KEY) -> list[loading.Loaded]:
    """These versions, live beside each other."""
    agency = office()
    if db.session.get(Diagram, key) is None:
        db.session.add(Diagram(key=key, agency_id=agency.id, title=key.title(), created_at=MONDAY))
        db.session.flush()
    known = {"agency_id": agency.id, "diagram_key": key, "created_at": MONDAY, "created_by": "tes", "state": LIVE}
    made = [Version(n=n, xml=xml, forms=FORMS, **known) for n, xml in enumerate(drawn, 1)]
    db.session.add_all(made)
    db.session.flush()
    return [loading.load(version.id) for version in made]


def person(name: str, lanes: Sequence[str] = (), roles: Sequence[str] = (), key: str = KEY) -> Caller:
    """Somebody of this office."""
    agency = office()
    held = [(OFFICER, key, lane) for lane in lanes] + [(role, "", "") for role in roles]
    known = db.session.scalar(select(Person).where(Person.username == name))
    if known is None:
        known = Person(id=new_id(), username=name, name=name.title())
        db.session.add(known)
        db.session.flush()
        for role, diagram, lane in held:
            give(known, agency, role, diagram, lane)
        db.session.flush()
    return Caller(
        known.name,
        known.id,
        name,
        lanes=frozenset((agency.id, key, lane) for lane in lanes),
        roles=frozenset((agency.id, role) for role in roles),
        agencies=frozenset({agency.id}),
    )


class Office:
    """The versions and the people, and what they do, each in a transaction of its own."""

    def __init__(self, *drawn: bytes) -> None:
        with transaction():
            self.versions = publish(*(drawn or (FIRST, SECOND, BRANCHED)))
            self.officer = person("petugas", ("petugas",))
            self.colleague = person("rekan", ("petugas", "kepala"))
            self.head = person("kepala", ("kepala",))
            self.supervisor = person("atasan", (), (SUPERVISOR,))
            self.owner = person("pemilik", (), (OWNER,))
        self.at = MONDAY

    def wait(self, **length: float) -> datetime:
        self.at += timedelta(**length)
        return self.at

    def started(self, n: int = 1, answers: Mapping[str, Any] | None = None, secret: bool = False) -> uuid.UUID:
        with transaction():
            return instances.start(self.versions[n - 1], dict(answers or {}), SYSTEM, self.at, secret=secret).id

    def task(self, instance: uuid.UUID, element: str) -> Task:
        """The open task of an element, as it is in the database now."""
        db.session.rollback()
        return next(task for task in tasks_of(instance) if task.element == element)

    def complete(self, instance: uuid.UUID, element: str, by: Caller | None = None, **answers: Any) -> None:
        task = self.task(instance, element)
        with transaction():
            tasks.complete(task.id, answers, by or self.colleague, self.wait(hours=1))

    def instance(self, instance: uuid.UUID) -> Instance:
        db.session.rollback()
        found = db.session.get(Instance, instance, populate_existing=True)
        assert found is not None
        return found

    def open(self, instance: uuid.UUID) -> list[str]:
        db.session.rollback()
        return sorted(task.element for task in tasks_of(instance))

    def moves(self, instance: uuid.UUID) -> list[MoveRow]:
        db.session.rollback()
        return list(moves_of(instance))

    def said(self, instance: uuid.UUID) -> list[str]:
        return [move.command for move in self.moves(instance)]
