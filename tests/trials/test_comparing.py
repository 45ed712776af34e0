"""What a comparison tells of instances that were handed in, worked on and ended in known ways."""

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from service.calendars.reading import calendar_of
from service.database import db
from service.diagrams.loading import Loaded
from service.diagrams.models import Version
from service.diagrams.trial_tables import Rule
from service.forms.sample import sample
from service.instances import commands as instances
from service.instances.models import Instance, instance_of
from service.instances.moving import Move, moving
from service.tasks import commands
from service.tasks.models import Task
from service.trials import comparing
from service.trials.comparing import ALIKE, APART, FEW, UNFINISHED, Compared
from tests.complaints.office import AT, XML, officer, open_task, supervisor
from tests.trials.office import another_version, first_version, handed_in, hours, trial, two_versions

LATER = datetime(2026, 4, 20, 2, tzinfo=UTC)


@pytest.fixture
def shown(app: Flask) -> Loaded:
    return two_versions()[1]


def step(instance_id: Any, at: datetime, took: float, waited: float | None = None, **answers: Any) -> datetime:
    """Complete the open task after so many working hours, taken after `waited` of them."""
    task, office = open_task(instance_id), calendar_of(instance_of(instance_id).agency_id)
    desk = officer("loket", "teknis", "warga")
    end = office.due(at, f"PT{round(took * 60)}M")
    if waited is not None:
        commands.claim(task.id, desk, office.due(at, f"PT{round(waited * 60)}M"))
        db.session.flush()
    filled = sample(commands.form_of(task).schema, answers)
    commands.complete(task.id, filled, desk, end, on_behalf=task.public)
    return end


def walked(shown: Loaded, at: datetime, took: float, again: bool = False) -> Instance:
    """A complaint that goes to its end, each of its four steps taking so many working hours."""
    instance = instance_of(handed_in(shown, at).complaint.instance_id)
    for done in ("catat", "telaah", "kirim"):
        at = step(instance.id, at, took, took / 2 if done == "telaah" else None)
    if again:
        for _ in range(3):
            at = step(instance.id, at, took, tanggapan="belum")
    step(instance.id, at, took, tanggapan="selesai")
    return instance


def day(n: int) -> datetime:
    return AT + timedelta(days=n)


def many(shown: Loaded, count: int, quick: float = 1, slow: float = 4) -> None:
    """Complaints through a running trial: those of version 1 slow, of version 2 quick."""
    for n in range(count):
        instance = handed_in(shown, day(n % 20)).complaint.instance_id
        at, took = day(n % 20), slow if instance_of(instance).arm == 0 else quick
        for _ in range(3):
            at = step(instance, at, took + n % 3 / 4)
        step(instance, at, took, tanggapan="selesai")


def compared(running: Any, at: datetime = LATER) -> Compared:
    return comparing.of_trial(running, at)


def test_a_quicker_version_is_told_with_its_interval(shown: Loaded) -> None:
    running = trial()
    many(shown, 44)
    found = compared(running)
    (difference,) = found.differences
    assert [side.figures.finished_count for side in found.sides] == [22, 22]
    assert difference.verdict == APART
    assert difference.days.low <= difference.days.value <= difference.days.high < 0
    assert difference.p < 0.001
    steps = {row.name: row for row in found.steps}
    assert steps["Catat di buku besar"].hours[1] is not None
    assert steps["Catat di buku besar"].hours[1].value == pytest.approx(-3, abs=0.3)


def test_too_few_are_not_told_apart(shown: Loaded) -> None:
    running = trial()
    many(shown, 8)
    assert compared(running).differences[0].verdict == FEW


def test_versions_that_are_alike_are_not_told_apart_and_none_are_while_half_still_run(shown: Loaded) -> None:
    running = trial()
    many(shown, 40, quick=2, slow=2)
    assert compared(running).differences[0].verdict == ALIKE
    for _ in range(44):
        handed_in(shown, day(1))
    found = compared(running)
    assert found.differences[0].verdict == UNFINISHED
    assert math.isnan(found.sides[0].figures.median)


def test_what_is_open_counts_towards_the_median(shown: Loaded) -> None:
    running = trial(Rule((1, 0)))
    for n in range(6):
        walked(shown, day(n), 2)
    alone = compared(running).sides[0].figures.median
    for n in range(4):
        handed_in(shown, day(n))
    found = compared(running).sides[0].figures
    assert found.open == 4
    assert found.median > alone


def test_waiting_and_handling_are_told_apart(shown: Loaded) -> None:
    running = trial(Rule((1, 0)))
    walked(shown, AT, 2)
    steps = {row.elements[0]: row.figures[0] for row in compared(running).steps}
    taken, not_taken = steps["telaah"], steps["catat"]
    assert taken is not None and not_taken is not None
    assert (taken.worked.median, taken.waited.median, taken.handled.median) == pytest.approx((2, 1, 1))
    assert not_taken.waited.median == pytest.approx(2)
    assert not_taken.handled.count == 0


def test_rounds_and_changes_of_lane_are_counted(shown: Loaded) -> None:
    """catat and kirim are of one lane, telaah of another, tanggapi the complainant's; then telaah, kirim, tanggapi."""
    running = trial(Rule((1, 0)))
    walked(shown, AT, 1, again=True)
    found = compared(running)
    steps = {row.elements[0]: row.figures[0] for row in found.steps}
    assert {name: step.returned for name, step in steps.items() if step} == {
        "catat": 0, "telaah": 1, "kirim": 1, "tanggapi": 1
    }  # fmt: skip
    assert found.sides[0].figures.hand_overs == 6
    assert steps["telaah"] is not None and steps["telaah"].handed_over == 2


def test_late_and_in_time_follow_the_time_standard(app: Flask) -> None:
    timed = XML.replace(
        b'<s:property name="formJsonSchemaFilename" value="telaah',
        b'<s:property name="timeStandard" value="PT3H"/><s:property name="formJsonSchemaFilename" value="telaah',
    )
    first_version()
    shown = another_version(2, timed)
    running = trial(Rule((0, 1)))
    walked(shown, AT, 2)
    walked(shown, AT, 5)
    late = handed_in(shown).complaint.instance_id
    step(late, AT, 1)
    found = compared(running)
    figures = {row.elements[1]: row.figures[1] for row in found.steps}["telaah"]
    assert figures is not None
    assert (figures.in_time, figures.timed, figures.late, figures.open) == (1, 2, 1, 1)
    side = found.sides[1].figures
    assert (side.late, side.open, side.carried) == (1, 1, 1)


def test_a_cancelled_instance_is_neither_finished_nor_open(shown: Loaded) -> None:
    running = trial(Rule((1, 0)))
    instances.cancel(handed_in(shown).complaint.instance_id, "salah alamat", supervisor(), AT + hours(1))
    figures = compared(running).sides[0].figures
    assert (figures.count, figures.finished_count, figures.open, figures.cancelled) == (1, 0, 0, 1)


def test_a_migrated_instance_counts_for_its_first_version_until_it_left(shown: Loaded) -> None:
    running = trial(Rule((1, 0)))
    instance = instance_of(handed_in(shown).complaint.instance_id)
    at = step(instance.id, AT, 2)
    with moving(instance.id, Move(supervisor(), at, "migrate", reason="pindah")):
        instance.version_id, instance.version_n = shown.id, shown.n
    step(instance.id, at, 2)
    found = compared(running)
    figures = found.sides[0].figures
    assert (figures.count, figures.migrated, figures.open, figures.finished_count) == (1, 1, 0, 0)
    assert figures.until[0] == at.timestamp()
    done = {row.elements[0]: row.figures[0].done for row in found.steps if row.figures[0]}
    assert done == {"catat": 1, "telaah": 0, "kirim": 0, "tanggapi": 0}


def test_ends_are_shares_of_what_finished(shown: Loaded) -> None:
    running = trial(Rule((1, 0)))
    walked(shown, AT, 1)
    (end,) = compared(running).ends
    assert (end.name, end.elements, end.counts) == ("Ditutup oleh pengadu", ("selesai", "selesai"), (1, 0))


def test_a_step_with_another_id_is_matched_and_a_new_one_stands_by_itself(app: Flask) -> None:
    first_version()
    renamed = XML.replace(b'"kirim"', b'"kirim_surat"').replace(b"kirim__", b"kirim_surat__")
    renamed = renamed.replace(b"__kirim", b"__kirim_surat").replace(
        b"<b:flowNodeRef>kirim<", b"<b:flowNodeRef>kirim_surat<"
    )
    another_version(2, renamed)
    running = trial()
    rows = {row.name: row.elements for row in compared(running, AT).steps}
    assert rows["Kirim lewat ekspedisi"] == ("kirim", "kirim_surat")


def test_what_was_picked_or_directed_is_left_out_where_shares_are_drawn(shown: Loaded) -> None:
    running = trial(Rule((1, 0), channels=("letter",)), Rule((1, 1)), by_hand=True)
    desk = officer("loket")
    handed_in(shown)
    handed_in(shown, by=desk, channel="walk_in", arm=1)
    handed_in(shown, by=desk, channel="letter")
    found = compared(running)
    assert found.drawn and found.count == 1
    assert sum(side.figures.kinds["picked"] for side in found.sides) == 1
    assert sum(side.figures.kinds["ruled"] for side in found.sides) == 1


def test_two_versions_compare_without_a_trial_and_say_that_nothing_was_drawn(shown: Loaded) -> None:
    handed_in(shown)
    handed_in(first_version(), asked=True)
    versions = [db.session.get_one(Version, version.id) for version in (first_version(), shown)]
    found = comparing.of_versions(versions, LATER)
    assert not found.drawn and found.advice is None
    assert [side.figures.count for side in found.sides] == [1, 1]


def test_a_comparison_is_kept_until_something_moves(shown: Loaded) -> None:
    running = trial()
    handed_in(shown)
    once = compared(running)
    assert compared(running, LATER + timedelta(minutes=1)) is once
    handed_in(shown)
    assert compared(running).count == 2


def test_when_a_task_was_first_taken_stays_whoever_takes_it_after(shown: Loaded) -> None:
    task: Task = open_task(handed_in(shown).complaint.instance_id)
    desk = officer("loket")
    commands.claim(task.id, desk, AT + hours(1))
    db.session.flush()
    commands.release(task.id, desk)
    db.session.flush()
    commands.claim(task.id, desk, AT + hours(2))
    assert task.taken_at == AT + hours(1)
