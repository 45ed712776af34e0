"""Tiny versions and recorded instances for tests: drawn as text, run by the engine, written down as history does."""

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from service.calendars.working_time import Calendar
from service.diagrams.loading import Form, Loaded
from service.engine import Clock, MessageWaiting, Run, TaskWaiting, load_spec
from service.rehearsals.recorded import Deed, Recorded
from service.rehearsals.replaying import Played, Replayer
from tests.engine.diagrams import Node, process

AGENCY = uuid.UUID(int=1)
BEGIN = datetime(2026, 7, 1, 2, 0, tzinfo=UTC)
CALENDAR = Calendar("Asia/Jakarta", national=lambda _year: ())


def text_field(*required: str, **fields: Any) -> dict[str, Any]:
    """A form of text fields, or of whatever schema a field is given."""
    said = {name: {"type": "string", "title": name.title()} if more is ... else more for name, more in fields.items()}
    return {"type": "object", "properties": said, "required": list(required), "additionalProperties": False}


def choice(*values: str) -> dict[str, Any]:
    return {"type": "string", "title": "Pilihan", "enum": list(values)}


def version(
    *nodes: Node, flows: str, n: int = 1, forms: dict[str, dict[str, Any]] | None = None, **more: str
) -> Loaded:
    """A version as it is loaded; `forms` are schemas by element."""
    spec = load_spec(process(*nodes, flows=flows, **more))
    return Loaded(
        uuid.UUID(int=100 + n), AGENCY, spec.key, n, spec, {id_: Form(s, {}) for id_, s in (forms or {}).items()}
    )


def clock(at: datetime = BEGIN) -> Clock:
    return Clock(at, CALENDAR.due)


@dataclass
class Running:
    """An instance of a version, run by the engine and written down."""

    version: Loaded
    answers: dict[str, Any] = field(default_factory=dict)
    at: datetime = BEGIN
    deeds: list[Deed] = field(default_factory=list)
    state: str = "running"

    def __post_init__(self) -> None:
        self.run = Run.start(self.version.spec, self.answers, clock(self.at))
        self._note("start", self.version.spec.start.id, self.answers)

    def _note(self, command: str, element: str | None, answers: dict[str, Any] | None) -> None:
        self.deeds.append(Deed(self.at, self.version.id, command, element, answers))

    def _load(self) -> Run:
        self.run = Run.load(self.version.spec, self.run.dump(), clock(self.at))
        return self.run

    def later(self, **length: int) -> "Running":
        self.at += timedelta(**length)
        return self

    def do(self, element: str, **answers: Any) -> "Running":
        self.later(hours=1)
        run = self._load()
        step = next(each for each in run.waiting if isinstance(each, TaskWaiting) and each.element == element)
        run.complete(step.step_id, answers)
        self._note("complete", element, answers)
        return self

    def fire(self, element: str) -> "Running":
        step = next(each for each in self.run.waiting if each.element == element)
        self.at = max(self.at, step.due_at)  # type: ignore[union-attr]
        assert self._load().fire(step.step_id)
        self._note("timer", element, {})
        return self

    def receive(self, name: str, **payload: Any) -> "Running":
        assert any(isinstance(each, MessageWaiting) for each in self.run.waiting)
        self._load().receive(name, payload)
        self._note("message", name, payload)
        return self

    def also(self, command: str, element: str | None = None, **answers: Any) -> "Running":
        """Something a supervisor did, which the engine is not told of."""
        self._note(command, element, answers)
        return self

    def destroyed(self) -> "Running":
        """Its answers are gone by rule."""
        self.deeds = [Deed(d.at, d.version_id, d.command, d.element, None) for d in self.deeds]
        return self

    def recorded(self, number: int = 1) -> Recorded:
        state = self.state if self.state != "running" else self.run.state
        open_ = tuple(each.element for each in self.run.waiting if isinstance(each, TaskWaiting))
        return Recorded(uuid.UUID(int=number), self.version.n, state, self.run.end, tuple(self.deeds), open_)


def replayed(instance: Running, after: Loaded, at: datetime | None = None) -> Played:
    """What becomes of an instance in another version."""
    versions = {instance.version.id: instance.version}
    return Replayer(after, versions.__getitem__, clock(at or BEGIN + timedelta(days=365))).play(instance.recorded())


def told(played: Played) -> tuple[str, ...]:
    """Outcome, why, what was done, what is done instead: as short as it can be said."""
    difference = played.difference
    if difference is None:
        return (played.outcome,)
    return (played.outcome, difference.why, difference.before or "-", " ".join(difference.after))
