"""What must hold in every database after every command, whatever was killed, cut or raced on the way.

I1 completed tasks are completions in the history that were not undone; I2 one row of history per move, without gaps,
the last one as the instance stands; I3 each timer that fired did so in one move; I4 no armed timer is overdue; I5 what
has ended waits for nothing; I6 open tasks and timers are those of the engine's state, in its version; I7 the chains
prove themselves; I8 who a complainant is stands nowhere in the clear.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table, func, select
from sqlalchemy.orm import Session, aliased

from service.database import Model
from service.diagrams import loading
from service.engine import Run, TaskWaiting, TimerWaiting
from service.history import chain
from service.history.models import MoveRow
from service.instances.models import CANCELLED, COMPLETED, Instance
from service.instances.moving import look
from service.tasks.models import COMPLETED as TASK_COMPLETED
from service.tasks.models import OPEN, Task
from service.timers.models import ARMED, FIRED, Timer
from service.timers.models import OPEN as TIMER_OPEN

ENDED = (COMPLETED, CANCELLED)
GRACE = timedelta(minutes=2)


def broken_invariants(session: Session, canaries: Iterable[str] = (), now: datetime | None = None) -> list[str]:
    """Every invariant that does not hold, in words; must be called inside the application's context.

    `canaries` are words that only a sealed identity may hold. Timers are held against the clock only where `now` says
    what time it is, because tests set timers at times of their own.
    """
    session.rollback()
    session.expire_all()
    found = [
        *_completions(session),
        *_numbering(session),
        *_firings(session),
        *_states(session),
        *(f"I7 {broken.instance_id} at {broken.seq}: {broken.reason}" for broken in chain.verify()[1]),
        *(_overdue(session, now) if now else ()),
        *_told(session, canaries),
    ]
    session.rollback()
    return found


def _completions(session: Session) -> Iterator[str]:
    moves = _moves(session, "complete", MoveRow.by_name) - _undone(session)
    done = select(Task.instance_id, Task.element, Task.completed_at, Task.completed_name)
    tasks = Counter(map(tuple, session.execute(done.where(Task.state == TASK_COMPLETED))))
    yield from _difference("I1 completed tasks", tasks, moves)


def _undone(session: Session) -> Counter[tuple[Any, ...]]:
    """The completions that the very next move took back."""
    after = aliased(MoveRow)
    query = select(MoveRow.instance_id, MoveRow.element, MoveRow.at, MoveRow.by_name).where(
        MoveRow.command == "complete",
        after.instance_id == MoveRow.instance_id,
        after.seq == MoveRow.seq + 1,
        after.command == "undo",
    )
    return Counter(map(tuple, session.execute(query)))


def _firings(session: Session) -> Iterator[str]:
    fired = select(Timer.instance_id, Timer.element, Timer.closed_at).where(Timer.state == FIRED)
    timers = Counter(map(tuple, session.execute(fired)))
    yield from _difference("I3 fired timers", timers, _moves(session, "timer"))


def _moves(session: Session, command: str, *more: Any) -> Counter[tuple[Any, ...]]:
    query = select(MoveRow.instance_id, MoveRow.element, MoveRow.at, *more).where(MoveRow.command == command)
    return Counter(map(tuple, session.execute(query)))


def _difference(what: str, rows: Counter[Any], moves: Counter[Any]) -> Iterator[str]:
    yield from (f"{what}: {row} is in no history" for row in (rows - moves))
    yield from (f"{what}: the history says {move}, the table does not" for move in (moves - rows))


def _numbering(session: Session) -> Iterator[str]:
    query = select(MoveRow.instance_id, func.count(), func.min(MoveRow.seq), func.max(MoveRow.seq))
    counted = {row[0]: tuple(row[1:]) for row in session.execute(query.group_by(MoveRow.instance_id))}
    for instance_id, seq in session.execute(select(Instance.id, Instance.seq)):
        if counted.get(instance_id) != (seq, 1, seq):
            yield f"I2 {instance_id} is at move {seq}; count, first and last of its history: {counted.get(instance_id)}"


def _states(session: Session) -> Iterator[str]:
    heads = select(Instance, MoveRow).join(
        MoveRow, (MoveRow.instance_id == Instance.id) & (MoveRow.seq == Instance.seq)
    )
    for instance, last in session.execute(heads):
        if last.state != instance.engine_state:
            yield f"I2 {instance.id}: its state is not the one its last move left"
        if last.version_id != instance.version_id:
            yield f"I2 {instance.id}: its version is not the one its last move left"
        run = look(loading.load(instance.version_id).spec, instance.engine_state, instance.started_at)
        yield from _ending(instance, run)
        yield from _waiting(session, instance, run)


def _ending(instance: Instance, run: Run) -> Iterator[str]:
    expected = instance.state if instance.state in ENDED else "running"
    if run.state != expected or run.end != instance.end:
        yield f"I5 {instance.id} is {instance.state} at {instance.end}, its engine {run.state} at {run.end}"
    if (instance.ended_at is not None) != (instance.state in ENDED):
        yield f"I5 {instance.id} is {instance.state} and ended at {instance.ended_at}"
    if run.wake_at != instance.wake_at:
        yield f"I6 {instance.id} would wake at {instance.wake_at}, its engine at {run.wake_at}"


def _waiting(session: Session, instance: Instance, run: Run) -> Iterator[str]:
    waits = [each for each in run.waiting if isinstance(each, TaskWaiting | TimerWaiting)]
    engine = Counter((each.step_id, each.element, getattr(each, "due_at", None)) for each in waits)
    tasks = select(Task.step_id, Task.element).where(Task.instance_id == instance.id, Task.state == OPEN)
    timers = select(Timer.step_id, Timer.element, Timer.due_at)
    timers = timers.where(Timer.instance_id == instance.id, Timer.state.in_(TIMER_OPEN))
    rows = Counter((*row, None) for row in session.execute(tasks)) + Counter(map(tuple, session.execute(timers)))
    others = select(Task.element).where(Task.instance_id == instance.id, Task.state == OPEN)
    others = others.where((Task.version_id != instance.version_id) | (Task.version_n != instance.version_n))
    yield from (f"I6 {instance.id}: {element} is of another version" for element in session.scalars(others))
    yield from (f"I6 {instance.id} ({instance.state}): {row} waits for nothing" for row in rows - engine)
    yield from (
        f"I6 {instance.id} ({instance.state}): the engine waits for {step}, no row does" for step in engine - rows
    )


def _overdue(session: Session, now: datetime) -> Iterator[str]:
    query = select(Timer.id, Timer.try_at).where(Timer.state == ARMED, Timer.try_at < now - GRACE)
    yield from (f"I4 timer {timer_id} should have fired at {at}" for timer_id, at in session.execute(query))


def _told(session: Session, canaries: Iterable[str]) -> Iterator[str]:
    words = [canary.encode() for canary in canaries]
    for table in Model.metadata.sorted_tables if words else ():
        for column, content in _contents(session, table):
            yield from (f"I8 {table.name}.{column} tells {word.decode()}" for word in words if word in content)


def _contents(session: Session, table: Table) -> Iterator[tuple[str, bytes]]:
    for row in session.execute(select(table)).mappings():
        for column, value in row.items():
            yield column, value if isinstance(value, bytes) else repr(value).encode()
