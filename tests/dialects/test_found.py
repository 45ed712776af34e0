"""What the mutants have found in our own house, each with the smallest diagram that shows it."""

from typing import Any

import pytest
from lxml import etree

from service.diagrams.check import CheckContext, check
from service.diagrams.layout import draw
from service.dialects.form_js import read_form
from service.dialects.mending import mend, mends
from service.dialects.telling import Telling
from service.dialects.translating import translate
from service.engine import process_of, read_xml
from service.engine.reading import BPMN
from service.errors import Invalid
from tests.client import Client
from tests.dialects import foreign
from tests.dialects.foreign import PLAIN
from tests.engine.diagrams import end, process, start, task


def codes(xml: bytes) -> list[tuple[str, str | None]]:
    found = check(xml, {}, CheckContext(dry_run=False))
    return [(each.code, each.element_id) for each in found if each.blocks]


def test_a_flow_into_a_boundary_event_is_not_drawn() -> None:
    xml = process(start(), task("a"), end(), flows="mulai > a > selesai")
    xml = xml.replace(
        b"</bpmn:process>",
        b'<bpmn:boundaryEvent id="tepi" attachedToRef="a"/>'
        b'<bpmn:sequenceFlow id="f" sourceRef="a" targetRef="tepi"/></bpmn:process>',
    )
    with pytest.raises(Invalid):
        draw(xml)


@pytest.mark.parametrize("name, row, lane", [("x" * 201, "1", "staf"), ("a", "1" * 21, "staf"), ("a", "1", "s" * 64)])
def test_what_the_lists_of_tasks_cannot_keep_does_not_go_live(name: str, row: str, lane: str) -> None:
    xml = process(start(), task("kerja", lane=lane, sopRow=row), end(), flows="mulai > kerja > selesai")
    xml = xml.replace(b'id="kerja"', b'id="kerja" name="' + name.encode() + b'"', 1)
    assert "text_long" in [code for code, _ in codes(xml)]


def test_a_step_that_lies_outside_the_process_is_none() -> None:
    root = etree.fromstring(process(start(), task("a", lane="staf"), end(), flows="mulai > a > selesai"))
    last = next(root.iter(f"{{{BPMN}}}endEvent"))
    etree.SubElement(last.getparent(), f"{{{BPMN}}}documentation").append(last)
    assert "flow_broken" in dict(codes(etree.tostring(root)))


def test_lanes_are_added_though_the_process_lies_in_a_strange_place() -> None:
    xml = process(start(), task("a"), end(), flows="mulai > a > selesai")
    odd = xml.replace(b"<bpmn:process", b"<bpmn:category><bpmn:process", 1)
    odd = odd.replace(b"</bpmn:process>", b"</bpmn:process></bpmn:category>")
    assert b"flowNodeRef" in mend(odd, {}, "lane_missing")[0]


def two(one: str, other: str) -> bytes:
    steps = '<bpmn:task id="t_{0}"/>'
    parts = [
        f'<bpmn:process id="{id_}"{mark}>{steps.format(id_)}</bpmn:process>' for id_, mark in (("a", one), ("b", other))
    ]
    head = '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL">'
    return (head + "".join(parts) + "</bpmn:definitions>").encode()


ON, OFF = ' isExecutable="true"', ' isExecutable="false"'


@pytest.mark.parametrize("one, other, key", [(OFF, ON, "b"), (ON, OFF, "a"), (OFF, OFF, "a"), ("", OFF, "a")])
def test_of_several_processes_the_one_that_can_run_is_meant(one: str, other: str, key: str) -> None:
    assert process_of(read_xml(two(one, other)))[0] == key


@pytest.mark.parametrize("one, other", [(ON, ON), ("", ON), ("", "")])
def test_of_several_processes_that_can_run_none_is_meant(one: str, other: str) -> None:
    with pytest.raises(Invalid):
        process_of(read_xml(two(one, other)))


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_a_drawing_of_two_pools_opens_as_a_draft_that_says_so(client: Client) -> None:
    draft = foreign.upload(client, two(OFF, OFF))
    assert draft["key"] == "a" and {"process_off"} <= {code for code, _ in foreign.blocking(draft)}
    told: dict[str, Any] = client.get(f"{foreign.at(draft)}/translation", by=foreign.OWNER)
    assert any("1 proses lain" in each["sentence"] for each in told["told"])


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_forms_of_camunda_are_taken_beside_the_diagram_and_in_a_zip(client: Client) -> None:
    draft = foreign.upload(client, foreign.xml_of(PLAIN), {"isi.form": {"components": []}})
    assert draft["version"] == 1


def test_a_diagram_beyond_all_measure_is_neither_translated_nor_mended() -> None:
    names = [f"t{i}" for i in range(400)]
    xml = process(start(), *(task(name) for name in names), end(), flows=" > ".join(["mulai", *names, "selesai"]))
    made = translate(xml, {})
    assert made.xml == xml and [each.kind for each in made.told] == ["needs_person"]
    assert mends(xml, {}) == []


def test_a_form_of_thousands_of_fields_is_refused_at_once() -> None:
    telling = Telling()
    form = {"components": [{"type": "textfield", "key": "sama"}] * 20_000}
    assert read_form(form, "Judul", "langkah", telling, {}) is None
    assert len(telling.told) < 300


def test_a_net_that_nobody_could_follow_is_not_drawn() -> None:
    names = [f"t{i}" for i in range(40)]
    ways = "; ".join(f"{one} > {other}" for one in names for other in names[:3] if one != other)
    with pytest.raises(Invalid):
        draw(process(start(), *(task(name) for name in names), end(), flows=f"mulai > t0; {ways}; t1 > selesai"))
