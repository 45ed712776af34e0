"""The drawings themselves: bpmnlint's recommended rules hold for every diagram in `bpmn/`.

One rule is left out (`web/.bpmnlintrc`): "fake-join" forbids two flows into one task, which is how an SOP draws that
work comes back for correction.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BPMNLINT = ROOT / "web/node_modules/bpmnlint/bin/bpmnlint.js"
DIAGRAMS = sorted((ROOT / "bpmn").glob("*.bpmn"))


def node() -> str | None:
    """The Node that `make` put into .venv because the system has none that is new enough, else the system's."""
    return shutil.which("node", path=f"{ROOT / '.venv/bin'}:{os.environ.get('PATH', '')}")


needs_bpmnlint = pytest.mark.skipif(
    not (node() and BPMNLINT.exists()), reason="bpmnlint is not installed; make setup does it"
)


def lint(diagram: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(node()), str(BPMNLINT), str(diagram)], cwd=ROOT / "web", capture_output=True, text=True, check=False
    )


@needs_bpmnlint
@pytest.mark.parametrize("diagram", DIAGRAMS, ids=lambda diagram: diagram.stem)
def test_bpmnlint_finds_nothing_to_say_about_a_diagram(diagram: Path) -> None:
    found = lint(diagram)
    assert (found.returncode, found.stdout.strip()) == (0, ""), found.stdout + found.stderr


@needs_bpmnlint
def test_bpmnlint_does_find_something_in_a_diagram_that_begins_nowhere(tmp_path: Path) -> None:
    bad = tmp_path / "bad.bpmn"
    bad.write_text(
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="t">'
        '<process id="p"><task id="t"/></process></definitions>'
    )
    assert "start-event-required" in lint(bad).stdout


def test_only_one_rule_is_left_out() -> None:
    rules = json.loads((ROOT / "web/.bpmnlintrc").read_text())
    assert rules == {"extends": "bpmnlint:recommended", "rules": {"fake-join": "off"}}


def test_there_are_diagrams_to_look_at() -> None:
    assert DIAGRAMS
