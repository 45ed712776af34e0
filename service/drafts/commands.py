"""Verbs at a draft: be there, keep what is drawn, branch off, begin anew; and checking what is not kept yet."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from service.database import db
from service.diagrams import commands as diagrams
from service.diagrams.check import CheckContext, check
from service.diagrams.models import CHANGED, DRAFT, Diagram, Version, diagram_of, held_version, version_of
from service.diagrams.recording import record
from service.drafts.models import Presence, Present, presence_of, present_at
from service.drafts.skeleton import key_from, skeleton
from service.engine import Finding, process_of, read_xml
from service.errors import Conflict, Invalid, NotFound, Problem, must_be_current
from service.people import policy
from service.people.caller import Caller
from service.people.models import Agency, lanes_held

HERE_FOR = timedelta(seconds=50)
"""How long after his last sign somebody counts as being at the draft; a page gives one every fifteen seconds."""


@dataclass(frozen=True)
class Standing:
    """How a draft stands: its revision, who else has it open, and who kept it last."""

    version: Version
    others: tuple[Present, ...]
    last: Present | None


def draft_of(key: str, n: int, by: Caller, held: bool = False) -> Version:
    """The draft, if it is one and its diagram is the caller's to change."""
    version = own_version(key, n, by, held)
    if version.state != DRAFT:
        raise Conflict("Versi {n} sudah diterbitkan dan tidak dapat diubah lagi; buat draf baru.", n=n)
    return version


def own_version(key: str, n: int, by: Caller, held: bool = False) -> Version:
    """The version in any state, if its diagram is the caller's to change."""
    diagram = diagram_of(key)
    if diagram.agency_id not in by.agencies and not by.everywhere():
        raise NotFound("Tidak ada diagram “{key}”.", key=key)
    policy.must_own_diagrams(by, diagram.agency_id)
    return held_version(key, n) if held else version_of(key, n)


def be_here(key: str, n: int, by: Caller, at: datetime) -> Standing:
    """Note that somebody has the draft open, and say how it stands; also of one that has been published meanwhile."""
    version = own_version(key, n, by)
    _note(version.id, by, at)
    return standing(version, by, at)


def keep(key: str, n: int, seen: int | None, xml: bytes, by: Caller, at: datetime) -> Standing:
    """Keep what is drawn, unchecked: a drawing in the middle of the work may be anything but unreadable.

    Raises `Stale` when somebody else has kept the draft since `seen`; what he kept stays.
    """
    version = draft_of(key, n, by, held=True)
    must_be_current(version.rev, seen)
    found, _title = process_of(read_xml(xml))
    if found != key:
        raise Invalid("Berkas ini berisi diagram “{found}”, bukan “{key}”.", found=found, key=key)
    version.xml = xml
    record(version, CHANGED, by, at)
    _note(version.id, by, at, saved=True)
    db.session.flush()
    return standing(version, by, at)


def _note(version_id: uuid.UUID, by: Caller, at: datetime, saved: bool = False) -> None:
    if by.person_id is None:
        return
    row = presence_of(version_id, by.person_id)
    if row is None:
        row = Presence(version_id=version_id, person_id=by.person_id)
        db.session.add(row)
    row.seen_at = at
    row.saved_at = at if saved else row.saved_at
    db.session.flush()


def standing(version: Version, by: Caller, at: datetime) -> Standing:
    """How the draft stands for this person."""
    known = present_at(version.id)
    others = tuple(one for one in known if one.person_id != by.person_id and one.seen_at > at - HERE_FOR)
    saved = [one for one in known if one.saved_at is not None]
    return Standing(version, others, max(saved, key=lambda one: one.saved_at or at, default=None))


def branch(key: str, n: int, by: Caller, at: datetime, xml: bytes | None = None, note: str = "") -> Version:
    """A new draft that begins as this version, or with its forms and another drawing. The old one stays as it is."""
    own_version(key, n, by)
    if xml is not None and process_of(read_xml(xml))[0] != key:
        raise Invalid("Berkas ini bukan diagram “{key}”.", key=key)
    version, _findings = diagrams.restore(key, n, by, at, note)
    if xml is not None:
        version.xml = xml
        db.session.flush()
    return version


def look_over(key: str, n: int, xml: bytes, by: Caller, dry_run: bool) -> tuple[Version, list[Finding]]:
    """What the check finds in a drawing that is not kept yet, with the forms of its draft. Keeps nothing."""
    version = draft_of(key, n, by)
    held = lanes_held(version.agency_id, key)
    return version, check(xml, version.forms, CheckContext(lanes_held=held, dry_run=dry_run))


def begin(title: str, agency: Agency, lanes: list[str], public: bool, by: Caller, at: datetime) -> Version:
    """A first draft of a new diagram: one task for each lane, drawn, with small forms, ready to be checked."""
    policy.must_own_diagrams(by, agency.id)
    problems = list(_not_begun(title, lanes, public))
    if problems:
        raise Invalid("Lengkapi nama dan lajurnya.", errors=problems)
    key = key_from(title)
    if db.session.get(Diagram, key) is not None:
        message = "SOP dengan nama ini sudah ada; pakai nama lain, atau ubah yang sudah ada."
        raise Invalid(message, errors=[Problem("/title", message)])
    xml, forms = skeleton(key, title, agency.name, lanes, public)
    version, _findings = diagrams.draft(xml, forms, by, at, agency.key)
    return version


MOST_LANES = 40
LONGEST_NAME = 200


def _not_begun(title: str, lanes: list[str], public: bool) -> list[Problem]:
    problems: list[Problem] = []
    if not key_from(title) or len(title) > LONGEST_NAME:
        problems.append(Problem("/title", "Tulis nama SOP, paling banyak 200 huruf."))
    if len(lanes) < (2 if public else 1):
        problems.append(Problem("/lanes", "Tulis paling sedikit satu lajur petugas."))
    elif len(lanes) > MOST_LANES or any(len(lane) > LONGEST_NAME for lane in lanes):
        problems.append(Problem("/lanes", "Paling banyak 40 lajur, masing-masing paling panjang 200 huruf."))
    elif len({lane.casefold() for lane in lanes}) < len(lanes):
        problems.append(Problem("/lanes", "Ada dua lajur dengan nama yang sama."))
    return problems


def take_in(
    key: str, n: int, seen: int | None, xml: bytes | None, files: dict[str, Any], by: Caller, at: datetime
) -> tuple[Version, list[Finding]]:
    """Put files made elsewhere into a draft, byte for byte. Raises `Stale` when it was kept by somebody since."""
    draft_of(key, n, by)
    return diagrams.change(key, n, seen, xml, files, None, by, at)
