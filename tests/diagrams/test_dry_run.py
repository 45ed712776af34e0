"""The dry run finds what only shows when a diagram is walked, and is itself held within limits."""

import time
from typing import Any

import pytest

from service.diagrams import dry_run as running
from service.diagrams.checking.walking import walk
from service.diagrams.dry_run import dry_run
from tests.diagrams.checked import BOOL, NOTE, asks, begin, choice, form, good, lane, only
from tests.engine.diagrams import end, exclusive, message, parallel, process, script, subprocess, task, timer

FORMS: dict[str, Any] = {"a": form(k=BOOL), "mulai": form(perihal=NOTE)}


def test_a_good_diagram_is_walked_to_its_end() -> None:
    xml, files = good()
    assert dry_run(xml, {name.removesuffix(".schema.json"): schema for name, schema in files.items()}) == []


def test_every_choice_is_tried() -> None:
    ways = "mulai > a > g; g > b : k; g > c : not k; b > selesai; c > s > selesai"
    xml = process(
        begin(), asks("a"), exclusive("g"), lane(task("b")), lane(task("c")), script("s", "x = 1 / 0"), lane(end()),
        flows=ways,
    )  # fmt: skip
    stuck = only("dry_run_stuck", walk(xml, FORMS))
    assert stuck.blocks and stuck.element_id == "s"


def test_what_waits_for_time_or_for_a_message_is_walked_too() -> None:
    ways = "mulai > a > selesai; t > s > selesai; m > r > selesai"
    xml = process(
        begin(), asks("a"), timer("t", "P400D", on="a"), message("m", "tutup", on="a", messageLanes="staf"),
        script("s", "x = 1 / 0"), script("r", "x = 1 / 0"), lane(end()), flows=ways,
    )  # fmt: skip
    assert {each.element_id for each in walk(xml, FORMS)} == {"s", "r"}


def test_a_join_that_never_happens_is_found() -> None:
    ways = "mulai > a > g; g > b : k; g > c : default; b > q; c > q; q > selesai"
    xml = process(
        begin(), asks("a"), exclusive("g"), lane(task("b")), lane(task("c")), parallel("q"), lane(end()), flows=ways
    )
    assert {each.code for each in walk(xml, FORMS)} == {"dry_run_stuck"}


def test_a_circle_that_never_waits_is_found() -> None:
    ways = "mulai > s > g; g > s : n == 1; g > selesai : default"
    xml = process(begin(), script("s", "n = 1"), exclusive("g"), lane(end()), flows=ways)
    assert only("dry_run_stuck", walk(xml, FORMS)).blocks


def test_a_task_that_no_answer_leads_to_is_mentioned() -> None:
    ways = "mulai > a > g; g > b : k and not k; g > selesai : default; b > selesai"
    xml = process(begin(), asks("a"), exclusive("g"), lane(task("b")), lane(end()), flows=ways)
    missed = only("dry_run_missed", walk(xml, FORMS))
    assert (missed.element_id, missed.blocks) == ("b", False)


def test_an_end_that_no_answer_leads_to_blocks() -> None:
    ways = "mulai > a > g; g > a : k or not k; g > selesai : default"
    xml = process(begin(), asks("a"), exclusive("g"), lane(end()), flows=ways)
    assert only("dry_run_endless", walk(xml, FORMS)).blocks


def test_rework_and_sub_processes_are_walked_in_bounded_time() -> None:
    began = time.monotonic()
    inner = subprocess("s", asks("a"), end("dalam"), flows="s_mulai > a > dalam", lane="staf")
    fields = {f"k{n}": choice("x", "y", "z") for n in range(6)}
    ways = "mulai > s > g; g > s : " + " and ".join(f"{name} == 'x'" for name in fields) + "; g > selesai : default"
    xml = process(begin(), inner, exclusive("g"), lane(end()), flows=ways)
    assert walk(xml, {**FORMS, "a": form(**fields)}) == []
    assert time.monotonic() - began < 120


def test_a_diagram_that_multiplies_does_not_take_the_server_with_it() -> None:
    nodes: list[Any] = []
    ways = "mulai > p0"
    for n in range(9):
        ways += f"; p{n} > x{n} > p{n + 1}; p{n} > y{n} > p{n + 1}"
        nodes += [
            parallel(f"p{n}") if n == 0 else exclusive(f"p{n}"),
            script(f"x{n}", "a = 1"),
            script(f"y{n}", "a = 1"),
        ]
    xml = process(
        begin(),
        parallel("p0"),
        *nodes[1:],
        exclusive("p9"),
        lane(task("b")),
        lane(end()),
        flows=f"{ways}; p9 > b > selesai",
    )
    for n in range(1, 9):
        xml = xml.replace(
            f'<bpmn:exclusiveGateway id="p{n}"></bpmn:exclusiveGateway>'.encode(),
            f'<bpmn:parallelGateway id="p{n}"></bpmn:parallelGateway>'.encode(),
        )
    began = time.monotonic()
    dry_run(xml, FORMS)
    assert time.monotonic() - began < running.SECONDS + 120


def test_a_child_that_takes_too_long_is_killed_and_that_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "SECONDS", 0.05)
    xml = process(begin(), asks("a"), lane(end()), flows="mulai > a > selesai", key="lambat")
    assert only("dry_run_killed", dry_run(xml, FORMS)).blocks


def test_the_child_gets_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALUR_SECRET_KEY", "secret")
    assert not [name for name in running._environment() if "SECRET" in name or "ALUR" in name]


def test_what_the_engine_refuses_to_load_is_told_in_its_own_words() -> None:
    xml = process(begin(), asks("a"), lane(end()), flows="mulai > a")
    assert "way_out_missing" in {each.code for each in dry_run(xml, FORMS)}
