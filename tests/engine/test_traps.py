"""The traps of the library, each with a tiny diagram that it once caught."""

import sys
import threading
import time

import orjson
import pytest

from service.engine import Run, load_spec
from service.errors import Conflict, Invalid
from tests.engine.diagrams import (
    Node,
    end,
    error,
    event_gateway,
    exclusive,
    inclusive,
    message,
    parallel,
    process,
    receive,
    subprocess,
    task,
    throw,
    timer,
    times,
)
from tests.engine.runs import BEGIN, Walk, clock

REWORK = process(
    exclusive("m"), parallel("l"), parallel("j"), task("a"), task("b"), task("putuskan"), exclusive("g"), end(),
    flows="mulai > m > l; l > a; l > b; a > j; b > j; j > putuskan > g; g > m : ulang; g > selesai : default",
)  # fmt: skip


def test_t1_after_hundreds_of_rounds_the_task_is_still_there() -> None:
    walk = Walk(REWORK)
    for _ in range(400):
        walk.do("a").do("b").do("putuskan", ulang=True)
    assert (walk.run.state, walk.open) == ("running", ["a", "b"])
    assert walk.do("a").do("b").do("putuskan", ulang=False).end == "selesai"


@pytest.mark.parametrize("gateway", [parallel, inclusive])
def test_t2_a_join_in_a_later_round_waits_for_all_its_branches(gateway) -> None:
    ways = "l > a; l > b" if gateway is parallel else "l > a : True; l > b : True"
    xml = process(
        exclusive("m"), gateway("l"), gateway("j"), task("a"), task("b"), task("putuskan"), exclusive("g"), end(),
        flows=f"mulai > m > l; {ways}; a > j; b > j; j > putuskan > g; g > m : ulang; g > selesai : default",
    )  # fmt: skip
    walk = Walk(xml).do("a").do("b").do("putuskan", ulang=True)
    assert walk.do("b").open == ["a"]
    assert walk.do("a").open == ["putuskan"]


def test_t3_a_state_whose_keys_were_put_in_another_order_is_the_same() -> None:
    walk = Walk(REWORK, {"ulang": True}).do("b")
    walk.state = orjson.dumps(orjson.loads(walk.state), option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2)
    walk.load()
    assert (walk.open, walk.run.data) == (["a"], {"ulang": True})
    assert walk.do("a").open == ["putuskan"]


def test_t4_only_an_open_task_can_be_completed() -> None:
    xml = process(
        parallel("l"), task("a"), timer("w", "P1D", on="a"), task("b"), receive("p", "x"), end(), end("e"), end("e2"),
        flows="mulai > l > a > b > selesai; w > e; l > p > e2",
    )  # fmt: skip
    walk = Walk(xml)
    done = walk.steps("a")[0]
    for step in (*walk.steps("w"), *walk.steps("p"), "00000000-0000-4000-8000-000000000000", "bukan id"):
        with pytest.raises(Conflict):
            walk.load().complete(step, {})
    walk.do("a")
    with pytest.raises(Conflict):
        walk.load().complete(done, {})


def test_t5_what_one_branch_is_given_does_not_change_under_another() -> None:
    xml = process(
        parallel("l"), parallel("j"), task("a"), task("b"), exclusive("g"), end(), end("lain"),
        flows="mulai > l; l > a; l > b; a > j; b > j; j > g; g > selesai : len(isi['daftar']) == 2; g > lain : default",
    )  # fmt: skip
    spec = load_spec(xml)
    given = {"isi": {"daftar": [1, 2]}}
    run = Run.start(spec, given, clock())
    given["isi"]["daftar"].append(3)
    for waiting in run.waiting:
        run.complete(waiting.step_id, {})
    assert run.end == "selesai"


@pytest.mark.parametrize("kind", ["subProcess", "adHocSubProcess"])
def test_t6_what_would_change_the_shared_spec_is_refused(kind: str) -> None:
    attributes = {"triggeredByEvent": "true"} if kind == "subProcess" else {}
    xml = process(task("a"), end(), Node("x", kind, attributes=attributes), flows="mulai > a > selesai")
    with pytest.raises(Invalid):
        load_spec(xml)


def test_t6_one_spec_serves_many_instances() -> None:
    xml = process(task("a", loop=times("2")), end(), flows="mulai > a > selesai", key="bersama6")
    walks = [Walk(xml) for _ in range(3)]
    for walk in walks:
        walk.do("a")
    assert [walk.do("a").end for walk in walks] == ["selesai"] * 3


def test_t6_one_spec_serves_many_threads() -> None:
    xml = process(
        subprocess(
            "s", task("a", loop=times("2")), end("e"), flows="s_mulai > a > e", loop=times("2", sequential=True)
        ),
        end(),
        flows="mulai > s > selesai",
        key="bersama7",
    )
    ends: list[str | None] = []

    def walk() -> None:
        for _ in range(15):
            walking = Walk(xml)
            ends.append(walking.do("a").do("a").do("a").do("a").end)

    threads = [threading.Thread(target=walk) for _ in range(4)]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert ends == ["selesai"] * 60


def test_t7_answers_are_never_taken_for_instructions() -> None:
    xml = process(task("a"), exclusive("g"), end(), end("b"), flows="mulai > a > g; g > selesai : x; g > b : typename")
    answers = {"typename": "datetime", "x": {"typename": "TimerEventDefinition", "v": 9, "t": [["a", 16, "x"]]}}
    walk = Walk(xml, answers)
    assert walk.load().data == answers
    assert walk.do("a").end == "selesai"


def test_t8_data_named_like_a_function_does_not_take_its_place() -> None:
    xml = process(
        task("a"), exclusive("g"), end(), end("b"), flows="mulai > a > g; g > selesai : len(x) == 2; g > b : default"
    )
    assert Walk(xml).do("a", x="ab", len=5).end == "selesai"


def test_t9_messages_that_nobody_hears_are_not_kept() -> None:
    xml = process(
        exclusive("m"), task("a"), throw("kirim", "keluar"), exclusive("g"), end(),
        flows="mulai > m > a > kirim > g; g > m : ulang; g > selesai : default",
    )  # fmt: skip
    walk = Walk(xml).do("a", ulang=True)
    size = len(walk.state)
    for _ in range(10):
        walk.do("a", ulang=True)
    assert len(walk.state) == size


def test_t10_each_of_two_timers_at_one_gateway_has_its_own_time() -> None:
    xml = process(
        event_gateway("g"), timer("lama", "P10D"), timer("sebentar", "PT1H"), end("e1"), end("e2"),
        flows="mulai > g > lama > e1; g > sebentar > e2",
    )  # fmt: skip
    walk = Walk(xml)
    assert len(set(walk.timers.values())) == 2
    walk.wait(hours=3)
    assert (walk.fire("lama"), walk.fire("sebentar")) == (False, True)
    assert walk.end == "e2"


def test_t10_a_due_time_once_set_stays_also_in_another_version() -> None:
    def version(days: int) -> bytes:
        return process(task("a"), timer("w", f"P{days}D", on="a"), end(), flows="mulai > a > selesai; w > selesai")

    walk = Walk(version(1))
    due = walk.timers
    run = Run.load(load_spec(version(5)), walk.state, clock())
    assert run.wake_at == due["w"] > BEGIN


def test_t11_what_was_withdrawn_hears_no_more_messages() -> None:
    inner = subprocess("s", receive("p", "dalam"), end("e"), flows="s_mulai > p > e", loop=times("2"))
    xml = process(
        parallel("l"), inner, message("q", "luar", on="s"), task("a"), end(), end("e2"), end("e3"),
        flows="mulai > l > s > selesai; q > e2; l > a > e3",
    )  # fmt: skip
    run = Run.start(load_spec(xml), {}, clock())
    run.receive("luar", {})
    assert [each.element for each in run.waiting] == ["a"]
    with pytest.raises(Conflict):
        run.receive("dalam", {})
    with pytest.raises(Conflict):
        Run.load(load_spec(xml), run.dump(), clock()).receive("dalam", {})


def test_t12_many_parallel_blocks_in_a_row_cost_nothing_in_advance() -> None:
    nodes, path = [], []
    for at in range(8):
        nodes += [parallel(f"l{at}"), parallel(f"j{at}"), *(task(f"t{at}_{way}") for way in range(3))]
        path += [f"l{at} > t{at}_{way} > j{at}" for way in range(3)]
        path.append(f"j{at} > l{at + 1}" if at < 7 else f"j{at} > selesai")
    spec = load_spec(process(*nodes, end(), flows="mulai > l0; " + "; ".join(path)))
    before = time.thread_time()
    run = Run.start(spec, {}, clock())
    assert time.thread_time() - before < 1
    assert len(run.waiting) == 3


def test_t12_a_way_back_without_any_gateway_can_be_loaded() -> None:
    xml = process(task("a"), message("p", "cukup", on="a"), task("b"), end(), flows="mulai > a > b > a; p > selesai")
    walk = Walk(xml).do("a").do("b")
    assert walk.open == ["a"]
    assert walk.receive("cukup").end == "selesai"


def test_t13_a_message_too_early_or_too_late_is_refused_and_not_kept() -> None:
    xml = process(task("a"), receive("p", "x"), task("b"), end(), flows="mulai > a > p > b > selesai")
    walk = Walk(xml)
    with pytest.raises(Conflict):
        walk.receive("x")
    walk.do("a")
    assert walk.messages == ["x"]
    walk.receive("x")
    with pytest.raises(Conflict):
        walk.receive("x")
    assert walk.load() and walk.open == ["b"]


def test_t13_an_error_that_nobody_catches_is_an_end_like_others() -> None:
    xml = process(
        task("a"),
        error("gagal", "E"),
        end(),
        exclusive("g"),
        flows="mulai > a > g; g > gagal : x; g > selesai : default",
    )
    assert Walk(xml).do("a", x=True).end == "gagal"
