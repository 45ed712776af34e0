"""What is asked of a rehearsal: read from what was sent, within bounds, and refused in words."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from service.engine import Spec
from service.errors import Invalid, Problem
from service.rehearsals.plan import BY_HAND, Length, exponential, fixed, triangular
from service.rehearsals.recorded import Choice

MOST_INSTANCES = 20_000
LEAST_CASES, MOST_CASES = 50, 10_000
LEAST_ROUNDS, MOST_ROUNDS = 1, 20
MOST_IN_ALL = 20_000
"""Cases times rounds, for one version."""
MOST_PER_DAY = 10_000.0
MOST_OFFICERS = 1_000
LONGEST_WORK = 60.0 * 24 * 250
"""Minutes."""
LONGEST_REPLY = 730.0
"""Days."""
USUAL_CASES, USUAL_ROUNDS, USUAL_SEED = 1_000, 10, 1

SHAPES = ("triangular", "exponential", "fixed")
NOT_GOOD = "Periksa kembali angka-angkanya: ada yang belum benar."
NUMBER = "Isi dengan angka dari {least} sampai {most}."
UNKNOWN = "“{name}” tidak ada dalam diagram versi ini."


@dataclass(frozen=True)
class WorkLength:
    """The working time of a step as somebody has set it, in minutes."""

    shape: str
    least: float
    usual: float
    most: float
    busy: float | None = None
    """Share of it in which the officer can do nothing else, 0 to 1; as it was learned where None."""

    def length(self) -> Length:
        if self.shape == "exponential":
            return exponential(self.usual * 60, BY_HAND)
        if self.shape == "fixed":
            return fixed(self.usual * 60, BY_HAND)
        return triangular(self.least * 60, self.usual * 60, self.most * 60, BY_HAND)


@dataclass(frozen=True)
class What:
    """What was asked of a simulation; what is left out is taken from history."""

    cases: int = USUAL_CASES
    rounds: int = USUAL_ROUNDS
    seed: int = USUAL_SEED
    per_day: float | None = None
    officers: Mapping[str, int] = field(default_factory=dict)
    work: Mapping[str, WorkLength] = field(default_factory=dict)
    replies: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """Days, and of how many it comes at all, 0 to 1."""
    shares: Mapping[str, float] = field(default_factory=dict)
    """Of flows, 0 to 1."""


class _Reader:
    """Reads numbers and gathers what is wrong with them."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def number(self, value: Any, pointer: str, least: float, most: float) -> float:
        good = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
        if not good or not least <= value <= most:
            self.problems.append(Problem(pointer, NUMBER, (("least", _plain(least)), ("most", _plain(most)))))
            return least
        return float(value)

    def whole(self, value: Any, pointer: str, least: int, most: int) -> int:
        number = self.number(value, pointer, least, most)
        if number != int(number):
            self.problems.append(Problem(pointer, "Isi dengan bilangan bulat."))
        return int(number)

    def named(self, value: Any, pointer: str, known: Any) -> Mapping[str, Any]:
        if not isinstance(value, dict):
            self.problems.append(Problem(pointer, "Bagian ini tidak terbaca."))
            return {}
        for name in value:
            if name not in known:
                self.problems.append(Problem(f"{pointer}/{name[:100]}", UNKNOWN, (("name", name[:100]),)))
        return {name: each for name, each in value.items() if name in known}

    def must_be_good(self) -> None:
        if self.problems:
            raise Invalid(NOT_GOOD, errors=self.problems)


def _plain(number: float) -> str:
    return f"{number:g}"


def read_simulation(wanted: Mapping[str, Any], spec: Spec) -> What:
    """What is asked of a simulation of this version. Raises `Invalid` naming every figure that is wrong."""
    reader = _Reader()
    lanes = {lane.id for lane in spec.lanes} | {""}
    tasks = {element.id for element in spec.tasks()}
    outside = tasks | {element.id for element in spec.messages}
    per_day = wanted.get("per_day")
    what = What(
        cases=reader.whole(wanted.get("cases", USUAL_CASES), "/cases", LEAST_CASES, MOST_CASES),
        rounds=reader.whole(wanted.get("rounds", USUAL_ROUNDS), "/rounds", LEAST_ROUNDS, MOST_ROUNDS),
        seed=reader.whole(wanted.get("seed", USUAL_SEED), "/seed", 0, 2**31 - 1),
        per_day=None if per_day is None else reader.number(per_day, "/per_day", 0.02, MOST_PER_DAY),
        officers={
            lane: reader.whole(number, f"/officers/{lane}", 1, MOST_OFFICERS)
            for lane, number in reader.named(wanted.get("officers", {}), "/officers", lanes).items()
        },
        work={
            id_: _work(reader, length, f"/work/{id_}")
            for id_, length in reader.named(wanted.get("work", {}), "/work", tasks).items()
        },
        replies={
            id_: _reply(reader, reply, f"/replies/{id_}")
            for id_, reply in reader.named(wanted.get("replies", {}), "/replies", outside).items()
        },
        shares={
            flow: reader.number(share, f"/shares/{flow}", 0, 100) / 100
            for flow, share in reader.named(wanted.get("shares", {}), "/shares", spec.flows).items()
        },
    )
    if what.cases * what.rounds > MOST_IN_ALL:
        most = Problem("/rounds", "Jumlah berkas kali putaran paling banyak {most}.", (("most", MOST_IN_ALL),))
        reader.problems.append(most)
    _must_be_possible(reader, what, spec)
    reader.must_be_good()
    return what


def _work(reader: _Reader, length: Any, pointer: str) -> WorkLength:
    if not isinstance(length, dict) or length.get("shape", "triangular") not in SHAPES:
        reader.problems.append(Problem(pointer, "Bagian ini tidak terbaca."))
        return WorkLength("fixed", 1, 1, 1)
    usual = reader.number(length.get("usual"), f"{pointer}/usual", 0.1, LONGEST_WORK)
    least = reader.number(length.get("least", usual / 2), f"{pointer}/least", 0, LONGEST_WORK)
    most = reader.number(length.get("most", usual * 1.5), f"{pointer}/most", 0, LONGEST_WORK * 1.5)
    if not least <= usual <= most:
        reader.problems.append(Problem(f"{pointer}/usual", "Urutannya harus: paling singkat, biasanya, paling lama."))
    busy = length.get("busy")
    share = None if busy is None else reader.number(busy, f"{pointer}/busy", 1, 100) / 100
    return WorkLength(length.get("shape", "triangular"), least, usual, most, share)


def _reply(reader: _Reader, reply: Any, pointer: str) -> tuple[float, float]:
    if not isinstance(reply, dict):
        reader.problems.append(Problem(pointer, "Bagian ini tidak terbaca."))
        return 1.0, 1.0
    days = reader.number(reply.get("days"), f"{pointer}/days", 0.01, LONGEST_REPLY)
    return days, reader.number(reply.get("share", 100), f"{pointer}/share", 0, 100) / 100


def _must_be_possible(reader: _Reader, what: What, spec: Spec) -> None:
    """Of the flows out of one gateway no more than all can be gone."""
    for gate in spec.elements.values():
        said = [what.shares[flow] for flow in gate.outgoing if flow in what.shares]
        if gate.kind != "exclusiveGateway" or not said:
            continue
        whole = sum(said)
        if whole > 1.001 or (len(said) == len(gate.outgoing) and whole < 0.999):
            words = "Bagian-bagian dari “{name}” harus berjumlah 100."
            reader.problems.append(Problem(f"/shares/{gate.outgoing[0]}", words, (("name", gate.label),)))


def read_replay(wanted: Mapping[str, Any], agency_id: Any, key: str, zone: str) -> Choice:
    """Which instances are to be replayed. Raises `Invalid`."""
    reader = _Reader()
    versions = wanted.get("versions")
    if versions is not None and not isinstance(versions, list):
        reader.problems.append(Problem("/versions", "Bagian ini tidak terbaca."))
        versions = None
    numbers = None if not versions else tuple(reader.whole(n, "/versions", 1, 2**31 - 1) for n in versions[:1000])
    most = reader.whole(wanted.get("most", 1000), "/most", 1, MOST_INSTANCES)
    since, until = (_day(reader, wanted.get(name), name) for name in ("from", "until"))
    if since and until and until < since:
        reader.problems.append(Problem("/until", "Hari terakhir tidak boleh mendahului hari pertama."))
    reader.must_be_good()
    return Choice(
        agency_id, key, numbers, _midnight(since, zone), _midnight(until and until + timedelta(days=1), zone), most
    )


def _day(reader: _Reader, value: Any, name: str) -> date | None:
    if value in (None, ""):
        return None
    try:
        day = date.fromisoformat(str(value))
    except ValueError:
        day = date.min
    if not date(1990, 1, 1) <= day <= date(2200, 1, 1):
        reader.problems.append(Problem(f"/{name}", "Tulis tanggal seperti 2026-12-24."))
        return None
    return day


def _midnight(day: date | None, zone: str) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
