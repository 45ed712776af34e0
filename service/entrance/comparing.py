"""The page that shows what has changed between two versions: in words first, then on both diagrams side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, render_template, request
from flask_babel import gettext, lazy_gettext

from service.diagrams import models
from service.diagrams.differences import Difference, differences, touched
from service.diagrams.differing.difference import (
    ADDED,
    CHANGED,
    CONDITION,
    DRAWING,
    FLOW,
    FORM,
    GROUPS,
    OTHER,
    REMOVED,
    TIME,
    WHO,
)
from service.diagrams.pages import READERS, STATE_KINDS, STATE_WORDS, readable, readable_version, visible_diagram
from service.entrance.pages import Pages, go_to
from service.errors import Invalid, NotFound
from service.people.caller import Caller
from service.sentences import say

pages = Pages("comparing", at=__name__)

TITLES = {
    WHO: lazy_gettext("Siapa mengerjakan"),
    TIME: lazy_gettext("Waktu"),
    FORM: lazy_gettext("Formulir"),
    CONDITION: lazy_gettext("Syarat"),
    FLOW: lazy_gettext("Alur"),
    OTHER: lazy_gettext("Lain-lain"),
    DRAWING: lazy_gettext("Gambar"),
}
CHANGES = {ADDED: lazy_gettext("Baru"), REMOVED: lazy_gettext("Dihapus"), CHANGED: lazy_gettext("Berubah")}


@dataclass(frozen=True)
class Line:
    """One difference in the reader's language, and where it lies in either drawing."""

    words: str
    change: str
    name: str
    element_before: str | None
    element: str | None
    field: str | None
    before: str | None
    after: str | None

    @property
    def in_drawing(self) -> bool:
        return self.element is not None or self.element_before is not None


@dataclass(frozen=True)
class Group:
    """The differences about one subject."""

    key: str
    title: Any
    lines: tuple[Line, ...]


def grouped(found: Sequence[Difference]) -> list[Group]:
    """The differences by subject, those without any left out."""
    lines = {key: tuple(_line(each) for each in found if each.group == key) for key in GROUPS}
    return [Group(key, TITLES[key], told) for key, told in lines.items() if told]


def _line(each: Difference) -> Line:
    words = [say(value, gettext) for value in (each.sentence, each.name, each.before, each.after)]
    return Line(words[0], _became(each), words[1], each.element_before, each.element, each.field, words[2], words[3])


def _became(each: Difference) -> str:
    """What became of that which it is about: of a step, or of a field of the form of a step that stays."""
    for became in (ADDED, REMOVED):
        if each.kind.endswith(f"_{became}"):
            return became
    return each.change if each.element or each.element_before else CHANGED


@pages.get("/sop/<string:key>/<int:n>/beda", roles=READERS)
def from_live(key: str, n: int, by: Caller, at: datetime) -> Response:
    """What a version changes of the one that is live, or of the one before it."""
    newer = readable_version(key, n, by)
    older = older_than(newer, by)
    if older is None:
        raise NotFound("Ini versi pertama; belum ada versi lain untuk dibandingkan.")
    return go_to(f"/sop/{key}/beda/{older.n}/{n}")


def older_than(version: models.Version, by: Caller) -> models.Version | None:
    """What a version is compared with unless somebody says otherwise: the live one, else the one before it."""
    live = models.newest_live(version.diagram_key, besides=version.n)
    if version.state == models.DRAFT and live is not None:
        return live
    diagram = visible_diagram(version.diagram_key, by)
    before = [v for v in readable(diagram, models.versions_of(version.diagram_key), by) if v.n < version.n]
    return before[0] if before else live


@pages.get("/sop/<string:key>/beda", roles=READERS)
def chosen(key: str, by: Caller, at: datetime) -> Response:
    """Two versions were chosen in the form above the list."""
    visible_diagram(key, by)
    older, newer = (request.args.get(name, "") for name in ("dari", "ke"))
    if not (older.isdecimal() and newer.isdecimal() and len(older) < 7 and len(newer) < 7):
        raise NotFound("Pilih dua versi untuk dibandingkan.")
    return go_to(f"/sop/{key}/beda/{int(older)}/{int(newer)}")


@pages.get("/sop/<string:key>/beda/<int:a>/<int:b>", roles=READERS)
def compare(key: str, a: int, b: int, by: Caller, at: datetime) -> str:
    """The list of differences, and both drawings with what has changed in them marked."""
    older, newer = readable_version(key, a, by), readable_version(key, b, by)
    diagram = models.diagram_of(key)
    found, unreadable = _differences(older, newer)
    marks = touched(found)
    return render_template(
        "diagrams/compare.html",
        diagram=diagram,
        older=older,
        newer=newer,
        versions=readable(diagram, models.versions_of(key), by),
        states=STATE_WORDS,
        kinds=STATE_KINDS,
        changes=CHANGES,
        groups=grouped(found),
        count=sum(1 for each in found if each.group != DRAWING),
        unreadable=unreadable,
        before_marks=[_mark(each.before, each.change) for each in marks if each.before],
        after_marks=[_mark(each.after, each.change) for each in marks if each.after],
    )


def _differences(older: models.Version, newer: models.Version) -> tuple[list[Difference], Invalid | None]:
    try:
        return differences(older, newer), None
    except Invalid as refusal:
        return [], refusal


def _mark(element: str, change: str) -> dict[str, str]:
    return {"element": element, "kind": change, "words": str(CHANGES[change])}
