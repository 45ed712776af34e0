"""Finds where a table branches: conditions in words, lists of results, returns for correction, rows that are skipped.

What the document leaves open is listed, never made up in silence.
"""

import re
from itertools import pairwise

from service.sentences import Sentence
from service.sop_tables import naming
from service.sop_tables.lanes import Lanes, words
from service.sop_tables.plan import BRANCH, LIKELY, STEP, SURE, UNSURE, Missing
from service.sop_tables.read import SopTable
from service.sop_tables.stops import look_for_stops
from service.sop_tables.ways import (
    IF,
    NEEDED,
    NEGATIVE,
    OVER,
    Branches,
    Choice,
    Fork,
    Looked,
    Way,
    back,
    begins_with_condition,
    capital,
    condition_of,
    consequence_of,
    drafted,
    fork_of,
    is_start,
    leave_open,
    number_of,
    opposite,
    way_of,
)


def find(table: SopTable, lanes: Lanes) -> Branches:
    """Where a table branches."""
    found = Branches(taken=frozenset({"mulai", "selesai", *(lane.id for lane in lanes.lanes)}))
    for at in range(len(table.rows)):
        looked = Looked(table, lanes, found, at)
        look_for_stops(looked)
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
                if look not in (_optional, _group):
                    _unskipped(looked)
                break
    _gaps(table, found)
    return found


def _listed(looked: Looked) -> Fork | None:
    """Results listed beneath a row; alternatives are the rows numbered alike after it, 4 and 4.a."""
    options = looked.row.options
    if len(options) < 2:
        return None
    alternatives = _alternatives(looked)
    left = list(alternatives)
    choices = []
    for option in options:
        label = capital(re.sub(r"^(?:di)?lakukan\s+", "", option, flags=re.IGNORECASE))
        way = _listed_way(looked, option, label, left)
        choices.append(Choice(label[:120], way))
    for at in alternatives[:-1]:
        after = alternatives[-1] + 1
        looked.found.then[at] = Way(after) if after < len(looked.rows) else Way()
    reason = Sentence("Baris ini memuat {count} kemungkinan hasil.", count=len(options))
    what = re.split(r"\b(?:dengan|kriteria|sbb|sebagai\sberikut)\b|:", looked.row.text, flags=re.IGNORECASE)[0].strip()
    return fork_of(looked, f"{capital(what)}?", choices, reason, LIKELY, what or "hasil")


def _listed_way(looked: Looked, option: str, label: str, left: list[int]) -> Way:
    if NEGATIVE.match(label) or OVER.search(label):
        why = Sentence("Tidak ada baris untuk hasil ini; dibaca berakhir di sini.")
        leave_open(looked, label, why)
        return looked.found.end(f"selesai_{naming.slug(label, 40)}", label[:100])
    later = [at for at in range(looked.at + 1, len(looked.rows)) if _mentions_all(looked.rows[at].text, label)]
    if re.match(r"(?:di)?lakukan\s", option, re.IGNORECASE) and not later:
        leave_open(
            looked, label, Sentence("Tidak ada baris yang melaksanakan “{what}” itu sendiri.", what=label[:120]), STEP
        )
    if left:
        return Way(left.pop(0))
    return Way(later[0]) if later else looked.next


def _mentions_all(text: str, label: str) -> bool:
    plain = text.lower()
    keys = [word for word in re.findall(r"[a-z]{5,}", label.lower()) if word not in ("dengan", "untuk")]
    return bool(keys) and all(key in plain for key in keys)


def _alternatives(looked: Looked) -> list[int]:
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


def _numbered(looked: Looked) -> Fork | None:
    """The remark, or the row, says outright which answer leads to which row."""
    found = _TO_ROW.findall(f"{looked.row.text} ; {looked.row.remark}")
    places = {row.number: at for at, row in enumerate(looked.rows)}
    ways: dict[str, int] = {}
    for word, number in found:
        at = places.get(number_of(number))
        if at is not None and at != looked.at and not is_start(looked, at):
            ways.setdefault(word.lower(), at)
    if not ways:
        return None
    if len(ways) == 1:
        word = next(iter(ways))
        other = "tidak" if word == "ya" else ("ya" if word == "tidak" else opposite(word))
        if looked.next.row is None or looked.next.row == ways[word]:
            return None
        ways[other] = looked.next.row
    choices = [Choice(capital(word), Way(at), at < looked.at) for word, at in ways.items()]
    reason = Sentence("Dokumen menyebut baris tujuan untuk setiap jawaban.")
    return fork_of(looked, _question(looked, next(iter(ways))), choices, reason, SURE)


def _conditions(looked: Looked) -> Fork | None:
    """ "Jika setuju ..., jika tidak setuju dikembalikan ke ..." within one row."""
    text = looked.row.text
    pieces = list(IF.finditer(text))
    if not pieces or (pieces[0].start() == 0 and len(pieces) == 1):
        return None
    if NEEDED.match(text[pieces[0].end() :]):
        return None
    clauses = [
        text[one.end() : (pieces[n + 1].start() if n + 1 < len(pieces) else len(text))] for n, one in enumerate(pieces)
    ]
    read = [(condition_of(clause), clause) for clause in clauses]
    read = [(condition, clause) for condition, clause in read if condition]
    if not read or len({condition for condition, _ in read}) < len(read):
        return None
    sures, choices = [], []
    for condition, clause in read[:6]:
        way, returns, sure = way_of(looked, consequence_of(clause), text)
        choices.append(Choice(capital(condition), way, returns))
        sures.append(sure)
    if len(choices) == 1:
        choices.append(_other(looked, read[0][0], choices[0]))
        sures.append(UNSURE)
    reason = Sentence("Teks menyebut syarat: “{words}”.", words=text[pieces[0].start() :][:140])
    return fork_of(looked, _question(looked, read[0][0]), choices, reason, max(sures, key=(SURE, LIKELY, UNSURE).index))


def _other(looked: Looked, condition: str, chosen: Choice) -> Choice:
    """The answer that the document leaves unsaid."""
    label = capital(opposite(condition))
    if chosen.returns or chosen.way.end or NEGATIVE.match(condition):
        return Choice(label, looked.next)
    leave_open(
        looked,
        label,
        Sentence(
            "Dokumen tidak mengatakan apa yang terjadi bila “{what}”; dibaca kembali untuk diperbaiki.", what=label
        ),
    )
    back = drafted(looked)
    return Choice(label, Way(back), True)


def _question(looked: Looked, condition: str) -> str:
    bare = re.sub(r"^(?:tidak|belum|kurang)\s+", "", condition.lower())
    name = "Keputusan" if bare in ("ya", "") else bare
    return f"{capital(name)}?"


def _corrects(looked: Looked) -> Fork | None:
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
    choices = [Choice("Setuju", looked.next), Choice("Koreksi", Way(drafted(looked)), True)]
    reason = Sentence("Baris ini memuat koreksi dan persetujuan; yang dikoreksi dibaca kembali ke penyusunnya.")
    return fork_of(looked, "Disetujui?", choices, reason, UNSURE)


_EITHER = re.compile(
    r"\b(\w{4,})\s*(?:/|,|atau|ataupun)\s*(tidak\s+\w+|belum\s+\w+|menolak|ditolak|dikembalikan|mengembalikan|tidak)\b",
    re.IGNORECASE,
)


def _either(looked: Looked) -> Fork | None:
    """ "Menyetujui atau menolak", "lengkap/tidak lengkap"."""
    found = _EITHER.search(looked.row.text) or _EITHER.search(looked.row.output)
    if not found:
        return None
    yes, no = found[1].lower(), " ".join(found[2].lower().split())
    if no.startswith(("tidak ", "belum ")) and no.split()[1][-4:] != yes[-4:]:
        return None
    if "kembali" in no:
        way, returns, _ = back(looked, looked.row.text[found.start(2) :])
    elif "tolak" in no or "menolak" in no:
        way, returns = looked.found.end("selesai_ditolak", "Ditolak"), False
    else:
        no = no if no != "tidak" else f"tidak {yes}"
        way, returns = Way(drafted(looked)), True
        leave_open(
            looked,
            capital(no),
            Sentence(
                "Dokumen tidak mengatakan apa yang terjadi bila “{what}”; dibaca kembali untuk diperbaiki.",
                what=capital(no),
            ),
        )
    choices = [Choice(capital(yes), looked.next), Choice(capital(no), way, returns)]
    return fork_of(
        looked,
        f"{capital(yes)}?",
        choices,
        Sentence("Teks menyebut dua kemungkinan: “{words}”.", words=found[0]),
        LIKELY,
    )


_PAIR = re.compile(
    r"\b(\w{4,})\s+(?:atau|maupun)\s+(\w{4,})\b|\b(?:secara|berupa|yaitu)\s+(\w{4,})\s*/\s*(\w{4,})\b", re.IGNORECASE
)


def _distinguished(looked: Looked) -> Fork | None:
    """Two kinds that later rows tell apart: "lisan atau tertulis", and a row each for the one and the other."""
    for pair in _PAIR.findall(looked.row.text.lower()):
        one, other = (pair[0], pair[1]) if pair[0] else (pair[2], pair[3])
        first, second = _first_with(looked, one, other), _first_with(looked, other, one)
        if first is None or second is None or looked.at + 1 not in (first, second) or first == second:
            continue
        late = max(first, second)
        label = one if first < second else other
        last = late - 1
        if naming.first_verb(looked.rows[last].text) in ("selesaikan", "tutup") or OVER.search(looked.rows[last].text):
            looked.found.then[last] = looked.found.end(f"selesai_{label}", f"Selesai {label}")
            sure = LIKELY
        else:
            looked.found.then[last] = Way(late + 1) if late + 1 < len(looked.rows) else Way()
            sure = UNSURE
        choices = [Choice(capital(one), Way(first)), Choice(capital(other), Way(second))]
        numbers = {"first": looked.rows[first].number, "second": looked.rows[second].number}
        reason = Sentence(
            "Baris {first} hanya untuk “{one}”, baris {second} hanya untuk “{other}”.", one=one, other=other, **numbers
        )
        return fork_of(looked, f"{capital(one)} atau {other}?", choices, reason, sure, "pilihan")
    return None


def _first_with(looked: Looked, word: str, without: str) -> int | None:
    for at in range(looked.at + 1, min(looked.at + 7, len(looked.rows))):
        said = {each.text for each in words(looked.rows[at].text)}
        if word in said and without not in said:
            return at
    return None


_REPLIES = re.compile(r"\b(respon\sbalik|balik|tanggapan\sbalik|sanggah\w*|keberatan|kembali|banding)\b", re.IGNORECASE)


def _result(looked: Looked) -> Fork | None:
    """An output that is either the end or a reply: "Selesai / respon balik"."""
    parts = [part.strip() for part in re.split(r"\s*/\s*|\s+atau\s+", looked.row.output) if part.strip()]
    over = next((part for part in parts if re.match(r"(selesai|ditutup)\b", part, re.IGNORECASE)), None)
    reply = next((part for part in parts if part is not over and _REPLIES.search(part)), None)
    if over is None or reply is None or looked.at == 0:
        return None
    answered = looked.lane(looked.at - 1)
    earlier = [at for at in range(looked.at) if looked.lane(at) == answered and not is_start(looked, at)]
    label = capital(re.split(r"\s+(?:atas|terhadap|dari|kepada)\b", reply, flags=re.IGNORECASE)[0].lower())
    last = looked.at + 1 >= len(looked.rows)
    ended = Way() if last else looked.found.end("selesai_lebih_awal", "Selesai lebih awal")
    choices = [Choice("Selesai", ended), Choice(label[:80], Way(earlier[0] if earlier else looked.at - 1), True)]
    reason = Sentence(
        "Output menyebut dua hasil; balasan kembali kepada “{name}” yang menjawab.",
        name=looked.lanes.lanes[answered].name,
    )
    return fork_of(looked, "Sudah selesai?", choices, reason, LIKELY, "tanggapan")


def _group(looked: Looked) -> Fork | None:
    """Rows after this one that each begin with a condition: this row decides which of them is done."""
    group: list[int] = []
    while (at := looked.at + 1 + len(group)) < len(looked.rows) and begins_with_condition(looked.rows[at]):
        group.append(at)
    if len(group) < 2 or begins_with_condition(looked.row):
        return None
    after = Way(group[-1] + 1) if group[-1] + 1 < len(looked.rows) else Way()
    choices = []
    for at in group[:6]:
        one = Looked(looked.table, looked.lanes, looked.found, at)
        clause = consequence_of(re.sub(IF, "", looked.rows[at].text, count=1))
        way, returns, _ = way_of(one, clause, looked.rows[at].text)
        looked.found.then[at] = way if returns or way.end else after
        choices.append(Choice(capital(begins_with_condition(looked.rows[at])), Way(at)))
    if len({choice.label for choice in choices}) < len(choices):
        return None
    reason = Sentence(
        "Baris {rows} masing-masing diawali sebuah syarat.", rows=", ".join(looked.rows[at].number for at in group)
    )
    return fork_of(looked, _question(looked, choices[0].label), choices, reason, LIKELY)


_OPTIONAL = re.compile(
    r"\((?:perbaikan|revisi|koreksi|opsional|jika|bila|apabila)[^)]*\)|"
    r"\b(?:jika|bila|apabila|kalau)\s(?:di)?perlu(?:kan)?\b|\b(?:jika|bila|apabila)\sada\b",
    re.IGNORECASE,
)


def _optional(looked: Looked) -> Fork | None:
    """The row after this one is done only where it is needed."""
    at = looked.at + 1
    if at >= len(looked.rows) or (begins_with_condition(looked.row) and _OPTIONAL.search(looked.row.text)):
        return None
    row = looked.rows[at]
    condition = begins_with_condition(row)
    found = _OPTIONAL.search(row.text) or _OPTIONAL.search(row.remark)
    if not found and not condition:
        return None
    if condition and not found and len(IF.findall(row.text)) > 1:
        return None
    after = Way(at + 1) if at + 1 < len(looked.rows) else Way()
    if condition:
        one = Looked(looked.table, looked.lanes, looked.found, at)
        way, returns, _ = way_of(one, consequence_of(re.sub(IF, "", row.text, count=1)), row.text)
        if returns or way.end:
            looked.found.then[at] = way
    about = "perbaikan" if found and "perbaikan" in found[0].lower() else naming.short_name(row.text).lower()
    label = capital(condition) if condition and not NEEDED.match(condition) else f"Perlu {about}"
    other = capital(opposite(label.lower()))
    choices = [Choice(label[:120], Way(at)), Choice(other[:120], after)]
    reason = Sentence("Baris {row} hanya dikerjakan bila diperlukan.", row=row.number)
    return fork_of(looked, f"{label}?", choices, reason, UNSURE, label)


def _unskipped(looked: Looked) -> None:
    """The row after a decision is said to be done only if needed; the decision itself does not lead around it."""
    if looked.at + 1 < len(looked.rows):
        row = looked.rows[looked.at + 1]
        if _OPTIONAL.search(f"{row.text} {row.remark}"):
            why = Sentence("Baris {row} hanya dikerjakan bila diperlukan.", row=row.number)
            looked.found.missing.append(
                Missing(row.number, BRANCH, Sentence("Jalan yang melewati baris {row}", row=row.number), why)
            )


def _diamond(looked: Looked) -> Fork | None:
    """A diamond in a lane column: yes goes on, no goes back; where to the lost lines do not say."""
    if not looked.row.decides:
        return None
    leave_open(looked, "Tidak", Sentence("Ada belah ketupat, tetapi garis jawabannya hilang; “Tidak” dibaca kembali."))
    choices = [Choice("Ya", looked.next), Choice("Tidak", Way(drafted(looked)), True)]
    reason = Sentence("Ada belah ketupat (tanda keputusan) di kolom pelaksana.")
    return fork_of(looked, f"{naming.short_name(looked.row.text)}: ya?", choices, reason, UNSURE)


def _gaps(table: SopTable, found: Branches) -> None:
    """Numbers that the document leaves out: a row may have been lost."""
    numbers = [int(row.number.split(".")[0]) for row in table.rows]
    for before, after in pairwise(numbers):
        for lost in range(before + 1, min(after, before + 10)):
            why = Sentence("Nomor urut melompat dari {before} ke {after}.", before=before, after=after)
            found.missing.append(Missing(str(lost), STEP, Sentence("Baris {row}", row=lost), why))
