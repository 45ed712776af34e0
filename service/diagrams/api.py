"""Calls about diagrams: what there is, drafts, the check, what has changed, and what becomes of a version."""

from datetime import datetime
from typing import Any

from flask import Response, request
from flask_babel import gettext
from flask_smorest.fields import Upload
from marshmallow import Schema, fields, validate

from service.database import db
from service.diagrams import commands, models
from service.diagrams.check import CheckContext, check
from service.diagrams.differences import GROUPS, Difference, Touched, differences, touched
from service.diagrams.loading import default_of, prepare
from service.diagrams.upload import Sent, read_bpmn, read_forms
from service.engine import process_of, read_xml
from service.entrance import cursors
from service.entrance.calls import PUBLIC, Entrance, seen_revision, tag
from service.entrance.documenting import IF_MATCH
from service.entrance.problems import finding
from service.entrance.schemas import LARGEST_WHOLE, FindingOut, PageQuery, text
from service.errors import Conflict, Invalid, NotFound, Problem
from service.instances.models import count_open
from service.people import administration
from service.people.caller import Caller
from service.people.models import Agency, agencies, agency_of, lanes_held
from service.sentences import say

entrance = Entrance("diagrams", "Procedures and their versions")


class UploadIn(Schema):
    bpmn = Upload(required=True, metadata={"description": "one BPMN 2.0 file"})
    forms = fields.List(Upload(), metadata={"description": "form files, or one zip of them"})


class ChangeIn(Schema):
    bpmn = Upload(metadata={"description": "one BPMN 2.0 file"})
    forms = fields.List(Upload(), metadata={"description": "form files, or one zip of them"})


class NoteForm(Schema):
    note = text(2000, load_default=None)


class DraftForm(NoteForm):
    agency = text(63, load_default=None, metadata={"description": "key of the agency that a new diagram belongs to"})


class NoteIn(Schema):
    note = text(2000, load_default="")


class UnheldIn(NoteIn):
    unheld_lanes = fields.List(
        text(63), load_default=list, metadata={"description": "lanes nobody holds, published all the same"}
    )


class PublishIn(UnheldIn):
    goes_live_at = fields.AwareDateTime(
        data_key="from",
        load_default=None,
        allow_none=True,
        metadata={"description": "when it goes live; at once where this is left out"},
    )


class CompareQuery(Schema):
    older = fields.Integer(
        data_key="from", required=True, validate=validate.Range(1, LARGEST_WHOLE), metadata={"description": "a version"}
    )
    newer = fields.Integer(
        data_key="to",
        required=True,
        validate=validate.Range(1, LARGEST_WHOLE),
        metadata={"description": "the version it is compared with"},
    )


class DiagramOut(Schema):
    key = fields.String(required=True)
    title = fields.String(required=True)
    agency = fields.String(required=True)
    agency_name = fields.String(required=True)
    live = fields.List(fields.Integer(), required=True)
    open_instances = fields.Integer(required=True)


class DiagramsOut(Schema):
    items = fields.List(fields.Nested(DiagramOut), required=True)
    next = fields.String(required=True, allow_none=True)


class LaneOut(Schema):
    id = fields.String(required=True)
    name = fields.String(required=True)
    public = fields.Boolean(required=True)


class RowOut(Schema):
    element = fields.String(required=True)
    row = fields.String(allow_none=True)
    part = fields.String(allow_none=True)
    name = fields.String(required=True)
    lane = fields.String(allow_none=True)
    required_inputs = fields.String(allow_none=True)
    time_standard = fields.String(allow_none=True)
    time_clock = fields.String(allow_none=True)
    output = fields.String(allow_none=True)
    remark = fields.String(allow_none=True)
    lane_basis = fields.String(allow_none=True)


class VersionOut(Schema):
    key = fields.String(required=True)
    version = fields.Integer(required=True)
    state = fields.String(required=True)
    note = fields.String(required=True)
    created_at = fields.AwareDateTime(required=True)
    created_by = fields.String(required=True)
    published_at = fields.AwareDateTime(required=True, allow_none=True)
    published_by = fields.String(required=True, allow_none=True)
    retired_at = fields.AwareDateTime(required=True, allow_none=True)
    awaits = fields.String(
        required=True,
        allow_none=True,
        validate=validate.OneOf((models.FOR_APPROVAL, models.FOR_ITS_DAY)),
        metadata={"description": "what a draft waits for that is to go live: a second person's approval, or its day"},
    )
    asked_at = fields.AwareDateTime(required=True, allow_none=True)
    asked_by = fields.String(required=True, allow_none=True)
    approved_by = fields.String(required=True, allow_none=True)
    goes_live_at = fields.AwareDateTime(required=True, allow_none=True)


class VersionsOut(Schema):
    items = fields.List(fields.Nested(VersionOut), required=True)
    next = fields.String(required=True, allow_none=True)


class OneVersionOut(VersionOut):
    title = fields.String(required=True)
    identity = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    lanes = fields.List(fields.Nested(LaneOut), required=True)
    rows = fields.List(fields.Nested(RowOut), required=True)


class DraftOut(Schema):
    key = fields.String(required=True)
    version = fields.Integer(required=True)
    state = fields.String(required=True)
    findings = fields.List(fields.Nested(FindingOut), required=True)


class RecordOut(Schema):
    seq = fields.Integer(required=True)
    at = fields.AwareDateTime(required=True)
    by = fields.String(required=True)
    what = fields.String(required=True, validate=validate.OneOf(models.STEPS))
    note = fields.String(required=True)


class RecordsOut(Schema):
    items = fields.List(fields.Nested(RecordOut), required=True)


class DifferenceOut(Schema):
    kind = fields.String(required=True, metadata={"description": "stable code of the kind of change"})
    group = fields.String(required=True, validate=validate.OneOf(GROUPS))
    element = fields.String(required=True, allow_none=True, metadata={"description": "id in the newer version"})
    element_before = fields.String(required=True, allow_none=True, metadata={"description": "id in the older version"})
    name = fields.String(required=True)
    field = fields.String(required=True, allow_none=True, metadata={"description": "field of the form"})
    before = fields.String(required=True, allow_none=True)
    after = fields.String(required=True, allow_none=True)
    sentence = fields.String(required=True)


class TouchedOut(Schema):
    element = fields.String(required=True, allow_none=True)
    element_before = fields.String(required=True, allow_none=True)
    name = fields.String(required=True)
    change = fields.String(required=True, validate=validate.OneOf(("added", "removed", "changed")))
    kinds = fields.List(fields.String(), required=True)


class CompareOut(Schema):
    key = fields.String(required=True)
    older = fields.Integer(required=True, data_key="from")
    newer = fields.Integer(required=True, data_key="to")
    differences = fields.List(fields.Nested(DifferenceOut), required=True)
    elements = fields.List(fields.Nested(TouchedOut), required=True)


class PublishingRules(Schema):
    second_approval = fields.Boolean(
        required=True, metadata={"description": "whether a second person approves before a version goes live"}
    )


class FindingsOut(Schema):
    findings = fields.List(fields.Nested(FindingOut), required=True)


class FormOut(Schema):
    schema = fields.Dict(required=True)
    ui_schema = fields.Dict(required=True)


class StartFormOut(FormOut):
    version = fields.Integer(required=True)


@entrance.call("GET", "/diagrams", gives=DiagramsOut, query=PageQuery)
def list_diagrams(query: dict[str, Any], by: Caller, at: datetime) -> dict[str, Any]:
    """The diagrams of the caller's agencies"""
    mine = None if by.everywhere() else set(by.agencies)
    limit, after = query["limit"], cursors.read(query["after"], 1)
    more = models.diagrams_of(mine, after[0] if after else None, limit + 1)
    found = more[:limit]
    live = models.live_numbers([d.key for d in found])
    open_ = count_open([d.key for d in found])
    names = {agency.id: agency for agency in agencies(mine)}
    items = [_diagram(d, names[d.agency_id], live[d.key], open_.get(d.key, 0)) for d in found]
    return {"items": items, "next": cursors.write(found[-1].key) if len(more) > limit else None}


@entrance.call("GET", "/diagrams/<string:key>", gives=DiagramOut)
def one_diagram(key: str, by: Caller, at: datetime) -> dict[str, Any]:
    """One diagram"""
    diagram = _visible(key, by)
    return _diagram(diagram, _home(diagram), models.live_numbers([key])[key], count_open([key]).get(key, 0))


def _home(diagram: models.Diagram) -> Agency:
    return db.session.get_one(Agency, diagram.agency_id)


def _diagram(diagram: models.Diagram, agency: Agency, live: list[int], open_: int) -> dict[str, Any]:
    return {
        "key": diagram.key,
        "title": diagram.title,
        "agency": agency.key,
        "agency_name": agency.name,
        "live": live,
        "open_instances": open_,
    }


def _visible(key: str, by: Caller) -> models.Diagram:
    diagram = models.diagram_of(key)
    if diagram.agency_id not in by.agencies and not by.everywhere():
        raise NotFound("Tidak ada diagram “{key}”.", key=key)
    return diagram


@entrance.call("GET", "/diagrams/<string:key>/versions", gives=VersionsOut, query=PageQuery)
def list_versions(query: dict[str, Any], key: str, by: Caller, at: datetime) -> dict[str, Any]:
    """The versions of a diagram, newest first"""
    _visible(key, by)
    limit = query["limit"]
    found = models.versions_of(key, cursors.read_whole(query["after"]), limit + 1)
    items = [_version(v) for v in found[:limit]]
    return {"items": items, "next": cursors.write(found[limit - 1].n) if len(found) > limit else None}


def _version(version: models.Version) -> dict[str, Any]:
    told = {name: getattr(version, name) for name in VERSION_FIELDS}
    return {"key": version.diagram_key, "version": version.n, **told}


VERSION_FIELDS = (
    "state", "note", "created_at", "created_by", "published_at", "published_by", "retired_at", "awaits", "asked_at",
    "asked_by", "approved_by", "goes_live_at",
)  # fmt: skip


@entrance.call("GET", "/diagrams/<string:key>/versions/<int:n>", gives=OneVersionOut, refuses=(422,), tagged=True)
def one_version(key: str, n: int, by: Caller, at: datetime) -> dict[str, Any]:
    """One version: identity part of the SOP, lanes, rows"""
    version = _seen(key, n, by)
    tag(version.rev)
    spec = prepare(version).spec
    return {
        **_version(version),
        "title": spec.title,
        "identity": dict(spec.properties),
        "lanes": spec.lanes,
        "rows": [_row(e) for e in spec.elements.values() if e.is_task or e.id == spec.start.id],
    }


def _seen(key: str, n: int, by: Caller) -> models.Version:
    _visible(key, by)
    return models.version_of(key, n)


ROW_MARKS = {
    "row": "sopRow",
    "part": "sopPart",
    "required_inputs": "requiredInputs",
    "time_standard": "timeStandard",
    "time_clock": "timeClock",
    "output": "output",
    "remark": "remark",
    "lane_basis": "laneBasis",
}


def _row(element: Any) -> dict[str, Any]:
    marks = {ours: element.properties.get(mark) for ours, mark in ROW_MARKS.items()}
    return {"element": element.id, "name": element.label, "lane": element.lane, **marks}


@entrance.call("GET", "/diagrams/<string:key>/versions/<int:n>/xml", produces="application/xml", tagged=True)
def version_xml(key: str, n: int, by: Caller, at: datetime) -> Response:
    """The BPMN file, byte for byte as it came in"""
    version = _seen(key, n, by)
    tag(version.rev)
    answer = Response(version.xml, content_type="application/xml")
    answer.headers["Content-Disposition"] = f'attachment; filename="{key}-{n}.bpmn"'
    return answer


@entrance.call(
    "GET", "/diagrams/<string:key>/versions/<int:n>/forms", refuses=(422,), produces="application/json", tagged=True
)
def version_forms(key: str, n: int, by: Caller, at: datetime) -> dict[str, Any]:
    """The forms of a version: element id to schema and ui schema"""
    version = _seen(key, n, by)
    tag(version.rev)
    forms = prepare(version).forms
    return {element: {"schema": form.schema, "ui_schema": form.ui_schema} for element, form in forms.items()}


@entrance.call("GET", "/diagrams/<string:key>/form", gives=StartFormOut, who=PUBLIC, refuses=(409,))
def start_form(key: str, by: Caller, at: datetime) -> dict[str, Any]:
    """The start form of the newest live version"""
    loaded = default_of(key)
    form = loaded.form(loaded.spec.start.id)
    return {"schema": form.schema, "ui_schema": form.ui_schema, "version": loaded.n}


@entrance.call(
    "POST",
    "/diagrams",
    gives=DraftOut,
    takes=UploadIn,
    location="files",
    form=DraftForm,
    status=201,
    refuses=(404, 409),
    tagged=True,
)
def make_draft(files: dict[str, Any], form: dict[str, Any], by: Caller, at: datetime) -> dict[str, Any]:
    """A new draft version of the diagram whose key is the process id"""
    xml, forms = _one_bpmn(), read_forms(_sent("forms"))
    version, findings = commands.draft(xml, forms, by, at, form["agency"], form["note"] or "")
    return _draft(version, findings)


@entrance.call(
    "PUT",
    "/diagrams/<string:key>/versions/<int:n>",
    gives=DraftOut,
    takes=ChangeIn,
    location="files",
    form=DraftForm,
    refuses=(409,),
    headers=(IF_MATCH,),
    tagged=True,
)
def change_draft(
    files: dict[str, Any], form: dict[str, Any], key: str, n: int, by: Caller, at: datetime
) -> dict[str, Any]:
    """Change a draft that was seen at the revision in If-Match"""
    if form["agency"] not in (None, _home(_visible(key, by)).key):
        raise Conflict("Diagram “{key}” milik instansi lain.", key=key)
    xml = _one_bpmn() if request.files.getlist("bpmn") else None
    forms = read_forms(_sent("forms"))
    version, findings = commands.change(key, n, seen_revision(), xml, forms, form["note"], by, at)
    return _draft(version, findings)


def _draft(version: models.Version, findings: list[Any]) -> dict[str, Any]:
    tag(version.rev)
    found = [finding(f) for f in findings]
    return {"key": version.diagram_key, "version": version.n, "state": version.state, "findings": found}


def _sent(field: str) -> list[Sent]:
    return [Sent(file.filename or "", file.stream) for file in request.files.getlist(field)]


def _one_bpmn() -> bytes:
    sent = _sent("bpmn")
    if len(sent) != 1:
        message = "Kirim tepat satu berkas BPMN."
        raise Invalid(message, errors=[Problem("/bpmn", message)])
    return read_bpmn(sent[0])


@entrance.call("POST", "/diagrams/check", gives=FindingsOut, takes=UploadIn, location="files")
def check_upload(files: dict[str, Any], by: Caller, at: datetime) -> dict[str, Any]:
    """What the check finds; nothing is stored"""
    xml, forms = _one_bpmn(), read_forms(_sent("forms"))
    key, _title = process_of(read_xml(xml))
    diagram = db.session.get(models.Diagram, key)
    if diagram is None or diagram.agency_id not in by.agencies:
        return {"findings": [finding(f) for f in check(xml, forms, CheckContext(lanes_held=None))]}
    newest = models.newest(key)
    forms = {**(newest.forms if newest else {}), **forms}
    held = CheckContext(lanes_held=lanes_held(diagram.agency_id, key))
    return {"findings": [finding(f) for f in check(xml, forms, held)]}


@entrance.call("GET", "/diagrams/<string:key>/versions/<int:n>/records", gives=RecordsOut)
def version_records(key: str, n: int, by: Caller, at: datetime) -> dict[str, Any]:
    """All that happened to a version, the first first; also of a draft that was thrown away"""
    _visible(key, by)
    found = models.records_of(key, n)
    if not found:
        models.version_of(key, n)
    return {"items": [{**_record(row), "by": row.by_name} for row in found]}


def _record(row: models.VersionRecord) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("seq", "at", "what", "note")}


@entrance.call("GET", "/diagrams/<string:key>/compare", gives=CompareOut, query=CompareQuery)
def compare(query: dict[str, Any], key: str, by: Caller, at: datetime) -> dict[str, Any]:
    """What has changed from one version to another, in words and by element; geometry apart"""
    older, newer = _seen(key, query["older"], by), _seen(key, query["newer"], by)
    found = differences(older, newer)
    return {
        "key": key,
        "older": older.n,
        "newer": newer.n,
        "differences": [_difference(each) for each in found],
        "elements": [_touched(each) for each in touched(found)],
    }


def _difference(each: Difference) -> dict[str, Any]:
    names = ("kind", "group", "element", "element_before", "name", "field", "before", "after", "sentence")
    return {name: say(getattr(each, name), gettext) for name in names}


def _touched(each: Touched) -> dict[str, Any]:
    told = {"name": say(each.name, gettext), "change": each.change, "kinds": each.kinds}
    return {"element": each.after, "element_before": each.before, **told}


def _moves_a_version(method: str, doing: str, takes: Any, **more: Any) -> Any:
    """A call that does something to a version seen at the revision in If-Match."""
    path = f"/diagrams/<string:key>/versions/<int:n>{doing}"
    more = {"gives": VersionOut, "tagged": True, **more}
    return entrance.call(method, path, takes=takes, refuses=(409,), headers=(IF_MATCH,), **more)


def _moved(version: models.Version) -> dict[str, Any]:
    tag(version.rev)
    return _version(version)


@_moves_a_version("POST", "/publish", PublishIn)
def publish(body: dict[str, Any], key: str, n: int, by: Caller, at: datetime) -> dict[str, Any]:
    """Let a draft go live, at once or from a moment; 422 with the findings that keep it from that

    Where the agency wants a second person to approve, it stays a draft that `awaits` approval.
    """
    unheld, day = body["unheld_lanes"], body["goes_live_at"]
    return _moved(commands.publish(key, n, by, at, body["note"], unheld, seen_revision(), day))


@_moves_a_version("POST", "/approve", NoteIn)
def approve(body: dict[str, Any], key: str, n: int, by: Caller, at: datetime) -> dict[str, Any]:
    """Approve as a second person what somebody else asked to publish"""
    return _moved(commands.approve(key, n, by, at, body["note"], seen_revision()))


@_moves_a_version("POST", "/withdraw", NoteIn)
def withdraw(body: dict[str, Any], key: str, n: int, by: Caller, at: datetime) -> dict[str, Any]:
    """Take back a request to publish, or decline it as the second person; it may be changed again"""
    return _moved(commands.withdraw(key, n, by, at, body["note"], seen_revision()))


@_moves_a_version("POST", "/retire", NoteIn)
def retire(body: dict[str, Any], key: str, n: int, by: Caller, at: datetime) -> dict[str, Any]:
    """Let a live version take no new instances"""
    return _moved(commands.retire(key, n, by, at, body["note"], seen_revision()))


@_moves_a_version("POST", "/bring-back", UnheldIn)
def bring_back(body: dict[str, Any], key: str, n: int, by: Caller, at: datetime) -> dict[str, Any]:
    """Let a retired version take new instances again, if it still passes the check"""
    return _moved(commands.bring_back(key, n, by, at, body["note"], seen_revision(), body["unheld_lanes"]))


@entrance.call(
    "POST",
    "/diagrams/<string:key>/versions/<int:n>/restore",
    gives=DraftOut,
    takes=NoteIn,
    status=201,
    refuses=(409,),
    tagged=True,
)
def restore(body: dict[str, Any], key: str, n: int, by: Caller, at: datetime) -> dict[str, Any]:
    """A new draft with the very files of this version"""
    return _draft(*commands.restore(key, n, by, at, body["note"]))


@entrance.call("DELETE", "/diagrams/<string:key>/versions/<int:n>", status=204, refuses=(409,), headers=(IF_MATCH,))
def discard(key: str, n: int, by: Caller, at: datetime) -> None:
    """Throw away a draft that was never published; its number and its records stay"""
    commands.discard(key, n, by, at, seen=seen_revision())


@entrance.call("GET", "/agencies/<string:key>/publishing", gives=PublishingRules)
def publishing_rules(key: str, by: Caller, at: datetime) -> dict[str, Any]:
    """How an agency publishes the versions of its diagrams"""
    return {"second_approval": _own_agency(key, by).second_approval}


@entrance.call("PUT", "/agencies/<string:key>/publishing", gives=PublishingRules, takes=PublishingRules)
def set_publishing_rules(body: dict[str, Any], key: str, by: Caller, at: datetime) -> dict[str, Any]:
    """Say how an agency publishes the versions of its diagrams"""
    agency = administration.ask_for_second_approval(_own_agency(key, by).id, body["second_approval"], by)
    return {"second_approval": agency.second_approval}


def _own_agency(key: str, by: Caller) -> Agency:
    agency = agency_of(key)
    if agency.id not in by.agencies and not by.everywhere():
        raise NotFound("Tidak ada instansi dengan kunci “{key}”.", key=key)
    return agency
