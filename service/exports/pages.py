"""Pages from which files are taken along: the SOP document of a version."""

from datetime import datetime

from flask import Response, render_template

from service.database import db
from service.diagrams.loading import prepare
from service.diagrams.models import DRAFT, Version, diagram_of, version_of
from service.entrance import sop_papers
from service.entrance.pages import Pages
from service.errors import NotFound
from service.people.caller import Caller
from service.people.models import AUDITOR, OFFICER, OWNER, SUPERVISOR, Agency

pages = Pages("exports")

READERS = (OFFICER, OWNER, SUPERVISOR, AUDITOR)


def _version(key: str, n: int, by: Caller) -> Version:
    """The version, if it is for his eyes: drafts are for those who draw and those who look after it."""
    agency_id = diagram_of(key).agency_id
    version = version_of(key, n)
    drafts_too = any(by.is_(role, agency_id) for role in (OWNER, SUPERVISOR, AUDITOR))
    if (agency_id not in by.agencies and not by.everywhere()) or (version.state == DRAFT and not drafts_too):
        raise NotFound("Diagram “{key}” tidak memiliki versi {n}.", key=key, n=n)
    return version


def _paper(version: Version) -> tuple[sop_papers.Paper, Agency]:
    agency = db.session.get_one(Agency, version.agency_id)
    return sop_papers.paper_of(prepare(version).spec, agency.name), agency


@pages.get("/sop/<string:key>/<int:n>/dokumen", roles=READERS)
def sop_document(key: str, n: int, by: Caller, at: datetime) -> str:
    paper, _agency = _paper(_version(key, n, by))
    laid_out = sop_papers.laid_out(paper, paged=False)
    return render_template("exports/sop.html", paper=laid_out, address=f"/sop/{key}/{n}", n=n)


@pages.get("/sop/<string:key>/<int:n>/dokumen/unduh.<string:kind>", roles=READERS)
def sop_file(key: str, n: int, kind: str, by: Caller, at: datetime) -> Response:
    if kind not in ("pdf", "xlsx"):
        raise NotFound("Alamat ini tidak ada.")
    paper, agency = _paper(_version(key, n, by))
    return sop_papers.file_of(paper, kind, f"SOP {key} versi {n}", agency.zone, at)
