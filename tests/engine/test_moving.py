"""Moving a run by hand: to another version, to another step, back to what it was; and what is refused, in words."""

import os
from datetime import timedelta
from random import Random

import orjson
import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from service import facts
from service.engine import Run, load_spec
from service.engine.markings import UNSURE
from service.engine.rehousing import objections
from service.errors import Conflict, Invalid
from tests.engine.diagrams import (
    as_long_as,
    condition,
    end,
    event_gateway,
    exclusive,
    inclusive,
    message,
    parallel,
    process,
    receive,
    subprocess,
    task,
    timer,
    times,
)
from tests.engine.random_processes import ANSWERS, draw
from tests.engine.runs import Walk

PROCESSES = int(os.environ.get("ALUR_MOVES", "40"))
SEED = int(os.environ.get("ALUR_SEED", "20261121"))

BRANCHES = process(
    parallel("bagi"),
    task("a", lane="x"),
    task("b", lane="x"),
    timer("ingat", "P1D", on="a", interrupting=False),
    parallel("gabung"),
    task("c", lane="x"),
    task("tegur", lane="x"),
    end(),
    end("sudah"),
    flows="mulai > bagi; bagi > a > gabung; bagi > b > gabung; gabung > c > selesai; ingat > tegur > sudah",
)
ROW = process(task("a"), task("b"), task("c", lane="y"), end(), flows="mulai > a > b > c > selesai")
DEADLINE = process(
    task("a"),
    timer("batas", "P2D", on="a"),
    task("b"),
    task("c"),
    end(),
    flows="mulai > a > b > c > selesai; batas > c",
)
SAME = {name: name for name in ("a", "b", "c", "gabung", "ingat", "tegur", "batas")}


def _migrated(walk: Walk, xml: bytes, homes: dict[str, str | None] | None = None, **known: object) -> Walk:
    spec = load_spec(xml)
    walk.load().migrate(spec, SAME if homes is None else homes, known)
    walk.spec = spec
    return walk.keep()


def _refused(walk: Walk, xml: bytes, homes: dict[str, str | None] | None = None) -> list[str]:
    with pytest.raises(Invalid) as found:
        walk.load().migrate(load_spec(xml), SAME if homes is None else homes, {})
    return [str(problem.sentence) for problem in found.value.errors]


def _open(walk: Walk) -> list[str]:
    return sorted(each.element for each in walk.load().waiting)


# ---- another version ----------------------------------------------------------------------------------------


def test_a_task_goes_over_under_its_id_and_ends_there() -> None:
    walk = Walk(ROW)
    before = walk.run.waiting[0].step_id
    _migrated(walk, DEADLINE, {"a": "b"})
    assert [(each.step_id, each.element) for each in walk.run.waiting] == [(before, "b")]
    assert walk.run.facts() == [facts.TaskCarried(before, "b", None)]
    assert _open(walk.do("b")) == ["c"]


def test_a_timer_keeps_its_due_time_under_its_new_name_and_fires_there() -> None:
    later = process(
        task("a"), timer("lama", "P9D", on="a"), task("c"), end(), flows="mulai > a > selesai; lama > c > selesai"
    )
    walk = Walk(DEADLINE)
    (due,) = [each.due_at for each in walk.run.waiting if each.element == "batas"]
    _migrated(walk, later, SAME | {"batas": "lama"})
    assert [each.due_at for each in walk.run.waiting if each.element == "lama"] == [due]
    assert walk.wait(days=7).fire("lama")
    assert _open(walk) == ["c"]


def test_a_timer_that_only_the_new_version_has_counts_from_now() -> None:
    walk = _migrated(Walk(ROW).wait(days=4), DEADLINE)
    (timer_,) = [each for each in walk.run.waiting if each.element == "batas"]
    assert timer_.due_at == walk.load()._clock.now + timedelta(days=6)
    assert walk.wait(days=6).fire("batas")


def test_an_event_without_a_place_keeps_it_where_it_is_unless_it_is_given_up() -> None:
    walk = Walk(DEADLINE)
    assert _refused(walk, ROW) == ["“batas” masih ditunggu di sini, tetapi tidak di tempat yang sama di sana."]
    assert _open(_migrated(walk, ROW, SAME | {"batas": None})) == ["a"]


def test_a_reminder_that_has_been_given_is_not_given_again() -> None:
    walk = Walk(BRANCHES).wait(days=3)
    assert walk.fire("ingat")
    other = BRANCHES.replace(b'id="kecil"', b'id="kecil" name="baru"')
    assert _open(_migrated(walk, other)) == ["a", "b", "tegur"]


def test_a_step_without_a_home_is_named() -> None:
    assert _refused(Walk(ROW), DEADLINE, {}) == ["“a” tidak ada padanannya di sana."]


def test_a_step_goes_to_one_of_its_kind_only() -> None:
    assert _refused(Walk(DEADLINE), BRANCHES, {"a": "gabung", "batas": None}) == [
        "“a” menunggu hal yang lain jenisnya di sana (“gabung”)."
    ]


def test_one_step_does_not_become_a_branch_whose_sister_is_lacking() -> None:
    assert _refused(Walk(ROW), BRANCHES) == [
        "Di sana “a” berjalan bersama “b”, yang tidak dimiliki berkas ini, sehingga langkah yang menggabungkan "
        "keduanya akan menunggu selamanya."
    ]


def test_two_branches_do_not_become_steps_in_a_row() -> None:
    assert _refused(Walk(BRANCHES), ROW, SAME | {"ingat": None}) == [
        "Di sana “a” dan “b” tidak pernah terbuka bersamaan."
    ]


def test_what_has_arrived_at_a_join_arrives_at_the_join_there() -> None:
    longer = process(
        parallel("bagi"),
        task("a"),
        task("baru"),
        task("b"),
        parallel("gabung"),
        task("c"),
        end(),
        flows="mulai > bagi; bagi > a > baru > gabung; bagi > b > gabung; gabung > c > selesai",
    )
    walk = _migrated(Walk(BRANCHES).do("a"), longer)
    assert _open(walk) == ["b"]
    assert _open(walk.do("b")) == ["c"]


def test_what_has_arrived_at_a_join_is_not_forgotten() -> None:
    walk = Walk(BRANCHES).do("a")
    assert _refused(walk, ROW) == ["“gabung” tidak ada padanannya di sana."]
    other = process(
        parallel("bagi"),
        task("b"),
        task("d"),
        parallel("gabung"),
        task("c"),
        end(),
        flows="mulai > bagi; bagi > d > gabung; bagi > b > gabung; gabung > c > selesai",
    )
    assert _refused(walk, other, {"b": "b", "gabung": "gabung"}) == [
        "Cabang yang sudah lewat “a” tidak dikenal oleh gabungan “gabung” di sana."
    ]
    assert _open(_migrated(walk, other, {"a": "d", "b": "b", "gabung": "gabung"}).do("b")) == ["c"]


def test_a_choice_of_events_keeps_what_it_waits_for_and_learns_of_more() -> None:
    def race(*events: str) -> bytes:
        kinds = {"waktu": timer("waktu", "P3D"), "lama": timer("lama", "P9D"), "kabar": message("kabar", "kabar")}
        flows = "".join(f"; pilih > {event} > selesai" for event in events)
        return process(event_gateway("pilih"), *(kinds[each] for each in events), end(), flows=f"mulai > pilih{flows}")

    walk = Walk(race("waktu", "kabar"))
    homes: dict[str, str | None] = {"pilih": "pilih", "waktu": "waktu", "kabar": "kabar"}
    due = walk.run.wake_at
    _migrated(walk, race("kabar", "waktu", "lama"), homes)
    assert _open(walk) == ["kabar", "lama", "waktu"]
    assert walk.run.wake_at == due
    homes["lama"] = "lama"
    assert _refused(walk, race("kabar", "lama"), homes) == [
        "“waktu” masih ditunggu di sini, tetapi tidak di tempat yang sama di sana."
    ]
    _migrated(walk, race("kabar", "lama"), homes | {"waktu": None})
    assert walk.receive("kabar").run.state == "completed"


def test_a_message_goes_on_being_waited_for() -> None:
    one = process(receive("tunggu", "kabar"), end(), flows="mulai > tunggu > selesai")
    two = process(task("z"), message("dengar", "kabar"), end(), flows="mulai > z > dengar > selesai")
    walk = _migrated(Walk(one), two, {"tunggu": "dengar"})
    assert walk.receive("kabar").run.state == "completed"


def test_steps_of_a_sub_process_stay_in_theirs() -> None:
    def inside(name: str) -> bytes:
        sub = subprocess(name, task("d"), end(f"{name}_selesai"), flows=f"{name}_mulai > d > {name}_selesai")
        return process(sub, task("z"), end(), flows=f"mulai > {name} > z > selesai")

    walk = _migrated(Walk(inside("s")), inside("r"), {"s": "r", "d": "d"})
    assert _open(walk.do("d")) == ["z"]
    out = process(task("d"), task("z"), end(), flows="mulai > d > z > selesai")
    assert _refused(Walk(inside("s")), out, {"d": "d"}) == ["“s” tidak ada padanannya di sana."]
    walk = Walk(inside("s"))
    assert _refused(walk, inside("s").replace(b'key="kecil"', b""), {"s": "s", "d": "z"}) == [
        "“d” berada di dalam subproses yang lain di sana."
    ]


def test_repeated_tasks_go_over_with_their_count() -> None:
    thrice = process(task("a", loop=times("3")), task("b"), end(), flows="mulai > a > b > selesai")
    renamed = process(task("q", loop=times("3")), task("b"), end(), flows="mulai > q > b > selesai")
    walk = _migrated(Walk(thrice).do("a"), renamed, {"a": "q"})
    assert _open(walk) == ["q", "q"]
    assert _open(walk.do("q").do("q")) == ["b"]
    assert _refused(Walk(thrice), ROW) == ["“a” di sana dikerjakan dengan pengulangan yang lain."]
    loop = process(task("a", loop=as_long_as("ulang == 1")), end(), flows="mulai > a > selesai")
    assert _refused(Walk(thrice), loop) == ["“a” di sana dikerjakan dengan pengulangan yang lain."]


def test_what_only_the_new_version_reads_is_taken_from_what_was_answered() -> None:
    forked = process(
        task("a"),
        exclusive("pilih"),
        task("b"),
        end(),
        end("lain"),
        flows="mulai > a > pilih; pilih > b : biaya > 5; pilih > lain : default; b > selesai",
    )
    walk = _migrated(Walk(ROW), forked, None, biaya=9, tak_dibaca=1)
    assert walk.run.data == {"biaya": 9}
    assert _open(walk.do("a")) == ["b"]


def test_what_is_known_already_is_not_overwritten() -> None:
    forked = process(
        task("a"), exclusive("p"), end(), end("z"), flows="mulai > a > p; p > z : n == 2; p > selesai : default"
    )
    walk = Walk(forked, {"n": 1})
    _migrated(walk, forked.replace(b'id="kecil"', b'id="kecil" name="b"'), None, n=2)
    assert walk.run.data == {"n": 1}


def test_a_condition_that_holds_there_lets_it_go_on_at_once() -> None:
    def until(what: str) -> bytes:
        return process(condition("tunggu", what), task("z"), end(), flows="mulai > tunggu > z > selesai")

    walk = Walk(until("nilai == 1"), {"nilai": 2})
    _migrated(walk, until("nilai == 2"), {"tunggu": "tunggu"})
    assert _open(walk) == ["z"]


def test_an_instance_that_is_over_goes_nowhere() -> None:
    walk = Walk(ROW).do("a").do("b").do("c")
    with pytest.raises(Conflict):
        walk.load().migrate(load_spec(DEADLINE), SAME, {})


# ---- another step -------------------------------------------------------------------------------------------


def _leap(walk: Walk, here: str, there: str) -> Walk:
    walk.load().move_to(walk.steps(here)[0], there)
    return walk.keep()


def _leap_refused(walk: Walk, here: str, there: str) -> str:
    with pytest.raises(Invalid) as found:
        _leap(walk, here, there)
    walk.load()
    return str(found.value)


def test_a_move_withdraws_the_task_with_its_events_and_opens_the_other() -> None:
    walk = _leap(Walk(DEADLINE), "a", "c")
    assert [type(fact).__name__ for fact in walk.run.facts()] == ["TaskWithdrawn", "TimerWithdrawn", "TaskOpened"]
    assert _open(walk) == ["c"]
    assert _open(_leap(walk, "c", "a")) == ["a", "batas"]
    assert walk.wait(days=7).fire("batas")
    assert walk.do("c").run.state == "completed"


def test_a_move_within_a_branch_leaves_the_other_branch_alone() -> None:
    walk = process(
        parallel("bagi"),
        task("a"),
        task("a2"),
        task("b"),
        parallel("gabung"),
        end(),
        flows="mulai > bagi; bagi > a > a2 > gabung; bagi > b > gabung; gabung > selesai",
    )
    moved = _leap(Walk(walk), "a", "a2")
    assert _open(moved) == ["a2", "b"]
    assert moved.do("b").do("a2").run.state == "completed"


def test_a_move_that_a_join_would_not_survive_is_refused() -> None:
    walk = Walk(BRANCHES)
    assert _leap_refused(walk, "a", "c") == "Di sana “b” dan “c” tidak pernah terbuka bersamaan."
    walk.do("a")
    assert "cabang yang sudah lewat “a”" in _leap_refused(walk, "b", "c")


def test_a_move_goes_to_tasks_of_the_same_scope_only() -> None:
    sub = subprocess("s", task("d"), end("s_selesai"), flows="s_mulai > d > s_selesai")
    walk = Walk(process(task("a"), sub, task("m", loop=times("2")), end(), flows="mulai > a > s > m > selesai"))
    assert _leap_refused(walk, "a", "selesai") == "“selesai” bukan tugas di diagram ini."
    assert _leap_refused(walk, "a", "entah") == "“entah” bukan tugas di diagram ini."
    assert _leap_refused(walk, "a", "a") == "“a” sudah terbuka."
    assert _leap_refused(walk, "a", "d") == "“d” berada di dalam subproses yang lain daripada “a”."
    assert _open(_leap(walk, "a", "m")) == ["m", "m"]
    assert "dikerjakan berulang sekaligus" in _leap_refused(walk, "m", "a")


# ---- as it was before ---------------------------------------------------------------------------------------


def test_what_was_done_returns_with_its_timers_and_what_it_opened_is_withdrawn() -> None:
    walk = Walk(DEADLINE)
    before, steps = walk.state, {each.step_id for each in walk.run.waiting}
    walk.do("a").load().restore(walk.spec, before)
    assert {each.step_id for each in walk.run.waiting} == steps
    assert [type(fact).__name__ for fact in walk.run.facts()] == ["TaskWithdrawn", "TaskReturned", "TimerSet"]
    assert walk.run.dump() == before


def test_a_migration_can_be_taken_back_to_the_very_state() -> None:
    walk = Walk(BRANCHES).do("a")
    before, spec = walk.state, walk.spec
    other = BRANCHES.replace(b'id="kecil"', b'id="kecil" name="baru"')
    _migrated(walk, other).load().restore(spec, before)
    assert walk.keep().state == before
    assert [type(fact).__name__ for fact in walk.run.facts()] == ["TaskCarried"]


# ---- what can stand together --------------------------------------------------------------------------------


def test_inclusive_branches_stand_together_as_they_may() -> None:
    either = process(
        inclusive("bagi"),
        task("a"),
        task("b"),
        inclusive("gabung"),
        task("c"),
        end(),
        flows="mulai > bagi; bagi > a : x == 1; bagi > b : default; a > gabung; b > gabung; gabung > c > selesai",
    )
    walk = _migrated(Walk(ROW), either, {"a": "a"})
    assert _open(walk.do("a")) == ["c"]
    both = Walk(BRANCHES)
    assert _open(_migrated(both, either, {"a": "a", "b": "b", "ingat": None, "gabung": "gabung"})) == ["a", "b"]
    assert _open(both.do("b").do("a")) == ["c"]


def test_many_wide_branches_are_proved_quickly() -> None:
    names = [f"{branch}{step}" for branch in "abcdefghij" for step in range(3)]
    lines = [f"bagi > {b}0 > {b}1 > {b}2 > gabung" for b in "abcdefghij"]
    wide = process(
        parallel("bagi"), *map(task, names), parallel("gabung"), end(),
        flows="; ".join(["mulai > bagi", *lines, "gabung > selesai"]),
    )  # fmt: skip
    walk = Walk(wide)
    for branch in "abcde":
        walk.do(f"{branch}0")
    other = wide.replace(b'id="kecil"', b'id="kecil" name="baru"')
    _migrated(walk, other, {name: name for name in [*names, "gabung"]})
    assert "a2" not in _open(walk)


@seed(SEED)
@settings(max_examples=PROCESSES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2**32))
def test_wherever_a_random_process_comes_to_it_may_be_moved_to(number: int) -> None:
    """What the token game says cannot be, never is; and a move to the same diagram changes nothing."""
    random = Random(number)
    drawn = draw(random)
    walk = Walk(drawn.xml)
    same = {name: name for name in walk.spec.elements}
    for _ in range(25):
        rows = orjson.loads(walk.state)["t"]
        against = list(objections(walk.spec, rows))
        if UNSURE in against:
            break  # so wide that the search ends before it can tell
        assert against == [], (number, walk.run.waiting)
        if walk.load().state != "running":
            break
        run = Run.load(walk.spec, walk.state, walk.load()._clock)
        run.migrate(walk.spec, same, {})
        assert _alike(run.dump()) == _alike(walk.state), number
        _step(random, walk)


def _alike(state: bytes) -> object:
    return orjson.loads(state)


def _step(random: Random, walk: Walk) -> None:
    waiting = random.choice(walk.load().waiting)
    if type(waiting).__name__ == "TaskWaiting":
        walk.run.complete(waiting.step_id, {f"v_{waiting.element}": random.choice(ANSWERS)})
        walk.keep()
    elif type(waiting).__name__ == "TimerWaiting":
        walk.wait(days=400).load().fire(waiting.step_id)
        walk.keep()
    else:
        walk.receive(waiting.name)  # type: ignore[union-attr]
