"""The SOP document of a version, from its diagram alone, as PermenPANRB 35/2012 wants it: identity and flowchart part.

The flowchart part has one row a step: what is done, a symbol in the column of who does it, what is needed, how long,
what comes out, a remark. Symbols are the five of the regulation: capsule, box, diamond, arrow, off-page connector.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from service.engine import Element, Flow, Spec

CAPSULE, BOX, DIAMOND = "capsule", "box", "diamond"

IDENTITY = (
    "sopNumber", "created", "revised", "effective", "approvedByPost", "approvedByName", "approvedByRank",
    "approvedByNip", "sopTitle",
)  # fmt: skip
LISTS = ("legalBasis", "qualifications", "relatedSops", "equipment", "warning", "recording")
"""Parts of the identity that are lists, in pairs as they stand beside each other in the document."""


@dataclass(frozen=True)
class Slot:
    """One symbol of the flowchart, in the lane's column, with what is written beside it."""

    element: str
    kind: str
    lane: str | None
    text: str
    part: str = ""
    inputs: tuple[str, ...] = ()
    time: tuple[str, str] | None = None
    """Time standard (ISO 8601) and clock."""
    output: tuple[str, ...] = ()
    remark: tuple[str, ...] = ()


@dataclass(frozen=True)
class Row:
    """One row of the SOP; a row of several parts has several slots. `phase` is the heading that begins with it."""

    number: str
    slots: tuple[Slot, ...]
    phase: str = ""


@dataclass(frozen=True)
class Link:
    """An arrow between two symbols; `event` where not the step itself but an event on it leads there."""

    source: str
    target: str
    label: str = ""
    event: bool = False


@dataclass(frozen=True)
class Chart:
    """The flowchart part."""

    lanes: tuple[tuple[str, str], ...]
    """Id and name of each column."""
    rows: tuple[Row, ...]
    links: tuple[Link, ...]

    def slots(self) -> Iterator[Slot]:
        return (slot for row in self.rows for slot in row.slots)


def chart_of(spec: Spec) -> Chart:
    """The flowchart part of a diagram."""
    shown = _in_order(spec)
    columns = [lane for lane in spec.lanes if any(e.lane == lane.id for e in shown)]
    return Chart(
        lanes=tuple((lane.id, lane.name) for lane in columns),
        rows=tuple(_rows(spec, shown)),
        links=tuple(dict.fromkeys(_links(spec, {e.id for e in shown}))),
    )


def lines(text: str | None) -> tuple[str, ...]:
    """The items of a list that has one a line."""
    return tuple(line.strip() for line in (text or "").splitlines() if line.strip())


# ---- which symbols, in which order -----------------------------------------------------------------------------


def _in_order(spec: Spec) -> list[Element]:
    """What gets a symbol: steps in the order of their rows, decisions and ends each after the step they follow."""
    order = [spec.start, *sorted((e for e in spec.elements.values() if _is_step(spec, e)), key=_row_order)]
    for element in spec.elements.values():
        if _is_decision(element):
            _insert(spec, order, element)
    for element in spec.elements.values():
        if _is_end(element):
            _insert(spec, order, element)
    return order


def _is_step(spec: Spec, element: Element) -> bool:
    if element.id == spec.start.id or element.attached_to:
        return False
    return element.is_task or element.kind in ("scriptTask", "callActivity") or bool(element.timer or element.message)


def _is_decision(element: Element) -> bool:
    return element.kind in ("exclusiveGateway", "inclusiveGateway") and len(element.outgoing) > 1


def _is_end(element: Element) -> bool:
    """Ends of sub-processes are left out: the matter goes on after them."""
    return element.kind.startswith("end") and element.scope is None


def _row_order(element: Element) -> tuple[int, int, str]:
    """Rows count as numbers: 2 before 10; what bears no row stays behind those that do, in the order of the file."""
    digits = "".join(c for c in (element.row or "").split(".")[0] if c.isdigit())
    return (0, int(digits), "") if digits else (1, 0, "")


def _insert(spec: Spec, order: list[Element], element: Element) -> None:
    """After the last of the symbols that lead to it, behind the decisions and ends that already follow that one."""
    shown = {e.id: n for n, e in enumerate(order)}
    before = [shown[source] for source in _sources(spec, element.id, set(shown))]
    place = max(before, default=len(order) - 1) + 1
    while place < len(order) and (_is_decision(order[place]) or _is_end(order[place])):
        place += 1
    order.insert(place, element)


def _sources(spec: Spec, element: str, shown: set[str]) -> Iterator[str]:
    """The symbols from which flows lead here, through whatever has no symbol."""
    seen, waiting = set(), [element]
    while waiting:
        for flow in spec.flows_to(waiting.pop()):
            source = spec.elements[flow.source]
            host = source.attached_to or source.id
            if host in seen:
                continue
            seen.add(host)
            if host in shown:
                yield host
            else:
                waiting.append(host)


# ---- rows ------------------------------------------------------------------------------------------------------


def _rows(spec: Spec, shown: list[Element]) -> Iterator[Row]:
    """Neighbours of one row number stand in one row; a decision or an end stands in the row of its step."""
    rows: list[Row] = []
    phase = ""
    for element in shown:
        slot = _slot(spec, element)
        follows = _is_decision(element) or _is_end(element) or not element.row
        if rows and (follows or element.row == rows[-1].number):
            rows[-1] = replace(rows[-1], slots=(*rows[-1].slots, slot))
            continue
        found = element.properties.get("sopPhase", "")
        rows.append(Row(element.row or "", (slot,), found if found != phase else ""))
        phase = found or phase
    yield from rows


def _slot(spec: Spec, element: Element) -> Slot:
    marks = element.properties
    standard = marks.get("timeStandard")
    capsule = element.id == spec.start.id or _is_end(element)
    return Slot(
        element=element.id,
        kind=CAPSULE if capsule else DIAMOND if _is_decision(element) else BOX,
        lane=element.lane,
        text=element.label,
        part=element.part or "",
        inputs=lines(marks.get("requiredInputs")),
        time=(standard, marks.get("timeClock", "working")) if standard else None,
        output=lines(marks.get("output")),
        remark=lines(marks.get("remark")),
    )


# ---- arrows ----------------------------------------------------------------------------------------------------


def _links(spec: Spec, shown: set[str]) -> Iterator[Link]:
    for element in spec.elements.values():
        host = element.attached_to
        source = host if host and host in shown else element.id
        if source not in shown and not (host and _inner(spec, host)):
            continue
        for flow in spec.flows_from(element.id):
            label = element.label if host else flow.name or ""
            for target in _targets(spec, flow, shown, set()):
                yield Link(source, target, label, event=bool(host))


def _targets(spec: Spec, flow: Flow, shown: set[str], seen: set[str]) -> Iterator[str]:
    """The symbols that a flow leads to, through whatever has no symbol."""
    target = spec.elements[flow.target]
    if target.id in shown:
        yield target.id
        return
    if target.id in seen:
        return
    seen.add(target.id)
    for onward in _onward(spec, target):
        yield from _targets(spec, onward, shown, seen)


def _onward(spec: Spec, element: Element) -> tuple[Flow, ...]:
    """Where it goes on: into a sub-process by its start, out of it by its end, else along the flows."""
    inner = _inner(spec, element.id)
    if inner:
        return tuple(flow for start in inner if start.kind.startswith("start") for flow in spec.flows_from(start.id))
    if element.kind.startswith("end") and element.scope:
        return spec.flows_from(element.scope)
    return spec.flows_from(element.id)


def _inner(spec: Spec, element_id: str) -> list[Element]:
    return [e for e in spec.elements.values() if e.scope == element_id]
