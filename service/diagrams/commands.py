"""Verbs of the diagrams room: draft and change, publish and approve, retire and bring back, restore and throw away.

Every one of them is recorded with the version. What waits to go live cannot be changed meanwhile: the request has to
be withdrawn first, so that what is approved, or goes live on its day, is what was asked for.
"""

import re
from datetime import datetime, timedelta
from typing import Any

from service.database import db
from service.diagrams.check import CheckContext, check
from service.diagrams.models import (
    APPROVED,
    ASKED,
    BROUGHT_BACK,
    CHANGED,
    DECLINED,
    DRAFT,
    DRAFTED,
    DROPPED,
    FAILED,
    FOR_APPROVAL,
    FOR_ITS_DAY,
    LIVE,
    PUBLISHED,
    RESTORED,
    RETIRED,
    SCHEDULED,
    WAS_DROPPED,
    WAS_RETIRED,
    WITHDRAWN,
    Diagram,
    Version,
    diagram_of,
    due_to_go_live,
    held_diagram,
    held_version,
    newest,
    next_number,
)
from service.diagrams.recording import record
from service.engine import Finding, load_spec, process_of, read_xml
from service.errors import Conflict, Invalid, NotFound, Problem, Stale, must_be_current
from service.people import policy
from service.people.caller import SYSTEM, Caller
from service.people.models import Agency, agency_of, lanes_held
from service.sentences import Sentence

ADDRESSABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
"""Other keys make no draft: nobody could ask for it. What a good key is besides, the check says."""
LONGEST_TITLE = 300
FURTHEST = timedelta(days=731)
"""A day further off than this is more likely a slip of the hand."""


def examine(key: str, agency: Agency, xml: bytes, forms: dict[str, Any]) -> list[Finding]:
    """Everything the check finds, the lanes that nobody of the agency holds included."""
    return check(xml, forms, CheckContext(lanes_held=lanes_held(agency.id, key)))


def draft(
    xml: bytes, files: dict[str, Any], by: Caller, at: datetime, agency: str | None = None, note: str = ""
) -> tuple[Version, list[Finding]]:
    """Keep a new draft version of the diagram whose key is the process id.

    Form files that are not sent come from its newest version. Raises `Invalid` for a file that cannot be read at all;
    what else is wrong is found and said, and keeps the draft from being published.
    """
    key, title = process_of(read_xml(xml))
    if not ADDRESSABLE.fullmatch(key):
        raise Invalid("ID proses “{key}” tidak dapat menjadi bagian dari alamat; pakai huruf, angka, garis.", key=key)
    diagram = held_diagram(key)
    home = _home_of(diagram, agency, by)
    policy.must_own_diagrams(by, home.id)
    if diagram is None:
        diagram = Diagram(key=key, agency_id=home.id, title=title, created_at=at)
        db.session.add(diagram)
        db.session.flush()
    before = newest(key)
    forms = {**(before.forms if before else {}), **files}
    version = Version(
        agency_id=home.id,
        diagram_key=key,
        n=next_number(key),
        xml=xml,
        forms=forms,
        note=note,
        created_at=at,
        created_by=by.name,
    )
    db.session.add(version)
    db.session.flush()
    record(version, DRAFTED, by, at, note)
    return version, examine(key, home, xml, forms)


def _home_of(diagram: Diagram | None, agency: str | None, by: Caller) -> Agency:
    """The agency a draft belongs to: that of its diagram, the one named, or the only one he owns diagrams of."""
    if diagram is not None:
        home = db.session.get_one(Agency, diagram.agency_id)
        if agency not in (None, home.key):
            raise Conflict("Diagram “{key}” milik instansi {agency}.", key=diagram.key, agency=home.name)
        return home
    if agency is not None:
        return agency_of(agency)
    owned = [agency_id for agency_id, role in by.roles if role == "owner" and agency_id]
    if len(owned) != 1:
        raise Invalid("Sebutkan instansi pemilik diagram ini (bidang “agency”).")
    return db.session.get_one(Agency, owned[0])


def change(
    key: str,
    n: int,
    rev: int | None,
    xml: bytes | None,
    files: dict[str, Any],
    note: str | None,
    by: Caller,
    at: datetime | None = None,
) -> tuple[Version, list[Finding]]:
    """Change a draft that the caller has seen at `rev`; recorded where it is said when.

    Raises `Stale`, or `Conflict` once it is published or waits for that.
    """
    version = _mine(key, n, by)
    if version.state != DRAFT:
        raise Conflict("Versi {n} sudah diterbitkan dan tidak dapat diubah lagi; buat draf baru.", n=n)
    if rev is not None and rev != version.rev:
        raise Stale("Draf ini sudah diubah orang lain; muat ulang sebelum menyimpan.")
    if xml is not None:
        found, _title = process_of(read_xml(xml))
        if found != key:
            raise Invalid("Berkas ini berisi diagram “{found}”, bukan “{key}”.", found=found, key=key)
        version.xml = xml
    version.forms = {**version.forms, **files}
    version.note = version.note if note is None else note
    db.session.flush()
    if at is not None:
        record(version, CHANGED, by, at)
    return version, examine(key, db.session.get_one(Agency, version.agency_id), version.xml, version.forms)


def publish(
    key: str,
    n: int,
    by: Caller,
    at: datetime,
    note: str = "",
    unheld: list[str] | None = None,
    seen: int | None = None,
    goes_live_at: datetime | None = None,
) -> Version:
    """Let a draft go live, at once or on its day; running instances stay on their versions.

    Where the agency wants a second person to approve, this asks for it. `unheld` names the lanes that nobody holds and
    that the owner publishes all the same. Raises `Invalid` with the findings that keep it from going live.
    """
    version = _mine(key, n, by)
    if version.state != DRAFT:
        raise Conflict("Versi {n} sudah pernah diterbitkan.", n=n)
    if version.awaits is not None:
        raise Conflict("Penerbitan draf ini sudah diminta. Tarik dahulu permintaannya bila ingin memintanya lagi.")
    must_be_current(version.rev, seen)
    _must_lie_ahead(goes_live_at, at)
    agency = db.session.get_one(Agency, version.agency_id)
    _must_pass(version, agency, unheld)
    version.asked_at, version.asked_by, version.asked_by_id = at, by.name, by.person_id
    version.unheld, version.goes_live_at = unheld or None, goes_live_at
    version.note = note or version.note
    if agency.second_approval:
        return _wait(version, FOR_APPROVAL, ASKED, by, at, note)
    return _go_live_in_time(version, by, at, note)


def _must_lie_ahead(day: datetime | None, at: datetime) -> None:
    if day is not None and not at < day < at + FURTHEST:
        message = "Waktu mulai berlaku harus di depan, paling jauh dua tahun lagi."
        raise Invalid(message, errors=[Problem("/from", message)])


def _must_pass(version: Version, agency: Agency, unheld: list[str] | None) -> None:
    findings = examine(version.diagram_key, agency, version.xml, version.forms)
    against = [f for f in findings if f.blocks or (f.code == "lane_unheld" and f.element_id not in (unheld or []))]
    if against:
        raise Invalid("Versi ini belum dapat diterbitkan; perbaiki temuan pemeriksaan dahulu.", findings=against)


def _wait(version: Version, awaits: str, what: str, by: Caller, at: datetime, note: str) -> Version:
    """Let the draft wait at the revision it will have when this is kept."""
    version.awaits, version.asked_rev = awaits, version.rev + 1
    db.session.flush()
    record(version, what, by, at, note)
    return version


def _go_live_in_time(version: Version, by: Caller, at: datetime, note: str) -> Version:
    if version.goes_live_at is not None and version.goes_live_at > at:
        return _wait(version, FOR_ITS_DAY, SCHEDULED, by, at, note)
    return _go_live(version, by, at, note)


def _go_live(version: Version, by: Caller, at: datetime, note: str = "") -> Version:
    diagram_of(version.diagram_key).title = load_spec(version.xml).title[:LONGEST_TITLE]
    version.state, version.awaits = LIVE, None
    version.published_at, version.published_by = at, version.asked_by
    db.session.flush()
    record(version, PUBLISHED, by, at, note)
    return version


def approve(key: str, n: int, by: Caller, at: datetime, note: str = "", seen: int | None = None) -> Version:
    """Approve as a second person what somebody else asked to publish; it goes live at once or on its day.

    It is checked again. Raises `Stale` for a draft that is not the one that was asked for, or not the one seen.
    """
    version = _seen(key, n, by)
    policy.must_approve_diagrams(by, version.agency_id, version.asked_by_id)
    if version.state != DRAFT or version.awaits != FOR_APPROVAL:
        raise Conflict("Versi {n} tidak sedang menunggu persetujuan.", n=n)
    must_be_current(version.rev, seen)
    if version.rev != version.asked_rev:
        raise Stale("Draf ini sudah berubah sejak persetujuannya diminta. Mintalah persetujuan sekali lagi.")
    _must_pass(version, db.session.get_one(Agency, version.agency_id), version.unheld)
    version.approved_by = by.name
    record(version, APPROVED, by, at, note)
    return _go_live_in_time(version, by, at, "")


def withdraw(key: str, n: int, by: Caller, at: datetime, note: str = "", seen: int | None = None) -> Version:
    """Take back what was asked, or decline it as the second person: it is a draft like any other again."""
    version = _seen(key, n, by)
    theirs = by.person_id != version.asked_by_id and policy.approves_diagrams(by, version.agency_id, None)
    if not theirs:
        policy.must_own_diagrams(by, version.agency_id)
    if version.state != DRAFT or version.awaits is None:
        raise Conflict("Versi {n} tidak sedang menunggu diterbitkan.", n=n)
    must_be_current(version.rev, seen)
    declines = theirs and version.awaits == FOR_APPROVAL
    _wait_no_more(version)
    record(version, DECLINED if declines else WITHDRAWN, by, at, note)
    return version


def _wait_no_more(version: Version) -> None:
    version.awaits = version.asked_at = version.asked_by = version.asked_by_id = version.asked_rev = None
    version.approved_by = version.goes_live_at = version.unheld = None
    db.session.flush()


def publish_due(now: datetime) -> int:
    """Let one draft go live whose day has come, if it still passes; else record why not, and leave it a draft.

    State and record are kept together, so it happens once whoever does it and however often it is tried.
    """
    version = due_to_go_live(now)
    if version is None:
        return 0
    try:
        if version.rev != version.asked_rev:
            raise Stale("Draf ini sudah berubah sejak penerbitannya diminta.")
        _must_pass(version, db.session.get_one(Agency, version.agency_id), version.unheld)
        _go_live(version, SYSTEM, now)
    except (Invalid, Stale) as refusal:
        _wait_no_more(version)
        record(version, FAILED, SYSTEM, now, _reasons(refusal))
    return 1


def _reasons(refusal: Invalid | Stale) -> str:
    findings = refusal.findings if isinstance(refusal, Invalid) else ()
    return "\n".join(
        [str(refusal), *(f"{each.element_name or each.element_id or '-'}: {each.what}" for each in findings)]
    )


def retire(key: str, n: int, by: Caller, at: datetime, note: str = "", seen: int | None = None) -> Version:
    """Let a live version take no new instances; those that run go on."""
    version = _mine(key, n, by)
    if version.state != LIVE:
        raise Conflict("Hanya versi yang berlaku yang dapat dihentikan.")
    must_be_current(version.rev, seen)
    version.state, version.retired_at = RETIRED, at
    version.note = note or version.note
    db.session.flush()
    record(version, WAS_RETIRED, by, at, note)
    return version


def bring_back(
    key: str,
    n: int,
    by: Caller,
    at: datetime,
    note: str = "",
    seen: int | None = None,
    unheld: list[str] | None = None,
) -> Version:
    """Let a retired version take new instances again. It was approved once; it is only checked anew."""
    version = _mine(key, n, by)
    if version.state != RETIRED:
        raise Conflict("Hanya versi yang sudah dihentikan yang dapat diberlakukan kembali.")
    must_be_current(version.rev, seen)
    _must_pass(version, db.session.get_one(Agency, version.agency_id), unheld)
    version.state, version.retired_at = LIVE, None
    db.session.flush()
    record(version, BROUGHT_BACK, by, at, note)
    return version


def restore(key: str, n: int, by: Caller, at: datetime, note: str = "") -> tuple[Version, list[Finding]]:
    """A new draft with the very files of an older version, byte for byte; its note says of which."""
    held_diagram(key)
    source = _mine(key, n, by)
    version = Version(
        agency_id=source.agency_id,
        diagram_key=key,
        n=next_number(key),
        xml=source.xml,
        forms=dict(source.forms),
        note=note or str(Sentence("Dipulihkan dari versi {n}.", n=n)),
        created_at=at,
        created_by=by.name,
    )
    db.session.add(version)
    db.session.flush()
    record(version, RESTORED, by, at, str(Sentence("Dipulihkan dari versi {n}.", n=n)))
    return version, examine(key, db.session.get_one(Agency, version.agency_id), version.xml, version.forms)


def discard(key: str, n: int, by: Caller, at: datetime, note: str = "", seen: int | None = None) -> None:
    """Throw away a draft that was never published: its files go, its number and its record stay."""
    version = _mine(key, n, by)
    if version.state != DRAFT:
        raise Conflict("Versi {n} sudah pernah diterbitkan; yang pernah berlaku disimpan.", n=n)
    if version.awaits is not None:
        raise Conflict("Draf ini sedang menunggu diterbitkan. Tarik dahulu permintaan penerbitannya.")
    must_be_current(version.rev, seen)
    version.xml, version.forms = b"", {}
    version.state = DROPPED
    db.session.flush()
    record(version, WAS_DROPPED, by, at, note)


def _mine(key: str, n: int, by: Caller) -> Version:
    """The version, if its diagram is the caller's to change."""
    policy.must_own_diagrams(by, _visible(key, by).agency_id)
    return held_version(key, n)


def _seen(key: str, n: int, by: Caller) -> Version:
    """The version, if it is for the caller's eyes."""
    _visible(key, by)
    return held_version(key, n)


def _visible(key: str, by: Caller) -> Diagram:
    diagram = diagram_of(key)
    if diagram.agency_id not in by.agencies and not by.everywhere():
        raise NotFound("Tidak ada diagram “{key}”.", key=key)
    return diagram
