"""Two or more versions beside each other: their figures, their steps matched, and by how much they differ."""

import math
import threading
import uuid
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select

from service.calendars.reading import calendar_of
from service.database import db
from service.diagrams.loading import Loaded, load
from service.diagrams.matching import match
from service.diagrams.models import LIVE, Version
from service.diagrams.routing import agree
from service.diagrams.trial_tables import Trial, arms_of, rules_of
from service.engine import Element
from service.trials import stopping
from service.trials.measuring import NOTHING, ArmFigures, StepFigures, measure
from service.trials.observing import fingerprint, observe, of_arm, of_version
from service.trials.statistics import (
    Interval,
    log_rank,
    mann_whitney,
    median_difference,
    share_difference,
    survival_difference,
    survival_median,
)
from service.trials.stopping import Advice, StoppingRule
from service.trials.working import WorkingClock, clock

LEAST = 20
"""Finished instances in each arm, below which no difference is told: a median of fewer jumps about."""
LEAST_OF_A_STEP = 10
KEPT, KEPT_FOR = 32, timedelta(minutes=10)

FEW, UNFINISHED, APART, ALIKE = "few", "unfinished", "apart", "alike"
"""Too few are finished; more than half still run; the difference is told; it could as well be none."""


@dataclass(frozen=True)
class Side:
    """One arm with its figures."""

    version: Loaded
    state: str
    title: str
    taking: bool
    """Whether it still gets new instances."""
    figures: ArmFigures
    days: Interval
    """Median working days from end to end."""


@dataclass(frozen=True)
class Difference:
    """How much longer an arm takes than the first one, in working days from end to end."""

    arm: int
    verdict: str
    days: Interval
    p: float


@dataclass(frozen=True)
class StepRow:
    """One step through all arms: None where an arm has none like it. Differences are to the first arm."""

    name: str
    row: str
    lane: str
    elements: tuple[str | None, ...]
    figures: tuple[StepFigures | None, ...]
    hours: tuple[Interval | None, ...]
    p: tuple[float | None, ...]
    in_time: tuple[Interval | None, ...]


@dataclass(frozen=True)
class EndRow:
    """One end through all arms: how many of those finished came to it."""

    name: str
    elements: tuple[str | None, ...]
    counts: tuple[int, ...]
    difference: tuple[Interval | None, ...]


@dataclass(frozen=True)
class Compared:
    """The whole comparison, as it was at a moment. `drawn`: chance alone decided who came to which arm."""

    at: datetime
    drawn: bool
    sides: tuple[Side, ...]
    differences: tuple[Difference, ...]
    steps: tuple[StepRow, ...]
    ends: tuple[EndRow, ...]
    advice: Advice | None = None

    @property
    def count(self) -> int:
        return sum(side.figures.count for side in self.sides)


def of_trial(trial: Trial, at: datetime) -> Compared:
    """The arms of a trial; where shares are drawn, only what was drawn."""
    arms = arms_of(trial)
    drawn = is_drawn(trial)
    wheres = [of_arm(trial.id, place) for place in range(len(arms))]
    versions = [arm.version_id for arm in arms]
    until = trial.stopped_at or at
    return _kept(
        ("trial", trial.id, trial.rev),
        wheres,
        at,
        lambda: _compared(trial.agency_id, versions, wheres, at, drawn, _rule(trial), until),
    )


def of_versions(versions: Sequence[Version], at: datetime) -> Compared:
    """Versions as they were used, whoever came to which."""
    ids = [version.id for version in versions]
    wheres = [of_version(id_) for id_ in ids]
    agency_id = versions[0].agency_id
    return _kept(("versions", *ids), wheres, at, lambda: _compared(agency_id, ids, wheres, at, False, None, at))


def is_drawn(trial: Trial) -> bool:
    """Whether any of its rules leaves the version to chance."""
    return any(sum(share > 0 for share in rule.shares) > 1 for rule in rules_of(trial))


def _rule(trial: Trial) -> StoppingRule | None:
    kept = trial.stopping
    if not kept.get("per_arm"):
        return None
    last_day = date.fromisoformat(kept["last_day"]) if kept.get("last_day") else None
    return StoppingRule(kept["per_arm"], kept.get("looks", 1), last_day)


# ---- kept for a while ------------------------------------------------------------------------------------------

_known: OrderedDict[tuple[Any, ...], tuple[tuple[tuple[int, int], ...], Compared]] = OrderedDict()
_lock = threading.Lock()


def _kept(key: tuple[Any, ...], wheres: Sequence[ColumnElement[bool]], at: datetime, make: Any) -> Compared:
    """The comparison made before, as long as nothing has moved since and it is not old."""
    now = fingerprint(wheres)
    with _lock:
        before = _known.get(key)
    if before and before[0] == now and abs(at - before[1].at) < KEPT_FOR:
        return before[1]
    made: Compared = make()
    with _lock:
        _known[key] = (now, made)
        while len(_known) > KEPT:
            _known.popitem(last=False)
    return made


# ---- put together ----------------------------------------------------------------------------------------------


def _compared(
    agency_id: uuid.UUID,
    ids: Sequence[uuid.UUID],
    wheres: Sequence[ColumnElement[bool]],
    at: datetime,
    drawn: bool,
    rule: StoppingRule | None,
    until: datetime,
) -> Compared:
    calendar = calendar_of(agency_id)
    seen = [observe(where, at, drawn) for where in wheres]
    begun = [float(one.runs.started.min()) for one in seen if len(one.runs)]
    first = datetime.fromtimestamp(min(begun), at.tzinfo) if begun else at
    hours = clock(calendar, first, at)
    figures = [measure(one, hours, at, calendar.zone) for one in seen]
    sides = tuple(_sides(ids, figures))
    maps = [{id_: id_ for id_ in sides[0].version.spec.elements}]
    maps += [match(sides[0].version.spec, side.version.spec) for side in sides[1:]]
    return Compared(
        at,
        drawn,
        sides,
        tuple(_difference(place, figures[0], other) for place, other in enumerate(figures[1:], 1)),
        tuple(_steps(sides, maps)),
        tuple(_ends(sides, maps)),
        _advice(rule, figures, hours, until, calendar.zone),
    )


def _advice(
    rule: StoppingRule | None, figures: Sequence[ArmFigures], hours: WorkingClock, at: datetime, zone: str
) -> Advice | None:
    return stopping.advise(rule, figures, hours, at, zone) if rule else None


def _sides(ids: Sequence[uuid.UUID], figures: Sequence[ArmFigures]) -> list[Side]:
    query = select(Version.id, Version.state).where(Version.id.in_(ids))
    states = dict(db.session.execute(query).all())
    versions = [load(id_) for id_ in ids]
    return [_side(versions[0], *one, states) for one in zip(versions, figures, strict=True)]


def _side(first: Loaded, version: Loaded, figures: ArmFigures, states: Mapping[uuid.UUID, str]) -> Side:
    taking = states[version.id] == LIVE and agree(first, version)
    days = survival_median(figures.days, figures.finished)
    return Side(version, states[version.id], version.spec.title, taking, figures, days)


def _difference(place: int, one: ArmFigures, other: ArmFigures) -> Difference:
    lengths, finished = (one.days, other.days), (one.finished, other.finished)
    days = survival_difference(lengths, finished)
    return Difference(place, _verdict(one, other, days), days, log_rank(lengths, finished))


def _verdict(one: ArmFigures, other: ArmFigures, days: Interval) -> str:
    if min(one.finished_count, other.finished_count) < LEAST:
        return FEW
    if math.isnan(days.value) or not math.isfinite(days.low) or not math.isfinite(days.high):
        return UNFINISHED
    return APART if days.excludes_zero else ALIKE


# ---- step by step ----------------------------------------------------------------------------------------------


def _steps(sides: Sequence[Side], maps: Sequence[Mapping[str, str]]) -> list[StepRow]:
    """The steps in the order of the first arm, then those that only others have."""
    rows = [_step(element, 0, sides, [known.get(element.id) for known in maps]) for element in _tasks(sides[0])]
    for place, side in enumerate(sides[1:], 1):
        taken = set(maps[place].values())
        for element in _tasks(side):
            if element.id not in taken:
                ids = [element.id if place == here else None for here in range(len(sides))]
                rows.append(_step(element, place, sides, ids))
    return rows


def _tasks(side: Side) -> list[Element]:
    return list(side.version.spec.tasks())


def _step(element: Element, place: int, sides: Sequence[Side], ids: Sequence[str | None]) -> StepRow:
    lane = sides[place].version.spec.lane(element.lane)
    figures = [_of(side, id_) for side, id_ in zip(sides, ids, strict=True)]
    others = [_step_difference(figures[0], figure) for figure in figures[1:]]
    return StepRow(
        element.label,
        element.row or "",
        lane.name if lane else "",
        tuple(ids),
        tuple(figures),
        (None, *(hours for hours, _p, _share in others)),
        (None, *(p for _hours, p, _share in others)),
        (None, *(share for _hours, _p, share in others)),
    )


def _of(side: Side, element: str | None) -> StepFigures | None:
    if element is None or element not in side.version.spec.elements:
        return None
    return side.figures.steps.get(element, NOTHING)


def _step_difference(
    one: StepFigures | None, other: StepFigures | None
) -> tuple[Interval | None, float | None, Interval | None]:
    if one is None or other is None or min(one.done, other.done) < LEAST_OF_A_STEP:
        return None, None, None
    share = share_difference((one.in_time, one.timed), (other.in_time, other.timed))
    return (
        median_difference(one.worked.hours, other.worked.hours),
        mann_whitney(one.worked.hours, other.worked.hours),
        share if one.timed and other.timed else None,
    )


def _ends(sides: Sequence[Side], maps: Sequence[Mapping[str, str]]) -> list[EndRow]:
    rows: dict[tuple[str | None, ...], str] = {}
    for place, side in enumerate(sides):
        back = {theirs: ours for ours, theirs in maps[place].items()}
        for element in side.version.spec.elements.values():
            if not element.kind.startswith("end") or element.scope is not None:
                continue
            ours = back.get(element.id)
            ids = tuple(known.get(ours) for known in maps) if ours else _only(element.id, place, len(sides))
            rows.setdefault(ids, element.label)
    return [_end(name, ids, sides) for ids, name in rows.items()]


def _only(element: str, place: int, length: int) -> tuple[str | None, ...]:
    return tuple(element if place == here else None for here in range(length))


def _end(name: str, ids: tuple[str | None, ...], sides: Sequence[Side]) -> EndRow:
    counts = tuple(side.figures.ends.get(id_, 0) if id_ else 0 for side, id_ in zip(sides, ids, strict=True))
    totals = [side.figures.finished_count for side in sides]
    differences = [
        share_difference((counts[0], totals[0]), (count, total)) if totals[0] and total else None
        for count, total in zip(counts[1:], totals[1:], strict=True)
    ]
    return EndRow(name, ids, counts, (None, *differences))
