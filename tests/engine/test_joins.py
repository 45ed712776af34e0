"""Joins: what waits for what, also round after round, and whose answer counts."""

from itertools import permutations

import pytest

from tests.engine.diagrams import end, exclusive, inclusive, message, parallel, process, script, subprocess, task, timer
from tests.engine.runs import Walk

BRANCHES = ("a", "b", "c")


def rework(split: str) -> bytes:
    gateway = parallel if split == "parallel" else inclusive
    ways = "; ".join(f"l > {each}" + (f" : mau_{each} != 'tidak'" if split != "parallel" else "") for each in BRANCHES)
    return process(
        exclusive("m"), gateway("l"), gateway("j"), *map(task, BRANCHES), task("putuskan"), exclusive("g"), end(),
        flows=f"mulai > m > l; {ways}; a > j; b > j; c > j; j > putuskan > g; g > m : ulang; g > selesai : default",
    )  # fmt: skip


@pytest.mark.parametrize("split", ["parallel", "inclusive"])
@pytest.mark.parametrize("first", list(permutations(BRANCHES)))
def test_a_join_in_a_rework_loop_waits_for_all_in_every_round(split: str, first: tuple[str, ...]) -> None:
    walk = Walk(rework(split))
    for order in (first, *permutations(BRANCHES)):
        for at, element in enumerate(order, start=1):
            assert "putuskan" not in walk.open
            walk.do(element)
            assert walk.open == (sorted(order[at:]) or ["putuskan"])
        walk.do("putuskan", ulang=True)
    assert walk.open == list(BRANCHES)


def test_an_inclusive_join_waits_only_for_the_ways_that_were_taken() -> None:
    walk = Walk(rework("inclusive"), {"mau_b": "tidak"})
    walk.do("a")
    assert walk.open == ["c"]
    assert walk.do("c").open == ["putuskan"]


def test_of_a_way_never_taken_an_inclusive_join_does_not_wait() -> None:
    walk = Walk(rework("inclusive"), {"mau_b": "tidak", "mau_c": "tidak"})
    assert walk.open == ["a"]
    assert walk.do("a").open == ["putuskan"]


def test_the_newest_answer_counts_whichever_branch_arrives_last() -> None:
    """Round one says no in branch a; in round two a says yes and b, which knows the old no, arrives after it."""
    xml = process(
        exclusive("m"), parallel("l"), parallel("j"), task("a"), task("b"), exclusive("g"), end(),
        flows="mulai > m > l; l > a; l > b; a > j; b > j; j > g; g > selesai : setuju; g > m : default",
    )  # fmt: skip
    walk = Walk(xml).do("a", setuju=False).do("b")
    assert walk.open == ["a", "b"]
    assert walk.do("a", setuju=True).do("b").end == "selesai"


def test_lists_of_two_branches_are_both_whole_after_the_join() -> None:
    xml = process(
        parallel("l"), parallel("j"), task("a"), task("b"), exclusive("g"), end(), end("kurang"),
        flows="mulai > l; l > a; l > b; a > j; b > j; j > g; g > selesai : len(p) + len(q) == 5; g > kurang : default",
    )  # fmt: skip
    assert Walk(xml, {"p": ["lama"], "q": ["lama"]}).do("a", p=[1, 2, 3]).do("b", q=[4, 5]).end == "selesai"


def test_a_loop_of_automatic_steps_alone_joins_right_in_every_round() -> None:
    xml = process(
        exclusive("m"), parallel("l"), parallel("j"), script("s", "n = n + 1 if n else 1"), exclusive("x"),
        exclusive("g"), task("b"), end(),
        flows="mulai > m > l; l > s > j; l > x > j; j > g; g > m : n < 20; g > b : default; b > selesai",
    )  # fmt: skip
    walk = Walk(xml)
    assert (walk.open, walk.run.data) == (["b"], {"n": 20})
    assert walk.do("b").end == "selesai"


def test_an_interrupted_branch_that_comes_back_is_still_joined() -> None:
    xml = process(
        parallel("l"), parallel("j"), task("a"), message("p", "ganti", on="a"), task("c"), exclusive("m"), task("b"),
        end(),
        flows="mulai > l; l > a > m; p > c > m; m > j; l > b > j; j > selesai",
    )  # fmt: skip
    walk = Walk(xml).do("b").receive("ganti")
    assert walk.open == ["c"]
    assert walk.do("c").end == "selesai"


def test_joins_in_a_sub_process_begin_anew_each_time_it_does() -> None:
    xml = process(
        exclusive("m"),
        subprocess(
            "s", parallel("l"), parallel("j"), task("a"), task("b"), end("e"),
            flows="s_mulai > l; l > a; l > b; a > j; b > j; j > e",
        ),
        timer("w", "P1D", on="s"),
        exclusive("g"),
        end(),
        flows="mulai > m > s > g; w > m; g > m : ulang; g > selesai : default",
    )  # fmt: skip
    walk = Walk(xml, {"ulang": True}).do("a").do("b").do("b").wait(days=3)
    walk.fire("w")
    assert walk.open == ["a", "b"]
    assert walk.do("b").open == ["a"]


def test_what_arrives_twice_on_one_way_is_joined_twice() -> None:
    xml = process(
        parallel("l"), exclusive("m"), exclusive("n"), parallel("j"), *map(task, ("a", "a2", "b", "b2", "c")), end(),
        flows="mulai > l; l > a > m; l > a2 > m; l > b > n; l > b2 > n; m > j; n > j; j > c > selesai",
    )  # fmt: skip
    walk = Walk(xml).do("a").do("a2")
    assert walk.open == ["b", "b2"]
    assert walk.do("b").open == ["b2", "c"]
    assert walk.do("b2").open == ["c", "c"]
    assert walk.do("c").do("c").end == "selesai"
