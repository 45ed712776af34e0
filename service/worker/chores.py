"""What has to be done every so often, whoever works: a list that any room's housekeeping can be added to."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.complaints import identity
from service.diagrams.commands import publish_due
from service.entrance import idempotency
from service.files import commands as files
from service.people.sessions import forget_sessions
from service.rehearsals import commands as rehearsals
from service.timers.commands import forget_beats

UNUSED_FILES_KEPT = timedelta(days=2)
KEYS_AT_ONCE = 500


@dataclass(frozen=True)
class Chore:
    """Something to do again after `every`, in a transaction of its own. Several workers may do it: it must not mind."""

    name: str
    every: timedelta
    do: Callable[[datetime], object]


def _forget_files(now: datetime) -> int:
    return files.forget_unattached(now - UNUSED_FILES_KEPT)


def _sweep_content(now: datetime) -> int:
    return files.forget_orphans(now - UNUSED_FILES_KEPT)


def _renew_keys(_now: datetime) -> int:
    return identity.renew_keys(KEYS_AT_ONCE)


CHORES = (
    Chore("publish the draft whose day has come", timedelta(seconds=5), publish_due),
    Chore("forget answers kept for repeated calls", timedelta(hours=1), idempotency.forget),
    Chore("forget browser sessions that are over", timedelta(hours=6), forget_sessions),
    Chore("forget workers that are gone", timedelta(days=1), forget_beats),
    Chore("forget files no form ever named", timedelta(hours=6), _forget_files),
    Chore("forget rehearsals of a year ago", timedelta(days=1), rehearsals.forget),
    Chore("sweep content no file row names", timedelta(days=1), _sweep_content),
    Chore("seal identities with the newest secret", timedelta(hours=1), _renew_keys),
)
