"""What a table is read as, before it becomes a diagram: lanes, rows, decisions, ends, and what a person must add.

A plan goes to people and comes back corrected; so it is read from JSON as strictly as anything from outside.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from service.calendars.durations import check_standard
from service.errors import Invalid, Problem
from service.forms.bounds import Bounds, flaw

SURE, LIKELY, UNSURE = "sure", "likely", "unsure"
CONFIDENCES = (SURE, LIKELY, UNSURE)
TEXT, MARK, JUDGEMENT, PERSON = "text", "mark", "judgement", "person"
BASES = (TEXT, MARK, JUDGEMENT, PERSON)
START, TASK = "start", "task"
WORKING, ELAPSED = "working", "elapsed"
STEP, BRANCH, EVENT = "step", "branch", "event"

BOUNDS = Bounds(depth=8, values=40_000, characters=800_000)
MOST_LANES, MOST_ROWS, MOST_ENDS, MOST_OPTIONS, MOST_EVENTS = 40, 260, 120, 12, 6
_ID = re.compile(r"[a-z][a-z0-9_]{0,62}")
IDENTITY = (
    "sopNumber", "sopTitle", "agency", "created", "revised", "effective", "approvedByName", "approvedByNip",
    "approvedByRank", "approvedByPost", "legalBasis", "relatedSops", "warning", "qualifications", "equipment",
    "recording", "promise", "promiseBasis",
)  # fmt: skip


@dataclass(frozen=True)
class PlanLane:
    """A lane. `proposed`: named in the text, but without a column of its own."""

    id: str
    name: str
    group: str = ""
    public: bool = False
    identity: bool = False
    proposed: bool = False


@dataclass(frozen=True)
class Option:
    """One answer of a decision. `to` is a row or an end, empty for the row after; `returns` demands a note."""

    value: str
    label: str
    to: str = ""
    returns: bool = False


@dataclass(frozen=True)
class Decision:
    """What is decided at the end of a row, in which field of its form, and on what that reading rests."""

    field: str
    question: str
    options: tuple[Option, ...]
    reason: str = ""
    confidence: str = LIKELY


@dataclass(frozen=True)
class Interruption:
    """What else may end a row: a message that officers of `lanes` send, or time that passes (`after`)."""

    id: str
    kind: str
    name: str
    to: str
    lanes: tuple[str, ...] = ()
    after: str = ""
    reason: str = ""
    confidence: str = LIKELY


@dataclass(frozen=True)
class PlanRow:
    """One step. `then` is where it leads, empty for the row after; `inserted`: not a row of its own in the document."""

    id: str
    name: str
    lane: str
    row: str = ""
    part: str = ""
    kind: str = TASK
    text: str = ""
    lane_basis: str = JUDGEMENT
    lane_reason: str = ""
    lane_confidence: str = UNSURE
    inputs: tuple[str, ...] = ()
    output: str = ""
    remark: str = ""
    phase: str = ""
    time: str = ""
    time_printed: str = ""
    clock: str = WORKING
    time_reason: str = ""
    time_confidence: str = SURE
    decision: Decision | None = None
    events: tuple[Interruption, ...] = ()
    then: str = ""
    inserted: bool = False


@dataclass(frozen=True)
class End:
    """How it can end."""

    id: str
    name: str


@dataclass(frozen=True)
class Missing:
    """What the document does not say and a person must add: a `step`, `branch` or `event`, at which row, and what."""

    row: str
    kind: str
    what: str
    reason: str


@dataclass(frozen=True)
class Plan:
    """A procedure as read off its document."""

    key: str
    title: str
    lanes: tuple[PlanLane, ...]
    rows: tuple[PlanRow, ...]
    ends: tuple[End, ...]
    identity: Mapping[str, str] = field(default_factory=dict)
    complainant_word: str = "pelapor"
    missing: tuple[Missing, ...] = ()
    notes: tuple[str, ...] = ()

    def lane(self, lane_id: str) -> PlanLane | None:
        return next((lane for lane in self.lanes if lane.id == lane_id), None)


def as_json(plan: Plan, say: Callable[[Any], Any] = lambda text: text) -> dict[str, Any]:
    """The plan as plain data; `say` puts what is meant for people into their language."""
    return _said(asdict(plan), say)  # type: ignore[no-any-return]


def _said(value: Any, say: Callable[[Any], Any]) -> Any:
    if isinstance(value, Mapping):
        return {name: _said(inner, say) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_said(inner, say) for inner in value]
    return str(say(value)) if isinstance(value, str) else value


# ---- from outside -------------------------------------------------------------------------------------------


class _Reader:
    """Reads members of JSON objects and gathers what is wrong with them."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def wrong(self, at: str, message: str, **params: Any) -> None:
        if len(self.problems) < 30:
            self.problems.append(Problem(at, message, tuple(params.items())))

    def text(self, source: Mapping[str, Any], name: str, at: str, most: int = 300, default: str = "") -> str:
        value = source.get(name, default)
        if value is None:
            return default
        if not isinstance(value, str) or len(value) > most:
            self.wrong(f"{at}/{name}", "Harus berupa teks, paling panjang {most} huruf.", most=most)
            return default
        return value

    def id(self, source: Mapping[str, Any], at: str, name: str = "id") -> str:
        value = self.text(source, name, at, 63)
        if not _ID.fullmatch(value):
            self.wrong(f"{at}/{name}", "Pakai huruf kecil, angka, dan garis bawah, diawali huruf; paling panjang 63.")
        return value

    def one_of(self, source: Mapping[str, Any], name: str, at: str, allowed: tuple[str, ...], default: str) -> str:
        value = source.get(name, default)
        if value not in allowed or not isinstance(value, str):
            self.wrong(f"{at}/{name}", "Pilih salah satu: {choices}.", choices=", ".join(allowed))
            return default
        return value

    def flag(self, source: Mapping[str, Any], name: str, at: str) -> bool:
        value = source.get(name, False)
        if not isinstance(value, bool):
            self.wrong(f"{at}/{name}", "Harus benar atau salah.")
        return value is True

    def many(self, source: Mapping[str, Any], name: str, at: str, most: int) -> list[Mapping[str, Any]]:
        value = source.get(name) or []
        if not isinstance(value, list) or len(value) > most or not all(isinstance(each, dict) for each in value):
            self.wrong(f"{at}/{name}", "Harus berupa daftar, paling banyak {most}.", most=most)
            return []
        return value

    def texts(self, source: Mapping[str, Any], name: str, at: str, most: int, longest: int = 300) -> tuple[str, ...]:
        value = source.get(name) or []
        fits = isinstance(value, list) and len(value) <= most
        if not fits or not all(isinstance(each, str) and len(each) <= longest for each in value):
            self.wrong(f"{at}/{name}", "Harus berupa daftar teks, paling banyak {most}.", most=most)
            return ()
        return tuple(value)


def from_json(source: Any) -> Plan:
    """The plan that somebody sends. Raises `Invalid` with every place where it is wrong."""
    unfit = flaw(source, BOUNDS)
    if unfit is not None or not isinstance(source, dict):
        raise Invalid("Rencana ini tidak dapat dibaca.", errors=[unfit] if unfit else [])
    reader = _Reader()
    plan = _plan(reader, source)
    _references(reader, plan)
    if reader.problems:
        raise Invalid("Rencana ini belum benar; periksa bagian yang disebut.", errors=reader.problems)
    return plan


def _plan(reader: _Reader, source: Mapping[str, Any]) -> Plan:
    lanes = reader.many(source, "lanes", "", MOST_LANES)
    rows = reader.many(source, "rows", "", MOST_ROWS)
    ends = reader.many(source, "ends", "", MOST_ENDS)
    missing = reader.many(source, "missing", "", 300)
    return Plan(
        key=reader.id(source, "", "key"),
        title=reader.text(source, "title", "", 300).strip(),
        lanes=tuple(_lane(reader, each, f"/lanes/{n}") for n, each in enumerate(lanes)),
        rows=tuple(_row(reader, each, f"/rows/{n}") for n, each in enumerate(rows)),
        ends=tuple(End(reader.id(e, f"/ends/{n}"), reader.text(e, "name", f"/ends/{n}")) for n, e in enumerate(ends)),
        identity=_identity(reader, source.get("identity") or {}),
        complainant_word=reader.one_of(source, "complainant_word", "", ("pelapor", "pengadu", "pemohon"), "pelapor"),
        missing=tuple(_missing(reader, each, f"/missing/{n}") for n, each in enumerate(missing)),
        notes=reader.texts(source, "notes", "", 100, 1000),
    )


def _identity(reader: _Reader, source: Any) -> dict[str, str]:
    if not isinstance(source, dict) or not set(source) <= set(IDENTITY):
        reader.wrong("/identity", "Bagian identitas hanya boleh memuat: {names}.", names=", ".join(IDENTITY))
        return {}
    return {name: text for name in IDENTITY if (text := reader.text(source, name, "/identity", 6000).strip())}


def _lane(reader: _Reader, source: Mapping[str, Any], at: str) -> PlanLane:
    return PlanLane(
        reader.id(source, at),
        reader.text(source, "name", at, 200).strip(),
        reader.text(source, "group", at, 200),
        reader.flag(source, "public", at),
        reader.flag(source, "identity", at),
        reader.flag(source, "proposed", at),
    )


def _row(reader: _Reader, source: Mapping[str, Any], at: str) -> PlanRow:
    decision = source.get("decision")
    if decision is not None and not isinstance(decision, dict):
        reader.wrong(f"{at}/decision", "Harus berupa objek.")
        decision = None
    events = reader.many(source, "events", at, MOST_EVENTS)
    return PlanRow(
        id=reader.id(source, at),
        name=reader.text(source, "name", at, 120).strip(),
        lane=reader.text(source, "lane", at, 63),
        row=reader.text(source, "row", at, 12),
        part=reader.text(source, "part", at, 60),
        kind=reader.one_of(source, "kind", at, (START, TASK), TASK),
        text=reader.text(source, "text", at, 8000),
        lane_basis=reader.one_of(source, "lane_basis", at, BASES, JUDGEMENT),
        lane_reason=reader.text(source, "lane_reason", at, 1000),
        lane_confidence=reader.one_of(source, "lane_confidence", at, CONFIDENCES, UNSURE),
        inputs=reader.texts(source, "inputs", at, 60, 600),
        output=reader.text(source, "output", at, 6000),
        remark=reader.text(source, "remark", at, 6000),
        phase=reader.text(source, "phase", at, 300),
        time=_time(reader, source, "time", at),
        time_printed=reader.text(source, "time_printed", at, 6000),
        clock=reader.one_of(source, "clock", at, (WORKING, ELAPSED), WORKING),
        time_reason=reader.text(source, "time_reason", at, 1000),
        time_confidence=reader.one_of(source, "time_confidence", at, CONFIDENCES, SURE),
        decision=_decision(reader, decision, f"{at}/decision") if decision else None,
        events=tuple(_event(reader, each, f"{at}/events/{n}") for n, each in enumerate(events)),
        then=reader.text(source, "then", at, 63),
        inserted=reader.flag(source, "inserted", at),
    )


def _time(reader: _Reader, source: Mapping[str, Any], name: str, at: str) -> str:
    value = reader.text(source, name, at, 40).strip()
    if value and (problem := check_standard(value)):
        reader.wrong(f"{at}/{name}", problem)
        return ""
    return value


def _decision(reader: _Reader, source: Mapping[str, Any], at: str) -> Decision:
    options = reader.many(source, "options", at, MOST_OPTIONS)
    found = tuple(_option(reader, each, f"{at}/options/{n}") for n, each in enumerate(options))
    if len(found) < 2 or len({each.value for each in found}) < len(found) or len({e.label for e in found}) < len(found):
        reader.wrong(f"{at}/options", "Cabang memerlukan sedikitnya dua pilihan yang berbeda.")
    return Decision(
        reader.id(source, at, "field"),
        reader.text(source, "question", at, 200).strip(),
        found,
        reader.text(source, "reason", at, 1000),
        reader.one_of(source, "confidence", at, CONFIDENCES, LIKELY),
    )


def _option(reader: _Reader, source: Mapping[str, Any], at: str) -> Option:
    label = reader.text(source, "label", at, 200).strip()
    if not label:
        reader.wrong(f"{at}/label", "Setiap pilihan memerlukan sebutan.")
    return Option(
        reader.id(source, at, "value"), label, reader.text(source, "to", at, 63), reader.flag(source, "returns", at)
    )


def _event(reader: _Reader, source: Mapping[str, Any], at: str) -> Interruption:
    kind = reader.one_of(source, "kind", at, ("message", "timer"), "message")
    after = _time(reader, source, "after", at)
    if kind == "timer" and (not after or "/" in after):
        reader.wrong(f"{at}/after", "Isi satu lama waktu, misalnya P10D.")
    return Interruption(
        reader.id(source, at),
        kind,
        reader.text(source, "name", at, 200).strip(),
        reader.text(source, "to", at, 63),
        reader.texts(source, "lanes", at, MOST_LANES, 63),
        after,
        reader.text(source, "reason", at, 1000),
        reader.one_of(source, "confidence", at, CONFIDENCES, LIKELY),
    )


def _missing(reader: _Reader, source: Mapping[str, Any], at: str) -> Missing:
    return Missing(
        reader.text(source, "row", at, 12),
        reader.one_of(source, "kind", at, (STEP, BRANCH, EVENT), STEP),
        reader.text(source, "what", at, 600),
        reader.text(source, "reason", at, 1000),
    )


def _references(reader: _Reader, plan: Plan) -> None:
    """Every id once, every lane and way one that is there, one start."""
    rows = [row.id for row in plan.rows]
    events = [event.id for row in plan.rows for event in row.events]
    ids = [plan.key, *(lane.id for lane in plan.lanes), *rows, *events, *(end.id for end in plan.ends)]
    for twice in sorted({each for each in ids if ids.count(each) > 1}):
        reader.wrong("", "ID “{id}” dipakai dua kali.", id=twice)
    if not plan.title:
        reader.wrong("/title", "Isi nama SOP.")
    if not any(row.kind == TASK for row in plan.rows):
        reader.wrong("/rows", "Sedikitnya satu langkah harus ada.")
    if [row.kind for row in plan.rows].count(START) != 1 or (plan.rows and plan.rows[0].kind != START):
        reader.wrong("/rows", "Baris pertama, dan hanya itu, adalah permulaan.")
    if not plan.ends:
        reader.wrong("/ends", "Sedikitnya satu akhir harus ada.")
    lanes, ways = {lane.id for lane in plan.lanes}, {*rows[1:], *(end.id for end in plan.ends), ""}
    for n, lane in enumerate(plan.lanes):
        if not lane.name:
            reader.wrong(f"/lanes/{n}/name", "Setiap lajur memerlukan nama.")
    for n, row in enumerate(plan.rows):
        _row_references(reader, row, f"/rows/{n}", lanes, ways)


def _row_references(reader: _Reader, row: PlanRow, at: str, lanes: set[str], ways: set[str]) -> None:
    if row.lane not in lanes:
        reader.wrong(f"{at}/lane", "Lajur ini tidak ada dalam rencana.")
    if not row.name:
        reader.wrong(f"{at}/name", "Setiap langkah memerlukan nama.")
    if row.kind == START and (row.decision or row.events):
        reader.wrong(at, "Permulaan tidak dapat bercabang.")
    targets = {f"{at}/then": row.then}
    for n, option in enumerate(row.decision.options if row.decision else ()):
        targets[f"{at}/decision/options/{n}/to"] = option.to
    for n, event in enumerate(row.events):
        targets[f"{at}/events/{n}/to"] = event.to
        if not event.to or (event.kind == "message" and not event.lanes) or not set(event.lanes) <= lanes:
            reader.wrong(f"{at}/events/{n}", "Kejadian ini memerlukan tujuan, dan pesan memerlukan lajur pengirimnya.")
    for place, target in targets.items():
        if target not in ways:
            reader.wrong(place, "Tujuan “{id}” tidak ada dalam rencana.", id=target)
