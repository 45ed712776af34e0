"""Verbs of those who look after people: enter, rename, let in and shut out, give and take what they hold.

Each asks `policy.py` who may. Changes are given as differences from what was seen, so that of two administrators at
work on the same person neither undoes what the other has just done.
"""

import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import delete, select

from service.database import db
from service.errors import Conflict, Invalid, NotAllowed, NotFound, Problem
from service.people import policy, sessions
from service.people.caller import Caller
from service.people.commands import enter_person, give, take_away
from service.people.models import ADMIN, OFFICER, Agency, Holding, Person, Token
from service.people.passwords import digest_password, is_demo_password

LONGEST_NAME = 200
_USERNAME = re.compile(r"(?=.{2,120}$)[a-z0-9][a-z0-9._-]*(@[a-z0-9][a-z0-9._-]*)?")

BAD_NAME = "Isi nama orangnya, paling panjang {most} huruf."
BAD_USERNAME = "Nama pengguna terdiri atas huruf kecil, angka, titik, atau garis, misalnya budi@dinas-x."
DEMO_PERSON = "Kata sandi orang contoh tidak dapat diganti."
LAST_ADMIN = "Ini administrator terakhir. Angkat administrator lain dahulu."


@dataclass(frozen=True)
class Held:
    """One thing a person may hold; `agency_id` is None for a role in all agencies."""

    agency_id: uuid.UUID | None
    role: str
    diagram: str = ""
    lane: str = ""


def admit(username: str, name: str, password: str, by: Caller) -> Person:
    """Enter a person who may sign in from now on. Raises `Invalid`, and `Conflict` for a user name that is taken."""
    policy.must_look_after_people(by)
    username, name = username.strip(), name.strip()
    problems = [*_wrong_with_name(name), *_wrong_with_username(username)]
    if problems:
        raise Invalid(problems[0].message, errors=problems, **dict(problems[0].params))
    return enter_person(username, name, digest_password(password))


def rename(person_id: uuid.UUID, name: str, by: Caller) -> Person:
    """Change what a person is called; what he has done before keeps the name he had then."""
    policy.must_look_after_people(by)
    person, name = _held_person(person_id), name.strip()
    if problems := _wrong_with_name(name):
        raise Invalid(problems[0].message, errors=problems, **dict(problems[0].params))
    person.name = name
    db.session.flush()
    return person


def set_active(person_id: uuid.UUID, active: bool, by: Caller) -> Person:
    """Let a person in again, or shut him out: his browsers and programs are signed out at once."""
    policy.must_look_after_people(by)
    if not active:
        if by.person_id == person_id:
            raise NotAllowed("Anda tidak dapat menonaktifkan diri sendiri; mintalah administrator lain.")
        _must_leave_an_admin(person_id)
        _sign_out_everywhere(person_id)
    person = _held_person(person_id)
    person.active = active
    db.session.flush()
    return person


def reset_password(person_id: uuid.UUID, password: str, by: Caller) -> Person:
    """Give a person another password; whoever knew the old one is signed out, programs with his tokens too."""
    policy.must_look_after_people(by)
    person = _held_person(person_id)
    if is_demo_password(person.password):
        raise Conflict(DEMO_PERSON)
    person.password = digest_password(password)
    _sign_out_everywhere(person_id)
    db.session.flush()
    return person


def change_holdings(person_id: uuid.UUID, given: Iterable[Held], taken: Iterable[Held], by: Caller) -> Person:
    """Give these and take away those; what is held or gone already stays as it is."""
    given, taken = tuple(given), tuple(taken)
    for held in (*given, *taken):
        _must_look_after(by, held)
    if Held(None, ADMIN) in taken:
        _must_leave_an_admin(person_id)
    person = _held_person(person_id)
    for held in taken:
        take_away(person, _agency(held), held.role, held.diagram, held.lane)
    for held in given:
        policy.must_not_open_cases_to_himself(by, person_id, held.agency_id)
        if not person.active:
            raise Conflict("{name} tidak aktif lagi; aktifkan dahulu.", name=person.name)
        give(person, _agency(held), held.role, held.diagram, held.lane)
    return person


def ask_for_second_approval(agency_id: uuid.UUID, wanted: bool, by: Caller) -> Agency:
    """Whether a second person has to approve before a version of this office's diagrams goes live."""
    policy.must_set_rules_of(by, agency_id)
    agency = db.session.get_one(Agency, agency_id)
    agency.second_approval = wanted
    db.session.flush()
    return agency


def _must_look_after(by: Caller, held: Held) -> None:
    if held.role == OFFICER and held.agency_id is not None:
        policy.must_look_after_lanes(by, held.agency_id)
    else:
        policy.must_look_after_people(by)


def _held_person(person_id: uuid.UUID) -> Person:
    """The person as he is now, held for this transaction."""
    query = select(Person).where(Person.id == person_id).with_for_update(key_share=True)
    found = db.session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound("Orang ini tidak ada.")
    return found


def _agency(held: Held) -> Agency | None:
    return db.session.get_one(Agency, held.agency_id) if held.agency_id else None


def _must_leave_an_admin(person_id: uuid.UUID) -> None:
    """Somebody must be left who can look after people.

    Who is counted is held, so that no two go at once; this comes before anything else is held, so that no two wait
    for each other.
    """
    query = (
        select(Holding.person_id)
        .join(Person, Person.id == Holding.person_id)
        .where(Holding.role == ADMIN, Holding.agency_id.is_(None), Person.active)
        .order_by(Holding.id)
        .with_for_update()
    )
    admins = set(db.session.scalars(query))
    if admins == {person_id}:
        raise Conflict(LAST_ADMIN)


def _sign_out_everywhere(person_id: uuid.UUID) -> None:
    sessions.end_sessions(person_id)
    db.session.execute(delete(Token).where(Token.person_id == person_id))


def _wrong_with_name(name: str) -> list[Problem]:
    fine = 0 < len(name) <= LONGEST_NAME and name.isprintable()
    return [] if fine else [Problem("/name", BAD_NAME, (("most", LONGEST_NAME),))]


def _wrong_with_username(username: str) -> list[Problem]:
    return [] if _USERNAME.fullmatch(username) else [Problem("/username", BAD_USERNAME)]
