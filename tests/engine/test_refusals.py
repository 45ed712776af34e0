"""What cannot run right is refused when it is loaded, in words, all of it at once."""

import pytest

from service.engine import Finding, load_spec
from service.errors import Invalid
from tests.engine.diagrams import (
    Node,
    as_long_as,
    condition,
    end,
    error,
    event_gateway,
    exclusive,
    message,
    parallel,
    process,
    receive,
    script,
    start,
    subprocess,
    task,
    timer,
)


def findings(xml: bytes) -> list[Finding]:
    with pytest.raises(Invalid) as refused:
        load_spec(xml)
    return list(refused.value.findings)


def inside(tag: str, **attributes: str) -> bytes:
    return process(Node("x", tag, attributes=attributes), end(), flows="mulai > x > selesai")


def event(definition: str) -> bytes:
    node = Node("x", "intermediateCatchEvent", inside=f"<bpmn:{definition}/>")
    return process(node, end(), flows="mulai > x > selesai")


def plain(*nodes: Node, flows: str = "mulai > a > selesai") -> bytes:
    return process(task("a"), end(), *nodes, flows=flows)


def row_of(count: int) -> bytes:
    names = [f"t{at}" for at in range(count - 2)]
    return process(*map(task, names), end(), flows=" > ".join(["mulai", *names, "selesai"]))


LOOP_WITHOUT_COUNT = "<bpmn:multiInstanceLoopCharacteristics/>"

CASES: dict[str, tuple[str, bytes]] = {
    "a call of another diagram": ("element_unsupported", inside("callActivity", calledElement="lain")),
    "a call of a service": ("element_unsupported", inside("serviceTask")),
    "a decision table": ("element_unsupported", inside("businessRuleTask")),
    "a complex gateway": ("element_unsupported", inside("complexGateway")),
    "a transaction": ("element_unsupported", inside("transaction")),
    "an ad-hoc sub-process": ("element_unsupported", inside("adHocSubProcess")),
    "an event sub-process": (
        "element_unsupported",
        plain(Node("x", "subProcess", attributes={"triggeredByEvent": "true"})),
    ),
    "an unknown element": ("element_unsupported", inside("choreographyTask")),
    "a link": ("event_unsupported", event("linkEventDefinition")),
    "a compensation": ("event_unsupported", event("compensateEventDefinition")),
    "a catch event without cause": ("event_unsupported", inside("intermediateCatchEvent")),
    "a start by timer": (
        "event_unsupported",
        process(Node("mulai", "startEvent", inside="<bpmn:timerEventDefinition/>"), end(), flows="mulai > selesai"),
    ),
    "two causes at once": (
        "event_many",
        process(
            Node("x", "intermediateCatchEvent", inside="<bpmn:signalEventDefinition/><bpmn:timerEventDefinition/>"),
            end(),
            flows="mulai > x > selesai",
        ),
    ),
    "a receive task without message": ("message_missing", inside("receiveTask")),
    "a send task without message": ("message_missing", inside("sendTask")),
    "a signal that is none": ("signal_missing", event("signalEventDefinition")),
    "a timer without time": ("timer_missing", event("timerEventDefinition")),
    "a timer that repeats": (
        "timer_cycle",
        plain(timer("w", "R3/P1D", on="a"), flows="mulai > a > selesai; w > selesai"),
    ),
    "months, which are not of one length": (
        "timer_unreadable",
        plain(timer("w", "P1M", on="a"), flows="mulai > a > selesai; w > selesai"),
    ),
    "a timer that is no time": (
        "timer_unreadable",
        plain(timer("w", "besok", on="a"), flows="mulai > a > selesai; w > selesai"),
    ),
    "a clock that does not exist": (
        "timer_clock",
        plain(timer("w", "P1D", on="a", timeClock="lunar"), flows="mulai > a > selesai; w > selesai"),
    ),
    "two start events": ("start_count", plain(start("lagi"), start(), flows="mulai > a > selesai; lagi > a")),
    "no end event": ("end_missing", process(task("a"), flows="mulai > a")),
    "a sub-process without start": (
        "start_count",
        process(Node("s", "subProcess", nodes=(end("e"),)), end(), flows="mulai > s > selesai"),
    ),
    "a flow to nowhere": ("flow_broken", plain(flows="mulai > a > selesai; a > hilang")),
    "a flow out of a sub-process": (
        "flow_broken",
        process(
            subprocess("s", task("b"), end("e"), flows="s_mulai > b > e; b > selesai"),
            end(),
            flows="mulai > s > selesai",
        ),
    ),
    "a flow out of an end": ("flow_not_allowed", plain(flows="mulai > a > selesai; selesai > a")),
    "a flow into the start": (
        "flow_not_allowed",
        plain(exclusive("g"), flows="mulai > a > g; g > mulai : x; g > selesai : default"),
    ),
    "two flows into one join": (
        "flow_twice",
        plain(parallel("p"), parallel("q"), flows="mulai > a > p; p > q; p > q; q > selesai"),
    ),
    "a task that leads nowhere": (
        "way_out_missing",
        plain(task("b"), exclusive("g"), flows="mulai > a > g; g > b : x; g > selesai : default"),
    ),
    "two flows out of a task": ("way_out_many", plain(end("lain"), flows="mulai > a > selesai; a > lain")),
    "a condition on a flow out of a task": ("way_out_many", plain(flows="mulai > a; a > selesai : x")),
    "a task that nothing leads to": ("unreachable", plain(task("b"), flows="mulai > a > selesai; b > selesai")),
    "a flow out of a gateway without condition": (
        "condition_missing",
        plain(exclusive("g"), end("lain"), flows="mulai > a > g; g > selesai : x; g > lain"),
    ),
    "a condition where none is read": (
        "condition_not_allowed",
        plain(parallel("p"), end("lain"), flows="mulai > a > p; p > selesai : x; p > lain"),
    ),
    "an expression that cannot be read": (
        "expression",
        plain(exclusive("g"), end("lain"), flows="mulai > a > g; g > selesai : x ==; g > lain : default"),
    ),
    "an expression that reaches for the system": (
        "expression",
        plain(exclusive("g"), end("lain"), flows="mulai > a > g; g > selesai : ().__class__; g > lain : default"),
    ),
    "a condition that is waited for and empty": (
        "expression",
        plain(condition("k", " ", on="a"), flows="mulai > a > selesai; k > selesai"),
    ),
    "a script that imports": ("script", process(script("s", "import os"), end(), flows="mulai > s > selesai")),
    "a script task without script": ("script_missing", inside("scriptTask")),
    "a boundary event on a gateway": (
        "boundary_place",
        plain(exclusive("g"), timer("w", "P1D", on="g"), flows="mulai > a > g > selesai; w > selesai"),
    ),
    "a boundary event on itself": (
        "boundary_place",
        plain(timer("w", "P1D", on="w"), flows="mulai > a > selesai; w > selesai"),
    ),
    "an error caught on a task": (
        "boundary_place",
        plain(error("g", "E", on="a"), flows="mulai > a > selesai; g > selesai"),
    ),
    "a task after an event-based gateway": (
        "event_gateway",
        process(
            task("a"), timer("w", "P1D"), event_gateway("e"), end(), flows="mulai > e; e > a > selesai; e > w > selesai"
        ),
    ),
    "an event that a gateway shares with another flow": (
        "event_gateway",
        process(
            timer("w", "P1D"),
            message("p", "x"),
            exclusive("g"),
            event_gateway("e"),
            end(),
            flows="mulai > g; g > e : x; g > w : default; e > w > selesai; e > p > selesai",
        ),
    ),
    "a repetition without count": (
        "loop",
        process(task("a", loop=LOOP_WITHOUT_COUNT), end(), flows="mulai > a > selesai"),
    ),
    "a loop without condition": (
        "loop",
        process(task("a", loop="<bpmn:standardLoopCharacteristics/>"), end(), flows="mulai > a > selesai"),
    ),
    "answers wrapped in one variable": (
        "variable_name",
        plain().replace(
            b'<bpmn:userTask id="a">',
            b'<bpmn:userTask id="a"><bpmn:extensionElements><spiffworkflow:variableName>isian'
            b"</spiffworkflow:variableName></bpmn:extensionElements>",
        ),
    ),
    "an id used twice": ("id_twice", plain(receive("a", "x"))),
    "an element without id": ("id_missing", plain().replace(b' id="a"', b"")),
    "a process that is switched off": ("process_off", plain().replace(b'"true"', b'"false"')),
    "no process": ("process_missing", plain().replace(b"bpmn:process", b"bpmn:category")),
    "two processes": (
        "process_many",
        plain().replace(b"</bpmn:process>", b'</bpmn:process><bpmn:process id="lain" isExecutable="true"/>'),
    ),
    "more elements than anybody can read": ("too_many_elements", row_of(301)),
}


@pytest.mark.parametrize("case", CASES)
def test_refused_is(case: str) -> None:
    code, xml = CASES[case]
    found = {each.code: each for each in findings(xml)}
    assert code in found
    assert all(found[code].blocks and text for text in (found[code].what, found[code].why, found[code].mend))
    assert not any("{" in text for text in (found[code].what, found[code].why, found[code].mend))


def test_a_finding_names_its_element() -> None:
    xml = plain(timer("w", "R/P1D", on="a"), flows="mulai > a > selesai; w > selesai")
    (found,) = findings(xml)
    assert found.element_id == "w"


def test_all_that_is_wrong_is_said_at_once() -> None:
    xml = plain(
        timer("w", "R/P1D", on="a"),
        exclusive("g"),
        end("lain"),
        flows="mulai > a > g; g > selesai : =; g > lain; w > lain",
    )
    assert {each.code for each in findings(xml)} == {"timer_cycle", "expression", "condition_missing"}


def test_a_loop_with_a_condition_is_fine() -> None:
    assert load_spec(process(task("a", loop=as_long_as("lagi")), end(), flows="mulai > a > selesai")).key == "kecil"


def test_the_longest_row_of_steps_that_is_taken_can_be_loaded() -> None:
    assert len(load_spec(row_of(300)).elements) == 300
