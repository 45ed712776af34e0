"""A rehearsal at work: in memory, in small steps, each telling how far it is. Writes nothing.

Whoever drives it may do something else between two steps, and stop it there: nothing is held open meanwhile.
"""

import uuid
from collections.abc import Generator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from service.calendars.durations import parse_standard
from service.calendars.reading import calendar_of
from service.calendars.working_time import Calendar
from service.database import db
from service.diagrams.loading import Loaded, load, prepare
from service.diagrams.models import DRAFT, newest_live, version_of
from service.engine import Clock
from service.errors import Invalid
from service.instances.models import Instance
from service.rehearsals import figures, learning
from service.rehearsals.decisions import asked_by, decisions_of
from service.rehearsals.hours import Hours
from service.rehearsals.models import REPLAY
from service.rehearsals.net import Net, net_of
from service.rehearsals.outcomes import Gathered
from service.rehearsals.plan import Plan
from service.rehearsals.positions import Positions
from service.rehearsals.recorded import Choice, chosen, recorded
from service.rehearsals.replaying import Replayer
from service.rehearsals.settings import What, read_replay, read_simulation
from service.rehearsals.simulating import Round, Seen

LEARNS_FROM = 500
"""Instances replayed to learn which ways are gone."""
STEP = 25

Progress = tuple[int, int]
"""How much is done of how much."""


@dataclass(frozen=True)
class Job:
    """What is to be done, as plain data."""

    kind: str
    agency_id: uuid.UUID
    key: str
    n: int
    wanted: Mapping[str, Any]


def work(job: Job, at: datetime) -> Generator[Progress, None, dict[str, Any]]:
    """Do it. Raises `Invalid` where it cannot be done."""
    return (yield from (_replay if job.kind == REPLAY else _simulate)(job, at))


def candidate_of(key: str, n: int) -> Loaded:
    """The version that is tried out; a draft as it is now. Raises `NotFound`, or `Invalid` if it cannot be read."""
    version = version_of(key, n)
    if version.state == DRAFT:
        db.session.refresh(version)
        return prepare(version)
    return load(version.id)


def _load(version_id: uuid.UUID) -> Loaded:
    loaded = load(version_id)
    db.session.rollback()
    return loaded


# ---- replay ------------------------------------------------------------------------------------------------


def _replay(job: Job, at: datetime) -> Generator[Progress, None, dict[str, Any]]:
    loaded, calendar = candidate_of(job.key, job.n), calendar_of(job.agency_id)
    choice = read_replay(job.wanted, job.agency_id, job.key, calendar.zone)
    gathered = Gathered(loaded.spec)
    yield from _played(loaded, calendar, choice, at, gathered)
    return gathered.told()


def _played(
    loaded: Loaded, calendar: Calendar, choice: Choice, at: datetime, gathered: Gathered
) -> Generator[Progress, None, Positions]:
    def known(version_id: uuid.UUID) -> Loaded:
        before = _load(version_id)
        gathered.know(before.spec)
        return before

    replayer = Replayer(loaded, known, Clock(at, calendar.due, ZoneInfo(calendar.zone)))
    ids = chosen(choice)
    db.session.rollback()
    yield 0, len(ids)
    for number, each in enumerate(recorded(ids), start=1):
        gathered.add(replayer.play(each))
        if number % STEP == 0:
            yield number, len(ids)
    return replayer.positions


# ---- simulation --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Scene:
    """A version made ready to be simulated."""

    loaded: Loaded
    net: Net
    plan: Plan


def _simulate(job: Job, at: datetime) -> Generator[Progress, None, dict[str, Any]]:
    loaded, calendar = candidate_of(job.key, job.n), calendar_of(job.agency_id)
    what = read_simulation(job.wanted, loaded.spec)
    scenes = [(yield from scene(loaded, what, calendar, at))]
    live = _live_beside(job)
    if live is not None:
        scenes.append((yield from _scene_beside(live, scenes[0], what, calendar, at)))
    whole = what.cases * what.rounds * len(scenes)
    hours, results, done = Hours(calendar, _tomorrow(at, calendar)), [], 0
    for each in scenes:
        rounds = yield from _rounds(each, what, hours, done, whole)
        done += what.cases * what.rounds
        results.append(figures.told(each.loaded.spec, each.plan, rounds, hours))
    return {
        "seed": what.seed,
        "rounds": what.rounds,
        "cases": what.cases,
        "begins": _tomorrow(at, calendar).isoformat(),
        "candidate": {"n": loaded.n, **results[0]},
        "live": {"n": scenes[1].loaded.n, **results[1]} if live is not None else None,
    }


def _live_beside(job: Job) -> Loaded | None:
    version = newest_live(job.key, besides=job.n)
    db.session.rollback()
    return _load(version.id) if version is not None else None


def _scene_beside(
    live: Loaded, first: Scene, what: What, calendar: Calendar, at: datetime
) -> Generator[Progress, None, Scene]:
    """The live version under the same arrivals, with what was set by hand wherever it has the same step."""
    same = learning.translated(what, first.loaded.spec, live.spec)
    found = yield from scene(live, same, calendar, at)
    return replace(found, plan=learning.for_live(found.plan, first.plan))


def scene(
    loaded: Loaded, what: What, calendar: Calendar, at: datetime, most: int = LEARNS_FROM
) -> Generator[Progress, None, Scene]:
    """Make a version ready: learn from what is recorded, lay over it what was set by hand."""
    net = net_of(loaded.spec)
    choice = Choice(loaded.agency_id, loaded.key, most=most)
    positions = None
    for_shares = _played(loaded, calendar, choice, at, Gathered(loaded.spec))
    while positions is None:
        try:
            next(for_shares)
        except StopIteration as stop:
            positions = stop.value
        yield 0, what.cases * what.rounds
    passed = positions.count_passed()
    looking_back = Hours(calendar, (at - learning.LOOKS_BACK - timedelta(days=14)).date())
    past = learning.past_of(loaded, _versions_of(loaded), looking_back, at)
    past = replace(past, came=learning.came_of(loaded, passed))
    db.session.rollback()
    shares = learning.shares_within(loaded, passed)
    return Scene(loaded, net, learning.plan_of(loaded, net, past, shares, what, looking_back))


def _versions_of(loaded: Loaded) -> list[Loaded]:
    query = select(Instance.version_id).where(
        Instance.agency_id == loaded.agency_id, Instance.diagram_key == loaded.key
    )
    return [load(version_id) for version_id in db.session.scalars(query.distinct()).all()]


def _tomorrow(at: datetime, calendar: Calendar) -> Any:
    return (at.astimezone(ZoneInfo(calendar.zone)) + timedelta(days=1)).date()


def _rounds(each: Scene, what: What, hours: Hours, done: int, whole: int) -> Generator[Progress, None, list[Seen]]:
    decisions = decisions_of(each.loaded.spec, each.loaded.forms)
    asked = asked_by(each.loaded.spec, each.loaded.forms, decisions.values())
    promise = promise_of(each.loaded)
    seen: list[Seen] = []
    for number in range(what.rounds):
        random = Random(f"{what.seed}/{number}")  # the same chances for every version
        round_ = Round(each.net, each.plan, decisions, asked, hours, random, what.cases, promise)
        for finished in round_.run():
            yield done + number * what.cases + finished, whole
        seen.append(round_.seen)
        yield done + (number + 1) * what.cases, whole
    return seen


def promise_of(loaded: Loaded) -> Any:
    """Until when an answer was promised, as a duration and its clock."""
    text = loaded.spec.properties.get("promise")
    if not text:
        return None
    try:
        return parse_standard(text).most, loaded.spec.properties.get("promiseClock", "working")
    except Invalid:
        return None
