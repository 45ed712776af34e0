"""Reads the XML of a diagram into plain data. What it does not know it leaves, what cannot be read it finds."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from lxml import etree

from service.engine.findings import Finding
from service.engine.spec import Element, Flow, Lane, Loop, Timer
from service.engine.words import finding, unsupported

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
SPIFF = "http://spiffworkflow.org/bpmn/schema/1.0/core"
_NS = {"bpmn": BPMN, "spiff": SPIFF}

ACTIVITIES = frozenset({"userTask", "manualTask", "task", "scriptTask", "sendTask", "receiveTask", "subProcess"})
_GATEWAYS = frozenset({"exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway"})
_EVENTS = {
    "startEvent": "start",
    "endEvent": "end",
    "intermediateCatchEvent": "catch",
    "intermediateThrowEvent": "throw",
    "boundaryEvent": "boundary",
}
NODES = ACTIVITIES | _GATEWAYS | frozenset(_EVENTS)
_DRAWN_ONLY = frozenset(
    {
        "documentation", "extensionElements", "laneSet", "sequenceFlow", "incoming", "outgoing", "dataObject",
        "dataObjectReference", "dataStoreReference", "textAnnotation", "association", "group", "ioSpecification",
        "property", "dataInputAssociation", "dataOutputAssociation", "auditing", "monitoring", "artifact",
        "multiInstanceLoopCharacteristics", "standardLoopCharacteristics",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Drawing:
    """A diagram as it was read, and the element of its process in the tree."""

    process: etree._Element
    key: str
    title: str
    properties: Mapping[str, str]
    documentation: str | None
    elements: Mapping[str, Element]
    flows: Mapping[str, Flow]
    lanes: tuple[Lane, ...]
    variables: Mapping[str, str]


@dataclass(frozen=True)
class _Names:
    """What events refer to: ids of messages, signals, errors and escalations, and how they are known."""

    messages: Mapping[str, str]
    signals: Mapping[str, str]
    codes: Mapping[str, str | None]


@dataclass
class _Scope:
    """What has been gathered on the way through the tree."""

    names: _Names
    elements: dict[str, Element] = field(default_factory=dict)
    flows: dict[str, Flow] = field(default_factory=dict)
    lanes: list[Lane] = field(default_factory=list)
    lane_of: dict[str, str] = field(default_factory=dict)
    defaults: dict[str, str] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def local(node: etree._Element) -> str:
    """The BPMN tag of a node, empty for comments and for foreign ones."""
    if not isinstance(node.tag, str) or not node.tag.startswith(f"{{{BPMN}}}"):
        return ""
    return str(etree.QName(node).localname)


def read(root: etree._Element) -> tuple[Drawing | None, list[Finding]]:
    """The drawing, or None where there is no single process; and what was found while reading."""
    process, findings = _process(root)
    if process is None:
        return None, findings
    gathered = _Scope(_names(root), findings=findings)
    _read_scope(process, None, gathered)
    _find_repeated_ids(root, gathered)
    drawing = Drawing(
        process=process,
        key=process.get("id", ""),
        title=process.get("name") or _participant(root, process) or process.get("id", ""),
        properties=properties(process),
        documentation=_text(process, "bpmn:documentation"),
        elements=_joined(gathered),
        flows=gathered.flows,
        lanes=tuple(gathered.lanes),
        variables=gathered.variables,
    )
    return drawing, gathered.findings


def properties(node: etree._Element) -> dict[str, str]:
    """The `spiffworkflow:property` values of a node. What we do not know is kept."""
    found = node.findall("bpmn:extensionElements/spiff:properties/spiff:property", _NS)
    return {each.get("name", ""): each.get("value", "") for each in found if each.get("name")}


# ---- the process and what it refers to ----------------------------------------------------------------------


def _process(root: etree._Element) -> tuple[etree._Element | None, list[Finding]]:
    processes = root.findall(".//bpmn:process", _NS)
    executable = [each for each in processes if each.get("isExecutable", "true") == "true"]
    if not processes:
        return None, [finding("process_missing")]
    if len(executable) > 1:
        return None, [finding("process_many", ids=", ".join(each.get("id", "?") for each in executable))]
    if not executable:
        return None, [finding("process_off")]
    if not executable[0].get("id"):
        return None, [finding("id_missing", tag="process")]
    return executable[0], []


def _participant(root: etree._Element, process: etree._Element) -> str | None:
    for participant in root.iterfind(".//bpmn:participant", _NS):
        if participant.get("processRef") == process.get("id"):
            return str(participant.get("name", "")) or None
    return None


def _names(root: etree._Element) -> _Names:
    def named(tag: str) -> Iterator[etree._Element]:
        return (each for each in root.iterfind(f".//bpmn:{tag}", _NS) if each.get("id"))

    errors = {each.get("id", ""): each.get("errorCode") for each in named("error")}
    escalations = {each.get("id", ""): each.get("escalationCode") for each in named("escalation")}
    return _Names(
        messages={each.get("id", ""): each.get("name") or each.get("id", "") for each in named("message")},
        signals={each.get("id", ""): each.get("name") or each.get("id", "") for each in named("signal")},
        codes=errors | escalations,
    )


def _find_repeated_ids(root: etree._Element, gathered: _Scope) -> None:
    ids = Counter(node.get("id") for node in root.iter(f"{{{BPMN}}}*") if node.get("id"))
    gathered.findings += [finding("id_twice", id=each) for each, count in ids.items() if count > 1]


# ---- a process or sub-process -------------------------------------------------------------------------------


def _read_scope(node: etree._Element, scope: str | None, gathered: _Scope) -> None:
    for lanes in node.findall("bpmn:laneSet", _NS):
        _read_lanes(lanes, None, gathered)
    for child in node:
        tag = local(child)
        if tag == "sequenceFlow":
            _read_flow(child, gathered)
        elif tag in NODES:
            _read_node(child, tag, scope, gathered)
        elif tag and tag not in _DRAWN_ONLY:
            gathered.findings.append(unsupported(tag, child.get("id"), child.get("name")))


def _read_lanes(lanes: etree._Element, parent: str | None, gathered: _Scope) -> None:
    for node in lanes.findall("bpmn:lane", _NS):
        lane_id = node.get("id")
        if not lane_id:
            gathered.findings.append(finding("id_missing", tag="lane"))
            continue
        gathered.lanes.append(_lane(node, lane_id, parent))
        for reference in node.findall("bpmn:flowNodeRef", _NS):
            gathered.lane_of[(reference.text or "").strip()] = lane_id
        for inner in node.findall("bpmn:childLaneSet", _NS):  # read last: the innermost lane counts
            _read_lanes(inner, lane_id, gathered)


def _lane(node: etree._Element, lane_id: str, parent: str | None) -> Lane:
    marks = properties(node)
    return Lane(
        id=lane_id,
        name=node.get("name") or lane_id,
        public=marks.get("public") == "true",
        identity=marks.get("identity") == "true",
        properties=marks,
        parent=parent,
    )


def _read_flow(node: etree._Element, gathered: _Scope) -> None:
    flow_id = node.get("id")
    if not flow_id:
        gathered.findings.append(finding("id_missing", tag="sequenceFlow"))
        return
    gathered.flows[flow_id] = Flow(
        id=flow_id,
        name=node.get("name"),
        source=node.get("sourceRef", ""),
        target=node.get("targetRef", ""),
        condition=_text(node, "bpmn:conditionExpression"),
    )


def _read_node(node: etree._Element, tag: str, scope: str | None, gathered: _Scope) -> None:
    element_id = node.get("id")
    if not element_id:
        gathered.findings.append(finding("id_missing", tag=tag))
        return
    if tag == "subProcess" and node.get("triggeredByEvent") == "true":
        gathered.findings.append(unsupported("eventSubProcess", element_id, node.get("name")))
        return
    element = _element(node, tag, element_id, scope)
    if tag in _EVENTS:
        element = _event(node, element, _EVENTS[tag], gathered)
    elif tag in ("sendTask", "receiveTask"):
        element = _message_task(node, element, gathered)
    gathered.elements[element_id] = element
    _remember(node, element_id, gathered)
    if tag == "subProcess":
        _read_scope(node, element_id, gathered)


def _remember(node: etree._Element, element_id: str, gathered: _Scope) -> None:
    if default := node.get("default"):
        gathered.defaults[element_id] = default
    variables = node.findall(".//spiff:messageVariable", _NS) if local(node) != "subProcess" else []
    variables += node.findall("bpmn:extensionElements/spiff:variableName", _NS)
    if variables and (variables[0].text or "").strip():
        gathered.variables[element_id] = (variables[0].text or "").strip()


def _element(node: etree._Element, tag: str, element_id: str, scope: str | None) -> Element:
    return Element(
        id=element_id,
        name=node.get("name"),
        kind=tag,
        scope=scope,
        properties=properties(node),
        documentation=_text(node, "bpmn:documentation"),
        instructions=_text(node, "bpmn:extensionElements/spiff:instructionsForEndUser"),
        script=_text(node, "bpmn:script") if tag == "scriptTask" else None,
        pre_script=_text(node, "bpmn:extensionElements/spiff:preScript"),
        post_script=_text(node, "bpmn:extensionElements/spiff:postScript"),
        loop=_loop(node),
    )


def _loop(node: etree._Element) -> Loop | None:
    standard = node.find("bpmn:standardLoopCharacteristics", _NS)
    if standard is not None:
        maximum = standard.get("loopMaximum", "")
        return Loop(
            kind="standard",
            condition=_text(standard, "bpmn:loopCondition"),
            maximum=int(maximum) if maximum.isdecimal() else None,
            test_before=standard.get("testBefore") == "true",
        )
    several = node.find("bpmn:multiInstanceLoopCharacteristics", _NS)
    if several is None:
        return None
    return Loop(
        kind="sequential" if several.get("isSequential") == "true" else "parallel",
        count=_text(several, "bpmn:loopCardinality"),
        items=_text(several, "bpmn:loopDataInputRef"),
        item=_id(several, "bpmn:inputDataItem"),
        results=_text(several, "bpmn:loopDataOutputRef"),
        result=_id(several, "bpmn:outputDataItem"),
        until=_text(several, "bpmn:completionCondition"),
    )


# ---- events -------------------------------------------------------------------------------------------------

_CAUSES = {
    "timerEventDefinition": "Timer",
    "messageEventDefinition": "Message",
    "signalEventDefinition": "Signal",
    "errorEventDefinition": "Error",
    "escalationEventDefinition": "Escalation",
    "conditionalEventDefinition": "Conditional",
    "terminateEventDefinition": "Terminate",
}
_CAUSES_AT = {
    "start": frozenset[str](),
    "end": frozenset({"Message", "Error", "Escalation", "Terminate"}),
    "catch": frozenset({"Timer", "Message", "Signal", "Conditional"}),
    "throw": frozenset({"Message", "Signal", "Escalation"}),
    "boundary": frozenset({"Timer", "Message", "Signal", "Error", "Escalation", "Conditional"}),
}
_WITHOUT_CAUSE = {"start": "startEvent", "end": "endEvent", "throw": "throwEvent"}


def _event(node: etree._Element, element: Element, place: str, gathered: _Scope) -> Element:
    element = replace(
        element,
        attached_to=node.get("attachedToRef"),
        interrupting=node.get("cancelActivity", "true") == "true",
    )
    definitions = [child for child in node if local(child).endswith("EventDefinition")]
    if len(definitions) > 1:
        gathered.findings.append(finding("event_many", element))
        return element
    if not definitions:
        return _plain_event(element, place, gathered)
    tag = local(definitions[0])
    cause = _CAUSES.get(tag)
    if cause is None or cause not in _CAUSES_AT[place]:
        gathered.findings.append(finding("event_unsupported", element, cause=tag.removesuffix("EventDefinition")))
        return element
    return _with_cause(replace(element, kind=place + cause), definitions[0], cause, gathered)


def _plain_event(element: Element, place: str, gathered: _Scope) -> Element:
    if place in _WITHOUT_CAUSE:
        return replace(element, kind=_WITHOUT_CAUSE[place])
    gathered.findings.append(finding("event_unsupported", element, cause="none"))
    return element


def _with_cause(element: Element, definition: etree._Element, cause: str, gathered: _Scope) -> Element:
    if cause == "Timer":
        return replace(element, timer=_timer(definition, element))
    if cause == "Message":
        return _with_message(element, definition.get("messageRef"), gathered)
    if cause == "Signal":
        signal = gathered.names.signals.get(definition.get("signalRef", ""))
        if signal is None:
            gathered.findings.append(finding("signal_missing", element))
        return replace(element, signal=signal)
    if cause == "Conditional":
        return replace(element, condition=_text(definition, "bpmn:condition"))
    reference = definition.get("errorRef") or definition.get("escalationRef") or ""
    return replace(element, code=gathered.names.codes.get(reference))


def _message_task(node: etree._Element, element: Element, gathered: _Scope) -> Element:
    definition = node.find("bpmn:messageEventDefinition", _NS)
    reference = node.get("messageRef") or (definition.get("messageRef") if definition is not None else None)
    return _with_message(element, reference, gathered)


def _with_message(element: Element, reference: str | None, gathered: _Scope) -> Element:
    message = gathered.names.messages.get(reference or "")
    if message is None:
        gathered.findings.append(finding("message_missing", element))
    return replace(element, message=message)


def _timer(definition: etree._Element, element: Element) -> Timer:
    """A constant in quotes, as Spiff's own modeler writes it, means the same as without."""
    clock = element.properties.get("timeClock") or "working"
    cycle = _text(definition, "bpmn:timeCycle")
    if cycle is not None:
        return Timer(cycle if cycle.startswith("R") else f"R/{cycle}", "duration", clock)
    drawn = _text(definition, "bpmn:timeDuration") or _text(definition, "bpmn:timeDate") or ""
    drawn = drawn.strip("\"'")
    return Timer(drawn, "duration" if drawn.startswith(("P", "R")) else "date", clock)


# ---- put together -------------------------------------------------------------------------------------------


def _joined(gathered: _Scope) -> dict[str, Element]:
    """The elements with their lanes, flows and boundary events; marks the default flows."""
    for element_id, flow_id in gathered.defaults.items():
        flow = gathered.flows.get(flow_id)
        if flow is not None and flow.source == element_id:
            gathered.flows[flow_id] = replace(flow, default=True)
    elements = gathered.elements
    return {
        element.id: replace(
            element,
            lane=_lane_of(element, gathered),
            boundary=tuple(each.id for each in elements.values() if each.attached_to == element.id),
            incoming=tuple(flow.id for flow in gathered.flows.values() if flow.target == element.id),
            outgoing=tuple(flow.id for flow in gathered.flows.values() if flow.source == element.id),
        )
        for element in elements.values()
    }


def _lane_of(element: Element, gathered: _Scope) -> str | None:
    for _ in range(len(gathered.elements)):  # a drawing may go round in circles
        if element.id in gathered.lane_of:
            return gathered.lane_of[element.id]
        outer = element.attached_to or element.scope
        if outer is None or outer not in gathered.elements:
            return None
        element = gathered.elements[outer]
    return None


def _text(node: etree._Element, path: str) -> str | None:
    found = node.find(path, _NS)
    if found is None:
        return None
    text = "".join(found.itertext()).strip()
    return text or None


def _id(node: etree._Element, path: str) -> str | None:
    found = node.find(path, _NS)
    return found.get("id") if found is not None else None
