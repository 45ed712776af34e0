"""Lanes, branches and names as they are guessed from other tables than the five."""

import json
from dataclasses import replace

import pytest

from service.diagrams.check import CheckContext, check
from service.sop_tables import document, guess, naming
from service.sop_tables.build import build
from service.sop_tables.plan import Plan, PlanRow, as_json, from_json
from service.sop_tables.read import read

HEAD = "No\tKegiatan\tPemohon\tPetugas Loket\tKepala Seksi\tKepala Dinas\tWaktu\tOutput\tKeterangan\n"


def plan_of(*rows: str) -> Plan:
    """A plan of rows given as `kegiatan | mark in lane n | keterangan`."""
    lines = []
    for n, row in enumerate(rows, start=1):
        text, mark, remark, *_ = [*row.split(" | "), "", ""]
        marks = ["●" if mark == str(at) else "" for at in range(4)]
        lines.append("\t".join([str(n), text, *marks, "1 hari", f"Hasil {n}", remark]))
    return guess.plan_of(read(document.of_text(HEAD + "\n".join(lines) + "\n")))


def row(plan: Plan, number: str) -> PlanRow:
    return next(each for each in plan.rows if each.row == number and not each.inserted)


def ways(plan: Plan, number: str) -> dict[str, str]:
    """The answers of a row's decision, each with the number of the row it leads to or the id of an end."""
    decision = row(plan, number).decision
    rows = {each.id: f"{each.row}{'+' if each.inserted else ''}" for each in plan.rows}
    return {option.label: rows.get(option.to, option.to) for option in decision.options} if decision else {}


def must_run(plan: Plan) -> None:
    """The diagram of a plan, made without any correction, has nothing against going live."""
    made = build(plan)
    assert [found.what for found in check(made.xml, made.forms, CheckContext(dry_run=False)) if found.blocks] == []
    assert from_json(json.loads(json.dumps(as_json(plan)))) == from_json(as_json(plan))


BEGIN = "Menyampaikan permohonan kepada petugas loket | 0"


def test_who_returns_what_goes_back_to_whom_the_text_names() -> None:
    plan = plan_of(
        BEGIN,
        "Menerima permohonan | 1",
        "Menyusun konsep surat | 2",
        "Memeriksa; apabila disetujui ditandatangani, apabila tidak disetujui dikembalikan kepada Kepala Seksi | 3",
        "Mengirim surat | 1",
    )
    assert ways(plan, "4") == {"Disetujui": "5", "Tidak disetujui": "3"}
    must_run(plan)


def test_what_goes_back_to_the_applicant_gets_a_step_in_which_he_completes_it() -> None:
    plan = plan_of(
        BEGIN, "Memeriksa berkas, jika tidak lengkap dikembalikan kepada pemohon | 1", "Memproses berkas | 2"
    )
    assert ways(plan, "2") == {"Tidak lengkap": "2+", "Lengkap": "3"}
    completes = next(each for each in plan.rows if each.part == "melengkapi")
    assert (completes.lane, completes.then) == ("pemohon", row(plan, "2").id)
    must_run(plan)


def test_yes_and_no_with_numbers_of_rows_lead_there() -> None:
    plan = plan_of(
        BEGIN,
        "Menerima berkas | 1",
        "Menelaah berkas | 2 | Ya: ke langkah 5, Tidak: kembali ke langkah 2",
        "Menolak berkas | 2",
        "Menandatangani | 3",
    )
    assert ways(plan, "3") == {"Ya": "5", "Tidak": "2"}
    assert next(option for option in row(plan, "3").decision.options if option.label == "Tidak").returns
    must_run(replace(plan, rows=tuple(each for each in plan.rows if each.row != "4")))


def test_approving_or_refusing_ends_where_it_is_refused() -> None:
    plan = plan_of(BEGIN, "Menerima berkas | 1", "Menyetujui atau menolak permohonan | 3", "Mengirim jawaban | 1")
    assert ways(plan, "3") == {"Menyetujui": "4", "Menolak": "selesai_ditolak"}
    must_run(plan)


def test_rows_that_begin_with_conditions_are_branches_of_the_row_above() -> None:
    plan = plan_of(
        BEGIN,
        "Memeriksa berkas | 1",
        "Jika lengkap, berkas diteruskan kepada Kepala Seksi | 1",
        "Jika tidak lengkap, permohonan ditolak | 1",
        "Menyusun surat | 2",
    )
    assert ways(plan, "2") == {"Lengkap": "3", "Tidak lengkap": "4"}
    assert row(plan, "3").then == row(plan, "5").id
    assert row(plan, "4").then == "selesai_ditolak"
    must_run(plan)


def test_a_row_done_only_if_needed_can_be_passed_by() -> None:
    plan = plan_of(
        BEGIN, "Menelaah berkas | 2", "Melakukan peninjauan lapangan jika diperlukan | 1", "Menandatangani surat | 3"
    )
    assert list(ways(plan, "2").values()) == ["3", "4"]
    must_run(plan)


def test_a_remark_can_say_that_a_row_is_done_only_if_needed() -> None:
    plan = plan_of(
        BEGIN, "Menelaah berkas | 2", "Melakukan survei lapangan | 1 | jika diperlukan", "Menandatangani | 3"
    )
    assert list(ways(plan, "2").values()) == ["3", "4"]


def test_what_may_close_a_row_besides_hangs_on_it() -> None:
    remark = "Dapat ditutup oleh petugas atau otomatis jika tidak ada jawaban dalam 5 hari"
    plan = plan_of(BEGIN, "Menyampaikan jawaban kepada pemohon | 1", f"Menerima jawaban | 0 | {remark}")
    found = {(event.kind, event.lanes, event.after) for event in row(plan, "3").events}
    assert found == {("message", ("petugas_loket",), ""), ("timer", (), "P5D")}
    must_run(plan)


def test_a_diamond_without_words_is_asked_about() -> None:
    text = (
        HEAD + "1\tMenyampaikan berkas kepada petugas\t●\t\t\t\t1 jam\tA\t\n"
        "2\tMenyusun surat\t\t●\t\t\t1 jam\tB\t\n"
        "3\tMemeriksa surat\t\t\t◇\t\t1 jam\tC\t\n"
    )
    plan = guess.plan_of(read(document.of_text(text)))
    assert ways(plan, "3") == {"Ya": "selesai", "Tidak": "2"}
    assert [(each.row, each.kind) for each in plan.missing if each.row] == [("3", "branch")]


def test_numbers_left_out_are_missed() -> None:
    text = (
        HEAD + "1\tMenyampaikan berkas\t●\t\t\t\t1 jam\tA\t\n"
        "2\tMenerima berkas\t\t●\t\t\t1 jam\tA\t\n"
        "5\tMenandatangani surat\t\t\t\t●\t1 jam\tB\t\n"
    )
    plan = guess.plan_of(read(document.of_text(text)))
    assert {(each.row, each.kind) for each in plan.missing if each.row} == {("3", "step"), ("4", "step")}


def test_a_column_nobody_uses_is_missed_where_all_rows_are_sure() -> None:
    plan = plan_of(BEGIN, "Menerima berkas | 1", "Menandatangani surat | 3")
    assert [each.what for each in plan.missing] == ["Langkah untuk “Kepala Seksi”"]


def test_lanes_titles_and_ends_that_are_called_alike_are_told_apart() -> None:
    text = (
        "Nama SOP;Mulai;;;\n\nNo;Kegiatan;Pemohon;Selesai;Mulai;Selesai Ditolak;Waktu\n"
        "1;Menyampaikan surat;x;;;;1 jam\n2;Menyetujui atau menolak;;x;;;1 jam\n"
        "3;Mulai;;;x;;1 jam\n4;Selesai;;;;x;1 jam\n"
    )
    plan = guess.plan_of(read(document.of_text(text)))
    assert plan.title == "Mulai"
    must_run(plan)


def test_without_a_column_for_the_complainant_one_is_added() -> None:
    plan = guess.plan_of(
        read(document.of_text("No;Kegiatan;Staf;Kepala;Waktu\n1;Menerima surat;x;;1 jam\n2;Menandatangani;;x;1 jam\n"))
    )
    assert [lane.id for lane in plan.lanes if lane.public] == ["pelapor"]
    assert plan.rows[0].kind == "start" and plan.rows[0].inserted
    must_run(plan)


def test_equal_names_get_ids_of_their_own() -> None:
    plan = plan_of(BEGIN, *["Mencatat berkas | 1"] * 4, "Selesai | 1", "Mulai | 2", "Pemohon | 3")
    ids = [each.id for each in plan.rows] + [end.id for end in plan.ends] + [lane.id for lane in plan.lanes]
    assert len(ids) == len(set(ids))
    must_run(plan)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Penandatanganan SPT", "Tanda tangani SPT"),
        ("Melakukan pemeriksaan berkas permohonan", "Periksa berkas permohonan"),
        ("Surat pengaduan diterima", "Terima surat pengaduan"),
        ("Menerima dan mencatat surat yang masuk dari masyarakat", "Terima dan catat surat"),
        ("Menyusun draft surat jawaban untuk mendapatkan persetujuan", "Susun draf surat jawaban"),
        ("Rapat", "Rapat"),
        ("Hasil telaah dengan kriteria sbb:", "Tetapkan hasil telaah"),
        ("Membaca dan memberikan disposisi", "Baca dan berikan disposisi"),
        ("memberikan rekomendasi diterima atau ditolak", "Berikan rekomendasi diterima atau ditolak"),
    ],
)
def test_names_are_short_and_begin_with_the_verb(text: str, name: str) -> None:
    assert naming.short_name(text) == name


def test_long_texts_make_no_long_names() -> None:
    assert len(naming.short_name("Menyelenggarakan " + "rapat koordinasi " * 30)) <= naming.LONGEST_NAME
