"""The layout: what it draws is sound by the ruler of `geometry`, complete, the same each time, and quick."""

import time
from pathlib import Path

import pytest
from lxml import etree
from SpiffWorkflow.bpmn.parser import BpmnValidator

from service.diagrams.layout import draw
from service.errors import Invalid
from tests.diagrams.geometry import faults, look
from tests.diagrams.growing import process

_SOPS = sorted((Path(__file__).parents[2] / "bpmn").glob("*.bpmn"))
_NS = 'xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"'
_BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
_DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"


def _bpmn(nodes: str, flows: str, lanes: str = "", pool: bool = True) -> bytes:
    """A small process; `flows` is a list like 'a-b b-c:Ya', a name after the colon."""
    drawn = "".join(
        f'<sequenceFlow id="f{i}" sourceRef="{ends.split("-")[0]}" targetRef="{ends.split("-")[1]}" name="{name}"/>'
        for i, (ends, _, name) in enumerate(flow.partition(":") for flow in flows.split())
    )
    collaboration = '<collaboration id="c"><participant id="p" name="Dinas" processRef="x"/></collaboration>'
    return (
        f'<definitions {_NS} id="d" targetNamespace="urn:test">{collaboration if pool else ""}'
        f'<process id="x" isExecutable="true">{lanes}{nodes}{drawn}</process></definitions>'
    ).encode()


def _tasks(*ids: str) -> str:
    return "".join(f'<userTask id="{id_}" name="Tugas {id_}"/>' for id_ in ids)


@pytest.mark.parametrize("path", _SOPS, ids=lambda path: path.stem)
def test_the_five_sops_are_drawn_soundly(path: Path) -> None:
    assert faults(path.read_bytes()) == []


@pytest.mark.parametrize("path", _SOPS, ids=lambda path: path.stem)
def test_the_drawings_of_the_sops_are_those_of_the_layout(path: Path) -> None:
    assert draw(path.read_bytes()) + b"\n" == path.read_bytes()


@pytest.mark.parametrize("seed", range(200))
def test_random_processes_are_drawn_soundly(seed: int) -> None:
    assert faults(draw(process(seed, most=45))) == []


@pytest.mark.parametrize("seed", [3, 16, 34, 51, 53, 187])
def test_processes_of_eighty_nodes_are_drawn_soundly_and_within_seconds(seed: int) -> None:
    xml = process(seed, most=80)
    begun = time.thread_time()
    drawn = draw(xml)
    assert time.thread_time() - begun < 10  # about half a second on an idle machine
    assert faults(drawn) == []


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_drawing_is_valid_bpmn(seed: int) -> None:
    BpmnValidator().validate(etree.fromstring(draw(process(seed))))


def test_the_same_process_is_drawn_the_same_each_time() -> None:
    assert draw(process(7)) == draw(process(7))


def test_drawing_a_drawing_anew_changes_nothing() -> None:
    once = draw(process(8))
    assert draw(once) == once


def test_all_but_the_drawing_stays_as_it_is() -> None:
    before, after = etree.fromstring(process(9)), etree.fromstring(draw(process(9)))
    kept = [part for part in after if part.tag != f"{_DI}BPMNDiagram"]
    assert [_canonical(part) for part in kept] == [_canonical(part) for part in before]


def _canonical(part: etree._Element) -> bytes:
    return etree.tostring(part, method="c14n", with_tail=False)


def test_a_chain_in_one_lane_runs_straight() -> None:
    drawn = look(draw(_bpmn('<startEvent id="s"/>' + _tasks("a", "b") + '<endEvent id="e"/>', "s-a a-b b-e")))
    heights = {y for line in drawn.lines.values() for _, y in line}
    assert len(heights) == 1
    assert all(len(line) == 2 for line in drawn.lines.values())


def test_lanes_are_bands_in_the_order_of_the_file() -> None:
    lanes = (
        '<laneSet id="ls"><lane id="l2" name="B"><flowNodeRef>b</flowNodeRef></lane>'
        '<lane id="l1" name="A"><flowNodeRef>a</flowNodeRef></lane></laneSet>'
    )
    drawn = look(draw(_bpmn(_tasks("a", "b"), "a-b", lanes)))
    assert drawn.shapes["l2"].bottom == drawn.shapes["l1"].y
    assert drawn.shapes["p"].y == drawn.shapes["l2"].y
    assert drawn.shapes["p"].bottom == drawn.shapes["l1"].bottom


def test_nested_lanes_lie_within_their_lane() -> None:
    lanes = (
        '<laneSet id="ls"><lane id="kdh" name="KDH"><childLaneSet id="in">'
        '<lane id="l1" name="Gubernur"><flowNodeRef>a</flowNodeRef></lane>'
        '<lane id="l2" name="Wakil Gubernur"><flowNodeRef>b</flowNodeRef></lane></childLaneSet></lane>'
        '<lane id="l3" name="Kadis"><flowNodeRef>c</flowNodeRef></lane></laneSet>'
    )
    xml = draw(_bpmn(_tasks("a", "b", "c"), "a-b b-c c-a", lanes))
    drawn = look(xml)
    assert faults(xml) == []
    assert all(drawn.shapes["kdh"].holds(drawn.shapes[lane]) for lane in ("l1", "l2"))
    assert drawn.shapes["l1"].x > drawn.shapes["kdh"].x


def test_a_loop_leaves_and_enters_above_or_below_and_not_through_the_row() -> None:
    nodes = _tasks("a", "b", "c") + '<exclusiveGateway id="g" name="Setuju?"/><endEvent id="e"/>'
    drawn = look(draw(_bpmn(nodes, "a-b b-c c-g g-e:Ya g-a:Tidak")))
    loop = drawn.lines["f4"]
    assert loop[0][0] == loop[1][0] and loop[-1][0] == loop[-2][0]
    assert not drawn.shapes["b"].y < loop[1][1] < drawn.shapes["b"].bottom


def test_boundary_events_stand_on_the_border_of_their_task() -> None:
    nodes = _tasks("a", "b") + '<boundaryEvent id="t" name="Lewat 10 hari" attachedToRef="a"/><endEvent id="e"/>'
    drawn = look(draw(_bpmn(nodes, "a-b t-e")))
    event, task = drawn.shapes["t"], drawn.shapes["a"]
    assert (event.y + event.bottom) / 2 == task.bottom
    assert task.x < event.x and event.right < task.right


@pytest.mark.parametrize("many", [3, 5, 9])
def test_many_boundary_events_find_room_on_one_task(many: int) -> None:
    events = "".join(
        f'<boundaryEvent id="b{i}" name="Bila terjadi hal {i}" attachedToRef="a"/><endEvent id="e{i}" name="Akhir"/>'
        for i in range(many)
    )
    flows = " ".join(f"b{i}-e{i}:Ya" for i in range(many))
    assert faults(draw(_bpmn(_tasks("a") + events, flows))) == []


@pytest.mark.parametrize("many", [4, 6, 9])
def test_gateways_of_many_ways_are_drawn_soundly(many: int) -> None:
    ways = [f"t{i}" for i in range(many)]
    nodes = '<exclusiveGateway id="g" name="Apa hasil telaah?"/>' + _tasks("a", *ways, "z")
    flows = "a-g " + " ".join(f"g-{way}:Jawaban" for way in ways) + " " + " ".join(f"{way}-z" for way in ways)
    assert faults(draw(_bpmn(nodes, flows))) == []


@pytest.mark.parametrize(
    ("nodes", "flows"),
    [
        pytest.param("", "", id="nothing at all"),
        pytest.param(_tasks("a"), "", id="one task alone"),
        pytest.param(_tasks("a"), "a-a", id="a task back to itself"),
        pytest.param(_tasks("a", "b"), "a-b a-b:Ya b-a b-a", id="four flows between two tasks"),
        pytest.param(_tasks("a", "b", "c", "d"), "a-b c-d d-c", id="parts without start or connection"),
        pytest.param('<startEvent id="s"/><startEvent id="r"/>' + _tasks("a"), "s-a r-a", id="two starts"),
        pytest.param(
            _tasks("a") + '<boundaryEvent id="t" name="Lewat waktu" attachedToRef="a"/>', "t-a", id="back to host"
        ),
        pytest.param(
            f'<userTask id="a" name="{"Menyampaikan pemberitahuan berkepanjangan " * 5}"/>', "", id="a long name"
        ),
        pytest.param(f'<userTask id="a" name="{"w" * 60}"/>', "", id="a name that cannot be broken"),
        pytest.param(f'<endEvent id="a" name="{"w" * 100_000}"/>', "", id="an endless name"),
    ],
)
def test_odd_processes_are_drawn_soundly(nodes: str, flows: str) -> None:
    assert faults(draw(_bpmn(nodes, flows))) == []
    assert faults(draw(_bpmn(nodes, flows, pool=False))) == []


def test_nodes_outside_all_lanes_get_a_band_of_their_own() -> None:
    lanes = '<laneSet id="ls"><lane id="l1" name="A"><flowNodeRef>a</flowNodeRef></lane></laneSet>'
    xml = draw(_bpmn(_tasks("a", "b"), "a-b", lanes))
    drawn = look(xml)
    assert faults(xml) == []
    assert drawn.shapes["b"].y > drawn.shapes["l1"].bottom
    assert drawn.shapes["p"].holds(drawn.shapes["b"])


def test_a_sub_process_is_drawn_closed_with_a_diagram_of_its_own() -> None:
    nodes = f'<subProcess id="sub" name="Bagian">{_tasks("m", "n")}<sequenceFlow id="in" sourceRef="m" targetRef="n"/>'
    root = etree.fromstring(draw(_bpmn(_tasks("a") + nodes + "</subProcess>", "a-sub")))
    planes = [plane.get("bpmnElement") for plane in root.iter(f"{_DI}BPMNPlane")]
    inner = {shape.get("bpmnElement") for shape in root.findall(f"{_DI}BPMNDiagram")[1].iter(f"{_DI}BPMNShape")}
    assert planes == ["c", "sub"]
    assert inner == {"m", "n"}


@pytest.mark.parametrize(
    "xml",
    [
        pytest.param(b"<definitions", id="broken XML"),
        pytest.param(b"<definitions/>", id="no process"),
        pytest.param(_bpmn(_tasks("a"), "a-nowhere"), id="a flow into nothing"),
        pytest.param(_bpmn('<boundaryEvent id="b" attachedToRef="gone"/>', ""), id="an event on nothing"),
        pytest.param(b'<!DOCTYPE d [<!ENTITY e "x">]>' + _bpmn(_tasks("a"), ""), id="a DOCTYPE"),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_words(xml: bytes) -> None:
    with pytest.raises(Invalid):
        draw(xml)
