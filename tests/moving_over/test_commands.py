"""One instance goes over, to another step, or one step back: what is kept, what is said, what is refused."""

import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from service.database import db, transaction
from service.diagrams.models import RETIRED, Version
from service.errors import Conflict, Invalid, NotAllowed, NotFound, Stale, Stuck
from service.instances import commands as instances
from service.instances.models import CANCELLED, RUNNING, STUCK, SUSPENDED
from service.instances.moving import look
from service.moving_over import commands
from service.moving_over.preview import foresee, foresee_move
from service.people.caller import Caller
from service.tasks import commands as tasks
from service.timers.models import timers_of
from service.worker import fire_one
from tests.engine.diagrams import end, exclusive, process, task, times
from tests.invariants import broken_invariants
from tests.moving_over.office import KEY, Office, person
from tests.timers.waiting import MONDAY

OVER = {"periksa": "periksa_baru"}


@pytest.fixture
def desk(app: Flask) -> Iterator[Office]:
    """The office; whatever was done in it, nothing contradicts anything else."""
    desk = Office()
    yield desk
    assert broken_invariants(db.session()) == []


def _migrate(desk: Office, instance: uuid.UUID, n: int = 2, by: Caller | None = None, **more: Any) -> None:
    with transaction():
        plan = more.pop("plan", OVER if n == 2 else {})
        commands.migrate(instance, n, plan, "aturan baru", by or desk.supervisor, desk.wait(hours=1), **more)


def _move(desk: Office, instance: uuid.UUID, here: str, there: str, by: Caller | None = None) -> None:
    with transaction():
        commands.move(instance, here, there, "salah jalan", by or desk.supervisor, desk.wait(hours=1))


def _undo(desk: Office, instance: uuid.UUID, by: Caller | None = None, reason: str = "") -> None:
    with transaction():
        commands.undo(instance, reason, by or desk.colleague, desk.wait(minutes=1))


# ---- another version ----------------------------------------------------------------------------------------


def test_the_task_stays_the_same_task_with_its_draft_and_whoever_has_it(desk: Office) -> None:
    instance = desk.started()
    before = desk.task(instance, "periksa")
    with transaction():
        tasks.begin(before.id, {"catatan": "separuh", "biaya": 3}, desk.officer, desk.at)
    _migrate(desk, instance)
    after = desk.task(instance, "periksa_baru")
    assert (after.id, after.step_id) == (before.id, before.step_id)
    assert (after.version_n, after.assignee_id) == (2, desk.officer.person_id)
    assert after.draft == {"catatan": "separuh", "biaya": 3}
    assert tasks.draft_of(after) == {"catatan": "separuh"}


def test_it_is_due_by_the_new_standard_from_when_it_came_up(desk: Office) -> None:
    instance = desk.started()
    assert desk.task(instance, "periksa").due_at == MONDAY + timedelta(days=2)
    desk.wait(days=1)
    _migrate(desk, instance)
    assert desk.task(instance, "periksa_baru").due_at == MONDAY + timedelta(days=5)


def test_a_timer_keeps_its_time_and_a_new_one_counts_from_now(desk: Office) -> None:
    instance = desk.started()
    desk.wait(days=1)
    _migrate(desk, instance)
    due = {timer.element: timer.due_at for timer in timers_of(instance)}
    assert due == {"batas": MONDAY + timedelta(days=10), "ingat": desk.at + timedelta(days=3)}
    timer = next(timer for timer in timers_of(instance) if timer.element == "batas")
    assert fire_one(timer.id, timer.due_at)
    assert (desk.instance(instance).state, desk.instance(instance).end) == ("completed", "lewat")


def test_a_task_that_is_another_lanes_work_there_is_nobodys(desk: Office) -> None:
    instance = desk.started()
    desk.complete(instance, "periksa")
    with transaction():
        tasks.claim(desk.task(instance, "telaah").id, desk.officer, desk.at)
    _migrate(desk, instance)
    there = desk.task(instance, "telaah")
    assert (there.lane, there.assignee_id, there.assignee_name) == ("kepala", None, None)
    assert list(desk.moves(instance)[-1].answers["released"].values()) == [[str(desk.officer.person_id), "Petugas"]]
    _undo(desk, instance, desk.supervisor, "keliru")
    back = desk.task(instance, "telaah")
    assert (back.lane, back.assignee_id, back.version_n) == ("petugas", desk.officer.person_id, 1)


def test_what_the_new_gateways_read_is_taken_from_what_was_answered(desk: Office) -> None:
    instance = desk.started()
    desk.complete(instance, "periksa", biaya=9)
    assert look(desk.versions[0].spec, desk.instance(instance).engine_state, desk.at).data == {}
    _migrate(desk, instance)
    desk.complete(instance, "telaah")
    assert desk.open(instance) == ["putus"]


def test_an_answer_that_was_undone_does_not_count(desk: Office) -> None:
    instance = desk.started()
    desk.complete(instance, "periksa", biaya=9)
    _undo(desk, instance)
    desk.complete(instance, "periksa", biaya=2)
    _migrate(desk, instance)
    desk.complete(instance, "telaah")
    assert desk.instance(instance).end == "beres"


def test_what_stands_in_the_history_says_from_where_to_where_and_why(desk: Office) -> None:
    instance = desk.started()
    _migrate(desk, instance)
    move = desk.moves(instance)[-1]
    assert (move.command, move.reason, move.by_name) == ("migrate", "aturan baru", "Atasan")
    assert move.version_id == desk.versions[1].id == desk.instance(instance).version_id
    assert move.answers == {"from": 1, "to": 2, "plan": OVER, "released": {}}
    assert desk.instance(instance).first_version_id == desk.versions[0].id
    assert [each.version_id for each in desk.moves(instance)] == [desk.versions[0].id, desk.versions[1].id]


def test_what_rests_or_is_stuck_goes_over_and_rests_on(desk: Office) -> None:
    instance = desk.started()
    with transaction():
        instances.suspend(instance, "menunggu", desk.supervisor, desk.at)
    _migrate(desk, instance)
    assert desk.instance(instance).state == SUSPENDED
    assert {timer.state for timer in timers_of(instance)} == {"resting"}
    with transaction():
        instances.resume(instance, "lanjut", desk.supervisor, desk.at)
    assert {timer.state for timer in timers_of(instance)} == {"armed"}


def test_what_is_over_goes_nowhere(desk: Office) -> None:
    instance = desk.started()
    with transaction():
        instances.cancel(instance, "ganda", desk.supervisor, desk.at)
    with pytest.raises(Conflict, match="dibatalkan"):
        _migrate(desk, instance)
    assert desk.instance(instance).state == CANCELLED


def test_nothing_goes_to_the_version_it_is_in_nor_to_one_that_is_not_live(desk: Office) -> None:
    instance = desk.started()
    with pytest.raises(Conflict, match="sudah berjalan di versi 1"):
        _migrate(desk, instance, 1)
    with pytest.raises(NotFound):
        _migrate(desk, instance, 9)
    with transaction():
        db.session.get_one(Version, desk.versions[1].id).state = RETIRED
    with pytest.raises(Conflict, match="tidak sedang berlaku"):
        _migrate(desk, instance)


def test_a_step_that_cannot_go_is_named_and_nothing_is_changed(desk: Office) -> None:
    instance = desk.started()
    with pytest.raises(Invalid) as found:
        _migrate(desk, instance, 3)
    said = [(problem.pointer, str(problem.sentence)) for problem in found.value.errors]
    assert said == [("/plan/batas", "“batas” masih ditunggu di sini, tetapi tidak di tempat yang sama di sana.")]
    with pytest.raises(Invalid) as found:
        _migrate(desk, instance, 3, plan={"batas": None})
    assert "yang tidak dimiliki berkas ini" in str(found.value.errors[0].sentence)
    assert desk.said(instance) == ["start"]


def test_a_plan_speaks_of_steps_that_there_are(desk: Office) -> None:
    instance = desk.started()
    with pytest.raises(Invalid) as found:
        _migrate(desk, instance, plan={"entah": "telaah", "periksa": "mana"})
    assert {problem.pointer for problem in found.value.errors} == {"/plan/entah", "/plan/periksa"}


def test_supervisors_and_owners_may_and_nobody_else(desk: Office) -> None:
    for by in (desk.officer, desk.head):
        with pytest.raises(NotAllowed):
            _migrate(desk, desk.started(), by=by)
    _migrate(desk, desk.started(), by=desk.owner)
    with pytest.raises(NotFound):
        _migrate(desk, desk.started(secret=True), by=desk.owner)
    with transaction():
        stranger = person("orang_lain", ("lain",), key="lain")
    with pytest.raises(NotFound):
        _migrate(desk, desk.started(), by=stranger)


def test_who_saw_another_revision_moves_nothing(desk: Office) -> None:
    instance = desk.started()
    with pytest.raises(Stale):
        _migrate(desk, instance, seen=desk.instance(instance).rev - 1)


# ---- told beforehand ----------------------------------------------------------------------------------------


def test_a_preview_says_what_then_comes_true_and_writes_nothing(desk: Office) -> None:
    instance = desk.started()
    with transaction():
        tasks.begin(desk.task(instance, "periksa").id, {"biaya": 3, "catatan": "x"}, desk.officer, desk.at)
    rev = desk.instance(instance).rev
    then = foresee(desk.instance(instance), desk.versions[1], OVER, desk.at)
    (one,) = then.tasks
    assert (one.before and one.before.id, one.after.id, one.released, one.assignee) == (
        "periksa", "periksa_baru", False, "Petugas",
    )  # fmt: skip
    assert (one.due_before, one.due) == (MONDAY + timedelta(days=2), MONDAY + timedelta(days=5))
    assert (one.asked, one.unasked) == ((), ("Biaya",))
    assert [(timer.name, timer.fate) for timer in then.timers] == [("batas", "kept"), ("ingat", "new")]
    assert then.can and not then.missing
    assert (desk.instance(instance).rev, desk.said(instance)) == (rev, ["start"])


def test_a_preview_names_what_gateways_ahead_will_lack(desk: Office) -> None:
    instance = desk.started(2)
    with transaction():
        commands.move(instance, "periksa_baru", "putus", "mulai dari sana", desk.supervisor, desk.at)
    assert foresee(desk.instance(instance), desk.versions[0], {}, desk.at).missing == ()
    other = desk.started()
    desk.complete(other, "periksa", catatan="tanpa biaya")
    assert foresee(desk.instance(other), desk.versions[1], OVER, desk.at).missing == ()  # telaah asks for it
    (told,) = foresee(desk.instance(other), desk.versions[2], {}, desk.at).problems
    assert "yang tidak dimiliki berkas ini" in told


def test_a_preview_of_a_move_says_why_not(desk: Office) -> None:
    instance = desk.started(3)
    (told,) = foresee_move(desk.instance(instance), "periksa", "putus", desk.at)
    assert told == "Di sana “putus” dan “telaah” tidak pernah terbuka bersamaan."
    assert foresee_move(desk.instance(desk.started()), "periksa", "putus", desk.at) == ()


# ---- another step -------------------------------------------------------------------------------------------


def test_a_move_withdraws_one_task_and_opens_another_with_its_due_date(desk: Office) -> None:
    instance = desk.started()
    _move(desk, instance, "periksa", "putus")
    assert (desk.open(instance), timers_of(instance)) == (["putus"], [])
    _move(desk, instance, "putus", "periksa")
    assert desk.task(instance, "periksa").due_at == desk.at + timedelta(days=2)
    assert [timer.due_at for timer in timers_of(instance)] == [desk.at + timedelta(days=10)]
    assert desk.said(instance) == ["start", "move", "move"]


def test_a_move_needs_a_reason_a_supervisor_and_an_open_task(desk: Office) -> None:
    instance = desk.started()
    with pytest.raises(NotAllowed):
        _move(desk, instance, "periksa", "putus", desk.owner)
    with pytest.raises(Invalid, match="sedang tidak terbuka"):
        _move(desk, instance, "putus", "telaah")
    with pytest.raises(Invalid, match="bukan tugas"):
        _move(desk, instance, "periksa", "beres")
    with pytest.raises(Invalid, match="Sebutkan alasannya"), transaction():
        commands.move(instance, "periksa", "putus", " ", desk.supervisor, desk.at)


def test_what_would_get_stuck_there_stays_sound_where_it_is(app: Flask) -> None:
    drawn = process(
        task("a", lane="petugas"),
        task("m", lane="petugas", loop=times("banyak")),
        end(),
        flows="mulai > a > m > selesai",
        key=KEY,
    )
    desk = Office(drawn)
    instance = desk.started()
    with pytest.raises(Conflict, match="Jumlah pengulangan"):
        _move(desk, instance, "a", "m")
    assert (desk.instance(instance).state, desk.open(instance)) == (RUNNING, ["a"])


def test_a_supervisor_takes_a_move_back(desk: Office) -> None:
    instance = desk.started()
    due = desk.task(instance, "periksa").due_at
    _move(desk, instance, "periksa", "putus")
    _undo(desk, instance, desk.supervisor, "keliru")
    assert (desk.open(instance), desk.task(instance, "periksa").due_at) == (["periksa"], due)
    assert [timer.due_at for timer in timers_of(instance)] == [MONDAY + timedelta(days=10)]


# ---- one step back ------------------------------------------------------------------------------------------


def test_the_task_returns_to_him_with_its_id_its_answers_and_its_time(desk: Office) -> None:
    instance = desk.started()
    before = desk.task(instance, "periksa")
    due, seq = before.due_at, desk.instance(instance).seq
    desk.complete(instance, "periksa", desk.officer, catatan="terlalu cepat")
    _undo(desk, instance, desk.officer)
    after = desk.task(instance, "periksa")
    assert (after.id, after.due_at, after.draft) == (before.id, due, {"catatan": "terlalu cepat"})
    assert (after.assignee_id, after.completed_at) == (desk.officer.person_id, None)
    assert [timer.due_at for timer in timers_of(instance)] == [MONDAY + timedelta(days=10)]
    assert desk.open(instance) == ["periksa"]
    assert (desk.said(instance), desk.instance(instance).seq) == (["start", "complete", "undo"], seq + 2)
    desk.complete(instance, "periksa", desk.officer, catatan="sekarang benar")
    assert desk.open(instance) == ["telaah"]


def test_nobody_else_takes_it_back_but_a_supervisor_with_a_reason(desk: Office) -> None:
    instance = desk.started()
    desk.complete(instance, "periksa", desk.officer)
    with pytest.raises(NotAllowed, match="Petugas"):
        _undo(desk, instance, desk.colleague)
    with pytest.raises(Invalid, match="Sebutkan alasannya"):
        _undo(desk, instance, desk.supervisor)
    _undo(desk, instance, desk.supervisor, "diminta petugas")
    assert desk.task(instance, "periksa").assignee_id == desk.officer.person_id


@pytest.mark.parametrize("how", ["claimed", "claimed and given back", "drafted", "opened", "done"])
def test_once_somebody_has_the_next_step_it_is_too_late(desk: Office, how: str) -> None:
    instance = desk.started()
    desk.complete(instance, "periksa", desk.officer)
    task_id = desk.task(instance, "telaah").id
    with transaction():
        if how == "opened":
            tasks.note_opening(task_id, desk.colleague, desk.officer.person_id, desk.at)
        elif how == "drafted":
            tasks.keep_draft(task_id, {"catatan": "x"}, desk.colleague, desk.at)
        elif how != "done":
            tasks.claim(task_id, desk.colleague, desk.at)
    if how == "claimed and given back":
        with transaction():
            tasks.release(task_id, desk.colleague)
    if how == "done":
        desk.complete(instance, "telaah")
    with pytest.raises((Conflict, NotAllowed)):
        _undo(desk, instance, desk.officer)
    with pytest.raises(Conflict) if how != "done" else pytest.raises(Invalid):
        _undo(desk, instance, desk.supervisor, "" if how == "done" else "minta")


def test_he_may_have_opened_or_taken_the_next_step_himself(desk: Office) -> None:
    instance = desk.started()
    desk.complete(instance, "periksa", desk.officer)
    task_id = desk.task(instance, "telaah").id
    with transaction():
        tasks.note_opening(task_id, desk.officer, desk.officer.person_id, desk.at)
        tasks.claim(task_id, desk.officer, desk.at)
    _undo(desk, instance, desk.officer)
    assert desk.open(instance) == ["periksa"]


def test_after_a_timer_or_anything_else_there_is_nothing_to_take_back(desk: Office) -> None:
    instance = desk.started(2)
    with pytest.raises(Conflict, match="Tidak ada penyelesaian"):
        _undo(desk, instance)
    timer = next(timer for timer in timers_of(instance) if timer.element == "ingat")
    fire_one(timer.id, timer.due_at)
    with pytest.raises(Conflict, match="Tidak ada penyelesaian"):
        _undo(desk, instance, desk.supervisor, "minta")


def test_a_deadline_that_has_passed_meanwhile_is_not_brought_back(desk: Office) -> None:
    instance = desk.started()
    desk.complete(instance, "periksa", desk.officer)
    desk.wait(days=11)
    with pytest.raises(Conflict, match="sudah habis"):
        _undo(desk, instance, desk.officer)


def test_an_end_is_an_end(desk: Office) -> None:
    instance = desk.started()
    for element in ("periksa", "telaah", "putus"):
        desk.complete(instance, element)
    with pytest.raises(Conflict, match="sudah selesai"):
        _undo(desk, instance)


def test_an_undo_is_not_undone(desk: Office) -> None:
    instance = desk.started()
    desk.complete(instance, "periksa")
    _undo(desk, instance)
    with pytest.raises(Conflict, match="Tidak ada penyelesaian"):
        _undo(desk, instance)


def test_a_completion_in_one_of_two_branches_is_taken_back_alone(desk: Office) -> None:
    instance = desk.started(3)
    desk.complete(instance, "periksa")
    _undo(desk, instance)
    assert desk.open(instance) == ["periksa", "telaah"]
    desk.complete(instance, "telaah")
    desk.complete(instance, "periksa")
    _undo(desk, instance)
    assert desk.open(instance) == ["periksa"]


def test_who_is_stuck_goes_over_to_the_version_that_mends_it(app: Flask) -> None:
    def drawn(way_out: str) -> bytes:
        lines = f"mulai > putuskan > pilih; pilih > ya : layak == True; pilih > tidak : {way_out}"
        return process(
            task("putuskan", lane="kepala", formJsonSchemaFilename="catatan.schema.json"),
            exclusive("pilih"), end("ya"), end("tidak"), flows=lines, key=KEY,
        )  # fmt: skip

    desk = Office(drawn("layak == False"), drawn("default"))
    instance = desk.started()

    with pytest.raises(Stuck) as stuck:
        desk.complete(instance, "putuskan", desk.head, catatan="tanpa")
    with transaction():
        instances.mark_stuck(stuck.value, desk.at)
    assert desk.instance(instance).state == STUCK
    _migrate(desk, instance, plan={})
    with transaction():
        instances.resume(instance, "versi 2 memperbaikinya", desk.supervisor, desk.at)
    assert desk.task(instance, "putuskan").draft == {"catatan": "tanpa"}
    desk.complete(instance, "putuskan", desk.head)
    assert (desk.instance(instance).end, desk.instance(instance).state != RUNNING) == ("tidak", True)
    assert broken_invariants(db.session()) == []
