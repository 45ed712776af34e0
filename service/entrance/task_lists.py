"""Lists of tasks on a page: what was asked for in the address, and each task as a row in words."""

import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from flask import request

from service.calendars.reading import calendar_of
from service.calendars.working_time import Calendar
from service.diagrams.loading import load, newest_live
from service.entrance import cursors, words
from service.entrance.addressed import InAddress
from service.entrance.answered import title_of
from service.history.models import first_answers
from service.instances.models import numbered
from service.tasks.models import FREE, Filter, Lane, Place, Task

LATE, TODAY, WEEK = "lewat", "hari-ini", "minggu"
SPANS = {LATE: "Lewat batas", TODAY: "Hari ini", WEEK: "7 hari ke depan"}
NOBODY = "kosong"
LONGEST_TEXT = 100

_NUMBER = re.compile(r"[A-Z0-9]{1,8}-[A-Z0-9]{4}-[A-Z0-9]{4}")


@dataclass(frozen=True)
class Asked(InAddress):
    """What the address of a list of tasks asks for."""

    FRAME = ("kantor", "kelompok")

    kantor: str = ""
    sop: str = ""
    lajur: str = ""
    petugas: str = ""
    batas: str = ""
    q: str = ""
    kelompok: str = ""
    sesudah: str = ""

    def filter(self, now: datetime, tonight: datetime, agencies: Iterable[uuid.UUID]) -> Filter:
        """The same as a question to the table of tasks; a whole number is looked up, other text searched for."""
        number = self.q.upper()
        instance = numbered(agencies, number) if _NUMBER.fullmatch(number) else None
        spans: dict[str, tuple[datetime | None, datetime | None]] = {
            LATE: (None, now),
            TODAY: (now, tonight),
            WEEK: (now, tonight + timedelta(days=6)),
        }
        due_from, due_before = spans.get(self.batas, (None, None))
        return Filter(
            diagram=self.sop or None,
            lane=self.lajur or None,
            assignee=person_id(self.petugas),
            held=FREE if self.petugas == NOBODY else None,
            due_from=due_from,
            due_before=due_before,
            instance=instance,
            text=self.q if self.q and instance is None else None,
        )

    def place(self) -> Place | None:
        """Where the page begins."""
        return cursors.read_moment_and_id(self.sesudah or None)


@dataclass(frozen=True)
class TaskRow:
    """One task of a list, in words."""

    task: Task
    subject: str
    sop: str
    lane: str
    left: words.TimeLeft


@dataclass(frozen=True)
class Page:
    """One page of a list; `next` is the place after it, empty on the last."""

    rows: list[TaskRow]
    next: str = ""


def asked() -> Asked:
    """What this request asks for."""
    given = {field.name: request.args.get(field.name, "") for field in fields(Asked)}
    return Asked(**{name: " ".join(clean(value).split())[:LONGEST_TEXT] for name, value in given.items()})


def clean(text: str) -> str:
    """A text from a form; PostgreSQL cannot keep NUL."""
    return text.replace("\x00", "")


def person_id(text: str) -> uuid.UUID | None:
    """The id that an address names, if it names one."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def tonight(at: datetime, zone: str) -> datetime:
    """The end of the day on the clock of the office."""
    there = at.astimezone(ZoneInfo(zone))
    return there.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


def page_of(found: Sequence[Task], size: int, at: datetime) -> Page:
    """The first `size` of the tasks found (one more was asked for), and the place after them."""
    return pages_of([found], size, at)[0]


def pages_of(lists: Sequence[Sequence[Task]], size: int, at: datetime) -> list[Page]:
    """Several lists like that, put into words at once."""
    rows = iter(rows_of([task for found in lists for task in found[:size]], at))
    return [Page(list(islice(rows, len(found[:size]))), _after(found, size)) for found in lists]


def _after(found: Sequence[Task], size: int) -> str:
    last = found[size - 1] if len(found) > size else None
    return cursors.write(last.sort_at, last.id) if last else ""


def rows_of(tasks: Sequence[Task], at: datetime) -> list[TaskRow]:
    """These tasks in words; one question for what they are about, and a calendar for each office."""
    answers = first_answers({task.instance_id for task in tasks})
    calendars = {agency_id: calendar_of(agency_id) for agency_id in {task.agency_id for task in tasks}}
    return [row_of(task, answers.get(task.instance_id, {}), calendars[task.agency_id], at) for task in tasks]


def row_of(task: Task, answers: Mapping[str, Any], calendar: Calendar, at: datetime) -> TaskRow:
    """This task in words, when its instance was started with these answers."""
    version = load(task.version_id)
    return TaskRow(
        task=task,
        subject=title_of(version, answers) if answers else "",
        sop=version.spec.title,
        lane=lane_name(task),
        left=words.left_at_work(task.due_at, calendar, at),
    )


def lane_name(task: Task) -> str:
    """What the lane of a task is called."""
    lane = load(task.version_id).spec.lane(task.lane)
    return lane.name if lane else task.lane or ""


@dataclass(frozen=True)
class Choices:
    """What a list can be narrowed to: titles by key of diagram, names by id of lane."""

    sops: dict[str, str]
    lanes: dict[str, str]

    def lane(self, lane_id: str | None) -> str:
        """The name of a lane; one that no live version has any more is named by its id."""
        return self.lanes.get(lane_id or "") or (lane_id or "").replace("_", " ").capitalize()


def choices(lanes: Iterable[Lane]) -> Choices:
    """Titles and names for these lanes."""
    wanted = {(diagram, lane) for _, diagram, lane in lanes}
    versions = newest_live({diagram for diagram, _ in wanted})
    named = {
        lane.id: lane.name
        for key, version in sorted(versions.items())
        for lane in version.spec.lanes
        if (key, lane.id) in wanted
    }
    return Choices({key: version.spec.title for key, version in sorted(versions.items())}, named)
