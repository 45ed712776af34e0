"""What a supervisor sees: how the work of his office stands, every open task of it, and handing tasks to others."""

import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from flask import Response, current_app, render_template, request
from flask_babel import gettext

from service.diagrams.loading import load, newest_live
from service.diagrams.models import diagrams_of
from service.entrance.answered import title_of
from service.entrance.pages import Pages, go_to
from service.entrance.screen import tell_time_of, workplaces
from service.entrance.task_lists import (
    LATE,
    NOBODY,
    SPANS,
    TODAY,
    Asked,
    Choices,
    asked,
    choices,
    clean,
    page_of,
    person_id,
    tonight,
)
from service.errors import Invalid, NotFound, Refusal
from service.history.models import first_answers
from service.instances.models import STUCK, Instance, in_state
from service.people.caller import Caller
from service.people.models import AUDITOR, SUPERVISOR, Agency, Person, lane_holders, names_of
from service.tasks import commands
from service.tasks.models import Filter, Lane, Tally, open_tasks, tallies

pages = Pages("overview", at=__name__)

READERS = (SUPERVISOR, AUDITOR)
ALL, OVERVIEW = "/tugas/semua", "/ikhtisar"
MOST_URGENT, A_PAGE, MOST_STUCK = 5, 50, 10
LARGE = 5_000
"""Open tasks from which on counting them takes longer than the rest of the page."""
KEPT_FOR = timedelta(seconds=20)


@dataclass(frozen=True)
class Sum:
    """A line of a table: whose, how many are open, late and due today, and the list they lead to."""

    name: str
    open: int
    late: int
    today: int
    asked: Asked
    context: str = ""

    def to(self, **more: str) -> str:
        """The address of the list behind a number."""
        return self.asked.address(ALL, **more)


@dataclass(frozen=True)
class Halted:
    """An instance that found no way on."""

    instance: Instance
    title: str


def _office(by: Caller, wanted: Asked) -> tuple[Agency, Sequence[Agency]]:
    """The office that is looked at, and all he may look at; one at a time, each keeps its own time and people."""
    offices = [agency for agency in workplaces() if any(by.is_(role, agency.id) for role in READERS)]
    found = next((agency for agency in offices if wanted.kantor in ("", agency.key)), None)
    if found is None:
        raise NotFound("Kantor ini tidak ada, atau bukan kantor yang Anda awasi.")
    tell_time_of(found)
    return found, offices


def _lanes(office: Agency, sums: Iterable[Tally]) -> frozenset[Lane]:
    """The lanes in which something is open."""
    return frozenset((office.id, tally.diagram, tally.lane) for tally in sums if tally.lane)


# ---- how it stands ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Standing:
    """What was open in an office at one moment."""

    at: datetime
    sums: Sequence[Tally]

    @property
    def is_large(self) -> bool:
        return sum(tally.open for tally in self.sums) > LARGE


def _standing(office: Agency, at: datetime) -> Standing:
    """Counted at every look; in a large office at most every twenty seconds, and the page tells the moment."""
    kept: dict[uuid.UUID, Standing] = current_app.extensions.setdefault("alur.standing", {})
    known = kept.get(office.id)
    if known is not None and timedelta(0) <= at - known.at < KEPT_FOR:
        return known
    found = Standing(at, tallies(office.id, at, tonight(at, office.zone)))
    if found.is_large:
        kept[office.id] = found
    return found


@pages.get(OVERVIEW, roles=READERS)
def overview(by: Caller, at: datetime) -> str:
    """How the work of an office stands, in numbers that lead to what they count."""
    office, offices = _office(by, asked())
    here = Asked(kantor=office.key if len(offices) > 1 else "")
    standing = _standing(office, at)
    found = standing.sums
    lanes = _lanes(office, found)
    offered = choices(lanes)
    return render_template(
        "tasks/overview.html",
        office=office,
        counted_at=standing.at,
        offices=offices,
        whole=_sum(found, "", here),
        free=sum(tally.open for tally in found if tally.assignee is None),
        sops=_sums(found, lambda tally: tally.diagram, lambda key: _sop_sum(key, offered, here)),
        lanes=_sums(
            found, lambda tally: (tally.diagram, tally.lane), lambda key: _lane_sum(key[0], key[1], offered, here)
        ),
        people=_people(found, here),
        urgent=page_of(open_tasks(lanes, Filter(due_before=at), None, MOST_URGENT), MOST_URGENT, at).rows,
        stuck=_halted(office),
        supervises=by.is_(SUPERVISOR, office.id),
        here=here,
        spans={"late": LATE, "today": TODAY},
        nobody=NOBODY,
    )


def _sum(found: Iterable[Tally], name: str, here: Asked, context: str = "") -> Sum:
    numbers = [(tally.open, tally.late, tally.today) for tally in found] or [(0, 0, 0)]
    opened, late, today = (sum(column) for column in zip(*numbers, strict=True))
    return Sum(name, opened, late, today, here, context)


def _sums(found: Iterable[Tally], key_of: Callable[[Tally], Any], named: Callable[[Any], Sum]) -> list[Sum]:
    """One line for each key, the one with most late tasks first."""
    grouped: dict[Any, list[Tally]] = {}
    for tally in found:
        grouped.setdefault(key_of(tally), []).append(tally)
    lines = []
    for key, group in grouped.items():
        line = named(key)
        lines.append(_sum(group, line.name, line.asked, line.context))
    return sorted(lines, key=lambda line: (-line.late, -line.open, line.name))


def _sop_sum(key: str, offered: Choices, here: Asked) -> Sum:
    return _sum((), offered.sops.get(key, key), replace(here, sop=key))


def _lane_sum(diagram: str, lane: str | None, offered: Choices, here: Asked) -> Sum:
    asked_for = replace(here, sop=diagram, lajur=lane or "")
    return _sum((), offered.lane(lane), asked_for, offered.sops.get(diagram, diagram))


def _people(found: Sequence[Tally], here: Asked) -> list[Sum]:
    held_by = {tally.assignee for tally in found if tally.assignee}
    names = names_of(held_by) if held_by else {}

    def named(person: uuid.UUID | None) -> Sum:
        if person is None:
            return _sum((), gettext("Belum diambil"), replace(here, petugas=NOBODY))
        return _sum((), names.get(person, "?"), replace(here, petugas=str(person)))

    lines = _sums(found, lambda tally: tally.assignee, named)
    return sorted(lines, key=lambda line: line.asked.petugas == NOBODY)


def _halted(office: Agency) -> list[Halted]:
    found = in_state(office.id, STUCK, MOST_STUCK)
    began = first_answers([instance.id for instance in found]) if found else {}
    return [Halted(one, title_of(load(one.version_id), began.get(one.id))) for one in found]


# ---- every open task -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Holder:
    """Somebody to whom tasks may be given, with the lanes he holds."""

    person: Person
    lanes: str


@pages.get(ALL, roles=READERS)
def all_tasks(by: Caller, at: datetime, refusal: Refusal | None = None) -> str:
    """Every open task of an office, to be looked through and handed over."""
    wanted = asked()
    office, offices = _office(by, wanted)
    night = tonight(at, office.zone)
    lanes = _all_lanes(office)
    offered = choices(lanes)
    held = lane_holders(office.id, {diagram for _, diagram, _ in lanes})
    found = open_tasks(lanes, wanted.filter(at, night, [office.id]), wanted.place(), A_PAGE + 1)
    page = page_of(found, A_PAGE, at)
    shown = {(row.task.diagram_key, row.task.lane or "") for row in page.rows}
    return render_template(
        "tasks/all.html",
        office=office,
        offices=offices,
        asked=wanted,
        offered=offered,
        people=_named(held, None, offered),
        takers=_named(held, shown, offered),
        page=page,
        spans=SPANS,
        nobody=NOBODY,
        supervises=by.is_(SUPERVISOR, office.id),
        chosen=set(request.form.getlist("task")),
        refusal=refusal,
        wrong={p.pointer: p for p in refusal.errors} if isinstance(refusal, Invalid) else {},
        done=request.args.get("sudah", type=int),
    )


def _all_lanes(office: Agency) -> frozenset[Lane]:
    """Every lane of the live versions of the office's procedures, and those that somebody holds besides."""
    diagrams = {diagram.key for diagram in diagrams_of({office.id})}
    held = {(office.id, diagram, lane) for _, diagram, lane in lane_holders(office.id, diagrams)}
    live = {(office.id, key, lane.id) for key, version in newest_live(diagrams).items() for lane in version.spec.lanes}
    return frozenset(held | live)


def _named(
    held: Sequence[tuple[Person, str, str]], shown: set[tuple[str, str]] | None, offered: Choices
) -> list[Holder]:
    """Those who hold one of the lanes shown (any, for None), with their lanes in words."""
    lanes: dict[Person, list[str]] = {}
    for person, diagram, lane in held:
        if shown is None or (diagram, lane) in shown:
            lanes.setdefault(person, []).append(offered.lane(lane))
    return [Holder(person, ", ".join(dict.fromkeys(names))) for person, names in lanes.items()]


@pages.post("/tugas/semua/alihkan", roles=(SUPERVISOR,), again=all_tasks)
def hand_over(by: Caller, at: datetime) -> Response:
    """Give the tasks that were ticked to one person, or back to their lanes."""
    ids = [found for text in request.form.getlist("task") if (found := person_id(text))]
    to = clean(request.form.get("person", ""))
    given = commands.assign_all(ids, None if to == NOBODY else to, by, at, clean(request.form.get("why", "")))
    address = asked().address(ALL)
    return go_to(f"{address}{'&' if '?' in address else '?'}sudah={len(given)}")
