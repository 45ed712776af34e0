"""From the XML of a diagram to a `Spec`, once for each version in a process of the server."""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import partial
from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.parser.BpmnParser import full_tag
from SpiffWorkflow.bpmn.parser.event_parsers import EventBasedGatewayParser
from SpiffWorkflow.bpmn.parser.task_parsers import ConditionalGatewayParser, GatewayParser
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.bpmn.specs import defaults
from SpiffWorkflow.spiff.parser import event_parsers, process, task_spec
from SpiffWorkflow.spiff.specs import defaults as spiff

from service.engine import expressions, nodes
from service.engine.limits import conditions, examine, scripts
from service.engine.reading import SPIFF, Drawing, local, read
from service.engine.spec import Element, Spec
from service.engine.words import finding
from service.engine.xml import read_xml
from service.errors import Invalid

MOST_CACHED = 128
REFUSED = "Diagram ini belum dapat dijalankan."

_cache: OrderedDict[bytes, Spec] = OrderedDict()
_cache_lock = threading.Lock()


@dataclass(frozen=True)
class Compiled:
    """What the run is made of: SpiffWorkflow's specs, shared by all runs."""

    process: Any
    inside: Mapping[str, Any]


def load_spec(xml: bytes) -> Spec:
    """The parsed diagram. Raises `Invalid` with all `findings` where it cannot run right."""
    key = hashlib.sha256(xml).digest()
    with _cache_lock:
        if key in _cache:
            _cache.move_to_end(key)
            return _cache[key]
    spec = _parse(xml)
    with _cache_lock:
        _cache[key] = spec
        while len(_cache) > MOST_CACHED:
            _cache.popitem(last=False)
    return spec


def _parse(xml: bytes) -> Spec:
    root = read_xml(xml)
    root = root.getroot() if hasattr(root, "getroot") else root
    drawing, findings = read(root)
    if drawing is not None and not findings:
        findings = examine(drawing)
    if drawing is None or findings:
        raise Invalid(REFUSED, findings=findings)
    inside = [each for each in drawing.elements.values() if each.scope is None]
    return Spec(
        key=drawing.key,
        title=drawing.title,
        properties=drawing.properties,
        elements=drawing.elements,
        flows=drawing.flows,
        lanes=drawing.lanes,
        reads=_reads(drawing),
        start=next(each for each in inside if each.kind.startswith("start")),
        ends=tuple(each for each in inside if each.kind.startswith("end")),
        messages=tuple(each for each in drawing.elements.values() if _awaits_message(each)),
        documentation=drawing.documentation,
        compiled=_compile(drawing),
    )


def _awaits_message(element: Element) -> bool:
    return element.kind in ("receiveTask", "catchMessage", "boundaryMessage")


def _reads(drawing: Drawing) -> frozenset[str]:
    """The names that the process has to know: whatever an expression, a script or a repetition reads."""
    names = {name for _, expression in conditions(drawing) for name in expressions.names(expression)}
    names |= {name for _, script in scripts(drawing) for name in expressions.script_names(script)[0]}
    for element in drawing.elements.values():
        if loop := element.loop:
            names |= {name for name in (loop.items, loop.item, loop.result) if name}
    return frozenset(names)


# ---- for SpiffWorkflow --------------------------------------------------------------------------------------

_KEPT = frozenset(
    {
        "process", "message", "signal", "error", "escalation", "sequenceFlow", "conditionExpression", "startEvent",
        "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent", "userTask", "manualTask",
        "task", "scriptTask", "sendTask", "receiveTask", "subProcess", "exclusiveGateway", "parallelGateway",
        "inclusiveGateway", "eventBasedGateway", "timerEventDefinition", "messageEventDefinition",
        "signalEventDefinition", "errorEventDefinition", "escalationEventDefinition", "terminateEventDefinition",
        "conditionalEventDefinition", "condition", "script", "extensionElements", "standardLoopCharacteristics",
        "multiInstanceLoopCharacteristics", "loopCardinality", "loopCondition", "loopDataInputRef",
        "loopDataOutputRef", "inputDataItem", "outputDataItem", "completionCondition",
    }
)  # fmt: skip
_KEPT_EXTENSIONS = frozenset({f"{{{SPIFF}}}preScript", f"{{{SPIFF}}}postScript"})


def _compile(drawing: Drawing) -> Compiled:
    """Only what we understood is handed on; the layout is not, so moving a box never changes what is decided."""
    parser = _Parser(drawing.elements)
    try:
        parser.add_bpmn_xml(_pruned(drawing))
        process_spec = parser.get_spec(drawing.key)
        inside = parser.get_subprocess_specs(drawing.key)
    except ValidationException as error:
        problem = finding("parser", drawing.elements.get(error.id or ""), problem=str(error))
        raise Invalid(REFUSED, findings=[problem]) from error
    for spec in (process_spec, *inside.values()):
        _prepare(spec)
    return Compiled(process_spec, inside)


def _pruned(drawing: Drawing) -> etree._Element:
    definitions = deepcopy(drawing.process.getroottree().getroot())
    for child in list(definitions):
        if local(child) not in _KEPT or (local(child) == "process" and child.get("id") != drawing.key):
            definitions.remove(child)
        else:
            _prune(child)
            _name(child)
    return definitions


def _prune(node: etree._Element) -> None:
    for child in list(node):
        if local(child) not in _KEPT and child.tag not in _KEPT_EXTENSIONS:
            node.remove(child)
        else:
            _prune(child)


def _name(node: etree._Element) -> None:
    """Messages and signals without a name are known by their id."""
    if local(node) in ("message", "signal") and not node.get("name"):
        node.set("name", node.get("id", ""))


def _prepare(spec: Any) -> None:
    for node in spec.task_specs.values():
        node._predict = partial(nodes.predict, node)
        if isinstance(node, nodes.InclusiveGateway):
            nodes.find_upstream(node)
        if isinstance(node, nodes.ParallelInstances | nodes.SequentialInstances | spiff.StandardLoopTask):
            repeated = spec.task_specs[node.task_spec]
            repeated.completed_event.connect(node.merge_child)  # now, as another process may load the state
        if isinstance(node, nodes.ParallelInstances | nodes.SequentialInstances):
            node.data_input = node.data_input and nodes.Known(node.data_input.bpmn_id)
            node.data_output = node.data_output and nodes.Results(node.data_output.bpmn_id)


class _Ours:
    """Our own classes where a parser of SpiffWorkflow would make its own."""

    PARALLEL_MI_CLASS = nodes.ParallelInstances
    SEQUENTIAL_MI_CLASS = nodes.SequentialInstances
    node: Any
    process_parser: Any

    def parse_timer_event(self, event: Any) -> nodes.TimerEvent:
        element = self.node.get("id")
        return nodes.TimerEvent(element, self.process_parser.parser.timers[element])

    def parse_conditional_event(self, event: Any) -> nodes.ConditionEvent:
        return nodes.ConditionEvent(self.process_parser.parser.conditions[self.node.get("id")])


class _TaskParser(_Ours, task_spec.SpiffTaskParser):
    pass


class _UserTaskParser(_Ours, task_spec.UserTaskParser):
    pass


class _ScriptTaskParser(_Ours, task_spec.ScriptTaskParser):
    pass


class _SubProcessParser(_Ours, task_spec.SubWorkflowParser):
    pass


class _SendTaskParser(_Ours, event_parsers.SpiffSendTaskParser):
    pass


class _ReceiveTaskParser(_Ours, event_parsers.SpiffReceiveTaskParser):
    pass


class _CatchParser(_Ours, event_parsers.SpiffIntermediateCatchEventParser):
    pass


class _BoundaryParser(_Ours, event_parsers.SpiffBoundaryEventParser):
    pass


class _Parser(process.SpiffBpmnParser):
    """Knows what we run and nothing else."""

    PARSER_CLASSES: dict[str, Any] = {}
    OVERRIDE_PARSER_CLASSES = {
        full_tag("startEvent"): (event_parsers.SpiffStartEventParser, defaults.StartEvent),
        full_tag("endEvent"): (event_parsers.SpiffEndEventParser, defaults.EndEvent),
        full_tag("intermediateCatchEvent"): (_CatchParser, defaults.IntermediateCatchEvent),
        full_tag("intermediateThrowEvent"): (
            event_parsers.SpiffIntermediateThrowEventParser,
            defaults.IntermediateThrowEvent,
        ),
        full_tag("boundaryEvent"): (_BoundaryParser, defaults.BoundaryEvent),
        full_tag("eventBasedGateway"): (EventBasedGatewayParser, defaults.EventBasedGateway),
        full_tag("exclusiveGateway"): (ConditionalGatewayParser, defaults.ExclusiveGateway),
        full_tag("inclusiveGateway"): (ConditionalGatewayParser, nodes.InclusiveGateway),
        full_tag("parallelGateway"): (GatewayParser, nodes.ParallelGateway),
        full_tag("userTask"): (_UserTaskParser, spiff.UserTask),
        full_tag("manualTask"): (_TaskParser, spiff.ManualTask),
        full_tag("task"): (_TaskParser, spiff.NoneTask),
        full_tag("scriptTask"): (_ScriptTaskParser, spiff.ScriptTask),
        full_tag("sendTask"): (_SendTaskParser, spiff.SendTask),
        full_tag("receiveTask"): (_ReceiveTaskParser, spiff.ReceiveTask),
        full_tag("subProcess"): (_SubProcessParser, nodes.SubProcess),
    }

    def __init__(self, elements: Mapping[str, Element]) -> None:
        super().__init__()
        self.timers = {each.id: each.timer for each in elements.values() if each.timer}
        self.conditions = {each.id: each.condition for each in elements.values() if each.condition}
