"""Whatever is handed in, it is read, or refused in words; nothing breaks, hangs or is run."""

import io
import json
import time
import zipfile
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from service.engine import load_spec
from service.errors import Refusal
from service.sop_tables import document, guess
from service.sop_tables.build import build
from service.sop_tables.picture import picture
from service.sop_tables.plan import Plan, as_json, from_json
from service.sop_tables.read import read

QUICK = settings(
    max_examples=60, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
HEADS = ["No", "Kegiatan", "Pelaksana", "Pemohon", "Kepala Dinas", "Waktu", "Output", "Keterangan", "Mutu Baku", ""]
PIECES = [
    "1", "2.", "4.a", "a.", "Menerima surat", "jika setuju", "jika tidak", "dikembalikan ke Kepala Dinas",
    "kembali ke langkah 1", "lisan atau tertulis", "(perbaikan)", "1 hari", "7-70 Jam", "↑", "○", "◇", "<ol>",
    "</script>", "{{ 7*7 }}", "=1+1", "\x00", "\x1b[31m", "\u202e\u0633\u064a\u0628", "\u0627\u0647\u0644\u0627",
    "\U0001d518\U0001d52b\U0001d526", "\u2163", "²", "\u0663", "|", "**", "dan", "mulai", "selesai", "Pelapor",
    "x" * 400, "::", "sbb:", "%(a)s", "{name}",
]  # fmt: skip


def through(content: bytes | str) -> Plan | None:
    """From the file to the drawn diagram; None where it is refused."""
    try:
        lines = document.of_text(content) if isinstance(content, str) else document.of_file(content)
        plan = from_json(json.loads(json.dumps(as_json(guess.plan_of(read(lines))))))
        made = build(plan)
    except Refusal as refusal:
        assert str(refusal.sentence)
        return None
    assert "<svg" in picture(made.xml, plan.title)
    return plan


cells = st.lists(st.sampled_from(PIECES), max_size=3).map(" ".join) | st.text(max_size=30)
grids = st.tuples(
    st.lists(st.sampled_from(HEADS), min_size=2, max_size=9), st.lists(st.lists(cells, max_size=9), max_size=9)
)


@QUICK
@given(grids, st.sampled_from(["\t", "|", ";", ","]))
def test_any_table_is_read_or_refused(grid: tuple[list[str], list[list[str]]], mark: str) -> None:
    head, body = grid
    lines = [["No", "Kegiatan", *head], *([str(n), *row] for n, row in enumerate(body, start=1))]
    through("\n".join(mark.join(line) for line in lines))


@QUICK
@given(st.text(max_size=400) | st.binary(max_size=400))
def test_any_text_and_any_bytes_are_read_or_refused(content: bytes | str) -> None:
    through(content)


@QUICK
@given(st.binary(min_size=1, max_size=12), st.integers(0, 5000))
def test_a_broken_workbook_is_refused(piece: bytes, at: int) -> None:
    whole = _workbook()
    at %= len(whole)
    through(whole[:at] + piece + whole[at + len(piece) :])


def _workbook(rows: list[list[Any]] | None = None) -> bytes:
    book, out = Workbook(), io.BytesIO()
    for row in rows or [["No", "Kegiatan", "Pemohon", "Waktu"], ["1", "Menerima surat", "x", "1 hari"]]:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(PIECES) | st.floats(allow_nan=False),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["id", "name", "rows", "lane", "to", "options"]), inner, max_size=4)
    ),
    max_leaves=12,
)


def _plan() -> dict[str, Any]:
    text = (
        "No;Kegiatan;Pemohon;Staf;Waktu\n"
        "1;Menyampaikan surat kepada staf;x;;1 jam\n"
        "2;Memeriksa, jika tidak lengkap dikembalikan kepada pemohon;;x;1 hari\n"
    )
    return as_json(guess.plan_of(read(document.of_text(text))))


def _places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [at]
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            found += _places(inner, (*at, key))
    return found


@QUICK
@given(st.data())
def test_a_plan_with_anything_in_any_place_runs_or_is_refused(data: st.DataObject) -> None:
    plan = _plan()
    *way, last = data.draw(st.sampled_from(_places(plan)[1:]))
    holder = plan
    for step in way:
        holder = holder[step]
    holder[last] = data.draw(json_values)
    try:
        made = build(from_json(plan))
    except Refusal as refusal:
        assert str(refusal.sentence)
        return
    try:
        load_spec(made.xml)
    except Refusal as refusal:
        assert refusal.sentence


@pytest.mark.parametrize("lines", [3_001, 1_000_000])
def test_a_million_rows_are_refused_at_once(lines: int) -> None:
    begun = time.process_time()
    assert through("a\tb\n" * (lines - 1) + "a\tb" if lines < 4000 else "a\n" * lines) is None
    assert through(b"1;2;3\n" * lines) is None
    assert time.process_time() - begun < 20


def test_a_workbook_that_calls_itself_huge_is_read_as_far_as_it_goes() -> None:
    book, out = Workbook(), io.BytesIO()
    book.active.append(["No", "Kegiatan", "Pemohon", "Waktu"])
    book.active.append(["1", "Menyampaikan surat", "x", "1 hari"])
    book.active.append(["2", "Menerima surat", "", "1 hari"])
    book.active.cell(row=1_048_576, column=16_384, value="jauh")
    book.save(out)
    plan = through(out.getvalue())
    assert plan is None or len(plan.rows) == 2


def test_a_workbook_that_unpacks_to_far_more_is_refused() -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 60_000_000)
    assert len(bomb.getvalue()) < 100_000
    assert through(bomb.getvalue()) is None


def test_entities_in_a_workbook_are_refused() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(_workbook())) as whole, zipfile.ZipFile(made, "w") as archive:
        for member in whole.infolist():
            content = whole.read(member)
            if member.filename.endswith("sheet1.xml"):
                content = b'<!DOCTYPE a [<!ENTITY b "c">]>' + content
            archive.writestr(member.filename, content)
    assert through(made.getvalue()) is None


@pytest.mark.parametrize(
    "content",
    [b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", b"%PDF-1.7\n\x00\x01", b"\xff\xfeN", b"PK\x03\x04", b"\x00" * 5000],
)
def test_files_of_other_kinds_are_refused(content: bytes) -> None:
    assert through(content) is None


def test_markup_in_a_table_stays_text_in_the_picture() -> None:
    text = (
        'No;Kegiatan;Pemohon;Staf & <b>"A"</b>;Waktu\n'
        "1;Menyampaikan surat;x;;1 jam\n"
        "2;Menerima &lt;script&gt;alert(1)&lt;/script&gt;;;x;1 jam\n"
    )
    plan = through(text)
    assert plan is not None
    drawn = picture(build(plan).xml, plan.title)
    assert "<script" not in drawn and "<b>" not in drawn
