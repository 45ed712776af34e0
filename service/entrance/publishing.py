"""Pages on which a version goes live step by step, is approved by a second person, retired or brought back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, current_app, render_template, request
from flask_babel import lazy_gettext

from service.database import db
from service.diagrams import commands, models
from service.diagrams.differences import differences
from service.diagrams.pages import STATE_WORDS, readable_version, visible_diagram
from service.engine import Finding
from service.entrance.comparing import CHANGES, Group, grouped
from service.entrance.pages import Pages, go_to
from service.entrance.problems import finding
from service.entrance.screen import tell_time_of
from service.entrance.task_lists import clean
from service.errors import Conflict, Invalid, Problem, Refusal
from service.instances.models import count_open_by_version
from service.people import policy
from service.people.caller import Caller
from service.people.models import OWNER, SUPERVISOR, Agency

pages = Pages("publishing", at=__name__)

OWNERS = (OWNER,)
APPROVERS = (OWNER, SUPERVISOR)
VERSION = "/sop/<string:key>/<int:n>"
LONGEST_NOTE = 2000

BESIDE = {"draw": f"{VERSION}/gambar", "migrate": "/sop/<string:key>/pindah", "rehearse": f"{VERSION}/coba"}
"""Pages of other rooms that lead on from here, where they are there."""


# ---- going live ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Found:
    """A finding of the check in the reader's language."""

    code: str
    element: str | None
    name: str | None
    what: str
    why: str
    mend: str
    blocks: bool


@dataclass(frozen=True)
class Examined:
    """What the check says of a draft: what keeps it back, what should be known, the lanes without a holder."""

    against: tuple[Found, ...]
    advice: tuple[Found, ...]
    unheld: tuple[Found, ...]

    @property
    def passes(self) -> bool:
        return not self.against


def _examined(findings: Sequence[Finding]) -> Examined:
    told = [Found(**finding(each)) for each in findings]
    unheld = tuple(each for each in told if each.code == "lane_unheld" and each.element)
    return Examined(
        tuple(each for each in told if each.blocks and each not in unheld),
        tuple(each for each in told if not each.blocks and each not in unheld),
        unheld,
    )


@dataclass(frozen=True)
class Running:
    """A version with the instances that are under way on it."""

    version: models.Version
    state: Any
    open: int


@pages.get(f"{VERSION}/terbitkan", roles=APPROVERS)
def publish_page(key: str, n: int, by: Caller, at: datetime, refusal: Refusal | None = None) -> str:
    """From the check to the day it goes live; for the second person, what he is asked to approve."""
    version = readable_version(key, n, by)
    if version.state != models.DRAFT:
        raise Conflict("Versi {n} sudah pernah diterbitkan.", n=n)
    agency = db.session.get_one(Agency, version.agency_id)
    tell_time_of(agency)
    live = models.newest_live(key)
    groups, unreadable = _told(live, version)
    return render_template(
        "diagrams/publish.html",
        diagram=models.diagram_of(key),
        agency=agency,
        version=version,
        live=live,
        examined=_examined(commands.examine(key, agency, version.xml, version.forms)),
        groups=groups,
        changes=CHANGES,
        unreadable=unreadable,
        running=_running(agency, key),
        owns=by.is_(OWNER, agency.id),
        approves=policy.approves_diagrams(by, agency.id, version.asked_by_id),
        asked_himself=by.person_id is not None and by.person_id == version.asked_by_id,
        overdue=version.goes_live_at is not None and version.goes_live_at <= at,
        asked=models.records_of(key, n)[-1:] if version.awaits else [],
        links=links_beside(key, n),
        today=at.astimezone(ZoneInfo(agency.zone)).date(),
        refusal=refusal,
        wrong=_wrong(refusal),
        typed=request.form,
    )


def _told(live: models.Version | None, version: models.Version) -> tuple[list[Group], Invalid | None]:
    if live is None:
        return [], None
    try:
        return grouped(differences(live, version)), None
    except Invalid as refusal:
        return [], refusal


def _running(agency: Agency, key: str) -> list[Running]:
    counted = count_open_by_version(agency.id, key)
    return [Running(v, STATE_WORDS[v.state], counted[v.n]) for v in models.versions_of(key) if counted.get(v.n)]


def links_beside(key: str, n: int) -> dict[str, str]:
    """The pages of other rooms about this version that there are."""
    known = {rule.rule for rule in current_app.url_map.iter_rules()}
    there = {name: rule for name, rule in BESIDE.items() if rule in known}
    return {name: rule.replace("<string:key>", key).replace("<int:n>", str(n)) for name, rule in there.items()}


def _wrong(refusal: Refusal | None) -> dict[str, Any]:
    return {problem.pointer: problem for problem in refusal.errors} if isinstance(refusal, Invalid) else {}


@pages.post(f"{VERSION}/terbitkan", roles=OWNERS, again=publish_page)
def publish(key: str, n: int, by: Caller, at: datetime) -> Response:
    """Let it go live at once or on its day, or ask the second person."""
    agency = db.session.get_one(Agency, visible_diagram(key, by).agency_id)
    day = _day(agency) if request.form.get("when") == "day" else None
    version = commands.publish(key, n, by, at, _note(), _unheld(), _seen(), day)
    return _back_to(version, {models.LIVE: "terbit"}.get(version.state, str(version.awaits)))


def _day(agency: Agency) -> datetime:
    """The day and hour typed, on the clock of the office. Raises `Invalid`."""
    try:
        day = datetime.strptime(request.form.get("day", "").strip(), "%Y-%m-%d").date()  # noqa: DTZ007 - a day only
        hour = time.fromisoformat(request.form.get("hour", "").strip() or "00:00")
        return datetime.combine(day, hour.replace(tzinfo=None), ZoneInfo(agency.zone))
    except (ValueError, OverflowError) as error:
        message = "Isi hari dan jam mulai berlaku, misalnya 2 Januari 2027, 08.00."
        raise Invalid(message, errors=[Problem("/from", message)]) from error


def _note() -> str:
    return clean(request.form.get("note", "")).strip()[:LONGEST_NOTE]


def _unheld() -> list[str]:
    return [clean(lane)[:63] for lane in request.form.getlist("unheld")]


def _seen() -> int | None:
    """The revision that was on the page."""
    text = request.form.get("rev", "")
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _back_to(version: models.Version, done: str) -> Response:
    return go_to(f"/sop/{version.diagram_key}/{version.n}?sudah={done}")


@pages.post(f"{VERSION}/setujui", roles=APPROVERS, again=publish_page)
def approve(key: str, n: int, by: Caller, at: datetime) -> Response:
    """Approve what somebody else has asked to publish."""
    version = commands.approve(key, n, by, at, _note(), _seen())
    return _back_to(version, "terbit" if version.state == models.LIVE else str(version.awaits))


@pages.post(f"{VERSION}/tarik", roles=APPROVERS, again=publish_page)
def withdraw(key: str, n: int, by: Caller, at: datetime) -> Response:
    """Take back what was asked, or decline it."""
    return _back_to(commands.withdraw(key, n, by, at, _note(), _seen()), "tarik")


# ---- retired, brought back, restored, thrown away --------------------------------------------------------------


@dataclass(frozen=True)
class Act:
    """Something done to a version after one more look: its title, what it means, its button, the mark of the button."""

    path: str
    title: Any
    means: Any
    button: Any
    icon: str
    kind: str = ""


RETIRE = Act(
    "hentikan",
    lazy_gettext("Hentikan versi ini"),
    lazy_gettext("Berkas baru tidak akan memakainya lagi. Berkas yang sedang berjalan di versi ini tetap berjalan."),
    lazy_gettext("Hentikan versi"),
    "lock",
    "stop",
)
BRING_BACK = Act(
    "berlakukan",
    lazy_gettext("Berlakukan kembali versi ini"),
    lazy_gettext("Isinya sama seperti dahulu. Pemeriksaan dijalankan sekali lagi lebih dahulu."),
    lazy_gettext("Berlakukan kembali"),
    "check",
)
RESTORE = Act(
    "pulihkan",
    lazy_gettext("Pulihkan sebagai draf baru"),
    lazy_gettext("Draf baru berisi gambar dan formulir yang persis sama. Versi lama tidak berubah."),
    lazy_gettext("Buat draf dari versi ini"),
    "paper",
)
DISCARD = Act(
    "buang",
    lazy_gettext("Buang draf ini"),
    lazy_gettext("Gambar dan formulirnya dihapus dan tidak dapat dikembalikan. Riwayatnya tetap tercatat."),
    lazy_gettext("Buang draf"),
    "bin",
    "stop",
)


def _page_of(act: Act, key: str, n: int, by: Caller, refusal: Refusal | None) -> str:
    version = readable_version(key, n, by)
    policy.must_own_diagrams(by, version.agency_id)
    agency = db.session.get_one(Agency, version.agency_id)
    asks = act is BRING_BACK
    examined = _examined(commands.examine(key, agency, version.xml, version.forms)) if asks else None
    return render_template(
        "diagrams/act.html",
        act=act,
        diagram=models.diagram_of(key),
        version=version,
        state=STATE_WORDS[version.state],
        examined=examined,
        open=count_open_by_version(agency.id, key).get(n, 0),
        other=models.newest_live(key, besides=n),
        refusal=refusal,
        typed=request.form,
    )


@pages.get(f"{VERSION}/hentikan", roles=OWNERS)
def retire_page(key: str, n: int, by: Caller, at: datetime, refusal: Refusal | None = None) -> str:
    """What it means to retire this version."""
    return _page_of(RETIRE, key, n, by, refusal)


@pages.post(f"{VERSION}/hentikan", roles=OWNERS, again=retire_page)
def retire(key: str, n: int, by: Caller, at: datetime) -> Response:
    """Let it take no new instances."""
    return _back_to(commands.retire(key, n, by, at, _note(), _seen()), "henti")


@pages.get(f"{VERSION}/berlakukan", roles=OWNERS)
def bring_back_page(key: str, n: int, by: Caller, at: datetime, refusal: Refusal | None = None) -> str:
    """What it means to bring this version back."""
    return _page_of(BRING_BACK, key, n, by, refusal)


@pages.post(f"{VERSION}/berlakukan", roles=OWNERS, again=bring_back_page)
def bring_back(key: str, n: int, by: Caller, at: datetime) -> Response:
    """Let it take new instances again."""
    return _back_to(commands.bring_back(key, n, by, at, _note(), _seen(), _unheld()), "kembali")


@pages.get(f"{VERSION}/pulihkan", roles=OWNERS)
def restore_page(key: str, n: int, by: Caller, at: datetime, refusal: Refusal | None = None) -> str:
    """What it means to restore this version."""
    return _page_of(RESTORE, key, n, by, refusal)


@pages.post(f"{VERSION}/pulihkan", roles=OWNERS, again=restore_page)
def restore(key: str, n: int, by: Caller, at: datetime) -> Response:
    """Make a draft of its files."""
    version, _findings = commands.restore(key, n, by, at, _note())
    return _back_to(version, "pulih")


@pages.get(f"{VERSION}/buang", roles=OWNERS)
def discard_page(key: str, n: int, by: Caller, at: datetime, refusal: Refusal | None = None) -> str:
    """What it means to throw this draft away."""
    return _page_of(DISCARD, key, n, by, refusal)


@pages.post(f"{VERSION}/buang", roles=OWNERS, again=discard_page)
def discard(key: str, n: int, by: Caller, at: datetime) -> Response:
    """Throw the draft away."""
    commands.discard(key, n, by, at, _note(), _seen())
    left = models.newest(key)
    return go_to(f"/sop/{key}/{left.n}?sudah=buang" if left else "/sop")
