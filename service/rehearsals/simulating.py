"""A simulation of one version: cases come in, wait for officers, are worked on, and go where the diagram leads them.

Discrete events in the office's own time. It shares nothing with the engine and asks it nothing; that every case it
makes up could have happened there is shown by tests, which give the engine what was done to a case (`Case.deeds`).
"""

import heapq
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from random import Random
from typing import Any

from service.errors import Invalid
from service.rehearsals import net as nets
from service.rehearsals.decisions import Decision, weight
from service.rehearsals.hours import Hours
from service.rehearsals.net import Net, Node
from service.rehearsals.plan import Plan

MOST_STEPS = 400
"""Nodes passed without waiting, and tasks of one case, after which it is taken to go round for ever."""
LOOK_UP_EVERY = 200
"""Cases between two signs of progress."""

ENDLESS = "Dengan pilihan ini sebuah berkas berputar tanpa akhir di diagram; periksa bagian cabang pada gerbang."
MOST_ENDLESS = 0.01


@dataclass
class Deed:
    """What was done to a case: the command, the element, with which answers (only what gateways read), when."""

    command: str
    element: str
    at: float
    answers: dict[str, Any] = field(default_factory=dict)


class Case:
    """One made-up complaint. `bound` are values that gateways have picked and that still count."""

    __slots__ = ("arrived", "asked", "bound", "deeds", "end", "ended", "endless", "number", "root", "steps", "visits")

    def __init__(self, number: int, arrived: float, start: str, told: bool) -> None:
        self.number, self.arrived = number, arrived
        self.ended, self.end, self.endless = 0.0, "", False
        self.bound: dict[str, Any] = {}
        self.asked: dict[str, int] = {}
        self.visits: dict[str, int] = {}
        self.steps = 0
        self.deeds: list[Deed] | None = [Deed("start", start, arrived)] if told else None
        self.root: Scope = Scope(None, None, self)


class Held:
    """Something a boundary event can interrupt: a task in somebody's hands or queue, a race, a scope."""

    __slots__ = ("alive", "case", "node", "scope")

    def __init__(self, node: Node | None, scope: "Scope | None", case: Case) -> None:
        self.node, self.scope, self.case, self.alive = node, scope, case, True
        if scope is not None:
            scope.inside.append(self)


class Scope(Held):
    """The case itself, a sub-process, or several rounds of one activity; `live` counts its tokens."""

    __slots__ = ("arrived", "inside", "live", "more", "several")

    def __init__(self, node: Node | None, scope: "Scope | None", case: Case, several: bool = False) -> None:
        super().__init__(node, scope, case)
        self.live, self.more, self.several = 1, 0, several
        self.inside: list[Held] = []
        self.arrived: dict[Node, dict[str, int]] = {}


Tokens = list[tuple[Node, Scope, str]]
"""Tokens on their way: the node they come to, within which scope, by which flow."""


class Task(Held):
    """A task, from when it comes up."""

    __slots__ = ("begun", "busy", "came_up", "length", "served")

    def __init__(self, node: Node, scope: Scope, case: Case, came_up: float) -> None:
        super().__init__(node, scope, case)
        self.came_up = came_up
        self.begun, self.length, self.busy, self.served = -1.0, 0.0, 0.0, False


@dataclass
class Pool:
    """The officers of a lane and what waits for them."""

    officers: int
    free: int = 0
    queue: deque[Task] = field(default_factory=deque)
    busy: float = 0.0
    waited: float = 0.0
    longest: int = 0


@dataclass
class StepFigures:
    """What was seen at one element, of the cases that count."""

    waits: list[float] = field(default_factory=list)
    handled: list[float] = field(default_factory=list)
    in_time: int = 0
    late: int = 0
    again: int = 0


@dataclass
class Seen:
    """What one round of a simulation has shown."""

    days: list[float] = field(default_factory=list)
    in_time: int = 0
    ends: dict[str, int] = field(default_factory=dict)
    steps: dict[str, StepFigures] = field(default_factory=dict)
    load: dict[str, float] = field(default_factory=dict)
    queue: dict[str, float] = field(default_factory=dict)
    longest: dict[str, int] = field(default_factory=dict)
    flows: dict[str, int] = field(default_factory=dict)
    endless: int = 0
    cases: list[Case] = field(default_factory=list)


class Round:
    """One round: so many cases through an office that begins empty. The first and last tenth do not count."""

    def __init__(
        self,
        net: Net,
        plan: Plan,
        decisions: dict[str, Decision],
        asked: dict[str, frozenset[str]],
        hours: Hours,
        random: Random,
        cases: int,
        promise: Any = None,
        told: bool = False,
    ) -> None:
        self.net, self.plan, self.decisions, self.asked, self.hours = net, plan, decisions, asked, hours
        self.random, self.cases, self.promise, self.told = random, cases, promise, told
        self.first, self.last = cases // 10, cases - cases // 10
        self.seen = Seen(steps={node.id: StepFigures() for node in net.nodes.values() if node.element.is_task})
        self.pools: dict[str | None, Pool] = {}
        for node in net.of_kind(nets.WORK):
            officers = plan.officers.get(node.element.lane or "", 1)
            self.pools.setdefault(node.element.lane, Pool(officers, officers))
        self.ahead: list[tuple[float, int, Callable[..., None], tuple[Any, ...]]] = []
        self.counter = 0
        self.now = hours.begins
        self.worked = 0.0
        self.finished = 0
        self.joins = any(node.upstream for node in net.nodes.values())
        wanted = {name for decision in decisions.values() for name in decision.names}
        self.unasked = frozenset(wanted.difference(*asked.values()))
        self._weights: dict[int, list[float]] = {}

    def run(self) -> Iterator[int]:
        """Play it; yields now and then how many cases have ended."""
        self._await_next(0)
        told = LOOK_UP_EVERY
        while self.ahead:
            self.now, _, do, what = heapq.heappop(self.ahead)
            do(*what)
            if self.finished >= told:
                told = self.finished + LOOK_UP_EVERY
                yield self.finished
        if self.seen.endless > max(1, MOST_ENDLESS * self.cases):
            raise Invalid(ENDLESS)
        self._close()

    def _close(self) -> None:
        span = max(self.worked, 1.0)
        for lane, pool in self.pools.items():
            self.seen.load[lane or ""] = pool.busy / (pool.officers * span)
            self.seen.queue[lane or ""] = pool.waited / span
            self.seen.longest[lane or ""] = pool.longest

    def _later(self, moment: float, do: Callable[..., None], *what: Any) -> None:
        self.counter += 1
        heapq.heappush(self.ahead, (moment, self.counter, do, what))

    # ---- arrivals and ends ----------------------------------------------------------------------------------

    def _await_next(self, number: int) -> None:
        self.worked += self.random.expovariate(self.plan.per_day / self.hours.a_day)
        self._later(self.hours.to_moment(self.worked), self._arrive, number)

    def _arrive(self, number: int) -> None:
        if number + 1 < self.cases:
            self._await_next(number + 1)
        case = Case(number, self.now, self.net.start.id, self.told)
        if self.told:
            self.seen.cases.append(case)
        self._go(case, [(self.net.start, case.root, "")])

    def _counts(self, case: Case) -> bool:
        return self.first <= case.number < self.last

    def _end(self, case: Case) -> None:
        case.ended = self.now
        self.finished += 1
        if case.endless:
            self.seen.endless += 1
        elif self._counts(case):
            self.seen.days.append(self.hours.to_days(self.now) - self.hours.to_days(case.arrived))
            self.seen.ends[case.end] = self.seen.ends.get(case.end, 0) + 1
            if self.promise and self.now <= self.hours.due(case.arrived, *self.promise):
                self.seen.in_time += 1

    # ---- tokens ---------------------------------------------------------------------------------------------

    def _go(self, case: Case, ahead: Tokens) -> None:
        """Tokens go on until they wait."""
        steps = 0
        while ahead or (self.joins and self._pushed_on(case, ahead)):
            node, scope, came = ahead.pop()
            steps += 1
            if steps > MOST_STEPS:
                self._give_up(case)
                return
            if scope.alive:
                self._enter(node, scope, came, ahead)

    def _enter(self, node: Node, scope: Scope, came: str, ahead: Tokens) -> None:
        kind = node.kind
        if kind in (nets.WORK, nets.ASK, nets.SUB):
            self._begin(node, scope, ahead)
        elif kind == nets.PASS:
            self._answered(scope.case, node)
            self._out(node, scope, ahead)
        elif kind == nets.CHOOSE:
            self._take(node, scope, ahead)
        elif kind == nets.SPLIT:
            if len(node.ways_in) < 2 or self._joined(node, scope, came):
                self._out(node, scope, ahead)
        elif kind == nets.INCLUSIVE:
            if len(node.ways_in) < 2:
                self._take(node, scope, ahead)
            else:
                self._arrived_at(node, scope, came)
        elif kind == nets.END:
            self._over(node, scope, ahead, 1)
        elif kind == nets.TERMINATE:
            self._stop_inside(scope)
            self._over(node, scope, ahead, scope.live)
        else:
            self._wait(node, scope)

    def _out(self, node: Node, scope: Scope, ahead: Tokens) -> None:
        scope.live += len(node.outs) - 1
        for flow, target in reversed(node.outs):
            ahead.append((target, scope, flow))

    def _take(self, node: Node, scope: Scope, ahead: Tokens) -> None:
        """A gateway decides."""
        flows = self._decided(node, scope.case)
        scope.live += len(flows) - 1
        for flow, target in node.outs:
            if flow in flows:
                self.seen.flows[flow] = self.seen.flows.get(flow, 0) + 1
                ahead.append((target, scope, flow))

    def _decided(self, node: Node, case: Case) -> tuple[str, ...]:
        decision = self.decisions.get(node.id)
        if decision is None:
            return (node.outs[0][0],)
        options = decision.left(case.bound)
        option = options[0]
        if len(options) > 1:
            weights = self._weights.get(id(options))
            if weights is None:
                given = [weight(each, decision, self.plan.shares) for each in options]
                weights = self._weights[id(options)] = list(accumulate(given if sum(given) > 0 else [1.0] * len(given)))
            place = bisect_right(weights, self.random.random() * weights[-1])
            option = options[min(place, len(options) - 1)]
        if option.values:
            picked = option.values[0] if len(option.values) == 1 else self.random.choice(option.values)
            for name, value in picked.items():
                self._bind(case, name, value)
        return option.flows

    def _bind(self, case: Case, name: str, value: Any) -> None:
        if name in case.bound:
            return
        case.bound[name] = value
        if case.deeds is not None:
            asked = len(case.deeds) - 1 if name in self.unasked else case.asked.get(name, 0)
            case.deeds[asked].answers[name] = value

    def _answered(self, case: Case, node: Node) -> None:
        """What this element asks for is open again; so is what no form asks for, with every answer."""
        for name in self.asked.get(node.id, ()):
            case.bound.pop(name, None)
            if case.deeds is not None and not node.element.script:
                case.asked[name] = len(case.deeds) - 1
        if self.unasked and node.kind != nets.PASS:
            for name in self.unasked:
                case.bound.pop(name, None)

    def _joined(self, node: Node, scope: Scope, came: str) -> bool:
        waiting = scope.arrived.setdefault(node, {})
        waiting[came] = waiting.get(came, 0) + 1
        if len(waiting) < len(node.ways_in):
            return False
        scope.live -= len(node.ways_in) - 1
        _consume(scope, node, node.ways_in)
        return True

    def _arrived_at(self, node: Node, scope: Scope, came: str) -> None:
        waiting = scope.arrived.setdefault(node, {})
        waiting[came] = waiting.get(came, 0) + 1

    def _pushed_on(self, case: Case, ahead: Tokens) -> bool:
        """Nothing moves in this case: an inclusive join to which nothing more can come goes on."""
        for scope in _scopes(case.root):
            for node in scope.arrived:
                if node.kind == nets.INCLUSIVE and not self._more_may_come(node, scope):
                    scope.live += 1 - len(scope.arrived[node])
                    _consume(scope, node, list(scope.arrived[node]))
                    self._take(node, scope, ahead)
                    return True
        return False

    def _more_may_come(self, node: Node, scope: Scope) -> bool:
        """As the engine asks: something that can reach an empty way in, and none where something has arrived."""
        arrived = scope.arrived[node]
        empty = [node.upstream[flow] for flow in node.ways_in if flow not in arrived]
        filled = [node.upstream[flow] for flow in arrived]
        places = {held.node.id for held in scope.inside if held.alive and held.node}
        places |= {other.id for other in scope.arrived if other is not node}
        return any(
            any(place in names for names in empty) and not any(place in names for names in filled) for place in places
        )

    def _over(self, node: Node, scope: Scope, ahead: Tokens, tokens: int) -> None:
        """A token has come to an end; with the last one the scope is over."""
        scope.live -= tokens
        if scope.scope is None:
            scope.case.end = node.id
        if scope.live <= 0:
            self._leave(scope, ahead)

    def _leave(self, scope: Scope, ahead: Tokens) -> None:
        scope.alive = False
        if scope.scope is None:
            self._end(scope.case)
            return
        assert scope.node is not None
        self._done(scope.node, scope, scope.scope, ahead)

    def _done(self, node: Node, held: Held, scope: Scope, ahead: Tokens) -> None:
        """An activity is done: on with it, or once more."""
        held.alive = False
        scope.inside.remove(held)
        if not scope.several:
            self._out(node, scope, ahead)
        elif scope.more:
            scope.more -= 1
            self._activate(node, scope, ahead)
        else:
            scope.live -= 1
            if scope.live <= 0:
                self._leave(scope, ahead)

    def _give_up(self, case: Case) -> None:
        case.endless = True
        if case.root.alive:
            self._stop_inside(case.root)
            case.root.alive = False
            self._end(case)

    # ---- activities -----------------------------------------------------------------------------------------

    def _begin(self, node: Node, scope: Scope, ahead: Tokens) -> None:
        scope.case.steps += 1
        if scope.case.steps > MOST_STEPS:
            self._give_up(scope.case)
            return
        if node.element.loop is None:
            self._watch(node, self._activate(node, scope, ahead))
            return
        rounds = Scope(node, scope, scope.case, several=True)
        rounds.live = 1 if node.in_turn else node.times
        rounds.more = node.times - 1 if node.in_turn else 0
        for _ in range(rounds.live):
            self._activate(node, rounds, ahead)
        self._watch(node, rounds)

    def _activate(self, node: Node, scope: Scope, ahead: Tokens) -> Held:
        if node.kind == nets.SUB:
            assert node.inner is not None
            inner = Scope(node, scope, scope.case)
            ahead.append((node.inner, inner, ""))
            return inner
        task = Task(node, scope, scope.case, self.now)
        if node.kind == nets.WORK:
            self._queue(task)
        else:
            reply = self.plan.replies[node.id]
            if reply.share >= 1 or self.random.random() < reply.share:
                self._later(self.now + reply.length.draw(self.random), self._replied, task)
        return task

    def _watch(self, node: Node, held: Held) -> None:
        """Set the events on its edge going."""
        for event in node.boundary:
            self._await(event, held)

    def _await(self, event: Node, held: Held) -> None:
        if event.kind == nets.TIMER:
            self._later(self._due(event), self._happened, event, held)
        else:
            reply = self.plan.replies[event.id]
            if reply.share >= 1 or self.random.random() < reply.share:
                self._later(self.now + reply.length.draw(self.random), self._happened, event, held)

    def _due(self, event: Node) -> float:
        if event.after is None:
            return max(self.now, event.on_day or 0.0)
        return self.hours.due(self.now, *event.after)

    def _wait(self, node: Node, scope: Scope) -> None:
        """An event in the way, or a gateway where the first event decides."""
        held = Held(node, scope, scope.case)
        for event in [target for _, target in node.outs] if node.kind == nets.RACE else [node]:
            self._await(event, held)
        self._watch(node, held)

    def _happened(self, event: Node, held: Held) -> None:
        """A timer or a message, on the edge of an activity or in the way."""
        if not held.alive or held.scope is None:
            return
        case, scope = held.case, held.scope
        if case.deeds is not None:
            timer = event.kind == nets.TIMER
            case.deeds.append(Deed("timer" if timer else "message", event.id, self.now))
        self._answered(case, event)
        if event.element.attached_to is None or event.element.interrupting:
            self._stop(held)
            scope.inside.remove(held)
        else:
            scope.live += 1
        ahead: Tokens = []
        self._out(event, scope, ahead)
        self._go(case, ahead)

    def _stop(self, held: Held) -> None:
        held.alive = False
        if isinstance(held, Scope):
            self._stop_inside(held)
        elif isinstance(held, Task) and held.node is not None and held.node.kind == nets.WORK:
            self._put_down(held)

    def _stop_inside(self, scope: Scope) -> None:
        for held in scope.inside:
            self._stop(held)
        scope.inside.clear()
        scope.arrived.clear()

    # ---- officers -------------------------------------------------------------------------------------------

    def _queue(self, task: Task) -> None:
        assert task.node is not None
        pool = self.pools[task.node.element.lane]
        if pool.free:
            self._take_up(pool, task)
        else:
            pool.queue.append(task)
            pool.longest = max(pool.longest, len(pool.queue))

    def _take_up(self, pool: Pool, task: Task) -> None:
        assert task.node is not None
        pool.free -= 1
        hours = self.hours
        worked = hours.to_work(self.now)
        pool.waited += worked - hours.to_work(task.came_up)
        task.begun, task.length, task.served = worked, self.plan.work[task.node.id].draw(self.random), True
        share = self.plan.busy.get(task.node.id, 1.0)
        task.busy = task.length * share
        pool.busy += task.busy
        if share < 1:
            self._later(hours.to_moment(worked + task.busy), self._set_free, task)
        self._later(hours.to_moment(worked + task.length), self._finished, task)

    def _set_free(self, task: Task) -> None:
        """It stays in his hands, but he turns to the next."""
        assert task.node is not None
        if task.alive and task.served:
            task.served = False
            self._free_one(self.pools[task.node.element.lane])

    def _put_down(self, task: Task) -> None:
        """It was taken away from whoever had it."""
        assert task.node is not None
        if task.served:
            pool = self.pools[task.node.element.lane]
            pool.busy -= max(0.0, task.begun + task.busy - self.hours.to_work(self.now))
            task.served = False
            self._free_one(pool)

    def _free_one(self, pool: Pool) -> None:
        pool.free += 1
        while pool.queue and pool.free:
            task = pool.queue.popleft()
            if task.alive:
                self._take_up(pool, task)

    def _finished(self, task: Task) -> None:
        assert task.node is not None
        if not task.alive:
            return
        was_busy, task.served = task.served, False
        self._note(task, task.begun - self.hours.to_work(task.came_up), task.length)
        self._complete(task)
        if was_busy:
            self._free_one(self.pools[task.node.element.lane])

    def _replied(self, task: Task) -> None:
        if task.alive:
            self._note(task, 0.0, self.hours.to_work(self.now) - self.hours.to_work(task.came_up))
            self._complete(task)

    def _note(self, task: Task, waited: float, handled: float) -> None:
        assert task.node is not None
        case, node = task.case, task.node
        visits = case.visits[node.id] = case.visits.get(node.id, 0) + 1
        if not self._counts(case):
            return
        figures = self.seen.steps[node.id]
        figures.waits.append(waited)
        figures.handled.append(handled)
        figures.again += visits > node.times
        if node.standard is not None:
            on_time = self.now <= self.hours.due(task.came_up, *node.standard)
            figures.in_time += on_time
            figures.late += not on_time

    def _complete(self, task: Task) -> None:
        assert task.node is not None and task.scope is not None
        case = task.case
        if case.deeds is not None:
            case.deeds.append(Deed("complete", task.node.id, self.now))
        self._answered(case, task.node)
        ahead: Tokens = []
        self._done(task.node, task, task.scope, ahead)
        self._go(case, ahead)


def _scopes(scope: Scope) -> Iterator[Scope]:
    if scope.alive:
        yield scope
        for held in scope.inside:
            if isinstance(held, Scope):
                yield from _scopes(held)


def _consume(scope: Scope, node: Node, flows: list[str]) -> None:
    """One arrival on each of these ways is used up."""
    waiting = scope.arrived[node]
    for flow in flows:
        waiting[flow] -= 1
        if not waiting[flow]:
            del waiting[flow]
    if not waiting:
        del scope.arrived[node]
