"""What a run does with tasks, answers, timers, messages and ends, and what it says of it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from service.engine import Clock, Run, load_spec, sandbox
from service.errors import Conflict, Invalid, Stuck, Unready
from tests.engine.diagrams import (
    Node,
    condition,
    end,
    error,
    event_gateway,
    exclusive,
    inclusive,
    message,
    parallel,
    process,
    receive,
    script,
    signal,
    subprocess,
    task,
    terminate,
    throw,
    throw_signal,
    timer,
)
from tests.engine.runs import BEGIN, Walk, clock, due

CHOICE = process(
    task("periksa", lane="petugas"),
    exclusive("apa"),
    task("perbaiki", lane="tim"),
    end(),
    end("ditolak"),
    flows="mulai > periksa > apa; apa > perbaiki : hasil == 'kurang'; apa > ditolak : hasil == 'tolak';"
    "apa > selesai : default; perbaiki > periksa",
)
WATCHED = process(
    task("a"),
    timer("lewat", "P10D", on="a", timeClock="elapsed"),
    timer("ingat", "P1D", on="a", interrupting=False),
    message("tutup", "ditutup", on="a"),
    task("ingatkan"),
    end(),
    end("basi"),
    end("diingatkan"),
    end("ditutup_admin"),
    flows="mulai > a > selesai; lewat > basi; ingat > ingatkan > diingatkan; tutup > ditutup_admin",
)


# ---- tasks and answers --------------------------------------------------------------------------------------


def test_a_completed_task_opens_the_next_and_says_so() -> None:
    walk = Walk(CHOICE)
    assert walk.facts() == [("TaskOpened", "periksa")]
    walk.do("periksa", hasil="kurang")
    assert walk.facts() == [("TaskCompleted", "periksa"), ("TaskOpened", "perbaiki")]
    assert walk.run.facts()[1].lane == "tim"
    assert walk.open == ["perbaiki"]
    walk.do("perbaiki").do("periksa", hasil="tolak")
    assert walk.facts() == [("InstanceEnded", "ditolak"), ("TaskCompleted", "periksa")]
    assert (walk.run.state, walk.run.end, walk.run.waiting) == ("completed", "ditolak", [])


def test_only_what_the_diagram_reads_is_kept() -> None:
    walk = Walk(CHOICE, {"nama": "Siti", "hasil": "?"})
    assert walk.run.data == {"hasil": "?"}
    walk.do("periksa", hasil="kurang", catatan="rahasia")
    assert walk.run.data == {"hasil": "kurang"}
    assert b"rahasia" not in walk.state


def test_a_field_left_empty_takes_the_default_way() -> None:
    assert Walk(CHOICE).do("periksa").end == "selesai"


def test_answers_that_cannot_be_stored_are_refused() -> None:
    with pytest.raises(Invalid):
        Walk(CHOICE).do("periksa", hasil=object())


def test_a_gateway_without_a_way_says_where_and_what_it_saw() -> None:
    gate = process(
        task("a"), exclusive("g"), end(), end("b"), flows="mulai > a > g; g > selesai : x == 1; g > b : x == 2 or y"
    )
    with pytest.raises(Stuck) as stuck:
        Walk(gate).do("a", x=3)
    assert stuck.value.element == "g"
    assert str(stuck.value) == "Tidak ada jalan yang cocok di “g”: x = 3, y = (kosong)."


def test_an_inclusive_gateway_without_a_way_says_so_too() -> None:
    gate = process(
        task("a"), inclusive("g"), end(), end("b"), flows="mulai > a > g; g > selesai : x == 1; g > b : x == 2"
    )
    with pytest.raises(Stuck, match="x = 3"):
        Walk(gate).do("a", x=3)


def test_an_expression_that_fails_says_where_and_what_it_saw() -> None:
    gate = process(
        task("a"), exclusive("g"), end(), end("b"), flows="mulai > a > g; g > selesai : x > 1; g > b : default"
    )
    with pytest.raises(Stuck, match="x = tiga") as stuck:
        Walk(gate).do("a", x="tiga")
    assert stuck.value.element == "g"


def test_a_script_sets_what_later_conditions_read() -> None:
    xml = process(
        task("a"),
        script("hitung", "besar = jumlah > 10\nlain = 5"),
        exclusive("g"),
        end(),
        end("besar_sekali"),
        flows="mulai > a > hitung > g; g > besar_sekali : besar; g > selesai : default",
    )
    walk = Walk(xml).do("a", jumlah=11)
    assert walk.end == "besar_sekali"
    assert walk.run.data == {"jumlah": 11, "besar": True}


def test_a_script_that_fails_leaves_the_instance_where_it_was() -> None:
    xml = process(task("a"), script("s", "x = y + 1"), end(), flows="mulai > a > s > selesai")
    walk = Walk(xml)
    with pytest.raises(Stuck) as stuck:
        walk.do("a", y="teks")
    assert stuck.value.element == "s"
    assert walk.load() and walk.open == ["a"]


def test_when_nobody_is_free_to_work_it_out_it_may_be_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(expression: str, data: object) -> None:
        raise sandbox.SandboxError("sibuk") from TimeoutError()

    walk = Walk(CHOICE)
    monkeypatch.setattr(sandbox, "evaluate", busy)
    with pytest.raises(Unready):
        walk.do("periksa")


def test_a_supervisor_puts_right_what_the_process_knows() -> None:
    walk = Walk(CHOICE, {"hasil": "tolak"})
    walk.load().correct({"hasil": "kurang"})
    walk.keep().do("periksa")
    assert walk.open == ["perbaiki"]
    with pytest.raises(Invalid) as refused:
        walk.load().correct({"hasill": 1})
    assert refused.value.errors[0].pointer == "/hasill"


def test_several_moves_of_one_run_are_as_good_as_loading_between() -> None:
    run = Run.start(load_spec(CHOICE), {}, clock())
    for hasil in ("kurang", None, "kurang", None, "baik"):
        (waiting,) = run.waiting
        run.complete(waiting.step_id, {"hasil": hasil} if hasil else {})
    assert (run.state, run.end) == ("completed", "selesai")
    assert len(run.facts()) == 11


# ---- conflicts ----------------------------------------------------------------------------------------------


def test_a_task_is_completed_only_once() -> None:
    walk = Walk(CHOICE)
    (step,) = walk.steps("periksa")
    walk.do("periksa", hasil="kurang")
    with pytest.raises(Conflict):
        walk.load().complete(step, {})


def test_what_has_ended_moves_no_more() -> None:
    walk = Walk(CHOICE).do("periksa")
    for thing in (
        lambda run: run.complete("x", {}),
        lambda run: run.receive("x", {}),
        lambda run: run.correct({}),
        lambda run: run.cancel(),
    ):
        with pytest.raises(Conflict):
            thing(walk.load())
    assert walk.load().fire("x") is False


def test_a_cancelled_instance_withdraws_all_that_was_open() -> None:
    walk = Walk(WATCHED)
    walk.load().cancel()
    assert walk.facts() == [
        ("InstanceEnded", None),
        ("TaskWithdrawn", "a"),
        ("TimerWithdrawn", "ingat"),
        ("TimerWithdrawn", "lewat"),
    ]
    assert walk.keep().load().state == "cancelled"
    assert walk.run.waiting == []


# ---- timers -------------------------------------------------------------------------------------------------


def test_a_timer_has_its_due_time_from_the_clock_it_was_drawn_with() -> None:
    walk = Walk(WATCHED)
    assert walk.timers == {"lewat": BEGIN + timedelta(days=10), "ingat": BEGIN + timedelta(days=3)}
    assert walk.run.wake_at == BEGIN + timedelta(days=3)
    assert walk.facts() == [("TaskOpened", "a"), ("TimerSet", "ingat"), ("TimerSet", "lewat")]


def test_a_timer_fires_only_when_it_is_due() -> None:
    walk = Walk(WATCHED)
    assert not walk.wait(days=2, hours=23).fire("ingat")
    assert walk.wait(hours=1).fire("ingat")
    assert walk.open == ["a", "ingatkan"]
    assert walk.facts() == [("TaskOpened", "ingatkan"), ("TimerFired", "ingat")]


def test_only_the_timer_that_was_named_fires() -> None:
    walk = Walk(WATCHED).wait(days=30)
    assert walk.fire("ingat")
    assert walk.open == ["a", "ingatkan"]
    assert list(walk.timers) == ["lewat"]


def test_a_timer_that_is_overdue_does_not_take_the_task_from_somebody_who_completes_it() -> None:
    assert Walk(WATCHED).wait(days=30).do("a").end == "selesai"


def test_an_interrupting_timer_withdraws_the_task_and_ends_by_its_own_end() -> None:
    walk = Walk(WATCHED).wait(days=10)
    assert walk.fire("lewat")
    assert walk.end == "basi"
    assert walk.facts() == [
        ("InstanceEnded", "basi"),
        ("TaskWithdrawn", "a"),
        ("TimerFired", "lewat"),
        ("TimerWithdrawn", "ingat"),
    ]


def test_a_timer_that_waits_no_more_is_no_error() -> None:
    walk = Walk(WATCHED).wait(days=30)
    (step,) = walk.steps("ingat")
    walk.do("a")
    assert walk.load().fire(step) is False


def test_a_side_path_goes_on_after_its_task_is_done() -> None:
    walk = Walk(WATCHED).wait(days=3)
    walk.fire("ingat")
    walk.do("a")
    assert (walk.open, walk.run.state, walk.run.end) == (["ingatkan"], "running", None)
    assert walk.do("ingatkan").end == "diingatkan"


def test_a_timer_set_again_in_the_next_round_counts_from_then() -> None:
    xml = process(
        task("a"),
        timer("w", "P1D", on="a", timeClock="elapsed"),
        task("b"),
        end(),
        flows="mulai > a > selesai; w > b > a",
    )
    walk = Walk(xml).wait(days=2)
    (first,) = walk.steps("w")
    walk.fire("w")
    walk.wait(days=1).do("b")
    assert walk.timers == {"w": BEGIN + timedelta(days=4)}
    assert walk.load().fire(first) is False


def test_a_date_is_meant_where_the_office_is() -> None:
    spec = load_spec(process(timer("w", "2026-08-01"), end(), flows="mulai > w > selesai"))
    run = Run.start(spec, {}, Clock(BEGIN, due, ZoneInfo("Asia/Makassar")))
    assert run.wake_at == datetime(2026, 7, 31, 16, 0, tzinfo=UTC)


def test_a_moment_with_an_offset_is_that_moment() -> None:
    walk = Walk(process(timer("w", "2026-08-01T10:00+07:00"), end(), flows="mulai > w > selesai"))
    assert walk.timers == {"w": datetime(2026, 8, 1, 3, 0, tzinfo=UTC)}


def test_a_timer_on_a_sub_process_takes_all_that_is_inside() -> None:
    xml = process(
        subprocess(
            "s", parallel("p"), task("x"), task("y"), timer("dalam", "P9D", on="x"), end("e"), end("e2"), end("e3"),
            flows="s_mulai > p > x > e; p > y > e2; dalam > e3",
        ),
        timer("w", "P1D", on="s"),
        end(),
        end("terlambat"),
        flows="mulai > s > selesai; w > terlambat",
    )  # fmt: skip
    walk = Walk(xml).wait(days=3)
    assert walk.fire("w")
    assert walk.end == "terlambat"
    assert ("TimerWithdrawn", "dalam") in walk.facts()
    assert [each for each in walk.facts() if each[0] == "TaskWithdrawn"] == [
        ("TaskWithdrawn", "x"),
        ("TaskWithdrawn", "y"),
    ]


# ---- messages and other events ------------------------------------------------------------------------------


def test_a_message_that_is_waited_for_goes_its_way() -> None:
    walk = Walk(WATCHED)
    assert walk.messages == ["ditutup"]
    assert walk.receive("ditutup").end == "ditutup_admin"


def test_a_message_that_nobody_waits_for_is_refused() -> None:
    with pytest.raises(Conflict):
        Walk(CHOICE).receive("ditutup")


def test_of_a_message_only_what_the_diagram_reads_is_kept() -> None:
    xml = process(
        receive("tunggu", "jawaban"),
        exclusive("g"),
        end(),
        end("ya"),
        flows="mulai > tunggu > g; g > ya : setuju; g > selesai : default",
    )
    walk = Walk(xml).receive("jawaban", setuju=True, nama="Siti")
    assert walk.end == "ya"
    assert walk.run.data == {"setuju": True}


def test_an_event_gateway_takes_what_comes_first_and_drops_the_rest() -> None:
    xml = process(
        event_gateway("g"),
        timer("hari", "P1D"),
        timer("jam", "PT1H"),
        message("pesan", "jawaban"),
        end("e1"),
        end("e2"),
        end("e3"),
        flows="mulai > g > hari > e1; g > jam > e2; g > pesan > e3",
    )
    walk = Walk(xml)
    assert walk.messages == ["jawaban"]
    assert len({each.step_id for each in walk.run.waiting}) == 3
    assert walk.receive("jawaban").end == "e3"
    assert walk.facts() == [("InstanceEnded", "e3"), ("TimerWithdrawn", "hari"), ("TimerWithdrawn", "jam")]


def test_a_message_thrown_inside_is_heard_inside() -> None:
    xml = process(
        parallel("p"),
        task("a"),
        throw("lempar", "siap"),
        message("tangkap", "siap"),
        task("b"),
        end(),
        end("lain"),
        flows="mulai > p > a > lempar > selesai; p > tangkap > b > lain",
    )
    assert Walk(xml).do("a").open == ["b"]


def test_a_signal_is_heard_everywhere_inside() -> None:
    xml = process(
        parallel("p"),
        task("a"),
        throw_signal("kirim", "s"),
        task("x"),
        signal("batal", "s", on="x"),
        signal("tunggu", "s"),
        task("y"),
        end("e1"),
        end("e2"),
        end("e3"),
        end("e4"),
        flows="mulai > p > a > kirim > e1; p > x > e2; batal > e3; p > tunggu > y > e4",
    )
    walk = Walk(xml).do("a")
    assert walk.open == ["y"]
    assert ("TaskWithdrawn", "x") in walk.facts()


def test_a_condition_that_is_waited_for_is_asked_when_something_is_learned() -> None:
    xml = process(
        parallel("p"),
        task("a"),
        condition("k", "x > 3"),
        task("b"),
        end(),
        end("lain"),
        flows="mulai > p > a > selesai; p > k > b > lain",
    )
    walk = Walk(xml)
    assert walk.open == ["a"]
    assert walk.do("a", x=5).open == ["b"]


def test_an_error_in_a_sub_process_is_caught_on_it() -> None:
    xml = process(
        subprocess(
            "s", task("x"), exclusive("g"), error("gagal", "E1"), end("e"),
            flows="s_mulai > x > g; g > gagal : buruk; g > e : default",
        ),
        error("tangkap", "E1", on="s"),
        task("b"),
        end(),
        end("lain"),
        flows="mulai > s > b > selesai; tangkap > lain",
    )  # fmt: skip
    assert Walk(xml).do("x", buruk=True).end == "lain"
    assert Walk(xml).do("x", buruk=False).open == ["b"]


def test_an_escalation_does_not_interrupt_the_sub_process() -> None:
    cause = '<bpmn:escalationEventDefinition escalationRef="naik"/>'
    root = '<bpmn:escalation id="naik" name="naik" escalationCode="N"/>'
    raised = Node("naikkan", "intermediateThrowEvent", inside=cause, root=root)
    caught = Node("dengar", "boundaryEvent", attributes={"attachedToRef": "s", "cancelActivity": "false"}, inside=cause)
    xml = process(
        subprocess("s", task("x"), raised, task("y"), end("e"), flows="s_mulai > x > naikkan > y > e"),
        caught,
        task("atasan"),
        end(),
        end("lain"),
        flows="mulai > s > selesai; dengar > atasan > lain",
    )
    walk = Walk(xml).do("x")
    assert walk.open == ["atasan", "y"]
    assert walk.do("y").do("atasan").end == "lain"


def test_a_condition_on_a_task_takes_it_away_when_it_comes_true() -> None:
    xml = process(
        parallel("p"),
        task("a"),
        task("b"),
        condition("batal", "dicabut", on="b"),
        end(),
        end("e2"),
        end("dibatalkan"),
        flows="mulai > p > a > selesai; p > b > e2; batal > dibatalkan",
    )
    assert Walk(xml).do("a", dicabut=False).open == ["b"]
    assert Walk(xml).do("a", dicabut=True).end == "dibatalkan"


def test_scripts_before_and_after_a_task_are_run() -> None:
    scripts = (
        b"<bpmn:extensionElements><spiffworkflow:preScript>x = 1</spiffworkflow:preScript>"
        b"<spiffworkflow:postScript>y = x + z</spiffworkflow:postScript></bpmn:extensionElements>"
    )
    xml = process(
        task("a"), exclusive("g"), end(), end("lain"), flows="mulai > a > g; g > selesai : y == 3; g > lain : default"
    )
    walk = Walk(xml.replace(b'<bpmn:userTask id="a">', b'<bpmn:userTask id="a">' + scripts))
    assert walk.run.data == {"x": 1}
    assert walk.do("a", z=2).end == "selesai"


def test_a_send_task_throws_its_message_inside() -> None:
    send = Node("kirim", "sendTask", attributes={"messageRef": "message_siap"})
    xml = process(
        parallel("p"),
        task("a"),
        send,
        receive("terima", "siap"),
        end(),
        end("e2"),
        flows="mulai > p > a > kirim > selesai; p > terima > e2",
    )
    assert Walk(xml).do("a").run.state == "completed"


# ---- ends ---------------------------------------------------------------------------------------------------


def test_it_has_ended_when_the_last_branch_has() -> None:
    xml = process(parallel("p"), task("a"), task("b"), end("e1"), end("e2"), flows="mulai > p > a > e1; p > b > e2")
    walk = Walk(xml).do("b")
    assert (walk.run.state, walk.end) == ("running", None)
    assert walk.do("a").end == "e1"


def test_a_terminating_end_withdraws_what_is_open() -> None:
    xml = process(
        parallel("p"), task("a"), task("b"), terminate(), end(), flows="mulai > p > a > batal; p > b > selesai"
    )
    walk = Walk(xml).do("a")
    assert walk.end == "batal"
    assert walk.facts() == [("InstanceEnded", "batal"), ("TaskCompleted", "a"), ("TaskWithdrawn", "b")]


def test_a_terminating_end_in_a_sub_process_ends_only_that() -> None:
    xml = process(
        subprocess(
            "s", parallel("p"), task("x"), task("y"), terminate("t"), end("e"), flows="s_mulai > p > x > t; p > y > e"
        ),
        task("b"),
        end(),
        flows="mulai > s > b > selesai",
    )
    assert Walk(xml).do("x").open == ["b"]


def test_a_join_that_can_never_go_on_is_said_at_once() -> None:
    xml = process(
        exclusive("g"), parallel("j"), task("a"), task("b"), end(),
        flows="mulai > g; g > a : x; g > b : default; a > j; b > j; j > selesai",
    )  # fmt: skip
    walk = Walk(xml)
    with pytest.raises(Stuck) as stuck:
        walk.do("b")
    assert stuck.value.element == "j"
