"""Whatever is done in whatever order, and wherever it breaks off: the invariants hold, and only what was done is done.

Officers complete, claim, open and undo; time passes; a supervisor migrates, moves, cancels, suspends and resumes, one
instance or many; any of it may be cut off at any statement, and the service started anew. After each step every
invariant is asked, and the history holds exactly what was acknowledged.

`ALUR_MACHINE` says how many stories are told, `ALUR_SEED` which.
"""

import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import SystemRandom
from typing import Any

from flask import Flask
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import delete, event, select

from service.database import db, transaction
from service.diagrams import loading
from service.errors import Refusal, Stuck
from service.history.models import MoveRow
from service.instances import commands as instances
from service.instances.models import Instance
from service.moving_over import batches, commands
from service.moving_over.batches import Chosen
from service.moving_over.models import Batch, BatchItem, counts, open_batches
from service.people.caller import SYSTEM, Caller
from service.tasks import commands as tasks
from service.tasks.models import Task, tasks_of
from service.timers.models import Timer
from service.worker import fire_due
from service.worker.carrying import carry_one
from tests.engine.diagrams import end, exclusive, parallel, process, task, timer
from tests.invariants import broken_invariants
from tests.moving_over.office import KEY, Office
from tests.timers.waiting import ELAPSED

STORIES = int(os.environ.get("ALUR_MACHINE", "8"))
STEPS = 25
SEED = int(os.environ.get("ALUR_SEED", SystemRandom().randrange(2**32)))
MOST_INSTANCES = 4

_NOTE = {"formJsonSchemaFilename": "catatan.schema.json"}
_COST = {"formJsonSchemaFilename": "biaya.schema.json"}
_TURNS = "mulai > masuk > bagi; putus > ulang; ulang > masuk : biaya > 5; ulang > beres : default; tegur > sudah"

ONE = process(
    exclusive("masuk"),
    parallel("bagi"),
    task("periksa", lane="petugas", timeStandard="P2D", timeClock="elapsed", **_COST),
    timer("ingat", "P1D", on="periksa", interrupting=False, **ELAPSED),
    task("tegur", lane="petugas"),
    task("telaah", lane="petugas", **_NOTE),
    timer("batas", "P4D", on="telaah", **ELAPSED),
    task("susulan", lane="kepala", **_NOTE),
    exclusive("bertemu"),
    parallel("gabung"),
    task("putus", lane="kepala", **_COST),
    exclusive("ulang"),
    end("beres"),
    end("sudah"),
    flows="bagi > periksa > gabung; bagi > telaah > bertemu; batas > susulan > bertemu; "
    f"bertemu > gabung; gabung > putus; ingat > tegur; {_TURNS}",
    key=KEY,
)
"""Two branches, a reminder, a deadline, and a way back."""

TWO = process(
    exclusive("masuk"),
    parallel("bagi"),
    task("pemeriksaan", lane="kepala", timeStandard="P9D", timeClock="elapsed", **_NOTE),
    timer("ingat", "P7D", on="pemeriksaan", interrupting=False, **ELAPSED),
    timer("baru", "P3D", on="pemeriksaan", interrupting=False, **ELAPSED),
    task("tegur", lane="petugas"),
    task("telaah", lane="petugas", **_NOTE),
    task("susulan", lane="petugas", **_COST),
    parallel("gabung"),
    task("paraf", lane="petugas"),
    task("putus", lane="kepala", **_COST),
    exclusive("ulang"),
    exclusive("menegur"),
    end("beres"),
    end("sudah"),
    flows="bagi > pemeriksaan > gabung; bagi > telaah > susulan > gabung; gabung > paraf > putus; "
    f"ingat > menegur; baru > menegur; menegur > tegur; {_TURNS}",
    key=KEY,
)
"""The same with another name, lane and form, one more reminder, and without the deadline."""

ROW = process(
    task("periksa", lane="petugas", **_COST),
    task("telaah", lane="petugas", **_NOTE),
    task("putus", lane="kepala", **_COST),
    end("beres"),
    flows="mulai > periksa > telaah > putus > beres",
    key=KEY,
)
"""One after the other: much of what runs in two branches cannot go there."""

PLANS: tuple[dict[str, str | None], ...] = (
    {},
    {"periksa": "pemeriksaan", "pemeriksaan": "periksa", "batas": None, "baru": None, "ingat": "ingat"},
    {"batas": None, "ingat": None, "baru": None, "pemeriksaan": "periksa"},
)


class CutError(Exception):
    """The power went."""


crashes = st.sampled_from([None] * 14 + [*range(1, 29, 3)])
picks = st.integers(0, 5)


class Machine(RuleBasedStateMachine):
    """One story: what may happen, and what has to hold after each of it."""

    app: Flask
    desk: Office

    @initialize()
    def begin(self) -> None:
        _forget_all()
        self.desk.wait(days=1)
        self.history: dict[uuid.UUID, list[str]] = {}
        self.start(1, None)
        self.start(2, None)

    # ---- what may happen ------------------------------------------------------------------------------------

    @precondition(lambda self: len(self.history) < MOST_INSTANCES)
    @rule(n=st.integers(1, 3), crash=crashes)
    def start(self, n: int, crash: int | None) -> None:
        def act() -> None:
            instance = instances.start(self.desk.versions[n - 1], {}, SYSTEM, self.desk.at)
            self.done = (instance.id, "start")

        self._do(act, crash)

    @rule(pick=picks, task=picks, answers=st.sampled_from([{}, {"biaya": 3}, {"biaya": 9}]), crash=crashes)
    def complete(self, pick: int, task: int, answers: dict[str, Any], crash: int | None) -> None:
        instance, one = self._instance(pick), self._task(pick, task)
        if instance and one:
            known = loading.load(one.version_id).form(one.element).schema["properties"]
            said = {name: value for name, value in answers.items() if name in known}
            self._do(
                lambda: tasks.complete(one.id, said, self.desk.colleague, self.desk.at), crash, instance, "complete"
            )

    @rule(pick=picks, task=picks, how=st.sampled_from(["claim", "open", "draft"]), crash=crashes)
    def touch(self, pick: int, task: int, how: str, crash: int | None) -> None:
        one, head = self._task(pick, task), self.desk.head
        if one is None:
            return
        if how == "claim":
            self._do(lambda: tasks.claim(one.id, head, self.desk.at), crash)
        elif how == "open":
            self._do(lambda: tasks.note_opening(one.id, head, None, self.desk.at), crash)
        else:
            self._do(lambda: tasks.keep_draft(one.id, {"catatan": "separuh"}, head, self.desk.at), crash)

    @rule(days=st.sampled_from([0.5, 1.5, 4, 8]))
    def time_passes(self, days: float) -> None:
        """And the worker fires what has come due."""
        self.desk.wait(days=days)
        for fired in fire_due(self.desk.at):
            self.history[fired.instance_id].append("timer")

    @rule(pick=picks, n=st.integers(1, 3), plan=st.sampled_from(PLANS), crash=crashes)
    def migrate(self, pick: int, n: int, plan: dict[str, str | None], crash: int | None) -> None:
        instance, by = self._instance(pick), self.desk.supervisor
        if instance:
            version = loading.load(instance.version_id).spec.elements
            there = self.desk.versions[n - 1].spec.elements
            known = {old: new for old, new in plan.items() if old in version and (new is None or new in there)}
            self._do(
                lambda: commands.migrate(instance.id, n, known, "uji", by, self.desk.at), crash, instance, "migrate"
            )

    @rule(pick=picks, task=picks, to=picks, crash=crashes)
    def move(self, pick: int, task: int, to: int, crash: int | None) -> None:
        instance, one = self._instance(pick), self._task(pick, task)
        if instance and one:
            targets = sorted(each.id for each in loading.load(instance.version_id).spec.tasks())
            there, by = targets[to % len(targets)], self.desk.supervisor
            self._do(
                lambda: commands.move(instance.id, one.element, there, "uji", by, self.desk.at), crash, instance, "move"
            )

    @rule(pick=picks, who=st.sampled_from(["colleague", "supervisor"]), crash=crashes)
    def undo(self, pick: int, who: str, crash: int | None) -> None:
        instance, by = self._instance(pick), getattr(self.desk, who)
        if instance is None:
            return
        before = _states(instance.id)[-2:]
        if self._do(lambda: commands.undo(instance.id, "uji", by, self.desk.at), crash, instance, "undo"):
            after = _states(instance.id)[-1]
            assert after == before[0], "it does not stand as it stood before"

    @rule(pick=picks, verb=st.sampled_from(["cancel", "suspend", "resume", "resume"]), crash=crashes)
    def supervise(self, pick: int, verb: str, crash: int | None) -> None:
        instance, by = self._instance(pick), self.desk.supervisor
        if instance and (verb != "cancel" or pick == 0):  # else every story would soon be over
            command: Callable[[uuid.UUID, str, Caller, Any], Instance] = getattr(instances, verb)
            self._do(lambda: command(instance.id, "uji", by, self.desk.at), crash, instance, verb)

    @rule(n=st.integers(1, 3), plan=st.sampled_from(PLANS), crash=crashes)
    def order_batch(self, n: int, plan: dict[str, str | None], crash: int | None) -> None:
        there, by = self.desk.versions[n - 1].spec.elements, self.desk.supervisor
        known = {old: new for old, new in plan.items() if new is None or new in there}
        self._do(lambda: batches.order(KEY, n, Chosen(), known, "uji", by, self.desk.at), crash)

    @rule(crash=crashes)
    def undo_batch(self, crash: int | None) -> None:
        batch = db.session.scalar(select(Batch.id).order_by(Batch.id.desc()).limit(1))
        if batch:
            self._do(lambda: batches.order_undone(batch, "uji", self.desk.supervisor, self.desk.at), crash)

    @precondition(lambda self: open_batches())
    @rule(cuts=st.lists(crashes, max_size=6))
    def carry(self, cuts: list[int | None]) -> None:
        """The worker does what is ordered, and is killed now and then on the way."""
        before = _commands()
        for crash in [*cuts, *[None] * 20]:
            db.session.remove()
            try:
                with _cut_at(crash):
                    if not carry_one(self.desk.at):
                        break
            except CutError:
                continue
        after = _commands()
        for instance, said in after.items():
            assert set(said[len(before[instance]) :]) <= {"migrate", "undo"}
            assert said[: len(before[instance])] == before[instance]
            assert len(said) <= len(before[instance]) + 2  # once there, and with another batch once more
        self.history = after
        assert not open_batches()

    @rule()
    def restart(self) -> None:
        """Nothing that a process remembers is needed."""
        db.session.remove()
        db.engine.dispose()
        loading._kept.clear()

    # ---- what has to hold -----------------------------------------------------------------------------------

    @invariant()
    def nothing_contradicts(self) -> None:
        assert broken_invariants(db.session()) == []
        assert _commands() == getattr(self, "history", {})
        for batch in db.session.scalars(select(Batch)):
            assert batch.state in ("running", "undoing") or not counts(batch.id)["waiting"]

    def teardown(self) -> None:
        db.session.remove()

    # ---- how it is done -------------------------------------------------------------------------------------

    def _do(
        self, act: Callable[[], object], crash: int | None, instance: Instance | None = None, command: str = ""
    ) -> bool:
        """One command in a transaction; what is refused or cut off must leave nothing behind."""
        self.desk.wait(minutes=1)
        before = _everything()
        self.done = (instance.id, command) if instance else None
        try:
            with _cut_at(crash), transaction():
                act()
        except Stuck as stuck:
            assert _everything() == before
            if stuck.instance_id is not None:
                with transaction():
                    instances.mark_stuck(stuck, self.desk.at)
                self.history[stuck.instance_id].append("stuck")
            return False
        except (Refusal, CutError):
            assert _everything() == before
            return False
        if self.done:
            self.history.setdefault(self.done[0], []).append(self.done[1])
        return True

    def _instance(self, pick: int) -> Instance | None:
        found = list(db.session.scalars(select(Instance).order_by(Instance.id)))
        return found[pick % len(found)] if found else None

    def _task(self, pick: int, task: int) -> Task | None:
        instance = self._instance(pick)
        found = sorted(tasks_of(instance.id), key=lambda one: one.element) if instance else []
        return found[task % len(found)] if found else None


@contextmanager
def _cut_at(statement: int | None) -> Iterator[None]:
    """Whoever sends the n-th statement, or commits before that, never gets further."""
    if statement is None:
        yield
        return
    passed = 0

    def count(*_: Any) -> None:
        nonlocal passed
        passed += 1
        if passed == statement:
            raise CutError

    def at_commit(session: Any) -> None:
        session.flush()
        raise CutError

    sessions = db.session.session_factory
    event.listen(db.engine, "before_cursor_execute", count)
    event.listen(sessions, "before_commit", at_commit)
    try:
        yield
    finally:
        event.remove(db.engine, "before_cursor_execute", count)
        event.remove(sessions, "before_commit", at_commit)


_TABLES = (MoveRow, Task, Timer, BatchItem, Batch, Instance)


def _everything() -> list[Any]:
    """All that is kept of instances."""
    db.session.rollback()
    return [
        sorted(map(repr, db.session.execute(select(*model.__table__.columns)).all()))  # type: ignore[attr-defined]
        for model in _TABLES
    ]


def _forget_all() -> None:
    with transaction():
        for model in _TABLES:
            db.session.execute(delete(model))


def _commands() -> dict[uuid.UUID, list[str]]:
    db.session.rollback()
    found: dict[uuid.UUID, list[str]] = {}
    for instance, command in db.session.execute(
        select(MoveRow.instance_id, MoveRow.command).order_by(MoveRow.instance_id, MoveRow.seq)
    ):
        found.setdefault(instance, []).append(command)
    return found


def _states(instance: uuid.UUID) -> list[Any]:
    """Version, engine state, open tasks' steps and timers after each move; the last as the tables have it."""
    db.session.rollback()
    query = select(MoveRow.version_id, MoveRow.state).where(MoveRow.instance_id == instance).order_by(MoveRow.seq)
    return [tuple(row) for row in db.session.execute(query)]


def test_whatever_is_done_in_whatever_order_the_invariants_hold(app: Flask) -> None:
    story = type("Story", (Machine,), {"app": app, "desk": Office(ONE, TWO, ROW)})
    told = settings(
        max_examples=STORIES,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    try:
        run_state_machine_as_test(seed(SEED)(story), settings=told)
    except BaseException as error:
        error.add_note(f"ALUR_SEED={SEED}")
        raise
