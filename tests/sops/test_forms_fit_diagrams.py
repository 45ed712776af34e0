"""Every task and start event of the diagrams has its form, every form its task, and what gateways read is asked."""

import ast
import json
from collections import defaultdict
from pathlib import Path

import pytest
from lxml import etree

from service.forms import fields

ROOT = Path(__file__).parents[2]
DIAGRAMS = sorted((ROOT / "bpmn").glob("*.bpmn"))
NAMESPACES = {
    "bpmn": "http://www.omg.org/spec/BPMN/20100524/MODEL",
    "spiff": "http://spiffworkflow.org/bpmn/schema/1.0/core",
}

every_diagram = pytest.mark.parametrize("path", DIAGRAMS, ids=lambda path: path.stem)


def _tree(path):
    return etree.parse(path, etree.XMLParser(resolve_entities=False, no_network=True))


def _find(tree, xpath):
    return tree.xpath(xpath, namespaces=NAMESPACES)


def _asking(tree):
    """Elements that show a form: id -> (schema file, ui file)."""
    found = {}
    for element in _find(tree, "//bpmn:startEvent | //bpmn:userTask | //bpmn:manualTask"):
        marks = {mark.get("name"): mark.get("value") for mark in _find(element, ".//spiff:property")}
        found[element.get("id")] = (marks.get("formJsonSchemaFilename"), marks.get("formUiSchemaFilename"))
    return found


def _schema(diagram, element):
    return json.loads((ROOT / "forms" / diagram / f"{element}.schema.json").read_text(encoding="utf-8"))


def test_there_are_five_diagrams():
    assert len(DIAGRAMS) == 5


@every_diagram
def test_every_task_and_start_event_names_its_own_form(path):
    wrong = {
        element: named
        for element, named in _asking(_tree(path)).items()
        if named != (f"{element}.schema.json", f"{element}.ui.json")
    }
    assert wrong == {}


@every_diagram
def test_every_form_exists_and_none_is_left_over(path):
    named = {file for pair in _asking(_tree(path)).values() for file in pair}
    assert {file.name for file in (ROOT / "forms" / path.stem).iterdir()} == named


def test_no_folder_of_forms_is_without_its_diagram():
    folders = {folder.name for folder in (ROOT / "forms").iterdir() if folder.is_dir()}
    assert folders == {path.stem for path in DIAGRAMS}


@every_diagram
def test_what_a_gateway_reads_is_demanded_by_a_form_passed_before_it(path):
    tree = _tree(path)
    for gateway, expressions in _gateways(tree).items():
        before = {element: _schema(path.stem, element) for element in _before(tree, gateway) & _asking(tree).keys()}
        for expression in expressions:
            for name, values in _read(expression).items():
                asked = {element: schema for element, schema in before.items() if name in schema["required"]}
                assert asked, f"{gateway} reads {name}, which no form before it demands"
                for schema in asked.values():
                    assert values <= _answers(fields.all_fields(schema)[name]), f"{gateway} compares {name} wrongly"


def _gateways(tree):
    """Gateway or task -> the conditions on its ways out."""
    found = defaultdict(list)
    for flow in _find(tree, "//bpmn:sequenceFlow[bpmn:conditionExpression]"):
        found[flow.get("sourceRef")].append(_find(flow, "string(bpmn:conditionExpression)").strip())
    return found


def _before(tree, element):
    """Everything from which a way leads to the element."""
    back = defaultdict(set)
    for flow in _find(tree, "//bpmn:sequenceFlow"):
        back[flow.get("targetRef")].add(flow.get("sourceRef"))
    for boundary in _find(tree, "//bpmn:boundaryEvent"):
        back[boundary.get("id")].add(boundary.get("attachedToRef"))
    passed, waiting = set(), [element]
    while waiting:
        for source in back[waiting.pop()] - passed:
            passed.add(source)
            waiting.append(source)
    return passed


def _read(expression):
    """Names an expression reads -> the values it compares them with."""
    found = defaultdict(set)
    tree = ast.parse(expression, mode="eval")
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            found[node.id] |= set()
        if isinstance(node, ast.Compare) and isinstance(node.left, ast.Name):
            for value in node.comparators:
                found[node.left.id] |= {part.value for part in ast.walk(value) if isinstance(part, ast.Constant)}
    return found


def _answers(field):
    return {True, False} if field["type"] == "boolean" else set(fields.choices(field))
