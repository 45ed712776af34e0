"""The SOP document printed from a diagram says what the document says that the diagram was drawn from."""

import io
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import openpyxl
import pypdf
import pytest
import yaml

from service.engine import load_spec
from service.exports.flowchart import SLOT, Drawing, draw
from service.exports.sop_document import BOX, CAPSULE, DIAMOND, Chart, Link, Row, Slot, chart_of
from tests.client import Client

ROOT = Path(__file__).parents[2]
KEYS = sorted(path.stem for path in (ROOT / "bpmn").glob("*.bpmn"))
FACTS = ROOT / "tests/sops/facts"
AGENCIES = {
    "pengaduan_masyarakat": "diskop-jambi",
    "layanan_pengaduan": "diskop-sulteng",
    "sp4n_lapor": "diskop-samarinda",
    "pengaduan_langsung": "diskop-malang",
    "penanganan_pengaduan": "dinsos-jambi",
}


def facts(key: str) -> dict[str, Any]:
    return dict(yaml.safe_load((FACTS / f"{key}.yaml").read_text()))


def chart(key: str) -> Chart:
    return chart_of(load_spec((ROOT / "bpmn" / f"{key}.bpmn").read_bytes()))


def _items(said: Any) -> list[str]:
    return said if isinstance(said, list) else [said] if said else []


def sheet_rows(content: bytes) -> Iterator[dict[str, str]]:
    """The rows of the flowchart sheet, the symbols of one row of the SOP gathered."""
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[1]
    heads, *rows = sheet.iter_rows(values_only=True)
    gathered: dict[str, str] = {}
    for row in rows:
        cells = {str(head): str(value or "") for head, value in zip(heads, row, strict=True)}
        if cells["No."] and gathered:
            yield gathered
            gathered = {}
        gathered = {head: "\n".join(filter(None, [gathered.get(head, ""), cells[head]])) for head in cells}
    yield gathered


@pytest.mark.parametrize("key", KEYS)
def test_the_workbook_has_the_rows_of_the_source_with_their_lanes_inputs_and_outputs(demo_app: Any, key: str) -> None:
    client = Client(demo_app)
    content = client.call("GET", f"/diagrams/{key}/versions/1/sop?format=xlsx", by=f"pemilik@{AGENCIES[key]}").data
    known = facts(key)
    lanes = {lane["id"]: lane["name"] for lane in known["lanes"]}
    printed = {row["No."]: row for row in sheet_rows(content) if row["No."]}
    wanted: dict[str, list[dict[str, Any]]] = {}
    for row in (row for row in known["rows"] if "row" in row):
        wanted.setdefault(str(row["row"]), []).append(row)
    assert list(printed) == sorted(wanted, key=lambda row: int(row.split(".")[0]))
    for number, parts in wanted.items():
        row = printed[number]
        marked = {name for name in lanes.values() if row.get(name)}
        assert {lanes[part["lane"]] for part in parts} <= marked
        for head, name in (("Kelengkapan", "inputs"), ("Output", "output"), ("Keterangan", "remark")):
            said = {item for part in parts for item in _items(part.get(name))}
            assert said <= set(row[head].split("\n")), (number, head)
        assert bool(row["Waktu"]) == any(part.get("time") for part in parts), number


@pytest.mark.parametrize("key", KEYS)
def test_the_pdf_says_every_step_lane_and_end_in_words_that_can_be_searched(demo_app: Any, key: str) -> None:
    client = Client(demo_app)
    content = client.call("GET", f"/diagrams/{key}/versions/1/sop", by=f"pemilik@{AGENCIES[key]}").data
    pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages]
    text = re.sub(r"\s+", "", "".join(pages))
    for slot in chart(key).slots():
        assert re.sub(r"\s+", "", slot.text) in text, slot.text
    assert re.sub(r"\s+", "", facts(key)["title"]) in text
    assert len(pages) > 1


def test_the_html_file_and_the_page_hold_one_slice_of_the_drawing_for_each_row(demo_app: Any) -> None:
    client = Client(demo_app)
    html = client.call("GET", "/diagrams/sp4n_lapor/versions/1/sop?format=html", by="pemilik@diskop-samarinda").text
    assert html.count("<svg") == len(chart("sp4n_lapor").rows)
    assert "style=" not in html


def test_a_version_of_another_office_has_no_document(demo_app: Any) -> None:
    client = Client(demo_app)
    for kind in ("pdf", "xlsx", "html"):
        path = f"/diagrams/sp4n_lapor/versions/1/sop?format={kind}"
        assert client.call("GET", path, by="pemilik@diskop-jambi").status_code == 404


# ---- the drawing -----------------------------------------------------------------------------------------------


def ladder(count: int, *links: Link) -> Chart:
    """Steps below each other, each in the next of three lanes, with more arrows."""
    lanes = tuple((f"l{n}", f"Lajur {n}") for n in range(3))
    rows = tuple(Row(str(n), (Slot(f"s{n}", BOX, f"l{n % 3}", f"Langkah {n}"),)) for n in range(count))
    return Chart(lanes, rows, (*(Link(f"s{n}", f"s{n + 1}") for n in range(count - 1)), *links))


def lines_in(drawing: Drawing) -> list[list[tuple[float, float]]]:
    """The lines of the drawing, each once."""
    drawn = {
        d
        for page in drawing.pages
        for piece in page
        for d in re.findall(r'<path fill="none" stroke="#1b[^>]* d="([^"]+)"', piece.svg)
    }
    return [[(float(x), float(y)) for x, y in re.findall(r"([\d.-]+) ([\d.-]+)", d)] for d in drawn]


def boxes_in(drawing: Drawing) -> set[tuple[float, ...]]:
    found = {
        box
        for page in drawing.pages
        for piece in page
        for box in re.findall(r'<rect [^>]*x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"', piece.svg)
    }
    return {tuple(map(float, box)) for box in found}


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("page", [None, 140.0])
def test_no_arrow_passes_through_a_symbol_and_all_run_straight(key: str, page: float | None) -> None:
    drawing = draw(chart(key), 110, [12.0] * len(chart(key).rows), page, 8)
    for points in lines_in(drawing):
        for (ax, ay), (bx, by) in pairwise(points):
            assert ax == bx or ay == by
            for x, y, width, height in boxes_in(drawing):
                inside_x = max(ax, bx) > x + 0.1 and min(ax, bx) < x + width - 0.1
                inside_y = max(ay, by) > y + 0.1 and min(ay, by) < y + height - 0.1
                assert not (inside_x and inside_y), (key, points)


def test_arrows_on_one_border_keep_apart() -> None:
    drawing = draw(ladder(8, Link("s6", "s0"), Link("s7", "s1")), 110, [12.0] * 8)
    ups = [points for points in lines_in(drawing) if points[-1][1] < points[0][1]]
    assert len({points[1][0] for points in ups}) == len(ups) == 2


def test_where_a_page_ends_an_arrow_goes_on_from_a_connector_with_the_same_letter() -> None:
    drawing = draw(ladder(8, Link("s7", "s0")), 110, [12.0] * 8, page=6.6 * SLOT)
    letters = [
        re.findall(r'text-anchor="middle">([A-Z])<', piece.svg)
        for page in drawing.pages
        for piece in page
        if piece.row is None
    ]
    assert len(drawing.pages) == 2
    assert sorted(letters[0]) == sorted(letters[1]) == ["A", "B"]


def test_a_page_without_end_has_no_connectors() -> None:
    (page,) = draw(ladder(30), 110, [12.0] * 30).pages
    assert [piece.row for piece in page] == list(range(30))


def test_a_name_cannot_break_out_of_the_drawing() -> None:
    hostile = '"><script>alert(1)</script>'
    rows = (
        Row(
            "1", (Slot("a", CAPSULE, "l", hostile), Slot("b", DIAMOND, "l", hostile), Slot("c", CAPSULE, "l", hostile))
        ),
    )
    drawn = draw(Chart((("l", hostile),), rows, (Link("a", "b", hostile), Link("b", "c", hostile))), 100, [10.0])
    assert "<script" not in drawn.pages[0][0].svg
