"""For each thing that can be wrong with a diagram a tiny one that shows it; about a good one nothing is said."""

import json
from pathlib import Path
from typing import Any

import pytest

from service.diagrams.check import CheckContext, check
from tests.diagrams.checked import BOOL, MULAI, NOTE, asks, begin, choice, form, found, good, lane, only
from tests.engine.diagrams import (
    as_long_as,
    condition,
    end,
    error,
    event_gateway,
    exclusive,
    inclusive,
    message,
    parallel,
    process,
    receive,
    script,
    start,
    subprocess,
    task,
    throw,
    timer,
    times,
)

ROOT = Path(__file__).parents[2]
LINE = "mulai > a > selesai"


def around(inside: str, tag: str = "task", extra: str = "") -> bytes:
    """A line `mulai > a > selesai` whose middle is drawn by hand."""
    xml = process(start(), task("a", lane="staf", tag=tag), end(), flows=LINE).decode()
    return (
        xml.replace(f'<bpmn:{tag} id="a"></bpmn:{tag}>', inside)
        .replace("</bpmn:process>", f"</bpmn:process>{extra}")
        .encode()
    )


def event(place: str, definition: str) -> bytes:
    return around(f'<bpmn:{place} id="a"><bpmn:{definition}/></bpmn:{place}>')


def line(*nodes: Any, flows: str = LINE, **properties: str) -> bytes:
    return process(lane(start()), *nodes, lane(end()), flows=flows, **properties)


def changed(old: str, new: str) -> bytes:
    xml = good()[0].decode()
    assert old in xml
    return xml.replace(old, new).encode()


A = task("a", lane="staf")
PUBLIC_MARK = (
    "<bpmn:extensionElements><spiffworkflow:properties>"
    '<spiffworkflow:property name="public" value="true"/>'
    "</spiffworkflow:properties></bpmn:extensionElements>"
)
PUBLIC = f'<bpmn:lane id="warga" name="Warga">{PUBLIC_MARK}</bpmn:lane></bpmn:laneSet>'

# code -> (the element it is about, whether it blocks, the diagram)
SHOWN: dict[str, list[tuple[str | None, bool, bytes]]] = {
    # ---- what cannot be read ----
    "xml_doctype": [(None, True, b"<!DOCTYPE a>" + good()[0].split(b"?>", 1)[1])],
    "xml_unreadable": [(None, True, b"<bpmn")],
    "xml_not_bpmn": [(None, True, b"<html/>")],
    "process_missing": [(None, True, b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>')],
    "process_many": [(None, True, line(A).replace(b"<bpmn:process", b'<bpmn:process id="dua"/><bpmn:process'))],
    "process_off": [(None, True, line(A).replace(b'isExecutable="true"', b'isExecutable="false"'))],
    "pool_many": [
        (None, True, line(A).replace(b"<bpmn:process", b'<bpmn:process id="dua" isExecutable="false"/><bpmn:process'))
    ],
    "process_id": [
        ("Kecil", True, line(A, key="Kecil")),
        ("1kecil", True, line(A, key="1kecil")),
        ("kecil-saja", True, line(A, key="kecil-saja")),
    ],
    "id_unfit": [("a.b", True, line(task("a.b", lane="staf"), flows="mulai > a.b > selesai"))],
    "id_twice": [("a", True, line(A).replace(b'id="lanes"', b'id="a"'))],
    "id_missing": [(None, True, line(A).replace(b'<bpmn:userTask id="a">', b'<bpmn:userTask id="a"/><bpmn:userTask>'))],
    # ---- elements that cannot run ----
    "element_unsupported": [
        ("a", True, around('<bpmn:callActivity id="a" calledElement="lain"/>')),
        ("a", True, around('<bpmn:serviceTask id="a"/>')),
        ("a", True, around('<bpmn:businessRuleTask id="a"/>')),
        ("a", True, around('<bpmn:complexGateway id="a"/>')),
        ("a", True, around('<bpmn:adHocSubProcess id="a"/>')),
        ("a", True, around('<bpmn:transaction id="a"/>')),
        ("a", True, around('<bpmn:choreographyTask id="a"/>')),
        ("lain", True, around('<bpmn:task id="a"/><bpmn:subProcess id="lain" triggeredByEvent="true"/>')),
    ],
    "event_unsupported": [
        ("a", True, event("intermediateThrowEvent", "linkEventDefinition")),
        ("a", True, event("intermediateCatchEvent", "linkEventDefinition")),
        ("a", True, event("intermediateThrowEvent", "compensateEventDefinition")),
        ("a", True, event("intermediateCatchEvent", "otherEventDefinition")),
        (
            "mulai",
            True,
            line(A).replace(
                b'<bpmn:startEvent id="mulai">', b'<bpmn:startEvent id="mulai"><bpmn:timerEventDefinition/>'
            ),
        ),
    ],
    "event_many": [
        (
            "a",
            True,
            around(
                '<bpmn:intermediateCatchEvent id="a"><bpmn:timerEventDefinition/><bpmn:signalEventDefinition/>'
                "</bpmn:intermediateCatchEvent>"
            ),
        )
    ],
    "send_nowhere": [
        ("a", True, around('<bpmn:sendTask id="a" messageRef="m"/>', extra='<bpmn:message id="m" name="m"/>')),
        ("a", False, line(throw("a", "kabar"))),
    ],
    "message_missing": [
        ("a", True, around('<bpmn:receiveTask id="a"/>')),
        (
            "a",
            True,
            around('<bpmn:intermediateCatchEvent id="a"><bpmn:messageEventDefinition/></bpmn:intermediateCatchEvent>'),
        ),
    ],
    "script": [
        ("a", True, line(script("a", "import os"))),
        ("a", True, line(script("a", "x = open('/etc/passwd')"))),
        ("a", True, line(script("a", "x = [1] ** 2"))),
    ],
    "script_missing": [("a", True, around('<bpmn:scriptTask id="a"/>'))],
    "boundary_place": [("w", True, line(A, timer("w", "P1D", on="tidak_ada"), flows=f"{LINE}; w > selesai"))],
    "event_gateway": [
        ("g", True, line(event_gateway("g"), A, timer("t", "P1D"), flows="mulai > g; g > a > selesai; g > t > selesai"))
    ],
    "loop": [("a", True, line(task("a", lane="staf", loop="<bpmn:multiInstanceLoopCharacteristics/>")))],
    # ---- ways ----
    "start_count": [
        (None, True, line(A, lane(start("lagi")), flows=f"{LINE}; lagi > a")),
        (None, True, process(start(), lane(A), end(), flows=LINE).replace(b"startEvent", b"manualTask")),
    ],
    "end_missing": [(None, True, process(start(), A, task("b", lane="staf"), flows="mulai > a > b > a"))],
    "way_out_missing": [
        ("b", True, line(A, parallel("g"), task("b", lane="staf"), flows="mulai > g; g > a > selesai; g > b"))
    ],
    "way_out_many": [
        ("a", True, line(A, task("b", lane="staf"), flows=f"{LINE}; a > b > selesai")),
        ("a", True, line(A, flows="mulai > a; a > selesai : 1 == 1")),
    ],
    "unreachable": [("b", True, line(A, task("b", lane="staf"), flows=f"{LINE}; b > selesai"))],
    "flow_broken": [
        (
            "f",
            True,
            line(A).replace(
                b"</bpmn:process>", b'<bpmn:sequenceFlow id="f" sourceRef="a" targetRef="hilang"/></bpmn:process>'
            ),
        )
    ],
    "flow_not_allowed": [
        ("mulai", True, line(A, exclusive("g"), flows="mulai > a > g; g > selesai : default; g > mulai : 1 == 1"))
    ],
    "end_unreachable": [
        (
            "b",
            True,
            line(
                exclusive("g"),
                A,
                task("b", lane="staf"),
                exclusive("h"),
                flows="mulai > g; g > a : default; g > b : 1 == 2; a > selesai; b > h > b",
            ),
        ),
    ],
    "cycle_endless": [
        ("a", True, line(A, parallel("g"), flows="mulai > a > g; g > a; g > selesai")),
    ],
    "cycle_automatic": [
        (
            "g",
            False,
            line(exclusive("g"), script("s", "n = 1"), flows="mulai > g; g > s > g; g > selesai : default").replace(
                b'targetRef="s">', b'targetRef="s"><bpmn:conditionExpression>n != 1</bpmn:conditionExpression>'
            ),
        ),
    ],
    "inclusive_in_loop": [
        ("i", False, line(A, inclusive("i"), flows="mulai > a > i; i > a : 1 == 2; i > selesai : default")),
    ],
    # ---- who ----
    "lane_missing": [("a", True, process(start(), task("a"), end(), flows=LINE))],
    "start_lane_missing": [("mulai", False, process(start(), A, end(), flows=LINE))],
    "lane_mark": [
        (
            "staf",
            True,
            line(A).replace(b'name="Staf">', b'name="Staf">' + PUBLIC_MARK.replace("true", "ya").encode()),
        )
    ],
    "lane_empty": [
        ("kosong", False, line(A).replace(b"</bpmn:laneSet>", b'<bpmn:lane id="kosong" name="Kosong"/></bpmn:laneSet>'))
    ],
    "message_lanes_missing": [("a", True, line(receive("a", "kabar"))), ("a", True, line(message("a", "kabar")))],
    "message_lanes_unknown": [("a", True, line(message("a", "kabar", messageLanes="staf\nlain")))],
    "message_unnamed": [
        ("message_kabar", True, line(message("a", "kabar", messageLanes="staf")).replace(b'name="kabar"', b""))
    ],
    # ---- time ----
    "time_standard": [
        ("a", True, line(task("a", lane="staf", timeStandard=text)))
        for text in ("3 hari", "P3D/P1D", "P1M", "P0D", "P1D/P2D/P3D")
    ],
    "time_clock": [("a", True, line(task("a", lane="staf", timeStandard="P1D", timeClock="kerja")))],
    "timer_missing": [("a", True, line(timer("a", "")))],
    "timer_cycle": [("a", True, line(timer("a", "R3/PT1H")))],
    "timer_unreadable": [
        ("a", True, line(timer("a", text))) for text in ("10 hari", "P1M", "timedelta(days=1)", "besok")
    ],
    "timer_clock": [("a", True, line(timer("a", "P1D", timeClock="kerja")))],
    "timer_length": [("a", True, line(timer("a", "P99999D")))],
    "timer_quoted": [("a", False, line(timer("a", "P1D")).replace(b">P1D<", b">&quot;P1D&quot;<"))],
    "promise_value": [("kecil", True, line(A, promise="empat belas hari"))],
    # ---- gateways and expressions, forms aside ----
    "condition_missing": [
        ("g", True, line(exclusive("g"), A, flows="mulai > g; g > a > selesai; g > selesai : default"))
    ],
    "condition_not_allowed": [
        ("g", True, line(parallel("g"), A, flows="mulai > g; g > a > selesai; g > selesai : 1 == 1"))
    ],
    "expression": [
        ("g", True, line(exclusive("g"), A, flows=f"mulai > g; a > selesai; g > a : default; g > selesai : {text}"))
        for text in ("lengkap == true", 'x = "a"', "${x}", "open('x')", "().__class__", "x.y")
    ]
    + [("a", True, line(condition("a", "lengkap == true")))],
    "name_unknown": [
        (
            "g",
            True,
            line(exclusive("g"), A, flows="mulai > g; a > selesai; g > a : default; g > selesai : lengkap == True"),
        ),
        ("a", True, line(script("a", "x = belum_ada"))),
        ("a", True, line(task("a", lane="staf", loop=times("jumlah")))),
        ("a", True, line(task("a", lane="staf", loop=as_long_as("ulang")))),
    ],
    # ---- forms ----
    "form_missing": [("a", False, line(A))],
    "form_file_missing": [("a", True, line(asks("a")))],
    "form_name": [("a", True, line(asks("a", file="../lain/a.schema.json")))],
}
CASES = [(code, *case) for code, cases in SHOWN.items() for case in cases]


@pytest.mark.parametrize(("code", "element", "blocks", "xml"), CASES, ids=[f"{c[0]}-{n}" for n, c in enumerate(CASES)])
def test_each_flaw_is_found(code: str, element: str | None, blocks: bool, xml: bytes) -> None:
    findings = [each for each in found(xml) if each.code == code]
    assert element in [each.element_id for each in findings], [(f.code, f.element_id, f.what) for f in found(xml)]
    assert all(each.what and each.why and each.mend for each in findings)
    assert all(each.blocks == blocks for each in findings)


def test_about_a_good_diagram_nothing_is_said() -> None:
    assert found(*good(), dry_run=True) == []


@pytest.mark.parametrize("diagram", sorted(ROOT.glob("bpmn/*.bpmn")), ids=lambda path: path.stem)
def test_the_procedures_of_the_offices_may_be_published(diagram: Path) -> None:
    files = {path.name: path.read_bytes() for path in (ROOT / "forms" / diagram.stem).glob("*.json")}
    assert files
    assert [each for each in check(diagram.read_bytes(), files, CheckContext()) if each.blocks] == []


def test_everything_is_found_at_once() -> None:
    xml = process(
        start(),
        task("a", timeStandard="tiga hari"),
        exclusive("g"),
        task("b", lane="staf", formJsonSchemaFilename="b.schema.json"),
        timer("t", "P1M"),
        end(),
        flows="mulai > a > g; g > b : x = 1; g > t : y == 2; b > selesai; t > selesai",
        key="Salah",
    ).replace(b"</bpmn:process>", b'<bpmn:callActivity id="c"/></bpmn:process>')
    codes = {each.code for each in found(xml)}
    assert codes >= {
        "process_id", "lane_missing", "time_standard", "expression", "form_file_missing", "timer_unreadable",
        "element_unsupported", "name_unknown",
    }  # fmt: skip


def test_what_blocks_comes_first() -> None:
    blocking = [each.blocks for each in check(good()[0].replace(b'"P1D/P3D"', b'"3"'), good()[1], CheckContext())]
    assert blocking == sorted(blocking, reverse=True) and True in blocking and False in blocking


def test_an_element_that_cannot_run_does_not_make_its_neighbours_wrong() -> None:
    xml = line(A).replace(b"userTask", b"serviceTask")
    assert [each.code for each in found(xml) if each.blocks] == ["element_unsupported"]


def test_a_whole_picture_is_asked_for_once_and_a_part_by_part() -> None:
    xml, files = good()
    bare = [each for each in check(xml, files, CheckContext(dry_run=False)) if each.code == "picture_missing"]
    assert [each.element_id for each in bare] == [None]
    di = (
        '<bpmndi:BPMNDiagram xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI"><bpmndi:BPMNPlane>'
        '<bpmndi:BPMNShape bpmnElement="mulai"/></bpmndi:BPMNPlane></bpmndi:BPMNDiagram></bpmn:definitions>'
    )
    part = check(xml.replace(b"</bpmn:definitions>", di.encode()), files, CheckContext(dry_run=False))
    elements = {each.element_id for each in part if each.code == "picture_missing"}
    assert "periksa" in elements and "staf" in elements and "mulai" not in elements
    assert not any(each.blocks for each in part)


def test_a_lane_that_nobody_holds_is_named_and_does_not_block() -> None:
    xml, files = good()
    unheld = only("lane_unheld", found(xml, files, lanes_held={"lain"}))
    assert (unheld.element_id, unheld.blocks) == ("staf", False)
    assert found(xml, files, lanes_held={"staf"}) == []
    assert found(xml, files, lanes_held=None) == []


# ---- forms ----


def test_a_form_may_be_handed_in_as_bytes() -> None:
    xml, files = good()
    assert found(xml, {name: json.dumps(schema).encode() for name, schema in files.items()}) == []


def test_a_form_that_is_no_json_is_found() -> None:
    xml, files = good()
    assert only("form_unreadable", found(xml, {**files, "tulis.schema.json": b"{"})).element_id == "tulis"


def test_a_form_outside_the_profile_is_found_with_what_and_where() -> None:
    xml, files = good()
    files["tulis.schema.json"] = form(isi={"type": "string", "maxLength": 10, "contentEncoding": "base64"})
    outside = only("form_profile", found(xml, files))
    assert outside.element_id == "tulis" and "/isi/contentEncoding" in outside.what and outside.blocks


def test_a_form_that_two_tasks_share_is_looked_at_once() -> None:
    xml = line(asks("a", "isi.schema.json"), asks("b", "isi.schema.json"), flows="mulai > a > b > selesai")
    assert only("form_profile", found(xml, {"isi.schema.json": {**MULAI, "not": {}}}))


def test_a_form_that_nobody_uses_is_mentioned() -> None:
    xml, files = good()
    assert only("form_unused", found(xml, {**files, "lama.schema.json": MULAI})).blocks is False


def test_who_somebody_is_may_be_asked_at_the_start_only() -> None:
    xml, files = good()
    name = {**NOTE, "x-alur-identity": True}
    at_start = found(xml, {**files, "mulai.schema.json": form(nama=name)})
    assert "identity_outside_start" not in {each.code for each in at_start}
    later = only("identity_outside_start", found(xml, {**files, "tulis.schema.json": form(nama=name)}))
    assert later.element_id == "tulis" and later.blocks


def test_the_way_may_not_depend_on_who_somebody_is() -> None:
    ways = "mulai > a > g; g > b : nama == 'Budi'; g > selesai : default; b > selesai"
    xml = process(begin(), A, exclusive("g"), task("b", lane="staf"), end(), flows=ways)
    assert only("identity_read", found(xml, {"mulai.schema.json": form(nama={**NOTE, "x-alur-identity": True})})).blocks


# ---- complaints ----


def complaint(**properties: str) -> tuple[bytes, dict[str, Any]]:
    xml = line(asks("a"), **properties).replace(b"</bpmn:laneSet>", PUBLIC.encode())
    return xml, {"a.schema.json": form(isi=NOTE)}


def test_a_complaint_is_promised_an_answer_and_told_how_it_stands() -> None:
    findings = found(*complaint())
    assert only("promise_missing", findings).blocks is False
    assert only("milestone_missing", findings).blocks is False
    assert "promise_missing" not in {each.code for each in found(*complaint(promise="P14D"))}


def test_the_word_for_the_complainant_is_one_of_three() -> None:
    assert only("complainant_word", found(*complaint(complainantWord="pelanggan")))
    assert "complainant_word" not in {each.code for each in found(*complaint(complainantWord="pemohon"))}


def test_if_nobody_may_open_who_the_complainant_is_that_is_said() -> None:
    xml = process(begin(), asks("a"), end(), flows=LINE).replace(b"</bpmn:laneSet>", PUBLIC.encode())
    files = {"a.schema.json": form(isi=NOTE), "mulai.schema.json": form(nama={**NOTE, "x-alur-identity": True})}
    assert only("identity_lane_missing", found(xml, files)).blocks is False


# ---- what must not be found ----


@pytest.mark.parametrize(
    "xml",
    [
        line(
            asks("a"),
            timer("t", "P10D", on="a"),
            message("m", "tutup", on="a", messageLanes="staf"),
            lane(end("lewat")),
            flows=f"{LINE}; t > lewat; m > lewat",
        ),
        line(
            subprocess("s", asks("a"), end("dalam"), flows="s_mulai > a > dalam", lane="staf"),
            flows="mulai > s > selesai",
        ),
        line(
            subprocess(
                "s",
                asks("a"),
                exclusive("g"),
                error("gagal", "E1"),
                end("dalam"),
                flows="s_mulai > a > g; g > gagal : lengkap == False; g > dalam : default",
                lane="staf",
            ),
            error("salah", "E1", on="s"),
            flows="mulai > s > selesai; salah > selesai",
        ),
        line(
            event_gateway("e"),
            timer("t", "P10D"),
            message("m", "balas", messageLanes="staf"),
            asks("a"),
            flows="mulai > e; e > t > a; e > m > a; a > selesai",
        ),
        line(
            parallel("p"),
            asks("a"),
            asks("b", "a.schema.json"),
            parallel("q"),
            flows="mulai > p; p > a > q; p > b > q; q > selesai",
        ),
        line(asks("a"), exclusive("g"), flows="mulai > a > g; g > selesai : lengkap; g > a : not lengkap"),
        line(asks("a"), timer("t", "2026-12-31T10:00+07:00"), flows="mulai > a > t > selesai"),
        line(task("a", lane="staf", loop=times("3"), formJsonSchemaFilename="a.schema.json")),
    ],
    ids=["boundary", "subprocess", "error", "events", "parallel", "boolean", "date", "instances"],
)
def test_of_what_runs_well_nothing_blocks(xml: bytes) -> None:
    files = {"a.schema.json": form(lengkap=BOOL, lain=choice("x"))}
    assert [(each.code, each.what) for each in found(xml, files, dry_run=True) if each.blocks] == []
