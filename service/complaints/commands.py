"""Verbs of the complaints room: hand in, find, answer as the complainant, open and erase an identity."""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from service.calendars.reading import calendar_of
from service.complaints import identity, pins
from service.complaints.models import (
    ERASED,
    LAPOR,
    OPENED,
    WEB,
    Complaint,
    ComplaintIdentity,
    IdentityOpening,
    complaint_of,
    complaints_numbered,
    identity_of,
)
from service.database import db, new_id
from service.diagrams import routing
from service.diagrams.loading import Form, Loaded, load
from service.diagrams.routing import Case, Route
from service.errors import Conflict, Invalid, NotFound, Problem
from service.files.commands import attach_all
from service.files.fields import named_files
from service.files.models import File, files_of
from service.forms.check import check, find_problems
from service.forms.identity import identity_fields, split_identity
from service.instances.commands import start
from service.instances.models import Instance, instance_of
from service.instances.moving import Move
from service.people import policy
from service.people.caller import COMPLAINANT, Caller
from service.tasks.commands import finish, must_see_instance
from service.tasks.models import OPEN, Task, task_of

NOT_GOOD = "Periksa kembali isian formulir: ada yang belum lengkap atau belum benar."
UNKNOWN = "Nomor pengaduan atau PIN tidak cocok."
DONE = "Tugas ini sudah selesai atau tidak perlu dikerjakan lagi."
NO_IDENTITY = "Pengaduan ini disampaikan tanpa nama; tidak ada identitas yang disimpan."

KEEP_PIN = (
    "Simpan nomor pengaduan dan PIN ini baik-baik; PIN hanya ditampilkan sekali. Dengan keduanya pengaduan dapat "
    "diikuti kapan saja."
)
KEEP_PIN_NAMELESS = (
    "Pengaduan ini dicatat tanpa nama. Simpan nomor pengaduan dan PIN ini baik-baik; PIN hanya ditampilkan sekali, "
    "dan hanya dengan keduanya pengaduan dapat diikuti."
)
KEEP_PIN_DROPPED = (
    "Pengaduan ini dicatat tanpa nama; nama dan kontak yang sempat diisi tidak kami simpan. Simpan nomor pengaduan dan "
    "PIN ini baik-baik; PIN hanya ditampilkan sekali, dan hanya dengan keduanya pengaduan dapat diikuti."
)


MOST_PAPERS = 40
PAPERS = {
    "type": "object",
    "title": "Tambah berkas",
    "properties": {
        "berkas": {
            "title": "Foto atau surat",
            "type": "array",
            "items": {"type": "string", "format": "alur-file"},
            "maxItems": 5,
        }
    },
    "required": ["berkas"],
}
"""The little form by which a complainant adds papers."""


@dataclass(frozen=True)
class HandedIn:
    """A complaint that was taken, with what is told once: its PIN, and what to do with it."""

    complaint: Complaint
    pin: str
    what_next: str


def asks_identity(version: Loaded) -> bool:
    """Whether the start form asks who somebody is, so that what it starts is a complaint."""
    return bool(identity_fields(_start_form(version).schema))


def complainant(version: Loaded) -> Caller:
    """The complainant, under the word his SOP has for him; who he is stands in the sealed identity only."""
    return replace(COMPLAINANT, name=version.spec.properties.get("complainantWord") or COMPLAINANT.name)


def examine(version: Loaded, answers: Mapping[str, Any], anonymous: bool = False) -> None:
    """Raise what `hand_in` would raise about these answers, and keep nothing."""
    schema = _start_form(version).schema
    _must_be_good(schema, answers, frozenset(identity_fields(schema)), anonymous)
    _must_hold_no_files(schema, split_identity(schema, answers)[1])


def hand_in(
    version: Loaded,
    answers: Mapping[str, Any],
    by: Caller,
    at: datetime,
    anonymous: bool = False,
    secret: bool = False,
    channel: str = WEB,
    lapor_tracking_id: str | None = None,
    received_at: datetime | None = None,
    asked: bool = False,
    arm: int | None = None,
) -> HandedIn:
    """Take a complaint and start its instance; who handed it in is taken off first and sealed.

    `version` is the one whose start form was filled in. Unless it was `asked` for by its number, a running trial may
    give the complaint another one, whose start form agrees; `arm` is what an officer picked for it at the desk.

    Through the web everybody is the complainant, whoever he is otherwise; any other channel, and `received_at`, are for
    officers who take it down. Of an anonymous complaint no identity is kept, even if one was sent; one that brings
    none is anonymous. Raises `Invalid` naming the fields that are wrong.
    """
    _must_fit_channel(by, version.agency_id, channel, lapor_tracking_id, received_at, at)
    form = _start_form(version)
    marked = frozenset(identity_fields(form.schema))
    _must_be_good(form.schema, answers, marked, anonymous)
    rest, who = split_identity(form.schema, answers)
    who = identity.tells(who)
    _must_hold_no_files(form.schema, who)
    plain = replace(form, schema=identity.without_identity(form.schema, marked, answers))
    way = routing.asked_for(version) if asked else _way(version, rest, channel, arm, at)
    version = way.version
    author = complainant(version) if channel == WEB else by
    instance = start(_with_start_form(version, plain), rest, author, at, secret, way)
    attach_all(form.schema, rest, instance.agency_id, instance.id)
    nameless = anonymous or (bool(marked) and not who)
    pin = pins.new_pin()
    complaint = _complaint(
        version,
        instance,
        pin,
        channel=channel,
        anonymous=nameless,
        secret=secret,
        received_at=received_at or at,
        filed_by=None if channel == WEB else by.person_id,
        lapor_tracking_id=lapor_tracking_id,
    )
    if who and not nameless:
        db.session.add(identity.seal(complaint, who))
        db.session.flush()
    return HandedIn(complaint, pin, _what_next(nameless, bool(who)))


def _way(version: Loaded, rest: dict[str, Any], channel: str, arm: int | None, at: datetime) -> Route:
    """Which version it takes. Who hands it in was taken off before, so that nothing is ever drawn by that."""
    if arm is not None and channel != WEB:
        return routing.picked(version, arm)
    return routing.route(version, Case(rest, at, channel))


def _complaint(version: Loaded, instance: Instance, pin: str, **told: Any) -> Complaint:
    complaint_id = new_id()
    promise = version.spec.properties.get("promise")
    complaint = Complaint(
        id=complaint_id,
        agency_id=instance.agency_id,
        instance_id=instance.id,
        number=instance.number,
        pin_digest=pins.digest(pin, complaint_id),
        promised_at=calendar_of(instance.agency_id).due(told["received_at"], promise) if promise else None,
        **told,
    )
    db.session.add(complaint)
    db.session.flush()
    return complaint


def _what_next(nameless: bool, dropped: bool) -> str:
    if not nameless:
        return KEEP_PIN
    return KEEP_PIN_DROPPED if dropped else KEEP_PIN_NAMELESS


def _must_fit_channel(
    by: Caller, agency_id: uuid.UUID, channel: str, lapor_id: str | None, received_at: datetime | None, at: datetime
) -> None:
    if channel != WEB or received_at is not None or lapor_id is not None:
        policy.must_work_at(by, agency_id)
    if lapor_id is not None and channel != LAPOR:
        raise _wrong("/lapor_tracking_id", "Nomor lacak LAPOR! hanya untuk pengaduan yang datang dari LAPOR!.")
    if received_at is not None and channel == WEB:
        raise _wrong("/received_at", "Waktu terima hanya diisi untuk pengaduan yang dicatat oleh petugas.")
    if received_at is not None and received_at > at:
        raise _wrong("/received_at", "Waktu terima tidak boleh di masa depan.")


def _wrong(pointer: str, message: str) -> Invalid:
    return Invalid(message, errors=[Problem(pointer, message)])


def _must_be_good(
    schema: Mapping[str, Any], answers: Mapping[str, Any], marked: frozenset[str], anonymous: bool
) -> None:
    """All answers are checked, the identity's with them; what an anonymous complaint will not keep does not matter."""
    problems = find_problems(schema, answers)
    if anonymous:
        problems = [problem for problem in problems if _field(problem.pointer) not in marked]
    if problems:
        raise Invalid(NOT_GOOD, errors=problems)


def _field(pointer: str) -> str:
    return pointer.removeprefix("/").partition("/")[0].replace("~1", "/").replace("~0", "~")


def _must_hold_no_files(schema: Mapping[str, Any], who: Mapping[str, Any]) -> None:
    """Files are not sealed, so none may say who somebody is."""
    message = "Berkas tidak dapat dipakai sebagai keterangan identitas."
    files = named_files(schema, who)
    if files:
        raise Invalid(message, errors=[Problem(pointer, message) for pointer in files])


def _start_form(version: Loaded) -> Form:
    return version.form(version.spec.start.id)


def _with_start_form(version: Loaded, form: Form) -> Loaded:
    return replace(version, forms={**version.forms, version.spec.start.id: form})


# ---- the complainant, with number and PIN ----------------------------------------------------------------------


def find(number: str, pin: str) -> Complaint:
    """The complaint with this number and PIN. Raises `NotFound`, in the same words whichever of the two is wrong."""
    found = complaints_numbered(number.strip().upper())
    if not found:
        pins.fits_nothing(pin)
    for complaint in found:
        if pins.fits(pin, complaint.id, complaint.pin_digest):
            return complaint
    raise NotFound(UNKNOWN)


def complete_public(
    complaint: Complaint, task_id: uuid.UUID, answers: dict[str, Any], at: datetime
) -> tuple[Task, Instance]:
    """Complete a task of the public lane for the complainant, who has shown his PIN.

    Raises `NotFound` for any task that is not his, `Conflict` when it is done (and does not say by whom).
    """
    task = task_of(task_id)
    if task.instance_id != complaint.instance_id or not task.public:
        raise NotFound("Tugas tidak ditemukan.")
    if task.state != OPEN:
        raise Conflict(DONE)
    by = complainant(load(task.version_id))
    try:
        finished = finish(task, answers, Move(by, at, "complete", task.element, task.step_id, answers))
    except Conflict as refusal:
        if "who" in refusal.params:
            raise Conflict(DONE) from None
        raise
    db.session.flush()
    return finished


def add_papers(complaint: Complaint, answers: Mapping[str, Any], at: datetime) -> None:
    """Bind papers that the complainant sends afterwards to the instance; each bears its own moment.

    Raises `Conflict` once the instance has ended, `Invalid` for too many of them.
    """
    instance = instance_of(complaint.instance_id)
    if instance.ended_at is not None:
        raise Conflict("Penanganan pengaduan ini sudah selesai; berkas tidak dapat ditambahkan lagi.")
    check(PAPERS, answers)
    if len(files_of(instance.id)) + len(named_files(PAPERS, answers)) > MOST_PAPERS:
        message = "Pengaduan ini sudah memuat {most} berkas; tidak dapat ditambah lagi."
        raise Invalid(message, errors=[Problem("/berkas", message, (("most", MOST_PAPERS),))], most=MOST_PAPERS)
    attach_all(PAPERS, answers, instance.agency_id, instance.id)


def papers_of(complaint: Complaint, told: Iterable[Mapping[str, Any]]) -> list[File]:
    """The files that the complainant may open: those he sent himself, and those that what he was told names."""
    named = {value for answers in told for value in _texts(answers)}
    return [f for f in files_of(complaint.instance_id) if f.uploaded_by is None or str(f.id) in named]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list):
        for inner in value.values() if isinstance(value, Mapping) else value:
            yield from _texts(inner)


# ---- who the complainant is ------------------------------------------------------------------------------------


def open_identity(instance_id: uuid.UUID, by: Caller, why: str, at: datetime) -> dict[str, Any]:
    """Who handed the complaint in, for lanes marked `identity` and supervisors; that it was opened is recorded.

    Raises `Conflict` for an anonymous complaint and once the identity was erased.
    """
    why = _reason(why)
    instance, complaint = _seen(instance_id, by)
    spec = load(instance.version_id).spec
    lanes = [lane.id for lane in spec.lanes if lane.identity]
    policy.must_open_identity(by, complaint.agency_id, instance.diagram_key, lanes)
    told = identity.open_(complaint, _identity(complaint))
    _record(complaint, OPENED, by, why, at)
    return told


def erase_identity(instance_id: uuid.UUID, by: Caller, why: str, at: datetime) -> Complaint:
    """Destroy who handed the complaint in, for good; for supervisors. The case itself stays."""
    why = _reason(why)
    _instance, complaint = _seen(instance_id, by)
    policy.must_supervise(by, complaint.agency_id)
    row = _identity(complaint)
    if row.wrapped_key is None:
        raise Conflict("Identitas pelapor pada berkas ini sudah dihapus.")
    identity.erase(row)
    _record(complaint, ERASED, by, why, at)
    return complaint


def _seen(instance_id: uuid.UUID, by: Caller) -> tuple[Instance, Complaint]:
    instance = instance_of(instance_id)
    must_see_instance(by, instance)
    return instance, complaint_of(instance_id)


def _identity(complaint: Complaint) -> ComplaintIdentity:
    row = identity_of(complaint.id)
    if row is None:
        raise Conflict(NO_IDENTITY)
    return row


def _reason(why: str) -> str:
    if not why.strip():
        raise _wrong("/why", "Sebutkan alasannya.")
    return why.strip()


def _record(complaint: Complaint, act: str, by: Caller, why: str, at: datetime) -> None:
    opening = IdentityOpening(agency_id=complaint.agency_id, complaint_id=complaint.id, at=at, act=act, why=why)
    opening.by_id, opening.by_name = by.person_id, by.name
    db.session.add(opening)
    db.session.flush()
