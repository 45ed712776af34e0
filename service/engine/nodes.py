"""Flow nodes that behave other than SpiffWorkflow's own: joins, timers, sub-processes and repeated activities.

Joins count what has arrived and was not consumed, and where it came from; SpiffWorkflow searches the whole tree
and is misled by earlier rounds. Timers keep their due time and fire only when told to.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from SpiffWorkflow.bpmn.specs.bpmn_task_spec import BpmnTaskSpec
from SpiffWorkflow.bpmn.specs.data_spec import TaskDataReference
from SpiffWorkflow.bpmn.specs.defaults import InclusiveGateway as SpiffInclusiveGateway
from SpiffWorkflow.bpmn.specs.defaults import ParallelGateway as SpiffParallelGateway
from SpiffWorkflow.bpmn.specs.event_definitions.conditional import ConditionalEventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.timer import TimerEventDefinition
from SpiffWorkflow.bpmn.util import BpmnEvent
from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.spiff.specs.defaults import ParallelMultiInstanceTask, SequentialMultiInstanceTask, SubWorkflowTask
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from service.engine import trees
from service.engine.clock import due_of
from service.engine.spec import Timer
from service.errors import Stuck

MOST_INSTANCES = 200

CAME_FROM = "from"
DUE = "due"
FIRED = "fired"


def predict(spec: TaskSpec, my_task: Task, *_: Any, **__: Any) -> None:
    """In place of `TaskSpec._predict`: what may come is not laid out in advance, save for a tree's first step."""
    if my_task.parent is None:
        spec._predict_hook(my_task)


def lay_out_next(task: Task) -> None:
    """Give a task that is about to run the children that it will wake."""
    if all(child.triggered for child in task.children):
        task.task_spec._predict_hook(task)


# ---- joins --------------------------------------------------------------------------------------------------


class _Join(BpmnTaskSpec):
    """Arrivals wait at the gateway, each with the name of where it came from, until they are consumed."""

    def _update_hook(self, my_task: Task) -> bool:
        if CAME_FROM not in my_task.internal_data:
            my_task.internal_data[CAME_FROM] = my_task.parent.task_spec.name
            my_task._set_state(TaskState.WAITING)
        return self._goes_on_at_once(my_task)

    def _goes_on_at_once(self, my_task: Task) -> bool:
        raise NotImplementedError

    def arrivals(self, workflow: Any) -> dict[str, list[Task]]:
        """What waits here, by where it came from, in the order of arrival."""
        found: dict[str, list[Task]] = {}
        for task in workflow.tasks.values():
            if task.task_spec is self and task.state == TaskState.WAITING and CAME_FROM in task.internal_data:
                found.setdefault(task.internal_data[CAME_FROM], []).append(task)
        return found


def _consume(tasks: Iterable[Task]) -> None:
    for task in tasks:
        task._set_state(TaskState.CANCELLED)
        task._drop_children()


class ParallelGateway(_Join, SpiffParallelGateway):
    """Goes on as soon as something has arrived on every way in; takes one from each."""

    def _goes_on_at_once(self, my_task: Task) -> bool:
        arrived = self.arrivals(my_task.workflow)
        if set(arrived) < set(self._inputs):
            return False
        del arrived[my_task.internal_data[CAME_FROM]]
        _consume(waiting[0] for waiting in arrived.values())
        return True

    def _run_hook(self, my_task: Task) -> bool:
        return True


class InclusiveGateway(_Join, SpiffInclusiveGateway):
    """Goes on when nothing more can arrive; asked only when nothing else moves.

    `upstream` says for each way in from where it can be reached without passing this gateway.
    """

    upstream: Mapping[str, frozenset[str]] = {}

    def _goes_on_at_once(self, my_task: Task) -> bool:
        return len(set(self._inputs)) == 1

    def next_to_go(self, workflow: Any) -> Task | None:
        """The arrival that goes on now, the others being consumed; None as long as more may come."""
        arrived = self.arrivals(workflow)
        if not arrived or self._more_may_come(workflow, arrived):
            return None
        latest = [waiting[0] for waiting in arrived.values()]
        _consume(latest[:-1])
        return latest[-1]

    def _more_may_come(self, workflow: Any, arrived: Mapping[str, Any]) -> bool:
        """BPMN 2.0.2, 13.4.3: a token that can reach an empty way in, but none where something has arrived."""
        empty = [self.upstream[each] for each in self.upstream if each not in arrived]
        filled = [self.upstream[each] for each in arrived]
        return any(
            any(place in names for names in empty) and not any(place in names for names in filled)
            for place in self._places(workflow)
        )

    def _places(self, workflow: Any) -> set[str]:
        tasks = workflow.tasks.values()
        return {task.task_spec.name for task in tasks if task.has_state(trees.UNFINISHED)} - {self.name}

    def _run_hook(self, my_task: Task) -> bool:
        matches, defaults = self._get_matching_outputs(my_task)
        if not matches and not defaults:
            raise NoWay
        my_task._sync_children(matches or defaults, TaskState.FUTURE)
        return True


class NoWay(Exception):
    """No condition of a gateway holds and it has no default flow."""


def find_upstream(gateway: InclusiveGateway) -> None:
    """Work out, once for a version, from where each way into the gateway can be reached."""
    gateway.upstream = {each: frozenset(_reaching(gateway, each)) for each in set(gateway._inputs)}


def _reaching(gateway: InclusiveGateway, way_in: str) -> set[str]:
    specs = gateway._wf_spec.task_specs
    found, border = {way_in}, [way_in]
    while border:
        fresh = [each for each in specs[border.pop()]._inputs if each not in found and each != gateway.name]
        found.update(fresh)
        border += fresh
    return found


# ---- timers -------------------------------------------------------------------------------------------------


class TimerEvent(TimerEventDefinition):
    """A timer; several may wait at one event-based gateway, so each keeps its due time under its element."""

    def __init__(self, element: str, timer: Timer) -> None:
        super().__init__(element, timer.expression)
        self.element = element
        self.timer = timer

    def has_fired(self, my_task: Task) -> bool:
        due = my_task.internal_data.setdefault(DUE, {})
        if self.element not in due:
            clock = my_task.workflow.script_engine.clock
            due[self.element] = due_of(self.timer, clock).isoformat()
        return bool(my_task.internal_data.get(FIRED) == self.element)

    def catches(self, my_task: Task, event: BpmnEvent) -> bool:
        return False

    def reset(self, my_task: Task) -> None:
        pass

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TimerEvent) and self.element == other.element

    __hash__ = None  # type: ignore[assignment]


class ConditionEvent(ConditionalEventDefinition):
    """A condition that is waited for. As long as something it reads is not known, it does not hold."""

    def has_fired(self, my_task: Task) -> bool:
        engine = my_task.workflow.script_engine
        return engine.knows_all(my_task, self.expression) and bool(engine.evaluate(my_task, self.expression))


# ---- sub-processes and repeated activities ------------------------------------------------------------------


class SubProcess(SubWorkflowTask):
    """An embedded sub-process; it knows what the process knows. An instance of many keeps its own to itself."""

    def copy_data(self, my_task: Task, subworkflow: Any) -> None:
        if trees.is_instance(my_task):
            subworkflow.data.update(my_task.data)

    def update_data(self, my_task: Task, subworkflow: Any) -> None:
        if trees.is_instance(my_task):
            my_task.data = dict(subworkflow.data)


class Known(TaskDataReference):
    """A list that a multi-instance activity reads or fills: one of the names the process knows."""

    def get(self, my_task: Task) -> Any:
        return trees.known(my_task).get(self.bpmn_id)

    def set(self, my_task: Task, value: Any) -> None:
        trees.learn(my_task, {self.bpmn_id: value})

    def exists(self, my_task: Task) -> bool:
        return self.bpmn_id in trees.known(my_task)


class Results(Known):
    """The list that is filled: begun anew each time, also in the next round of a rework loop."""

    def exists(self, my_task: Task) -> bool:
        return False


class _Instances(BpmnTaskSpec):
    """What both kinds of multi-instance activity have in common."""

    def _update_hook(self, my_task: Task) -> Any:
        _check_count(self, my_task)
        return super()._update_hook(my_task)

    def merge_child(self, workflow: Any, child: Task) -> None:
        """What an instance learned and no list collects is known to the process from then on."""
        if self.data_output is None or self.output_item is None:
            item = self.input_item.bpmn_id if self.input_item else None
            learned = {name: value for name, value in child.data.items() if name != item}
            child.data = {}
            trees.learn(child.parent, learned)
        super().merge_child(workflow, child)


class ParallelInstances(_Instances, ParallelMultiInstanceTask):
    """Done several times at once."""


class SequentialInstances(_Instances, SequentialMultiInstanceTask):
    """Done several times, one after the other."""


def _check_count(spec: Any, my_task: Task) -> None:
    if spec.data_input is not None:
        items = spec.data_input.get(my_task)
        count = len(items) if isinstance(items, list | dict) else None
    else:
        count = my_task.workflow.script_engine.evaluate(my_task, spec.cardinality)
    name = spec.bpmn_name or spec.bpmn_id
    if not isinstance(count, int) or isinstance(count, bool) or count < 0:
        raise Stuck("Jumlah pengulangan “{name}” bukan bilangan atau daftar.", element=spec.bpmn_id, name=name)
    if count > MOST_INSTANCES:
        raise Stuck(
            "“{name}” harus dikerjakan {count} kali; paling banyak {most}.",
            element=spec.bpmn_id,
            name=name,
            count=count,
            most=MOST_INSTANCES,
        )
