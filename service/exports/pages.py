"""Pages from which files are taken along: the SOP document of a version, one instance, all instances of a list."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Response, render_template, request
from flask_babel import lazy_gettext

from service.database import db
from service.diagrams.loading import prepare
from service.diagrams.models import DRAFT, Version, diagram_of, diagrams_of, version_of
from service.entrance import exported, sop_papers
from service.entrance.pages import Pages
from service.errors import Invalid, NotFound, Problem, Refusal
from service.exports import commands
from service.exports.models import exports_of
from service.instances.models import Instance, instance_of
from service.instances.pages import Wanted, wanted_in_address
from service.people.caller import Caller
from service.people.models import AUDITOR, OFFICER, OWNER, SUPERVISOR, Agency
from service.tasks.commands import must_see_instance

pages = Pages("exports")

READERS = (OFFICER, OWNER, SUPERVISOR, AUDITOR)

FORMAT_WORDS = {
    exported.WORKBOOK: (lazy_gettext("Excel (XLSX)"), lazy_gettext("Tabel untuk dihitung dan dicetak.")),
    exported.CSV: (lazy_gettext("CSV"), lazy_gettext("Tabel sederhana yang dibaca semua program.")),
    exported.BUNDLE: (
        lazy_gettext("Bundel yang membuktikan dirinya"),
        lazy_gettext("Seluruh berkas dengan tanda tangan; perubahan sekecil apa pun kemudian ketahuan."),
    ),
    exported.JSON: (lazy_gettext("JSON"), lazy_gettext("Lengkap dengan riwayat dan isian, untuk program lain.")),
    exported.XES: (lazy_gettext("XES"), lazy_gettext("Catatan kejadian untuk analisis proses.")),
    exported.OCEL: (lazy_gettext("OCEL (JSON)"), lazy_gettext("Catatan kejadian dengan objeknya, OCEL 2.0.")),
    exported.OCEL_SQLITE: (lazy_gettext("OCEL (SQLite)"), lazy_gettext("Yang sama sebagai berkas SQLite.")),
}
ONE_AT_A_TIME = (exported.BUNDLE, exported.JSON, exported.CSV, exported.XES, exported.OCEL, exported.OCEL_SQLITE)


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


# ---- instances -------------------------------------------------------------------------------------------------


def _instance(instance_id: uuid.UUID, by: Caller) -> Instance:
    instance = instance_of(instance_id)
    must_see_instance(by, instance)
    return instance


def _asked(kinds: tuple[str, ...]) -> tuple[str, str]:
    """The format and the reason that were chosen. Raises `Invalid` where there is none."""
    kind, why = request.form.get("alur-format", ""), request.form.get("alur-why", "").strip()
    if kind not in kinds:
        message = "Pilih bentuk berkasnya."
        raise Invalid(message, errors=[Problem("/format", message)])
    if not why:
        message = "Sebutkan untuk apa berkas ini diambil; ini dicatat."
        raise Invalid(message, errors=[Problem("/why", message)])
    return kind, why


def _form(kinds: tuple[str, ...], refusal: Refusal | None) -> Mapping[str, Any]:
    """What the form of an export is drawn with."""
    problems = refusal.errors if isinstance(refusal, Invalid) else ()
    return {
        "formats": [(kind, *FORMAT_WORDS[kind]) for kind in kinds],
        "chosen": request.form.get("alur-format") or kinds[0],
        "why": request.form.get("alur-why", ""),
        "wrong": {problem.pointer.removeprefix("/"): problem.message for problem in problems},
        "refusal": refusal,
    }


@pages.get("/berkas/<uuid:instance_id>/ekspor", roles=READERS)
def export_form(instance_id: uuid.UUID, by: Caller, at: datetime, refusal: Refusal | None = None) -> str:
    instance = _instance(instance_id, by)
    return render_template(
        "exports/one.html", instance=instance, before=exports_of(instance_id), **_form(ONE_AT_A_TIME, refusal)
    )


@pages.post("/berkas/<uuid:instance_id>/ekspor", roles=READERS, again=export_form)
def export_one(instance_id: uuid.UUID, by: Caller, at: datetime) -> Response:
    instance = _instance(instance_id, by)
    kind, why = _asked(ONE_AT_A_TIME)
    commands.record_one(instance, kind, by, at, why)
    return exported.one_of(instance, kind, by, at)


@pages.get("/berkas/ekspor", roles=READERS)
def export_list_form(by: Caller, at: datetime, refusal: Refusal | None = None) -> str:
    wanted = _wanted(by)
    return render_template("exports/many.html", wanted=wanted, **_form(exported.MANY_IN_ORDER, refusal))


@pages.post("/berkas/ekspor", roles=READERS, again=export_list_form)
def export_list(by: Caller, at: datetime) -> Response:
    wanted = _wanted(by).as_filter(at)
    kind, why = _asked(exported.MANY_IN_ORDER)
    home = next(iter(by.agencies)) if len(by.agencies) == 1 else None
    commands.record_many(home, exported.scope_of(wanted), kind, by, at, why)
    return exported.many(by, wanted, kind, exported.zone_of(home), "alur-berkas", at)


def _wanted(by: Caller) -> Wanted:
    return wanted_in_address(diagrams_of(None if by.everywhere() else set(by.agencies)))
