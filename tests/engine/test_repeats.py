"""Activities done several times: at once, one after the other, as long as something holds."""

import time

import pytest

from service.errors import Stuck
from tests.engine.diagrams import (
    as_long_as,
    each,
    end,
    exclusive,
    process,
    script,
    subprocess,
    task,
    timer,
    times,
)
from tests.engine.runs import Walk


def repeated(loop: str, after: str = "mulai > a > b > selesai", *nodes) -> bytes:
    return process(task("a"), task("b", lane="tim", loop=loop), end(), *nodes, flows=after)


def test_once_for_each_of_a_list_all_at_once() -> None:
    walk = Walk(repeated(each("daftar", "satu"))).do("a", daftar=["x", "y", "z"])
    assert walk.open == ["b", "b", "b"]
    assert [each.item for each in walk.run.waiting] == [0, 1, 2]
    assert {each.lane for each in walk.run.waiting} == {"tim"}
    walk.do("b", 1).do("b").do("b")
    assert walk.end == "selesai"


def test_what_each_found_is_gathered() -> None:
    xml = repeated(
        each("daftar", "satu", results="hasil", result="ok"),
        "mulai > a > b > g; g > ya : all(hasil); g > selesai : default",
        exclusive("g"),
        end("ya"),
    )
    walk = Walk(xml).do("a", daftar=[1, 2]).do("b", ok=True).do("b", ok=True)
    assert (walk.end, walk.run.data["hasil"]) == ("ya", [True, True])


def test_the_results_of_the_next_round_begin_anew() -> None:
    xml = repeated(
        each("daftar", "satu", results="hasil", result="ok"),
        "mulai > a > m > b > g; g > selesai : all(hasil); g > m : default",
        exclusive("g"),
        exclusive("m"),
    )
    walk = Walk(xml).do("a", daftar=[1, 2]).do("b", ok=False).do("b", ok=True)
    assert walk.open == ["b", "b"]
    assert walk.do("b", ok=True).do("b", ok=True).end == "selesai"


def test_one_after_the_other_until_it_is_enough() -> None:
    walk = Walk(repeated(times("5", sequential=True, until="cukup"))).do("a").do("b")
    assert walk.open == ["b"]
    assert walk.do("b", cukup=True).end == "selesai"


def test_one_after_the_other_each_sees_its_own_item() -> None:
    xml = process(
        script("s", "daftar = ['x', 'y']"),
        subprocess(
            "sub", exclusive("g"), task("p"), task("q"), end("e"), lane=None,
            flows="sub_mulai > g; g > p : satu == 'x'; g > q : default; p > e; q > e",
            loop=each("daftar", "satu", sequential=True),
        ),
        end(),
        flows="mulai > s > sub > selesai",
    )  # fmt: skip
    walk = Walk(xml)
    assert walk.open == ["p"]
    assert walk.do("p").open == ["q"]
    assert walk.do("q").end == "selesai"


def test_when_one_says_enough_the_others_are_withdrawn() -> None:
    walk = Walk(repeated(times("3", until="cukup"))).do("a").do("b", cukup=True)
    assert walk.end == "selesai"
    assert walk.facts().count(("TaskWithdrawn", "b")) == 2


def test_what_instances_of_a_sub_process_know_they_keep_to_themselves() -> None:
    xml = process(
        subprocess(
            "s", task("x"), task("y"), exclusive("g"), task("z"), end("e"),
            flows="s_mulai > x > y > g; g > z : ok; g > e : default; z > e", loop=times("2"),
        ),
        timer("w", "P1D", on="s"),
        end(),
        end("basi"),
        flows="mulai > s > selesai; w > basi",
    )  # fmt: skip
    walk = Walk(xml).do("x", ok=True).do("x", ok=False).do("y").do("y")
    assert walk.open == ["z"]
    walk.wait(days=3)
    late = Walk(xml).do("x").wait(days=3)
    assert late.fire("w")
    assert (late.end, late.facts().count(("TaskWithdrawn", "x"))) == ("basi", 1)
    assert walk.do("z").end == "selesai"


def test_as_long_as_a_condition_holds() -> None:
    walk = Walk(repeated(as_long_as("lagi"))).do("a")
    for _ in range(20):
        walk.do("b", lagi=True)
    size = len(walk.state)
    for _ in range(20):
        walk.do("b", lagi=True)
    assert len(walk.state) == size
    assert walk.do("b", lagi=False).end == "selesai"


def test_no_more_than_the_maximum() -> None:
    walk = Walk(repeated(as_long_as("True", maximum=2))).do("a").do("b").do("b")
    assert walk.end == "selesai"


@pytest.mark.parametrize("sequential", [False, True])
def test_of_an_empty_list_nothing_is_to_be_done(sequential: bool) -> None:
    assert Walk(repeated(each("daftar", "satu", sequential))).do("a", daftar=[]).end == "selesai"


@pytest.mark.parametrize("loop", [times("jumlah"), times("jumlah", sequential=True), each("jumlah", "satu")])
@pytest.mark.parametrize("jumlah", [None, "banyak", -1, 300_000, True])
def test_a_count_that_cannot_be_done_stops_at_once(loop: str, jumlah: object) -> None:
    before = time.thread_time()
    with pytest.raises(Stuck) as stuck:
        Walk(repeated(loop)).do("a", jumlah=jumlah)
    assert stuck.value.element == "b"
    assert time.thread_time() - before < 4


def test_repetitions_inside_each_other_stop_before_they_fill_the_memory() -> None:
    xml = process(
        subprocess("s", task("x", loop=times("200")), end("e"), flows="s_mulai > x > e", loop=times("200")),
        end(),
        flows="mulai > s > selesai",
    )
    before = time.thread_time()
    with pytest.raises(Stuck):
        Walk(xml)
    assert time.thread_time() - before < 4


def test_an_endless_round_of_automatic_steps_stops() -> None:
    xml = process(
        task("a"), exclusive("m"), script("s", "x = 1"), exclusive("g"), end(),
        flows="mulai > a > m > s > g; g > selesai : x == 2; g > m : default",
    )  # fmt: skip
    before = time.thread_time()
    with pytest.raises(Stuck, match="berputar"):
        Walk(xml).do("a")
    assert time.thread_time() - before < 4
