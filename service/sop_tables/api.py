"""Calls that read the table of an SOP towards a diagram: first a plan with reasons, then a draft of what it became."""

from datetime import datetime
from typing import Any

from flask import request
from flask_babel import gettext
from marshmallow import Schema, fields, validate

from service.entrance.calls import Entrance, tag
from service.entrance.problems import finding
from service.entrance.schemas import FindingOut, StrictBoolean
from service.entrance.schemas import text as bounded
from service.errors import Invalid, Problem
from service.people.caller import Caller
from service.sentences import say
from service.sop_tables import commands, document
from service.sop_tables import plan as plans

entrance = Entrance("sop_tables", "From the table of an SOP document to a draft")


def _words(most: int = 300, **more: Any) -> fields.String:
    return bounded(most, load_default="", **more)


class SopLane(Schema):
    id = bounded(63, required=True)
    name = bounded(200, required=True)
    group = _words()
    public = StrictBoolean(load_default=False, metadata={"description": "the complainant's own lane"})
    identity = StrictBoolean(load_default=False, metadata={"description": "may see who the complainant is"})
    proposed = StrictBoolean(load_default=False, metadata={"description": "named in the text, without a column"})


class SopOption(Schema):
    value = bounded(63, required=True)
    label = bounded(200, required=True)
    to = _words(63, metadata={"description": "id of a row or an end; empty for the row after"})
    returns = StrictBoolean(load_default=False, metadata={"description": "goes back: a note is demanded"})


class SopDecision(Schema):
    field = bounded(63, required=True)
    question = _words()
    options = fields.List(fields.Nested(SopOption), required=True)
    reason = _words(1000)
    confidence = bounded(8, load_default="likely", metadata={"description": "sure, likely or unsure"})


class SopInterruption(Schema):
    id = bounded(63, required=True)
    kind = bounded(8, required=True, metadata={"description": "message or timer"})
    name = _words()
    to = bounded(63, required=True)
    lanes = fields.List(bounded(63), load_default=list, metadata={"description": "whose officers may send the message"})
    after = _words(40, metadata={"description": "ISO 8601 duration of the timer"})
    reason = _words(1000)
    confidence = bounded(8, load_default="likely", metadata={"description": "sure, likely or unsure"})


class SopRow(Schema):
    id = bounded(63, required=True)
    name = bounded(120, required=True)
    lane = bounded(63, required=True)
    row = _words(12)
    part = _words(60)
    kind = bounded(8, load_default="task", metadata={"description": "start or task"})
    text = _words(8000, metadata={"description": "what the document says"})
    lane_basis = bounded(16, load_default="judgement", metadata={"description": "text, mark, judgement or person"})
    lane_reason = _words(1000)
    lane_confidence = bounded(8, load_default="unsure", metadata={"description": "sure, likely or unsure"})
    inputs = fields.List(bounded(600), load_default=list)
    output = _words(6000)
    remark = _words(6000)
    phase = _words()
    time = _words(40, metadata={"description": "ISO 8601 duration, or least/most"})
    time_printed = _words(6000)
    clock = bounded(8, load_default="working", metadata={"description": "working or elapsed"})
    time_reason = _words(1000)
    time_confidence = bounded(8, load_default="sure", metadata={"description": "sure, likely or unsure"})
    decision = fields.Nested(SopDecision, load_default=None, allow_none=True)
    events = fields.List(fields.Nested(SopInterruption), load_default=list)
    then = _words(63, metadata={"description": "id of a row or an end; empty for the row after"})
    inserted = StrictBoolean(load_default=False, metadata={"description": "not a row of its own in the document"})


class SopEnd(Schema):
    id = bounded(63, required=True)
    name = bounded(300, required=True)


class SopMissing(Schema):
    row = _words(12)
    kind = bounded(8, required=True, metadata={"description": "step, branch or event"})
    what = _words(600)
    reason = _words(1000)


class SopPlan(Schema):
    """A procedure as read off its document; every part of it may be corrected before it becomes a draft."""

    key = bounded(63, required=True)
    title = bounded(300, required=True)
    complainant_word = bounded(16, load_default="pelapor", metadata={"description": "pelapor|pengadu|pemohon"})
    identity = fields.Dict(keys=fields.String(), values=bounded(6000), load_default=dict)
    lanes = fields.List(fields.Nested(SopLane), required=True)
    rows = fields.List(fields.Nested(SopRow), required=True)
    ends = fields.List(fields.Nested(SopEnd), required=True)
    missing = fields.List(
        fields.Nested(SopMissing), load_default=list, metadata={"description": "what a person must add"}
    )
    notes = fields.List(bounded(1000), load_default=list, metadata={"description": "what was mended in the document"})


class SopTableIn(Schema):
    text = fields.String(
        load_default=None,
        validate=validate.Length(max=document.LARGEST),
        metadata={"description": "the table as Markdown, CSV, tab-separated, or the text of a scan"},
    )


class SopTableOut(Schema):
    plan = fields.Nested(SopPlan, required=True)


class SopPlanIn(Schema):
    plan = fields.Nested(SopPlan, required=True)
    agency = bounded(63, load_default=None, metadata={"description": "key of the agency that a new diagram belongs to"})
    note = bounded(2000, load_default="")


class SopDraftOut(Schema):
    key = fields.String(required=True)
    version = fields.Integer(required=True)
    state = fields.String(required=True)
    findings = fields.List(fields.Nested(FindingOut), required=True)


MULTIPART = {
    "multipart/form-data": {
        "schema": {
            "type": "object",
            "properties": {
                "file": {
                    "type": "string",
                    "format": "binary",
                    "description": "a file of Markdown, CSV, tab-separated text or XLSX, 2 MB at most",
                },
                "text": {"type": "string"},
            },
        }
    }
}


@entrance.call(
    "POST", "/diagrams/sop-table", gives=SopTableOut, takes=SopTableIn, location="json_or_multipart", body=MULTIPART
)
def read_table(body: dict[str, Any], by: Caller, at: datetime) -> dict[str, Any]:
    """The plan that the table of an SOP is read as, with the reason for each guess; nothing is stored"""
    commands.must_own_any(by)
    plan = commands.propose(_document(body["text"]), by)
    return {"plan": plans.as_json(plan, lambda said: say(said, gettext))}


def _document(typed: str | None) -> document.Document:
    sent = request.files.getlist("file")
    if len(sent) == 1 and not typed:
        return document.of_file(sent[0].stream.read(document.LARGEST + 1), sent[0].filename or "")
    if sent or not typed:
        message = "Kirim tepat satu: teks tabel, atau satu berkas."
        raise Invalid(message, errors=[Problem("/text", message)])
    return document.of_text(typed)


@entrance.call(
    "POST",
    "/diagrams/sop-table/draft",
    gives=SopDraftOut,
    takes=SopPlanIn,
    status=201,
    refuses=(404, 409),
    tagged=True,
)
def draft_of_plan(body: dict[str, Any], by: Caller, at: datetime) -> dict[str, Any]:
    """A draft version of the diagram that a plan becomes, with what the check finds in it"""
    commands.must_own_any(by)
    version, findings = commands.draft(plans.from_json(body["plan"]), by, at, body["agency"], body["note"])
    tag(version.rev)
    found = [finding(each) for each in findings]
    return {"key": version.diagram_key, "version": version.n, "state": version.state, "findings": found}
