"""Pages about SOPs, to read: the list, one version with its drawing, identity part, lanes, rows and forms."""

import gzip
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import Response, current_app, render_template, request
from flask_babel import lazy_gettext

from service.database import db
from service.diagrams import models
from service.diagrams.differing.side import side_of
from service.diagrams.loading import Loaded, load
from service.diagrams.sketch import sketch, sketch_of_published
from service.engine import Element, Lane
from service.entrance import course, lengths
from service.entrance.drawn import draw_form
from service.entrance.pages import Pages, go_to
from service.errors import Invalid, NotFound
from service.forms.renderer import Form
from service.instances.models import count_open
from service.people import policy
from service.people.caller import Caller
from service.people.models import AUDITOR, OFFICER, OWNER, SUPERVISOR, Agency, Person, agencies, lane_holders

pages = Pages("diagrams")

READERS = (OFFICER, OWNER, SUPERVISOR, AUDITOR)
STATE_WORDS = {
    models.DRAFT: lazy_gettext("Draf"),
    models.LIVE: lazy_gettext("Berlaku"),
    models.RETIRED: lazy_gettext("Tidak berlaku lagi"),
}
STATE_KINDS = {models.DRAFT: "soon", models.LIVE: "done", models.RETIRED: "calm"}

STEP_WORDS = {
    models.DRAFTED: lazy_gettext("Draf dibuat"),
    models.CHANGED: lazy_gettext("Draf diubah"),
    models.ASKED: lazy_gettext("Persetujuan diminta"),
    models.WITHDRAWN: lazy_gettext("Permintaan ditarik"),
    models.DECLINED: lazy_gettext("Tidak disetujui"),
    models.APPROVED: lazy_gettext("Disetujui"),
    models.SCHEDULED: lazy_gettext("Hari berlakunya ditetapkan"),
    models.PUBLISHED: lazy_gettext("Diterbitkan"),
    models.FAILED: lazy_gettext("Gagal terbit pada harinya"),
    models.WAS_RETIRED: lazy_gettext("Dihentikan"),
    models.BROUGHT_BACK: lazy_gettext("Diberlakukan kembali"),
    models.RESTORED: lazy_gettext("Dipulihkan menjadi draf"),
    models.WAS_DROPPED: lazy_gettext("Dibuang"),
    models.TRANSLATED: lazy_gettext("Diterjemahkan ke cara Alur"),
    models.MENDED: lazy_gettext("Dibetulkan dengan satu klik"),
}
DONE_WORDS = {
    "terbit": lazy_gettext("Versi ini sudah berlaku. Berkas baru memakainya mulai sekarang."),
    models.FOR_APPROVAL: lazy_gettext("Persetujuan sudah diminta. Orang kedua menyetujuinya di halaman ini."),
    models.FOR_ITS_DAY: lazy_gettext("Hari berlakunya sudah ditetapkan."),
    "tarik": lazy_gettext("Permintaannya sudah ditarik; draf ini dapat diubah lagi."),
    "henti": lazy_gettext("Versi ini sudah dihentikan."),
    "kembali": lazy_gettext("Versi ini berlaku kembali."),
    "pulih": lazy_gettext("Draf baru sudah dibuat, persis seperti versi asalnya."),
    "buang": lazy_gettext("Draf itu sudah dibuang."),
}
"""What has just been done, as its address says it."""

IDENTITY = {
    "sopNumber": lazy_gettext("Nomor SOP"),
    "created": lazy_gettext("Tanggal pembuatan"),
    "revised": lazy_gettext("Tanggal revisi"),
    "effective": lazy_gettext("Tanggal efektif"),
    "approvedByPost": lazy_gettext("Disahkan oleh"),
    "approvedByName": lazy_gettext("Nama pejabat"),
    "approvedByRank": lazy_gettext("Pangkat"),
    "approvedByNip": lazy_gettext("NIP"),
    "sopTitle": lazy_gettext("Nama SOP"),
    "agency": lazy_gettext("Instansi"),
    "legalBasis": lazy_gettext("Dasar hukum"),
    "qualifications": lazy_gettext("Kualifikasi pelaksana"),
    "relatedSops": lazy_gettext("Keterkaitan"),
    "equipment": lazy_gettext("Peralatan dan perlengkapan"),
    "warning": lazy_gettext("Peringatan"),
    "recording": lazy_gettext("Pencatatan dan pendataan"),
}
"""The identity part of an SOP document, in its order."""
DATES = ("created", "revised", "effective")

BASIS = {
    "text": lazy_gettext("menurut teks SOP"),
    "mark": lazy_gettext("menurut tanda pada bagan SOP"),
    "judgement": lazy_gettext("perkiraan, belum dipastikan kantor"),
}


@dataclass(frozen=True)
class Procedure:
    """One diagram in the list."""

    diagram: models.Diagram
    agency: Agency
    versions: Sequence[models.Version]
    open: int

    @property
    def shown(self) -> models.Version | None:
        """The version to read first: the newest live one, else the newest."""
        live = (version for version in self.versions if version.state == models.LIVE)
        return next(live, self.versions[0] if self.versions else None)


@pages.get("/sop", roles=READERS)
def list_procedures(by: Caller, at: datetime) -> str:
    mine = None if by.everywhere() else set(by.agencies)
    found = models.diagrams_of(mine)
    open_ = count_open([diagram.key for diagram in found])
    names = {agency.id: agency for agency in agencies(mine)}
    return render_template(
        "diagrams/list.html",
        procedures=[
            Procedure(d, names[d.agency_id], readable(d, models.versions_of(d.key), by), open_.get(d.key, 0))
            for d in found
        ],
        states=STATE_WORDS,
        kinds=STATE_KINDS,
        owns=any(role == OWNER for _, role in by.roles),
    )


def readable(diagram: models.Diagram, versions: Sequence[models.Version], by: Caller) -> list[models.Version]:
    """Drafts are for those who draw and those who look after it; officers work by what is published."""
    drafts_too = any(by.is_(role, diagram.agency_id) for role in (OWNER, SUPERVISOR, AUDITOR))
    return [version for version in versions if drafts_too or version.state != models.DRAFT]


@pages.get("/sop/<string:key>", roles=READERS)
def newest_version(key: str, by: Caller, at: datetime) -> Response:
    diagram = visible_diagram(key, by)
    versions = readable(diagram, models.versions_of(key), by)
    if not versions:
        raise NotFound("Tidak ada diagram “{key}”.", key=key)
    live = [version for version in versions if version.state == models.LIVE]
    return go_to(f"/sop/{key}/{(live or versions)[0].n}")


def visible_diagram(key: str, by: Caller) -> models.Diagram:
    diagram = models.diagram_of(key)
    if diagram.agency_id not in by.agencies and not by.everywhere():
        raise NotFound("Tidak ada diagram “{key}”.", key=key)
    return diagram


def readable_version(key: str, n: int, by: Caller) -> models.Version:
    """The version, if it is for his eyes."""
    found = models.version_of(key, n)
    if not readable(visible_diagram(key, by), [found], by):
        raise NotFound("Diagram “{key}” tidak memiliki versi {n}.", key=key, n=n)
    return found


def _loaded(version: models.Version) -> Loaded:
    """The version to read; a draft need not be able to run for that. Raises `Invalid` where nothing can be read."""
    if version.state != models.DRAFT:
        return load(version.id)
    side = side_of(version.xml, version.forms)
    return Loaded(version.id, version.agency_id, version.diagram_key, version.n, side.spec, dict(side.forms))


@pages.get("/sop/<string:key>/<int:n>", roles=READERS)
def show(key: str, n: int, by: Caller, at: datetime) -> str | Response:
    version = readable_version(key, n, by)
    beside = _beside(version)
    try:
        loaded = _loaded(version)
    except Invalid:
        if "found" not in beside:
            raise
        return go_to(beside["found"])
    diagram = models.diagram_of(key)
    agency = db.session.get_one(Agency, diagram.agency_id)
    rows = [_row(loaded, element) for element in (loaded.spec.start, *loaded.spec.tasks()) if element.id]
    return render_template(
        "diagrams/show.html",
        diagram=diagram,
        agency=agency,
        version=version,
        spec=loaded.spec,
        state=STATE_WORDS[version.state],
        kind=STATE_KINDS[version.state],
        versions=[(v, STATE_WORDS[v.state]) for v in readable(diagram, models.versions_of(key), by)],
        open_instances=count_open([key]).get(key, 0),
        identity=_identity(loaded.spec.properties),
        promise=_time(loaded.spec.properties.get("promise")),
        lanes=_lanes(loaded, agency),
        rows=rows,
        judged=[row for row in rows if row.is_judged],
        drawing=f"/sop/{key}/{n}/gambar.xml",
        done=DONE_WORDS.get(request.args.get("sudah", "")),
        history=models.records_of(key, n),
        dropped=models.dropped_drafts(key) if by.is_(OWNER, agency.id) else (),
        steps=STEP_WORDS,
        owns=by.is_(OWNER, agency.id),
        approves=policy.approves_diagrams(by, agency.id, version.asked_by_id),
        others=len(models.versions_of(key, limit=2)) > 1,
        beside=beside,
    )


BESIDE = {"draw": "/sop/<string:key>/<int:n>/gambar", "found": "/sop/<string:key>/<int:n>/temuan"}
"""Pages of other rooms that a draft leads to, where they are there."""


def _beside(version: models.Version) -> dict[str, str]:
    known = {rule.rule for rule in current_app.url_map.iter_rules()}
    here = f"/sop/{version.diagram_key}/{version.n}"
    return {name: f"{here}/{rule.rpartition('/')[2]}" for name, rule in BESIDE.items() if rule in known}


@dataclass(frozen=True)
class Fact:
    """One line of the identity part; lists have one item a line, dates are told as days."""

    label: Any
    lines: tuple[str, ...]
    on: date | None = None


def _identity(properties: Mapping[str, str]) -> list[Fact]:
    return [_fact(name, label, properties[name]) for name, label in IDENTITY.items() if properties.get(name)]


def _fact(name: str, label: Any, value: str) -> Fact:
    if name in DATES:
        try:
            return Fact(label, (value,), date.fromisoformat(value))
        except ValueError:
            pass
    return Fact(label, tuple(line.strip() for line in value.splitlines() if line.strip()))


@dataclass(frozen=True)
class LaneShown:
    """One lane with who holds it and how many rows it has."""

    lane: Lane
    holders: tuple[Person, ...]
    rows: int


def _lanes(loaded: Loaded, agency: Agency) -> list[LaneShown]:
    held = lane_holders(agency.id, {loaded.key})
    return [
        LaneShown(
            lane,
            tuple(person for person, _, lane_id in held if lane_id == lane.id),
            sum(1 for element in loaded.spec.tasks() if element.lane == lane.id),
        )
        for lane in loaded.spec.lanes
    ]


@dataclass(frozen=True)
class Row:
    """One row of the SOP as the table shows it."""

    element: Element
    row: str
    part: str
    lane: str
    inputs: tuple[str, ...]
    time: str
    output: tuple[str, ...]
    remark: tuple[str, ...]
    basis: Any
    why: str
    by_text: bool
    is_judged: bool
    has_form: bool


def _row(loaded: Loaded, element: Element) -> Row:
    marks = element.properties
    kind, _, why = marks.get("laneBasis", "").partition(":")
    return Row(
        element=element,
        row=element.row or "",
        part=element.part or "",
        lane=course.lane_name(loaded.spec, element.lane),
        inputs=_lines(marks.get("requiredInputs")),
        time=_time(marks.get("timeStandard"), marks.get("timeClock")),
        output=_lines(marks.get("output")),
        remark=_lines(marks.get("remark")),
        basis=BASIS.get(kind.strip(), kind.strip()),
        why=why.strip(),
        by_text=kind.strip() == "text",
        is_judged=kind.strip() == "judgement",
        has_form=element.id in loaded.forms,
    )


def _time(text: str | None, clock: str | None = None) -> str:
    """A time standard in words; what a draft says that cannot be read stands there as it is written."""
    try:
        return lengths.standard(text, clock)
    except Invalid:
        return text or ""


def _lines(text: str | None) -> tuple[str, ...]:
    return tuple(line.strip() for line in (text or "").splitlines() if line.strip())


@pages.get("/sop/<string:key>/<int:n>/formulir/<string:element>", roles=READERS)
def show_form(key: str, n: int, element: str, by: Caller, at: datetime) -> str:
    version = readable_version(key, n, by)
    loaded = _loaded(version)
    if element not in loaded.forms:
        raise NotFound("Langkah ini tidak memiliki formulir.")
    names = [row.id for row in (loaded.spec.start, *loaded.spec.tasks()) if row.id in loaded.forms]
    place = names.index(element) if element in names else 0
    return render_template(
        "diagrams/form.html",
        version=version,
        spec=loaded.spec,
        row=_row(loaded, loaded.element(element)),
        form=_drawn(loaded, element),
        before=loaded.element(names[place - 1]) if place else None,
        after=loaded.element(names[place + 1]) if place + 1 < len(names) else None,
        edit=_edits(version, element, by),
    )


def _edits(version: models.Version, element: str, by: Caller) -> str:
    """Where its owner changes the form of a draft; empty for everybody else."""
    if version.state != models.DRAFT or version.awaits is not None or not by.is_(OWNER, version.agency_id):
        return ""
    return f"/sop/{version.diagram_key}/{version.n}/formulir/{element}/ubah"


def _drawn(loaded: Loaded, element: str) -> Form:
    form = loaded.form(element)
    return draw_form(form.schema, form.ui_schema)


@pages.get("/sop/<string:key>/<int:n>/gambar.xml", roles=READERS)
def drawing(key: str, n: int, by: Caller, at: datetime) -> Response:
    """What the viewer draws; of a published version it never changes, so the browser may keep it."""
    version = readable_version(key, n, by)
    draft = version.state == models.DRAFT
    answer = Response(sketch(version.xml) if draft else sketch_of_published(version.id, version.xml))
    answer.content_type = "application/xml"
    answer.headers["Cache-Control"] = "no-store" if draft else "private, max-age=604800"
    answer.vary.add("Accept-Encoding")
    if request.accept_encodings["gzip"] > 0:
        answer.set_data(gzip.compress(answer.get_data(), mtime=0))
        answer.headers["Content-Encoding"] = "gzip"
    return answer


@pages.get("/sop/<string:key>/<int:n>/unduh", roles=READERS)
def download(key: str, n: int, by: Caller, at: datetime) -> Response:
    """The BPMN file, byte for byte as it came in."""
    version = readable_version(key, n, by)
    answer = Response(version.xml, content_type="application/xml")
    answer.headers.set("Content-Disposition", "attachment", filename=f"{key}-{n}.bpmn")
    return answer
