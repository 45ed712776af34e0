"""Verbs of the people room: found agencies, enter people, give lanes and roles, sign in, make tokens."""

import uuid
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import delete, select

from service.database import db
from service.errors import Conflict, Invalid, NotKnown, Problem
from service.people.caller import Caller, of_person
from service.people.models import (
    OFFICER,
    ROLES,
    Agency,
    Holding,
    Person,
    Token,
    holdings_of,
    person_named,
    person_of,
)
from service.people.passwords import digest_password, digest_token, is_demo_password, is_password, new_token

SESSION_TOKEN_LIFE = timedelta(hours=12)
TOKEN_LIFE = timedelta(days=365)
LANGUAGES = ("id", "en")
LONGEST_LABEL = 80


def found_agency(key: str, name: str, zone: str, prefix: str) -> Agency:
    """Enter an agency. Raises `Invalid` for an unknown time zone, `Conflict` for a key that is taken."""
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise Invalid("Zona waktu “{zone}” tidak dikenal.", zone=zone) from error
    if db.session.scalar(select(Agency.id).where(Agency.key == key)):
        raise Conflict("Instansi “{key}” sudah ada.", key=key)
    agency = Agency(key=key, name=name, zone=zone, prefix=prefix)
    db.session.add(agency)
    db.session.flush()
    return agency


def enter_person(username: str, name: str, password: str | None) -> Person:
    """Enter a person; `password` is the digest from `passwords.py`. Raises `Conflict` for a name that is taken."""
    if db.session.scalar(select(Person.id).where(Person.username == username)):
        raise Conflict("Nama pengguna “{username}” sudah dipakai.", username=username)
    person = Person(username=username, name=name, password=password)
    db.session.add(person)
    db.session.flush()
    return person


def give(person: Person, agency: Agency | None, role: str, diagram: str = "", lane: str = "") -> None:
    """Let a person hold a lane of a diagram (role officer) or another role; giving it twice changes nothing."""
    if role not in ROLES or (role == OFFICER) != bool(lane and diagram and agency):
        raise Invalid("Peran “{role}” tidak dikenal atau lajurnya belum disebut.", role=role)
    held = {(h.agency_id, h.role, h.diagram_key, h.lane) for h in holdings_of(person.id)}
    wanted = (agency.id if agency else None, role, diagram, lane)
    if wanted not in held:
        db.session.add(Holding(person_id=person.id, agency_id=wanted[0], role=role, diagram_key=diagram, lane=lane))
        db.session.flush()


def take_away(person: Person, agency: Agency | None, role: str, diagram: str = "", lane: str = "") -> None:
    """Let a person no longer hold it; taking what is not held changes nothing."""
    db.session.execute(
        delete(Holding).where(
            Holding.person_id == person.id,
            Holding.agency_id == (agency.id if agency else None),
            Holding.role == role,
            Holding.diagram_key == diagram,
            Holding.lane == lane,
        )
    )


def sign_in(username: str, password: str, at: datetime) -> str:
    """A token for half a day, for scripts. Raises `NotKnown` without saying which of the two was wrong."""
    return _add_token(person_with(username, password), "session", at, SESSION_TOKEN_LIFE)


def person_with(username: str, password: str) -> Person:
    """The person with this name and password. Raises `NotKnown` without saying which of the two was wrong."""
    person = db.session.scalar(select(Person).where(Person.username == username))
    if not is_password(person.password if person else None, password) or person is None or not person.active:
        raise NotKnown("Nama pengguna atau kata sandi tidak cocok.")
    return person


def person_to_try(username: str) -> Person:
    """Somebody of the demo, as whom anybody may look around. Raises `NotKnown` for a real person."""
    person = db.session.scalar(select(Person).where(Person.username == username))
    if person is None or not person.active or not is_demo_password(person.password):
        raise NotKnown("Orang contoh ini tidak ada.")
    return person


def change_password(person_id: uuid.UUID, before: str, password: str) -> None:
    """Give oneself another password. Raises `Invalid` for a wrong old one or an unfit new one."""
    person = person_of(person_id)
    if is_demo_password(person.password):
        raise Conflict("Kata sandi orang contoh tidak dapat diganti.")
    if not is_password(person.password, before):
        message = "Kata sandi sekarang tidak cocok."
        raise Invalid(message, errors=[Problem("/before", message)])
    person.password = digest_password(password)
    db.session.flush()


def choose_language(person_id: uuid.UUID, language: str) -> None:
    """The language in which the system speaks to this person."""
    if language not in LANGUAGES:
        raise Invalid("Bahasa ini tidak tersedia.")
    person_of(person_id).language = language
    db.session.flush()


def create_token(username: str, label: str, at: datetime) -> str:
    """A token for a year, shown once."""
    return _add_token(person_named(username), label, at, TOKEN_LIFE)


def _add_token(person: Person, label: str, at: datetime, life: timedelta) -> str:
    token, digest = new_token()
    db.session.execute(delete(Token).where(Token.person_id == person.id, Token.expires_at <= at))
    db.session.add(Token(person_id=person.id, digest=digest, label=label, created_at=at, expires_at=at + life))
    return token


def caller_with(token: str, at: datetime) -> Caller:
    """Who calls with this token, and all he holds, in one statement. Raises `NotKnown`."""
    query = (
        select(Person, Holding)
        .join(Token, Token.person_id == Person.id)
        .outerjoin(Holding, Holding.person_id == Person.id)
        .where(Token.digest == digest_token(token), Token.expires_at > at, Person.active)
    )
    rows = db.session.execute(query).all()
    if not rows:
        raise NotKnown("Token tidak dikenal atau sudah kedaluwarsa; silakan masuk lagi.")
    return of_person(rows[0][0], [holding for _, holding in rows if holding is not None])


def create_own_token(person_id: uuid.UUID, label: str, at: datetime) -> str:
    """A token for a year in one's own name, shown once. Raises `Invalid` without a label to know it by."""
    if not label.strip() or len(label) > LONGEST_LABEL:
        message = "Beri token ini nama, misalnya nama program yang memakainya."
        raise Invalid(message, errors=[Problem("/label", message)])
    return _add_token(person_of(person_id), label.strip(), at, TOKEN_LIFE)


def forget_own_token(token_id: uuid.UUID, person_id: uuid.UUID) -> None:
    """The token is no longer known; somebody else's stays."""
    db.session.execute(delete(Token).where(Token.id == token_id, Token.person_id == person_id))


def forget_token(token: str, person_id: uuid.UUID) -> None:
    """Sign out: the token is no longer known."""
    db.session.execute(delete(Token).where(Token.digest == digest_token(token), Token.person_id == person_id))
