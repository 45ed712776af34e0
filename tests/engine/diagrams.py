"""Tiny diagrams as text: nodes and flows in, BPMN without a layout out.

    process(task("a", lane="x"), exclusive("g"), task("b"), end("selesai"),
            flows="mulai > a > g; g > b : ok == True; g > selesai : default; b > selesai")

A flow line chains nodes; what stands after the colon of a line with two nodes is its condition, or `default`.
The start event `mulai` is always there. Boundary events have `on=`; lanes come from the nodes.
"""

from dataclasses import dataclass, field
from itertools import pairwise
from xml.sax.saxutils import escape, quoteattr

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="definitions" targetNamespace="urn:alur:test">'
)


@dataclass(frozen=True)
class Node:
    """One node: its tag, its attributes, what is inside, and what it needs beside the process."""

    id: str
    tag: str
    lane: str | None = None
    attributes: dict[str, str] = field(default_factory=dict)
    inside: str = ""
    root: str = ""
    properties: dict[str, str] = field(default_factory=dict)
    flows: str = ""
    nodes: tuple["Node", ...] = ()


def start(id: str = "mulai", **properties: str) -> Node:
    return Node(id, "startEvent", properties=properties)


def end(id: str = "selesai") -> Node:
    return Node(id, "endEvent")


def terminate(id: str = "batal") -> Node:
    return Node(id, "endEvent", inside="<bpmn:terminateEventDefinition/>")


def task(id: str, lane: str | None = None, loop: str = "", tag: str = "userTask", **properties: str) -> Node:
    return Node(id, tag, lane, inside=loop, properties=properties)


def script(id: str, text: str) -> Node:
    return Node(id, "scriptTask", inside=f"<bpmn:script>{escape(text)}</bpmn:script>")


def exclusive(id: str) -> Node:
    return Node(id, "exclusiveGateway")


def parallel(id: str) -> Node:
    return Node(id, "parallelGateway")


def inclusive(id: str) -> Node:
    return Node(id, "inclusiveGateway")


def event_gateway(id: str) -> Node:
    return Node(id, "eventBasedGateway")


def timer(id: str, time: str, on: str | None = None, interrupting: bool = True, **properties: str) -> Node:
    """A timer event: a boundary event if it is `on` something."""
    kind = "timeDuration" if time.startswith("P") else "timeCycle" if time.startswith("R") else "timeDate"
    inside = f"<bpmn:timerEventDefinition><bpmn:{kind}>{escape(time)}</bpmn:{kind}></bpmn:timerEventDefinition>"
    return _event(id, inside, "", on, interrupting, properties)


def message(id: str, name: str, on: str | None = None, interrupting: bool = True, **properties: str) -> Node:
    inside = f'<bpmn:messageEventDefinition messageRef="message_{name}"/>'
    return _event(id, inside, _message(name), on, interrupting, properties)


def throw(id: str, name: str) -> Node:
    inside = f'<bpmn:messageEventDefinition messageRef="message_{name}"/>'
    return Node(id, "intermediateThrowEvent", inside=inside, root=_message(name))


def signal(id: str, name: str, on: str | None = None, interrupting: bool = True) -> Node:
    inside = f'<bpmn:signalEventDefinition signalRef="signal_{name}"/>'
    return _event(id, inside, f'<bpmn:signal id="signal_{name}" name="{name}"/>', on, interrupting, {})


def throw_signal(id: str, name: str) -> Node:
    inside = f'<bpmn:signalEventDefinition signalRef="signal_{name}"/>'
    return Node(id, "intermediateThrowEvent", inside=inside, root=f'<bpmn:signal id="signal_{name}" name="{name}"/>')


def condition(id: str, expression: str, on: str | None = None, interrupting: bool = True) -> Node:
    inside = (
        f"<bpmn:conditionalEventDefinition><bpmn:condition>{escape(expression)}</bpmn:condition>"
        "</bpmn:conditionalEventDefinition>"
    )
    return _event(id, inside, "", on, interrupting, {})


def error(id: str, code: str, on: str | None = None) -> Node:
    """An error end event, or where it is `on` a sub-process, the boundary event that catches it."""
    inside = f'<bpmn:errorEventDefinition errorRef="error_{code}"/>'
    root = f'<bpmn:error id="error_{code}" name="{code}" errorCode="{code}"/>'
    return _event(id, inside, root, on, True, {}) if on else Node(id, "endEvent", inside=inside, root=root)


def receive(id: str, name: str) -> Node:
    return Node(id, "receiveTask", attributes={"messageRef": f"message_{name}"}, root=_message(name))


def subprocess(id: str, *nodes: Node, flows: str, lane: str | None = None, loop: str = "") -> Node:
    """Its start event is `<id>_mulai`."""
    inner = (start(f"{id}_mulai"), *nodes)
    return Node(id, "subProcess", lane, inside=loop, flows=flows, nodes=inner)


def times(count: str, sequential: bool = False, until: str = "") -> str:
    """A multi-instance mark: so many times."""
    return _several(f"<bpmn:loopCardinality>{escape(count)}</bpmn:loopCardinality>", sequential, until)


def each(items: str, item: str, sequential: bool = False, until: str = "", results: str = "", result: str = "") -> str:
    """A multi-instance mark: once for each item of a list, its results gathered in another."""
    lists = f"<bpmn:loopDataInputRef>{items}</bpmn:loopDataInputRef>"
    lists += f"<bpmn:loopDataOutputRef>{results}</bpmn:loopDataOutputRef>" if results else ""
    lists += f'<bpmn:inputDataItem id="{item}"/>'
    lists += f'<bpmn:outputDataItem id="{result}"/>' if result else ""
    return _several(lists, sequential, until)


def as_long_as(expression: str, maximum: int | None = None) -> str:
    """A standard loop mark."""
    most = f' loopMaximum="{maximum}"' if maximum else ""
    return (
        f"<bpmn:standardLoopCharacteristics{most}><bpmn:loopCondition>{escape(expression)}</bpmn:loopCondition>"
        "</bpmn:standardLoopCharacteristics>"
    )


def process(*nodes: Node, flows: str, key: str = "kecil", **properties: str) -> bytes:
    """The XML of a process that starts at `mulai`."""
    if not any(node.tag == "startEvent" for node in nodes):
        nodes = (start(), *nodes)
    body = _properties(properties) + _lanes(nodes) + _body(nodes, flows)
    roots = "".join(sorted({root for node in _all(nodes) if (root := node.root)}))
    text = f'{_HEAD}<bpmn:process id="{key}" isExecutable="true">{body}</bpmn:process>{roots}</bpmn:definitions>'
    return text.encode()


def _several(inside: str, sequential: bool, until: str) -> str:
    mark = ' isSequential="true"' if sequential else ""
    done = f"<bpmn:completionCondition>{escape(until)}</bpmn:completionCondition>" if until else ""
    return f"<bpmn:multiInstanceLoopCharacteristics{mark}>{inside}{done}</bpmn:multiInstanceLoopCharacteristics>"


def _message(name: str) -> str:
    return f'<bpmn:message id="message_{name}" name="{name}"/>'


def _event(id: str, inside: str, root: str, on: str | None, interrupting: bool, properties: dict[str, str]) -> Node:
    if on is None:
        return Node(id, "intermediateCatchEvent", inside=inside, root=root, properties=properties)
    attributes = {"attachedToRef": on, "cancelActivity": "true" if interrupting else "false"}
    return Node(id, "boundaryEvent", attributes=attributes, inside=inside, root=root, properties=properties)


def _all(nodes: tuple[Node, ...]) -> list[Node]:
    return [each for node in nodes for each in (node, *_all(node.nodes))]


def _body(nodes: tuple[Node, ...], flows: str) -> str:
    lines = flows_of(flows)
    default = (
        (source, _flow_id(source, target, at)) for at, (source, target, when) in enumerate(lines) if when == "default"
    )
    defaults = dict(default)
    return "".join(_node(node, defaults.get(node.id)) for node in nodes) + "".join(
        _flow(source, target, when, at) for at, (source, target, when) in enumerate(lines)
    )


def _node(node: Node, default: str | None) -> str:
    attributes = dict(node.attributes) | ({"default": default} if default else {})
    marks = "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items())
    inner = _properties(node.properties) + node.inside + (_body(node.nodes, node.flows) if node.nodes else "")
    return f"<bpmn:{node.tag} id={quoteattr(node.id)}{marks}>{inner}</bpmn:{node.tag}>"


def flows_of(text: str) -> list[tuple[str, str, str | None]]:
    """The flows of a text: from, to, and the condition or `default`."""
    found = []
    for line in (each.strip() for each in text.replace("\n", ";").split(";")):
        if not line:
            continue
        path, _, when = line.partition(":")
        names = [name.strip() for name in path.split(">")]
        found += [(one, two, when.strip() or None) for one, two in pairwise(names)]
    return found


def _flow_id(source: str, target: str, at: int) -> str:
    return f"{source}__{target}__{at}"


def _flow(source: str, target: str, when: str | None, at: int) -> str:
    inside = ""
    if when and when != "default":
        inside = f"<bpmn:conditionExpression>{escape(when)}</bpmn:conditionExpression>"
    return (
        f'<bpmn:sequenceFlow id="{_flow_id(source, target, at)}" sourceRef="{source}" targetRef="{target}">'
        f"{inside}</bpmn:sequenceFlow>"
    )


def _properties(properties: dict[str, str]) -> str:
    if not properties:
        return ""
    marks = "".join(
        f"<spiffworkflow:property name={quoteattr(name)} value={quoteattr(value)}/>"
        for name, value in properties.items()
    )
    return (
        f"<bpmn:extensionElements><spiffworkflow:properties>{marks}</spiffworkflow:properties></bpmn:extensionElements>"
    )


def _lanes(nodes: tuple[Node, ...]) -> str:
    names = dict.fromkeys(node.lane for node in nodes if node.lane)
    if not names:
        return ""
    lanes = "".join(
        f'<bpmn:lane id="{name}" name="{name.title()}">'
        + "".join(f"<bpmn:flowNodeRef>{node.id}</bpmn:flowNodeRef>" for node in nodes if node.lane == name)
        + "</bpmn:lane>"
        for name in names
    )
    return f'<bpmn:laneSet id="lanes">{lanes}</bpmn:laneSet>'
