"""The state of a run as bytes: only what is still alive, so it stays small however long the history.

Format 1 is JSON: `v` the format, `s` running, completed or cancelled, `e` the end reached, `d` what the process
knows, `t` the live tasks. A task is `[name, state, id]` and, where there is any, a fourth part with `i` internal data,
`d` what an instance of many knows, `b` the boundary events that wait on it, `c` the instances of a repeated activity,
`p` the live tasks of a sub-process and `l` what its instance knows. Elements go by their names in the diagram, so a
state loads with every version that has them. Finished tasks are not kept: nothing that is yet to happen asks for them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from SpiffWorkflow.bpmn.specs.control import BoundaryEventJoin, BoundaryEventSplit, _EndJoin
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import BoundaryEvent
from SpiffWorkflow.bpmn.specs.mixins.subworkflow_task import SubWorkflowTask
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from service.engine.nodes import CAME_FROM, DUE
from service.engine.script import ScriptEngine
from service.engine.spec import Spec
from service.engine.trees import UNFINISHED, SubTree, Tree, in_loop
from service.errors import Stuck

FORMAT = 1

_KEPT = (CAME_FROM, DUE, "remaining", "cardinality", "current", "key_or_index", "item", "iteration")
_MERGED = "merged"


@dataclass(frozen=True)
class Condition:
    """What a state says beside its tasks."""

    state: str
    end: str | None


# ---- out ----------------------------------------------------------------------------------------------------


def dump(tree: Tree, condition: Condition) -> bytes:
    """The live part of a tree at rest."""
    tasks = list(_tasks_out(tree)) if condition.state == "running" else []
    return orjson.dumps({"v": FORMAT, "s": condition.state, "e": condition.end, "d": tree.data, "t": tasks})


def _tasks_out(workflow: Any) -> Iterator[list[Any]]:
    for task in workflow.tasks.values():
        if task.has_state(UNFINISHED) and not _kept_by_another(task) and not _needless(task):
            yield _task_out(task)


def _kept_by_another(task: Task) -> bool:
    """Boundary events are kept with what they sit on, instances with what repeats them."""
    return isinstance(task.task_spec, BoundaryEvent) or in_loop(task)


def _needless(task: Task) -> bool:
    """Joins that only wait for others to finish; the last of those will make a join of its own."""
    return isinstance(task.task_spec, BoundaryEventJoin | _EndJoin)


def _task_out(task: Task) -> list[Any]:
    row = [task.task_spec.name, task.state, str(task.id)]
    more = {key: value for key, value in _more_out(task).items() if value}
    return [*row, more] if more else row


def _more_out(task: Task) -> dict[str, Any]:
    inside = task.workflow.top_workflow.subprocesses.get(task.id)
    more: dict[str, Any] = {"i": _internal_out(task)}
    if isinstance(task.parent.task_spec, BoundaryEventSplit) and not isinstance(task.task_spec, BoundaryEvent):
        waiting = [each for each in task.parent.children if each.state == TaskState.WAITING]
        more["b"] = [_task_out(each) for each in waiting if isinstance(each.task_spec, BoundaryEvent)]
    more["c"] = [_task_out(each) for each in task.children if in_loop(each) and each.has_state(UNFINISHED)]
    if inside is None:
        more["d"] = task.data
    else:
        more["p"] = list(_tasks_out(inside))
        more["l"] = inside.data
    return more


def _internal_out(task: Task) -> dict[str, Any]:
    kept = {key: task.internal_data[key] for key in _KEPT if key in task.internal_data}
    if _MERGED in task.internal_data:
        kept[_MERGED] = len(task.internal_data[_MERGED])  # only how many have finished is ever asked
    return kept


# ---- in -----------------------------------------------------------------------------------------------------


def load(spec: Spec, state: bytes, engine: ScriptEngine) -> tuple[Tree, Condition]:
    """The tree of a state. Raises `Stuck` for a format or an element that is not known here."""
    try:
        stored = orjson.loads(state)
    except orjson.JSONDecodeError as error:
        raise Stuck("Keadaan urusan ini tidak terbaca: {reason}", reason=str(error)) from error
    found = stored.get("v") if isinstance(stored, dict) else None
    if found != FORMAT:
        raise Stuck("Keadaan tersimpan dalam format {found} yang tidak dikenal versi aplikasi ini.", found=found)
    tree = Tree(spec.compiled.process, spec.compiled.inside, script_engine=engine, deserializing=True)
    tree.data = stored["d"]
    _tasks_in(tree, stored["t"])
    tree.completed = stored["s"] != "running"
    return tree, Condition(stored["s"], stored["e"])


def _tasks_in(workflow: Any, rows: list[Any]) -> None:
    workflow.task_tree = Task(workflow, workflow.spec.start, state=TaskState.COMPLETED)
    for row in rows:
        _row_in(workflow, row)


def _row_in(workflow: Any, row: list[Any]) -> None:
    parent = workflow.task_tree
    split = workflow.spec.task_specs.get(f"{_spec_of(workflow, row[0]).bpmn_id}.BoundaryEventSplit")
    if split is not None:
        parent = Task(workflow, split, parent, TaskState.COMPLETED)
    _task_in(workflow, parent, row)
    for each in row[3].get("b", ()) if len(row) > 3 else ():
        _task_in(workflow, parent, each)


def _task_in(workflow: Any, parent: Task, row: list[Any]) -> Task:
    name, state, task_id, *rest = row
    task = Task(workflow, _spec_of(workflow, name), parent, state, UUID(task_id))
    if isinstance(task.task_spec, CatchingEvent):
        workflow.top_workflow.event_manager.add_task(task)
    if rest:
        _more_in(workflow, task, rest[0])
    return task


def _more_in(workflow: Any, task: Task, more: dict[str, Any]) -> None:
    task.internal_data = more.get("i", {})
    if _MERGED in task.internal_data:
        task.internal_data[_MERGED] = [None] * task.internal_data[_MERGED]
    task.data = more.get("d", {})
    for row in more.get("c", ()):
        _task_in(workflow, task, row).triggered = True
    if "p" in more:
        _inside_in(workflow.top_workflow, task, more)


def _inside_in(tree: Tree, task: Task, more: dict[str, Any]) -> None:
    spec = task.task_spec
    if not isinstance(spec, SubWorkflowTask):
        raise _not_known(spec.name)
    inside = SubTree(tree.subprocess_specs[spec.spec], task.id, tree, deserializing=True)
    inside.data = more.get("l", {})
    tree.subprocesses[task.id] = inside
    inside.completed_event.connect(spec._on_subworkflow_completed, task)
    _tasks_in(inside, more["p"])


def _spec_of(workflow: Any, name: str) -> Any:
    spec = workflow.spec.task_specs.get(name)
    if spec is None:
        raise _not_known(name)
    return spec


def _not_known(name: str) -> Stuck:
    return Stuck("Versi diagram ini tidak memuat “{name}”, tempat urusan ini berada.", element=name, name=name)
