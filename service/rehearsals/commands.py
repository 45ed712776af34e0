"""Verbs of the rehearsals room: ask for one, cancel it; and what a worker says of those it works off."""

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, update

from service.calendars.reading import calendar_of
from service.database import db
from service.diagrams.loading import Loaded
from service.diagrams.models import Version, version_of
from service.errors import Conflict, Invalid, NotFound, Refusal
from service.people import policy
from service.people.caller import Caller
from service.people.models import Agency
from service.rehearsals.models import (
    CANCELLED,
    DONE,
    FAILED,
    REPLAY,
    RUNNING,
    SIMULATION,
    UNFINISHED,
    WAITING,
    Rehearsal,
    count_unfinished,
    held_rehearsal,
    next_to_do,
    rehearsal_of,
)
from service.rehearsals.net import net_of
from service.rehearsals.running import Job, candidate_of
from service.rehearsals.settings import read_replay, read_simulation
from service.sentences import Sentence, taken_apart

MOST_UNFINISHED = 3
"""Per agency; a worker does one at a time."""
MOST_TRIES = 3
SILENCE = timedelta(seconds=30)
"""Whoever has worked on one and says nothing for so long is taken to be gone."""
KEPT_FOR = timedelta(days=365)

STOPPED_SHORT = "Uji coba ini sudah {tries} kali terhenti di tengah jalan, mungkin karena terlalu berat."
SYSTEM_ERROR = "Uji coba ini gagal karena kesalahan sistem. Silakan coba lagi; bila berulang, hubungi administrator."
NOT_READABLE = "Versi ini belum dapat dijalankan. Periksa dan perbaiki dahulu rancangannya, lalu coba."


def visible_version(key: str, n: int, by: Caller) -> Version:
    """The version, for whoever may rehearse it. Raises `NotFound`, `NotAllowed`."""
    version = version_of(key, n)
    if version.agency_id not in by.agencies and not by.everywhere():
        raise NotFound("Diagram “{key}” tidak memiliki versi {n}.", key=key, n=n)
    policy.must_rehearse(by, version.agency_id)
    return version


def readable(version: Version) -> Loaded:
    """The version, parsed. Raises `Conflict` where it cannot run at all."""
    try:
        return candidate_of(version.diagram_key, version.n)
    except Invalid as refusal:
        raise Conflict(NOT_READABLE) from refusal


def ask_replay(key: str, n: int, wanted: Mapping[str, Any], by: Caller, at: datetime) -> Rehearsal:
    """Ask for a replay of recorded instances through a version. Raises `Invalid` naming what is wrong with `wanted`."""
    version = visible_version(key, n, by)
    readable(version)
    read_replay(wanted, version.agency_id, key, calendar_of(version.agency_id).zone)
    return _asked(version, REPLAY, wanted, by, at)


def ask_simulation(key: str, n: int, wanted: Mapping[str, Any], by: Caller, at: datetime) -> Rehearsal:
    """Ask for a simulation of a version, beside the live one. Raises `Invalid` naming what is wrong with `wanted`."""
    version = visible_version(key, n, by)
    loaded = readable(version)
    net_of(loaded.spec)
    read_simulation(wanted, loaded.spec)
    return _asked(version, SIMULATION, wanted, by, at)


def _asked(version: Version, kind: str, wanted: Mapping[str, Any], by: Caller, at: datetime) -> Rehearsal:
    db.session.get(Agency, version.agency_id, with_for_update={"key_share": True})  # two who ask at once are counted
    if count_unfinished(version.agency_id) >= MOST_UNFINISHED:
        message = "Masih ada {most} uji coba kantor ini yang belum selesai; tunggu, atau batalkan salah satunya."
        raise Conflict(message, most=MOST_UNFINISHED)
    row = Rehearsal(
        agency_id=version.agency_id,
        diagram_key=version.diagram_key,
        version_id=version.id,
        n=version.n,
        rev=version.rev,
        kind=kind,
        wanted=dict(wanted),
        state=WAITING,
        asked_at=at,
        asked_by=by.name,
        asked_by_id=by.person_id,
    )
    db.session.add(row)
    db.session.flush()
    return row


def visible(rehearsal_id: uuid.UUID, by: Caller) -> Rehearsal:
    """The rehearsal, if it is for his eyes. Raises `NotFound`, `NotAllowed`."""
    row = rehearsal_of(rehearsal_id)
    if row.agency_id not in by.agencies and not by.everywhere():
        raise NotFound("Uji coba ini tidak ada.")
    policy.must_rehearse(by, row.agency_id)
    return row


def cancel(rehearsal_id: uuid.UUID, by: Caller, at: datetime) -> Rehearsal:
    """Stop a rehearsal that waits or runs. Raises `Conflict` when it is over."""
    visible(rehearsal_id, by)
    row = held_rehearsal(rehearsal_id)
    assert row is not None
    if not row.unfinished:
        raise Conflict("Uji coba ini sudah berakhir.")
    row.state, row.ended_at, row.claim = CANCELLED, at, None
    db.session.flush()
    return row


# ---- said by a worker --------------------------------------------------------------------------------------


def claim(name: str, now: datetime) -> tuple[uuid.UUID, Job] | None:
    """Take the next one, one that somebody has left lying included. One that fails again and again is given up."""
    while row := next_to_do(now - SILENCE):
        if row.tries < MOST_TRIES:
            version = db.session.get_one(Version, row.version_id)
            row.state, row.claim, row.beat_at, row.tries = RUNNING, name, now, row.tries + 1
            row.done, row.rev = 0, version.rev
            db.session.flush()
            return row.id, Job(row.kind, row.agency_id, row.diagram_key, row.n, row.wanted)
        row.state, row.ended_at, row.claim = FAILED, now, None
        row.problem = taken_apart(Sentence(STOPPED_SHORT, tries=row.tries))
        db.session.flush()
    return None


def beat(rehearsal_id: uuid.UUID, name: str, done: int, whole: int, now: datetime) -> bool:
    """Say how far it is. False when it is no longer ours to work on: cancelled, or taken over."""
    return _ours(rehearsal_id, name, done=done, whole=whole, beat_at=now)


def finish(rehearsal_id: uuid.UUID, name: str, result: dict[str, Any], now: datetime) -> bool:
    """Keep what came out."""
    return _ours(rehearsal_id, name, state=DONE, result=result, ended_at=now, claim=None, done=Rehearsal.whole)


def fail(rehearsal_id: uuid.UUID, name: str, refusal: Refusal | None, now: datetime) -> bool:
    """Keep why nothing came out; None for what nobody foresaw."""
    words = refusal.sentence if refusal is not None else Sentence(SYSTEM_ERROR)
    return _ours(rehearsal_id, name, state=FAILED, problem=taken_apart(words), ended_at=now, claim=None)


def give_back(rehearsal_id: uuid.UUID, name: str) -> bool:
    """Let another worker do it: this one has to stop."""
    return _ours(rehearsal_id, name, state=WAITING, claim=None, tries=Rehearsal.tries - 1)


def _ours(rehearsal_id: uuid.UUID, name: str, **values: Any) -> bool:
    mine = (Rehearsal.id == rehearsal_id, Rehearsal.claim == name, Rehearsal.state == RUNNING)
    done: Any = db.session.execute(
        update(Rehearsal).where(*mine).values(**values), execution_options={"synchronize_session": False}
    )
    return bool(done.rowcount)


def forget(now: datetime) -> int:
    """Remove results that nobody has needed for a year."""
    old = delete(Rehearsal).where(Rehearsal.asked_at < now - KEPT_FOR, Rehearsal.state.not_in(UNFINISHED))
    done: Any = db.session.execute(old, execution_options={"synchronize_session": False})
    return int(done.rowcount)
