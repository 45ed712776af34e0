"""The page about where a diagram comes from: what was translated, what is kept, what is missing and how to mend it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from flask import Response, render_template, request
from flask_babel import gettext, lazy_gettext

from service.database import db
from service.diagrams.models import DRAFT, Version
from service.dialects import commands
from service.dialects.document import Document, good_key, is_key
from service.dialects.mending import Mend, mends
from service.dialects.recognising import OURS, PLAIN
from service.dialects.telling import Told
from service.engine import process_of, read_xml
from service.entrance.pages import Pages, go_to
from service.errors import Refusal
from service.people.caller import Caller
from service.people.models import OWNER, Agency
from service.sentences import say

pages = Pages("dialects")
VERSION = "/sop/<string:key>/<int:n>"
KINDS = {
    "process_off": lazy_gettext("Nyatakan dapat dijalankan"),
    "process_id": lazy_gettext("Beri kunci"),
    "id_unfit": lazy_gettext("Beri ID yang dapat dipakai"),
    "start_missing": lazy_gettext("Tambahkan kejadian mulai"),
    "end_missing": lazy_gettext("Tambahkan kejadian akhir"),
    "task_kind": lazy_gettext("Jadikan tugas orang"),
    "lane_missing": lazy_gettext("Masukkan ke lajur pelaksana"),
    "form_missing": lazy_gettext("Beri formulir catatan"),
    "gateway_asks": lazy_gettext("Tanyakan pilihan gerbang"),
    "default_flow": lazy_gettext("Tetapkan alur bawaan"),
    "picture_missing": lazy_gettext("Tata gambar"),
}
"""Kinds of mends, as the button for all of a kind calls them."""


@dataclass(frozen=True)
class Line:
    """One sentence about an element, and where it is drawn."""

    words: str
    element: str | None


@pages.get(f"{VERSION}/asal", roles=(OWNER,))
def origin(key: str, n: int, by: Caller, at: datetime, refusal: Refusal | None = None) -> str:
    version = commands.own_version(key, n, by)
    source = commands.source_of(version)
    found = commands.looked_over(version)
    document = Document(version.xml)
    own = document.process.get("id", "")
    is_draft = version.state == DRAFT and version.awaits is None
    changes = source is version and found.xml != version.xml
    first_translate = changes and found.dialect not in (OURS, PLAIN)  # it supplies much of what a mend would guess
    return render_template(
        "dialects/origin.html",
        version=version,
        source=source,
        agency=db.session.get_one(Agency, version.agency_id),
        title=process_of(read_xml(version.xml))[1],
        tool=say(found.dialect.name, gettext),
        dialect=found.dialect.code,
        told=_by_kind(found.told),
        changes=changes,
        key="" if is_key(own) else request.form.get("key", good_key(document)),
        mends=_by_code(mends(version.xml, version.forms)) if is_draft and not first_translate else [],
        is_draft=is_draft,
        kinds=KINDS,
        refusal=refusal,
    )


def _by_kind(told: Sequence[Told]) -> dict[str, list[Line]]:
    found: dict[str, list[Line]] = {}
    for each in told:
        found.setdefault(each.kind, []).append(Line(say(each.sentence, gettext), each.element_id))
    return found


def _by_code(found: Sequence[Mend]) -> list[tuple[str, list[Line]]]:
    return [
        (code, [Line(say(each.sentence, gettext), each.element_id) for each in group])
        for code, group in groupby(found, key=lambda each: each.code)
    ]


@pages.post(f"{VERSION}/terjemahkan", roles=(OWNER,), again=origin)
def translate(key: str, n: int, by: Caller, at: datetime) -> Response:
    wanted = request.form.get("key", "").strip().replace("\x00", "")[:200]
    made = commands.translate_version(key, n, by, at, wanted or None)
    return _look_at(made.version)


@pages.post(f"{VERSION}/perbaiki", roles=(OWNER,), again=origin)
def mend(key: str, n: int, by: Caller, at: datetime) -> Response:
    code, element = request.form.get("code", "")[:40], request.form.get("element", "") or None
    made = commands.mend_version(key, n, code, element, by, at, _seen())
    return _look_at(made.version)


def _look_at(version: Version) -> Response:
    return go_to(f"/sop/{version.diagram_key}/{version.n}/asal")


def _seen() -> int | None:
    """The revision that the page was made from."""
    text = request.form.get("rev", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
