"""A run: one instance on its way through a diagram.

One move is: load, one thing done, automatic steps until it waits again, dump. After any exception the run is half way
and has to be thrown away.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Self
from uuid import UUID, uuid5

from SpiffWorkflow.bpmn.specs.control import _EndJoin
from SpiffWorkflow.bpmn.specs.mixins.events.end_event import EndEvent
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import EventBasedGateway
from SpiffWorkflow.bpmn.util import BpmnEvent
from SpiffWorkflow.exceptions import WorkflowException
from SpiffWorkflow.specs.MultiChoice import MultiChoice
from SpiffWorkflow.spiff.specs.event_definitions import MessageEventDefinition
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from service import facts
from service.engine import codec, rehousing, trees
from service.engine.clock import Clock
from service.engine.nodes import DUE, FIRED, ConditionEvent, InclusiveGateway, NoWay, lay_out_next
from service.engine.script import ScriptEngine, seen
from service.engine.spec import Spec
from service.errors import Conflict, Invalid, Problem, Refusal, Stuck

MOST_STEPS = 400
MOST_TASKS = 3000

State = Literal["running", "completed", "cancelled"]


@dataclass(frozen=True)
class TaskWaiting:
    """A step that waits for a person. `item` says which, where the task is given several times."""

    step_id: str
    element: str
    lane: str | None
    item: Any = None


@dataclass(frozen=True)
class TimerWaiting:
    """A step that waits for time. `due_at` is aware UTC."""

    step_id: str
    element: str
    due_at: datetime


@dataclass(frozen=True)
class MessageWaiting:
    """A step that waits for a message."""

    step_id: str
    element: str
    name: str


Waiting = TaskWaiting | TimerWaiting | MessageWaiting


class Run:
    """Started or loaded, moved once, dumped."""

    def __init__(self, spec: Spec, tree: trees.Tree, condition: codec.Condition, clock: Clock) -> None:
        self._spec = spec
        self._tree = tree
        self._clock = clock
        self._state = condition.state
        self._end = condition.end
        self._facts: list[facts.StepFact] = []
        self._moved = False

    @classmethod
    def start(cls, spec: Spec, answers: Mapping[str, Any], clock: Clock) -> Self:
        """A new instance, moved to where it waits first. Raises `Stuck`."""
        engine = ScriptEngine(clock, spec.reads)
        tree = trees.Tree(spec.compiled.process, spec.compiled.inside, script_engine=engine)
        tree.data = _kept(spec, answers)
        run = cls(spec, tree, codec.Condition("running", None), clock)
        with run._moving():
            pass
        return run

    @classmethod
    def load(cls, spec: Spec, state: bytes, clock: Clock) -> Self:
        """The instance as it was dumped. Raises `Stuck` where the state does not fit the diagram."""
        tree, condition = codec.load(spec, state, ScriptEngine(clock, spec.reads))
        return cls(spec, tree, condition, clock)

    def dump(self) -> bytes:
        """The state to keep, some hundred bytes."""
        return codec.dump(self._tree, codec.Condition(self._state, self._end))

    # ---- what can be done to it -----------------------------------------------------------------------------

    def complete(self, step_id: str, answers: Mapping[str, Any]) -> None:
        """A person has done the step. Raises `Conflict` if it is not open, `Stuck` if there is no way on."""
        self._begin()
        task = trees.find(self._tree, TaskState.READY, step_id)
        if task is None or not task.task_spec.manual:
            raise Conflict("Tugas ini sudah tidak terbuka.")
        learned = _kept(self._spec, answers)
        with self._moving(done=step_id):
            trees.learn(task, learned)
            self._run(task)

    def fire(self, step_id: str) -> bool:
        """The time of one timer has come. False, and nothing done, if it waits no more or is not due yet."""
        if self._state != "running":
            return False
        self._begin()
        for task in trees.unfinished(self._tree, TaskState.WAITING):
            for timer in _timers(task):
                if timer.step_id == step_id and timer.due_at <= self._clock.now:
                    with self._moving(done=step_id):
                        task.internal_data[FIRED] = timer.element
                        task.task_spec._update(task)
                    return True
        return False

    def receive(self, name: str, payload: Mapping[str, Any]) -> None:
        """A message has come in. Raises `Conflict` if nothing waits for it."""
        self._begin()
        if not any(isinstance(each, MessageWaiting) and each.name == name for each in self.waiting):
            raise Conflict("Pesan ini sedang tidak ditunggu.")
        learned = _kept(self._spec, payload)
        with self._moving():
            self._tree.data.update(learned)
            self._tree.catch(BpmnEvent(MessageEventDefinition(name)))

    def correct(self, data: Mapping[str, Any]) -> None:
        """Put right what the process knows. Raises `Invalid` for names that nothing reads."""
        self._begin()
        unknown = sorted(set(data) - self._spec.reads)
        if unknown:
            problems = [Problem(f"/{name}", "Nama ini tidak dibaca oleh diagram.") for name in unknown]
            raise Invalid("Ada nama yang tidak dibaca oleh diagram.", errors=problems)
        learned = _kept(self._spec, data)
        with self._moving():
            self._tree.data.update(learned)

    def cancel(self) -> None:
        """End it where it is."""
        self._begin()
        with self._moving():
            self._state = "cancelled"

    # ---- moving it by hand ----------------------------------------------------------------------------------

    def migrate(self, spec: Spec, homes: rehousing.Homes, known: Mapping[str, Any]) -> None:
        """Go on in another version: every open step as the element that `homes` names there.

        `known` is what was answered before and only the other version reads. Raises `Invalid` naming each step that
        has no home there, or could not go on from it, with the reason.
        """
        self._begin()
        state = rehousing.rehoused(self.dump(), self._spec, spec, homes, self._clock)
        learned = {name: value for name, value in _kept(spec, known).items() if name not in self._tree.data}
        with self._moving():
            self._become(spec, state)
            self._tree.data.update(learned)

    def move_to(self, step_id: str, target: str) -> None:
        """Withdraw the open task of a step and open another in its place.

        Raises `Invalid` where the target is no task, or where a join would then wait for ever.
        """
        self._begin()
        task = trees.find(self._tree, TaskState.READY, step_id)
        if task is None or not task.task_spec.manual:
            raise Conflict("Tugas ini sudah tidak terbuka.")
        rehousing.check_leap(self.dump(), self._spec, task.task_spec.bpmn_id, target, trees.in_loop(task))
        with self._moving():
            trees.take_away(task)
            trees.put(task.workflow, target)

    def restore(self, spec: Spec, state: bytes) -> None:
        """Stand again as it stood before, in the version of then. What waited then and waits no more, returns."""
        self._begin()
        with self._moving(returning=True):
            self._become(spec, state)

    def _become(self, spec: Spec, state: bytes) -> None:
        self._spec = spec
        self._tree, condition = codec.load(spec, state, ScriptEngine(self._clock, spec.reads))
        self._state, self._end = condition.state, condition.end

    # ---- how it stands --------------------------------------------------------------------------------------

    @property
    def state(self) -> State:
        return self._state  # type: ignore[return-value]

    @property
    def end(self) -> str | None:
        """The end event by which it was completed, the last one where there are several."""
        return self._end if self._state == "completed" else None

    @property
    def clock(self) -> Clock:
        """The time it was told."""
        return self._clock

    @property
    def data(self) -> dict[str, Any]:
        """What the process knows."""
        return dict(self._tree.data)

    @property
    def waiting(self) -> list[Waiting]:
        """All that it waits for: tasks, timers, messages."""
        if self._state != "running":
            return []
        return [each for task in trees.unfinished(self._tree) for each in self._waiting(task)]

    @property
    def wake_at(self) -> datetime | None:
        """When the first of its timers falls due."""
        return min((each.due_at for each in self.waiting if isinstance(each, TimerWaiting)), default=None)

    def facts(self) -> list[facts.StepFact]:
        """What has become of the steps since it was loaded or started."""
        return list(self._facts)

    def _waiting(self, task: Task) -> Iterator[Waiting]:
        spec = task.task_spec
        if spec.manual and task.has_state(TaskState.READY):
            item = task.internal_data.get("key_or_index", task.internal_data.get("item"))
            yield TaskWaiting(str(task.id), spec.bpmn_id, self._spec.elements[spec.bpmn_id].lane, item)
        elif task.has_state(TaskState.WAITING):
            yield from _timers(task)
            yield from _messages(task)

    # ---- moving ---------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        """Every move sets out from a loaded state, also the second one of the same run."""
        if self._state != "running":
            raise Conflict("Urusan ini sudah berakhir.")
        if self._moved:
            engine = self._tree.script_engine
            self._tree, _ = codec.load(self._spec, self.dump(), engine)

    @contextmanager
    def _moving(self, done: str | None = None, returning: bool = False) -> Iterator[None]:
        before, spec = {each.step_id: each for each in self.waiting}, self._spec
        yield
        if self._state == "running":
            self._go_on()
        self._moved = True
        after = {each.step_id: each for each in self.waiting}
        self._facts += _difference(before, after, done, returning)
        if self._spec is not spec:
            self._facts += _carried(before, after)
        if self._state != "running":
            self._facts.append(facts.InstanceEnded(self.end))

    def _go_on(self) -> None:
        """Automatic steps until it waits again."""
        steps = 0
        while True:
            task = self._next_automatic() or self._settled()
            if task is None:
                break
            steps += 1
            if steps > MOST_STEPS or trees.size(self._tree) > MOST_TASKS:
                raise _stuck("Alur berputar tanpa henti di “{name}”.", task)
            self._run(task)
        self._tree.get_events()
        if self._tree.completed:
            self._state = "completed"
        elif not self._can_go_on():
            raise self._halted()

    def _next_automatic(self) -> Task | None:
        ready = trees.unfinished(self._tree, TaskState.READY)
        return next((task for task in ready if not task.task_spec.manual), None)

    def _settled(self) -> Task | None:
        """Nothing moves: a step that had to wait for that, and may go on now."""
        for workflow in trees.workflows(self._tree):
            waiting = [task for task in workflow.tasks.values() if task.state == TaskState.WAITING]
            for task in waiting:
                if task.state == TaskState.WAITING and (ready := _awakened(task)):
                    return ready
        return None

    def _can_go_on(self) -> bool:
        return any(
            task.has_state(TaskState.READY) or isinstance(task.task_spec, CatchingEvent)
            for task in trees.unfinished(self._tree, TaskState.READY | TaskState.WAITING)
        )

    def _halted(self) -> Stuck:
        halted = [task for task in trees.unfinished(self._tree, TaskState.WAITING) if task.task_spec.bpmn_id]
        message = "Alur berhenti di “{name}”: yang ditunggu di sana tidak akan pernah datang."
        return _stuck(message, halted[0]) if halted else Stuck("Alur berhenti sebelum mencapai akhir.")

    def _run(self, task: Task) -> None:
        try:
            lay_out_next(task)
            task.run()
        except Refusal:
            raise
        except Exception as error:
            raise self._failure(task, error) from error
        if isinstance(task.task_spec, EndEvent) and task.workflow is self._tree:
            self._end = task.task_spec.bpmn_id

    def _failure(self, task: Task, error: Exception) -> Stuck:
        """Whatever a diagram made the library do: where it happened, and what was seen there."""
        spec = task.task_spec
        if isinstance(error, NoWay | WorkflowException) and isinstance(spec, MultiChoice):
            expressions = [condition.args[0] for condition, _ in spec.cond_task_specs if condition is not None]
            return _stuck("Tidak ada jalan yang cocok di “{name}”: {seen}.", task, seen=seen(task, expressions))
        return _stuck("Langkah “{name}” gagal: {reason}", task, reason=str(error))


def _kept(spec: Spec, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Only what the diagram reads enters the engine."""
    try:
        return trees.plain(trees.only(answers, spec.reads))
    except TypeError as error:
        raise Invalid("Isian tidak dapat disimpan: {reason}", reason=str(error)) from error


def _timers(task: Task) -> Iterator[TimerWaiting]:
    if DUE in task.internal_data:
        for element, due in task.internal_data[DUE].items():
            yield TimerWaiting(_event_step(task, element), element, datetime.fromisoformat(due))


def _messages(task: Task) -> Iterator[MessageWaiting]:
    spec = task.task_spec
    if isinstance(spec, EventBasedGateway):
        for child, definition in zip(spec.outputs, spec.event_definition.event_definitions, strict=True):
            if isinstance(definition, MessageEventDefinition):
                yield MessageWaiting(_event_step(task, child.bpmn_id), child.bpmn_id, definition.name)
    elif isinstance(spec, CatchingEvent) and isinstance(spec.event_definition, MessageEventDefinition):
        yield MessageWaiting(str(task.id), spec.bpmn_id, spec.event_definition.name)


def _event_step(task: Task, element: str) -> str:
    """An event-based gateway is one task that waits for several things; each is a step with an id of its own."""
    if not isinstance(task.task_spec, EventBasedGateway):
        return str(task.id)
    return str(uuid5(UUID(str(task.id)), element))


def _awakened(task: Task) -> Task | None:
    spec = task.task_spec
    if isinstance(spec, InclusiveGateway):
        ready = spec.next_to_go(task.workflow)
        if ready is not None:
            ready._ready()
        return ready
    conditional = isinstance(spec, CatchingEvent) and isinstance(spec.event_definition, ConditionEvent)
    if conditional or isinstance(spec, _EndJoin):
        spec._update(task)
        return task if task.has_state(TaskState.READY) else None
    return None


def _difference(
    before: Mapping[str, Waiting], after: Mapping[str, Waiting], done: str | None, returning: bool
) -> Iterator[facts.StepFact]:
    gone = [each for each in before.values() if each.step_id not in after]
    for each in sorted(gone, key=lambda one: one.step_id != done):
        match each:
            case TaskWaiting():
                closed = facts.TaskCompleted if each.step_id == done else facts.TaskWithdrawn
                yield closed(each.step_id, each.element)
            case TimerWaiting():
                over = facts.TimerFired if each.step_id == done else facts.TimerWithdrawn
                yield over(each.step_id, each.element)
    for each in after.values():
        if each.step_id not in before:
            match each:
                case TaskWaiting():
                    came = facts.TaskReturned if returning else facts.TaskOpened
                    yield came(each.step_id, each.element, each.lane)
                case TimerWaiting():
                    yield facts.TimerSet(each.step_id, each.element, each.due_at)


def _carried(before: Mapping[str, Waiting], after: Mapping[str, Waiting]) -> Iterator[facts.StepFact]:
    for each in after.values():
        if each.step_id in before:
            match each:
                case TaskWaiting():
                    yield facts.TaskCarried(each.step_id, each.element, each.lane)
                case TimerWaiting():
                    yield facts.TimerCarried(each.step_id, each.element, each.due_at)


def _stuck(message: str, task: Task, **params: Any) -> Stuck:
    spec = task.task_spec
    name = getattr(spec, "bpmn_name", None) or getattr(spec, "bpmn_id", None) or spec.name
    return Stuck(message, element=getattr(spec, "bpmn_id", None), name=name, **params)
