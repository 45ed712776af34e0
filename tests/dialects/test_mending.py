"""Mends by one click: each small, each leaving all else as it is, each with its place in the drawing."""

from typing import Any

from lxml import etree

from service.diagrams.check import CheckContext, check
from service.dialects import picture
from service.dialects.document import Document
from service.dialects.mending import mend, mends
from service.engine import read_xml
from service.engine.reading import BPMN, read
from tests.dialects import foreign
from tests.dialects.foreign import CAMUNDA_8, PLAIN
from tests.engine.diagrams import end, exclusive, process, start, task


def offered(xml: bytes, forms: dict[str, Any] | None = None) -> dict[str, list[str | None]]:
    found: dict[str, list[str | None]] = {}
    for each in mends(xml, forms or {}):
        found.setdefault(each.code, []).append(each.element_id)
    return found


def blocking(xml: bytes, forms: dict[str, Any]) -> list[str]:
    return [each.code for each in check(xml, forms, CheckContext(dry_run=False)) if each.blocks]


def test_a_plain_drawing_can_run_after_one_click_for_each_kind() -> None:
    xml, forms = foreign.xml_of(PLAIN), {}
    while left := offered(xml, forms):
        xml, forms = mend(xml, forms, next(iter(left)))
    assert blocking(xml, forms) == [] and b"Gambar rapat 3 Maret" in xml and b'tebal="ya"' in xml


def test_a_start_and_an_end_find_their_place_beside_what_is_drawn() -> None:
    whole = foreign.xml_of(CAMUNDA_8)
    root = etree.fromstring(whole)
    for node in list(root.iter("*")):
        gone = {"diberi", "f4"} & {node.get("id"), node.get("bpmnElement"), (node.text or "").strip()}
        if gone and node.getparent() is not None:
            node.getparent().remove(node)
    xml = etree.tostring(root)
    places = picture.boxes_of(Document(xml))
    root = etree.fromstring(xml)
    layak = next(node for node in root.iter(f"{{{BPMN}}}exclusiveGateway"))
    later = etree.SubElement(
        layak.getparent(), f"{{{BPMN}}}sequenceFlow", id="f9", sourceRef="layak", targetRef="serah"
    )
    later.addnext(etree.Element(f"{{{BPMN}}}userTask", id="serah", name="Serahkan"))
    plane = next(root.iter("{http://www.omg.org/spec/BPMN/20100524/DI}BPMNPlane"))
    lane = next(node for node in root.iter(f"{{{BPMN}}}lane") if node.get("id") == "Lane_peninjau")
    etree.SubElement(lane, f"{{{BPMN}}}flowNodeRef").text = "serah"
    picture.add_shape(plane, "serah", picture.Box(740, 260, 60, 40))
    picture.add_edge(plane, "f9", [(705, 320), (740, 280)])
    made, _ = mend(etree.tostring(root), {}, "end_missing", "serah")
    document = Document(made)
    after = picture.boxes_of(document)
    assert picture.is_whole(document) and {name: after[name] for name in places} == places
    assert after["selesai"].x > after["serah"].right
    drawing, _found = read(read_xml(made).getroot())
    assert drawing is not None and drawing.elements["selesai"].lane == "Lane_peninjau"


def test_where_there_is_no_room_all_is_drawn_anew() -> None:
    first = mend(foreign.xml_of(PLAIN), {}, "picture_missing")[0]
    made = mend(first, {}, "start_missing")[0]
    assert picture.is_whole(Document(made))


def test_pools_of_others_are_drawn_below_with_what_they_send() -> None:
    document = Document(foreign.xml_of(CAMUNDA_8))
    assert picture.draw_anew(document) is None
    boxes = picture.boxes_of(document)
    assert boxes["Participant_1w"].y > boxes["Participant_0b"].y + boxes["Participant_0b"].height
    assert b'bpmnElement="Flow_pesan"' in document.written()


def test_a_gateway_with_named_ways_is_asked_by_the_step_before_it() -> None:
    xml = process(start(), task("periksa"), exclusive("layak"), end("terima"), end("tolak"),
                  flows="mulai > periksa > layak; layak > terima; layak > tolak")  # fmt: skip
    assert "gateway_asks" not in offered(xml), "its ways bear no names"
    named = xml.replace(b'targetRef="terima"', b'targetRef="terima" name="Ya, layak"')
    named = named.replace(b'targetRef="tolak"', b'targetRef="tolak" name="Tidak"')
    made, forms = mend(named, {}, "gateway_asks", "layak")
    asked = forms["periksa.schema.json"]
    assert asked["properties"]["pilihan_layak"]["oneOf"][0] == {"const": "ya_layak", "title": "Ya, layak"}
    assert "pilihan_layak" in asked["required"] and b'pilihan_layak == "tidak"' in made
    assert "gateway_asks" not in offered(made, forms)


def test_a_form_that_two_steps_ask_is_not_changed_under_the_other() -> None:
    shared = {"formJsonSchemaFilename": "bersama.schema.json"}
    xml = process(start(), task("a", **shared), task("periksa", **shared), exclusive("layak"), end("terima"),
                  end("tolak"), flows="mulai > a > periksa > layak; layak > terima; layak > tolak")  # fmt: skip
    xml = xml.replace(b'targetRef="terima"', b'targetRef="terima" name="Ya"')
    xml = xml.replace(b'targetRef="tolak"', b'targetRef="tolak" name="Tidak"')
    before = {"title": "B", "type": "object", "properties": {"c": {"title": "C", "type": "boolean"}}}
    _, forms = mend(xml, {"bersama.schema.json": before}, "gateway_asks", "layak")
    assert forms["bersama.schema.json"] == before and "pilihan_layak" in forms["periksa.schema.json"]["properties"]


def test_the_one_flow_without_a_condition_becomes_the_default() -> None:
    xml = process(start(), exclusive("g"), end("a"), end("b"), flows="mulai > g; g > a : x == 1; g > b")
    assert offered(xml)["default_flow"] == ["g"]
    made, _ = mend(xml, {}, "default_flow", "g")
    drawing, _found = read(read_xml(made).getroot())
    assert drawing is not None and [flow.target for flow in drawing.flows.values() if flow.default] == ["b"]


def test_several_beginnings_are_left_to_a_person() -> None:
    xml = process(task("a"), task("b"), end(), flows="a > selesai; b > selesai")
    assert "start_missing" not in offered(xml)


def test_ids_are_renamed_wherever_they_are_named() -> None:
    xml = process(start(), task("a.b"), end(), flows="mulai > a.b > selesai")
    made, _ = mend(xml, {}, "id_unfit", "a.b")
    assert b"a.b" not in made.replace(b"a.b_", b"") and "id_unfit" not in offered(made)
    assert read(read_xml(made).getroot())[0].elements["a_b"].incoming  # type: ignore[union-attr]


def test_a_task_outside_the_lanes_gets_one_to_be_named() -> None:
    xml = process(start(), task("a", lane="staf"), task("b"), end(), flows="mulai > a > b > selesai")
    made, _ = mend(xml, {}, "lane_missing", "b")
    drawing, _found = read(read_xml(made).getroot())
    assert drawing is not None and {lane.name for lane in drawing.lanes} >= {"Belum ditentukan"}
    assert drawing.elements["a"].lane == "staf" and drawing.elements["b"].lane == "belum_ditentukan"
