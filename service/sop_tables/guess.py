"""From a table to a plan: who, how long, where it branches, each with its reason, for a person to correct."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from service.sentences import Sentence
from service.sop_tables import branches, lanes, naming, times
from service.sop_tables.lanes import LaneGuess, Lanes
from service.sop_tables.plan import (
    JUDGEMENT,
    LIKELY,
    START,
    STEP,
    TEXT,
    UNSURE,
    Decision,
    End,
    Interruption,
    Missing,
    Option,
    Plan,
    PlanLane,
    PlanRow,
)
from service.sop_tables.read import SopTable, SourceRow
from service.sop_tables.ways import COMPLETE, Branches, Stop, Way

LAST_END = "selesai"
_WORDS = ("pelapor", "pengadu", "pemohon")


@dataclass
class _Step:
    """One step on its way into the plan: the row it is from, or a part of it."""

    at: int
    lane: LaneGuess
    name: str
    text: str
    part: str = ""
    kind: str = "task"
    timed: bool = True
    inserted: bool = False
    back_to: int | None = None
    id: str = ""


@dataclass
class _Making:
    """What is needed to make a plan of a table."""

    table: SopTable
    lanes: Lanes
    branches: Branches
    steps: list[_Step] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def row(self, at: int) -> SourceRow:
        return self.table.rows[at]

    def first(self, at: int) -> _Step:
        return next(step for step in self.steps if step.at == at and step.back_to is None)

    def last(self, at: int) -> _Step:
        return [step for step in self.steps if step.at == at and step.back_to is None][-1]


def plan_of(table: SopTable) -> Plan:
    """The plan of a table, everything in it a proposal."""
    guessed = lanes.guess(table)
    making = _Making(table, guessed, branches.find(table, guessed))
    _lay_out(making)
    _name(making)
    rows = tuple(_row(making, n) for n in range(len(making.steps)))
    _unused_lanes(making)
    title = table.identity.get("sopTitle") or "SOP tanpa judul"
    taken = {LAST_END, *making.branches.ends, *(row.id for row in rows), *(lane.id for lane in guessed.lanes)}
    return Plan(
        key=naming.fresh(naming.slug(title) or "sop_baru", taken),
        title=title[:300],
        lanes=_lanes(making, rows),
        rows=rows,
        ends=_ends(making, rows),
        identity=dict(table.identity),
        complainant_word=_complainant_word(guessed),
        missing=(*making.branches.missing, *making.missing),
        notes=(*table.notes, *guessed.notes, *making.branches.notes, *making.notes),
    )


# ---- steps --------------------------------------------------------------------------------------------------


def _lay_out(making: _Making) -> None:
    if not making.lanes.starts:
        public = making.lanes.public
        reason = Sentence("Dokumen tidak memuat datangnya pengaduan; permulaan ini ditambahkan.")
        start = LaneGuess(public, JUDGEMENT, reason, UNSURE)
        making.steps.append(_Step(-1, start, "Sampaikan pengaduan", "", kind=START, inserted=True))
    for at in range(len(making.table.rows)):
        making.steps += _steps(making, at)
        fork = making.branches.forks.get(at)
        if fork and any(choice.way.row == COMPLETE for choice in fork.choices):
            making.steps.append(_completion(making, at))


def _steps(making: _Making, at: int) -> list[_Step]:
    """The step of a row, or its parts, where one row plainly holds the acts of several."""
    row, guess = making.row(at), making.lanes.guesses[at]
    name = naming.short_name(row.text, _subject(making, at))
    if at == 0 and making.lanes.starts:
        start = _Step(at, guess, name, row.text, kind=START)
        return [start, *_passed_on(making, start)]
    return (
        _signed_in_turn(making, at, guess)
        or _asked_and_answered(making, at, guess, name)
        or [_Step(at, guess, name, row.text)]
    )


def _subject(making: _Making, at: int) -> str:
    """The words a row begins with, where they are who acts."""
    said = [each for each in making.lanes.mentions[at] if each.start == 0]
    return making.row(at).text[: said[0].end] if said else ""


def _passed_on(making: _Making, start: _Step) -> list[_Step]:
    """A column nobody uses, between who hands in and who receives: it passes the matter on, as the remark says."""
    row = making.row(0)
    to = [each.lane for each in making.lanes.mentions[0] if each.role == lanes.RECIPIENT]
    unused = _unused(making)
    between = [lane for lane in unused if to and min(start.lane.lane, to[-1]) < lane < max(start.lane.lane, to[-1])]
    if len(between) != 1 or not row.time or not re.search(r"koordinasi|diteruskan|melalui", row.remark, re.IGNORECASE):
        return []
    name = making.lanes.lanes[between[0]].name
    reason = Sentence(
        "Kolom “{name}” tidak dipakai baris mana pun, dan keterangan menyebut penerusan; langkah ini ditambahkan.",
        name=name,
    )
    start.part, start.timed = "menyampaikan", False
    guess = LaneGuess(between[0], JUDGEMENT, reason, UNSURE)
    return [_Step(0, guess, "Teruskan pengaduan", row.text, "meneruskan", inserted=True)]


def _unused(making: _Making) -> list[int]:
    used = {guess.lane for guess in making.lanes.guesses}
    return [at for at, lane in enumerate(making.lanes.lanes) if at not in used and not lane.public]


def _signed_in_turn(making: _Making, at: int, guess: LaneGuess) -> list[_Step]:
    """Signs of three or more in the row of a signature: one prepares, those between initial, the highest signs."""
    row = making.row(at)
    places = {column: lane for lane, column in enumerate(making.lanes.columns) if column is not None}
    marked = [places[mark] for mark in row.marks if mark in places]
    if len(marked) < 3 or guess.basis == TEXT or naming.first_verb(row.text) != naming.SIGN:
        return []
    order = sorted(marked, key=lambda lane: lanes.rank(making.lanes.lanes[lane].name))
    what = re.sub(rf"^{naming.SIGN}\s", "", naming.short_name(row.text), flags=re.IGNORECASE)
    parts = [("menyiapkan", "Siapkan"), *[("paraf", "Paraf")] * (len(order) - 2), ("tanda tangan", "Tanda tangani")]
    names = ", ".join(making.lanes.lanes[lane].name for lane in order)
    reason = Sentence("Ada tanda di beberapa kolom; penandatanganan dibaca berjenjang: {names}.", names=names)
    return [
        _Step(
            at,
            LaneGuess(lane, JUDGEMENT, reason, UNSURE),
            f"{verb} {what}"[:60],
            row.text,
            part,
            timed=n == len(order) - 1,
        )
        for n, (lane, (part, verb)) in enumerate(zip(order, parts, strict=True))
    ]


_GETS = re.compile(r"\b(?:mendapatkan|memperoleh|meminta|mendapat)\s+(\w+)", re.IGNORECASE)


def _asked_and_answered(making: _Making, at: int, guess: LaneGuess, name: str) -> list[_Step]:
    """ "Coordinates with X to get information", where X has no row of his own: one asks, the other answers."""
    row = making.row(at)
    gets = _GETS.search(row.text)
    asked = [
        each.lane for each in making.lanes.mentions[at] if each.role == lanes.WITH and each.lane in _unused(making)
    ]
    if not gets or not asked or asked[0] == guess.lane:
        return []
    other = making.lanes.lanes[asked[0]].name
    reason = Sentence(
        "“{name}” diminta menjawab, tetapi tidak mempunyai baris sendiri; jawabannya dibaca sebagai bagian kedua.",
        name=other,
    )
    answer = LaneGuess(asked[0], JUDGEMENT, reason, UNSURE)
    return [
        _Step(at, guess, f"Minta {gets[1].lower()}", row.text, "meminta", timed=False),
        _Step(at, answer, f"Berikan {gets[1].lower()}", row.text, "menjawab", inserted=True),
    ]


def _completion(making: _Making, at: int) -> _Step:
    reason = Sentence("Berkas dikembalikan kepada pelapor; langkah melengkapinya ditambahkan.")
    guess = LaneGuess(making.lanes.public, JUDGEMENT, reason, LIKELY)
    return _Step(
        at, guess, "Lengkapi pengaduan", making.row(at).text, "melengkapi", timed=False, inserted=True, back_to=at
    )


def _name(making: _Making) -> None:
    """Ids of steps, none of them twice; an equal name gets what tells it apart."""
    taken = {LAST_END, *making.branches.ends, *(lane.id for lane in making.lanes.lanes)}
    names: set[str] = set()
    for step in making.steps:
        step.name = _told_apart(making, step, names)
        names.add(step.name)
        wanted = "mulai" if step.kind == START else naming.slug(step.name) or f"langkah_{step.at + 1}"
        step.id = naming.fresh(wanted, taken)
        taken.add(step.id)


def _told_apart(making: _Making, step: _Step, names: set[str]) -> str:
    """Its name; where another step bears it already, with what stands in brackets, or with the row's number."""
    if step.name not in names or step.at < 0:
        return step.name
    bracket = re.search(r"\(([^()]{3,40})\)", step.text)
    return f"{step.name} ({bracket[1] if bracket else making.row(step.at).number})"


# ---- rows of the plan ---------------------------------------------------------------------------------------


def _row(making: _Making, n: int) -> PlanRow:
    step = making.steps[n]
    lane = making.lanes.lanes[step.lane.lane]
    common = PlanRow(
        id=step.id,
        name=step.name[:120],
        lane=lane.id,
        kind=step.kind,
        part=step.part,
        text=step.text,
        lane_basis=step.lane.basis,
        lane_reason=step.lane.reason,
        lane_confidence=step.lane.confidence,
        inserted=step.inserted,
        then=_then(making, n),
    )
    if step.at < 0:
        return common
    row = making.row(step.at)
    told = replace(common, row=row.number, inputs=_inputs(making, row), output=_plain(row.output))
    if step is making.first(step.at):
        told = replace(told, phase=row.phase[:300])
    if not step.timed or step.back_to is not None:
        return told
    read = times.read(row.time, making.table.unit)
    timed = replace(
        told,
        remark=row.remark,
        time=read.iso,
        time_printed=_plain(row.time),
        clock=read.clock,
        time_reason=read.reason,
        time_confidence=read.confidence,
    )
    return _branched(making, step, timed) if step is making.last(step.at) else timed


def _inputs(making: _Making, row: SourceRow) -> tuple[str, ...]:
    """The required inputs; "kepada Kepala Seksi" among them is a piece of a sentence that slipped there."""
    items = _items(row.inputs)
    strays = [item for item in items if re.match(r"(?:kepada|ke|oleh|dari)\s", item, re.IGNORECASE)]
    strays = [item for item in strays if lanes.mentions_in(item, making.lanes.lanes)]
    for item in strays:
        note = Sentence(
            "Baris {row}: “{item}” di kolom kelengkapan bukan berkas; tidak dipakai.", row=row.number, item=item[:80]
        )
        making.notes += [note] if note not in making.notes else []
    return tuple(item for item in items if item not in strays)


def _plain(text: str) -> str:
    return " ".join(text.split())


def _items(text: str) -> tuple[str, ...]:
    """The required inputs one by one."""
    parts = re.split(r"\n|;|,(?!\d)", text)
    items = (re.sub(r"^(?:\d{1,2}|[a-z])\s*[.)]\s+", "", part.strip(" -•*")).strip() for part in parts)
    return tuple(dict.fromkeys(item[:600] for item in items if item))[:60]


def _branched(making: _Making, step: _Step, row: PlanRow) -> PlanRow:
    fork = making.branches.forks.get(step.at)
    if fork:
        values: list[str] = []
        for choice in fork.choices:
            values.append(naming.fresh(naming.slug(choice.label, 40) or f"pilihan_{len(values) + 1}", values))
        options = tuple(
            Option(value, choice.label, _target(making, choice.way, step), choice.returns)
            for value, choice in zip(values, fork.choices, strict=True)
        )
        row = replace(row, decision=Decision(fork.field, fork.question, options, fork.reason, fork.confidence))
    stops = making.branches.stops.get(step.at, [])
    return replace(row, events=tuple(_event(making, step, stop) for stop in stops))


def _event(making: _Making, step: _Step, stop: Stop) -> Interruption:
    senders = tuple(making.lanes.lanes[lane].id for lane in stop.lanes)
    kind = "message" if senders else "timer"
    event_id = stop.name if senders else f"{step.id}_lewat_waktu"[:63]
    return Interruption(
        event_id, kind, making.branches.ends.get(stop.end, stop.end), stop.end, senders, stop.after, stop.reason
    )


def _target(making: _Making, way: Way, step: _Step) -> str:
    if way.end:
        return way.end
    if way.row == COMPLETE:
        return next(each.id for each in making.steps if each.back_to == step.at)
    if way.row is None:
        return _after(making, making.steps.index(step))
    return making.first(way.row).id


def _after(making: _Making, n: int) -> str:
    """What comes after a step in the order of the document, said outright: a row, or the end."""
    following = [step for step in making.steps[n + 1 :] if step.back_to is None]
    return following[0].id if following else LAST_END


def _then(making: _Making, n: int) -> str:
    """Where a step leads when nothing is decided; empty for the step right after it."""
    step = making.steps[n]
    if step.back_to is not None:
        return making.last(step.back_to).id
    way = making.branches.then.get(step.at)
    if way is not None and step is making.last(step.at):
        return _target(making, way, step)
    wanted = _after(making, n)
    plain = making.steps[n + 1].id if n + 1 < len(making.steps) else LAST_END
    return "" if wanted == plain and wanted != LAST_END else wanted


def _ends(making: _Making, rows: Sequence[PlanRow]) -> tuple[End, ...]:
    """The ends that something leads to, the usual one last."""
    used = {target for row in rows for target in _targets(row)}
    found = [End(key, name[:100]) for key, name in making.branches.ends.items() if key in used]
    return (*found, End(LAST_END, "Selesai")) if LAST_END in used or not found else tuple(found)


def _targets(row: PlanRow) -> list[str]:
    options = [option.to for option in row.decision.options] if row.decision else [row.then]
    return [*options, *(event.to for event in row.events)]


# ---- lanes and words ----------------------------------------------------------------------------------------


def _lanes(making: _Making, rows: Sequence[PlanRow]) -> tuple[PlanLane, ...]:
    """The lanes; those who take in first and those who tell the complainant may see who he is."""
    tasks = [row for row in rows if row.kind != START]
    openers = {row.lane for row in tasks if _delivers(making, row)}
    office = [row.lane for row in tasks if (lane := _lane(making, row.lane)) and not lane.public]
    return lanes.with_identity(making.lanes.lanes, openers | set(office[:1]))


def _lane(making: _Making, lane_id: str) -> PlanLane | None:
    return next((lane for lane in making.lanes.lanes if lane.id == lane_id), None)


def _delivers(making: _Making, row: PlanRow) -> bool:
    if not naming.verbs(row.text) & {
        "sampaikan",
        "serahkan",
        "kirim",
        "kirimkan",
        "berikan",
        "jawab",
        "beri tahu",
        "hubungi",
    }:
        return False
    found = lanes.mentions_in(row.text, making.lanes.lanes)
    return any(each.lane == making.lanes.public and each.role == lanes.RECIPIENT for each in found) and not row.part


def _complainant_word(guessed: Lanes) -> str:
    name = guessed.lanes[guessed.public].name.lower()
    return next((word for word in _WORDS if word in name), _WORDS[0])


def _unused_lanes(making: _Making) -> None:
    """A column in which nothing is done, where every row is sure of its own: a row is missing."""
    used = {step.lane.lane for step in making.steps}
    if any(step.lane.basis == JUDGEMENT and not step.inserted for step in making.steps):
        return
    for at, lane in enumerate(making.lanes.lanes):
        if at not in used and not lane.public:
            why = Sentence("Kolom “{name}” tidak dipakai baris mana pun.", name=lane.name)
            making.missing.append(Missing("", STEP, Sentence("Langkah untuk “{name}”", name=lane.name), why))
