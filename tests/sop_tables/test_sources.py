"""The five documents go through, as they were scanned; corrected only in the lanes that are a judgement, each runs
every path of its SOP, and what the documents do not say is listed for a person to add.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from difflib import SequenceMatcher
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from service.diagrams.check import CheckContext, check
from service.engine import Clock, MessageWaiting, Run, Spec, TaskWaiting, TimerWaiting, load_spec
from service.forms.sample import sample
from service.sop_tables import document, guess
from service.sop_tables.build import Built, build
from service.sop_tables.plan import Plan, PlanRow
from service.sop_tables.read import read

HERE = Path(__file__).parent
FACTS = HERE.parent / "sops" / "facts"
KEYS = sorted(path.stem for path in FACTS.glob("*.yaml"))
BEGUN = datetime(2026, 5, 4, 2, tzinfo=UTC)

MISSING = {
    "layanan_pengaduan": set(),
    "penanganan_pengaduan": set(),
    "pengaduan_langsung": set(),
    "pengaduan_masyarakat": {
        ("3", "step", "Pemeriksaan"),
        ("3", "step", "Klarifikasi dan konfirmasi"),
        ("3", "branch", "Tidak berkadar pengawasan"),
    },
    "sp4n_lapor": set(),
}
"""What the importer asks a person to add. Rows 4 and 4.a of the first document only choose the teams; no row examines
or clarifies, and none says what becomes of a complaint that is no matter for supervision."""


def facts_of(key: str) -> dict[str, Any]:
    return dict(yaml.safe_load((FACTS / f"{key}.yaml").read_text()))


@lru_cache
def proposed(key: str) -> Plan:
    """What is made of the document as it was scanned."""
    return guess.plan_of(read(document.of_file((HERE / "sources" / f"{key}.txt").read_bytes())))


def pairs(key: str) -> list[tuple[PlanRow, dict[str, Any]]]:
    """Each row of the plan with the row of the facts it stands for: the same row of the document, part by part."""
    rows, known = proposed(key).rows, facts_of(key)["rows"]
    assert [row.row for row in rows] == [fact.get("row", "") for fact in known]
    return list(zip(rows, known, strict=True))


def lane_ids(key: str) -> dict[str, str]:
    """The lanes of the facts by those of the plan; both stand in the order of the columns."""
    plan, known = proposed(key), facts_of(key)["lanes"]
    assert len(plan.lanes) == len(known)
    return {ours.id: theirs["id"] for ours, theirs in zip(plan.lanes, known, strict=True)}


@lru_cache
def corrected(key: str) -> Plan:
    """The plan as a person corrects it: the lanes that are a judgement, and nothing else."""
    ours = {theirs: mine for mine, theirs in lane_ids(key).items()}
    rows = [replace(row, lane=ours[fact["lane"]]) if fact["basis"] == "judgement" else row for row, fact in pairs(key)]
    return replace(proposed(key), rows=tuple(rows))


@lru_cache
def built(key: str) -> Built:
    return build(corrected(key))


@pytest.mark.parametrize("key", KEYS)
def test_every_lane_that_the_document_tells_is_read_from_it(key: str) -> None:
    ids = lane_ids(key)
    told = [(row.row, ids[row.lane], fact["lane"]) for row, fact in pairs(key) if fact["basis"] != "judgement"]
    assert [(row, mine) for row, mine, _ in told] == [(row, theirs) for row, _, theirs in told]


@pytest.mark.parametrize("key", KEYS)
def test_what_the_office_has_to_confirm_is_called_a_judgement_and_says_why(key: str) -> None:
    for row, fact in pairs(key):
        assert row.lane_reason, row.id
        if row.lane_basis == "judgement":
            assert fact["basis"] == "judgement", row.id
            assert row.lane_confidence == "unsure", row.id


@pytest.mark.parametrize("key", KEYS)
def test_rows_times_inputs_outputs_and_remarks_are_those_of_the_document(key: str) -> None:
    for row, fact in pairs(key):
        assert (row.time or None, row.clock) == (fact.get("time"), fact.get("clock", "working")), row.id
        assert len(row.inputs) == len(fact.get("inputs", [])), row.id
        assert all(_alike(*each) for each in zip(row.inputs, fact.get("inputs", []), strict=True)), row.id
        if fact.get("output") and "part" not in fact:
            assert _alike(row.output, fact["output"]), row.id


def _alike(one: str, other: str) -> bool:
    """Equal but for capitals and slips of the pen that the facts mend."""
    return SequenceMatcher(None, one.lower(), other.lower()).ratio() > 0.95


@pytest.mark.parametrize("key", KEYS)
def test_the_identity_part_is_read_as_far_as_the_document_has_one(key: str) -> None:
    facts, found = facts_of(key), proposed(key).identity
    approved = facts.get("approved", {})
    assert proposed(key).title.lower() == facts["title"].lower()
    assert found.get("agency") == facts["agency"]
    assert found.get("sopNumber") == facts.get("number")
    assert (found.get("created"), found.get("effective")) == (facts.get("created"), facts.get("effective"))
    assert found.get("approvedByName") == approved.get("name")
    assert found.get("approvedByNip") == approved.get("nip")
    assert found.get("approvedByRank") == approved.get("rank")
    assert "\ndan" not in found.get("recording", "")
    assert found.get("relatedSops", "").split("\n") == (facts.get("related") or [""])


@pytest.mark.parametrize("key", KEYS)
def test_each_choice_leads_to_the_row_the_facts_name(key: str) -> None:
    rows = {row.id: row.row for row in proposed(key).rows}
    for row, fact in pairs(key):
        assert (row.decision is None) == ("decision" not in fact), row.id
        if row.decision:
            mine = sorted(rows.get(option.to, "end") for option in row.decision.options)
            theirs = sorted(
                str(to) if not str(to).startswith("end ") else "end" for to in fact["decision"]["options"].values()
            )
            assert mine == theirs, row.id


@pytest.mark.parametrize("key", KEYS)
def test_what_a_person_must_add_is_listed_and_nothing_else(key: str) -> None:
    assert {(each.row, each.kind, each.what) for each in proposed(key).missing} == MISSING[key]
    assert all(each.reason for each in proposed(key).missing)


def test_defects_of_the_documents_are_told() -> None:
    assert "bergeser satu kolom" in " ".join(proposed("pengaduan_masyarakat").notes)
    assert "RKA DAN DPA" in " ".join(proposed("pengaduan_masyarakat").notes)
    assert "Kepala Bidang" in " ".join(proposed("penanganan_pengaduan").notes)
    assert sum("batas barisnya bergeser" in note for note in proposed("penanganan_pengaduan").notes) == 2


@pytest.mark.parametrize("key", KEYS)
def test_nothing_blocks_the_diagram_from_going_live(key: str) -> None:
    findings = check(built(key).xml, built(key).forms, CheckContext())
    assert [found for found in findings if found.blocks] == []
    assert {found.code for found in findings} <= {"promise_missing"}


# ---- the paths ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SopPath:
    """One listed run of one SOP."""

    sop: str
    name: str
    choose: dict[str, Any]
    steps: list[str]
    end: str


def _paths() -> Iterator[SopPath]:
    for key in KEYS:
        for name, path in facts_of(key)["paths"].items():
            yield SopPath(key, name, path.get("choose", {}), path["steps"], path["end"])


PATHS = list(_paths())


def test_there_are_thirteen_paths() -> None:
    assert len(PATHS) == 13


def ends(key: str) -> dict[str, str]:
    """Our ends by those of the facts: the same choice, message or timer, or the last step, leads to both."""
    found: dict[str, str] = {}
    for row, fact in pairs(key):
        for ours, theirs in _same_ends(row, fact):
            assert found.setdefault(theirs, ours) == ours
    others = [end for end in facts_of(key)["ends"] if end not in found]
    left = [end.id for end in proposed(key).ends if end.id not in found.values()]
    found |= dict(zip(others, left, strict=True))
    assert len(set(found.values())) == len(found)
    return found


def _same_ends(row: PlanRow, fact: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for event, known in zip(row.events, fact.get("events", []), strict=True):
        assert (event.kind, event.after or None) == ("timer" if "timer" in known else "message", known.get("timer"))
        yield event.to, known["to"]
    if row.decision:
        options = fact["decision"]["options"].values()
        theirs = [to.removeprefix("end ") for to in options if str(to).startswith("end ")]
        rows = {each.id for each in proposed("sp4n_lapor").rows} | {
            each.id for key in KEYS for each in proposed(key).rows
        }
        yield from zip([o.to for o in row.decision.options if o.to not in rows], theirs, strict=True)


def chooser(path: SopPath) -> Any:
    """Gives our answer to a decision for the one that the facts choose: the one that leads to the same place."""
    left = {name: list(v) if isinstance(v, list) else [v] for name, v in path.choose.items()}
    same_end, rows = ends(path.sop), {row.id: row.row for row in proposed(path.sop).rows}
    forks = {row.id: (row.decision, fact["decision"]) for row, fact in pairs(path.sop) if row.decision}

    def choose(element: str) -> dict[str, str]:
        if element not in forks:
            return {}
        ours, theirs = forks[element]
        values = left[theirs["field"]]
        to = str(theirs["options"][values.pop(0) if len(values) > 1 else values[0]])
        wanted = same_end[to.removeprefix("end ")] if to.startswith("end ") else to
        (option,) = [each for each in ours.options if rows.get(each.to, each.to) == wanted]
        return {ours.field: option.value}

    return choose


@pytest.mark.parametrize("path", PATHS, ids=lambda path: f"{path.sop}-{path.name}")
def test_a_path_of_an_sop_runs_over_the_diagram_made_of_its_document(path: SopPath) -> None:
    made, choose = built(path.sop), chooser(path)
    spec, names = load_spec(made.xml), lane_ids(path.sop)
    run = Run.start(spec, {}, clock(BEGUN))
    for n, step in enumerate(path.steps, start=1):
        run = Run.load(spec, run.dump(), clock(BEGUN + timedelta(days=20 * n)))
        _take(run, spec, made, names, step, choose)
    assert (run.state, run.end) == ("completed", ends(path.sop)[path.end])


def clock(now: datetime) -> Clock:
    """A day counts a day."""
    return Clock(now, lambda start, duration, kind: start + timedelta(days=10))


def _take(run: Run, spec: Spec, made: Built, names: dict[str, str], step: str, choose: Any) -> None:
    if step.startswith("message "):
        (message,) = [each for each in run.waiting if isinstance(each, MessageWaiting)]
        run.receive(message.name, {})
        return
    if step.startswith("wait "):
        (timer,) = [each for each in run.waiting if isinstance(each, TimerWaiting)]
        assert run.fire(timer.step_id)
        return
    (task,) = [each for each in run.waiting if isinstance(each, TaskWaiting)]
    element = spec.elements[task.element]
    assert f"{element.row}@{names[str(task.lane)]}" == step
    form = made.forms[str(element.form)]
    run.complete(task.step_id, sample(form, choose(element.id)))
