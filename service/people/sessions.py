"""Sessions of browsers: opened when somebody signs in, known by a secret in a cookie, ended on leaving or by time."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, LargeBinary, String, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Model, UtcDateTime, db
from service.people.caller import Caller, of_person
from service.people.models import Holding, Person
from service.people.passwords import digest_token, new_token

LONGEST = timedelta(hours=12)
IDLE = timedelta(hours=4)
SEEN_EVERY = timedelta(minutes=5)
"""How exactly it is known when a session was last used; writing that down at each page would cost a commit."""


class BrowserSession(Model):
    """One browser in which somebody has signed in; only the digest of its secret is kept."""

    __tablename__ = "browser_session"

    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    label: Mapped[str] = mapped_column(String(80))
    """What kind of browser it is, in words, so that its owner knows it again."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


def open_session(person: Person, label: str, at: datetime, instead_of: str | None = None) -> str:
    """A fresh session for this person and its secret; the one the browser had before is ended."""
    if instead_of:
        end_session(instead_of)
    db.session.execute(
        delete(BrowserSession).where(BrowserSession.person_id == person.id, BrowserSession.expires_at <= at)
    )
    secret, digest = new_token()
    db.session.add(
        BrowserSession(
            digest=digest, person_id=person.id, label=label[:80], created_at=at, seen_at=at, expires_at=at + LONGEST
        )
    )
    db.session.flush()
    return secret


def caller_in_session(secret: str, at: datetime) -> tuple[Caller, BrowserSession] | None:
    """Who sits at the browser with this secret, and all he holds, in one statement; None when it is over."""
    query = (
        select(BrowserSession, Person, Holding)
        .join(Person, Person.id == BrowserSession.person_id)
        .outerjoin(Holding, Holding.person_id == Person.id)
        .where(BrowserSession.digest == digest_token(secret), Person.active)
        .where(BrowserSession.expires_at > at, BrowserSession.seen_at > at - IDLE)
    )
    rows = db.session.execute(query).all()
    if not rows:
        return None
    session, person, _ = rows[0]
    return of_person(person, [holding for _, _, holding in rows if holding is not None]), session


def see(secret: str, at: datetime) -> None:
    """Write down that the session is in use."""
    db.session.execute(update(BrowserSession).where(BrowserSession.digest == digest_token(secret)).values(seen_at=at))


def end_session(secret: str) -> None:
    """The browser with this secret is signed out."""
    db.session.execute(delete(BrowserSession).where(BrowserSession.digest == digest_token(secret)))


def end_other_sessions(person_id: uuid.UUID, secret: str) -> None:
    """All other browsers of this person are signed out."""
    db.session.execute(
        delete(BrowserSession).where(
            BrowserSession.person_id == person_id, BrowserSession.digest != digest_token(secret)
        )
    )


def end_sessions(person_id: uuid.UUID) -> None:
    """All browsers of this person are signed out."""
    db.session.execute(delete(BrowserSession).where(BrowserSession.person_id == person_id))


def sessions_of(person_id: uuid.UUID, at: datetime) -> Sequence[BrowserSession]:
    """The browsers in which this person is signed in, last used first."""
    query = (
        select(BrowserSession)
        .where(BrowserSession.person_id == person_id)
        .where(BrowserSession.expires_at > at, BrowserSession.seen_at > at - IDLE)
        .order_by(BrowserSession.seen_at.desc())
    )
    return db.session.scalars(query).all()


def is_session(session: BrowserSession, secret: str) -> bool:
    """Whether this secret is the one of this session."""
    return session.digest == digest_token(secret)


def forget_sessions(now: datetime) -> None:
    """Forget sessions that are over."""
    db.session.execute(
        delete(BrowserSession).where((BrowserSession.expires_at <= now) | (BrowserSession.seen_at <= now - IDLE))
    )
