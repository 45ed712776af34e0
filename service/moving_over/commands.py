"""Verbs about one instance: go over to another version, move to another step, undo what was done last.

Each is a move like any other, with its row in the history; what was there before stays as it was.
"""

import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import select

from service.database import db
from service.diagrams.loading import Loaded, live, load
from service.engine import Run, TaskWaiting
from service.errors import Conflict, Invalid, NotAllowed, Problem, Refusal, Stuck
from service.facts import TaskCarried, TaskReturned, TaskWithdrawn, TimerSet
from service.forms.addressed import addressed_fields
from service.history.models import MoveRow, move_of
from service.instances.commands import UNFINISHED
from service.instances.models import Instance, instance_of
from service.instances.moving import Move, clock_of, moving
from service.moving_over.homes import Plan, answered_before, homes_between, must_be_another, must_make_sense
from service.people import policy
from service.people.caller import Caller
from service.people.models import SUPERVISOR, holds_lane
from service.sentences import Sentence
from service.tasks.commands import must_see_instance
from service.tasks.models import Task, tasks_of

MIGRATE, MOVE, UNDO, COMPLETE = "migrate", "move", "undo", "complete"

GONE_ON = "Berkas ini sudah bergerak lagi sejak itu, jadi tidak dapat diurungkan."
SOMEBODY_ELSE = "Langkah berikutnya, “{name}”, sudah dibuka atau dikerjakan orang lain, jadi tidak dapat diurungkan."


# ---- to another version -------------------------------------------------------------------------------------


def migrate(
    instance_id: uuid.UUID, n: int, plan: Plan, reason: str, by: Caller, at: datetime, seen: int | None = None
) -> Instance:
    """Let an instance go on in another live version of its diagram.

    Raises `Invalid` naming each open step that cannot go there, and why; `Conflict` when it is over or there already.
    """
    instance = _supervised(instance_id, by)
    policy.must_move_over(by, instance.agency_id)
    target = live(instance.diagram_key, n)
    must_make_sense(plan, load(instance.version_id), target)
    return carry_over(instance_id, target, plan, Move(by, at, MIGRATE, reason=reason.strip() or None, seen=seen))


def carry_over(instance_id: uuid.UUID, target: Loaded, plan: Plan, move: Move) -> Instance:
    """As `migrate`, for whoever was let in."""
    with moving(instance_id, move, UNFINISHED) as (instance, run):
        before = load(instance.version_id)
        must_be_another(before, target)
        with _not_stuck():
            tell_over(run, instance, before, target, plan)
        move.answers.update({"from": before.n, "to": target.n, "plan": dict(plan)})
        move.answers["released"] = _released(instance, run)
        instance.version_id, instance.version_n = target.id, target.n
    return instance


def tell_over(run: Run, instance: Instance, before: Loaded, target: Loaded, plan: Plan) -> None:
    """Let a run go over as a migration would; also of one that is only looked at."""
    run.migrate(target.spec, homes_between(before, target, plan), answered_before(instance.id, target))


def _released(instance: Instance, run: Run) -> dict[str, list[str | None]]:
    """Step to id and name of whoever loses his task because it is another lane's now."""
    lanes = {fact.step_id: fact.lane for fact in run.facts() if isinstance(fact, TaskCarried)}
    return {
        task.step_id: [str(task.assignee_id), task.assignee_name]
        for task in _held(instance.id, lanes)
        if task.assignee_id is not None and task.lane != lanes[task.step_id]
    }


# ---- to another step ----------------------------------------------------------------------------------------


def move(
    instance_id: uuid.UUID, source: str, target: str, reason: str, by: Caller, at: datetime, seen: int | None = None
) -> Instance:
    """Withdraw the open task of one step and open that of another. Raises `Invalid` where that cannot go well."""
    instance = _supervised(instance_id, by)
    policy.must_supervise(by, instance.agency_id)
    said = {"from": source, "to": target}
    done = Move(by, at, MOVE, source, answers=said, reason=reason_given(reason), seen=seen)
    with moving(instance_id, done, UNFINISHED) as (instance, run), _not_stuck():
        run.move_to(step_at(run, source), target)
    return instance


def step_at(run: Run, element: str) -> str:
    """The one open step of an element. Raises `Invalid`."""
    steps = [each.step_id for each in run.waiting if isinstance(each, TaskWaiting) and each.element == element]
    if not steps:
        message = "“{name}” sedang tidak terbuka pada berkas ini."
        raise Invalid(message, errors=[Problem("/from", message, (("name", element),))], name=element)
    return steps[0]


# ---- one step back ------------------------------------------------------------------------------------------


def undo(instance_id: uuid.UUID, reason: str, by: Caller, at: datetime, seen: int | None = None) -> Instance:
    """Take back what was done last: his own completion, until somebody has opened what came after it.

    A supervisor may take back anybody's, a migration, or a move, with a reason. Raises `Conflict` when it is too late.
    """
    instance = _supervised(instance_id, by)
    last = move_of(instance_id, instance.seq)
    must_be_undoable(last, instance, by)
    if not _is_his(last, by):
        reason = reason_given(reason)
    done = Move(by, at, UNDO, last.element, reason=reason.strip() or None, seen=seen)
    return take_back(last, done)


def undoable(instance: Instance, by: Caller, at: datetime) -> MoveRow | None:
    """What he could take back now, so that he may be asked; None if there is nothing."""
    if instance.state not in UNFINISHED or instance.seq < 2:
        return None
    last = move_of(instance.id, instance.seq)
    try:
        must_be_undoable(last, instance, by)
        before = move_of(instance.id, last.seq - 1)
        run = Run.load(load(instance.version_id).spec, instance.engine_state, clock_of(instance.agency_id, at))
        run.restore(load(before.version_id).spec, before.state)
        withdrawn = {fact.step_id for fact in run.facts() if isinstance(fact, TaskWithdrawn)}
        _must_be_untouched(run, [task for task in tasks_of(instance.id) if task.step_id in withdrawn], last)
    except Refusal:
        return None
    return last


def take_back(last: MoveRow, done: Move) -> Instance:
    """As `undo`, for whoever was let in."""
    with moving(last.instance_id, done, UNFINISHED) as (instance, run):
        if instance.seq != last.seq:
            raise Conflict(GONE_ON)
        before = move_of(instance.id, last.seq - 1)
        version = load(before.version_id)
        with _not_stuck():
            run.restore(version.spec, before.state)
        withdrawn = {fact.step_id for fact in run.facts() if isinstance(fact, TaskWithdrawn)}
        _must_be_untouched(run, _held(instance.id, withdrawn), last)
        instance.version_id, instance.version_n = version.id, version.n
    _give_back(last, run)
    return instance


def must_be_undoable(last: MoveRow, instance: Instance, by: Caller) -> None:
    """Whether this move can be taken back by him at all. Raises `NotAllowed` or `Conflict` with the reason."""
    supervises = by.is_(SUPERVISOR, instance.agency_id)
    if last.command == COMPLETE and (_is_his(last, by) or supervises):
        _must_be_untold(last)
    elif last.command == COMPLETE:
        raise NotAllowed("Yang dapat mengurungkannya hanya {who} sendiri atau atasan.", who=last.by_name)
    elif last.command not in (MIGRATE, MOVE):
        raise Conflict("Tidak ada penyelesaian tugas yang dapat diurungkan: yang terakhir terjadi bukan itu.")
    elif not supervises:
        raise NotAllowed("Hanya atasan di instansi ini yang boleh melakukannya.")


def _is_his(last: MoveRow, by: Caller) -> bool:
    return last.by_id is not None and last.by_id == by.person_id and last.command == COMPLETE


def _must_be_untold(last: MoveRow) -> None:
    """What a complainant said or was told cannot be unsaid."""
    if last.by_id is None or last.on_behalf:
        raise Conflict("Keterangan dari pelapor tidak dapat diurungkan.")
    told = addressed_fields(load(last.version_id).form(last.element or "").schema)
    if any((last.answers or {}).get(name) not in (None, "", [], {}) for name in told):
        raise Conflict("Jawaban dari langkah ini sudah disampaikan kepada pelapor, jadi tidak dapat diurungkan.")


def _must_be_untouched(run: Run, tasks: Iterable[Task], last: MoveRow) -> None:
    """Nobody has begun what would be withdrawn, and nothing that returns is over time already."""
    for task in tasks:
        if task.public:
            raise Conflict("Langkah berikutnya milik pelapor, yang mungkin sudah melihatnya.")
        his_own = task.assignee_id is not None and task.assignee_id == last.by_id
        if task.seen_at is not None or (not his_own and (task.assignee_id or task.taken_at)):
            raise Conflict(SOMEBODY_ELSE, name=task.name)
    now = run.clock.now
    if any(isinstance(fact, TimerSet) and fact.due_at <= now for fact in run.facts()):
        raise Conflict("Waktu yang ditunggu langkah itu sudah habis, jadi tidak dapat diurungkan.")


def _give_back(last: MoveRow, run: Run) -> None:
    """The task returns to who had done it with what he had answered, or to who lost it by the migration."""
    returned = {fact.step_id for fact in run.facts() if isinstance(fact, TaskReturned)}
    for task in _held(last.instance_id, returned if last.command == COMPLETE else ()):
        task.draft = last.answers
        if last.by_id and holds_lane(last.by_id, task.agency_id, task.diagram_key, task.lane or ""):
            task.assignee_id, task.assignee_name = last.by_id, last.by_name
    lost: dict[str, Any] = (last.answers or {}).get("released", {}) if last.command == MIGRATE else {}
    for task in _held(last.instance_id, lost):
        if task.assignee_id is None:
            task.assignee_id, task.assignee_name = uuid.UUID(lost[task.step_id][0]), lost[task.step_id][1]


# ---- what they have in common -------------------------------------------------------------------------------


def _supervised(instance_id: uuid.UUID, by: Caller) -> Instance:
    """The instance, if it is for his eyes."""
    instance = instance_of(instance_id)
    must_see_instance(by, instance)
    return instance


def _held(instance_id: uuid.UUID, step_ids: Iterable[str]) -> list[Task]:
    """The open tasks of these steps as they are now, held for this transaction."""
    wanted = set(step_ids)
    ids = [task.id for task in tasks_of(instance_id) if task.step_id in wanted]
    query = select(Task).where(Task.id.in_(ids)).order_by(Task.id).with_for_update()
    return list(db.session.scalars(query.execution_options(populate_existing=True))) if ids else []


@contextmanager
def _not_stuck() -> Iterator[None]:
    """What would get stuck where it is to go, stays where it is, as sound as it was."""
    try:
        yield
    except Stuck as stuck:
        raise Conflict(stuck.message, **stuck.params) from stuck


def reason_given(reason: str) -> str:
    """The reason. Raises `Invalid` where there is none."""
    if not reason.strip():
        message = "Sebutkan alasannya."
        raise Invalid(message, errors=[Problem("/reason", message)])
    return reason.strip()


def reasons(refusal: Refusal) -> list[Sentence]:
    """Why not, one sentence for each step that is the reason."""
    if isinstance(refusal, Invalid) and refusal.errors:
        return [problem.sentence for problem in refusal.errors]
    return [refusal.sentence]
