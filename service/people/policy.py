"""Who may do what, on one page. Every command asks here; what is not said here is not allowed.

Officers work the lanes they hold. Owners change and publish diagrams of their agency. Supervisors see all of their
agency, re-assign, cancel, suspend and mend. Auditors see all and change nothing. Administrators look after people
and calendars, and see no case for that.
"""

import uuid
from collections.abc import Iterable

from service.errors import NotAllowed, NotFound
from service.people.caller import Caller
from service.people.models import ADMIN, AUDITOR, OWNER, SUPERVISOR


def must_hold_lane(by: Caller, agency_id: uuid.UUID, diagram: str, lane: str | None) -> None:
    """Work of a lane is for those who hold it."""
    if not by.holds(agency_id, diagram, lane):
        raise NotAllowed("Tugas ini milik lajur lain; Anda tidak memegang lajur itu.")


def must_hold_one_of(by: Caller, agency_id: uuid.UUID, diagram: str, lanes: Iterable[str]) -> None:
    """A message is for officers of the lanes that its event names."""
    if not any(by.holds(agency_id, diagram, lane) for lane in lanes):
        raise NotAllowed("Pesan ini hanya boleh dikirim oleh pemegang lajur yang disebut dalam diagram.")


def must_work_at(by: Caller, agency_id: uuid.UUID) -> None:
    """Taking a complaint over the counter, or acting for a complainant, is for officers of that agency."""
    if not any(agency == agency_id for agency, _, _ in by.lanes):
        raise NotAllowed("Hanya petugas instansi ini yang boleh melakukannya.")


def must_have_part_in(by: Caller, agency_id: uuid.UUID, diagram: str) -> None:
    """Starting an instance of a diagram is for officers who hold one of its lanes."""
    if not any(agency == agency_id and key == diagram for agency, key, _ in by.lanes):
        raise NotAllowed("Hanya pemegang salah satu lajur diagram ini yang boleh memulainya.")


def must_own_diagrams(by: Caller, agency_id: uuid.UUID) -> None:
    """Drafting, publishing and retiring versions is for process owners of the agency."""
    if not by.is_(OWNER, agency_id):
        raise NotAllowed("Hanya pemilik proses instansi ini yang boleh mengubah diagramnya.")


def approves_diagrams(by: Caller, agency_id: uuid.UUID, asked_by: uuid.UUID | None) -> bool:
    """A second person is another owner or a supervisor of the agency, never the one who asked."""
    role = by.is_(OWNER, agency_id) or by.is_(SUPERVISOR, agency_id)
    return role and by.person_id is not None and by.person_id != asked_by


def must_approve_diagrams(by: Caller, agency_id: uuid.UUID, asked_by: uuid.UUID | None) -> None:
    """As `approves_diagrams`."""
    if by.person_id is not None and by.person_id == asked_by:
        raise NotAllowed("Anda yang meminta penerbitan ini; persetujuan harus dari orang kedua.")
    if not approves_diagrams(by, agency_id, asked_by):
        raise NotAllowed("Hanya pemilik proses lain atau atasan di instansi ini yang boleh menyetujuinya.")


def must_read_comparisons(by: Caller, agency_id: uuid.UUID) -> None:
    """How versions compare is for process owners, supervisors and auditors: it tells of the office, not of a case."""
    if not any(by.is_(role, agency_id) for role in (OWNER, SUPERVISOR, AUDITOR)):
        raise NotAllowed("Perbandingan versi hanya untuk pemilik proses, atasan, dan auditor.")


def rehearses(by: Caller, agency_id: uuid.UUID) -> bool:
    """A version is tried out by those who draw it and those who answer for the work."""
    return by.is_(OWNER, agency_id) or by.is_(SUPERVISOR, agency_id)


def must_rehearse(by: Caller, agency_id: uuid.UUID) -> None:
    """As `rehearses`."""
    if not rehearses(by, agency_id):
        raise NotAllowed("Hanya pemilik proses dan atasan di instansi ini yang boleh mencoba sebuah versi.")


def must_supervise(by: Caller, agency_id: uuid.UUID) -> None:
    """Cancelling, suspending, mending and re-assigning is for supervisors of the agency."""
    if not by.is_(SUPERVISOR, agency_id):
        raise NotAllowed("Hanya atasan di instansi ini yang boleh melakukannya.")


def moves_over(by: Caller, agency_id: uuid.UUID) -> bool:
    """Letting instances go on in another version is for supervisors, and for owners as far as they see them."""
    return by.is_(SUPERVISOR, agency_id) or by.is_(OWNER, agency_id)


def must_move_over(by: Caller, agency_id: uuid.UUID) -> None:
    """As `moves_over`."""
    if not moves_over(by, agency_id):
        raise NotAllowed("Hanya atasan atau pemilik proses di instansi ini yang boleh memindahkan berkas.")


def must_look_after_calendar(by: Caller, agency_id: uuid.UUID) -> None:
    """The calendar of an office is kept by its supervisor or an administrator."""
    if not (by.is_(SUPERVISOR, agency_id) or by.is_(ADMIN, agency_id)):
        raise NotAllowed("Hanya atasan atau administrator yang boleh mengubah kalender kantor.")


def sets_rules_of(by: Caller, agency_id: uuid.UUID) -> bool:
    """How an office publishes is set by its administrator, whom the rule does not bind."""
    return by.is_(ADMIN, agency_id)


def must_set_rules_of(by: Caller, agency_id: uuid.UUID) -> None:
    """As `sets_rules_of`."""
    if not sets_rules_of(by, agency_id):
        raise NotAllowed("Hanya administrator yang boleh mengubah aturan kantor ini.")


def must_look_after_people(by: Caller) -> None:
    """Who may sign in, under which name, with which role, is for administrators of the whole installation."""
    if not by.is_(ADMIN, None):
        raise NotAllowed("Hanya administrator yang boleh mengatur orang dan perannya.")


def looks_after_lanes(by: Caller, agency_id: uuid.UUID) -> bool:
    """Who holds which lane of an office is said by its supervisor or an administrator."""
    return by.is_(SUPERVISOR, agency_id) or by.is_(ADMIN, agency_id)


def must_look_after_lanes(by: Caller, agency_id: uuid.UUID) -> None:
    """As `looks_after_lanes`."""
    if not looks_after_lanes(by, agency_id):
        raise NotAllowed("Hanya atasan atau administrator yang boleh membagi lajur di kantor ini.")


def must_not_open_cases_to_himself(by: Caller, person_id: uuid.UUID, agency_id: uuid.UUID | None) -> None:
    """An administrator gives himself nothing, for that would open cases to him; a supervisor sees them anyway."""
    if by.person_id == person_id and not (agency_id and by.is_(SUPERVISOR, agency_id)):
        raise NotAllowed("Anda tidak dapat memberi diri sendiri peran atau lajur; mintalah administrator lain.")


def must_watch_over(by: Caller) -> None:
    """Measures of the whole installation are for administrators and auditors."""
    if not (by.is_(ADMIN, None) or by.is_(AUDITOR, None)):
        raise NotAllowed("Hanya administrator atau auditor yang boleh melihatnya.")


def sees_all_of(by: Caller, agency_id: uuid.UUID) -> bool:
    """Supervisors and auditors see every instance of an agency, secret ones too."""
    return by.is_(SUPERVISOR, agency_id) or by.is_(AUDITOR, agency_id)


def may_see(by: Caller, agency_id: uuid.UUID, diagram: str, secret_lanes: frozenset[str] | None) -> bool:
    """Whether an instance is for his eyes.

    `secret_lanes` is None for an ordinary instance, seen by all who hold a lane of its diagram; for a secret one it
    holds the lanes that have had a task in it, and only they see it. Process owners see ordinary instances.
    """
    if sees_all_of(by, agency_id):
        return True
    if secret_lanes is not None:
        return any(by.holds(agency_id, diagram, lane) for lane in secret_lanes)
    if by.is_(OWNER, agency_id):
        return True
    return any(agency == agency_id and key == diagram for agency, key, _ in by.lanes)


def must_see(by: Caller, agency_id: uuid.UUID, diagram: str, secret_lanes: frozenset[str] | None) -> None:
    """What is not for his eyes does not exist for him."""
    if not may_see(by, agency_id, diagram, secret_lanes):
        raise NotFound("Berkas tidak ditemukan.")


def must_open_identity(by: Caller, agency_id: uuid.UUID, diagram: str, lanes: Iterable[str]) -> None:
    """Who a complainant is may be opened by the lanes that need it, as marked in the diagram, and by supervisors."""
    if by.is_(SUPERVISOR, agency_id) or any(by.holds(agency_id, diagram, lane) for lane in lanes):
        return
    raise NotAllowed("Identitas pelapor hanya dapat dibuka oleh lajur yang membutuhkannya.")
