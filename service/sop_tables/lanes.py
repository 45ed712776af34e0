"""Guesses who does each row: from what the row says, from signs in its columns, from its neighbours, from custom."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from service.sentences import Sentence
from service.sop_tables import naming
from service.sop_tables.plan import JUDGEMENT, LIKELY, MARK, SURE, TEXT, UNSURE, PlanLane
from service.sop_tables.read import SopTable, SourceRow
from service.sop_tables.vocabulary import VOCABULARY

AGENT, RECIPIENT, RETURN, SOURCE, WITH, THROUGH, OTHER = (
    "agent",
    "recipient",
    "return",
    "source",
    "with",
    "through",
    "other",
)

_EXPANDED = VOCABULARY["abbreviations"]
_TITLED = ("bidang", "seksi", "bagian", "dinas", "badan", "upt", "opd", "kantor", "desa", "puskesmas", "sub", "uptd")
_SINGLE = (
    "sekretaris",
    "camat",
    "inspektur",
    "bupati",
    "gubernur",
    "walikota",
    "direktur",
    "bendahara",
    "lurah",
    "operator",
)
_TO = {
    "ke", "kepada", "menemui", "menghubungi", "mendatangi", "menugaskan", "memerintahkan", "menunjuk", "mengundang",
    "persetujuan", "paraf", "pengesahan", "menugasi", "bagi",
}  # fmt: skip
_BETWEEN = {"bagian", "para", "bapak", "ibu", "pihak", "seluruh", "yth", "saudara", "bpk", "petugas", "staf"}
_BACK = {"dikembalikan", "kembali", "mengembalikan", "kembalikan", "pengembalian"}
_ALONE = {
    "petugas",
    "staf",
    "admin",
    "resepsionis",
    "operator",
    "tim",
    "verifikator",
    "arsiparis",
    "sekretariat",
    "bidang",
}
_PUBLIC = re.compile(
    r"\b(pelapor|pengadu|pemohon|masyarakat|warga|pelanggan|pengguna|klien|tamu|pelaporan|pengunjung)\b"
)
_COMPLAINANTS = (("pelapor",), ("pengadu",), ("pemohon",))
_HANDS_IN = {
    "datangi", "temui", "sampaikan", "masukkan", "ajukan", "laporkan", "isi", "hubungi", "kirim", "kirimkan",
    "serahkan", "daftar", "daftarkan",
}  # fmt: skip
_RECEIVES = {"terima", "tanggapi", "isi", "nilai", "ambil", "konfirmasikan", "lengkapi", "perbaiki"}
CHIEF = 7
_PASSES = {"terima", "sampaikan", "serahkan", "kirim", "buat", "teruskan"}
_WRITTEN_OUT = VOCABULARY["papers"]
_EVERYWHERE = {"pelayanan", "pengaduan", "masyarakat", "kepala", "bagian", "terkait", "instansi", "layanan"}
_CLERICAL = (
    "umum",
    "tata usaha",
    "sekretariat",
    "administrasi",
    "resepsionis",
    "pelayanan",
    "staf",
    "admin",
    "operator",
)
_CLERKS_DO = {
    "arsipkan", "agendakan", "catat", "distribusikan", "simpan", "input", "registrasikan", "daftarkan", "kirim",
    "proses",
}  # fmt: skip
_SIGNS = {naming.SIGN, "sahkan", "setujui", "disposisi", "disposisikan", "tetapkan", "putuskan"}


@dataclass(frozen=True)
class Word:
    """One word of a text in its full form, and where it stands."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Mention:
    """A lane named in a text, and as what."""

    lane: int
    role: str
    start: int
    end: int
    weak: bool = False


@dataclass(frozen=True)
class LaneGuess:
    """Who does a row, and on what that rests."""

    lane: int
    basis: str
    reason: str
    confidence: str


@dataclass(frozen=True)
class Lanes:
    """The lanes of a table with what was guessed for each row; `starts`: the first row is the complainant's."""

    lanes: tuple[PlanLane, ...]
    columns: tuple[int | None, ...]
    guesses: tuple[LaneGuess, ...]
    mentions: tuple[tuple[Mention, ...], ...]
    starts: bool
    notes: tuple[Sentence, ...]

    @property
    def public(self) -> int:
        return next(at for at, lane in enumerate(self.lanes) if lane.public)


def words(text: str) -> list[Word]:
    """The words of a text, abbreviations of offices written out."""
    found: list[Word] = []
    for match in re.finditer(r"[a-z0-9]+", text.lower()):
        for part in _EXPANDED.get(match[0], match[0]).split():
            found.append(Word(part, match.start(), match.end()))
    return found


# ---- which lanes there are ----------------------------------------------------------------------------------


def lanes_of(table: SopTable) -> tuple[tuple[PlanLane, ...], tuple[int | None, ...], tuple[Sentence, ...]]:
    """The lanes, which column each is (None: none), and what is said of those that were added."""
    named = [(column.name, column.group, at) for at, column in enumerate(table.lanes)] or _doers(table)
    names = [name for name, _, _ in named]
    public = _public_place(names)
    notes: list[Sentence] = []
    found: list[tuple[PlanLane, int | None]] = []
    taken = {"mulai", "selesai"}
    for at, (name, group, column) in enumerate(named):
        lane = PlanLane(naming.fresh(_lane_id(name, at), taken), name[:200], group[:200], public=at == public)
        taken.add(lane.id)
        found.append((lane, column))
    for name in _without_column(table.rows, names):
        lane = PlanLane(naming.fresh(_lane_id(name, 0), taken), name, proposed=True)
        taken.add(lane.id)
        found.insert(_place_of(name, [lane.name for lane, _ in found]), (lane, None))
        notes.append(
            Sentence("“{name}” disebut dalam kegiatan, tetapi tidak mempunyai kolom; lajurnya ditambahkan.", name=name)
        )
    if all(lane.public for lane, _ in found):
        found.append((PlanLane(naming.fresh("petugas", taken), "Petugas", proposed=True), None))
        notes.append(Sentence("Tidak ada kolom pelaksana yang terbaca; satu lajur “Petugas” ditambahkan."))
    if public is None:
        lane = PlanLane(naming.fresh("pelapor", taken), "Pelapor", public=True, proposed=True)
        found.insert(0, (lane, None))
        notes.append(Sentence("Tidak ada kolom untuk pelapor; lajurnya ditambahkan agar pengaduan dapat masuk."))
    return tuple(lane for lane, _ in found), tuple(column for _, column in found), tuple(notes)


def _lane_id(name: str, at: int) -> str:
    return naming.slug(name.split("/")[0] if len(name) > 48 else name) or f"lajur_{at + 1}"


def _doers(table: SopTable) -> list[tuple[str, str, int | None]]:
    """Where one column names who acts: each name once, in the order in which they act."""
    names = dict.fromkeys(_one_doer(row.doer) for row in table.rows if row.doer)
    return [(name, "", None) for name in list(names)[:30] if name]


def _one_doer(text: str) -> str:
    return " ".join(re.split(r"\n|;|,", text)[0].split())[:120]


def _public_place(names: Sequence[str]) -> int | None:
    """The complainant's own column: one of his names, as the whole of the heading rather than as a part."""
    hits = [(len(words(name)), at) for at, name in enumerate(names) if _PUBLIC.search(name.lower())]
    hits = [
        (size, at)
        for size, at in hits
        if not re.match(r"\s*(petugas|staf|admin|tim|kepala|bidang|seksi|unit|layanan)", names[at].lower())
    ]
    return min(hits)[1] if hits else None


def _without_column(rows: Sequence[SourceRow], names: Sequence[str]) -> list[str]:
    """Posts that at least two rows hand something to or get it from, but that no column stands for."""
    counts: dict[str, int] = {}
    known = [" ".join(word.text for word in words(name)) for name in names]
    for row in rows:
        for title in {title for title in _titles(row.text) if not any(_covers(name, title) for name in known)}:
            counts[title] = counts.get(title, 0) + 1
    return [title.title() for title, count in counts.items() if count > 1][:5]


def _titles(text: str) -> list[str]:
    found: list[str] = []
    said = words(text)
    for at, word in enumerate(said):
        nxt = said[at + 1].text if at + 1 < len(said) else ""
        before = said[at - 1].text if at else ""
        joined = before in _TO or before in ("dari", "oleh")
        if word.text == "kepala" and nxt in _TITLED and joined:
            found.append(f"kepala {nxt}" if nxt != "sub" else " ".join(("kepala", "sub", "bagian")))
        elif word.text in _SINGLE and joined:
            found.append(word.text)
    return found


def _covers(name: str, title: str) -> bool:
    head = title.split()[-1] in ("dinas", "badan", "opd", "kantor") and re.search(
        r"\bkepala (dinas|badan|opd|kantor)\b", name
    )
    return title in name or bool(head) or (title == "sekretaris" and "sekretaris" in name)


def rank(name: str) -> int:
    """How high somebody stands in an office, the complainant lowest."""
    said = " ".join(word.text for word in words(name))
    if _PUBLIC.search(said):
        return 0
    ranks = (
        (r"^(gubernur|bupati|wali ?kota)", 9), (r"^wakil (gubernur|bupati|wali)", 8),
        (r"kepala (dinas|badan|opd|kantor|puskesmas|desa|upt)|^(camat|inspektur|direktur|lurah|pimpinan|kepala$)", 7),
        (r"^sekretaris", 6), (r"kepala\s(bidang|bagian)", 5), (r"kepala (seksi|sub)", 4), (r"^kepala|pejabat", 5),
    )  # fmt: skip
    return next((value for pattern, value in ranks if re.search(pattern, said)), 2)


def _place_of(name: str, names: Sequence[str]) -> int:
    """Between those below and those above, in whichever direction the columns run."""
    mine, ranks = rank(name), [rank(each) for each in names]
    inside = [value for value in ranks if value]
    if inside and inside[0] <= inside[-1]:
        return next((at for at, value in enumerate(ranks) if value > mine), len(names))
    return max((at + 1 for at, value in enumerate(ranks) if value > mine), default=0)


# ---- lanes named in a text ----------------------------------------------------------------------------------


def mentions_in(text: str, lanes: Sequence[PlanLane]) -> tuple[Mention, ...]:
    """Every lane that a text names, in order, the longest name first where two overlap."""
    said = words(text)
    hits: list[tuple[int, int, int, bool]] = []
    for at, lane in enumerate(lanes):
        for pattern, weak in _patterns(lane, lanes):
            hits += [(first, last, at, weak) for first, last in _found(said, pattern)]
    hits.sort(key=lambda hit: (hit[3], -(hit[1] - hit[0]), hit[0]))
    taken: set[int] = set()
    kept: list[Mention] = []
    for first, last, at, weak in hits:
        span = set(range(first, last + 1))
        if span & taken:
            continue
        taken |= span
        kept.append(Mention(at, _role(text, said, first), said[first].start, said[last].end, weak))
    return tuple(sorted(kept, key=lambda mention: mention.start))


def _patterns(lane: PlanLane, lanes: Sequence[PlanLane]) -> list[tuple[tuple[str, ...], bool]]:
    full = tuple(word.text for word in words(lane.name))
    found = [(full, False)] if full else []
    parts = [tuple(word.text for word in words(part)) for part in re.split(r"[/,]", lane.name)]
    if len(parts) > 1:
        found += [(part, len(part) < 2) for part in parts if part]
    if lane.public:
        return found + [(word, False) for word in _COMPLAINANTS]
    if full and full[0] in _ALONE and len(full) > 1:
        alike = [each for each in lanes if (said := words(each.name)) and said[0].text == full[0]]
        found += [((full[0],), True)] if len(alike) == 1 else []
    return found


def _found(said: Sequence[Word], pattern: tuple[str, ...]) -> list[tuple[int, int]]:
    """Where the words of a pattern stand in this order, with at most two others before the last."""
    found = []
    for first, word in enumerate(said):
        if word.text != pattern[0]:
            continue
        at, gap = first, 0
        for wanted in pattern[1:]:
            at += 1
            while at < len(said) and said[at].text != wanted and gap < 2:
                at, gap = at + 1, gap + 1
            if at >= len(said) or said[at].text != wanted:
                break
        else:
            found.append((first, at))
    return found


def _role(text: str, said: Sequence[Word], first: int) -> str:
    if first == 0:
        return AGENT
    at = first
    while at > 1 and "/" in text[said[at - 1].end : said[at].start]:
        at -= 1
    before = [word.text for word in said[max(0, at - 4) : at]]
    last = before[-1] if before else ""
    if last in _BETWEEN and len(before) > 1:
        last = before[-2]
    if "oleh" in before[-2:]:
        return AGENT
    if last in ("ke", "kepada") and set(before) & _BACK:
        return RETURN
    if last in _TO:
        return RECIPIENT
    if last == "disposisi" and "(" in text[max(0, said[first].start - 12) : said[first].start]:
        return AGENT
    return {"dari": SOURCE, "dengan": WITH, "melalui": THROUGH, "lewat": THROUGH}.get(last, OTHER)


# ---- who does each row --------------------------------------------------------------------------------------


def guess(table: SopTable) -> Lanes:
    """Who does each row of a table."""
    lanes, columns, notes = lanes_of(table)
    mentions = tuple(mentions_in(row.text, lanes) for row in table.rows)
    place = {column: at for at, column in enumerate(columns) if column is not None}
    public = next(at for at, lane in enumerate(lanes) if lane.public)
    guesses: list[LaneGuess] = []
    for at, row in enumerate(table.rows):
        marks = tuple(place[mark] for mark in row.marks if mark in place)
        said = _Said(table.rows, lanes, mentions, guesses, at, public, marks)
        guesses.append(_guess(said, row))
    return Lanes(lanes, columns, tuple(guesses), mentions, bool(guesses) and guesses[0].lane == public, notes)


@dataclass(frozen=True)
class _Said:
    """What a guess about one row may look at: all rows, and the guesses about those above it."""

    rows: Sequence[SourceRow]
    lanes: Sequence[PlanLane]
    mentions: Sequence[Sequence[Mention]]
    guesses: Sequence[LaneGuess]
    at: int
    public: int
    marks: tuple[int, ...]

    @property
    def row(self) -> SourceRow:
        return self.rows[self.at]

    @property
    def mine(self) -> Sequence[Mention]:
        return self.mentions[self.at]

    def name(self, lane: int) -> str:
        return self.lanes[lane].name

    def handed_to(self) -> int | None:
        """To whom the row above hands over: the last one it names as receiver."""
        if self.at == 0:
            return None
        to = [mention.lane for mention in self.mentions[self.at - 1] if mention.role == RECIPIENT]
        office = [lane for lane in to if lane != self.public]
        if to and to[-1] == self.public and self.public not in (self.guesses[-1].lane,):
            return self.public if naming.first_verb(self.row.text) in _RECEIVES else (office[-1] if office else None)
        return office[-1] if office else None


def _guess(said: _Said, row: SourceRow) -> LaneGuess:
    for look in (_by_column, _by_name, _by_one_mark, _by_complainant, _by_neighbour, _by_next, _by_handing_on):
        found = look(said, row)
        if found is not None:
            return found
    return _by_custom(said, row)


def _by_column(said: _Said, row: SourceRow) -> LaneGuess | None:
    doer = _one_doer(row.doer)
    at = next((at for at, lane in enumerate(said.lanes) if doer and lane.name == doer[:200]), None)
    return (
        LaneGuess(at, TEXT, Sentence("Kolom pelaksana menyebut “{name}”.", name=doer), SURE) if at is not None else None
    )


def _by_name(said: _Said, row: SourceRow) -> LaneGuess | None:
    """The row says "by" somebody, begins with him, or is in part his."""
    agents = [each for each in said.mine if each.role == AGENT]
    through = [each for each in said.mine if each.role == THROUGH]
    subject = [each for each in agents if each.start == 0 and not each.weak]
    chosen = [each for each in agents if each.start > 0] or subject or agents or through
    if not chosen:
        return None
    one = chosen[0]
    words_of = _around(row.text, one)
    confidence = LIKELY if one.weak or one.role == THROUGH else SURE
    return LaneGuess(
        one.lane, TEXT, Sentence("Teks baris ini menyebut pelakunya: “{words}”.", words=words_of), confidence
    )


def _around(text: str, mention: Mention) -> str:
    """The words in which somebody is named, with the word or two before him."""
    before = text[: mention.start].split()
    dots = "… " if len(before) > 2 else ""
    return dots + " ".join([*before[-2:], text[mention.start : mention.end]])[:160]


def _by_one_mark(said: _Said, row: SourceRow) -> LaneGuess | None:
    if len(said.marks) != 1:
        return None
    name = said.name(said.marks[0])
    if row.faint:
        return LaneGuess(
            said.marks[0], MARK, Sentence("Bekas tanda yang hilang ada di kolom “{name}”.", name=name), LIKELY
        )
    return LaneGuess(said.marks[0], MARK, Sentence("Ada tanda di kolom “{name}”.", name=name), SURE)


def _by_complainant(said: _Said, row: SourceRow) -> LaneGuess | None:
    if said.at != 0 or naming.first_verb(row.text) not in _HANDS_IN or not re.match(r"(?:me|pe)\w+", row.text.lower()):
        return None
    name = said.name(said.public)
    reason = Sentence("Baris pertama berisi datangnya pengaduan, jadi dilakukan oleh “{name}”.", name=name)
    return LaneGuess(said.public, TEXT, reason, LIKELY)


def _by_neighbour(said: _Said, row: SourceRow) -> LaneGuess | None:
    to = said.handed_to()
    if to is None or (said.marks and to not in said.marks):
        return None
    above = said.rows[said.at - 1].number
    reason = Sentence("Baris {above} menyerahkannya kepada “{name}”.", above=above, name=said.name(to))
    sure = naming.first_verb(row.text) in _RECEIVES | {"telaah", "periksa", "verifikasi", "pelajari"}
    return LaneGuess(to, TEXT, reason, SURE if sure else LIKELY)


def _by_next(said: _Said, row: SourceRow) -> LaneGuess | None:
    if said.at + 1 >= len(said.rows):
        return None
    sources = [each for each in said.mentions[said.at + 1] if each.role == SOURCE and not each.weak]
    if not sources or naming.first_verb(said.rows[said.at + 1].text) != "terima":
        return None
    below, name = said.rows[said.at + 1].number, said.name(sources[0].lane)
    reason = Sentence("Baris {below} menerimanya dari “{name}”.", below=below, name=name)
    return LaneGuess(sources[0].lane, TEXT, reason, LIKELY)


def _by_handing_on(said: _Said, row: SourceRow) -> LaneGuess | None:
    """Who has it goes on: the row hands over to somebody, and the row above had handed it to nobody else."""
    if not said.guesses or said.marks:
        return None
    before = said.guesses[-1]
    to = [each.lane for each in said.mine if each.role == RECIPIENT]
    if before.lane == said.public or before.lane in to or not to or said.guesses[-1].basis == JUDGEMENT:
        return None
    if all(lane == said.public for lane in to):
        return None
    above = said.rows[said.at - 1].number
    reason = Sentence(
        "Baris {above} masih pada “{name}” dan baris ini baru menyerahkannya kepada “{to}”.",
        above=above, name=said.name(before.lane), to=said.name(to[-1]),
    )  # fmt: skip
    return LaneGuess(before.lane, TEXT, reason, LIKELY)


def _by_custom(said: _Said, row: SourceRow) -> LaneGuess:
    """Nothing says who: the likeliest by the custom of offices, to be confirmed."""
    among = list(said.marks) or [at for at in range(len(said.lanes)) if at != said.public] or [said.public]
    verb = naming.first_verb(row.text)
    clerks = sorted(
        (at for at in among if _clerical(said.name(at)) < len(_CLERICAL)), key=lambda at: _clerical(said.name(at))
    )
    before = said.guesses[-1].lane if said.guesses else None
    from_above = before in (None, said.public) or (
        verb in _PASSES and before is not None and rank(said.name(before)) >= CHIEF
    )
    if verb in _SIGNS:
        return _judged(said, _chief(said, among), Sentence("Menandatangani dan memutuskan lazimnya tugas pimpinan."))
    kin = _akin(said, row, among)
    if kin is not None:
        return _judged(
            said, kin, Sentence("Yang dikerjakan baris ini sejalan dengan nama kolom “{name}”.", name=said.name(kin))
        )
    if clerks and (verb in _CLERKS_DO or from_above):
        return _judged(said, clerks[0], Sentence("Pencatatan dan surat-menyurat lazimnya tugas bagian ini."))
    if before in among:
        return _judged(said, before, Sentence("Tidak ada petunjuk; disamakan dengan baris sebelumnya."))
    return _judged(
        said, min(among, key=lambda at: rank(said.name(at))), Sentence("Tidak ada petunjuk siapa pelakunya.")
    )


def _clerical(name: str) -> int:
    said = " ".join(word.text for word in words(name))
    return next((at for at, word in enumerate(_CLERICAL) if word in said), len(_CLERICAL))


def _chief(said: _Said, among: Sequence[int]) -> int:
    """The head of the office rather than those above it, who sign only what is named."""
    inside = [at for at in among if rank(said.name(at)) <= CHIEF and not said.marks]
    return max(inside or among, key=lambda at: rank(said.name(at)))


def _akin(said: _Said, row: SourceRow, among: Sequence[int]) -> int | None:
    """The lane whose name has a word in common with what is done: a team of examiners examines."""
    text = " ".join(word.text for word in words(f"{row.text} {row.output}"))
    for short, full in _WRITTEN_OUT.items():
        text = re.sub(rf"\b{short}\b", full, text)
    for at in among:
        own = [word.text for word in words(said.name(at)) if len(word.text) > 6 and word.text not in _EVERYWHERE]
        if any(re.search(rf"\b{word}", text) for word in own):
            return at
    return None


def _judged(said: _Said, lane: int, why: Sentence) -> LaneGuess:
    if len(said.marks) > 1:
        names = ", ".join(said.name(mark) for mark in said.marks)
        why = Sentence("Ada tanda di beberapa kolom ({names}). {why}", names=names, why=why)
    return LaneGuess(lane, JUDGEMENT, why, UNSURE)


def with_identity(lanes: Sequence[PlanLane], openers: set[str]) -> tuple[PlanLane, ...]:
    """The lanes, those who take in and who deliver marked to see who the complainant is."""
    return tuple(replace(lane, identity=lane.id in openers and not lane.public) for lane in lanes)
