"""Verbs of the diagrams room: draft, change, publish, retire."""

import re
from datetime import datetime
from typing import Any

from service.database import db
from service.diagrams.check import CheckContext, check
from service.diagrams.loading import prepare
from service.diagrams.models import (
    DRAFT,
    LIVE,
    RETIRED,
    Diagram,
    Version,
    diagram_of,
    held_diagram,
    held_version,
    newest,
    next_number,
)
from service.engine import Finding, process_of, read_xml
from service.errors import Conflict, Invalid, NotFound, Stale, must_be_current
from service.people import policy
from service.people.caller import Caller
from service.people.models import Agency, agency_of, lanes_held

ADDRESSABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
"""Other keys make no draft: nobody could ask for it. What a good key is besides, the check says."""


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
    key: str, n: int, rev: int | None, xml: bytes | None, files: dict[str, Any], note: str | None, by: Caller
) -> tuple[Version, list[Finding]]:
    """Change a draft that the caller has seen at `rev`. Raises `Stale`, or `Conflict` once it is published."""
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
    return version, examine(key, db.session.get_one(Agency, version.agency_id), version.xml, version.forms)


def publish(
    key: str,
    n: int,
    by: Caller,
    at: datetime,
    note: str = "",
    unheld: list[str] | None = None,
    seen: int | None = None,
) -> Version:
    """Let a draft go live; running instances stay on their versions.

    `unheld` names the lanes that nobody holds and that the owner publishes all the same. Raises `Invalid` with the
    findings that keep it from going live.
    """
    version = _mine(key, n, by)
    if version.state != DRAFT:
        raise Conflict("Versi {n} sudah pernah diterbitkan.", n=n)
    must_be_current(version.rev, seen)
    agency = db.session.get_one(Agency, version.agency_id)
    findings = examine(key, agency, version.xml, version.forms)
    against = [f for f in findings if f.blocks or (f.code == "lane_unheld" and f.element_id not in (unheld or []))]
    if against:
        raise Invalid("Versi ini belum dapat diterbitkan; perbaiki temuan pemeriksaan dahulu.", findings=against)
    diagram = diagram_of(key)
    version.state, version.published_at, version.published_by = LIVE, at, by.name
    version.note = note or version.note
    diagram.title = prepare(version).spec.title
    db.session.flush()
    return version


def retire(key: str, n: int, by: Caller, at: datetime, note: str = "", seen: int | None = None) -> Version:
    """Let a live version take no new instances; those that run go on."""
    version = _mine(key, n, by)
    if version.state != LIVE:
        raise Conflict("Hanya versi yang berlaku yang dapat dihentikan.")
    must_be_current(version.rev, seen)
    version.state, version.retired_at = RETIRED, at
    version.note = note or version.note
    db.session.flush()
    return version


def _mine(key: str, n: int, by: Caller) -> Version:
    """The version, if its diagram is the caller's to change."""
    diagram = diagram_of(key)
    if diagram.agency_id not in by.agencies and not by.everywhere():
        raise NotFound("Tidak ada diagram “{key}”.", key=key)
    policy.must_own_diagrams(by, diagram.agency_id)
    return held_version(key, n)
