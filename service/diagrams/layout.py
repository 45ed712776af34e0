"""Draws a process: takes BPMN and gives the same BPMN with all shapes, lines and labels in place (BPMN DI)."""

from lxml import etree

from service.diagrams.drawing import di
from service.diagrams.drawing.plan import BPMN, SUBPROCESSES, Plan, name_of, read
from service.diagrams.drawing.plotting import plot
from service.engine import read_xml
from service.errors import Invalid


def draw(xml: bytes) -> bytes:
    """The same process, drawn anew: lanes as bands in their order, columns by the order of work.

    An older drawing is replaced and comments in the XML are dropped; nothing else is touched. Sub-processes are
    drawn closed, each with a diagram of its own. Notes, groups and data objects get no place. Raises Invalid for
    XML that is broken or not BPMN, for more than one pool or process, and for flows that hang in the air.
    """
    root = read_xml(xml).getroot()
    process, participant, collaboration = _only_process(root)
    di.erase(root)
    plan = _readable(read(process))
    name = name_of(participant) if participant is not None else None
    drawing = plot(plan, name)
    if participant is None or collaboration is None:
        di.write(root, process.get("id", ""), None, process, drawing)
    else:
        di.write(root, collaboration.get("id", ""), participant.get("id", ""), process, drawing)
    for scope in process.iter(*(f"{{{BPMN}}}{tag}" for tag in SUBPROCESSES)):
        di.write(root, scope.get("id", ""), None, scope, plot(_readable(read(scope)), None))
    drawn: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return drawn


MOST_NODES = 400
MOST_FLOWS_EACH, MOST_FLOWS_BESIDES = 1.5, 20
"""A net with more flows than that takes minutes to draw, and nobody could follow it."""


def _readable(plan: Plan) -> Plan:
    if len(plan.nodes) > MOST_NODES or len(plan.flows) > MOST_FLOWS_EACH * len(plan.nodes) + MOST_FLOWS_BESIDES:
        raise Invalid("Diagram ini terlalu rumit untuk ditata secara otomatis; pecah menjadi beberapa prosedur.")
    return plan


def _only_process(
    root: etree._Element,
) -> tuple[etree._Element, etree._Element | None, etree._Element | None]:
    processes = root.findall(f"{{{BPMN}}}process")
    if len(processes) != 1:
        raise Invalid("Diagram harus memuat tepat satu proses.")
    pools = root.findall(f"{{{BPMN}}}collaboration/{{{BPMN}}}participant")
    if len(pools) > 1:
        raise Invalid("Diagram hanya boleh memuat satu kolam.")
    return processes[0], pools[0] if pools else None, root.find(f"{{{BPMN}}}collaboration")
