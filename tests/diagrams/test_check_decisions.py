"""What gateways decide and what they decide it on: forms and conditions looked at together."""

from typing import Any

import pytest

from service.engine import Finding
from tests.diagrams.checked import BOOL, NOTE, asks, begin, choice, form, found, lane, only
from tests.engine.diagrams import end, exclusive, inclusive, parallel, process, script, task, timer

NUMBER: dict[str, Any] = {"type": "integer", "minimum": 0, "maximum": 100}
MANY = {"type": "array", "items": {"type": "string", "enum": ["surat", "foto"]}, "uniqueItems": True}


def decided(*conditions: str, default: bool = False, kind: Any = exclusive, **asked: Any) -> list[Finding]:
    """What is found about a gateway with these conditions, one way each, after a form with these fields."""
    optional = {name for name, field in asked.items() if field.pop("optional", False)}
    schema = form(**asked)
    schema["required"] = [name for name in schema["required"] if name not in optional]
    ways = "mulai > a > g;" + ";".join(f"g > b{n} : {text}; b{n} > selesai" for n, text in enumerate(conditions))
    nodes = [lane(task(f"b{n}")) for n in range(len(conditions))]
    ways += "; g > selesai : default" if default else ""
    xml = process(begin(), asks("a"), kind("g"), *nodes, lane(end()), flows=ways)
    findings = found(xml, {"mulai.schema.json": form(perihal=NOTE), "a.schema.json": schema})
    return [each for each in findings if each.element_id == "g"]


def codes(findings: list[Finding]) -> set[str]:
    return {each.code for each in findings}


# ---- does some way hold for every answer? ----


@pytest.mark.parametrize(
    ("conditions", "asked"),
    [
        (["k == 'ya'", "k == 'tidak'"], {"k": choice("ya", "tidak")}),
        (["k == 'ya'", "k != 'ya'"], {"k": choice("ya", "tidak", "ragu")}),
        (["k in ['ya', 'ragu']", "k == 'tidak'"], {"k": choice("ya", "tidak", "ragu")}),
        (["k", "not k"], {"k": BOOL}),
        (["k == True", "k == False"], {"k": BOOL}),
        (["n > 5", "n <= 5"], {"n": NUMBER}),
        (["n == 0", "n > 0"], {"n": NUMBER}),
        (["k == 'ya' and n > 5", "k == 'ya' and n <= 5", "k == 'tidak'"], {"k": choice("ya", "tidak"), "n": NUMBER}),
        (["'surat' in m", "'surat' not in m"], {"m": MANY}),
        (["t == 'x'", "t != 'x'"], {"t": NOTE}),
        (["k == 'ya'", "k != 'ya'"], {"k": {**choice("ya", "tidak"), "optional": True}}),
    ],
)
def test_a_gateway_that_has_a_way_for_every_answer_needs_no_default(conditions: list[str], asked: Any) -> None:
    assert decided(*conditions, **asked) == []


@pytest.mark.parametrize(
    ("conditions", "asked", "case"),
    [
        (["k == 'ya'", "k == 'tidak'"], {"k": choice("ya", "tidak", "ragu")}, "k = “ragu”"),
        (["k == 'ya'", "k == 'tidak'"], {"k": {**choice("ya", "tidak"), "optional": True}}, "k = (kosong)"),
        (["n > 5", "n < 5"], {"n": NUMBER}, "n = 5"),
        (["t == 'x'", "t == 'y'"], {"t": NOTE}, "t = “(lain)”"),
        (["k == 'ya' and b", "k == 'tidak'"], {"k": choice("ya", "tidak"), "b": BOOL}, "b = False"),
        (["'surat' in m", "'foto' in m"], {"m": MANY}, "m = []"),
    ],
)
def test_an_answer_for_which_there_is_no_way_blocks_and_is_named(conditions: list[str], asked: Any, case: str) -> None:
    finding = only("gateway_not_exhaustive", decided(*conditions, **asked))
    assert finding.blocks and case in finding.what
    assert "gateway_not_exhaustive" not in codes(decided(*conditions, default=True, **asked))


def test_an_inclusive_gateway_needs_a_way_for_every_answer_too() -> None:
    ways = ["'surat' in m", "'foto' in m"]
    assert "gateway_not_exhaustive" in codes(decided(*ways, kind=inclusive, m=MANY))
    assert decided(*ways, default=True, kind=inclusive, m=MANY) == []


def test_what_cannot_be_seen_through_needs_a_default() -> None:
    ways = "mulai > s > g; g > a : n > 5; g > selesai : n <= 5; a > selesai"
    xml = process(begin(), script("s", "n = 7"), exclusive("g"), lane(task("a")), lane(end()), flows=ways)
    assert only("gateway_not_exhaustive", found(xml, {"mulai.schema.json": form(perihal=NOTE)})).blocks


# ---- does only one hold? ----


def test_ways_that_hold_at_once_are_mentioned_with_an_answer_that_shows_it() -> None:
    overlap = only("gateway_overlap", decided("n > 5", "n < 10", n=NUMBER))
    assert not overlap.blocks and "n = 6" in overlap.what
    assert decided("n > 5", "n < 10", kind=inclusive, n=NUMBER) == []


# ---- can it be computed? ----


def test_a_condition_that_fails_on_an_empty_answer_blocks() -> None:
    fails = only("condition_fails", decided("n > 5", default=True, n={**NUMBER, "optional": True}))
    assert fails.blocks and "n = (kosong)" in fails.what
    assert decided("n is not None and n > 5", default=True, n={**NUMBER, "optional": True}) == []


# ---- are the values those of the form? ----


@pytest.mark.parametrize(
    ("condition", "asked", "value"),
    [
        ("k == 'setju'", {"k": choice("setuju", "ulang")}, "“setju”"),
        ("k in ['setuju', 'batal']", {"k": choice("setuju", "ulang")}, "“batal”"),
        ("k == 'ya'", {"k": BOOL}, "“ya”"),
        ("k == 1", {"k": BOOL}, "1"),
        ("'video' in m", {"m": MANY}, "“video”"),
    ],
)
def test_a_value_that_the_form_does_not_offer_blocks(condition: str, asked: Any, value: str) -> None:
    unknown = only("value_unknown", decided(condition, default=True, **asked))
    assert unknown.blocks and value in unknown.what and "Pilihan yang ada" in unknown.mend


def test_to_ask_whether_a_choice_was_made_at_all_is_fine() -> None:
    assert decided("k == None", default=True, k={**choice("ya", "tidak"), "optional": True}) == []


# ---- is the name known by then? ----

ASKED = {"mulai.schema.json": form(perihal=NOTE), "a.schema.json": form(k=BOOL), "b.schema.json": form(lain=BOOL)}


def test_a_name_asked_only_later_is_unknown() -> None:
    ways = "mulai > g; g > a : k; g > selesai : default; a > selesai"
    xml = process(begin(), exclusive("g"), asks("a"), lane(end()), flows=ways)
    assert only("name_unknown", found(xml, ASKED)).blocks


def test_a_name_asked_on_some_ways_only_is_mentioned() -> None:
    ways = "mulai > b > f; f > a : lain; f > g : default; a > g; g > c : k; g > selesai : default; c > selesai"
    xml = process(
        begin(), asks("b"), exclusive("f"), asks("a"), exclusive("g"), lane(task("c")), lane(end()), flows=ways
    )
    mention = only("name_not_everywhere", found(xml, ASKED))
    assert (mention.element_id, mention.blocks) == ("g", False)


def test_a_name_asked_on_one_of_two_parallel_ways_is_known_after_they_meet() -> None:
    ways = "mulai > p; p > a > q; p > b > q; q > g; g > c : k; g > selesai : default; c > selesai"
    xml = process(
        begin(), parallel("p"), asks("a"), asks("b"), parallel("q"), exclusive("g"), lane(task("c")), lane(end()),
        flows=ways,
    )  # fmt: skip
    assert not {"name_unknown", "name_not_everywhere"} & codes(found(xml, ASKED))


def test_what_a_task_asks_is_not_known_when_its_time_ran_out() -> None:
    ways = "mulai > a > selesai; t > g; g > c : k; g > selesai : default; c > selesai"
    xml = process(
        begin(), asks("a"), timer("t", "P1D", on="a"), exclusive("g"), lane(task("c")), lane(end()), flows=ways
    )
    assert only("name_unknown", found(xml, ASKED)).element_id == "g"


# ---- may two branches write it? ----


def both(a: dict[str, Any], b: dict[str, Any], then: str = "q > g") -> list[Finding]:
    ways = f"mulai > p; p > a > q; p > b > q; {then}; g > c : k; g > selesai : default; c > selesai"
    xml = process(
        begin(), parallel("p"), asks("a"), asks("b"), parallel("q"), asks("d"), exclusive("g"), lane(task("c")),
        lane(end()), flows=ways,
    )  # fmt: skip
    files = {"a.schema.json": form(**a), "b.schema.json": form(**b), "d.schema.json": form(k=BOOL)}
    return [each for each in found(xml, {**ASKED, **files}) if each.code == "parallel_write"]


def test_a_name_that_two_parallel_branches_could_write_blocks() -> None:
    collision = only("parallel_write", both({"k": BOOL}, {"k": BOOL}, "q > d > g"))
    assert collision.blocks and collision.element_id == "p" and "“a” dan “b”" in collision.what


def test_a_name_that_nothing_reads_may_be_written_twice() -> None:
    assert both({"k": BOOL, "catatan": NOTE}, {"catatan": NOTE}, "q > d > g") == []


def test_before_and_after_parallel_branches_a_name_may_be_written_again() -> None:
    assert both({"k": BOOL}, {"lain": NOTE}, "q > d > g") == []


def test_an_event_that_does_not_interrupt_runs_beside_its_task() -> None:
    ways = "mulai > a > g; t > d > lewat; g > c : k; g > selesai : default; c > selesai"
    xml = process(
        begin(), asks("a"), timer("t", "P1D", on="a", interrupting=False), asks("d"), exclusive("g"), lane(task("c")),
        lane(end()), lane(end("lewat")), flows=ways,
    )  # fmt: skip
    files = {**ASKED, "d.schema.json": form(k=BOOL)}
    assert only("parallel_write", found(xml, files)).element_id == "a"
    assert not [each for each in found(xml.replace(b'"false"', b'"true"'), files) if each.code == "parallel_write"]
