"""Turns what was handed in (pasted text, Markdown, CSV, a workbook) into lines of cells, within limits no bomb passes.

Nothing of a file is ever executed: of formulas only the value that was last shown is read.
"""

import csv
import html
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from openpyxl import load_workbook

from service.errors import Invalid, TooLarge

LARGEST = 2_000_000
LARGEST_UNPACKED = 30_000_000
MOST_MEMBERS = 400
MOST_LINES = 3_000
MOST_COLUMNS = 80
LONGEST_CELL = 6_000

_UNKEEPABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,9})(?:\s[^<>]{0,300})?/?>")
_RULE = re.compile(r"\s*:?-+:?\s*")
_DECLARES = (b"<!DOCTYPE", b"<!ENTITY", "<!ENTITY".encode("utf-16-le"), "<!ENTITY".encode("utf-16-be"))
_INSTEAD = dict.fromkeys(("br", "li", "ol", "ul", "p", "div"), "\n") | dict.fromkeys(
    ("b", "i", "em", "strong", "span"), ""
)


@dataclass(frozen=True)
class Line:
    """One line of a document: its cells, or a text without any. `traces` are the empty cells that are wider than
    the others of their table: where a scan lost a symbol its blanks remain.
    """

    cells: tuple[str, ...]
    text: str = ""
    traces: frozenset[int] = frozenset()

    @property
    def blank(self) -> bool:
        return not self.text and not any(self.cells)

    def cell(self, place: int | None) -> str:
        """The text of a cell, empty where the line has none there."""
        return self.cells[place] if place is not None and 0 <= place < len(self.cells) else ""


Document = tuple[Line, ...]


def of_file(content: bytes, name: str = "") -> Document:
    """The lines of a file. Raises `TooLarge`, and `Invalid` for what is neither text nor a workbook."""
    if len(content) > LARGEST:
        raise TooLarge("Berkas ini terlalu besar; paling besar 2 MB.")
    if content.startswith(b"PK\x03\x04"):
        return _of_workbook(content)
    if b"\x00" in content[:4000] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Invalid("Berkas ini bukan teks, CSV, atau XLSX. Simpan ulang sebagai salah satunya, lalu unggah lagi.")
    return of_text(_decoded(content))


def _decoded(content: bytes) -> str:
    encodings = ("utf-16",) if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Invalid("Huruf dalam berkas ini tidak dapat dibaca. Simpan ulang sebagai UTF-8.")


def of_text(text: str) -> Document:
    """The lines of a text: tables between bars or tabs among other text, or the whole of it a CSV file."""
    if len(text) > LARGEST:
        raise TooLarge("Teks ini terlalu panjang; paling panjang 2 juta huruf.")
    if not text.strip():
        raise Invalid("Tempel tabel SOP atau pilih berkasnya dahulu.")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if len(lines) > MOST_LINES:
        raise TooLarge("Terlalu banyak baris; paling banyak {most}.", most=MOST_LINES)
    tabbed = sum("\t" in line for line in lines) > 1
    barred = sum(line.count("|") > 1 for line in lines) > 1
    if tabbed or barred:
        return _kept(_line(line, "\t" if tabbed and "\t" in line else "|") for line in lines)
    separator = _separator(lines)
    if separator is None:
        return _kept(Line((), tidy(line)) for line in lines)
    return _kept(_of_csv("\n".join(lines), separator))


def tidy(text: str) -> str:
    """A text without tags, marks of bold, and characters that nobody can see or keep; blanks are one each."""
    bare = _TAG.sub(lambda tag: _INSTEAD.get(tag[2].lower(), " "), text[: 4 * LONGEST_CELL])
    bare = _UNKEEPABLE.sub("", unicodedata.normalize("NFC", html.unescape(bare)))
    bare = bare.replace("**", "").replace("__", " ").replace("\\|", "|")
    bare = re.sub(r"(?<=\S) {2,}(?=\S)", "\n", bare)  # where a scan lost a line break two blanks remain
    return "\n".join(filter(None, (" ".join(line.split()) for line in bare.split("\n"))))[:LONGEST_CELL]


def _line(line: str, separator: str) -> Line:
    if separator == "\t" and "\t" not in line:
        return Line((), tidy(line))
    if separator == "|" and line.count("|") < 2:
        return Line((), tidy(line))
    raw = (
        line.split("\t")
        if separator == "\t"
        else re.split(r"(?<!\\)\|", line.strip().removeprefix("|").removesuffix("|"))
    )
    if separator == "|" and all(_RULE.fullmatch(cell) or not cell.strip() for cell in raw) and "-" in line:
        return Line(("---",))
    widths = frozenset(place for place, cell in enumerate(raw) if not cell.strip() and len(cell) == 2)
    return Line(tuple(tidy(cell) for cell in raw), "", widths if separator == "|" else frozenset())


def _separator(lines: list[str]) -> str | None:
    """What stands between the cells of a CSV file: the mark that most lines have equally often."""
    filled = [line for line in lines if line.strip()][:200]
    best = max((";", ","), key=lambda mark: sum(line.count(mark) > 1 for line in filled))
    enough = sum(line.count(best) > 1 for line in filled)
    return best if enough > 1 else None


def _of_csv(text: str, separator: str) -> Iterator[Line]:
    try:
        for cells in csv.reader(io.StringIO(text), delimiter=separator):
            yield Line(tuple(tidy(cell) for cell in cells[: MOST_COLUMNS + 1]))
    except csv.Error as error:
        raise Invalid("Berkas CSV ini tidak dapat dibaca; periksa tanda kutipnya.") from error


def _of_workbook(content: bytes) -> Document:
    """The first sheet that has anything like a table on it."""
    try:
        _must_be_small(content)
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheets = [_kept(_rows(sheet)) for sheet in book.worksheets[:20]]
    except (Invalid, TooLarge):
        raise
    except Exception as error:  # whatever the library makes of a broken workbook
        raise Invalid("Buku kerja ini tidak dapat dibaca. Simpan ulang sebagai XLSX atau CSV.") from error
    filled = [sheet for sheet in sheets if any(not line.blank for line in sheet)]
    if not filled:
        raise Invalid("Buku kerja ini kosong.")
    return tuple(line for sheet in filled for line in (*sheet, Line(())))


def _must_be_small(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = archive.infolist()
        if len(members) > MOST_MEMBERS:
            raise TooLarge("Buku kerja ini terlalu besar setelah dibuka.")
        left = LARGEST_UNPACKED
        for member in members:
            with archive.open(member) as stream:
                while left >= 0 and (part := stream.read(65_536)):
                    left -= len(part)
                    if any(mark in part for mark in _DECLARES):
                        raise Invalid("Buku kerja ini memuat deklarasi yang tidak diterima.")
            if left < 0:
                raise TooLarge("Buku kerja ini terlalu besar setelah dibuka.")


def _rows(sheet: object) -> Iterator[Line]:
    rows = sheet.iter_rows(max_row=MOST_LINES + 1, max_col=MOST_COLUMNS + 1, values_only=True)  # type: ignore[attr-defined]
    blanks = 0
    for row in rows:
        cells = [_shown(value) for value in row]
        while cells and not cells[-1]:
            cells.pop()
        line = Line(tuple(cells))
        blanks = blanks + 1 if line.blank else 0
        if blanks > 200:  # what a sheet calls its size may be a million empty rows
            return
        yield line


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    return tidy(str(value))


def _kept(lines: Iterable[Line]) -> Document:
    """The lines of a document that is not too large; traces count only where a table is not padded with blanks."""
    kept: list[Line] = []
    for line in lines:
        if len(kept) >= MOST_LINES:
            raise TooLarge("Terlalu banyak baris; paling banyak {most}.", most=MOST_LINES)
        if len(line.cells) > MOST_COLUMNS:
            raise TooLarge("Terlalu banyak kolom; paling banyak {most}.", most=MOST_COLUMNS)
        if line.cells != ("---",):
            kept.append(line)
    empty = sum(1 for line in kept for cell in line.cells if not cell)
    traces = sum(len(line.traces) for line in kept)
    padded = traces * 4 > empty
    return tuple(replace(line, traces=frozenset()) if padded else line for line in kept)
