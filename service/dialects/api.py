"""Calls about diagrams from elsewhere: what they say, translating them, and mends by one click."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext
from marshmallow import Schema, fields, validate

from service.dialects import commands
from service.dialects.mending import CODES, Mend, mends
from service.dialects.recognising import DIALECTS, recognise
from service.dialects.telling import KINDS, Told
from service.entrance.calls import Entrance, seen_revision, tag
from service.entrance.documenting import IF_MATCH
from service.entrance.problems import finding
from service.entrance.schemas import FindingOut, text
from service.people.caller import Caller
from service.sentences import say

entrance = Entrance("dialects", "Diagrams made by other tools")
VERSION = "/diagrams/<string:key>/versions/<int:n>"


class TranslateIn(Schema):
    key = text(
        63,
        load_default=None,
        allow_none=True,
        metadata={"description": "key of the translated diagram; its own, or a good one, where this is left out"},
    )


class MendIn(Schema):
    code = text(40, required=True, metadata={"description": f"one of {', '.join(CODES)}"})
    element = text(
        2000, load_default=None, allow_none=True, metadata={"description": "one element; all of the kind without"}
    )


class ToldOut(Schema):
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    element = fields.String(required=True, allow_none=True)
    sentence = fields.String(required=True)


class MendOut(Schema):
    code = fields.String(required=True, validate=validate.OneOf(CODES))
    element = fields.String(required=True, allow_none=True)
    sentence = fields.String(required=True)


class OriginOut(Schema):
    dialect = fields.String(required=True, validate=validate.OneOf([each.code for each in DIALECTS]))
    told = fields.List(fields.Nested(ToldOut), required=True)
    changes = fields.Boolean(required=True, metadata={"description": "whether translating would change anything"})


class MendsOut(Schema):
    dialect = fields.String(required=True, validate=validate.OneOf([each.code for each in DIALECTS]))
    items = fields.List(fields.Nested(MendOut), required=True)


class MadeOut(Schema):
    key = fields.String(required=True)
    version = fields.Integer(required=True)
    state = fields.String(required=True)
    findings = fields.List(fields.Nested(FindingOut), required=True)


class TranslatedOut(MadeOut):
    told = fields.List(fields.Nested(ToldOut), required=True)


class MendedOut(MadeOut):
    items = fields.List(fields.Nested(MendOut), required=True, metadata={"description": "the mends that are left"})


@entrance.call("GET", f"{VERSION}/translation", gives=OriginOut, refuses=(403, 422), tagged=True)
def look_at_translation(key: str, n: int, by: Caller, at: datetime) -> dict[str, Any]:
    """Which tool a version comes from, and what translating it does: what becomes ours, is kept, needs a person"""
    version = commands.own_version(key, n, by)
    tag(version.rev)
    found = commands.looked_over(version)
    changes = commands.source_of(version) is version and found.xml != version.xml
    return {"dialect": found.dialect.code, "told": _told(found.told), "changes": changes}


def _told(told: Sequence[Told]) -> list[dict[str, Any]]:
    return [{"kind": each.kind, "element": each.element_id, "sentence": say(each.sentence, gettext)} for each in told]


@entrance.call(
    "POST", f"{VERSION}/translate", gives=TranslatedOut, takes=TranslateIn, status=201, refuses=(409,), tagged=True
)
def translate_version(body: dict[str, Any], key: str, n: int, by: Caller, at: datetime) -> dict[str, Any]:
    """A new draft in our way of writing; the version it comes from stays as it is, byte for byte"""
    made = commands.translate_version(key, n, by, at, body["key"])
    return {**_made(made), "told": _told(made.told)}


@entrance.call("GET", f"{VERSION}/mends", gives=MendsOut, refuses=(403, 422), tagged=True)
def list_mends(key: str, n: int, by: Caller, at: datetime) -> dict[str, Any]:
    """What a drawing lacks that one small change supplies without guessing"""
    version = commands.own_version(key, n, by)
    tag(version.rev)
    return {"dialect": recognise(version.xml).code, "items": _mends(mends(version.xml, version.forms))}


def _mends(found: Sequence[Mend]) -> list[dict[str, Any]]:
    return [{"code": each.code, "element": each.element_id, "sentence": say(each.sentence, gettext)} for each in found]


@entrance.call(
    "POST", f"{VERSION}/mends", gives=MendedOut, takes=MendIn, refuses=(409,), headers=(IF_MATCH,), tagged=True
)
def mend_version(body: dict[str, Any], key: str, n: int, by: Caller, at: datetime) -> dict[str, Any]:
    """Do one mend, or all of its kind; a file from elsewhere stays as it is, and the mend makes the next draft"""
    made = commands.mend_version(key, n, body["code"], body["element"], by, at, seen_revision())
    return {**_made(made), "items": _mends(mends(made.version.xml, made.version.forms))}


def _made(made: commands.Made) -> dict[str, Any]:
    tag(made.version.rev)
    version = made.version
    found = [finding(each) for each in made.findings]
    return {"key": version.diagram_key, "version": version.n, "state": version.state, "findings": found}
