"""Which lanes the SOPs of offices have, who holds them, and what waits in them."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select

from service.database import db
from service.diagrams.loading import newest_live
from service.diagrams.models import Diagram, diagrams_of, newest
from service.engine import Spec, load_spec
from service.entrance.task_lists import tonight
from service.errors import Invalid
from service.people.models import Agency, Person, lane_holders, lanes_held
from service.tasks.models import OPEN, Tally, Task, tallies


@dataclass(frozen=True)
class LaneLine:
    """One lane: who holds it, how many tasks are open in it, how many nobody has taken.

    `stray` are in the hands of somebody who does not hold the lane any more; `state` is empty, or says that the lane
    stands only in a draft ("draft") or in no version that is live or drafted ("gone").
    """

    diagram: str
    id: str
    name: str
    holders: tuple[Person, ...] = ()
    open: int = 0
    free: int = 0
    stray: int = 0
    state: str = ""

    @property
    def forsaken(self) -> bool:
        """Nobody holds it, though work comes or may come to it."""
        return not self.holders and (self.state == "" or self.open > 0)


@dataclass(frozen=True)
class SopLanes:
    """The lanes of one diagram, as they stand in it."""

    key: str
    title: str
    lanes: list[LaneLine] = field(default_factory=list)


def lanes_of(agency: Agency, at: datetime) -> list[SopLanes]:
    """Every diagram of an office with its lanes; those of the complainant are left out, nobody of ours holds them."""
    diagrams = diagrams_of({agency.id})
    known = _names(diagrams)
    holders: dict[tuple[str, str], list[Person]] = {}
    for person, diagram, lane in lane_holders(agency.id, {diagram.key for diagram in diagrams}):
        holders.setdefault((diagram, lane), []).append(person)
    open_: dict[tuple[str, str], list[Tally]] = {}
    for tally in tallies(agency.id, at, tonight(at, agency.zone)):
        if tally.lane:
            open_.setdefault((tally.diagram, tally.lane), []).append(tally)
    return [_sop(diagram, known[diagram.key], holders, open_) for diagram in diagrams]


def _sop(
    diagram: Diagram,
    names: "Names",
    holders: dict[tuple[str, str], list[Person]],
    open_: dict[tuple[str, str], list[Tally]],
) -> SopLanes:
    others = {lane for key, lane in (*holders, *open_) if key == diagram.key} - names.drawn.keys() - names.public
    drawn = names.drawn | {lane: lane.replace("_", " ").capitalize() for lane in sorted(others)}
    sop = SopLanes(diagram.key, names.title or diagram.title)
    for lane, name in drawn.items():
        held, waiting = holders.get((diagram.key, lane), []), open_.get((diagram.key, lane), [])
        hands = {person.id for person in held} | {None}
        state = "gone" if lane in others else "" if lane in names.live else "draft"
        sop.lanes.append(
            LaneLine(
                diagram.key,
                lane,
                name,
                tuple(held),
                open=sum(tally.open for tally in waiting),
                free=sum(tally.open for tally in waiting if tally.assignee is None),
                stray=sum(tally.open for tally in waiting if tally.assignee not in hands),
                state=state,
            )
        )
    return sop


@dataclass(frozen=True)
class Names:
    """What the lanes of a diagram are called: in the live version, and in a newer one where there is one."""

    title: str
    drawn: dict[str, str]
    live: frozenset[str]
    public: frozenset[str]


def _names(diagrams: Sequence[Diagram]) -> dict[str, Names]:
    live = newest_live([diagram.key for diagram in diagrams])
    return {
        diagram.key: _names_of(diagram.key, live[diagram.key].spec if diagram.key in live else None)
        for diagram in diagrams
    }


def _names_of(key: str, live: Spec | None) -> Names:
    specs = [spec for spec in (live, _newest_spec(key)) if spec is not None]
    drawn = {lane.id: lane.name for spec in specs for lane in spec.lanes if not lane.public}
    public = frozenset(lane.id for spec in specs for lane in spec.lanes if lane.public)
    return Names(
        specs[0].title if specs else "",
        drawn,
        frozenset(lane.id for lane in live.lanes) if live else frozenset(),
        public - drawn.keys(),
    )


def _newest_spec(key: str) -> Spec | None:
    """The newest version as drawn; a draft that cannot be read yet has no lanes."""
    version = newest(key)
    try:
        return load_spec(version.xml) if version else None
    except Invalid:
        return None


def count_in_hands_of(person_id: uuid.UUID) -> int:
    """How many open tasks this person has taken, in whatever lane."""
    query = select(func.count(Task.id)).where(Task.state == OPEN, Task.assignee_id == person_id)
    return db.session.scalar(query) or 0


def forsaken_lanes(agencies: Iterable[Agency]) -> dict[uuid.UUID, int]:
    """How many lanes of live versions nobody holds, by office."""
    diagrams = diagrams_of({agency.id for agency in agencies})
    live = newest_live([diagram.key for diagram in diagrams])
    found: dict[uuid.UUID, int] = {}
    for diagram in diagrams:
        if diagram.key in live:
            lanes = {lane.id for lane in live[diagram.key].spec.lanes if not lane.public}
            missing = len(lanes - lanes_held(diagram.agency_id, diagram.key))
            found[diagram.agency_id] = found.get(diagram.agency_id, 0) + missing
    return found
