"""What a plan becomes: marks of the house, forms that fit, a picture that shows it all."""

import json
from pathlib import Path
from typing import Any

from service.engine import load_spec
from service.forms.check import check as check_answers
from service.forms.profile import check_profile
from service.sop_tables import document, guess
from service.sop_tables.build import build
from service.sop_tables.picture import picture
from service.sop_tables.plan import Plan
from service.sop_tables.read import read

FORMS = Path(__file__).parents[2] / "forms"
SOURCES = sorted((Path(__file__).parent / "sources").glob("*.txt"))


def plan_of(name: str) -> Plan:
    (source,) = [path for path in SOURCES if path.stem == name]
    return guess.plan_of(read(document.of_file(source.read_bytes())))


def without_examples(schema: dict[str, Any]) -> dict[str, Any]:
    fields = {name: {k: v for k, v in field.items() if k != "examples"} for name, field in schema["properties"].items()}
    return {**schema, "properties": fields}


def test_the_start_form_is_that_of_the_five_procedures() -> None:
    made = build(plan_of("penanganan_pengaduan")).forms
    schema = json.loads((FORMS / "penanganan_pengaduan" / "mulai.schema.json").read_text())
    ui = json.loads((FORMS / "penanganan_pengaduan" / "mulai.ui.json").read_text())
    assert without_examples(made["mulai.schema.json"]) == without_examples(schema)
    assert made["mulai.ui.json"] == ui


def test_every_form_is_within_the_profile() -> None:
    for source in SOURCES:
        made = build(plan_of(source.stem))
        for name in [name for name in made.forms if name.endswith(".schema.json")]:
            assert not check_profile(made.forms[name], made.forms[name.replace(".schema.", ".ui.")]), name


def test_whoever_sends_something_back_has_to_say_why() -> None:
    made = build(plan_of("layanan_pengaduan"))
    form = made.forms["telaah_draf_surat_jawaban_aduan.schema.json"]
    check_answers(form, {"keputusan": "setuju"})
    try:
        check_answers(form, {"keputusan": "tidak_setuju"})
    except Exception as refusal:
        assert [problem.pointer for problem in refusal.errors] == ["/catatan"]  # type: ignore[attr-defined]
    else:
        raise AssertionError("sent back without a word")


def test_the_diagram_bears_the_marks_of_the_house() -> None:
    spec = load_spec(build(plan_of("sp4n_lapor")).xml)
    assert spec.properties["sopNumber"] == "000.8.3.3 / 368 / 100.14."
    assert spec.properties["complainantWord"] == "pengadu"
    assert [lane.id for lane in spec.lanes if lane.public] == [spec.start.lane]
    assert [lane.id for lane in spec.lanes if lane.identity] == ["admin_instansi", "admin_opd"]
    last = spec.elements["terima_hasil_tindak_lanjut_pengaduan"]
    assert last.properties["timeStandard"] == "P1D/P10D"
    assert "Waktu tertulis 7-70 Jam dalam dokumen" in last.properties["remark"]
    assert "Mohon diperiksa" in (spec.elements["teruskan_pengaduan"].documentation or "")


def test_the_picture_shows_every_lane_step_and_answer() -> None:
    plan = plan_of("layanan_pengaduan")
    drawn = picture(build(plan).xml, plan.title)
    for words in ("Kepala Dinas", "Terima tamu", "Lisan", "Tidak setuju"):
        assert words in drawn
    assert drawn.count("<polyline") == build(plan).xml.count(b"<bpmn:sequenceFlow ")
