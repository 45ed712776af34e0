"""What a tool wrote that has no use here: it stays in the file, and is told, element by element."""

from service.dialects.document import Document, Node, name_of
from service.dialects.recognising import ACTIVITI, CAMUNDA, FLOWABLE, ZEEBE
from service.dialects.telling import Telling
from service.engine.reading import BPMN, SPIFF, local

_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_READ = {"candidateGroups", "assignee", "dueDate", "formKey", "formRef"}
_READ_ELEMENTS = {
    *(f"{{{uri}}}{tag}" for uri, tags in {
        CAMUNDA: ("formData",),
        FLOWABLE: ("formProperty",),
        ACTIVITI: ("formProperty",),
        ZEEBE: ("userTask", "formDefinition", "assignmentDefinition", "taskSchedule", "userTaskForm"),
        SPIFF: ("properties", "instructionsForEndUser", "preScript", "postScript", "variableName"),
    }.items() for tag in tags),
}  # fmt: skip
_MOST_NAMED = 6


def keep_in_mind(document: Document, telling: Telling) -> None:
    """Tell of every attribute and extension element of other tools that was not read."""
    for node in document.root.iter(f"{{{BPMN}}}*"):
        if local(node) in ("definitions", "extensionElements"):
            continue
        names = list(dict.fromkeys([*_attributes(node), *_elements(node)]))
        if names:
            shown = ", ".join(names[:_MOST_NAMED]) + (" …" if len(names) > _MOST_NAMED else "")
            owner = _owner(node)
            message = "“{name}” memuat {names}: disimpan dalam berkas, tetapi tidak dipakai di sini."
            telling.kept(owner.get("id"), message, name=name_of(owner), names=shown)


def _owner(node: Node) -> Node:
    """The element with an id that it belongs to."""
    while not node.get("id") and node.getparent() is not None:
        node = node.getparent()
    return node


def _attributes(node: Node) -> list[str]:
    found = []
    for name in node.attrib:
        uri, _, short = name[1:].partition("}") if name.startswith("{") else ("", "", name)
        if uri and uri not in (BPMN, _XSI) and short not in _READ:
            found.append(_named(node, uri, short))
    return found


def _elements(node: Node) -> list[str]:
    extension = node.find(f"{{{BPMN}}}extensionElements")
    children = [each for each in extension if isinstance(each.tag, str)] if extension is not None else []
    return [
        _named(each, *each.tag[1:].split("}", 1))
        for each in children
        if each.tag.startswith("{") and each.tag not in _READ_ELEMENTS
    ]


def _named(node: Node, uri: str, short: str) -> str:
    prefix = next((prefix for prefix, known in node.nsmap.items() if known == uri and prefix), None)
    return f"{prefix}:{short}" if prefix else short
