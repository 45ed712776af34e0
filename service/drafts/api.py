"""Calls about drafts while they are drawn: keeping, being there, branching off, checking what is not kept yet."""

import re
from datetime import datetime
from typing import Any

from marshmallow import Schema, fields

from service.diagrams.layout import draw
from service.drafts import commands
from service.drafts.commands import Standing
from service.drafts.foreknowledge import foreknowledge
from service.engine.xml import MOST_BYTES
from service.entrance import limits
from service.entrance.calls import Entrance, seen_revision, tag
from service.entrance.documenting import IF_MATCH
from service.entrance.problems import finding
from service.entrance.schemas import FindingOut, StrictBoolean, text
from service.people.caller import Caller

entrance = Entrance("drafts", "Drafts while they are drawn")
DRAFT = "/diagrams/<string:key>/versions/<int:n>"


class XmlIn(Schema):
    xml = text(MOST_BYTES, required=True, metadata={"description": "one BPMN 2.0 file as text"})


class LookIn(XmlIn):
    dry_run = StrictBoolean(load_default=False, metadata={"description": "also walk it with made-up answers"})


class BranchIn(Schema):
    xml = text(MOST_BYTES, load_default=None, allow_none=True, metadata={"description": "another drawing for it"})
    note = text(2000, load_default="")


class PresentOut(Schema):
    name = fields.String(required=True)
    seen_at = fields.AwareDateTime(required=True)
    saved_at = fields.AwareDateTime(required=True, allow_none=True)


class StandingOut(Schema):
    version = fields.Integer(required=True)
    state = fields.String(required=True)
    rev = fields.Integer(required=True)
    others = fields.List(fields.Nested(PresentOut), required=True)
    saved_at = fields.AwareDateTime(required=True, allow_none=True)
    saved_by = fields.String(required=True, allow_none=True)


class ChoiceOut(Schema):
    value = fields.Raw(required=True)
    label = fields.String(required=True)


class FieldOut(Schema):
    name = fields.String(required=True)
    title = fields.String(required=True)
    kind = fields.String(required=True, metadata={"description": "choice, many, yes_no, number or text"})
    choices = fields.List(fields.Nested(ChoiceOut), required=True)
    asked_at = fields.List(fields.String(), required=True)
    optional = fields.Boolean(required=True)


class AskingOut(Schema):
    surely = fields.List(fields.String(), required=True)
    perhaps = fields.List(fields.String(), required=True)


class LookOut(Schema):
    findings = fields.List(fields.Nested(FindingOut), required=True)
    fields_ = fields.List(fields.Nested(FieldOut), required=True, data_key="fields", attribute="fields")
    known = fields.Dict(
        keys=fields.String(),
        values=fields.Nested(AskingOut),
        required=True,
        metadata={"description": "gateway or event to the names of fields known where it asks"},
    )


class BranchOut(Schema):
    key = fields.String(required=True)
    version = fields.Integer(required=True)


class XmlOut(Schema):
    xml = fields.String(required=True)


DECLARED = re.compile(r"""^(\ufeff?<\?xml\s[^>]{0,80}?encoding\s*=\s*)(["'])[^"']{0,40}\2""")


def _bytes(text_: str) -> bytes:
    """A file that came as text is UTF-8 from here on, whatever it says of itself."""
    return DECLARED.sub(r"\1\2UTF-8\2", text_).encode()


@entrance.call(
    "PUT", f"{DRAFT}/drawing", gives=StandingOut, takes=XmlIn, refuses=(409,), headers=(IF_MATCH,), tagged=True
)
def keep_drawing(body: dict[str, Any], key: str, n: int, by: Caller, at: datetime) -> dict[str, Any]:
    """Keep a draft as it is drawn, seen at the revision in If-Match; it is not checked"""
    return _standing(commands.keep(key, n, seen_revision(), _bytes(body["xml"]), by, at))


@entrance.call("POST", f"{DRAFT}/presence", gives=StandingOut, tagged=True)
def be_present(key: str, n: int, by: Caller, at: datetime) -> dict[str, Any]:
    """Say that one has the draft open, and learn how it stands and who else has"""
    return _standing(commands.be_here(key, n, by, at))


def _standing(found: Standing) -> dict[str, Any]:
    tag(found.version.rev)
    return {
        "version": found.version.n,
        "state": found.version.state,
        "rev": found.version.rev,
        "others": found.others,
        "saved_at": found.last.saved_at if found.last else None,
        "saved_by": found.last.name if found.last else None,
    }


@entrance.call("POST", f"{DRAFT}/branch", gives=BranchOut, takes=BranchIn, status=201, refuses=(409,), tagged=True)
def branch_off(body: dict[str, Any], key: str, n: int, by: Caller, at: datetime) -> dict[str, Any]:
    """A new draft that begins as this version, or with its forms and another drawing"""
    version = commands.branch(key, n, by, at, _bytes(body["xml"]) if body["xml"] else None, body["note"])
    tag(version.rev)
    return {"key": key, "version": version.n}


@entrance.call(
    "POST",
    f"{DRAFT}/check",
    gives=LookOut,
    takes=LookIn,
    refuses=(409, 429),
    limit=limits.look_over,
    keeps_nothing=True,
)
def check_drawing(body: dict[str, Any], key: str, n: int, by: Caller, at: datetime) -> dict[str, Any]:
    """What the check finds in a drawing that is not kept, and which fields its gateways may ask; nothing is stored"""
    xml = _bytes(body["xml"])
    version, findings = commands.look_over(key, n, xml, by, body["dry_run"])
    known = foreknowledge(xml, version.forms)
    return {"findings": [finding(each) for each in findings], "fields": known.fields, "known": known.known or {}}


@entrance.call(
    "POST",
    f"{DRAFT}/layout",
    gives=XmlOut,
    takes=XmlIn,
    refuses=(409, 429),
    limit=limits.look_over,
    keeps_nothing=True,
)
def lay_out(body: dict[str, Any], key: str, n: int, by: Caller, at: datetime) -> dict[str, Any]:
    """The same drawing with all its shapes and lines put in order; nothing is stored"""
    commands.draft_of(key, n, by)
    return {"xml": draw(_bytes(body["xml"])).decode()}
