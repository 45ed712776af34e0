"""Which version a new instance takes: the one asked for, one that a running trial gives it, else the newest live one.

Shares are drawn in permuted blocks within strata (Matts and Lachin 1988, "Properties of permuted-block randomization
in clinical trials"): within each block the shares are exact, so no arm ever runs ahead by more than a block. The order
within a block follows from the seed kept in the trial, so that every draw can be done again.
"""

import hashlib
import math
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import select

from service.database import db
from service.diagrams.agreeing import disagreements
from service.diagrams.loading import Loaded, load
from service.diagrams.models import LIVE, Version
from service.diagrams.trial_tables import Arm, Rule, Trial, arms_of, rules_of, running_trial, take_place
from service.errors import Conflict
from service.people.models import Agency
from service.sentences import Sentence

DEFAULT, ASKED, DRAWN, RULED, PICKED = "default", "asked", "drawn", "ruled", "picked"
KINDS = (DEFAULT, ASKED, DRAWN, RULED, PICKED)

SMALLEST_BLOCK = 4
NOT_ANSWERED = None

WHY = {
    DEFAULT: "Versi terbaru yang berlaku.",
    ASKED: "Versi ini diminta oleh yang memulai berkas.",
    DRAWN: "Uji “{trial}”: versi {n} diundi dengan pembagian {shares}, aturan {rule}.",
    RULED: "Uji “{trial}”: aturan {rule} mengarahkan berkas seperti ini ke versi {n}.",
    PICKED: "Uji “{trial}”: versi {n} dipilih oleh petugas di loket.",
}
OUTSIDE = "Tidak ada aturan uji “{trial}” yang mengenai berkas ini; versi terbaru yang berlaku."
GONE = "{why} Versi {gone} tidak ikut diundi lagi; bagiannya beralih ke versi lain."


@dataclass(frozen=True)
class Case:
    """What is known of a new instance before it starts. `answers` hold nothing that says who somebody is."""

    answers: Mapping[str, Any]
    at: datetime
    channel: str | None = None


@dataclass(frozen=True)
class Route:
    """The version that a new instance takes, and how it came to it; `told` holds the params of the reason."""

    version: Loaded
    kind: str = DEFAULT
    trial_id: uuid.UUID | None = None
    arm: int | None = None
    told: Mapping[str, Any] = field(default_factory=dict)

    @property
    def kept(self) -> dict[str, Any]:
        """As the instance keeps it."""
        return {"kind": self.kind, **self.told}


def why(kept: Mapping[str, Any] | None) -> Sentence:
    """Why an instance took its version, in words, from what it keeps of its route."""
    told = dict(kept or {})
    kind = told.pop("kind", DEFAULT)
    message = OUTSIDE if kind == DEFAULT and "trial" in told else WHY[kind]
    gone = told.pop("gone", "")
    reason = Sentence(message, **told)
    return Sentence(GONE, why=reason, gone=gone) if gone else reason


def asked_for(version: Loaded) -> Route:
    """The version was named by whoever starts the instance."""
    return Route(version, ASKED)


def picked(shown: Loaded, arm: int) -> Route:
    """The version was picked at the desk. Raises `Conflict` where no running trial lets it be picked."""
    trial = running_trial(shown.key)
    open_arms = _open_arms(trial, shown) if trial is not None and trial.by_hand else {}
    if trial is None or arm not in open_arms:
        raise Conflict("Versi ini tidak dapat dipilih untuk berkas baru.")
    return Route(open_arms[arm], PICKED, trial.id, arm, {"trial": trial.name, "n": open_arms[arm].n})


def pickable(shown: Loaded) -> dict[int, Loaded]:
    """The arms that an officer at the desk may pick from, by their place; empty where none may be picked."""
    trial = running_trial(shown.key)
    return _open_arms(trial, shown) if trial is not None and trial.by_hand else {}


def route(shown: Loaded, case: Case) -> Route:
    """The version for a new instance whose start form was that of `shown`, the newest live version of its diagram.

    Takes a place in the trial's sequence of draws, so it belongs into the transaction that starts the instance.
    """
    trial = running_trial(shown.key)
    if trial is None:
        return Route(shown)
    open_arms = _open_arms(trial, shown)
    day = _day(trial.agency_id, case.at)
    for number, rule in enumerate(rules_of(trial), 1):
        shares = {place: share for place, share in enumerate(rule.shares) if share and place in open_arms}
        if shares and fits(rule, case, day):
            return _routed(trial, number, rule, shares, open_arms, case)
    return Route(shown, told={"trial": trial.name})


def _routed(
    trial: Trial,
    number: int,
    rule: Rule,
    shares: Mapping[int, int],
    open_arms: Mapping[int, Loaded],
    case: Case,
) -> Route:
    told: dict[str, Any] = {"trial": trial.name, "rule": number}
    gone = [place for place, share in enumerate(rule.shares) if share and place not in open_arms]
    if gone:
        told["gone"] = ", ".join(str(arms_of(trial)[place].n) for place in gone)
    if len(shares) == 1:
        (arm,) = shares
        return Route(open_arms[arm], RULED, trial.id, arm, {**told, "n": open_arms[arm].n})
    sequence = _sequence(number, shares, stratum_of(trial, case))
    place = take_place(trial.id, sequence)
    arm = arm_at(trial.seed, sequence, shares, place)
    told |= {"shares": " : ".join(map(str, shares.values())), "sequence": sequence, "place": place}
    return Route(open_arms[arm], DRAWN, trial.id, arm, {**told, "n": open_arms[arm].n})


# ---- which rule ------------------------------------------------------------------------------------------------


def fits(rule: Rule, case: Case, day: date) -> bool:
    """Whether a rule is for this instance, on this day of its office."""
    if rule.channels and case.channel not in rule.channels:
        return False
    if not (rule.first_day or date.min) <= day <= (rule.last_day or date.max):
        return False
    return all(_same(case.answers.get(name), values) for name, values in rule.values.items())


def _same(answer: Any, values: tuple[Any, ...]) -> bool:
    """JSON tells true from 1, and so do we; letters may be large or small."""
    return any(_plain(answer) == _plain(value) for value in values)


def _plain(value: Any) -> Any:
    return (type(value), value.strip().casefold()) if isinstance(value, str) else (type(value), value)


def _day(agency_id: uuid.UUID, at: datetime) -> date:
    return at.astimezone(ZoneInfo(db.session.get_one(Agency, agency_id).zone)).date()


# ---- which arms ------------------------------------------------------------------------------------------------


def open_versions(arms: list[Arm], shown: Loaded) -> dict[int, Loaded]:
    """The arms that can take what was filled in on the form shown, by their place: live ones whose forms agree."""
    query = select(Version.id).where(Version.id.in_([arm.version_id for arm in arms]), Version.state == LIVE)
    live = set(db.session.scalars(query))
    versions = {place: load(arm.version_id) for place, arm in enumerate(arms) if arm.version_id in live}
    return {place: version for place, version in versions.items() if agree(shown, version)}


def _open_arms(trial: Trial, shown: Loaded) -> dict[int, Loaded]:
    return open_versions(arms_of(trial), shown)


def agree(shown: Loaded, version: Loaded) -> bool:
    """Whether what was filled in on the start form of one version is good on that of the other."""
    return shown.id == version.id or not differing_fields(shown, version)


def differing_fields(shown: Loaded, version: Loaded) -> list[str]:
    """Names of the fields in which their start forms do not agree."""
    return disagreements(shown.form(shown.spec.start.id).schema, version.form(version.spec.start.id).schema)


# ---- which share -----------------------------------------------------------------------------------------------


def stratum_of(trial: Trial, case: Case) -> dict[str, Any]:
    """What the instance is like, as far as the draws are to be balanced by it."""
    found = {"channel": case.channel} if trial.strata.get("channel") else {}
    return found | {name: case.answers.get(name, NOT_ANSWERED) for name in trial.strata.get("fields", ())}


def _sequence(number: int, shares: Mapping[int, int], stratum: Mapping[str, Any]) -> str:
    """The name of a sequence of draws. It says nothing of the answers, which may have to be destroyed one day."""
    said = orjson.dumps([number, sorted(shares.items()), sorted(stratum.items())])
    return hashlib.sha256(said).hexdigest()


def arm_at(seed: str, sequence: str, shares: Mapping[int, int], place: int) -> int:
    """The arm at a place of a sequence: blocks in which the shares are exact, each in an order of its own."""
    block = block_of(shares)
    nth, within = divmod(place, len(block))
    return block[_order(seed, sequence, nth, len(block))[within]]


def block_of(shares: Mapping[int, int]) -> list[int]:
    """The smallest block in which the shares are whole numbers, twice or more where that is very short."""
    divisor = math.gcd(*shares.values())
    block = [arm for arm, share in sorted(shares.items()) for _ in range(share // divisor)]
    return block * math.ceil(SMALLEST_BLOCK / len(block))


def _order(seed: str, sequence: str, nth: int, length: int) -> list[int]:
    """Places sorted by a digest of their own: the same on every machine, in every language, for ever."""
    return sorted(range(length), key=lambda i: hashlib.sha256(f"{seed}/{sequence}/{nth}/{i}".encode()).digest())
