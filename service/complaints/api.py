"""Calls about complaints: hand in, follow, answer as the complainant; open an identity as an officer."""

import uuid
from datetime import datetime
from typing import Any

from flask import request
from marshmallow import Schema, fields, validate

from service.complaints import commands
from service.complaints.letters import Letter
from service.complaints.models import CHANNELS, Complaint
from service.complaints.progress import progress
from service.diagrams.loading import Loaded, start_version
from service.entrance import limits
from service.entrance.answered import answers_in_words
from service.entrance.calls import PUBLIC, Entrance
from service.entrance.documenting import PIN
from service.entrance.problems import said, sentence_in_words
from service.entrance.schemas import Answers, Moment, StrictBoolean, WholeNumber, text
from service.errors import NotFound
from service.files.commands import Part, take_into
from service.people.caller import Caller

entrance = Entrance("complaints", "What complainants hand in and follow")


class ComplaintIn(Schema):
    diagram = text(63, 1, required=True)
    version = WholeNumber(load_default=None, allow_none=True)
    answers = Answers(required=True)
    anonymous = StrictBoolean(load_default=False)
    secret = StrictBoolean(load_default=False)
    channel = fields.String(load_default="web", validate=validate.OneOf(CHANNELS))
    lapor_tracking_id = text(40, load_default=None, allow_none=True)
    received_at = Moment(
        load_default=None, allow_none=True, metadata={"description": "when it reached the office; officers only"}
    )


class HandedInOut(Schema):
    number = fields.String(required=True)
    pin = fields.String(required=True, metadata={"description": "shown once"})
    received_at = fields.AwareDateTime(required=True)
    what_next = fields.String(required=True)
    promised_at = fields.AwareDateTime(required=True, allow_none=True)


class MilestoneOut(Schema):
    text = fields.String(required=True)
    at = fields.AwareDateTime(required=True, allow_none=True)
    state = fields.String(required=True, validate=validate.OneOf(("done", "now", "next")))


class PublicTaskOut(Schema):
    id = fields.UUID(required=True)
    name = fields.String(required=True)
    due_at = fields.AwareDateTime(required=True, allow_none=True)
    schema = fields.Dict(required=True)
    ui_schema = fields.Dict(required=True)


class LetterFileOut(Schema):
    name = fields.String(required=True)
    size = fields.Integer(required=True)


class LetterPartOut(Schema):
    label = fields.String(required=True)
    text = fields.String(required=True)
    files = fields.List(fields.Nested(LetterFileOut), required=True)


class LetterOut(Schema):
    at = fields.AwareDateTime(required=True)
    by = fields.String(required=True, metadata={"enum": ["office", "complainant"], "description": "who told it"})
    parts = fields.List(fields.Nested(LetterPartOut), required=True)


class ProgressOut(Schema):
    number = fields.String(required=True)
    code = fields.String(required=True, metadata={"description": "the status, for programs"})
    status = fields.String(required=True)
    sentence = fields.String(required=True)
    received_at = fields.AwareDateTime(required=True)
    milestones = fields.List(fields.Nested(MilestoneOut), required=True)
    promised_at = fields.AwareDateTime(required=True, allow_none=True)
    ended_at = fields.AwareDateTime(required=True, allow_none=True)
    tasks = fields.List(fields.Nested(PublicTaskOut), required=True)
    letters = fields.List(
        fields.Nested(LetterOut),
        required=True,
        metadata={"description": "what office and complainant told each other, first to last"},
    )


class PublicAnswersIn(Schema):
    answers = Answers(required=True)


class WhyIn(Schema):
    why = text(500, 5, required=True)


class IdentityOut(Schema):
    identity = fields.Dict(required=True)


MULTIPART = {
    "multipart/form-data": {
        "schema": {
            "type": "object",
            "required": ["diagram", "answers"],
            "properties": {
                "diagram": {"type": "string"},
                "answers": {"type": "string", "description": "the answers as JSON"},
            },
            "additionalProperties": {
                "type": "string",
                "description": "files, each part named by the JSON pointer of its field; the other members as above",
            },
        }
    }
}


@entrance.call(
    "POST",
    "/complaints",
    gives=HandedInOut,
    takes=ComplaintIn,
    location="json_or_multipart",
    who=PUBLIC,
    status=201,
    refuses=(404, 409, 429),
    limit=limits.hand_in,
    body=MULTIPART,
)
def hand_in(body: dict[str, Any], by: Caller, at: datetime) -> dict[str, Any]:
    """Hand in a complaint, as JSON or as multipart with files"""
    asked = body["version"] is not None
    version = start_version(body.pop("diagram"), body.pop("version"))
    answers = _with_files(version, body.pop("answers"), by, at)
    handed = commands.hand_in(version, answers, by, at, asked=asked, **body)
    return {
        "number": handed.complaint.number,
        "pin": handed.pin,
        "received_at": handed.complaint.received_at,
        "what_next": said(handed.what_next, {}),
        "promised_at": handed.complaint.promised_at,
    }


def _with_files(version: Loaded, answers: dict[str, Any], by: Caller, at: datetime) -> dict[str, Any]:
    parts = [Part(name, file.filename or "", file.stream) for name, file in request.files.items(multi=True)]
    if not parts:
        return answers
    return take_into(version.form(version.spec.start.id).schema, answers, parts, at, by.person_id)


@entrance.call(
    "GET",
    "/complaints/<string:number>",
    gives=ProgressOut,
    who=PUBLIC,
    refuses=(429,),
    headers=(PIN,),
    limit=limits.guess_pin,
)
def follow(number: str, by: Caller, at: datetime) -> dict[str, Any]:
    """How a complaint stands, for whoever has its number and PIN (header Alur-Pin)"""
    return _told(_found(number))


def _told(complaint: Complaint) -> dict[str, Any]:
    told = progress(complaint)
    letters = [_letter(letter) for letter in told.letters]
    return {
        **told.__dict__,
        "status": said(told.status, {}),
        "sentence": sentence_in_words(told.sentence),
        "letters": letters,
    }


def _letter(letter: Letter) -> dict[str, Any]:
    parts = answers_in_words(letter.version, letter.element, letter.answers)
    return {
        "at": letter.at,
        "by": "complainant" if letter.mine else "office",
        "parts": [{"label": p.label, "text": p.text or str(p.on or p.moment or ""), "files": p.files} for p in parts],
    }


def _found(number: str) -> Complaint:
    pin = request.headers.get("Alur-Pin", "")
    if len(pin) > 40 or len(number) > 40:
        raise NotFound(commands.UNKNOWN)
    return commands.find(number, pin)


@entrance.call(
    "POST",
    "/complaints/<string:number>/tasks/<uuid:task_id>/complete",
    gives=ProgressOut,
    takes=PublicAnswersIn,
    who=PUBLIC,
    refuses=(409, 429),
    headers=(PIN,),
    limit=limits.guess_pin,
)
def complete_as_complainant(
    body: dict[str, Any], number: str, task_id: uuid.UUID, by: Caller, at: datetime
) -> dict[str, Any]:
    """Complete a task of the complainant's own lane"""
    complaint = _found(number)
    commands.complete_public(complaint, task_id, body["answers"], at)
    return _told(complaint)


@entrance.call("POST", "/instances/<uuid:instance_id>/identity", gives=IdentityOut, takes=WhyIn, refuses=(409,))
def open_identity(body: dict[str, Any], instance_id: uuid.UUID, by: Caller, at: datetime) -> dict[str, Any]:
    """Open who the complainant is; that it was opened, by whom and why, is recorded"""
    return {"identity": commands.open_identity(instance_id, by, body["why"], at)}


@entrance.call("POST", "/instances/<uuid:instance_id>/identity/erase", takes=WhyIn, status=204, refuses=(409,))
def erase_identity(body: dict[str, Any], instance_id: uuid.UUID, by: Caller, at: datetime) -> None:
    """Destroy who the complainant is, for good; the case itself stays"""
    commands.erase_identity(instance_id, by, body["why"], at)
