"""What the engine cannot run right, found before it runs: everything at once, each with its mend."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime

from service.engine import expressions
from service.engine.findings import Finding
from service.engine.reading import ACTIVITIES, Drawing
from service.engine.spec import Element, Flow
from service.engine.words import finding
from service.sentences import Sentence

MOST_ELEMENTS = 300  # SpiffWorkflow's parser calls itself for each step in a row; deeper than this may be too deep

_DURATION = re.compile(r"P(?=.)(?:\d{1,6}W)?(?:\d{1,6}D)?(?:T(?=.)(?:\d{1,6}H)?(?:\d{1,8}M)?(?:\d{1,10}S)?)?")
_CONDITIONAL = ("exclusiveGateway", "inclusiveGateway")
_BRANCHING = ("parallelGateway", "inclusiveGateway")
_CATCHING = ("catchTimer", "catchMessage", "catchSignal", "receiveTask")
_WAITING = ("userTask", "manualTask", "task", "subProcess", "receiveTask")


def examine(drawing: Drawing) -> list[Finding]:
    """All findings about a drawing. Empty: it may be compiled."""
    return [found for look in _LOOKS for found in look(drawing)]


# ---- ends and flows -----------------------------------------------------------------------------------------


def _size(drawing: Drawing) -> Iterator[Finding]:
    if len(drawing.elements) > MOST_ELEMENTS:
        yield finding("too_many_elements", count=len(drawing.elements), most=MOST_ELEMENTS)


def _starts_and_ends(drawing: Drawing) -> Iterator[Finding]:
    scopes = [None, *(each.id for each in drawing.elements.values() if each.kind == "subProcess")]
    for scope in scopes:
        inside = [each for each in drawing.elements.values() if each.scope == scope]
        where = Sentence("subproses “{name}”", name=drawing.elements[scope].label) if scope else Sentence("proses")
        owner = drawing.elements[scope] if scope else None
        starts = sum(each.kind.startswith("start") for each in inside)
        if starts != 1:
            yield finding("start_count", owner, count=starts, where=where)
        if not any(each.kind.startswith("end") for each in inside):
            yield finding("end_missing", owner, where=where)


def _flows(drawing: Drawing) -> Iterator[Finding]:
    elements = drawing.elements
    for flow in drawing.flows.values():
        source, target = elements.get(flow.source), elements.get(flow.target)
        if source is None or target is None or source.scope != target.scope:
            yield finding("flow_broken", flow=flow.name or flow.id, id=flow.id)
        elif source.kind.startswith("end"):
            yield finding("flow_not_allowed", source)
        elif target.kind.startswith(("start", "boundary")):
            yield finding("flow_not_allowed", target)


def _flows_twice(drawing: Drawing) -> Iterator[Finding]:
    pairs = Counter((flow.source, flow.target) for flow in drawing.flows.values())
    for (source, target), count in pairs.items():
        ends = [drawing.elements[each] for each in (source, target) if each in drawing.elements]
        if count > 1 and any(each.kind in _BRANCHING for each in ends):
            yield finding("flow_twice", ends[0], target=ends[-1].label)


def _ways_out(drawing: Drawing) -> Iterator[Finding]:
    for element in drawing.elements.values():
        flows = _out(drawing, element)
        if not flows and not element.kind.startswith("end"):
            yield finding("way_out_missing", element)
        elif element.kind.endswith("Gateway"):
            yield from _gateway(element, flows)
        elif len(flows) > 1 or any(flow.condition for flow in flows):
            yield finding("way_out_many", element)


def _gateway(element: Element, flows: list[Flow]) -> Iterator[Finding]:
    for flow in flows:
        if element.kind not in _CONDITIONAL and flow.condition:
            yield finding("condition_not_allowed", element, flow=flow.name or flow.id)
        elif element.kind in _CONDITIONAL and len(flows) > 1 and not flow.default and not flow.condition:
            yield finding("condition_missing", element, flow=flow.name or flow.id)


def _unreachable(drawing: Drawing) -> Iterator[Finding]:
    reached = {each.id for each in drawing.elements.values() if each.kind.startswith("start")}
    border = list(reached)
    while border:
        element = drawing.elements[border.pop()]
        onward = [flow.target for flow in _out(drawing, element)] + list(element.boundary)
        fresh = [each for each in onward if each in drawing.elements and each not in reached]
        reached.update(fresh)
        border += fresh
    for element in drawing.elements.values():
        if element.id not in reached:
            yield finding("unreachable", element)


def _out(drawing: Drawing, element: Element) -> list[Flow]:
    return [drawing.flows[flow] for flow in element.outgoing]


# ---- events -------------------------------------------------------------------------------------------------


def _boundaries(drawing: Drawing) -> Iterator[Finding]:
    for element in drawing.elements.values():
        if not element.kind.startswith("boundary"):
            continue
        host = drawing.elements.get(element.attached_to or "")
        thrown_inside = element.kind in ("boundaryError", "boundaryEscalation")
        wanted = ("subProcess",) if thrown_inside else _WAITING
        if host is None or host.kind not in wanted or host.scope != element.scope:
            yield finding("boundary_place", element)


def _event_gateways(drawing: Drawing) -> Iterator[Finding]:
    for gateway in drawing.elements.values():
        if gateway.kind != "eventBasedGateway":
            continue
        targets = [drawing.elements.get(flow.target) for flow in _out(drawing, gateway)]
        fit = [each for each in targets if each is not None and _fits_event_gateway(each)]
        if len(targets) < 2 or len(fit) < len(targets):
            yield finding("event_gateway", gateway)


def _fits_event_gateway(element: Element) -> bool:
    return element.kind in _CATCHING and len(element.incoming) == 1 and not element.boundary and not element.loop


def _timers(drawing: Drawing) -> Iterator[Finding]:
    for element in drawing.elements.values():
        timer = element.timer
        if timer is None:
            continue
        if not timer.expression:
            yield finding("timer_missing", element)
        elif timer.expression.startswith("R"):
            yield finding("timer_cycle", element, expression=timer.expression)
        elif not (_DURATION.fullmatch(timer.expression) if timer.kind == "duration" else _is_date(timer.expression)):
            yield finding("timer_unreadable", element, expression=timer.expression)
        if timer.clock not in ("working", "elapsed"):
            yield finding("timer_clock", element, clock=timer.clock)


def _is_date(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


# ---- expressions, scripts, loops ----------------------------------------------------------------------------


def conditions(drawing: Drawing) -> Iterator[tuple[Element, str]]:
    """Every expression of a drawing with the element it belongs to."""
    for flow in drawing.flows.values():
        if flow.condition and flow.source in drawing.elements:
            yield drawing.elements[flow.source], flow.condition
    for element in drawing.elements.values():
        loop = element.loop
        inside = (loop.count, loop.until, loop.condition) if loop else ()
        for expression in (element.condition, *inside):
            if expression:
                yield element, expression


def scripts(drawing: Drawing) -> Iterator[tuple[Element, str]]:
    """Every script of a drawing with the element it belongs to."""
    for element in drawing.elements.values():
        for script in (element.pre_script, element.script, element.post_script):
            if script:
                yield element, script


def _expressions(drawing: Drawing) -> Iterator[Finding]:
    for element, expression in conditions(drawing):
        if problem := expressions.problem(expression):
            yield finding("expression", element, expression=expression, problem=Sentence(problem))
    for element in drawing.elements.values():
        if element.kind.endswith("Conditional") and not element.condition:
            yield finding("expression", element, expression="", problem=Sentence("kosong."))


def _scripts(drawing: Drawing) -> Iterator[Finding]:
    for element, script in scripts(drawing):
        if problem := expressions.script_problem(script):
            yield finding("script", element, problem=Sentence(problem))
    for element in drawing.elements.values():
        if element.kind == "scriptTask" and not element.script:
            yield finding("script_missing", element)


def _loops(drawing: Drawing) -> Iterator[Finding]:
    for element in drawing.elements.values():
        loop = element.loop
        if loop is None:
            continue
        if element.kind not in ACTIVITIES:
            yield finding("loop", element, problem=Sentence("hanya kegiatan yang dapat diulang."))
        elif loop.kind == "standard" and not loop.condition and loop.maximum is None:
            yield finding("loop", element, problem=Sentence("syarat dan jumlah paling banyak kosong."))
        elif loop.kind != "standard" and (loop.count is None) == (loop.items is None):
            yield finding("loop", element, problem=Sentence("isi jumlah atau daftar, salah satu saja."))


def _variables(drawing: Drawing) -> Iterator[Finding]:
    for element_id, variable in drawing.variables.items():
        yield finding("variable_name", drawing.elements[element_id], variable=variable)


_LOOKS: tuple[Callable[[Drawing], Iterator[Finding]], ...] = (
    _size,
    _starts_and_ends,
    _flows,
    _flows_twice,
    _ways_out,
    _unreachable,
    _boundaries,
    _event_gateways,
    _timers,
    _expressions,
    _scripts,
    _loops,
    _variables,
)
