"""Tables of agencies, people, what they hold, and their tokens; and the questions asked of them."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, ForeignKey, Index, String, UniqueConstraint, exists, false, func, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Model, UtcDateTime, db, id_column
from service.errors import NotFound

OFFICER, OWNER, SUPERVISOR, AUDITOR, ADMIN = "officer", "owner", "supervisor", "auditor", "admin"
ROLES = (OFFICER, OWNER, SUPERVISOR, AUDITOR, ADMIN)


class Agency(Model):
    """One office with its people, calendar and numbers."""

    __tablename__ = "agency"

    id: Mapped[uuid.UUID] = id_column()
    key: Mapped[str] = mapped_column(String(63), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    zone: Mapped[str] = mapped_column(String(40))
    """IANA name of its time zone."""
    prefix: Mapped[str] = mapped_column(String(8))
    """What the numbers of its instances begin with."""
    second_approval: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether a second person has to approve before a version of a diagram goes live."""


class Person(Model):
    """Somebody who works with the system; complainants are not people here, they have no account."""

    __tablename__ = "person"

    id: Mapped[uuid.UUID] = id_column()
    username: Mapped[str] = mapped_column(String(120), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    password: Mapped[str | None] = mapped_column(String(200))
    """Argon2 hash; None for somebody who signs in elsewhere."""
    language: Mapped[str] = mapped_column(String(2), default="id")
    active: Mapped[bool] = mapped_column(default=True)


class Holding(Model):
    """What a person holds: one lane of one diagram, or a role in one agency (in all, where agency is null)."""

    __tablename__ = "holding"
    __table_args__ = (
        UniqueConstraint("person_id", "agency_id", "role", "diagram_key", "lane"),
        Index(None, "agency_id", "diagram_key", "lane"),
    )

    id: Mapped[uuid.UUID] = id_column()
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    agency_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("agency.id"))
    role: Mapped[str] = mapped_column(String(12))
    diagram_key: Mapped[str] = mapped_column(String(63), default="")
    lane: Mapped[str] = mapped_column(String(63), default="")


class Token(Model):
    """A secret that lets a program call in a person's name; only its digest is kept."""

    __tablename__ = "token"

    id: Mapped[uuid.UUID] = id_column()
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    digest: Mapped[bytes] = mapped_column(unique=True)
    label: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


def agency_of(key: str) -> Agency:
    """The agency with this key. Raises `NotFound`."""
    found = db.session.scalar(select(Agency).where(Agency.key == key))
    if found is None:
        raise NotFound("Tidak ada instansi dengan kunci “{key}”.", key=key)
    return found


def person_named(username: str) -> Person:
    """The person with this user name. Raises `NotFound`."""
    found = db.session.scalar(select(Person).where(Person.username == username))
    if found is None:
        raise NotFound("Tidak ada orang dengan nama pengguna “{username}”.", username=username)
    return found


def person_of(person_id: uuid.UUID) -> Person:
    """The person with this id. Raises `NotFound`."""
    found = db.session.get(Person, person_id)
    if found is None:
        raise NotFound("Orang ini tidak ada.")
    return found


def tokens_of(person_id: uuid.UUID, at: datetime) -> Sequence[Token]:
    """The tokens of a person that still count, newest first."""
    query = select(Token).where(Token.person_id == person_id, Token.expires_at > at)
    return db.session.scalars(query.order_by(Token.created_at.desc())).all()


def people_and_holdings() -> Sequence[tuple[Person, Holding | None, Agency | None]]:
    """Everybody active with what he holds, by user name."""
    query = (
        select(Person, Holding, Agency)
        .outerjoin(Holding, Holding.person_id == Person.id)
        .outerjoin(Agency, Agency.id == Holding.agency_id)
        .where(Person.active)
        .order_by(Person.username)
    )
    return [(person, holding, agency) for person, holding, agency in db.session.execute(query)]


def holdings_of(person_id: uuid.UUID) -> Sequence[Holding]:
    """Everything a person holds."""
    return db.session.scalars(select(Holding).where(Holding.person_id == person_id)).all()


def holds_lane(person_id: uuid.UUID, agency_id: uuid.UUID, diagram: str, lane: str) -> bool:
    """Whether an active person holds this lane."""
    query = (
        select(Holding.id)
        .join(Person, Person.id == Holding.person_id)
        .where(Holding.person_id == person_id, Person.active, Holding.agency_id == agency_id)
        .where(Holding.diagram_key == diagram, Holding.lane == lane)
    )
    return db.session.scalar(query.limit(1)) is not None


def lane_holders(agency_id: uuid.UUID, diagrams: set[str]) -> Sequence[tuple[Person, str, str]]:
    """Active people of an agency who hold a lane of these diagrams: (person, diagram, lane), by name."""
    query = (
        select(Person, Holding.diagram_key, Holding.lane)
        .join(Holding, Holding.person_id == Person.id)
        .where(Holding.agency_id == agency_id, Holding.diagram_key.in_(diagrams), Holding.role == OFFICER)
        .where(Person.active)
        .order_by(Person.name, Person.id)
    )
    return [(person, diagram, lane) for person, diagram, lane in db.session.execute(query)]


def names_of(ids: set[uuid.UUID]) -> dict[uuid.UUID, str]:
    """What these people are called."""
    return dict(iter(db.session.execute(select(Person.id, Person.name).where(Person.id.in_(ids)))))


def lanes_held(agency_id: uuid.UUID, diagram: str) -> set[str]:
    """The lanes of a diagram that at least one active person of the agency holds."""
    query = (
        select(Holding.lane)
        .join(Person, Person.id == Holding.person_id)
        .where(Holding.agency_id == agency_id, Holding.diagram_key == diagram, Person.active)
    )
    return set(db.session.scalars(query.distinct()))


@dataclass(frozen=True)
class PeopleFilter:
    """What a list of people is narrowed to; None leaves a part open. `without` finds those who hold nothing."""

    text: str | None = None
    agency: uuid.UUID | None = None
    active: bool | None = None
    without: bool = False


def people(wanted: PeopleFilter, after: str | None, limit: int) -> Sequence[Person]:
    """People by user name, from the one after `after`; at most `limit`."""
    query = select(Person).where(*_conditions(wanted))
    if after is not None:
        query = query.where(Person.username > after)
    return db.session.scalars(query.order_by(Person.username).limit(limit)).all()


def count_people(wanted: PeopleFilter) -> int:
    """How many these are."""
    return db.session.scalar(select(func.count(Person.id)).where(*_conditions(wanted))) or 0


def _conditions(wanted: PeopleFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.text:
        found.append(
            or_(
                Person.name.icontains(wanted.text, autoescape=True),
                Person.username.icontains(wanted.text, autoescape=True),
            )
        )
    if wanted.agency is not None:
        found.append(_holds_something(Holding.agency_id == wanted.agency))
    if wanted.active is not None:
        found.append(Person.active == wanted.active)
    if wanted.without:
        found.append(~_holds_something())
    return found


def _holds_something(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(Holding.person_id == Person.id, *conditions)


def holdings_of_people(ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[Holding]]:
    """What each of these people holds."""
    found: dict[uuid.UUID, list[Holding]] = {}
    for holding in db.session.scalars(select(Holding).where(Holding.person_id.in_(ids)).order_by(Holding.id)):
        found.setdefault(holding.person_id, []).append(holding)
    return found


def people_around(agency: Agency, username: str, limit: int) -> Sequence[Person]:
    """Active people of an agency, by name: who holds something there, bears its key in his user name, or is named."""
    near = or_(
        _holds_something(Holding.agency_id == agency.id),
        Person.username.endswith(f"@{agency.key}", autoescape=True),
        Person.username == username,
    )
    return db.session.scalars(
        select(Person).where(Person.active, near).order_by(Person.name, Person.id).limit(limit)
    ).all()


def count_people_of_agencies() -> dict[uuid.UUID, int]:
    """How many active people hold something in each agency."""
    several = func.count(Holding.person_id.distinct())
    query = select(Holding.agency_id, several).join(Person, Person.id == Holding.person_id).where(Person.active)
    rows = db.session.execute(query.group_by(Holding.agency_id))
    return {agency_id: count for agency_id, count in rows if agency_id is not None}


def agencies(ids: set[uuid.UUID] | None) -> Sequence[Agency]:
    """These agencies, or all of them for None, by key."""
    query = select(Agency).order_by(Agency.key)
    if ids is not None:
        query = query.where(Agency.id.in_(ids))
    return db.session.scalars(query).all()
