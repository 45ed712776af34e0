"""Finds where a table branches: conditions in words, lists of results, returns for correction, rows that are skipped,
and what else may end a row. What the document leaves open is listed, never made up in silence.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from service.sentences import Sentence
from service.sop_tables import naming, times
from service.sop_tables.lanes import RETURN, Lanes, mentions_in, words
from service.sop_tables.plan import BRANCH, EVENT, LIKELY, STEP, SURE, UNSURE, Missing
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
    missing: list[Missing] = field(default_factory=list)
    notes: list[Sentence] = field(default_factory=list)

    def end(self, wanted: str, name: str) -> Way:
        """The way to an end of this name; equal names are one end."""
        known = next((each for each, called in self.ends.items() if called == name), None)
        key = known or naming.fresh(naming.slug(wanted) or "selesai_lain", self.ends)
        self.ends[key] = name
        return Way(end=key)


@dataclass(frozen=True)
class _Looked:
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


def find(table: SopTable, lanes: Lanes) -> Branches:
    """Where a table branches."""
    found = Branches()
    for at in range(len(table.rows)):
        looked = _Looked(table, lanes, found, at)
        _stops(looked)
        if at == 0 and lanes.starts:
            continue
        for look in (
            _listed,
            _numbered,
            _conditions,
            _corrects,
            _either,
            _distinguished,
            _result,
            _group,
            _optional,
            _diamond,
        ):
            fork = look(looked)
            if fork is not None:
                found.forks[at] = fork
                break
    _gaps(table, found)
    return found


# ---- ways ---------------------------------------------------------------------------------------------------

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
_OVER = re.compile(
    r"\b(selesai|ditutup|berakhir|dihentikan|ditolak|tidak\sdilanjutkan|tidak\sdiproses|proses\sberhenti|diarsipkan|"
    r"gugur)\b",
    re.IGNORECASE,
)
_ONWARD = re.compile(r"\b(diteruskan|dilanjutkan|disampaikan|diserahkan|diajukan|meneruskan|lanjut)\b", re.IGNORECASE)
_DRAFTS = {"susun", "buat", "siapkan", "konsep", "ketik", "perbaiki", "rumuskan", "tuangkan"}
_NEGATIVE = re.compile(
    r"^(tidak|belum|kurang|bukan|ditolak|ada\s(?:kesalahan|perbaikan|koreksi|kekurangan)|salah|menolak)\b",
    re.IGNORECASE,
)


def _number(text: str) -> str:
    found = re.fullmatch(r"(\d+)\s*\.?\s*([a-z]?)", text.strip().lower())
    return f"{int(found[1])}.{found[2]}" if found and found[2] else (str(int(found[1])) if found else "")


def _row_named(looked: _Looked, text: str) -> int | None:
    for found in _ROW.finditer(text):
        number = _number(found[1])
        at = next((at for at, row in enumerate(looked.rows) if row.number == number), None)
        if at is not None:
            return at
    return None


def _way(looked: _Looked, clause: str, whole: str) -> tuple[Way, bool, str]:
    """Where what a clause says leads, whether that is a return, and how sure that is."""
    named = _row_named(looked, clause)
    if named is not None and named != looked.at and not (named == 0 and looked.lanes.starts):
        return Way(named), named < looked.at, SURE
    if _BACK.search(clause):
        return _back(looked, clause)
    if over := _OVER.search(clause):
        return _ended(looked, over[1].lower()), False, LIKELY
    if _ONWARD.search(clause):
        for mention in mentions_in(clause, looked.lanes.lanes):
            later = [at for at in range(looked.at + 1, len(looked.rows)) if looked.lane(at) == mention.lane]
            if later and not mention.weak:
                return Way(later[0]), False, LIKELY
    return looked.next, False, LIKELY


def _ended(looked: _Looked, how: str) -> Way:
    if how == "selesai":
        return looked.found.end("selesai_lebih_awal", "Selesai lebih awal")
    return looked.found.end(f"selesai_{how}", _capital(how))


def _back(looked: _Looked, clause: str) -> tuple[Way, bool, str]:
    """Back to whom the clause names: to his last row before; else to whoever drafted it; else to the row before."""
    for mention in mentions_in(clause, looked.lanes.lanes):
        if mention.lane == looked.lanes.public:
            earlier = [at for at in range(1, looked.at) if looked.lane(at) == mention.lane]
            return Way(earlier[-1] if earlier else COMPLETE), True, LIKELY
        earlier = [at for at in range(looked.at) if looked.lane(at) == mention.lane and not _is_start(looked, at)]
        if earlier and mention.role in (RETURN, "recipient", "other", "agent"):
            return Way(earlier[-1]), True, SURE if mention.role == RETURN else LIKELY
    return Way(_drafted(looked)), True, UNSURE


def _is_start(looked: _Looked, at: int) -> bool:
    return at == 0 and looked.lanes.starts


def _drafted(looked: _Looked) -> int | None:
    """The last row before in which somebody else drafted, else the row before."""
    for at in range(looked.at - 1, -1, -1):
        if _is_start(looked, at):
            break
        if naming.verbs(looked.rows[at].text) & _DRAFTS:
            return at
    return looked.at - 1 if looked.at > 0 and not _is_start(looked, looked.at - 1) else COMPLETE


def _fork(
    looked: _Looked,
    question: str,
    choices: Sequence[Choice],
    reason: Sentence,
    confidence: str,
    name: str = "keputusan",
) -> Fork:
    used = {fork.field for fork in looked.found.forks.values()}
    return Fork(
        naming.fresh(naming.slug(name, 40) or "keputusan", used), question[:120], tuple(choices), reason, confidence
    )


def _open(looked: _Looked, what: str, why: Sentence, kind: str = BRANCH) -> None:
    looked.found.missing.append(Missing(looked.row.number, kind, what, why))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


# ---- kinds of branches --------------------------------------------------------------------------------------


def _listed(looked: _Looked) -> Fork | None:
    """Results listed beneath a row; alternatives are the rows numbered alike after it, 4 and 4.a."""
    options = looked.row.options
    if len(options) < 2:
        return None
    alternatives = _alternatives(looked)
    left = list(alternatives)
    choices = []
    for option in options:
        label = _capital(re.sub(r"^(?:di)?lakukan\s+", "", option, flags=re.IGNORECASE))
        way = _listed_way(looked, option, label, left)
        choices.append(Choice(label[:120], way))
    for at in alternatives[:-1]:
        after = alternatives[-1] + 1
        looked.found.then[at] = Way(after) if after < len(looked.rows) else Way()
    reason = Sentence("Baris ini memuat {count} kemungkinan hasil.", count=len(options))
    what = re.split(r"\b(?:dengan|kriteria|sbb|sebagai\sberikut)\b|:", looked.row.text, flags=re.IGNORECASE)[0].strip()
    return _fork(looked, f"{_capital(what)}?", choices, reason, LIKELY, what or "hasil")


def _listed_way(looked: _Looked, option: str, label: str, left: list[int]) -> Way:
    if _NEGATIVE.match(label) or _OVER.search(label):
        why = Sentence("Tidak ada baris untuk hasil ini; dibaca berakhir di sini.")
        _open(looked, label, why)
        return looked.found.end(f"selesai_{naming.slug(label, 40)}", label[:100])
    later = [at for at in range(looked.at + 1, len(looked.rows)) if _mentions_all(looked.rows[at].text, label)]
    if re.match(r"(?:di)?lakukan\s", option, re.IGNORECASE) and not later:
        _open(
            looked, label, Sentence("Tidak ada baris yang melaksanakan “{what}” itu sendiri.", what=label[:120]), STEP
        )
    if left:
        return Way(left.pop(0))
    return Way(later[0]) if later else looked.next


def _mentions_all(text: str, label: str) -> bool:
    plain = text.lower()
    keys = [word for word in re.findall(r"[a-z]{5,}", label.lower()) if word not in ("dengan", "untuk")]
    return bool(keys) and all(key in plain for key in keys)


def _alternatives(looked: _Looked) -> list[int]:
    first = looked.at + 1
    if first >= len(looked.rows):
        return []
    whole = looked.rows[first].number.split(".")[0]
    found = [first]
    while found[-1] + 1 < len(looked.rows) and looked.rows[found[-1] + 1].number.startswith(f"{whole}."):
        found.append(found[-1] + 1)
    return found if len(found) > 1 else []


_TO_ROW = re.compile(
    r"\b(ya|tidak|setuju|tidak\ssetuju|lengkap|tidak\slengkap|sesuai|tidak\ssesuai|disetujui|ditolak|benar|salah)\b\s*"
    r"(?:,|:|=|→|->|=>|maka)?\s*(?:lanjut|kembali|langsung|menuju|dilanjutkan|ke|maka)?\s*(?:ke)?\s*"
    r"(?:langkah|nomor|no\.?|baris|kegiatan|tahap)?\s*(?:ke-?)?\s*(\d{1,3}(?:\s*\.?\s*[a-z]\b)?)",
    re.IGNORECASE,
)


def _numbered(looked: _Looked) -> Fork | None:
    """The remark, or the row, says outright which answer leads to which row."""
    found = _TO_ROW.findall(f"{looked.row.text} ; {looked.row.remark}")
    places = {row.number: at for at, row in enumerate(looked.rows)}
    ways: dict[str, int] = {}
    for word, number in found:
        at = places.get(_number(number))
        if at is not None and at != looked.at and not _is_start(looked, at):
            ways.setdefault(word.lower(), at)
    if not ways:
        return None
    if len(ways) == 1:
        word = next(iter(ways))
        other = "tidak" if word == "ya" else ("ya" if word == "tidak" else _opposite(word))
        if looked.next.row is None or looked.next.row == ways[word]:
            return None
        ways[other] = looked.next.row
    choices = [Choice(_capital(word), Way(at), at < looked.at) for word, at in ways.items()]
    reason = Sentence("Dokumen menyebut baris tujuan untuk setiap jawaban.")
    return _fork(looked, _question(looked, next(iter(ways))), choices, reason, SURE)


def _opposite(condition: str) -> str:
    bare = re.sub(r"^(?:tidak|belum|kurang)\s+", "", condition)
    return bare if bare != condition else f"tidak {condition}"


_IF = re.compile(r"\b(?:jika|apabila|bila|bilamana|kalau|dalam\shal|seandainya)\b", re.IGNORECASE)
_THEN = re.compile(
    r",|;|\b(?:maka|akan|kembali|langsung|selesai|di\w{4,}|me[mn]\w{4,})\b",
    re.IGNORECASE,
)
_NEEDED = re.compile(r"^\s*(?:di)?perlu(?:kan)?\b|^\s*dibutuhkan\b", re.IGNORECASE)


def _conditions(looked: _Looked) -> Fork | None:
    """ "Jika setuju ..., jika tidak setuju dikembalikan ke ..." within one row."""
    text = looked.row.text
    pieces = list(_IF.finditer(text))
    if not pieces or (pieces[0].start() == 0 and len(pieces) == 1):
        return None
    if _NEEDED.match(text[pieces[0].end() :]):
        return None
    clauses = [
        text[one.end() : (pieces[n + 1].start() if n + 1 < len(pieces) else len(text))] for n, one in enumerate(pieces)
    ]
    read = [(_condition(clause), clause) for clause in clauses]
    read = [(condition, clause) for condition, clause in read if condition]
    if not read or len({condition for condition, _ in read}) < len(read):
        return None
    sures, choices = [], []
    for condition, clause in read[:6]:
        way, returns, sure = _way(looked, _consequence(clause), text)
        choices.append(Choice(_capital(condition), way, returns))
        sures.append(sure)
    if len(choices) == 1:
        choices.append(_other(looked, read[0][0], choices[0]))
        sures.append(UNSURE)
    reason = Sentence("Teks menyebut syarat: “{words}”.", words=text[pieces[0].start() :][:140])
    return _fork(looked, _question(looked, read[0][0]), choices, reason, max(sures, key=(SURE, LIKELY, UNSURE).index))


def _condition(clause: str) -> str:
    """What is asked: the words up to the consequence, at most five."""
    bare = clause[: _turn(clause)].strip(" ,.;")
    return " ".join(re.sub(r"^(?:sudah|telah|ternyata|hasil(?:nya)?)\s+", "", bare.lower()).split()[:5])


def _consequence(clause: str) -> str:
    return clause[_turn(clause) :] or clause


def _turn(clause: str) -> int:
    """Where a clause turns from its condition to what follows: at a comma, or at the verb after what is asked."""
    asked = re.match(r"\W*(?:(?:tidak|belum|kurang|sudah|telah|ternyata|hasil\w*)\s+)*\w+", clause, re.IGNORECASE)
    found = _THEN.search(clause, asked.end() if asked else 0)
    return found.start() if found else len(clause)


def _other(looked: _Looked, condition: str, chosen: Choice) -> Choice:
    """The answer that the document leaves unsaid."""
    label = _capital(_opposite(condition))
    if chosen.returns or chosen.way.end or _NEGATIVE.match(condition):
        return Choice(label, looked.next)
    _open(
        looked,
        label,
        Sentence(
            "Dokumen tidak mengatakan apa yang terjadi bila “{what}”; dibaca kembali untuk diperbaiki.", what=label
        ),
    )
    back = _drafted(looked)
    return Choice(label, Way(back), True)


def _question(looked: _Looked, condition: str) -> str:
    bare = re.sub(r"^(?:tidak|belum|kurang)\s+", "", condition.lower())
    name = "Keputusan" if bare in ("ya", "") else bare
    return f"{_capital(name)}?"


def _corrects(looked: _Looked) -> Fork | None:
    """Correction and approval in one row: what needs correction goes back to whoever drafted it."""
    text = looked.row.text.lower()
    corrects, approves = (
        re.search(r"\b(?:koreksi|mengoreksi|mengkoreksi)\b", text),
        re.search(r"\b(?:persetujuan|menyetujui|setuju)\b", text),
    )
    if not corrects or not approves:
        return None
    if re.search(r"\b(?:dengan|dan)\smenanda\s?tangani\b", text):
        looked.found.notes.append(
            Sentence(
                "Baris {row} menyebut koreksi dan persetujuan, tetapi sekaligus menandatangani; dibaca tanpa cabang.",
                row=looked.row.number,
            )
        )
        return None
    choices = [Choice("Setuju", looked.next), Choice("Koreksi", Way(_drafted(looked)), True)]
    reason = Sentence("Baris ini memuat koreksi dan persetujuan; yang dikoreksi dibaca kembali ke penyusunnya.")
    return _fork(looked, "Disetujui?", choices, reason, UNSURE)


_EITHER = re.compile(
    r"\b(\w{4,})\s*(?:/|,|atau|ataupun)\s*(tidak\s+\w+|belum\s+\w+|menolak|ditolak|dikembalikan|mengembalikan|tidak)\b",
    re.IGNORECASE,
)


def _either(looked: _Looked) -> Fork | None:
    """ "Menyetujui atau menolak", "lengkap/tidak lengkap"."""
    found = _EITHER.search(looked.row.text) or _EITHER.search(looked.row.output)
    if not found:
        return None
    yes, no = found[1].lower(), " ".join(found[2].lower().split())
    if no.startswith(("tidak ", "belum ")) and no.split()[1][-4:] != yes[-4:]:
        return None
    if "kembali" in no:
        way, returns, _ = _back(looked, looked.row.text[found.start(2) :])
    elif "tolak" in no or "menolak" in no:
        way, returns = looked.found.end("selesai_ditolak", "Ditolak"), False
    else:
        no = no if no != "tidak" else f"tidak {yes}"
        way, returns = Way(_drafted(looked)), True
        _open(
            looked,
            _capital(no),
            Sentence(
                "Dokumen tidak mengatakan apa yang terjadi bila “{what}”; dibaca kembali untuk diperbaiki.",
                what=_capital(no),
            ),
        )
    choices = [Choice(_capital(yes), looked.next), Choice(_capital(no), way, returns)]
    return _fork(
        looked,
        f"{_capital(yes)}?",
        choices,
        Sentence("Teks menyebut dua kemungkinan: “{words}”.", words=found[0]),
        LIKELY,
    )


_PAIR = re.compile(
    r"\b(\w{4,})\s+(?:atau|maupun)\s+(\w{4,})\b|\b(?:secara|berupa|yaitu)\s+(\w{4,})\s*/\s*(\w{4,})\b", re.IGNORECASE
)


def _distinguished(looked: _Looked) -> Fork | None:
    """Two kinds that later rows tell apart: "lisan atau tertulis", and a row each for the one and the other."""
    for pair in _PAIR.findall(looked.row.text.lower()):
        one, other = (pair[0], pair[1]) if pair[0] else (pair[2], pair[3])
        first, second = _first_with(looked, one, other), _first_with(looked, other, one)
        if first is None or second is None or looked.at + 1 not in (first, second) or first == second:
            continue
        late = max(first, second)
        label = one if first < second else other
        last = late - 1
        if naming.first_verb(looked.rows[last].text) in ("selesaikan", "tutup") or _OVER.search(looked.rows[last].text):
            looked.found.then[last] = looked.found.end(f"selesai_{label}", f"Selesai {label}")
            sure = LIKELY
        else:
            looked.found.then[last] = Way(late + 1) if late + 1 < len(looked.rows) else Way()
            sure = UNSURE
        choices = [Choice(_capital(one), Way(first)), Choice(_capital(other), Way(second))]
        numbers = {"first": looked.rows[first].number, "second": looked.rows[second].number}
        reason = Sentence(
            "Baris {first} hanya untuk “{one}”, baris {second} hanya untuk “{other}”.", one=one, other=other, **numbers
        )
        return _fork(looked, f"{_capital(one)} atau {other}?", choices, reason, sure, "pilihan")
    return None


def _first_with(looked: _Looked, word: str, without: str) -> int | None:
    for at in range(looked.at + 1, min(looked.at + 7, len(looked.rows))):
        said = {each.text for each in words(looked.rows[at].text)}
        if word in said and without not in said:
            return at
    return None


_REPLIES = re.compile(r"\b(respon\sbalik|balik|tanggapan\sbalik|sanggah\w*|keberatan|kembali|banding)\b", re.IGNORECASE)


def _result(looked: _Looked) -> Fork | None:
    """An output that is either the end or a reply: "Selesai / respon balik"."""
    parts = [part.strip() for part in re.split(r"\s*/\s*|\s+atau\s+", looked.row.output) if part.strip()]
    over = next((part for part in parts if re.match(r"(selesai|ditutup)\b", part, re.IGNORECASE)), None)
    reply = next((part for part in parts if part is not over and _REPLIES.search(part)), None)
    if over is None or reply is None or looked.at == 0:
        return None
    answered = looked.lane(looked.at - 1)
    earlier = [at for at in range(looked.at) if looked.lane(at) == answered and not _is_start(looked, at)]
    label = _capital(re.split(r"\s+(?:atas|terhadap|dari|kepada)\b", reply, flags=re.IGNORECASE)[0].lower())
    last = looked.at + 1 >= len(looked.rows)
    ended = Way() if last else looked.found.end("selesai_lebih_awal", "Selesai lebih awal")
    choices = [Choice("Selesai", ended), Choice(label[:80], Way(earlier[0] if earlier else looked.at - 1), True)]
    reason = Sentence(
        "Output menyebut dua hasil; balasan kembali kepada “{name}” yang menjawab.",
        name=looked.lanes.lanes[answered].name,
    )
    return _fork(looked, "Sudah selesai?", choices, reason, LIKELY, "tanggapan")


def _begins_with_condition(row: SourceRow) -> str:
    found = re.match(r"(?:jika|apabila|bila|bilamana|kalau|dalam\shal)\b\s*(.*)", row.text, re.IGNORECASE)
    return _condition(found[1]) if found else ""


def _group(looked: _Looked) -> Fork | None:
    """Rows after this one that each begin with a condition: this row decides which of them is done."""
    group: list[int] = []
    while (at := looked.at + 1 + len(group)) < len(looked.rows) and _begins_with_condition(looked.rows[at]):
        group.append(at)
    if len(group) < 2 or _begins_with_condition(looked.row):
        return None
    after = Way(group[-1] + 1) if group[-1] + 1 < len(looked.rows) else Way()
    choices = []
    for at in group[:6]:
        one = _Looked(looked.table, looked.lanes, looked.found, at)
        clause = _consequence(re.sub(_IF, "", looked.rows[at].text, count=1))
        way, returns, _ = _way(one, clause, looked.rows[at].text)
        looked.found.then[at] = way if returns or way.end else after
        choices.append(Choice(_capital(_begins_with_condition(looked.rows[at])), Way(at)))
    if len({choice.label for choice in choices}) < len(choices):
        return None
    reason = Sentence(
        "Baris {rows} masing-masing diawali sebuah syarat.", rows=", ".join(looked.rows[at].number for at in group)
    )
    return _fork(looked, _question(looked, choices[0].label), choices, reason, LIKELY)


_OPTIONAL = re.compile(
    r"\((?:perbaikan|revisi|koreksi|opsional|jika|bila|apabila)[^)]*\)|"
    r"\b(?:jika|bila|apabila|kalau)\s(?:di)?perlu(?:kan)?\b|\b(?:jika|bila|apabila)\sada\b",
    re.IGNORECASE,
)


def _optional(looked: _Looked) -> Fork | None:
    """The row after this one is done only where it is needed."""
    at = looked.at + 1
    if at >= len(looked.rows) or (_begins_with_condition(looked.row) and _OPTIONAL.search(looked.row.text)):
        return None
    row = looked.rows[at]
    condition = _begins_with_condition(row)
    found = _OPTIONAL.search(row.text)
    if not found and not condition:
        return None
    if condition and not found and len(_IF.findall(row.text)) > 1:
        return None
    after = Way(at + 1) if at + 1 < len(looked.rows) else Way()
    if condition:
        one = _Looked(looked.table, looked.lanes, looked.found, at)
        way, returns, _ = _way(one, _consequence(re.sub(_IF, "", row.text, count=1)), row.text)
        if returns or way.end:
            looked.found.then[at] = way
    about = "perbaikan" if found and "perbaikan" in found[0].lower() else naming.short_name(row.text).lower()
    label = _capital(condition) if condition and not _NEEDED.match(condition) else f"Perlu {about}"
    other = _capital(_opposite(label.lower()))
    choices = [Choice(label[:120], Way(at)), Choice(other[:120], after)]
    reason = Sentence("Baris {row} hanya dikerjakan bila diperlukan.", row=row.number)
    return _fork(looked, f"{label}?", choices, reason, UNSURE, label)


def _diamond(looked: _Looked) -> Fork | None:
    """A diamond in a lane column: yes goes on, no goes back; where to the lost lines do not say."""
    if not looked.row.decides:
        return None
    _open(looked, "Tidak", Sentence("Ada belah ketupat, tetapi garis jawabannya hilang; “Tidak” dibaca kembali."))
    choices = [Choice("Ya", looked.next), Choice("Tidak", Way(_drafted(looked)), True)]
    reason = Sentence("Ada belah ketupat (tanda keputusan) di kolom pelaksana.")
    return _fork(looked, f"{naming.short_name(looked.row.text)}: ya?", choices, reason, UNSURE)


# ---- what else may end a row --------------------------------------------------------------------------------

_MAY_END = re.compile(
    r"\b(?:dapat|bisa|boleh)\s+(ditutup|dihentikan|diakhiri|dibatalkan|diselesaikan)\b(.*)", re.IGNORECASE | re.DOTALL
)
_BY_ITSELF = re.compile(r"\b(?:sistem|otomatis)\b", re.IGNORECASE)


def _stops(looked: _Looked) -> None:
    """ "Dapat ditutup oleh pengadu atau admin dan secara sistem jika tidak ada lagi jawaban"."""
    found = _MAY_END.search(looked.row.remark)
    if not found or (looked.at == 0 and looked.lanes.starts):
        return
    verb, rest = found[1].lower(), found[2]
    who = _who_may(looked, rest)
    if who:
        word = words(looked.lanes.lanes[who[0]].name)[0].text
        looked.found.ends[f"{verb}_{word}"] = Sentence("{verb} oleh {word}", verb=_capital(verb), word=word)
        stop = Stop(
            f"pengaduan_{verb}_{word}",
            f"{verb}_{word}",
            who,
            "",
            Sentence("Keterangan: dapat {verb} juga oleh {word}.", verb=verb, word=word),
        )
        looked.found.stops.setdefault(looked.at, []).append(stop)
    if _BY_ITSELF.search(rest):
        _closes_by_itself(looked, verb, rest)


def _who_may(looked: _Looked, rest: str) -> tuple[int, ...]:
    """The lanes of the office that are named, also by the first word that several share."""
    head = _BY_ITSELF.split(rest)[0]
    said = {word.text for word in words(head)}
    own = {looked.lane(looked.at), looked.lanes.public}
    named = [
        at
        for at, lane in enumerate(looked.lanes.lanes)
        if at not in own and (w := words(lane.name)) and w[0].text in said
    ]
    return tuple(named)


def _closes_by_itself(looked: _Looked, verb: str, rest: str) -> None:
    after = times.read(rest).iso or times.read(looked.row.time, looked.table.unit).iso
    if not after:
        why = Sentence("Keterangan menyebut penutupan oleh sistem, tetapi tidak setelah berapa lama.")
        _open(looked, Sentence("{verb} oleh sistem", verb=_capital(verb)), why, EVENT)
        return
    looked.found.ends[f"{verb}_sistem"] = Sentence("{verb} oleh sistem", verb=_capital(verb))
    most = after.split("/")[-1]
    reason = Sentence("Keterangan: {verb} oleh sistem bila tidak ada jawaban; waktunya waktu baris ini.", verb=verb)
    looked.found.stops.setdefault(looked.at, []).append(Stop("", f"{verb}_sistem", (), most, reason))


def _gaps(table: SopTable, found: Branches) -> None:
    """Numbers that the document leaves out: a row may have been lost."""
    numbers = [int(row.number.split(".")[0]) for row in table.rows]
    for before, after in pairwise(numbers):
        for lost in range(before + 1, min(after, before + 10)):
            why = Sentence("Nomor urut melompat dari {before} ke {after}.", before=before, after=after)
            found.missing.append(Missing(str(lost), STEP, Sentence("Baris {row}", row=lost), why))
