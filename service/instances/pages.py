"""Pages about instances: the list, one with its drawing and history, as it was then, who handed it in, what to do."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, render_template, request
from flask_babel import gettext, lazy_gettext

from service.calendars.reading import calendar_of
from service.complaints import commands as complaints
from service.complaints.models import complaint_of, complaint_on, identity_of, openings_of
from service.database import db
from service.diagrams.loading import Loaded, load
from service.diagrams.models import Diagram, Version, diagrams_of, versions_of
from service.engine import Lane, MessageWaiting, Run, TaskWaiting
from service.entrance import answered, compared, course, cursors, lengths
from service.entrance.addressed import InAddress
from service.entrance.drawn import draw_form, posted_answers
from service.entrance.pages import Pages, go_to
from service.entrance.screen import tell_time_of
from service.errors import Invalid, NotAllowed, Refusal
from service.files.models import files_of
from service.forms import fields
from service.forms.renderer import Form
from service.history import chain
from service.history import models as history
from service.instances import commands
from service.instances.models import RUNNING, STATES, STUCK, SUSPENDED, Instance, instance_of
from service.instances.moving import look
from service.moving_over.commands import undoable
from service.people.caller import Caller
from service.people.models import AUDITOR, OFFICER, OWNER, SUPERVISOR, Agency
from service.tasks.commands import must_see_instance
from service.tasks.models import tasks_of
from service.tasks.overview import InstanceFilter, instances, open_tasks_in
from service.timers.models import timers_of

pages = Pages("instances")

READERS = (OFFICER, OWNER, SUPERVISOR, AUDITOR)
A_PAGE = 25
MOVES_SHOWN = 30
MOST_MOVES = 1000
"""Of a longer history the page shows the beginning, and does not check the chain by itself."""

UNFINISHED = "open"
"""Stands in the address for all states that are not an end."""

STATE_WORDS = {
    "running": lazy_gettext("Berjalan"),
    "suspended": lazy_gettext("Ditangguhkan"),
    "stuck": lazy_gettext("Macet"),
    "completed": lazy_gettext("Selesai"),
    "cancelled": lazy_gettext("Dibatalkan"),
}
STATE_KINDS = {"running": "", "completed": "done", "cancelled": "calm", "suspended": "soon", "stuck": "late"}
COMMAND_WORDS = {
    "start": lazy_gettext("Pengaduan diterima"),
    "complete": lazy_gettext("Langkah selesai"),
    "timer": lazy_gettext("Waktu habis"),
    "message": lazy_gettext("Pesan diterima"),
    "cancel": lazy_gettext("Berkas dibatalkan"),
    "suspend": lazy_gettext("Berkas ditangguhkan"),
    "resume": lazy_gettext("Berkas dilanjutkan"),
    "assign": lazy_gettext("Tugas dialihkan"),
    "stuck": lazy_gettext("Berkas macet"),
    "migrate": lazy_gettext("Dipindahkan ke versi lain"),
    "move": lazy_gettext("Dipindahkan ke langkah lain"),
    "undo": lazy_gettext("Diurungkan"),
}
NO_ANSWERS = ("migrate", "move")
"""Commands whose answers are not what somebody put into a form."""


# ---- the list --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Wanted(InAddress):
    """What the address of the list of instances asks for."""

    HOME, PLACE = "/berkas", "setelah"

    sop: str = ""
    versi: str = ""
    keadaan: str = ""
    lajur: str = ""
    lewat: str = ""
    nomor: str = ""
    setelah: str = ""

    def as_filter(self, at: datetime) -> InstanceFilter:
        return InstanceFilter(
            self.sop or None,
            int(self.versi) if self.versi else None,
            self.keadaan if self.keadaan in STATES else None,
            self.lajur or None,
            at if self.lewat else None,
            self.nomor or None,
            self.keadaan == UNFINISHED,
        )


def wanted_in_address(known: Sequence[Diagram]) -> Wanted:
    """What is asked for in the address; what makes no sense there is not asked for."""
    asked = {name: value.replace("\x00", "") for name, value in request.args.items()}
    diagram, version, state = asked.get("sop", "")[:63], asked.get("versi", ""), asked.get("keadaan", "")
    one = bool(diagram) or len(known) == 1
    return Wanted(
        sop=diagram,
        versi=version if one and version.isdecimal() and len(version) < 7 else "",
        keadaan=state if state in (UNFINISHED, *STATES) else "",
        lajur=asked.get("lajur", "")[:63] if one else "",
        lewat="1" if asked.get("lewat") else "",
        nomor=asked.get("nomor", "").strip()[:20],
    )


@pages.get("/berkas", roles=READERS)
def list_instances(by: Caller, at: datetime) -> str:
    known = diagrams_of(None if by.everywhere() else set(by.agencies))
    wanted = wanted_in_address(known)
    after = cursors.read_id(request.args.get("setelah") or None)
    found = instances(by, wanted.as_filter(at), after, A_PAGE + 1)
    shown = found[:A_PAGE]
    chosen = next((diagram for diagram in known if len(known) == 1 or diagram.key == wanted.sop), None)
    versions = versions_of(chosen.key) if chosen else []
    return render_template(
        "instances/list.html",
        rows=_rows(shown),
        wanted=wanted,
        diagrams=known,
        chosen=chosen,
        lanes=_lanes(versions),
        versions=[version.n for version in versions],
        states=[(UNFINISHED, gettext("Terbuka")), *STATE_WORDS.items()],
        kinds=STATE_KINDS,
        next_address=wanted.address(setelah=cursors.write(shown[-1].id)) if len(found) > A_PAGE else "",
        first_address=wanted.address() if after else "",
    )


@dataclass(frozen=True)
class Row:
    """One instance in the list, with where it stands."""

    instance: Instance
    title: str
    procedure: str
    open: Sequence[Any]
    lanes: Mapping[str, str]
    end: str


def _rows(found: Sequence[Instance]) -> list[Row]:
    ids = [instance.id for instance in found]
    began, open_ = history.first_answers(ids), open_tasks_in(ids)
    return [_row(instance, began.get(instance.id), open_.get(instance.id, [])) for instance in found]


def _row(instance: Instance, began: Mapping[str, Any] | None, open_: Sequence[Any]) -> Row:
    version = load(instance.version_id)
    lanes = {lane.id: lane.name for lane in version.spec.lanes}
    title = answered.title_of(version, began)
    return Row(instance, title, version.spec.title, open_, lanes, _end_name(version, instance))


def _lanes(versions: Sequence[Version]) -> list[Lane]:
    """The lanes of the newest version that can be read."""
    published = [version for version in versions if version.published_at]
    return list(load(published[0].id).spec.lanes) if published else []


def _end_name(version: Loaded, instance: Instance) -> str:
    end = version.spec.elements.get(instance.end or "")
    return end.label if end else ""


# ---- one instance ----------------------------------------------------------------------------------------------


@pages.get("/berkas/<uuid:instance_id>", roles=READERS)
def show(instance_id: uuid.UUID, by: Caller, at: datetime) -> str:
    instance = _visible(instance_id, by)
    version = load(instance.version_id)
    tasks = tasks_of(instance.id, only_open=False)
    moves = history.moves_of(instance.id, limit=MOST_MOVES)
    told = course.course_of(instance, version, tasks, instance.ended_at or at)
    before = request.args.get("sebelum", type=int) or instance.seq + 1
    return render_template(
        "instances/show.html",
        **_known(instance, version, moves),
        course=told,
        following=course.following(version.spec, told),
        marks=course.marks(told),
        flows=course.passed_flows(instance, version.spec, tasks, moves),
        timers=[(version.element(timer.element).label, timer.due_at) for timer in timers_of(instance.id)],
        took=_took(instance, at),
        last=_last_reason(instance, moves),
        moves=[_move(row) for row in reversed(moves) if row.seq < before][:MOVES_SHOWN],
        undoable=undoable(instance, by, at),
        all_moves=len(moves),
        holds=instance.seq > MOST_MOVES or not chain.breaks_in(moves, instance.head, instance.seq),
        start_answers=answered.answers_in_words(version, version.spec.start.id, moves[0].answers if moves else None),
        papers=files_of(instance.id),
        complaint=complaint_on(instance.id),
        route=compared.reason(instance) if instance.route else "",
        may=_may(instance, version, by),
        done=request.args.get("sudah", ""),
    )


def _visible(instance_id: uuid.UUID, by: Caller) -> Instance:
    """The instance, if it is for his eyes; its page tells the time of its office."""
    instance = instance_of(instance_id)
    must_see_instance(by, instance)
    tell_time_of(db.session.get_one(Agency, instance.agency_id))
    return instance


def _known(instance: Instance, version: Loaded, moves: Sequence[history.MoveRow]) -> dict[str, Any]:
    """What every page about one instance shows at its head."""
    return {
        "instance": instance,
        "version": version,
        "title": answered.title_of(version, moves[0].answers if moves else None),
        "state_words": STATE_WORDS[instance.state],
        "state_kind": STATE_KINDS[instance.state],
        "end": _end_name(version, instance),
        "drawing": f"/sop/{version.key}/{version.n}/gambar.xml",
    }


def _took(instance: Instance, at: datetime) -> str:
    return lengths.taken(calendar_of(instance.agency_id), instance.started_at, instance.ended_at or at)


def _last_reason(instance: Instance, moves: Sequence[history.MoveRow]) -> history.MoveRow | None:
    """The move by which it came to rest or was ended, which says why."""
    commands_ = {"suspended": "suspend", "cancelled": "cancel", "stuck": "stuck"}
    wanted = commands_.get(instance.state)
    return next((row for row in reversed(moves) if row.command == wanted), None)


@dataclass(frozen=True)
class MoveTold:
    """One move in words."""

    row: history.MoveRow
    command: str
    what: str
    lane: str
    answers: tuple[answered.Answer, ...]
    destroyed: bool


def _move(row: history.MoveRow) -> MoveTold:
    """In the words of the version that it ran in then."""
    version = load(row.version_id)
    element = version.spec.elements.get(row.element or "")
    return MoveTold(
        row=row,
        command=COMMAND_WORDS.get(row.command, row.command),
        what=element.label if element else _to_where(version, row),
        lane=course.lane_name(version.spec, element.lane) if element else "",
        answers=() if row.command in NO_ANSWERS else answered.answers_in_words(version, row.element, row.answers),
        destroyed=row.answers is None,
    )


def _to_where(version: Loaded, row: history.MoveRow) -> str:
    if row.command == "migrate" and row.answers:
        return gettext("versi %(old)s ke versi %(new)s", old=row.answers["from"], new=row.answers["to"])
    return _message_name(version, row.element)


def _message_name(version: Loaded, name: str | None) -> str:
    return next((event.label for event in version.spec.messages if event.message == name), name or "")


@dataclass(frozen=True)
class May:
    """What the reader may do with the instance."""

    supervise: bool
    send: tuple[str, ...]
    open_identity: bool

    @property
    def act(self) -> bool:
        return self.supervise or bool(self.send)


def _may(instance: Instance, version: Loaded, by: Caller) -> May:
    supervises = by.is_(SUPERVISOR, instance.agency_id)
    return May(
        supervise=supervises and instance.state in commands.UNFINISHED,
        send=_sendable(instance, version, by),
        open_identity=_may_open_identity(instance, version, by),
    )


def _sendable(instance: Instance, version: Loaded, by: Caller) -> tuple[str, ...]:
    """The messages that it waits for and that he may send."""
    if instance.state != RUNNING:
        return ()
    waiting = {w.name for w in _run(instance, version).waiting if isinstance(w, MessageWaiting)}
    mine = [
        event.message
        for event in version.spec.messages
        if event.message in waiting and _holds_one(by, instance, event.properties.get("messageLanes", "").split())
    ]
    return tuple(dict.fromkeys(name for name in mine if name))


def _run(instance: Instance, version: Loaded) -> Run:
    return look(version.spec, instance.engine_state, instance.started_at)


def _holds_one(by: Caller, instance: Instance, lanes: Sequence[str]) -> bool:
    return any(by.holds(instance.agency_id, instance.diagram_key, lane) for lane in lanes)


def _may_open_identity(instance: Instance, version: Loaded, by: Caller) -> bool:
    complaint = complaint_on(instance.id)
    if complaint is None or complaint.anonymous:
        return False
    lanes = [lane.id for lane in version.spec.lanes if lane.identity]
    return by.is_(SUPERVISOR, instance.agency_id) or _holds_one(by, instance, lanes)


# ---- as it was then --------------------------------------------------------------------------------------------


@pages.get("/berkas/<uuid:instance_id>/riwayat/<int:seq>", roles=READERS)
def show_then(instance_id: uuid.UUID, seq: int, by: Caller, at: datetime) -> str:
    instance = _visible(instance_id, by)
    row = history.move_of(instance_id, seq)
    version = load(row.version_id)
    moves = [move for move in history.moves_of(instance.id) if move.seq <= seq]
    tasks = tasks_of(instance.id, only_open=False)
    told = course.course_of(instance, version, tasks, row.at)
    run = look(version.spec, row.state, row.at)
    waiting = [version.element(w.element) for w in run.waiting if not isinstance(w, TaskWaiting)]
    return render_template(
        "instances/then.html",
        **_known(instance, version, moves),
        move=_move(row),
        course=told,
        marks=course.marks(told),
        flows=course.passed_flows(instance, version.spec, [t for t in tasks if t.created_at <= row.at], moves),
        waiting=waiting,
        data=_data_in_words(version, run.data),
        seq=seq,
        newest=instance.seq,
    )


def _data_in_words(version: Loaded, data: Mapping[str, Any]) -> tuple[answered.Answer, ...]:
    """What the process knew and decided by, under the labels of the forms."""
    return answered.answers_in_words(version, None, data)


# ---- who handed it in ------------------------------------------------------------------------------------------


@pages.get("/berkas/<uuid:instance_id>/identitas", roles=READERS)
def identity_page(
    instance_id: uuid.UUID,
    by: Caller,
    at: datetime,
    refusal: Refusal | None = None,
    told: Mapping[str, Any] | None = None,
) -> str:
    instance = _visible(instance_id, by)
    version = load(instance.version_id)
    if not _may_open_identity(instance, version, by):
        raise NotAllowed("Identitas pelapor hanya dapat dibuka oleh lajur yang membutuhkannya.")
    complaint = complaint_of(instance_id)
    kept = identity_of(complaint.id)
    return render_template(
        "instances/identity.html",
        **_known(instance, version, history.moves_of(instance.id, 0, 1)),
        opened=answered.answers_in_words(version, version.spec.start.id, told),
        openings=list(reversed(openings_of(complaint.id))),
        erased=kept is None or kept.sealed is None,
        supervises=by.is_(SUPERVISOR, instance.agency_id),
        refusal=refusal,
        wrong=_wrong_words(refusal, "/why"),
        why=request.form.get("why", "") if refusal else "",
    )


@pages.post("/berkas/<uuid:instance_id>/identitas", roles=READERS, again=identity_page)
def open_identity(instance_id: uuid.UUID, by: Caller, at: datetime) -> str:
    told = complaints.open_identity(instance_id, by, request.form.get("why", ""), at)
    return identity_page(instance_id, by, at, told=told)


@pages.post("/berkas/<uuid:instance_id>/identitas/hapus", roles=(SUPERVISOR,), again=identity_page)
def erase_identity(instance_id: uuid.UUID, by: Caller, at: datetime) -> Response:
    complaints.erase_identity(instance_id, by, request.form.get("why", ""), at)
    return go_to(f"/berkas/{instance_id}?sudah=identitas")


# ---- what a supervisor can do ----------------------------------------------------------------------------------


@pages.get("/berkas/<uuid:instance_id>/tindakan", roles=(SUPERVISOR, OFFICER))
def actions(instance_id: uuid.UUID, by: Caller, at: datetime, refusal: Refusal | None = None) -> str:
    instance = _visible(instance_id, by)
    version = load(instance.version_id)
    may = _may(instance, version, by)
    if not may.act:
        raise NotAllowed("Tidak ada tindakan untuk Anda pada berkas ini.")
    rests = instance.state in (SUSPENDED, STUCK)
    return render_template(
        "instances/actions.html",
        **_known(instance, version, history.moves_of(instance.id, 0, 1)),
        may=may,
        rests=rests,
        stuck=instance.state == STUCK,
        form=_knowledge_form(instance, version, refusal) if may.supervise and rests else None,
        messages=[(name, _message_name(version, name)) for name in may.send],
        refusal=refusal,
        tried=request.path.rsplit("/", 1)[-1] if refusal else "",
        wrong=_wrong_words(refusal, "/reason"),
        reason_typed=_reason(),
    )


def _wrong_words(refusal: Refusal | None, pointer: str) -> str:
    """What is wrong with this field of the page's own form, ready to be shown."""
    problems = refusal.errors if isinstance(refusal, Invalid) else ()
    return next((gettext(problem.message) for problem in problems if problem.pointer == pointer), "")


def _knowledge_form(instance: Instance, version: Loaded, refusal: Refusal | None) -> Form | None:
    """What the process knows and its gateways read, to be put right."""
    schema = _knowledge_schema(version)
    known = {name: value for name, value in _run(instance, version).data.items() if name in schema["properties"]}
    return draw_form(schema, {}, known, refusal) if schema["properties"] else None


def _knowledge_schema(version: Loaded) -> dict[str, Any]:
    """The names that gateways read, each as the form that asks it; one that no form asks is a text."""
    asked = answered.every_field(version)
    properties = {
        name: {key: value for key, value in asked[name].items() if key != "default"}
        if name in asked
        else {"type": "string", "title": name, "maxLength": 500}
        for name in sorted(version.spec.reads)
    }
    return {"type": "object", "properties": {n: f for n, f in properties.items() if not fields.is_file(f)}}


def _reason() -> str:
    return request.form.get("alur-reason", "")


def _seen() -> int | None:
    """The revision that the page was drawn from, so that nobody acts on what he has not seen."""
    return request.form.get("alur-seen", type=int)


def _back(instance_id: uuid.UUID, done: str) -> Response:
    return go_to(f"/berkas/{instance_id}?sudah={done}")


@pages.post("/berkas/<uuid:instance_id>/tindakan/batalkan", roles=(SUPERVISOR,), again=actions)
def cancel(instance_id: uuid.UUID, by: Caller, at: datetime) -> Response:
    _visible(instance_id, by)
    commands.cancel(instance_id, _reason(), by, at, _seen())
    return _back(instance_id, "batalkan")


@pages.post("/berkas/<uuid:instance_id>/tindakan/tangguhkan", roles=(SUPERVISOR,), again=actions)
def suspend(instance_id: uuid.UUID, by: Caller, at: datetime) -> Response:
    _visible(instance_id, by)
    commands.suspend(instance_id, _reason(), by, at, _seen())
    return _back(instance_id, "tangguhkan")


@pages.post("/berkas/<uuid:instance_id>/tindakan/lanjutkan", roles=(SUPERVISOR,), again=actions)
def resume(instance_id: uuid.UUID, by: Caller, at: datetime) -> Response:
    instance = _visible(instance_id, by)
    version = load(instance.version_id)
    known = _run(instance, version).data
    posted = posted_answers(_knowledge_schema(version))
    changed = {name: value for name, value in posted.items() if known.get(name) != value}
    commands.resume(instance_id, _reason(), by, at, changed or None, _seen())
    return _back(instance_id, "lanjutkan")


@pages.post("/berkas/<uuid:instance_id>/tindakan/pesan", roles=(OFFICER,), again=actions)
def send_message(instance_id: uuid.UUID, by: Caller, at: datetime) -> Response:
    _visible(instance_id, by)
    commands.send_message(instance_id, request.form.get("name", ""), {}, by, at, _seen())
    return _back(instance_id, "pesan")
