"""Builds the diagram of a plan: BPMN with the marks of the house, drawn, and a form for each step."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

from service.diagrams.layout import draw
from service.sentences import Sentence
from service.sop_tables import asking, naming
from service.sop_tables.plan import ELAPSED, JUDGEMENT, START, Interruption, Plan, PlanRow

_BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
_MARKS = "http://spiffworkflow.org/bpmn/schema/1.0/core"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_NAMES = {"bpmn": _BPMN, "spiffworkflow": _MARKS, "xsi": _XSI}


@dataclass(frozen=True)
class Built:
    """A diagram and the files of its forms by name."""

    xml: bytes
    forms: dict[str, Any]


@dataclass(frozen=True)
class _Flow:
    id: str
    source: str
    target: str
    name: str = ""
    condition: str = ""


class _Drawing:
    """The BPMN while it is put together: nodes first, then what leads from one to the other."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.root = etree.Element(_tag("definitions"), nsmap=_NAMES)
        self.root.set("id", f"definitions_{plan.key}"[:80])
        self.root.set("targetNamespace", f"urn:alur:{plan.key}")
        self.flows: list[_Flow] = []
        self.lane_of: dict[str, str] = {}
        self.nodes: dict[str, etree._Element] = {}
        self.ids = {
            plan.key,
            *(row.id for row in plan.rows),
            *(end.id for end in plan.ends),
            *(lane.id for lane in plan.lanes),
        }
        self.ids |= {event.id for row in plan.rows for event in row.events}

    def fresh(self, wanted: str) -> str:
        """An id that is not taken yet."""
        found = naming.fresh(wanted[:70], self.ids)
        self.ids.add(found)
        return found

    def lead(self, source: str, target: str, name: str = "", condition: str = "") -> str:
        """A flow; gives its id."""
        flow = _Flow(self.fresh(f"{source[:34]}__{target[:34]}"), source, target, name, condition)
        self.flows.append(flow)
        return flow.id


def _tag(name: str) -> str:
    return f"{{{_BPMN}}}{name}"


def build(plan: Plan) -> Built:
    """The diagram of a plan, drawn, with its forms. Raises `Invalid` where it cannot be drawn."""
    drawing = _Drawing(plan)
    title = plan.identity.get("agency") or plan.title
    collaboration = etree.SubElement(drawing.root, _tag("collaboration"), id=drawing.fresh(f"collaboration_{plan.key}"))
    etree.SubElement(
        collaboration, _tag("participant"), id=drawing.fresh(f"participant_{plan.key}"), name=title, processRef=plan.key
    )
    process = etree.SubElement(drawing.root, _tag("process"), id=plan.key, name=plan.title, isExecutable="true")
    _marks(process, _process_marks(plan))
    lane_set = etree.SubElement(process, _tag("laneSet"), id=drawing.fresh(f"lanes_{plan.key}"))
    for n, row in enumerate(plan.rows):
        _step(drawing, process, row, _after(plan, n))
    _ends(drawing, process)
    _messages(drawing)
    _lanes(drawing, lane_set)
    _flows(drawing, process)
    forms: dict[str, Any] = {}
    for row in plan.rows:
        form = asking.form_for(row, plan)
        forms[f"{row.id}.schema.json"], forms[f"{row.id}.ui.json"] = form["schema"], form["ui_schema"]
    xml: bytes = etree.tostring(drawing.root, encoding="UTF-8", xml_declaration=True)
    return Built(draw(xml), forms)


def _after(plan: Plan, n: int) -> str:
    """The row after one; after the last one the last end."""
    return plan.rows[n + 1].id if n + 1 < len(plan.rows) else plan.ends[-1].id


def _process_marks(plan: Plan) -> dict[str, str]:
    marks = {"sopTitle": plan.title, **{name: value for name, value in plan.identity.items() if name != "sopTitle"}}
    return {**marks, "complainantWord": plan.complainant_word}


def _marks(element: etree._Element, marks: Mapping[str, str], instructions: str = "") -> None:
    kept = {name: value for name, value in marks.items() if value}
    if not kept and not instructions:
        return
    extension = etree.SubElement(element, _tag("extensionElements"))
    if instructions:
        etree.SubElement(extension, f"{{{_MARKS}}}instructionsForEndUser").text = instructions
    properties = etree.SubElement(extension, f"{{{_MARKS}}}properties")
    for name, value in kept.items():
        etree.SubElement(properties, f"{{{_MARKS}}}property", name=name, value=value)


# ---- steps --------------------------------------------------------------------------------------------------

_DOUBT = (
    "Lajur ini perkiraan: dokumen SOP tidak menunjukkan dengan pasti siapa pelaksana baris ini. Mohon diperiksa; "
    "bila keliru, pindahkan tugas ini ke lajur yang benar."
)
_ADDED = "Langkah ini tidak mempunyai baris sendiri dalam dokumen SOP. Mohon diperiksa."


def _step(drawing: _Drawing, process: etree._Element, row: PlanRow, after: str) -> None:
    element = etree.SubElement(
        process, _tag("startEvent" if row.kind == START else "userTask"), id=row.id, name=row.name
    )
    drawing.nodes[row.id], drawing.lane_of[row.id] = element, row.lane
    doubts = [_DOUBT] * (row.lane_basis == JUDGEMENT) + [_ADDED] * row.inserted
    if doubts:
        etree.SubElement(element, _tag("documentation")).text = " ".join(doubts)
    _marks(element, _row_marks(drawing.plan, row), asking.instructions_for(row))
    for event in row.events:
        _boundary(drawing, process, row, event)
    if row.decision is None:
        drawing.lead(row.id, row.then or after)
        return
    _gateway(drawing, process, row, after)


def _row_marks(plan: Plan, row: PlanRow) -> dict[str, str]:
    basis = row.lane_basis if row.lane_basis in ("text", "mark", "judgement") else "text"
    return {
        "sopRow": row.row,
        "sopPart": row.part,
        "sopPhase": row.phase,
        "timeStandard": row.time,
        "timeClock": row.clock if row.time and row.clock == ELAPSED else "",
        "requiredInputs": "\n".join(row.inputs),
        "output": row.output,
        "remark": _remark(row),
        "laneBasis": f"{basis}: {row.lane_reason}" if row.lane_reason else basis,
        "milestone": _milestones(plan).get(row.id, ""),
        "formJsonSchemaFilename": f"{row.id}.schema.json",
        "formUiSchemaFilename": f"{row.id}.ui.json",
    }


def _remark(row: PlanRow) -> str:
    """What the document remarks; where its time had to be interpreted, how it is printed there."""
    printed = (
        Sentence("Waktu tertulis {printed} dalam dokumen", printed=row.time_printed)
        if row.time_printed and row.time_confidence != "sure"
        else ""
    )
    return "\n".join(filter(None, (row.remark, printed)))


def _milestones(plan: Plan) -> dict[str, str]:
    """What the complainant is told: received, being looked into, being answered."""
    told = {plan.rows[0].id: "Pengaduan Anda sudah kami terima"}
    wanted = (
        ({"telaah", "periksa", "analisis", "verifikasi", "cek", "teliti"}, "Pengaduan Anda sedang ditelaah"),
        ({"susun", "buat", "konsep"}, "Jawaban untuk Anda sedang disusun"),
    )
    for verbs, words in wanted:
        found = next((row for row in plan.rows[1:] if naming.verbs(row.name) & verbs and row.id not in told), None)
        if found is not None:
            told[found.id] = words
    last = plan.rows[-1]
    told.setdefault(last.id, "Pengaduan Anda memasuki langkah terakhir")
    return told


def _gateway(drawing: _Drawing, process: etree._Element, row: PlanRow, after: str) -> None:
    """The gateway behind a row; the default is the way that does no harm: back, else the last one."""
    decision = row.decision
    if decision is None:
        return
    gateway = drawing.fresh(f"apa_{decision.field}"[:60])
    element = etree.SubElement(process, _tag("exclusiveGateway"), id=gateway, name=decision.question or "Keputusan?")
    drawing.nodes[gateway], drawing.lane_of[gateway] = element, row.lane
    drawing.lead(row.id, gateway)
    safe = next((option for option in decision.options if option.returns), decision.options[-1])
    for option in decision.options:
        condition = "" if option is safe else f'{decision.field} == "{option.value}"'
        flow = drawing.lead(gateway, option.to or after, option.label, condition)
        if option is safe:
            element.set("default", flow)


def _boundary(drawing: _Drawing, process: etree._Element, row: PlanRow, event: Interruption) -> None:
    element = etree.SubElement(
        process, _tag("boundaryEvent"), id=event.id, name=event.name, attachedToRef=row.id, cancelActivity="true"
    )
    drawing.nodes[event.id], drawing.lane_of[event.id] = element, row.lane
    if event.kind == "message":
        _marks(element, {"messageLanes": "\n".join(event.lanes)})
    drawing.lead(event.id, event.to)


def _definition(drawing: _Drawing, event: Interruption) -> None:
    """What the event waits for; it stands after the flows of its element."""
    element = drawing.nodes[event.id]
    if event.kind == "message":
        etree.SubElement(element, _tag("messageEventDefinition"), messageRef=f"pesan_{event.id}"[:79])
        return
    definition = etree.SubElement(element, _tag("timerEventDefinition"))
    duration = etree.SubElement(definition, _tag("timeDuration"))
    duration.set(f"{{{_XSI}}}type", "bpmn:tFormalExpression")
    duration.text = event.after


def _ends(drawing: _Drawing, process: etree._Element) -> None:
    """The ends that something leads to, each in the lane it is reached from."""
    for end in drawing.plan.ends:
        source = next((flow.source for flow in drawing.flows if flow.target == end.id), None)
        if source is None:
            continue
        element = etree.SubElement(process, _tag("endEvent"), id=end.id, name=end.name)
        drawing.nodes[end.id], drawing.lane_of[end.id] = element, drawing.lane_of[source]


def _messages(drawing: _Drawing) -> None:
    """The messages of the diagram, in front of its process."""
    for row in drawing.plan.rows:
        for event in row.events:
            if event.kind == "message":
                message = etree.Element(_tag("message"), id=f"pesan_{event.id}"[:79], name=event.id)
                drawing.root.insert(0, message)


def _lanes(drawing: _Drawing, lane_set: etree._Element) -> None:
    for lane in drawing.plan.lanes:
        element = etree.SubElement(lane_set, _tag("lane"), id=lane.id, name=lane.name)
        marks = {
            "public": "true" if lane.public else "",
            "identity": "true" if lane.identity else "",
            "group": lane.group,
        }
        _marks(element, marks)
        for node, inside in drawing.lane_of.items():
            if inside == lane.id:
                etree.SubElement(element, _tag("flowNodeRef")).text = node


def _flows(drawing: _Drawing, process: etree._Element) -> None:
    for flow in drawing.flows:
        etree.SubElement(drawing.nodes[flow.target], _tag("incoming")).text = flow.id
    for flow in drawing.flows:
        etree.SubElement(drawing.nodes[flow.source], _tag("outgoing")).text = flow.id
    for row in drawing.plan.rows:
        for event in row.events:
            _definition(drawing, event)
    for flow in drawing.flows:
        element = etree.SubElement(
            process, _tag("sequenceFlow"), id=flow.id, sourceRef=flow.source, targetRef=flow.target
        )
        if flow.name:
            element.set("name", flow.name)
        if flow.condition:
            expression = etree.SubElement(element, _tag("conditionExpression"))
            expression.set(f"{{{_XSI}}}type", "bpmn:tFormalExpression")
            expression.text = flow.condition
