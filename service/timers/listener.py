"""Keeps the table of timers in step with what the engine says, and lets timers rest while their instance rests."""

from service.database import db
from service.facts import StepFact, TimerCarried, TimerFired, TimerSet, TimerWithdrawn
from service.instances.models import STUCK, SUSPENDED
from service.instances.moving import Moved
from service.timers.models import ARMED, DEAD, FIRED, RESTING, WITHDRAWN, Timer, timers_at, timers_of


def hear(moved: Moved, steps: list[StepFact]) -> None:
    """Add a row for each timer that was set; rename those carried over, close those that fired or were withdrawn."""
    said = [fact for fact in steps if isinstance(fact, TimerSet | TimerCarried | TimerFired | TimerWithdrawn)]
    if said:
        known = {timer.step_id: timer for timer in timers_at(moved.instance.id, [fact.step_id for fact in said])}
        for fact in said:
            if isinstance(fact, TimerSet):
                known[fact.step_id] = _set(moved, fact, known.get(fact.step_id))
            elif isinstance(fact, TimerCarried):
                known[fact.step_id].element = fact.element
            else:
                timer = known[fact.step_id]
                timer.state = FIRED if isinstance(fact, TimerFired) else WITHDRAWN
                timer.closed_at = moved.move.at
    if _rests(moved):
        _change_all(moved, (ARMED,), RESTING)
    elif moved.move.command == "resume":
        _change_all(moved, (RESTING, DEAD), ARMED)


def _rests(moved: Moved) -> bool:
    """A timer that cannot fire is not armed, so that nobody looks at it every second."""
    return moved.instance.state in (SUSPENDED, STUCK)


def _set(moved: Moved, fact: TimerSet, timer: Timer | None) -> Timer:
    """A step that waits again, as after an undo, has its old row back."""
    if timer is None:
        timer = Timer(
            agency_id=moved.instance.agency_id,
            instance_id=moved.instance.id,
            step_id=fact.step_id,
            element=fact.element,
        )
        db.session.add(timer)
    timer.due_at = fact.due_at
    timer.closed_at = None
    _put(timer, RESTING if _rests(moved) else ARMED)
    return timer


def _change_all(moved: Moved, states: tuple[str, ...], state: str) -> None:
    for timer in timers_of(moved.instance.id):
        if timer.state in states:
            _put(timer, state)


def _put(timer: Timer, state: str) -> None:
    timer.state = state
    timer.try_at = timer.due_at
    timer.attempts, timer.last_error, timer.last_enqueued_at = 0, None, None
