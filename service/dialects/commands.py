"""Verbs about diagrams from elsewhere: translate a version into a new draft, mend a draft by one click.

What came from elsewhere is never changed: both make the next draft of it, so that the file can be fetched again byte
for byte. Only a draft that was made here by one of the two is mended in its place.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.database import db
from service.diagrams import commands as diagrams
from service.diagrams.models import DRAFT, MENDED, TRANSLATED, Version, diagram_of, held_version, records_of, version_of
from service.diagrams.recording import record
from service.dialects.document import Document, is_key, mark
from service.dialects.mending import mend, mends
from service.dialects.recognising import ORIGIN
from service.dialects.telling import Told
from service.dialects.translating import Translation, translate
from service.engine import Finding
from service.errors import Conflict, Invalid, NotFound, Problem, must_be_current
from service.people import policy
from service.people.caller import Caller
from service.people.models import Agency
from service.sentences import Sentence


@dataclass(frozen=True)
class Made:
    """A draft that was made or mended, what the check finds in it, and what is told about it."""

    version: Version
    findings: list[Finding]
    told: list[Told]


def own_version(key: str, n: int, by: Caller, held: bool = False) -> Version:
    """The version in any state, if its diagram is the caller's to change."""
    diagram = diagram_of(key)
    if diagram.agency_id not in by.agencies and not by.everywhere():
        raise NotFound("Tidak ada diagram “{key}”.", key=key)
    policy.must_own_diagrams(by, diagram.agency_id)
    return held_version(key, n) if held else version_of(key, n)


def looked_over(version: Version) -> Translation:
    """What translating would do, and say; of one that was translated here, what was done to the file it came from."""
    source = source_of(version)
    return translate(source.xml, source.forms, source.diagram_key if source is version else version.diagram_key)


def source_of(version: Version) -> Version:
    """The version that this one was translated from, or itself."""
    document = Document(version.xml)
    key, _, n = (mark(document.process, ORIGIN) or "").rpartition("/")
    if not key or not n.isascii() or not n.isdecimal() or len(n) > 6:
        return version
    try:
        found = version_of(key, int(n))
    except NotFound:
        return version
    return found if found.agency_id == version.agency_id else version


def translate_version(key: str, n: int, by: Caller, at: datetime, wanted: str | None = None) -> Made:
    """The next draft, or the first of the diagram `wanted`, in our way of writing. The version stays as it is."""
    version = own_version(key, n, by)
    if wanted and not is_key(wanted):
        message = "Kunci ditulis dengan huruf kecil, angka, dan garis bawah, diawali huruf, paling panjang 63 huruf."
        raise Invalid(message, errors=[Problem("/key", message)])
    made = translate(version.xml, version.forms, wanted or None, f"{key}/{n}")
    if made.xml == version.xml:
        raise Conflict("Tidak ada yang perlu diterjemahkan pada versi ini.")
    note = Sentence("Diterjemahkan dari versi {n} diagram {key} ({tool}).", n=n, key=key, tool=made.dialect.name)
    draft, findings = _drafted(version, made.xml, made.forms, by, at, str(note))
    record(draft, TRANSLATED, by, at, str(note))
    return Made(draft, findings, made.told)


def _drafted(
    version: Version, xml: bytes, forms: dict[str, Any], by: Caller, at: datetime, note: str
) -> tuple[Version, list[Finding]]:
    home = db.session.get_one(Agency, version.agency_id)
    return diagrams.draft(xml, forms, by, at, home.key, note)


def mend_version(
    key: str, n: int, code: str, element: str | None, by: Caller, at: datetime, seen: int | None = None
) -> Made:
    """Do one mend, or all of its kind where no element is named. Raises `Stale` when it was changed since `seen`."""
    version = own_version(key, n, by, held=True)
    if version.state != DRAFT:
        raise Conflict("Versi {n} sudah diterbitkan dan tidak dapat diubah lagi; buat draf baru.", n=n)
    must_be_current(version.rev, seen)
    done = next((each.sentence for each in mends(version.xml, version.forms) if _is(each, code, element)), None)
    xml, forms = mend(version.xml, version.forms, code, element)
    if _is_made_here(version) and code != "process_id":
        version.xml, version.forms = xml, forms
        db.session.flush()
        findings = diagrams.examine(key, db.session.get_one(Agency, version.agency_id), xml, forms)
    else:
        note = Sentence("Perbaikan atas versi {n} diagram {key}.", n=n, key=key)
        version, findings = _drafted(version, xml, forms, by, at, str(note))
    record(version, MENDED, by, at, str(done or ""))
    return Made(version, findings, [])


def _is(each: Any, code: str, element: str | None) -> bool:
    return each.code == code and element in (None, each.element_id)


def _is_made_here(version: Version) -> bool:
    """Whether one of the two is the last that happened to it; after anything else it may be a file as it came."""
    records = records_of(version.diagram_key, version.n)
    return bool(records) and records[-1].what in (TRANSLATED, MENDED)
