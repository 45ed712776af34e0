"""Pages for complainants (hand in, receipt, follow) and for the desk that takes complaints down for them."""

import secrets
import uuid
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import segno
from flask import Response, render_template, request
from flask_babel import gettext
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from service.complaints import commands, tickets
from service.complaints.doors import door, offices, offices_among
from service.complaints.letters import Letter
from service.complaints.models import (
    BOX,
    CHANNELS,
    LAPOR,
    LETTER,
    TELEPHONE,
    WALK_IN,
    WEB,
    WHATSAPP,
    Complaint,
)
from service.complaints.progress import DONE, NOW, YOUR_TURN, Milestone, Progress, progress
from service.complaints.tickets import RECEIPT, VISIT, Ticket
from service.complaints.usual_way import milestones_ahead
from service.database import db
from service.diagrams.loading import Loaded, load
from service.diagrams.routing import pickable
from service.entrance import browsers, idempotency, limits
from service.entrance.answered import Answer, answers_in_words, title_of
from service.entrance.calls import PUBLIC
from service.entrance.drawn import draw_form, posted_answers
from service.entrance.pages import Pages, go_to
from service.entrance.problems import sentence_in_words
from service.entrance.screen import tell_time_of, the_zone, workplaces
from service.errors import Invalid, NotFound, Problem, Refusal
from service.files.commands import open_
from service.files.models import File, files_of
from service.forms.identity import identity_fields, split_identity
from service.forms.renderer import Form, controls_of
from service.history.models import last_answers
from service.instances.models import instance_of
from service.people import policy
from service.people.caller import Caller
from service.people.models import OFFICER, Agency, agencies

pages = Pages("complaints")

SEND = "send"
"""The step of a form that has been looked at a last time; without it the form asks for that look."""
KEY_BYTES = 18

CHANNEL_NAMES = {
    WALK_IN: "Datang langsung",
    TELEPHONE: "Telepon",
    LETTER: "Surat",
    WHATSAPP: "WhatsApp",
    LAPOR: "SP4N-LAPOR!",
    BOX: "Kotak pengaduan",
}
OWN_FIELDS = {"/received_at": "f-alur-received", "/lapor_tracking_id": "f-alur-lapor"}
"""Where on the desk's form a problem stands that is about none of the SOP's fields."""


# ---- hand in ---------------------------------------------------------------------------------------------------


@pages.get("/lapor", who=PUBLIC)
def choose(by: Caller, at: datetime) -> str:
    """The offices and what can be handed in there; `?kantor=` leaves one office only."""
    wanted = request.args.get("kantor", "")
    found = offices()
    only = [office for office in found if office.agency.key == wanted]
    return render_template("complaints/choose.html", offices=only or found, days=_promised_days)


@pages.get("/lapor/<string:key>", who=PUBLIC)
def fill_in(key: str, by: Caller, at: datetime, refusal: Refusal | None = None) -> str:
    version = door(key)
    start = version.form(version.spec.start.id)
    return render_template(
        "complaints/fill_in.html",
        agency=_of_agency(version.agency_id),
        version=version,
        form=draw_form(start.schema, start.ui_schema, refusal=refusal),
        refusal=refusal,
        who=identity_fields(start.schema),
        unkept=_unkept(version),
        ahead=_ahead(version),
        days=_promised_days(version),
        chosen=request.form,
    )


@pages.post("/lapor/<string:key>", who=PUBLIC, again=fill_in, limit=limits.hand_in)
def look_or_send(key: str, by: Caller, at: datetime) -> str | Response:
    """A first time: a last look at what was filled in. From there: hand it in."""
    version = door(key)
    answers, anonymous, secret = _posted(version)
    if request.form.get("alur-step") != SEND:
        commands.examine(version, answers, anonymous)
        return _last_look(version, answers, anonymous, secret)

    def do() -> Response:
        handed = commands.hand_in(version, answers, by, at, anonymous, secret)
        return _to_receipt("/lapor/terima", handed, at)

    return _sent_once(do, at)


def _posted(version: Loaded) -> tuple[dict[str, Any], bool, bool]:
    """The answers and the two choices. Of whoever wants no name kept, the name goes no further than here."""
    schema = version.form(version.spec.start.id).schema
    answers = posted_answers(schema)
    anonymous = "alur-anonymous" in request.form
    return (split_identity(schema, answers)[0] if anonymous else answers), anonymous, "alur-secret" in request.form


def _last_look(version: Loaded, answers: dict[str, Any], anonymous: bool, secret: bool) -> str:
    start = version.spec.start.id
    known = set(identity_fields(version.form(start).schema))
    return render_template(
        "complaints/last_look.html",
        agency=_of_agency(version.agency_id),
        version=version,
        story=_told(version, start, {n: v for n, v in answers.items() if n not in known}),
        person=_told(version, start, {n: v for n, v in answers.items() if n in known}),
        anonymous=anonymous,
        secret=secret,
        carried=[pair for name, value in answers.items() for pair in controls_of(name, value)],
        key=secrets.token_urlsafe(KEY_BYTES),
    )


def _told(version: Loaded, element: str, answers: dict[str, Any]) -> list[Answer]:
    """Answers in words; a consent is said by sending."""
    schema = version.form(element).schema
    agreed = {name for name, field in schema.get("properties", {}).items() if field.get("const") is True}
    return list(answers_in_words(version, element, {n: v for n, v in answers.items() if n not in agreed}))


def _ahead(version: Loaded) -> list[dict[str, Any]]:
    """What comes after sending, as far as the diagram tells it."""
    texts = milestones_ahead(version.spec)[version.spec.start.id]
    steps = [(gettext("Saat itu juga"), gettext("Anda menerima nomor, PIN, dan tanda terima."))]
    steps += [(text, "") for text in texts]
    return [{"state": "next", "title": title, "text": text} for title, text in steps]


def _unkept(version: Loaded) -> str:
    """Fields that are not kept on a phone which others may use: who somebody is, and what he agrees to."""
    schema = version.form(version.spec.start.id).schema
    agreed = [name for name, field in schema.get("properties", {}).items() if field.get("const") is True]
    return " ".join([*identity_fields(schema), *agreed])


def _sent_once(do: Any, at: datetime) -> Response:
    """A form that is sent twice, by a second tap or a line that broke, hands in one complaint and is answered alike."""
    key = request.form.get("alur-key", "")
    answer = idempotency.once(request, "pages", at, do, key[: idempotency.LONGEST_KEY] or None)
    address, path, name, ticket = orjson.loads(answer.get_data())
    gone = go_to(address)
    _lend(gone, name, ticket, path, RECEIPT)
    return gone


def _to_receipt(place: str, handed: commands.HandedIn, at: datetime) -> Response:
    """Where the receipt is shown, and the ticket that lets this browser see it: as one answer that can be repeated."""
    number = handed.complaint.number
    words = Ticket(handed.complaint.id, handed.pin, handed.what_next)
    path = f"{place}/{number}"
    said = [path, path, "alur-receipt", tickets.issue(RECEIPT, number, words, at)]
    return Response(orjson.dumps(said), content_type="application/json")


def _lend(answer: Response, name: str, ticket: str, path: str, use: str) -> None:
    """Let the browser keep a ticket for a while, out of reach of scripts, for the addresses below `path` only."""
    answer.set_cookie(
        name,
        ticket,
        max_age=tickets.LASTS[use],
        path=path,
        secure=browsers.is_secure(request),
        httponly=True,
        samesite="Lax",
    )


def _ticket(use: str, name: str, number: str, at: datetime) -> Ticket | None:
    text = request.cookies.get(name)
    return tickets.honour(use, number, text, at) if text else None


# ---- the receipt -----------------------------------------------------------------------------------------------


@pages.get("/lapor/terima/<string:number>", who=PUBLIC)
def receipt(number: str, by: Caller, at: datetime) -> str | Response:
    """The receipt, at the browser that has handed the complaint in; elsewhere the way to follow it."""
    ticket = _ticket(RECEIPT, "alur-receipt", number, at)
    if ticket is None:
        return go_to(f"/lacak?nomor={number}")
    return render_template("complaints/receipt.html", **_receipt(ticket))


@pages.get("/terima/tanda/<string:number>", roles=(OFFICER,))
def desk_receipt(number: str, by: Caller, at: datetime) -> str:
    ticket = _ticket(RECEIPT, "alur-receipt", number, at)
    if ticket is None:
        raise NotFound("Tanda terima ini tidak dapat ditampilkan lagi; PIN hanya ditampilkan sekali.")
    return render_template("complaints/desk_receipt.html", **_receipt(ticket))


def _receipt(ticket: Ticket) -> dict[str, Any]:
    complaint = db.session.get_one(Complaint, ticket.complaint_id)
    version = load(instance_of(complaint.instance_id).version_id)
    start = version.spec.start.id
    return {
        "agency": _of_agency(complaint.agency_id),
        "complaint": complaint,
        "version": version,
        "word": version.spec.properties.get("complainantWord", "pelapor"),
        "pin": ticket.pin,
        "what_next": ticket.words,
        "title": title_of(version, last_answers(complaint.instance_id, start)),
        "papers": len(files_of(complaint.instance_id)),
        "milestones": _milestones(progress(complaint), late=False),
        "address": f"{request.url_root}lacak",
        "qr": _qr(f"{request.url_root}lacak?nomor={complaint.number}"),
    }


def _qr(address: str) -> Markup:
    """The address as a QR code to be drawn within the page. It holds no PIN: a slip may lie about."""
    drawn = segno.make(address, error="m", micro=False).svg_inline(
        border=2, omitsize=True, svgclass="qr", lineclass=None
    )
    return Markup(drawn)


# ---- follow ----------------------------------------------------------------------------------------------------


@pages.get("/lacak", who=PUBLIC)
def ask_for_pin(by: Caller, at: datetime, refusal: Refusal | None = None) -> str:
    number = request.form.get("number") or request.args.get("nomor", "")
    return render_template("complaints/ask_for_pin.html", refusal=refusal, number=number[:40])


@pages.post("/lacak", who=PUBLIC, again=ask_for_pin, limit=limits.guess_pin)
def open_with_pin(by: Caller, at: datetime) -> Response:
    complaint = commands.find(request.form.get("number", "")[:40], request.form.get("pin", "")[:40])
    answer = go_to(f"/lacak/{complaint.number}")
    _lend_visit(answer, complaint, at)
    return answer


def _lend_visit(answer: Response, complaint: Complaint, at: datetime) -> None:
    ticket = tickets.issue(VISIT, complaint.number, Ticket(complaint.id), at)
    _lend(answer, "alur-visit", ticket, f"/lacak/{complaint.number}", VISIT)


def _visited(number: str, at: datetime) -> Complaint:
    """The complaint that this browser has shown the PIN of. Raises `NotFound`."""
    ticket = _ticket(VISIT, "alur-visit", number, at)
    found = db.session.get(Complaint, ticket.complaint_id) if ticket else None
    if found is None:
        raise NotFound("Masukkan lagi nomor dan PIN; halaman ini sudah ditutup.")
    return found


@pages.get("/lacak/<string:number>", who=PUBLIC)
def follow(number: str, by: Caller, at: datetime) -> Response:
    """How the complaint stands, what was told, and what the complainant can do now."""
    try:
        complaint = _visited(number, at)
    except NotFound:
        return go_to(f"/lacak?nomor={number}")
    answer = Response(_followed(complaint, at))
    _lend_visit(answer, complaint, at)
    return answer


def followed_again(
    number: str, by: Caller, at: datetime, refusal: Refusal | None = None, task_id: uuid.UUID | None = None
) -> str:
    """The same page after a form on it was refused."""
    return _followed(_visited(number, at), at, refusal, task_id)


@pages.post("/lacak/<string:number>/tugas/<uuid:task_id>", who=PUBLIC, again=followed_again, limit=limits.hand_in)
def answer_back(number: str, task_id: uuid.UUID, by: Caller, at: datetime) -> Response:
    complaint = _visited(number, at)
    task = next((task for task in progress(complaint).tasks if task.id == task_id), None)
    answers = posted_answers(task.schema) if task else {}
    commands.complete_public(complaint, task_id, answers, at)
    return go_to(f"/lacak/{complaint.number}?sudah=tanggapan")


@pages.post("/lacak/<string:number>/berkas", who=PUBLIC, again=followed_again, limit=limits.hand_in)
def add_papers(number: str, by: Caller, at: datetime) -> Response:
    complaint = _visited(number, at)
    commands.add_papers(complaint, posted_answers(commands.PAPERS), at)
    return go_to(f"/lacak/{complaint.number}?sudah=berkas")


@pages.get("/lacak/<string:number>/berkas/<uuid:file_id>", who=PUBLIC)
def fetch_paper(number: str, file_id: uuid.UUID, by: Caller, at: datetime) -> Response:
    """A file of the complaint; always as a download, never shown inside a page."""
    complaint = _visited(number, at)
    found = next((file for file in _papers(complaint, progress(complaint).letters) if file.id == file_id), None)
    if found is None:
        raise NotFound("Berkas unggahan tidak ditemukan.")
    answer = Response(open_(file_id), content_type=found.media_type)
    answer.headers.set("Content-Disposition", "attachment", filename=found.name)
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


@pages.post("/lacak/<string:number>/tutup", who=PUBLIC)
def close(number: str, by: Caller, at: datetime) -> Response:
    """Let this browser forget the complaint."""
    answer = go_to("/lacak?sudah=tutup")
    answer.delete_cookie("alur-visit", path=f"/lacak/{number}")
    answer.delete_cookie("alur-receipt", path=f"/lapor/terima/{number}")
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


def _followed(
    complaint: Complaint, at: datetime, refusal: Refusal | None = None, task_id: uuid.UUID | None = None
) -> str:
    told = progress(complaint)
    version = load(instance_of(complaint.instance_id).version_id)
    start = version.spec.start.id
    story = last_answers(complaint.instance_id, start)
    promised = complaint.promised_at
    late = promised is not None and promised < (told.ended_at or at) and told.code != YOUR_TURN
    agency = _of_agency(complaint.agency_id)
    now = next((task for task in told.tasks if task.id == task_id), next(iter(told.tasks), None))
    adds = request.path.endswith("/berkas")
    return render_template(
        "complaints/follow.html",
        agency=agency,
        complaint=complaint,
        told=told,
        sentence=sentence_in_words(told.sentence),
        word=version.spec.properties.get("complainantWord", "pelapor"),
        late=late,
        milestones=_milestones(told, late=late),
        step=_step(told),
        letters=[(letter, answers_in_words(letter.version, letter.element, letter.answers)) for letter in told.letters],
        title=title_of(version, story),
        story=_told(version, start, story),
        papers=_papers(complaint, told.letters),
        task=now,
        others=[task for task in told.tasks if task is not now],
        form=_drawn_if(now is not None and not adds, now, refusal),
        adding=draw_form(commands.PAPERS, {}, refusal=refusal if adds else None) if told.ended_at is None else None,
        refusal=refusal,
        done=request.args.get("sudah", ""),
    )


def _drawn_if(wanted: bool, task: Any, refusal: Refusal | None) -> Form | None:
    """The form of his task. While he adds a paper its fields must not be read from what he posted there."""
    return draw_form(task.schema, task.ui_schema, refusal=refusal) if wanted else None


def _papers(complaint: Complaint, letters: tuple[Letter, ...]) -> list[File]:
    start = last_answers(complaint.instance_id, load(instance_of(complaint.instance_id).version_id).spec.start.id)
    return commands.papers_of(complaint, [start, *(letter.answers for letter in letters)])


def _milestones(told: Progress, late: bool) -> list[dict[str, Any]]:
    return [_milestone(each, late) for each in told.milestones]


def _milestone(each: Milestone, late: bool) -> dict[str, Any]:
    state = "late" if late and each.state == NOW else each.state
    return {"state": state, "title": each.text, "at": each.at}


def _step(told: Progress) -> tuple[int, int]:
    """Which of how many milestones it is at."""
    passed = sum(each.state in (DONE, NOW) for each in told.milestones)
    return passed, len(told.milestones)


# ---- the desk --------------------------------------------------------------------------------------------------


@pages.get("/terima", roles=(OFFICER,))
def desk(by: Caller, at: datetime) -> str | Response:
    """What can be taken down at the offices of this officer; where that is one thing only, its form at once."""
    found = offices_among(agency for agency in workplaces() if any(held == agency.id for held, _, _ in by.lanes))
    doors = [version for office in found for version in office.doors]
    if len(doors) == 1:
        return go_to(f"/terima/{doors[0].key}")
    return render_template("complaints/desk_choose.html", offices=found)


@pages.get("/terima/<string:key>", roles=(OFFICER,))
def take_down(key: str, by: Caller, at: datetime, refusal: Refusal | None = None) -> str:
    version = door(key)
    policy.must_work_at(by, version.agency_id)
    start = version.form(version.spec.start.id)
    agency = _of_agency(version.agency_id)
    form = draw_form(start.schema, start.ui_schema, refusal=refusal)
    return render_template(
        "complaints/take_down.html",
        agency=agency,
        version=version,
        form=_with_own_errors(form),
        wrong_at=_own_problems(refusal),
        refusal=refusal,
        who=identity_fields(start.schema),
        word=version.spec.properties.get("complainantWord", "pelapor"),
        channels=CHANNEL_NAMES,
        arms=pickable(version),
        chosen=request.form if request.method == "POST" else _desk_defaults(at),
        key=secrets.token_urlsafe(KEY_BYTES),
    )


@pages.post("/terima/<string:key>", roles=(OFFICER,), again=take_down)
def take(key: str, by: Caller, at: datetime) -> Response:
    """Hand in what somebody said at the counter, wrote or telephoned; the receipt is for him."""
    version = door(key)
    policy.must_work_at(by, version.agency_id)
    agency = _of_agency(version.agency_id)
    answers, anonymous, secret = _posted(version)
    channel = _channel()
    lapor_id = request.form.get("alur-lapor", "").strip() or None

    def do() -> Response:
        handed = commands.hand_in(
            version,
            answers,
            by,
            at,
            anonymous,
            secret,
            channel,
            lapor_id if channel == LAPOR else None,
            _received(agency, at),
            arm=_arm(),
        )
        return _to_receipt("/terima/tanda", handed, at)

    return _sent_once(do, at)


def _desk_defaults(at: datetime) -> MultiDict[str, str]:
    return MultiDict({"alur-channel": WALK_IN, "alur-received": _clock_of(at)})


def _clock_of(at: datetime) -> str:
    return at.astimezone(ZoneInfo(the_zone())).strftime("%Y-%m-%dT%H:%M")


def _channel() -> str:
    channel = request.form.get("alur-channel", "")
    if channel not in CHANNELS or channel == WEB:
        message = "Pilih lewat mana pengaduan ini datang."
        raise Invalid(message, errors=[Problem("/channel", message)])
    return channel


def _arm() -> int | None:
    """The version that the officer picked, where a trial lets him; None leaves it to the trial's rule."""
    text = request.form.get("alur-arm", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 3 else None


def _received(agency: Agency, at: datetime) -> datetime:
    """When it reached the office, on the clock of the office; left as it was offered, this very moment."""
    text = request.form.get("alur-received", "").strip()
    try:
        told = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(agency.zone)) if text else at
    except ValueError:
        message = "Tulis tanggal dan jam diterima, misalnya 2026-03-02T09:15."
        raise Invalid(message, errors=[Problem("/received_at", message)]) from None
    return min(told, at) if (told - at).total_seconds() < 60 else told


def _with_own_errors(form: Form) -> Form:
    told = tuple((id_ or {**OWN_FIELDS, "/channel": "f-alur-channel"}.get(p.pointer), p) for id_, p in form.errors)
    return replace(form, errors=told)


def _own_problems(refusal: Refusal | None) -> dict[str, Problem]:
    return {p.pointer: p for p in refusal.errors} if isinstance(refusal, Invalid) else {}


# ---- of all pages ----------------------------------------------------------------------------------------------


def _of_agency(agency_id: uuid.UUID) -> Agency:
    """The office that a page is about; from here on the page tells the time on its clock."""
    agency = agencies({agency_id})[0]
    tell_time_of(agency)
    return agency


def _promised_days(version: Loaded) -> int | None:
    """Within how many working days an answer is promised; None where the diagram promises none in days."""
    text = version.spec.properties.get("promise", "").removeprefix("P").removesuffix("D")
    return int(text) if text.isdecimal() else None
