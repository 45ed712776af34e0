"""The replay of one instance: what was done to it is done once more to another version, in memory.

Answers go to the step they belong to, by id or by likeness, and in the order in which they were given. A timer that is
drawn as before fires when it fired; one that is new or has changed fires by the office's calendar.
"""

import uuid
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from service.diagrams.loading import Loaded
from service.diagrams.matching import match
from service.engine import Clock, TimerWaiting
from service.engine.clock import due_of
from service.forms.check import find_problems
from service.forms.identity import identity_fields
from service.forms.words import MUST_BE_FILLED, NOT_ASKED, NOT_ON_FORM
from service.instances.models import CANCELLED, COMPLETED
from service.rehearsals.positions import Move, Position, Positions
from service.rehearsals.recorded import Deed, Recorded

SAME, OTHER, STOPS, DESTROYED, FAILED = "same", "other", "stops", "destroyed", "failed"
OUTCOMES = (SAME, OTHER, STOPS, DESTROYED, FAILED)

# Why it takes another way, or stops:
DROPPED, EARLIER, ORDER, ELSEWHERE, END, TIME = "dropped", "earlier", "order", "elsewhere", "end", "time"
NO_ANSWER, NO_WAY, LACKS, UNFIT, BY_HAND, ENDLESS = "no_answer", "no_way", "lacks", "unfit", "by_hand", "endless"

MOVED, CANCEL, UNDO = "move", "cancel", "undo"
"""Moves that are no work of the diagram's, by the names under which history has them."""

MOST_MOVES = 2_000
MOST_TIMERS_AT_THE_END = 50


@dataclass(frozen=True)
class Difference:
    """Where it first went differently: what was done, what the other version would do, which field, if any."""

    why: str
    before: str | None = None
    after: tuple[str, ...] = ()
    field: str | None = None
    title: str | None = None


@dataclass(frozen=True)
class Played:
    """What became of one instance, and which steps of the version it passed."""

    instance_id: uuid.UUID
    version_n: int
    outcome: str
    difference: Difference | None
    passed: tuple[str, ...]


class _Over(Exception):
    """It cannot go on."""

    def __init__(self, outcome: str, difference: Difference) -> None:
        super().__init__(outcome)
        self.outcome, self.difference = outcome, difference


@dataclass
class Pairing:
    """How the steps of one version correspond to those of the version that is tried out."""

    before: Loaded
    after: Loaded
    steps: Mapping[str, str] = field(init=False)
    own_timers: frozenset[str] = field(init=False)
    """Timers of the new version that are not drawn as they were."""
    same_forms: frozenset[str] = field(init=False)
    """Steps of the new version whose form asks what it asked."""

    def __post_init__(self) -> None:
        self.steps = match(self.before.spec, self.after.spec)
        old, new = self.before.spec.elements, self.after.spec.elements
        as_before = {b for a, b in self.steps.items() if new[b].timer and new[b].timer == old[a].timer}
        self.own_timers = frozenset(id_ for id_, element in new.items() if element.timer and id_ not in as_before)
        self.same_forms = frozenset(
            b for a, b in self.steps.items() if self.before.form(a).schema == self.after.form(b).schema
        )
        self.known = frozenset(self.steps.values())


class Replayer:
    """Replays instances through one version. `load` gives the versions they ran on."""

    def __init__(self, after: Loaded, load: Callable[[uuid.UUID], Loaded], clock: Clock) -> None:
        self.after, self.load, self.clock = after, load, clock
        self.positions = Positions(after.spec)
        self._pairings: dict[uuid.UUID, Pairing] = {}
        self._identity = frozenset(identity_fields(after.form(after.spec.start.id).schema))

    def play(self, recorded: Recorded) -> Played:
        """What would become of this instance. Whatever goes wrong with it is an outcome of its own."""
        try:
            played = _Play(self, recorded)
            outcome, difference = played.run()
        except Exception as error:  # one instance that nobody foresaw must not keep the others from being told
            return Played(recorded.id, recorded.version_n, FAILED, Difference(FAILED, before=type(error).__name__), ())
        return Played(recorded.id, recorded.version_n, outcome, difference, tuple(played.passed))

    def pairing(self, version_id: uuid.UUID) -> Pairing:
        """How a version corresponds to ours."""
        if version_id not in self._pairings:
            self._pairings[version_id] = Pairing(self.load(version_id), self.after)
        return self._pairings[version_id]

    def must_fit(self, element: str, answers: Mapping[str, Any], pairing: Pairing, before: str | None) -> None:
        """Raises `_Over` naming the first field that the form of the new version would not take."""
        if element in pairing.same_forms:
            return
        for problem in find_problems(self.after.form(element).schema, answers):
            name = problem.pointer.split("/")[1] if problem.pointer else ""
            if problem.message in (NOT_ON_FORM, NOT_ASKED) or (self._is_start(element) and name in self._identity):
                continue  # what is asked no more keeps nobody from going on
            why = LACKS if problem.message == MUST_BE_FILLED and name not in answers else UNFIT
            title = str(dict(problem.params).get("field", name))
            raise _Over(STOPS, Difference(why, before, (element,), name, title[:120]))

    def _is_start(self, element: str) -> bool:
        return element == self.after.spec.start.id


class _Play:
    """One instance on its way."""

    def __init__(self, replayer: Replayer, recorded: Recorded) -> None:
        self.replayer, self.recorded = replayer, recorded
        self.positions = replayer.positions
        self.first: Difference | None = None
        self.passed: list[str] = []
        self.due: dict[str, datetime] = {}
        deeds, self.by_hand = _until_moved(_without_undone(recorded.deeds))
        self.begun = deeds[0]
        self.ahead = deque(deeds[1:])
        self.pairing = replayer.pairing(self.begun.version_id)
        self.position: Position
        self.moves = 0

    def run(self) -> tuple[str, Difference | None]:
        try:
            self._start()
            while self.ahead and not self.position.ended:
                if not self._next():
                    break
            self._finish()
        except _Over as over:
            return over.outcome, over.difference
        return (OTHER, self.first) if self.first else (SAME, None)

    def _start(self) -> None:
        start = self.replayer.after.spec.start.id
        answers = self._answers_of(self.begun)
        self.replayer.must_fit(start, answers, self.pairing, self.begun.element)
        self._take(self.positions.start(answers), self.begun.at, self.begun.element)

    def _answers_of(self, deed: Deed) -> dict[str, Any]:
        if deed.answers is None:
            raise _Over(DESTROYED, Difference(DESTROYED, deed.element))
        return deed.answers

    def _take(self, move: Move, at: datetime, before: str | None) -> None:
        """Go where a move leads."""
        self.moves += 1
        if move.to is None:
            raise _Over(STOPS, Difference(NO_WAY, before, (move.stuck_at,) if move.stuck_at else ()))
        if self.moves > MOST_MOVES:
            raise _Over(STOPS, Difference(ENDLESS, before))
        if move.element is not None:
            self.passed.append(move.element)
        self.position = move.to
        for timer in self.position.timers:
            if timer.element in self.pairing.own_timers and timer.step_id not in self.due:
                self.due[timer.step_id] = self._due(timer, at)

    def _due(self, timer: TimerWaiting, at: datetime) -> datetime:
        drawn = self.replayer.after.element(timer.element).timer
        assert drawn is not None
        clock = self.replayer.clock
        return due_of(drawn, Clock(at, clock.due, clock.zone))

    # ---- one deed after the other ---------------------------------------------------------------------------

    def _next(self) -> bool:
        """Do the first of the deeds ahead that can be done now. False when none can."""
        self._let_time_pass(self.ahead[0].at)
        if self.position.ended:
            return False
        for place, deed in enumerate(self.ahead):
            self.pairing = self.replayer.pairing(deed.version_id)
            if self._is_nothing(deed):
                del self.ahead[place]
                return True
            if self._do(deed):
                del self.ahead[place]
                if place:
                    self._differs(Difference(ORDER, self.ahead[0].element, (self.passed[-1],) if self.passed else ()))
                return True
        return self._wait_on()

    def _is_nothing(self, deed: Deed) -> bool:
        """Deeds that change nothing here: a pause, a timer that is drawn otherwise now, a step that is no more."""
        if deed.command not in ("complete", "timer"):
            return deed.command not in ("message", "resume") or (deed.command == "resume" and not deed.answers)
        counterpart = self.pairing.steps.get(deed.element or "")
        if counterpart is None:
            self._differs(Difference(DROPPED, deed.element, self.position.tasks))
            return True
        return deed.command == "timer" and counterpart in self.pairing.own_timers

    def _do(self, deed: Deed) -> bool:
        """Do it, if it can be done now."""
        here, element = self.position, self.pairing.steps.get(deed.element or "", "")
        if deed.command == "complete" and (task := here.task(element)):
            answers = self._answers_of(deed)
            self.replayer.must_fit(element, answers, self.pairing, deed.element)
            self._take(self.positions.complete(here, task, answers), deed.at, deed.element)
        elif deed.command == "timer" and (timer := here.timer(element)):
            self._take(self.positions.fire(here, timer), deed.at, deed.element)
        elif deed.command == "message" and (message := here.message(deed.element or "")):
            self._take(self.positions.receive(here, message, self._answers_of(deed)), deed.at, message.element)
        elif deed.command == "resume" and deed.answers:
            self._take(self.positions.correct(here, deed.answers), deed.at, None)
        else:
            return False
        return True

    def _let_time_pass(self, until: datetime) -> None:
        """Timers of the new version's own fire when their time comes."""
        for _ in range(MOST_TIMERS_AT_THE_END):
            waiting = [each for each in self.position.timers if self.due.get(each.step_id, until) < until]
            if not waiting:
                return
            timer = min(waiting, key=lambda each: self.due[each.step_id])
            if not self._fired_too(timer.element):
                self._differs(Difference(TIME, self.ahead[0].element if self.ahead else None, (timer.element,)))
            self._take(self.positions.fire(self.position, timer), self.due[timer.step_id], timer.element)

    def _fired_too(self, element: str) -> bool:
        """Whether its counterpart fired as well, whenever that was."""
        return any(
            deed.command == "timer" and self.pairing.steps.get(deed.element or "") == element
            for deed in self.recorded.deeds
        )

    def _wait_on(self) -> bool:
        """Nothing that was done can be done now. Where only time is waited for, it passes; else this is the end."""
        if not self.position.tasks and self.position.timers:
            timer = min(self.position.timers, key=lambda each: self.due.get(each.step_id, each.due_at))
            self._differs(Difference(TIME, self.ahead[0].element if self.ahead else None, (timer.element,)))
            self._take(self.positions.fire(self.position, timer), self.due.get(timer.step_id, self.begun.at), None)
            return True
        return False

    # ---- the end --------------------------------------------------------------------------------------------

    def _finish(self) -> None:
        """All that was done is done, or cannot be: does it stand where it stood?"""
        left = self.ahead[0] if self.ahead else None
        if self.by_hand is not None and left is None:
            self._differs(Difference(BY_HAND, self.by_hand.element))
        elif self.position.ended:
            self._compare_ends(left)
        elif left is not None or self.recorded.state == COMPLETED:
            self._lacks_answers(left)
        elif self.recorded.state != CANCELLED and sorted(self._standing()) != sorted(self.position.tasks):
            self._differs(Difference(ELSEWHERE, next(iter(self.recorded.open), None), self.position.tasks))

    def _standing(self) -> Sequence[str]:
        return [self.pairing.steps.get(element, element) for element in self.recorded.open]

    def _compare_ends(self, left: Deed | None) -> None:
        end = (self.position.end,) if self.position.end else ()
        if left is not None:
            self._differs(Difference(EARLIER, left.element, end))
        elif self.recorded.state == COMPLETED:
            if self.pairing.steps.get(self.recorded.end or "") != self.position.end:
                self._differs(Difference(END, self.recorded.end, end))
        elif self.recorded.state != CANCELLED:
            self._differs(Difference(EARLIER, next(iter(self.recorded.open), None), end))

    def _lacks_answers(self, left: Deed | None) -> None:
        for _ in range(MOST_TIMERS_AT_THE_END):
            if self.position.ended or self.position.tasks or not self._wait_on():
                break
        if self.position.ended:
            self._compare_ends(left)
            return
        old = left.element if left else self.recorded.end
        waiting = self.position.tasks or tuple(each.element for each in self.position.waiting)
        new = tuple(element for element in waiting if element not in self.pairing.known)
        if new:
            raise _Over(STOPS, Difference(NO_ANSWER, old, new[:1]))
        self._differs(Difference(ELSEWHERE, old, waiting))

    def _differs(self, difference: Difference) -> None:
        """Only where it first went differently is told."""
        self.first = self.first or difference


def _without_undone(deeds: Sequence[Deed]) -> list[Deed]:
    """What counted in the end: undoing takes back whatever was done just before it."""
    kept: list[Deed] = []
    for deed in deeds:
        if deed.command != UNDO:
            kept.append(deed)
        elif len(kept) > 1:
            kept.pop()
    return kept


def _until_moved(deeds: Sequence[Deed]) -> tuple[Sequence[Deed], Deed | None]:
    """Up to where somebody put it at another step by hand, or ended it; the deed by which it was moved."""
    for place, deed in enumerate(deeds):
        if deed.command in (MOVED, CANCEL):
            return deeds[:place], deed if deed.command == MOVED else None
    return deeds, None
