"""What is known of an instance, for whoever works on it: complaint, papers, and who did what, all in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext

from service.complaints.models import Complaint, complaint_on, identity_of
from service.diagrams.loading import Loaded, load
from service.entrance import words
from service.entrance.answered import TITLE, Answer, answers_in_words, known_fields, title_of
from service.files.models import File, files_of
from service.history.models import MoveRow, first_answers, last_moves
from service.instances.models import Instance
from service.people.caller import Caller
from service.people.models import SUPERVISOR

MOST_MOVES = 60

DOINGS = {
    "start": "Pengaduan diterima",
    "timer": "Waktu habis: %(name)s",
    "message": "Pesan diterima: %(name)s",
    "assign": "Dialihkan: %(name)s",
    "cancel": "Berkas dibatalkan",
    "suspend": "Berkas ditangguhkan",
    "resume": "Berkas dilanjutkan",
    "stuck": "Berkas macet",
    "migrate": "Dipindahkan ke versi lain",
    "move": "Dipindahkan ke langkah lain",
    "undo": "Diurungkan: %(name)s",
}


@dataclass(frozen=True)
class Passed:
    """One move as it is told: what, when, by whom, why, and what was answered."""

    what: str
    at: datetime
    by: str
    on_behalf: bool
    reason: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class Dossier:
    """All of it. `has_identity` is whether it is kept who handed it in, `may_open` whether the reader may open that."""

    instance: Instance
    version: Loaded
    complaint: Complaint | None
    title: str
    told: tuple[Answer, ...]
    files: Sequence[File]
    history: list[Passed]
    has_identity: bool
    may_open: bool

    @property
    def word(self) -> str:
        """What this SOP calls whoever handed it in."""
        return gettext(self.version.spec.properties.get("complainantWord") or "pelapor")


def dossier(instance: Instance, by: Caller) -> Dossier:
    """What is known of this instance; that it is for his eyes has been seen to."""
    version = load(instance.version_id)
    answers = first_answers([instance.id]).get(instance.id, {})
    complaint = complaint_on(instance.id)
    identity = identity_of(complaint.id) if complaint and not complaint.anonymous else None
    return Dossier(
        instance=instance,
        version=version,
        complaint=complaint,
        title=title_of(version, answers),
        told=answers_in_words(version, version.spec.start.id, _worth_telling(version, answers)),
        files=files_of(instance.id),
        history=[_passed(load(move.version_id), move) for move in last_moves(instance.id, MOST_MOVES)],
        has_identity=identity is not None and identity.wrapped_key is not None,
        may_open=_may_open(version, by),
    )


def _worth_telling(version: Loaded, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The title stands above the rest, and that somebody consented tells nothing to whoever works on it."""
    known = known_fields(version.form(version.spec.start.id))
    consents = {name for name, field in known.items() if field.get("const") is True}
    return {name: value for name, value in answers.items() if name not in consents and not name.startswith(TITLE)}


def _may_open(version: Loaded, by: Caller) -> bool:
    """Whether the way to the identity is shown at all; the command asks the policy."""
    lanes = (lane.id for lane in version.spec.lanes if lane.identity)
    return by.is_(SUPERVISOR, version.agency_id) or any(by.holds(version.agency_id, version.key, it) for it in lanes)


def _passed(version: Loaded, move: MoveRow) -> Passed:
    element = version.spec.elements.get(move.element or "")
    name = element.label if element else move.element or ""
    return Passed(
        what=gettext(DOINGS[move.command], name=name) if move.command in DOINGS else name,
        at=move.at,
        by=words.who(move),
        on_behalf=move.on_behalf,
        reason=move.reason or "",
        answers=answers_in_words(version, move.element, move.answers) if move.command == "complete" else (),
    )
