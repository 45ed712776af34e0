"""Pages for process owners: the modeler, a new diagram, a file from elsewhere, and what the check finds."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import orjson
from flask import Response, render_template, request
from flask_babel import gettext, lazy_gettext

from service.database import db
from service.diagrams import commands as diagrams
from service.diagrams import models
from service.diagrams.differing.side import side_of
from service.diagrams.models import DRAFT, Version
from service.diagrams.upload import Sent, read_bpmn, read_forms
from service.dialects.document import Document, set_mark
from service.drafts import commands, forms
from service.engine import Element, Spec, process_of, read_xml
from service.engine.expressions import names
from service.entrance import policies
from service.entrance.drawn import draw_form
from service.entrance.pages import Pages, go_to
from service.entrance.problems import finding
from service.errors import Conflict, Invalid, NotFound, Problem, Refusal, Stale
from service.forms.profile import check_profile
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
    xml, files = _sent_bpmn(), read_forms(_sent("forms"))
    known = db.session.get(models.Diagram, process_of(read_xml(xml))[0])
    home = None if known is not None else _home(by).key
    version, _findings = diagrams.draft(xml, files, by, at, home, _typed("note")[:2000])
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
    files = read_forms(_sent("forms"))
    if xml is None and not files:
        raise _no_file("Pilih berkas BPMN atau berkas formulir dahulu.")
    commands.take_in(key, n, _seen(), xml, files, by, at)
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


# ---- the form of a step ----------------------------------------------------------------------------------------

FORM = f"{VERSION}/formulir/<string:element>/ubah"
MARKS = ("formJsonSchemaFilename", "formUiSchemaFilename")
KIND_WORDS = {
    forms.SHORT: lazy_gettext("Teks pendek"),
    forms.LONG: lazy_gettext("Teks panjang"),
    forms.WHOLE: lazy_gettext("Bilangan bulat"),
    forms.NUMBER: lazy_gettext("Angka"),
    forms.DATE: lazy_gettext("Tanggal"),
    forms.TIME: lazy_gettext("Waktu"),
    forms.ONE: lazy_gettext("Pilihan satu"),
    forms.MANY: lazy_gettext("Pilihan banyak"),
    forms.YES_NO: lazy_gettext("Ya atau tidak"),
    forms.FILES: lazy_gettext("Berkas"),
    forms.OTHER: lazy_gettext("Isian khusus"),
}
LIMIT_WORDS = {
    "minLength": lazy_gettext("Paling sedikit (huruf)"),
    "maxLength": lazy_gettext("Paling banyak (huruf)"),
    "minimum": lazy_gettext("Paling kecil"),
    "maximum": lazy_gettext("Paling besar"),
    "minItems": lazy_gettext("Paling sedikit (buah)"),
    "maxItems": lazy_gettext("Paling banyak (buah)"),
}
ABOUT_ANSWERS = ("name_unknown", "name_not_everywhere", "identity_read", "value_unknown", "condition_fails")
"""Findings at other elements that a change of a form brings about, or takes away."""
_FILE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,150}\.json")


@dataclass(frozen=True)
class Step:
    """A step of a draft with the form it names; None where it has none yet. `broken` is what keeps it from a click."""

    version: Version
    spec: Spec
    element: Element
    form: forms.Form | None
    broken: Sequence[Problem]

    @property
    def address(self) -> str:
        return f"/sop/{self.version.diagram_key}/{self.version.n}/formulir/{self.element.id}/ubah"


@pages.get(FORM, roles=OWNERS)
def edit_form(
    key: str, n: int, element: str, by: Caller, at: datetime, refusal: Refusal | None = None
) -> str | Response:
    version = commands.own_version(key, n, by)
    if version.state != DRAFT or version.awaits is not None:
        if refusal is not None:
            raise refusal
        return go_to(f"/sop/{key}/{n}")
    step = _step(version, element)
    clicked = step.form is not None and not step.broken
    return render_template(
        "drafts/form.html",
        step=step,
        shown=_shown(step.form, refusal) if step.form and clicked else (),
        preview=draw_form(*step.form) if step.form and clicked else None,
        json=_json_shown(step, refusal),
        title=_typed("form-title") if refusal else (step.form[0].get("title", "") if step.form and clicked else ""),
        read=_read(step.spec),
        others=_other_forms(step),
        shared=_shared(step),
        found=_found_here(step, by),
        refusal=refusal,
        wrong=_wrong_fields(refusal),
        asked=_asked()[0],
        kinds=KIND_WORDS,
        addable=forms.KINDS,
        limits=LIMIT_WORDS,
        typed=request.form,
        opened=request.args.get("buka", ""),
    )


def _step(version: Version, element_id: str) -> Step:
    side = side_of(version.xml, version.forms)
    element = side.spec.elements.get(element_id)
    if element is None or not (element.is_task or element.id == side.spec.start.id):
        raise NotFound("Langkah ini tidak memiliki formulir.")
    named = side.forms.get(element_id)
    form = (named.schema, named.ui_schema) if named else None
    return Step(version, side.spec, element, form, check_profile(*form) if form else ())


def _shown(form: forms.Form, refusal: Refusal | None) -> list[forms.Set]:
    """The fields as they are kept; when the page is shown again, as they were typed."""
    kept = forms.settings(form)
    return list(kept) if refusal is None else [_as_typed(each, _typed_at(each.name)) for each in kept]


def _as_typed(kept: forms.Set, typed: Mapping[str, str]) -> forms.Set:
    if "title" not in typed:
        return kept
    lines = forms.LONG if typed.get("multiline") else forms.SHORT
    return replace(
        kept,
        title=typed["title"],
        help=typed.get("help", kept.help),
        required=bool(typed.get("required")),
        kind=lines if kept.kind in forms.MULTILINE else kept.kind,
        limits={word: typed.get(word, value) for word, value in kept.limits.items()},
        choices=typed.get("choices", kept.choices),
    )


def _typed_at(name: str) -> dict[str, str]:
    """What was typed for one field: `set-<field>-<setting>`; the names of fields have no hyphens."""
    start = f"set-{name}-"
    return {key.removeprefix(start): _typed(key) for key in request.form if key.startswith(start)}


def _json_shown(step: Step, refusal: Refusal | None) -> tuple[str, str]:
    if refusal is not None and "json-schema" in request.form:
        return _typed("json-schema"), _typed("json-ui")
    schema, ui = step.form or ({}, {})
    return _as_json(schema), _as_json(ui)


def _as_json(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()


def _read(spec: Spec) -> frozenset[str]:
    """The names that gateways and conditions read."""
    flows = [flow.condition for flow in spec.flows.values() if flow.condition]
    events = [each.condition for each in spec.elements.values() if each.condition]
    return frozenset().union(*map(names, (*flows, *events)))


def _other_forms(step: Step) -> list[tuple[str, str]]:
    """The steps of this draft whose forms one can begin with."""
    named = side_of(step.version.xml, step.version.forms).forms
    return [(each, step.spec.elements[each].label) for each in named if each != step.element.id]


def _shared(step: Step) -> list[str]:
    """Labels of other steps with the same form."""
    mine = step.element.form
    return [each.label for each in step.spec.elements.values() if mine and each.form == mine and each != step.element]


def _found_here(step: Step, by: Caller) -> list[Found]:
    version = step.version
    _version, told = commands.look_over(version.diagram_key, version.n, version.xml, by, dry_run=False)
    here = [each for each in told if each.element_id == step.element.id or each.code in ABOUT_ANSWERS]
    return [_found(finding(each), version) for each in here]


def _wrong_fields(refusal: Refusal | None) -> dict[str, list[Problem]]:
    """What was refused, by field; under an empty name what belongs to none."""
    found: dict[str, list[Problem]] = {}
    for each in refusal.errors if isinstance(refusal, Invalid) else ():
        found.setdefault(_field_at(each.pointer), []).append(each)
    return found


def _field_at(pointer: str) -> str:
    parts = pointer.split("/")[1:]
    if parts[:2] == ["schema", "properties"] and len(parts) > 2:
        return parts[2]
    inside = parts[:1] == ["ui_schema"] and len(parts) > 1 and not parts[1].startswith("ui:")
    return parts[1] if inside else ""


@pages.post(FORM, roles=OWNERS, again=edit_form)
def change_form(key: str, n: int, element: str, by: Caller, at: datetime) -> Response:
    version = commands.draft_of(key, n, by, held=True)
    if version.awaits is not None:
        raise Conflict("Draf ini sedang menunggu diterbitkan. Tarik dahulu permintaan penerbitannya.")
    if _typed("form-rev") != str(version.rev):
        raise Stale("Draf ini sudah diubah sejak Anda membukanya. Yang Anda ketik masih ada; periksa, lalu kirim lagi.")
    step = _step(version, element)
    made = _made(step)
    _keep_form(step, made, by, at)
    field = _to_open(made)
    return go_to(f"{step.address}?{urlencode({'buka': field})}#set-{field}" if field else step.address)


def _asked() -> tuple[str, str]:
    """The button that was pressed, and the field at which it stands."""
    what, _, name = _typed("form-do").partition(":")
    return what, name


def _made(step: Step) -> forms.Form:
    """The form as the button makes it, with what else was typed."""
    what, name = _asked()
    if what == "json":
        return forms.replaced(_json_typed("json-schema"), _json_typed("json-ui"))
    if what == "from":
        return forms.copy(_form_of(step, _typed("form-from")))
    if step.form is None:
        return forms.blank(step.element.label)
    if step.broken:
        raise Invalid("Formulir ini di luar aturan; betulkan dahulu lewat JSON lanjutan.", errors=list(step.broken))
    typed = {each.name: _typed_at(each.name) for each in forms.settings(step.form)}
    form = forms.change(step.form, _typed("form-title"), _to_change(typed, what, name))
    if what == "add":
        return forms.add(form, _typed("add-kind"), _typed("add-title"))
    return forms.CLICKS[what](form, name) if what in forms.CLICKS else form


def _to_change(typed: Mapping[str, dict[str, str]], what: str, name: str) -> dict[str, dict[str, str]]:
    """What was typed for fields that were on the page and stay."""
    return {each: said for each, said in typed.items() if "title" in said and (what, name) != ("remove", each)}


def _json_typed(name: str) -> Any:
    try:
        return orjson.loads(_typed(name))
    except orjson.JSONDecodeError as why:
        at = "/schema" if name == "json-schema" else "/ui_schema"
        message = "Ini bukan JSON yang lengkap; periksa baris {line}."
        raise Invalid(message, errors=[Problem(at, message, (("line", why.lineno),))], line=why.lineno) from None


def _form_of(step: Step, element_id: str) -> forms.Form:
    other = side_of(step.version.xml, step.version.forms).forms.get(element_id)
    if other is None:
        message = "Pilih langkah yang formulirnya dipakai."
        raise Invalid(message, errors=[Problem("/from", message)])
    return other.schema, other.ui_schema


def _to_open(form: forms.Form) -> str:
    """The field to look at next: the one just added, or the one that was moved."""
    what, name = _asked()
    return form[1]["ui:order"][-1] if what == "add" else name if what in ("up", "down") else ""


def _keep_form(step: Step, form: forms.Form, by: Caller, at: datetime) -> None:
    """Keep both files, and name them in the drawing where it does not say so yet."""
    version, names_ = step.version, tuple(_file_names(step))
    xml = None
    if tuple(step.element.properties.get(mark) for mark in MARKS) != names_:
        document = Document(version.xml)
        node = document.find(step.element.id)
        if node is None:
            raise NotFound("Langkah ini tidak memiliki formulir.")
        for mark, name in zip(MARKS, names_, strict=True):
            set_mark(node, mark, name)
        xml = document.written()
    files = dict(zip(names_, form, strict=True))
    diagrams.change(version.diagram_key, version.n, version.rev, xml, files, None, by, at)


def _file_names(step: Step) -> Iterator[str]:
    """The files of its form: those the step names, where that can be a file's name, else after the step."""
    files = step.version.forms
    stem = re.sub(r"[^A-Za-z0-9_-]+", "_", step.element.id)[:80]
    number = 1
    while {f"{stem}.schema.json", f"{stem}.ui.json"} & files.keys():
        number += 1
        stem = f"{stem.removesuffix(f'_{number - 1}')}_{number}"
    schema, ui = step.element.form, step.element.form_ui
    yield schema if schema and (schema in files or _FILE.fullmatch(schema)) else f"{stem}.schema.json"
    good = ui and ui != schema and (ui in files or _FILE.fullmatch(ui))
    yield ui if ui and good else f"{stem}.ui.json"
