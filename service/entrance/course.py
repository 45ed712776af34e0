"""The course of an instance for pages: each step of its SOP with who did it, when, how long, and how it stands.

Built from the tasks as they were at a moment, so that the same words tell how it stands now and how it stood then.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext, ngettext

from service.calendars.reading import calendar_of
from service.calendars.working_time import Calendar
from service.diagrams.loading import Loaded
from service.engine import Element, Spec
from service.entrance import lengths, words
from service.history.models import MoveRow
from service.instances.models import CANCELLED, Instance
from service.instances.way import flows_between, next_steps
from service.moving_over.homes import alike
from service.tasks.models import COMPLETED, Task

BY_HAND = ("move", "undo")
"""Commands that lead along no flow."""

DONE, NOW, LATE, NEXT, WITHDRAWN, SKIPPED = "done", "now", "late", "next", "withdrawn", "skipped"


@dataclass(frozen=True)
class Round:
    """One time that a step was, or is, waited at."""

    began: datetime
    ended: datetime | None
    who: str | None
    due: datetime | None
    took: str
    late: str
    """By how much it was done late, or is late now, in words; empty where it is in time."""
    withdrawn: bool = False


@dataclass(frozen=True)
class Step:
    """One step of the SOP in one instance, with all its rounds."""

    element: str
    row: str
    part: str
    name: str
    lane: str
    public: bool
    """Whether it is the complainant's own."""
    standard: str
    state: str
    rounds: tuple[Round, ...]

    @property
    def last(self) -> Round | None:
        return self.rounds[-1] if self.rounds else None

    @property
    def is_open(self) -> bool:
        return self.state in (NOW, LATE)


@dataclass(frozen=True)
class Course:
    """All steps in the order of the SOP."""

    steps: tuple[Step, ...]

    @property
    def open(self) -> tuple[Step, ...]:
        return tuple(step for step in self.steps if step.is_open)

    @property
    def before(self) -> Step | None:
        """The step that was done last."""
        done = [step for step in self.steps if step.state == DONE and step.last and step.last.ended]
        return max(done, key=lambda step: step.last.ended, default=None)  # type: ignore[union-attr, arg-type, return-value]

    @property
    def reworked(self) -> int:
        """How many rounds were needed beyond the first ones."""
        return sum(len(step.rounds) - 1 for step in self.steps if len(step.rounds) > 1)


def course_of(instance: Instance, version: Loaded, tasks: Sequence[Task], at: datetime) -> Course:
    """The course up to a moment. `tasks` are all tasks the instance ever had."""
    calendar = calendar_of(instance.agency_id)
    telling = _Telling(instance, version, at, calendar)
    spec = version.spec
    elements = [spec.start, *(task for task in spec.tasks() if task.scope is None or task.row)]
    known = [(_element_in(version, task), task) for task in tasks]
    return Course(tuple(telling.step(element, [t for name, t in known if name == element.id]) for element in elements))


def _element_in(version: Loaded, task: Task) -> str | None:
    """Which step a task was, in the words of this version: it may have been done in another."""
    return task.element if task.version_id == version.id else alike(task.version_id, version.id).get(task.element)


@dataclass(frozen=True)
class _Telling:
    instance: Instance
    version: Loaded
    at: datetime
    calendar: Calendar

    def step(self, element: Element, tasks: Sequence[Task]) -> Step:
        clock = element.properties.get("timeClock")
        lane = self.version.spec.lane(element.lane)
        known = [task for task in tasks if task.created_at <= self.at]
        rounds = [self._round(task, clock) for task in known]
        if element.id == self.version.spec.start.id:
            rounds = [Round(self.instance.started_at, self.instance.started_at, None, None, "", "")]
        return Step(
            element=element.id,
            row=element.row or "",
            part=element.part or "",
            name=element.label,
            lane=lane.name if lane else "",
            public=bool(lane and lane.public),
            standard=lengths.standard(element.properties.get("timeStandard"), clock),
            state=self._state(rounds),
            rounds=tuple(rounds),
        )

    def _round(self, task: Task, clock: str | None) -> Round:
        ended = task.completed_at if task.completed_at and task.completed_at <= self.at else None
        until = ended or self.at
        done = task.state == COMPLETED
        overdue = task.due_at is not None and task.due_at < until and (done or ended is None)
        return Round(
            began=task.created_at,
            ended=ended,
            who=task.completed_name if ended else task.assignee_name,
            due=task.due_at,
            took=lengths.taken(self.calendar, task.created_at, until, clock),
            late=self._late(task.due_at, ended, clock) if overdue and task.due_at else "",
            withdrawn=ended is not None and not done,
        )

    def _late(self, due: datetime, ended: datetime | None, clock: str | None) -> str:
        """What is open is late in days of the calendar, as in the lists; what is done, in the office's time."""
        if ended is None:
            return words.left(due, self.calendar.zone, self.at).words
        return gettext("lewat %(length)s", length=lengths.taken(self.calendar, due, ended, clock))

    def _state(self, rounds: Sequence[Round]) -> str:
        if not rounds:
            over = self.instance.ended_at is not None and self.instance.ended_at <= self.at
            return SKIPPED if over else NEXT
        last = rounds[-1]
        if last.ended is None:
            return LATE if last.late else NOW
        return WITHDRAWN if last.withdrawn else DONE


def lane_name(spec: Spec, lane_id: str | None) -> str:
    """The name of a lane for people."""
    lane = spec.lane(lane_id)
    return lane.name if lane else ""


def following(spec: Spec, course: Course) -> tuple[Element, ...]:
    """What may come after the open steps."""
    found = {after.id: after for step in course.open for after in next_steps(spec, step.element)}
    return tuple(found.values())


# ---- the drawing ---------------------------------------------------------------------------------------------


def marks(course: Course) -> list[dict[str, Any]]:
    """What the drawing is marked with: element, kind, and the words that stand beside it."""
    return [
        {"element": step.element, "kind": step.state, "words": _mark_words(step)}
        for step in course.steps
        if step.state in (DONE, NOW, LATE, WITHDRAWN)
    ]


def _mark_words(step: Step) -> str:
    count, last = len(step.rounds), step.last
    if step.state == LATE and last:
        return last.late[:1].upper() + last.late[1:]
    if step.state == NOW:
        return gettext("Sekarang") if count == 1 else gettext("Sekarang, putaran %(n)s", n=count)
    if step.state == WITHDRAWN:
        return gettext("Ditarik")
    return gettext("Selesai") if count == 1 else ngettext("Selesai, %(num)d kali", "Selesai, %(num)d kali", count)


def passed_flows(instance: Instance, spec: Spec, tasks: Sequence[Task], moves: Sequence[MoveRow]) -> list[str]:
    """The flows along which it went in these moves, so that the line already gone can be drawn solid."""
    found: dict[str, None] = {}
    opened = _opened(tasks)
    for move in moves:
        targets = list(opened.get(move.at, ()))
        if instance.end and instance.state != CANCELLED and move.seq == instance.seq:
            targets.append(instance.end)
        for source in _sources(spec, move):
            for target in targets:
                found |= dict.fromkeys(flows_between(spec, source, target))
    return list(found)


def _opened(tasks: Sequence[Task]) -> Mapping[datetime, list[str]]:
    found: dict[datetime, list[str]] = {}
    for task in tasks:
        found.setdefault(task.created_at, []).append(task.element)
    return found


def _sources(spec: Spec, move: MoveRow) -> Iterator[str]:
    """Where a move set out from; a message is known by its name, all else by its element."""
    if move.command == "message":
        yield from (event.id for event in spec.messages if event.message == move.element)
    elif move.command not in BY_HAND and move.element in spec.elements:
        yield str(move.element)
