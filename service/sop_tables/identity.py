"""Reads the identity part of an SOP document: number, dates, who approved it, legal basis and the rest."""

import re
from collections.abc import Iterator, Sequence
from datetime import date

from service.sentences import Sentence
from service.sop_tables.document import Line
from service.sop_tables.vocabulary import VOCABULARY

_BY_LABEL = {label: name for name, labels in VOCABULARY["identity"].items() for label in labels}
LISTS = ("legalBasis", "qualifications", "relatedSops", "equipment", "warning", "recording")
_MONTHS_WRITTEN = (
    "januari jan", "februari feb pebruari", "maret mar", "april apr", "mei", "juni jun", "juli jul",
    "agustus agu ags", "september sep sept", "oktober okt", "november nov nopember", "desember des",
)  # fmt: skip
_MONTHS = {name: n for n, names in enumerate(_MONTHS_WRITTEN, start=1) for name in names.split()}
_NIP = re.compile(r"(?:NIP\.?\s*:?\s*)?(\d{8}\s?\d{6}\s?\d\s?\d{3})")
_RANK = re.compile(
    r"\b((?:Pembina|Penata|Pengatur|Juru)(?:\s+(?:Utama|Tingkat|Tk\.?|Muda|Madya|I{1,3}|IV|/[a-e]))*\.?)"
)
_POST = re.compile(
    r"^(?:plt\.?|plh\.?)?\s*(?:kepala|sekretaris|direktur|camat|lurah|inspektur|bupati|wali\s?kota|gubernur|dinas|badan|"
    r"ketua)",
    re.IGNORECASE,
)
_OFFICE = re.compile(
    r"\b((?:dinas|badan|kecamatan|kelurahan|sekretariat\sdaerah|inspektorat|rsud|puskesmas|satuan\spolisi|kantor|"
    r"bagian)\b.*)",
    re.IGNORECASE,
)
_OPENERS = {
    "legalBasis": r"Undang-[Uu]ndang(?=\s+(?:Nomor|No|RI|Republik|Dasar))|"
    r"Peraturan\s(?=Menteri|Pemerintah|Presiden|Daerah|Gubernur|Bupati|Wali|Kepala)|"
    r"Keputusan\s(?=Menteri|Presiden|Gubernur|Bupati|Wali|Kepala)|Instruksi\s(?=Presiden|Menteri)|Surat\sEdaran",
    "qualifications": r"Memiliki|Mempunyai|Mampu|Memahami|Mengetahui|Menguasai|Memenuhi",
    "relatedSops": r"SOP(?=\s)",
}  # fmt: skip


def read(lines: Sequence[Line]) -> tuple[dict[str, str], list[Sentence]]:
    """The identity part by the names of the marks of a process, and what is odd about it."""
    found: dict[str, str] = {}
    told: list[str] = []
    for at, line in enumerate(lines):
        if line.cells:
            _take_cells(found, lines, at)
        elif line.text:
            told.append(line.text)
            _take_text(found, line.text)
    headings = [text for text in told if len(text) < 200]
    _approved(found, found.pop("approved", ""))
    _dates(found)
    if not found.get("sopTitle"):
        _title(found, headings)
    _agency(found, headings, lines)
    notes = list(_foreign_heading(found, headings))
    return {name: value for name, value in found.items() if value}, notes


def _label(cell: str) -> str | None:
    return _BY_LABEL.get(" ".join(re.sub(r"[^a-z. ]+", " ", cell.lower().split("\n")[0]).split()).strip(" ."))


def _take_cells(found: dict[str, str], lines: Sequence[Line], at: int) -> None:
    cells = lines[at].cells
    labels = {place: name for place, cell in enumerate(cells) if len(cell) < 60 and (name := _label(cell))}
    for place, name in labels.items():
        if name in found:
            continue
        if name in LISTS:
            found[name] = _list(name, _below(lines, at, place))
        else:
            found[name] = _beside(cells, place)
    for cell in cells:
        inner = re.match(r"(?:nama|judul)\ssop\s*:\s*(\S.*)", cell, re.IGNORECASE | re.DOTALL)
        if inner and not found.get("sopTitle"):
            found["sopTitle"] = _one_line(inner[1])


def _take_text(found: dict[str, str], text: str) -> None:
    """ "Nomor SOP : 12/A" in a line of its own."""
    label, colon, value = text.partition(":")
    name = _label(label) if colon and len(label) < 60 else None
    if name and name not in found and value.strip(" -–—"):
        found[name] = _list(name, value.strip()) if name in LISTS else value.strip()


def _beside(cells: Sequence[str], place: int) -> str:
    """The value right of a label, past a colon in a cell of its own."""
    for cell in cells[place + 1 :]:
        value = cell.strip(": \n")
        if value and _label(cell) is None:
            return "" if value in "-–—" else value
        if value:
            return ""
    return ""


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _below(lines: Sequence[Line], at: int, place: int) -> str:
    """What stands under a label, down to the next line of labels; else right of it."""
    parts: list[str] = []
    beside = lines[at].cell(place + 1)
    if place == 0 and beside and _label(beside) is None:
        parts.append(beside)
    for line in lines[at + 1 :]:
        if not line.cells or any(_label(cell) for cell in line.cells if len(cell) < 60):
            break
        if line.cell(place):
            parts.append(line.cell(place))
    return "\n".join(parts)


def _list(name: str, text: str) -> str:
    """One item a line, also where a scan ran the items of a list together."""
    opener = _OPENERS.get(name)
    if opener and len(re.findall(opener, text)) > 1:
        text = re.sub(rf"(?<=\S)\s*(?=(?:{opener}))", "\n", text)
    text = re.sub(r"(?<=[a-z;.)])\s*(?=\d{1,2}\.\s?[A-Z])", "\n", text)
    text = re.sub(r"(?<=[a-z]{2})(?=[A-Z][a-z]{2})", "\n", text) if name != "warning" else text
    text = re.sub(r"(?<=[a-z]{3})(?=SOP\s)", "\n", text)
    items = (re.sub(r"^\d{1,2}\s*[.)]\s*", "", " ".join(item.split())).rstrip(";") for item in text.split("\n"))
    kept = [item for item in items if item and item not in "-–—"]
    return "\n".join(dict.fromkeys(kept))


def _approved(found: dict[str, str], text: str) -> None:
    if not text:
        return
    if nip := _NIP.search(text):
        found["approvedByNip"] = nip[1]
        text = text[: nip.start()]
    if rank := _RANK.search(text):
        found["approvedByRank"] = _one_line(rank[1])
        text = text[: rank.start()]
    post, name = _post_and_name(text.strip(" ,\n"))
    found["approvedByPost"], found["approvedByName"] = post, name


def _post_and_name(text: str) -> tuple[str, str]:
    parts = [part.strip(" ,") for part in re.split(r"\n|\s{2,}|,\s{2,}", text) if part.strip(" ,")]
    if len(parts) > 1:
        return _one_line(" ".join(parts[:-1])), _one_line(parts[-1])
    titled = re.search(r"\b(?:Dr|Drs|Dra|Ir|H|Hj|Prof)\.\s", text)
    if titled and titled.start():
        return _one_line(text[: titled.start()]), _one_line(text[titled.start() :])
    return (_one_line(text), "") if _POST.match(text) else ("", _one_line(text))


def _dates(found: dict[str, str]) -> None:
    for name in ("created", "revised", "effective"):
        if found.get(name):
            found[name] = _date(found[name])


def _date(text: str) -> str:
    """A day, or a month where only that is known, in ISO 8601; empty for anything else."""
    plain = text.lower()
    if numbers := re.fullmatch(r"\s*(\d{1,2})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{4})\s*", plain):
        return _day(int(numbers[3]), int(numbers[2]), int(numbers[1]))
    if re.fullmatch(r"\d{4}-\d{2}(-\d{2})?( 00:00:00)?", plain.strip()):
        return plain.strip().split(" ")[0]
    words = re.search(r"(?:(\d{1,2})\s+)?([a-z]+)\s+(\d{4})", plain)
    month = _MONTHS.get(words[2]) if words else None
    if words and month:
        return _day(int(words[3]), month, int(words[1])) if words[1] else f"{words[3]}-{month:02d}"
    return ""


def _day(year: int, month: int, day: int) -> str:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return ""


def _headings(headings: Sequence[str]) -> Iterator[str]:
    """Headings that name an SOP, without the words all of them begin with."""
    for text in headings:
        found = re.search(r"(?:standar operasional prosedur\s*(?:\(sop\))?|^sop)\s*:?\s*(.*)", text, re.IGNORECASE)
        if found and found[1].strip():
            yield found[1].strip()


def _title(found: dict[str, str], headings: Sequence[str]) -> None:
    for title in _headings(headings):
        office = re.search(r"\s+(?:di|pada)\s+(?=dinas|badan|kecamatan|kantor)", title, re.IGNORECASE)
        found["sopTitle"] = title[: office.start()] if office else title
        return


def _agency(found: dict[str, str], headings: Sequence[str], lines: Sequence[Line]) -> None:
    texts = [*headings, *(cell for line in lines[:6] for cell in line.cells if len(cell) < 160)]
    for at, text in enumerate(texts):
        office = _OFFICE.search(text)
        if office and _label(text) is None and "sop" not in text.lower().split():
            region = _region(texts, at)
            name = office[1] if region.lower() in office[1].lower() else f"{office[1]} {region}"
            found["agency"] = cased(_one_line(name))
            return


def _region(texts: Sequence[str], at: int) -> str:
    """The province, regency or city in the line above or below the name of an office."""
    around = [texts[place] for place in (at + 1, at - 1) if 0 <= place < len(texts)]
    for text in around:
        found = re.fullmatch(
            r"(?:pemerintah(?: daerah)?\s+)?((?:provinsi|kota|kabupaten)\s.{2,60})", text, re.IGNORECASE
        )
        if found:
            return found[1]
    return ""


def _foreign_heading(found: dict[str, str], headings: Sequence[str]) -> Iterator[Sentence]:
    """A heading over the table that has no word in common with the name of the SOP was left over from another."""
    title = found.get("sopTitle", "")
    for name in ("sopTitle",):
        if found.get(name):
            found[name] = cased(_one_line(found[name]))
    last = headings[-1] if headings else ""
    words = set(re.findall(r"[a-z]{5,}", last.lower())) - {"mekanisme", "prosedur", "standar", "operasional"}
    ours = set(re.findall(r"[a-z]{5,}", (title + found.get("agency", "")).lower()))
    if title and len(words) > 1 and not words & ours:
        yield Sentence(
            "Judul di atas tabel (“{heading}”) berbeda dari nama SOP; dibaca sebagai sisa dokumen lain.",
            heading=last[:120],
        )


_SMALL = {"dan", "di", "ke", "dari", "yang", "pada", "untuk", "melalui", "atas", "oleh", "dengan", "serta"}
_KEPT = {
    "UKM",
    "UMKM",
    "SOP",
    "OPD",
    "UPT",
    "SKPD",
    "KTP",
    "PPID",
    "RI",
    "SPT",
    "LHP",
    "RSUD",
    "TNDE",
    "MPP",
    "II",
    "III",
    "SP4N-LAPOR!",
    "SP4N",
}


def cased(text: str) -> str:
    """A text all in capitals, written as a name."""
    if not text.isupper() or len(text) < 12:
        return text
    words = (word if word.strip(",.()") in _KEPT else word.capitalize() for word in text.split())
    small = [word.lower() if at and word.lower() in _SMALL else word for at, word in enumerate(words)]
    return " ".join(small)
