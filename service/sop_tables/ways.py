"""Where the rows of a table can lead: on, back, to an end; and the conditions that their texts put."""

import keyword
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from service.sentences import Sentence
from service.sop_tables import naming
from service.sop_tables.lanes import RETURN, Lanes, mentions_in
from service.sop_tables.plan import BRANCH, LIKELY, SURE, UNSURE, Missing
from service.sop_tables.read import SopTable, SourceRow

COMPLETE = -1
"""The place of a step that the document does not have: the complainant completes what was returned to him."""


@dataclass(frozen=True)
class Way:
    """Where it goes on: at a row (its place in the table), at an end, or, with neither, at the row after."""

    row: int | None = None
    end: str = ""


@dataclass(frozen=True)
class Choice:
    """One answer and where it leads."""

    label: str
    way: Way
    returns: bool = False


@dataclass(frozen=True)
class Fork:
    """A decision at the end of a row."""

    field: str
    question: str
    choices: tuple[Choice, ...]
    reason: str
    confidence: str = LIKELY


@dataclass(frozen=True)
class Stop:
    """What else may end a row: a message of these lanes, or, with none, time."""

    name: str
    end: str
    lanes: tuple[int, ...] = ()
    after: str = ""
    reason: str = ""


@dataclass
class Branches:
    """Everything found, by the place of the row in the table."""

    forks: dict[int, Fork] = field(default_factory=dict)
    then: dict[int, Way] = field(default_factory=dict)
    stops: dict[int, list[Stop]] = field(default_factory=dict)
    ends: dict[str, str] = field(default_factory=dict)
    taken: frozenset[str] = frozenset()
    """Ids that no end may have."""
    missing: list[Missing] = field(default_factory=list)
    notes: list[Sentence] = field(default_factory=list)

    def end(self, wanted: str, name: str) -> Way:
        """The way to an end of this name; equal names are one end."""
        known = next((each for each, called in self.ends.items() if called == name), None)
        key = known or naming.fresh(naming.slug(wanted) or "selesai_lain", {*self.ends, *self.taken})
        self.ends[key] = name
        return Way(end=key)


@dataclass(frozen=True)
class Looked:
    """One row with all there is to look at."""

    table: SopTable
    lanes: Lanes
    found: Branches
    at: int

    @property
    def rows(self) -> Sequence[SourceRow]:
        return self.table.rows

    @property
    def row(self) -> SourceRow:
        return self.table.rows[self.at]

    @property
    def next(self) -> Way:
        """The row after, said by its place where there is one."""
        return Way(self.at + 1) if self.at + 1 < len(self.rows) else Way()

    def lane(self, at: int) -> int:
        return self.lanes.guesses[at].lane


_ROW = re.compile(
    r"\b(?:langkah|nomor|no\.?|baris|kegiatan|poin|butir|tahap|point|ke)\s*(?:ke-?\s*)?"
    r"\(?(\d{1,3}(?:\s*\.?\s*[a-z]\b)?)\)?",
    re.IGNORECASE,
)
_BACK = re.compile(
    r"\b(di\s?kembalikan|kembali|mengembalikan|perbaiki|diperbaiki|memperbaiki|perbaikan|direvisi|revisi|koreksi|"
    r"dikoreksi|diulang)\b",
    re.IGNORECASE,
)
OVER = re.compile(
    r"\b(selesai|ditutup|berakhir|dihentikan|ditolak|tidak\sdilanjutkan|tidak\sdiproses|proses\sberhenti|diarsipkan|"
    r"gugur)\b",
    re.IGNORECASE,
)
_ONWARD = re.compile(r"\b(diteruskan|dilanjutkan|disampaikan|diserahkan|diajukan|meneruskan|lanjut)\b", re.IGNORECASE)
_DRAFTS = {"susun", "buat", "siapkan", "konsep", "ketik", "perbaiki", "rumuskan", "tuangkan"}
NEGATIVE = re.compile(
    r"^(tidak|belum|kurang|bukan|ditolak|ada\s(?:kesalahan|perbaikan|koreksi|kekurangan)|salah|menolak)\b",
    re.IGNORECASE,
)


def number_of(text: str) -> str:
    """A row's number as the table has it: `4`, `4.a`; empty for anything else."""
    found = re.fullmatch(r"(\d+)\s*\.?\s*([a-z]?)", text.strip().lower())
    return f"{int(found[1])}.{found[2]}" if found and found[2] else (str(int(found[1])) if found else "")


def _row_named(looked: Looked, text: str) -> int | None:
    for found in _ROW.finditer(text):
        number = number_of(found[1])
        at = next((at for at, row in enumerate(looked.rows) if row.number == number), None)
        if at is not None:
            return at
    return None


def way_of(looked: Looked, clause: str, whole: str) -> tuple[Way, bool, str]:
    """Where what a clause says leads, whether that is a return, and how sure that is."""
    named = _row_named(looked, clause)
    if named is not None and named != looked.at and not (named == 0 and looked.lanes.starts):
        return Way(named), named < looked.at, SURE
    if _BACK.search(clause):
        return back(looked, clause)
    if over := OVER.search(clause):
        return _ended(looked, over[1].lower()), False, LIKELY
    if _ONWARD.search(clause):
        for mention in mentions_in(clause, looked.lanes.lanes):
            later = [at for at in range(looked.at + 1, len(looked.rows)) if looked.lane(at) == mention.lane]
            if later and not mention.weak:
                return Way(later[0]), False, LIKELY
    return looked.next, False, LIKELY


def _ended(looked: Looked, how: str) -> Way:
    if how == "selesai":
        return looked.found.end("selesai_lebih_awal", "Selesai lebih awal")
    return looked.found.end(f"selesai_{how}", capital(how))


def back(looked: Looked, clause: str) -> tuple[Way, bool, str]:
    """Back to whom the clause names: to his last row before; else to whoever drafted it; else to the row before."""
    for mention in mentions_in(clause, looked.lanes.lanes):
        if mention.lane == looked.lanes.public:
            earlier = [at for at in range(1, looked.at) if looked.lane(at) == mention.lane]
            return Way(earlier[-1] if earlier else COMPLETE), True, LIKELY
        earlier = [at for at in range(looked.at) if looked.lane(at) == mention.lane and not is_start(looked, at)]
        if earlier and mention.role in (RETURN, "recipient", "other", "agent"):
            return Way(earlier[-1]), True, SURE if mention.role == RETURN else LIKELY
    return Way(drafted(looked)), True, UNSURE


def is_start(looked: Looked, at: int) -> bool:
    """Whether a row is the start form and no step."""
    return at == 0 and looked.lanes.starts


def drafted(looked: Looked) -> int | None:
    """The last row before in which somebody else drafted, else the row before."""
    for at in range(looked.at - 1, -1, -1):
        if is_start(looked, at):
            break
        if naming.verbs(looked.rows[at].text) & _DRAFTS:
            return at
    return looked.at - 1 if looked.at > 0 and not is_start(looked, looked.at - 1) else COMPLETE


_TAKEN_FIELDS = {*keyword.kwlist, *keyword.softkwlist, "catatan", "uraian_hasil", "berkas_hasil"}
"""Names that mean something in an expression, or that every form has already."""


def fork_of(
    looked: Looked,
    question: str,
    choices: Sequence[Choice],
    reason: Sentence,
    confidence: str,
    name: str = "keputusan",
) -> Fork:
    """A decision at the end of a row, its field named once in the diagram."""
    used = {fork.field for fork in looked.found.forks.values()} | _TAKEN_FIELDS
    wanted = naming.slug(name, 40) or "keputusan"
    return Fork(naming.fresh(wanted, used), question[:120], tuple(choices), reason, confidence)


def leave_open(looked: Looked, what: str, why: Sentence, kind: str = BRANCH) -> None:
    """List what the document leaves open for a person to add."""
    looked.found.missing.append(Missing(looked.row.number, kind, what, why))


def capital(text: str) -> str:
    """The text with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def opposite(condition: str) -> str:
    """The other answer to a condition: `lengkap` for `tidak lengkap`."""
    bare = re.sub(r"^(?:tidak|belum|kurang)\s+", "", condition)
    return bare if bare != condition else f"tidak {condition}"


IF = re.compile(r"\b(?:jika|apabila|bila|bilamana|kalau|dalam\shal|seandainya)\b", re.IGNORECASE)
_THEN = re.compile(
    r",|;|\b(?:maka|akan|kembali|langsung|selesai|di\w{4,}|me[mn]\w{4,})\b",
    re.IGNORECASE,
)
NEEDED = re.compile(r"^\s*(?:di)?perlu(?:kan)?\b|^\s*dibutuhkan\b", re.IGNORECASE)


def condition_of(clause: str) -> str:
    """What is asked: the words up to the consequence, at most five."""
    bare = clause[: _turn(clause)].strip(" ,.;")
    return " ".join(re.sub(r"^(?:sudah|telah|ternyata|hasil(?:nya)?)\s+", "", bare.lower()).split()[:5])


def consequence_of(clause: str) -> str:
    """What follows if the condition of a clause holds."""
    return clause[_turn(clause) :] or clause


def _turn(clause: str) -> int:
    """Where a clause turns from its condition to what follows: at a comma, or at the verb after what is asked."""
    asked = re.match(r"\W*(?:(?:tidak|belum|kurang|sudah|telah|ternyata|hasil\w*)\s+)*\w+", clause, re.IGNORECASE)
    found = _THEN.search(clause, asked.end() if asked else 0)
    return found.start() if found else len(clause)


def begins_with_condition(row: SourceRow) -> str:
    """The condition a row begins with, empty for none."""
    found = re.match(r"(?:jika|apabila|bila|bilamana|kalau|dalam\shal)\b\s*(.*)", row.text, re.IGNORECASE)
    return condition_of(found[1]) if found else ""
