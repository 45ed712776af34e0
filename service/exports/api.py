"""Calls that hand files out."""

from datetime import datetime
from typing import Any

from flask import Response, render_template
from marshmallow import Schema, fields, validate

from service.database import db
from service.diagrams.loading import prepare
from service.diagrams.models import diagram_of, version_of
from service.entrance import sop_papers
from service.entrance.calls import Entrance
from service.errors import NotFound
from service.people.caller import Caller
from service.people.models import Agency

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
