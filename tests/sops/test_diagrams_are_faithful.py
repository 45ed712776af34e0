"""The five diagrams say what the five SOP documents say: rows, lanes, times, inputs, outputs, choices and ends.

`facts/` holds what was read off the documents, one file for each SOP. Whether each path runs so is tried in
`test_paths.py`.
"""

from pathlib import Path
from typing import Any

import pytest
import yaml

from service.engine import Element, Spec, load_spec

_HERE = Path(__file__).parent
_DIAGRAMS = _HERE.parents[1] / "bpmn"
_KEYS = sorted(path.stem for path in (_HERE / "facts").glob("*.yaml"))

pytestmark = pytest.mark.parametrize("key", _KEYS)


def _facts(key: str) -> dict[str, Any]:
    return dict(yaml.safe_load((_HERE / "facts" / f"{key}.yaml").read_text()))


def _spec(key: str) -> Spec:
    return load_spec((_DIAGRAMS / f"{key}.bpmn").read_bytes())


def _lines(text: str | None) -> list[str]:
    return text.split("\n") if text else []


def _worked(spec: Spec) -> list[Element]:
    """What people do: the start form and the tasks."""
    return [spec.start, *spec.tasks()]


def test_the_diagram_bears_the_name_of_its_file_and_the_identity_of_its_sop(key: str) -> None:
    spec, facts = _spec(key), _facts(key)
    approved = facts.get("approved", {})
    said = {
        "sopTitle": facts["title"],
        "agency": facts["agency"],
        "sopNumber": facts.get("number"),
        "created": facts.get("created"),
        "revised": None,
        "effective": facts.get("effective"),
        "approvedByName": approved.get("name"),
        "approvedByNip": approved.get("nip"),
        "approvedByRank": approved.get("rank"),
        "approvedByPost": approved.get("post"),
        "relatedSops": "\n".join(facts.get("related", [])) or None,
    }
    assert spec.key == key
    assert {name: spec.properties.get(name) for name in said} == said


def test_the_lanes_are_the_columns_of_the_document_in_their_order(key: str) -> None:
    lanes = [(lane.id, lane.name, lane.public) for lane in _spec(key).lanes]
    assert lanes == [(lane["id"], lane["name"], lane.get("public", False)) for lane in _facts(key)["lanes"]]


def test_each_row_is_one_task_with_its_time_inputs_and_output(key: str) -> None:
    said = [
        {
            "element": row["element"],
            "row": row.get("row"),
            "part": row.get("part"),
            "lane": row["lane"],
            "time": row.get("time"),
            "clock": row.get("clock"),
            "inputs": row.get("inputs", []),
            "output": row.get("output"),
            "remark": row.get("remark", []),
        }
        for row in _facts(key)["rows"]
    ]
    drawn = [
        {
            "element": element.id,
            "row": element.row,
            "part": element.part,
            "lane": element.lane,
            "time": element.properties.get("timeStandard"),
            "clock": element.properties.get("timeClock"),
            "inputs": _lines(element.properties.get("requiredInputs")),
            "output": element.properties.get("output"),
            "remark": _lines(element.properties.get("remark")),
        }
        for element in _worked(_spec(key))
    ]
    assert drawn == said


def test_a_lane_that_was_guessed_says_so_to_the_office(key: str) -> None:
    spec = _spec(key)
    for row in _facts(key)["rows"]:
        element = spec.elements[row["element"]]
        basis = element.properties["laneBasis"].partition(":")[0]
        assert (element.id, basis) == (element.id, row["basis"])
        assert basis != "judgement" or "Mohon diperiksa" in (element.documentation or ""), element.id


def test_each_choice_leads_to_the_row_the_document_names(key: str) -> None:
    spec = _spec(key)
    for row in _facts(key)["rows"]:
        if "decision" in row:
            field, options = row["decision"]["field"], row["decision"]["options"]
            found = {value: _led_to(spec, row["element"], field, value) for value in options}
            assert found == options


def _led_to(spec: Spec, task: str, field: str, value: str | bool) -> str:
    """The row, or the end, that follows a task when its field has this value."""
    (to_gateway,) = spec.flows_from(task)
    ways = spec.flows_from(to_gateway.target)
    asked = field if value is True else f'{field} == "{value}"'
    way = next((flow for flow in ways if flow.condition == asked), None)
    way = way or next(flow for flow in ways if flow.default)
    target = spec.elements[way.target]
    return target.row or f"end {target.id}"


def test_what_else_can_end_a_row_hangs_on_its_task(key: str) -> None:
    spec = _spec(key)
    for row in _facts(key)["rows"]:
        drawn = [_interruption(spec, event) for event in spec.on(row["element"])]
        assert drawn == row.get("events", [])


def _interruption(spec: Spec, event: Element) -> dict[str, Any]:
    assert event.interrupting
    (flow,) = spec.flows_from(event.id)
    if event.message:
        lanes = _lines(event.properties["messageLanes"])
        return {"message": event.message, "from": lanes, "to": flow.target}
    assert event.timer
    return {"timer": event.timer.expression, "clock": event.timer.clock, "to": flow.target}


def test_the_ends_are_those_of_the_document(key: str) -> None:
    assert [end.id for end in _spec(key).ends] == _facts(key)["ends"]


def test_the_complainant_is_told_of_three_to_six_milestones(key: str) -> None:
    told = dict.fromkeys(element.properties.get("milestone") for element in _worked(_spec(key)))
    assert 3 <= len([milestone for milestone in told if milestone]) <= 6


def test_every_task_has_a_short_name_instructions_and_forms_named_after_it(key: str) -> None:
    for element in _worked(_spec(key)):
        assert element.name and len(element.name) <= 40, element.id
        assert element.instructions, element.id
        assert (element.form, element.form_ui) == (f"{element.id}.schema.json", f"{element.id}.ui.json")


def test_the_complaint_begins_in_the_public_lane(key: str) -> None:
    spec = _spec(key)
    lane = spec.lane(spec.start.lane)
    assert spec.start.id == "mulai"
    assert lane and lane.public


def test_only_lanes_that_take_in_or_give_answers_may_open_who_the_complainant_is(key: str) -> None:
    lanes = _spec(key).lanes
    assert any(lane.identity for lane in lanes)
    assert not any(lane.identity and lane.public for lane in lanes)
    assert not {lane.id for lane in lanes if lane.identity} & {"gubernur", "wakil_gubernur", "kadis", "kepala_dinas"}


def test_an_answer_is_promised_within_a_time_and_why_that_time(key: str) -> None:
    properties = _spec(key).properties
    assert properties["promise"].startswith("P")
    assert properties["promiseBasis"]
    assert properties["complainantWord"] in {"pelapor", "pengadu", "pemohon"}
    assert len(properties["numberPrefix"]) == 3
