"""Tables of trials: which versions run side by side, by which rule new instances are shared, how many were drawn."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Model, UtcDateTime, db, id_column
from service.errors import NotFound

DRAFT, RUNNING, STOPPED = "draft", "running", "stopped"


class Trial(Model):
    """Versions that run side by side under a routing rule. `diagram_key` is the door that new instances come in by."""

    __tablename__ = "trial"
    __table_args__ = (Index(None, "agency_id", "id"),)

    id: Mapped[uuid.UUID] = id_column()
    agency_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agency.id"))
    diagram_key: Mapped[str] = mapped_column(ForeignKey("diagram.key"))
    name: Mapped[str] = mapped_column(String(200))
    question: Mapped[str] = mapped_column(Text, default="")
    """What is to be found out, in words."""
    state: Mapped[str] = mapped_column(String(8), default=DRAFT)
    rev: Mapped[int] = mapped_column(default=1)
    arms: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    rules: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    strata: Mapped[dict[str, Any]] = mapped_column(JSON)
    by_hand: Mapped[bool] = mapped_column(default=False)
    """Whether an officer at the desk may pick the version himself."""
    seed: Mapped[str] = mapped_column(String(64))
    stopping: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(200))
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    stopped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __mapper_args__ = {"version_id_col": rev}


Index(
    "uq_trial_running",
    Trial.diagram_key,
    unique=True,
    sqlite_where=Trial.state == RUNNING,
    postgresql_where=Trial.state == RUNNING,
)
"""One door, one running trial: two at a time would each spoil the other's comparison."""


class TrialCount(Model):
    """How many places were taken in one sequence of draws: one rule, one stratum, one set of arms that can be drawn."""

    __tablename__ = "trial_count"

    trial_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("trial.id"), primary_key=True)
    sequence: Mapped[str] = mapped_column(String(64), primary_key=True)
    taken: Mapped[int]


@dataclass(frozen=True)
class Arm:
    """One version in a trial."""

    diagram: str
    n: int
    version_id: uuid.UUID


@dataclass(frozen=True)
class Rule:
    """For which new instances, and how they are shared: one share for each arm, in their order.

    What is left open in `channels`, `values`, `first_day` and `last_day` holds for all.
    """

    shares: tuple[int, ...]
    channels: tuple[str, ...] = ()
    values: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    first_day: date | None = None
    last_day: date | None = None


def arms_of(trial: Trial) -> list[Arm]:
    """The arms in their order; the first is what the others are compared with."""
    return [Arm(arm["diagram"], arm["n"], uuid.UUID(arm["version"])) for arm in trial.arms]


def rules_of(trial: Trial) -> list[Rule]:
    """The rules in their order; the first that fits counts."""
    return [_rule(kept) for kept in trial.rules]


def _rule(kept: Mapping[str, Any]) -> Rule:
    return Rule(
        tuple(kept["shares"]),
        tuple(kept.get("channels", ())),
        {name: tuple(values) for name, values in kept.get("values", {}).items()},
        date.fromisoformat(kept["first_day"]) if kept.get("first_day") else None,
        date.fromisoformat(kept["last_day"]) if kept.get("last_day") else None,
    )


def kept_rule(rule: Rule) -> dict[str, Any]:
    """A rule as the table keeps it."""
    return {
        "shares": list(rule.shares),
        "channels": list(rule.channels),
        "values": {name: list(values) for name, values in rule.values.items()},
        "first_day": rule.first_day.isoformat() if rule.first_day else None,
        "last_day": rule.last_day.isoformat() if rule.last_day else None,
    }


def trial_of(trial_id: uuid.UUID) -> Trial:
    """The trial with this id. Raises `NotFound`."""
    found = db.session.get(Trial, trial_id)
    if found is None:
        raise NotFound("Uji banding tidak ditemukan.")
    return found


def held_trial(trial_id: uuid.UUID) -> Trial:
    """The trial as it is now, held for this transaction. Raises `NotFound`."""
    query = select(Trial).where(Trial.id == trial_id).with_for_update()
    found = db.session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound("Uji banding tidak ditemukan.")
    return found


def running_trial(diagram: str) -> Trial | None:
    """The trial that new instances of this diagram come into, if one runs."""
    return db.session.scalar(select(Trial).where(Trial.diagram_key == diagram, Trial.state == RUNNING))


def trials_of(
    agencies: set[uuid.UUID] | None,
    after: uuid.UUID | None = None,
    limit: int | None = None,
    diagram: str | None = None,
    state: str | None = None,
) -> Sequence[Trial]:
    """Trials of these agencies, or of all for None, newest first, from the one after `after`."""
    query = select(Trial).order_by(Trial.id.desc()).limit(limit)
    if agencies is not None:
        query = query.where(Trial.agency_id.in_(agencies))
    wanted = ((Trial.diagram_key, diagram), (Trial.state, state))
    query = query.where(*(column == value for column, value in wanted if value is not None))
    if after is not None:
        query = query.where(Trial.id < after)
    return db.session.scalars(query).all()


def take_place(trial_id: uuid.UUID, sequence: str) -> int:
    """The next place (0, 1, 2 ...) of a sequence of draws.

    One statement that counts and holds the row until the end of the transaction, so that of two at once each gets a
    place of its own, and one that is rolled back leaves no gap.
    """
    insert = sqlite.insert if db.session.get_bind().dialect.name == "sqlite" else postgresql.insert
    one_more = insert(TrialCount).values(trial_id=trial_id, sequence=sequence, taken=1)
    counted = one_more.on_conflict_do_update(
        index_elements=[TrialCount.trial_id, TrialCount.sequence], set_={"taken": TrialCount.taken + 1}
    )
    return db.session.scalars(counted.returning(TrialCount.taken)).one() - 1
