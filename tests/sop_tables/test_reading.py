"""A table is read from whatever an office has it in: Markdown, CSV of either kind, a workbook, text out of a scan."""

import io
from typing import Any

import pytest
from openpyxl import Workbook

from service.errors import Invalid
from service.sop_tables import document
from service.sop_tables.read import SopTable, read

HEAD = ["No", "Kegiatan", "Pelapor", "Petugas", "Kelengkapan", "Waktu", "Output", "Keterangan"]
BODY = [
    ["1", "Menyampaikan keluhan", "x", "", "Surat", "5 menit", "Keluhan", ""],
    ["2", "Menerima keluhan", "", "x", "", "1 hari", "Catatan", "Lewat loket"],
]


def of(text: str) -> SopTable:
    return read(document.of_text(text))


def told(table: SopTable) -> list[tuple[str, str, tuple[int, ...], str, str]]:
    return [(row.number, row.text, row.marks, row.time, row.output) for row in table.rows]


WANTED = [
    ("1", "Menyampaikan keluhan", (0,), "5 menit", "Keluhan"),
    ("2", "Menerima keluhan", (1,), "1 hari", "Catatan"),
]


def markdown(head: list[str], body: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *body]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def workbook(rows: list[list[Any]]) -> bytes:
    book, out = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def test_markdown() -> None:
    assert told(of(markdown(HEAD, BODY))) == WANTED


def test_tabs_as_word_and_excel_copy_them() -> None:
    assert told(of("\n".join("\t".join(line) for line in [HEAD, *BODY]))) == WANTED


@pytest.mark.parametrize("separator", [",", ";"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_csv_with_either_mark_and_in_any_usual_encoding(separator: str, encoding: str) -> None:
    text = "\r\n".join(
        separator.join(f'"{cell}"' if separator in cell else cell for cell in line) for line in [HEAD, *BODY]
    )
    assert told(read(document.of_file(text.encode(encoding), "sop.csv"))) == WANTED


def test_a_workbook_with_its_heading_further_down_and_cells_over_several_lines() -> None:
    rows = [
        ["SOP KELUHAN"],
        [],
        ["Nomor SOP", "12/A"],
        [],
        HEAD,
        BODY[0],
        [2, "Menerima\nkeluhan", None, "x", None, "1 hari", "Catatan", None],
    ]
    table = read(document.of_file(workbook(rows), "sop.xlsx"))
    assert told(table) == WANTED
    assert table.identity["sopNumber"] == "12/A"


def test_formulas_of_a_workbook_are_never_worked_out() -> None:
    rows = [HEAD, ["1", '=HYPERLINK("http://jahat.example","Klik")', "x", "", "", "=1+1", "Keluhan", ""], BODY[1]]
    with_formula = read(document.of_file(workbook(rows)))
    assert "http" not in str(with_formula.rows)


def test_headings_over_two_lines_and_groups_of_lanes() -> None:
    table = of(
        "No\tUraian Prosedur\tPelaksana\t\t\tMutu Baku\t\t\tKet\n"
        "\t\tPemohon\tSubbag\t\tPersyaratan/Perlengkapan\tWaktu (menit)\tOutput\t\n"
        "\t\t\tUmum\tProgram\t\t\t\t\n"
        "1\tMenyampaikan surat\tv\t\t\tSurat\t5\tSurat\t\n"
        "2\tMencatat surat\t\tv\t\t\t10\tAgenda\tBuku\n"
    )
    assert table.lanes[0].name == "Pemohon"
    assert len(table.lanes) == 3
    assert table.unit == "menit"
    assert [row.time for row in table.rows] == ["5", "10"]
    assert table.rows[1].remark == "Buku"


def test_rows_broken_over_lines_are_one_row_and_parts_are_parts() -> None:
    table = of(
        "No\tKegiatan\tPelapor\tPetugas\tWaktu\tOutput\n"
        "1\tMenyampaikan keluhan\tx\t\t5 menit\tKeluhan\n"
        "2\tMenerima dan mencatat keluhan yang\t\tx\t1 jam\tCatatan\n"
        "\tdisampaikan lewat telepon\t\t\t\t\n"
        "\tMemberi tanda terima\t\tx\t5 menit\tTanda terima\n"
    )
    assert [(row.number, row.text) for row in table.rows] == [
        ("1", "Menyampaikan keluhan"),
        ("2", "Menerima dan mencatat keluhan yang disampaikan lewat telepon"),
        ("2", "Memberi tanda terima"),
    ]


def test_a_heading_repeated_on_the_next_page_goes_on_with_the_same_table() -> None:
    text = markdown(HEAD, BODY[:1]) + "\n\n" + markdown(HEAD, BODY[1:])
    assert told(of(text)) == WANTED


def test_a_column_of_names_is_read_as_who_acts() -> None:
    table = of(
        "No;Langkah;Pelaksana;Waktu\n1;Mengisi formulir;Pemohon;5 menit\n2;Memeriksa formulir;Petugas Loket;1 jam\n"
    )
    assert [row.doer for row in table.rows] == ["Pemohon", "Petugas Loket"]


def test_a_signature_below_the_table_is_no_row_of_it() -> None:
    table = of(markdown(HEAD, BODY) + "\n\n| | Jambi, 2 Mei 2026 | | | | | | |\n")
    assert len(table.rows) == 2 or table.rows[-1].text == "Menerima keluhan"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   \n ",
        "Tidak ada tabel di sini.",
        "a,b\nc,d\n",
        "No\tKegiatan\tWaktu\n",
        "| Nama | Umur |\n|---|---|\n| A | 3 |",
    ],
)
def test_what_holds_no_table_is_refused_in_words(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        of(text)
    assert refused.value.message.endswith(".")


def test_the_identity_part_is_also_read_from_plain_lines() -> None:
    table = of(
        "SOP KELUHAN\nNomor SOP : 065/12\nTanggal Efektif: 4 Mei 2026\nDasar Hukum : Undang-Undang Nomor 25\n\n"
        + markdown(HEAD, BODY)
    )
    assert table.identity["sopNumber"] == "065/12"
    assert table.identity["effective"] == "2026-05-04"
    assert table.identity["legalBasis"] == "Undang-Undang Nomor 25"
