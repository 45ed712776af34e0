"""Pages for process owners: the modeler, a new diagram, a file from elsewhere, and what the check finds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import Response, render_template, request
from flask_babel import gettext

from service.database import db
from service.diagrams import commands as diagrams
from service.diagrams import models
from service.diagrams.models import DRAFT, Version
from service.diagrams.upload import Sent, read_bpmn, read_forms
from service.drafts import commands
from service.engine import process_of, read_xml
from service.entrance import policies
from service.entrance.pages import Pages, go_to
from service.entrance.problems import finding
from service.errors import Invalid, NotFound, Problem, Refusal
from service.people.caller import Caller
from service.people.models import OWNER, Agency, agencies

pages = Pages("drafts")
OWNERS = (OWNER,)
VERSION = "/sop/<string:key>/<int:n>"


# ---- drawing ---------------------------------------------------------------------------------------------------


@pages.get(f"{VERSION}/gambar", roles=OWNERS, policy=policies.MODELER)
def draw(key: str, n: int, by: Caller, at: datetime) -> str | Response:
    version = commands.own_version(key, n, by)
    if version.state != DRAFT or version.awaits is not None:  # what waits to go live stays as it was asked for
        return go_to(f"/sop/{key}/{n}")
    agency = db.session.get_one(Agency, version.agency_id)
    return render_template(
        "drafts/modeler.html",
        version=version,
        agency=agency,
        title=_title(version),
        settings=_settings(version, agency, by),
    )


def _title(version: Version) -> str:
    """As the drawing says now; a diagram bears the title of what was published last."""
    return process_of(read_xml(version.xml))[1] or version.diagram_key


def _settings(version: Version, agency: Agency, by: Caller) -> dict[str, Any]:
    """What the script of the modeler has to know beside the drawing."""
    api = f"/api/v1/diagrams/{version.diagram_key}/versions/{version.n}"
    return {
        "api": api,
        "page": f"/sop/{version.diagram_key}/{version.n}",
        "key": version.diagram_key,
        "n": version.n,
        "person": by.username or "",
        "zone": agency.zone,
        "forms": _forms(version.forms),
        "select": request.args.get("unsur", "")[:200],
    }


def _forms(files: Mapping[str, Any]) -> list[dict[str, str]]:
    """The forms one can choose for a step: each schema with its title and the ui schema beside it."""
    found = []
    for name, schema in sorted(files.items()):
        if isinstance(schema, dict) and not name.endswith(".ui.json"):
            ui = name.removesuffix(".schema.json") + ".ui.json"
            title = schema.get("title")
            shown = title if isinstance(title, str) else name
            found.append({"file": name, "title": shown, "ui": ui if ui in files else ""})
    return found


@pages.post(f"{VERSION}/draf-baru", roles=OWNERS)
def branch(key: str, n: int, by: Caller, at: datetime) -> Response:
    version = commands.branch(key, n, by, at, note=gettext("berawal dari versi %(n)s", n=n))
    return go_to(f"/sop/{key}/{version.n}/gambar")


# ---- a new diagram ---------------------------------------------------------------------------------------------


@pages.get("/sop/baru", roles=OWNERS)
def new_diagram(by: Caller, at: datetime, refusal: Refusal | None = None) -> str:
    return render_template(
        "drafts/new.html", homes=_homes(by), typed=request.form, refusal=refusal, wrong=_wrong(refusal)
    )


def _homes(by: Caller) -> Sequence[Agency]:
    """The offices whose diagrams he owns."""
    everywhere = (None, OWNER) in by.roles
    return agencies(None if everywhere else {agency for agency, role in by.roles if role == OWNER and agency})


def _wrong(refusal: Refusal | None) -> dict[str, Problem]:
    return {p.pointer: p for p in refusal.errors} if isinstance(refusal, Invalid) else {}


@pages.post("/sop/baru", roles=OWNERS, again=new_diagram)
def begin(by: Caller, at: datetime) -> Response:
    title = " ".join(_typed("title").split())
    lanes = [" ".join(line.split()) for line in _typed("lanes").splitlines() if line.strip()]
    public = request.form.get("public") == "ya"
    version = commands.begin(title, _home(by), lanes, public, by, at)
    return go_to(f"/sop/{version.diagram_key}/{version.n}/gambar")


def _typed(name: str) -> str:
    """What was typed; no database keeps a NUL."""
    return request.form.get(name, "").replace("\x00", "")


def _home(by: Caller) -> Agency:
    """The office a new diagram belongs to: the one chosen, or his only one."""
    homes = _homes(by)
    chosen = [home for home in homes if home.key == request.form.get("agency")] or list(homes)
    if len(chosen) != 1:
        raise Invalid("Pilih kantor pemilik diagram ini.", errors=[Problem("/agency", "Pilih satu kantor.")])
    return chosen[0]


# ---- files from elsewhere --------------------------------------------------------------------------------------


@pages.get("/sop/unggah", roles=OWNERS)
def upload_new(by: Caller, at: datetime, refusal: Refusal | None = None) -> str:
    return render_template(
        "drafts/upload.html", homes=_homes(by), version=None, typed=request.form, refusal=refusal, wrong=_wrong(refusal)
    )


@pages.post("/sop/unggah", roles=OWNERS, again=upload_new)
def take_new(by: Caller, at: datetime) -> Response:
    xml, forms = _sent_bpmn(), read_forms(_sent("forms"))
    known = db.session.get(models.Diagram, process_of(read_xml(xml))[0])
    home = None if known is not None else _home(by).key
    version, _findings = diagrams.draft(xml, forms, by, at, home, _typed("note")[:2000])
    return go_to(f"/sop/{version.diagram_key}/{version.n}/temuan")


@pages.get(f"{VERSION}/unggah", roles=OWNERS)
def upload_into(key: str, n: int, by: Caller, at: datetime, refusal: Refusal | None = None) -> str:
    version = commands.draft_of(key, n, by)
    return render_template(
        "drafts/upload.html", homes=(), version=version, typed=request.form, refusal=refusal, wrong=_wrong(refusal)
    )


@pages.post(f"{VERSION}/unggah", roles=OWNERS, again=upload_into)
def take_into(key: str, n: int, by: Caller, at: datetime) -> Response:
    xml = _sent_bpmn() if any(sent.name for sent in _sent("bpmn")) else None
    forms = read_forms(_sent("forms"))
    if xml is None and not forms:
        raise _no_file("Pilih berkas BPMN atau berkas formulir dahulu.")
    commands.take_in(key, n, _seen(), xml, forms, by, at)
    return go_to(f"/sop/{key}/{n}/temuan")


def _seen() -> int | None:
    """The revision that the page was made from."""
    text = request.form.get("rev", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def _sent(name: str) -> list[Sent]:
    return [Sent(file.filename or "", file.stream) for file in request.files.getlist(name) if file.filename]


def _sent_bpmn() -> bytes:
    sent = _sent("bpmn")
    if len(sent) != 1:
        raise _no_file("Pilih satu berkas BPMN dahulu.")
    return read_bpmn(sent[0])


def _no_file(message: str) -> Invalid:
    return Invalid(message, errors=[Problem("/bpmn", message)])


# ---- what the check finds --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Found:
    """A finding in the reader's language; `step` is the address at which it is drawn."""

    what: str
    why: str
    mend: str
    blocks: bool
    step: str


@pages.get(f"{VERSION}/temuan", roles=OWNERS)
def findings(key: str, n: int, by: Caller, at: datetime) -> str:
    version = commands.own_version(key, n, by)
    if version.state != DRAFT:
        raise NotFound("Versi ini bukan draf lagi.")
    agency = db.session.get_one(Agency, version.agency_id)
    told = [_found(finding(each), version) for each in diagrams.examine(key, agency, version.xml, version.forms)]
    return render_template(
        "drafts/findings.html",
        version=version,
        agency=agency,
        title=_title(version),
        blocking=[each for each in told if each.blocks],
        advice=[each for each in told if not each.blocks],
        forms=len(_forms(version.forms)),
    )


def _found(told: dict[str, Any], version: Version) -> Found:
    here = f"/sop/{version.diagram_key}/{version.n}/gambar"
    step = f"{here}?{urlencode({'unsur': told['element']})}" if told["element"] else ""
    return Found(told["what"], told["why"], told["mend"], told["blocks"], step)
