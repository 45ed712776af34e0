"""Calls about files: hand one in before the form that names it, fetch one."""

import uuid
from datetime import datetime
from typing import Any

from flask import Response, request
from flask_smorest.fields import Upload
from marshmallow import Schema, fields

from service.complaints.commands import find
from service.entrance import limits
from service.entrance.calls import PUBLIC, Entrance
from service.entrance.documenting import PIN_OF_COMPLAINANT
from service.entrance.schemas import text
from service.errors import Invalid, NotFound, NotKnown, Problem
from service.files import commands
from service.files.models import File, file_of
from service.instances.models import instance_of
from service.people.caller import Caller
from service.tasks.commands import must_see_instance

entrance = Entrance("files", "Papers and photos")


class FileIn(Schema):
    file = Upload(required=True, metadata={"description": "PDF, JPEG, PNG, DOCX or XLSX, at most 10 MB"})


class FileForm(Schema):
    number = text(20, load_default=None, metadata={"description": "number of the complaint, with Alur-Pin"})


class FileOut(Schema):
    id = fields.UUID(required=True)
    name = fields.String(required=True)
    size = fields.Integer(required=True)
    sha256 = fields.String(required=True)


@entrance.call(
    "POST",
    "/files",
    gives=FileOut,
    takes=FileIn,
    location="files",
    form=FileForm,
    who=PUBLIC,
    status=201,
    refuses=(404, 429),
    headers=(PIN_OF_COMPLAINANT,),
    limit=limits.guess_pin,
)
def hand_in_file(files: dict[str, Any], form: dict[str, Any], by: Caller, at: datetime) -> File:
    """Hand in a file; a file field of a form then holds its id. Complainants bring number and Alur-Pin"""
    agency_id = _agency_of_complaint(by, form["number"])
    sent = request.files.getlist("file")
    if len(sent) != 1:
        message = "Kirim satu berkas setiap kali."
        raise Invalid(message, errors=[Problem("/file", message)])
    return commands.take(sent[0].stream, sent[0].filename or "", at, by.person_id, agency_id)


def _agency_of_complaint(by: Caller, number: str | None) -> uuid.UUID | None:
    """The only agency a complainant's file can go to; an officer's is known when a form names it."""
    if by.person_id is not None:
        return None
    pin = request.headers.get("Alur-Pin")
    if pin is None:
        raise NotKnown("Silakan masuk, atau sertakan nomor pengaduan dan PIN.")
    if number is None:
        message = "Sebutkan nomor pengaduan yang cocok dengan PIN ini."
        raise Invalid(message, errors=[Problem("/number", message)])
    return find(number, pin).agency_id


@entrance.call("GET", "/files/<uuid:file_id>", produces="application/octet-stream")
def fetch_file(file_id: uuid.UUID, by: Caller, at: datetime) -> Response:
    """Fetch a file; always as a download, never shown inside a page"""
    file = file_of(file_id)
    if file.instance_id is not None:
        must_see_instance(by, instance_of(file.instance_id))
    elif file.uploaded_by is None or file.uploaded_by != by.person_id:
        raise NotFound("Berkas unggahan tidak ditemukan.")
    answer = Response(commands.open_(file_id), content_type=file.media_type)
    answer.headers.set("Content-Disposition", "attachment", filename=file.name)
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer.headers["Content-Length"] = str(file.size)
    return answer
