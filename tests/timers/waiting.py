"""A small office whose diagrams wait: makes agencies, live versions and instances for tests of timers."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from service.database import db, new_id, transaction
from service.diagrams import loading
from service.diagrams.models import LIVE, Diagram, Version
from service.history.models import MoveRow
from service.instances import commands as instances
from service.instances.models import Instance
from service.people.caller import SYSTEM, Caller
from service.people.models import SUPERVISOR, Agency
from service.tasks.models import Task
from service.timers.models import Timer
from tests.engine.diagrams import end, exclusive, process, task, timer

MONDAY = datetime(2026, 3, 2, 1, tzinfo=UTC)
"""Nine in the morning in Makassar."""

SUPERVISORS = Caller("atasan", new_id(), "atasan", roles=frozenset({(None, SUPERVISOR)}))

ELAPSED = {"timeClock": "elapsed"}

DEADLINE = process(
    task("periksa", lane="petugas"),
    timer("batas", "P10D", on="periksa", **ELAPSED),
    task("telaah", lane="petugas"),
    end("tepat"),
    end("lewat"),
    flows="mulai > periksa > tepat; batas > telaah > lewat",
    key="tenggat",
)
"""A task with an interrupting deadline of ten days."""

REMINDERS = process(
    timer("pertama", "P10D", **ELAPSED),
    timer("kedua", "P5D", **ELAPSED),
    end(),
    flows="mulai > pertama > kedua > selesai",
    key="beruntun",
)
"""Two timers in a row."""

DEAD_END = process(
    timer("batas", "P1D", **ELAPSED),
    exclusive("pilih"),
    end("layak"),
    end("tidak"),
    flows="mulai > batas > pilih; pilih > layak : layak == True; pilih > tidak : layak == False",
    key="buntu",
)
"""After its timer it finds no way, unless somebody says whether it is `layak`."""


def live(xml: bytes, agency: Agency | None = None) -> loading.Loaded:
    """A live version of this diagram."""
    agency = agency or office()
    key = loading.load_spec(xml).key
    version = db.session.scalar(select(Version).where(Version.diagram_key == key))
    if version is None:
        db.session.add(Diagram(key=key, agency_id=agency.id, title=key, created_at=MONDAY))
        db.session.flush()
        version = Version(
            agency_id=agency.id,
            diagram_key=key,
            n=1,
            state=LIVE,
            xml=xml,
            forms={},
            created_at=MONDAY,
            created_by="tes",
        )
        db.session.add(version)
        db.session.flush()
    return loading.load(version.id)


def office() -> Agency:
    """The one agency of these tests."""
    agency = db.session.scalar(select(Agency))
    if agency is None:
        agency = Agency(key="kantor", name="Kantor", zone="Asia/Makassar", prefix="KTR")
        db.session.add(agency)
        db.session.flush()
    return agency


def started(xml: bytes, at: datetime = MONDAY) -> Instance:
    """A new instance of this diagram."""
    with transaction():
        return instances.start(live(xml), {}, SYSTEM, at)


def timer_of(instance: Instance) -> Timer:
    """The newest timer of an instance, as it is in the database now."""
    db.session.rollback()
    query = select(Timer).where(Timer.instance_id == instance.id).order_by(Timer.id.desc()).limit(1)
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def state_of(instance: Instance) -> str:
    """The state of an instance as it is in the database now."""
    db.session.rollback()
    return db.session.scalars(select(Instance.state).where(Instance.id == instance.id)).one()


def open_tasks(instance: Instance) -> list[str]:
    """The elements whose tasks are open."""
    db.session.rollback()
    query = select(Task.element).where(Task.instance_id == instance.id, Task.state == "open")
    return list(db.session.scalars(query))


def firings(instance_id: uuid.UUID | None = None) -> Sequence[str]:
    """The elements of the timers that fired, as history has them."""
    db.session.rollback()
    query = select(MoveRow.element).where(MoveRow.command == "timer").order_by(MoveRow.at)
    if instance_id is not None:
        query = query.where(MoveRow.instance_id == instance_id)
    return [element or "" for element in db.session.scalars(query)]


def days(n: float) -> datetime:
    """So many days after the Monday on which everything begins."""
    return MONDAY + timedelta(days=n)
