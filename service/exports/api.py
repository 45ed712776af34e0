"""Calls that hand files out. What goes out of instances is written down first: who, what, why."""

import uuid
from datetime import datetime
from typing import Any

from flask import Response, render_template
from marshmallow import Schema, fields, validate

from service.complaints import commands as complaints
from service.database import db, transaction
from service.diagrams.loading import prepare
from service.diagrams.models import diagram_of, version_of
from service.entrance import exported, sop_papers
from service.entrance.calls import Entrance
from service.entrance.schemas import Moment, text
from service.errors import Invalid, NotFound, Problem
from service.exports import commands
from service.instances.models import STATES, instance_of
from service.people.caller import Caller
from service.people.models import Agency
from service.tasks.commands import must_see_instance
from service.tasks.overview import InstanceFilter

entrance = Entrance("exports", "Files that go out")


class SopQuery(Schema):
    format = fields.String(load_default="pdf", validate=validate.OneOf(("pdf", "html", "xlsx")))


@entrance.call(
    "GET", "/diagrams/<string:key>/versions/<int:n>/sop", query=SopQuery, produces="application/octet-stream"
)
def sop_document(query: dict[str, Any], key: str, n: int, by: Caller, at: datetime) -> Response:
    """The SOP document of a version as PDF, HTML or XLSX, from its diagram alone"""
    diagram = diagram_of(key)
    if diagram.agency_id not in by.agencies and not by.everywhere():
        raise NotFound("Tidak ada diagram “{key}”.", key=key)
    version = version_of(key, n)
    agency = db.session.get_one(Agency, diagram.agency_id)
    paper = sop_papers.paper_of(prepare(version).spec, agency.name)
    if query["format"] == "html":
        return Response(render_template("exports/sop_file.html", paper=sop_papers.laid_out(paper, paged=False)))
    return sop_papers.file_of(paper, query["format"], f"SOP {key} versi {n}", agency.zone, at)


# ---- instances -------------------------------------------------------------------------------------------------


class OneQuery(Schema):
    format = fields.String(load_default=exported.JSON, validate=validate.OneOf(exported.ONE))
    why = text(commands.LONGEST_REASON, load_default="", metadata={"description": "what it is needed for"})
    identity = fields.Boolean(
        load_default=False, metadata={"description": "with who the complainant is; JSON only, for a reason, recorded"}
    )


class ManyQuery(Schema):
    format = fields.String(load_default=exported.CSV, validate=validate.OneOf(exported.MANY))
    why = text(commands.LONGEST_REASON, load_default="", metadata={"description": "what they are needed for"})
    started_from = Moment(data_key="from", load_default=None, metadata={"description": "started then or later"})
    started_before = Moment(data_key="to", load_default=None, metadata={"description": "started before then"})
    diagram = text(63, load_default=None)
    version = fields.Integer(load_default=None, validate=validate.Range(0, 2**31 - 1))
    state = fields.String(load_default=None, validate=validate.OneOf(STATES))
    lane = text(63, load_default=None)
    overdue = fields.Boolean(load_default=False)
    q = text(100, load_default=None)


@entrance.call(
    "GET",
    "/instances/<uuid:instance_id>/export",
    query=OneQuery,
    produces="application/octet-stream",
    refuses=(403, 409),
)
def export_instance(query: dict[str, Any], instance_id: uuid.UUID, by: Caller, at: datetime) -> Response:
    """One instance as a file; that it went out is recorded"""
    instance = instance_of(instance_id)
    must_see_instance(by, instance)
    if query["identity"] and query["format"] != exported.JSON:
        message = "Identitas pelapor hanya dapat disertakan dalam bentuk JSON."
        raise Invalid(message, errors=[Problem("/identity", message)])
    told = None
    with transaction():
        commands.record_one(instance, query["format"], by, at, query["why"], query["identity"])
        if query["identity"]:
            told = complaints.open_identity(instance_id, by, query["why"], at)
    return exported.one_of(instance, query["format"], by, at, told)


@entrance.call("GET", "/exports/instances", query=ManyQuery, produces="application/octet-stream", refuses=(403,))
def export_instances(query: dict[str, Any], by: Caller, at: datetime) -> Response:
    """All instances for the caller's eyes that the filters let through, streamed; that they went out is recorded"""
    wanted = InstanceFilter(
        query["diagram"],
        query["version"],
        query["state"],
        query["lane"],
        at if query["overdue"] else None,
        query["q"],
        started_from=query["started_from"],
        started_before=query["started_before"],
    )
    home = next(iter(by.agencies)) if len(by.agencies) == 1 else None
    with transaction():
        commands.record_many(home, exported.scope_of(wanted), query["format"], by, at, query["why"])
    return exported.many(by, wanted, query["format"], exported.zone_of(home), "alur-berkas", at)
