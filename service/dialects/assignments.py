"""Who does a task, and until when: groups and assignees of other tools as lanes, their due dates as time standards."""

from dataclasses import dataclass

from service.dialects.document import PEOPLE, Document, Node, mark, name_of, set_mark
from service.dialects.lanes import make_lanes
from service.dialects.recognising import ACTIVITI, CAMUNDA, FLOWABLE, ZEEBE
from service.dialects.telling import Telling
from service.dialects.times import duration_from
from service.engine.reading import BPMN, local

_EXTENSIONS = f"{{{BPMN}}}extensionElements"
_LONGEST_LANE = 100


@dataclass(frozen=True)
class Assignment:
    """What a tool says of one task, as it says it."""

    groups: str | None
    assignee: str | None
    due: str | None


def assignment_of(node: Node) -> Assignment:
    """Read from attributes (Camunda 7, Flowable) and extension elements (Camunda 8)."""
    found: dict[str, str | None] = {"candidateGroups": None, "assignee": None, "dueDate": None}
    for name in found:
        for uri in (CAMUNDA, FLOWABLE, ACTIVITI):
            found[name] = found[name] or node.get(f"{{{uri}}}{name}")
        for tag in ("assignmentDefinition", "taskSchedule"):
            for each in node.iterfind(f"{_EXTENSIONS}/{{{ZEEBE}}}{tag}"):
                found[name] = found[name] or each.get(name)
    return Assignment(found["candidateGroups"], found["assignee"], found["dueDate"])


def assign(document: Document, telling: Telling) -> bool:
    """Times and lanes of all tasks; says whether lanes were added."""
    tasks = {node.get("id"): node for node in document.nodes() if local(node) in PEOPLE}
    said = {id_: assignment_of(node) for id_, node in tasks.items()}
    for id_, node in tasks.items():
        _time(node, said[id_].due, telling)
    homes = document.lane_of()
    if homes or document.lanes():
        for id_, node in tasks.items():
            _as_drawn(node, said[id_], homes.get(id_), telling)
        return False
    groups = {id_: group for id_, node in tasks.items() if (group := _group(node, said[id_], telling)) is not None}
    if not groups:
        return False
    make_lanes(document, groups)
    for group in dict.fromkeys(groups.values()):
        count = sum(1 for each in groups.values() if each == group)
        message = "Kelompok “{group}” menjadi lajur dengan {count} tugas; tunjuk petugasnya sebelum diterbitkan."
        telling.translated(None, message, group=group, count=count)
    return True


def _time(node: Node, due: str | None, telling: Telling) -> None:
    if not due or mark(node, "timeStandard"):
        return
    length = duration_from(due)
    if length is None:
        message = "Tenggat {due} pada “{name}” dihitung oleh sistem asal; tulis mutu baku waktunya di sini."
        telling.needs_person(node.get("id"), message, due=due, name=name_of(node))
        return
    set_mark(node, "timeStandard", length)
    if mark(node, "timeClock") is None:
        set_mark(node, "timeClock", "elapsed")
    message = (
        "Tenggat {due} pada “{name}” menjadi mutu baku waktu {length}, dihitung siang malam; ubah bila hari kerja."
    )
    telling.translated(node.get("id"), message, due=due, name=name_of(node), length=length)


def _as_drawn(node: Node, said: Assignment, lane: str | None, telling: Telling) -> None:
    who = said.groups or said.assignee
    if who and lane:
        message = "“{name}” ditugaskan kepada “{who}”; di sini lajur pada gambar yang menentukan."
        telling.kept(node.get("id"), message, name=name_of(node), who=who)


def _group(node: Node, said: Assignment, telling: Telling) -> str | None:
    """The group whose lane a task goes to; None, and told, where only the running system would know."""
    listed = [each.strip() for each in (said.groups or "").removeprefix("=").strip('" ').split(",") if each.strip()]
    if listed and not _is_computed(said.groups or ""):
        if len(listed) > 1:
            message = "“{name}” boleh dikerjakan beberapa kelompok; di sini ia masuk lajur “{group}”."
            telling.needs_person(node.get("id"), message, name=name_of(node), group=listed[0])
        return listed[0][:_LONGEST_LANE]
    if said.assignee and not _is_computed(said.assignee):
        message = (
            "“{name}” ditugaskan kepada satu orang, “{who}”; di sini ia menjadi lajur, dan orangnya ditunjuk terpisah."
        )
        telling.needs_person(node.get("id"), message, name=name_of(node), who=said.assignee)
        return said.assignee.strip()[:_LONGEST_LANE] or None
    if said.groups or said.assignee:
        message = "Pelaksana “{name}” dihitung oleh sistem asal ({who}); pindahkan tugas ini ke lajur pelaksananya."
        telling.needs_person(node.get("id"), message, name=name_of(node), who=said.groups or said.assignee or "")
    return None


def _is_computed(text: str) -> bool:
    bare = text.strip()
    constant = bare.startswith('="') and bare.endswith('"') and bare.count('"') == 2
    return (bare.startswith("=") and not constant) or "${" in bare or "#{" in bare
