"""The task tree of one run: SpiffWorkflow's own, with its walking over the whole tree taken out.

What the process knows is one dictionary for the whole instance. Tasks carry no data, so branches never overwrite
each other at joins. Only what one instance of a multi-instance activity knows is kept with that instance.
"""

from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson
from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask, MultiInstanceTask
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

UNFINISHED = TaskState.WAITING | TaskState.READY | TaskState.STARTED


class _Quiet:
    """Waiting tasks are looked at when nothing else moves, not after each task that completes."""

    top_workflow: Any

    def update_waiting_tasks(self) -> None:
        pass

    def _task_removed_notify(self, task: Task) -> None:
        """A task that is taken away waits for no event any more, nor does anything inside it."""
        top = self.top_workflow
        top.event_manager.remove_task(task)
        inside = top.subprocesses.pop(task.id, None)
        if inside is not None:
            inside.cancel()


class SubTree(_Quiet, BpmnSubWorkflow):
    """The tree of a sub-process."""


class Tree(_Quiet, BpmnWorkflow):
    """The tree of a process."""

    def create_subprocess(self, my_task: Task, spec_name: str) -> SubTree:
        inside = SubTree(self.subprocess_specs[spec_name], parent_task_id=my_task.id, top_workflow=self)
        self.subprocesses[my_task.id] = inside
        return inside


def workflows(tree: Tree) -> Iterator[Any]:
    """The process and all its sub-processes that are not over yet."""
    yield tree
    yield from (inside for inside in list(tree.subprocesses.values()) if not inside.completed)


def unfinished(tree: Tree, state: int = UNFINISHED) -> Iterator[Task]:
    """All tasks of the whole tree that wait, are ready or have begun."""
    for workflow in workflows(tree):
        yield from (task for task in list(workflow.tasks.values()) if task.has_state(state))


def find(tree: Tree, state: int, step_id: str) -> Any:
    """The task of that id in one of the states, wherever it is."""
    return next((task for task in unfinished(tree, state) if str(task.id) == step_id), None)


def take_away(task: Task) -> None:
    """End a step undone, with the events that wait on it."""
    holder = task.parent if isinstance(task.parent.task_spec, BoundaryEventSplit) else task
    for each in holder.children if holder is not task else [task]:
        each.cancel()


def put(workflow: Any, element: str) -> None:
    """Let a token come to an element, as if by a flow of its own."""
    specs = workflow.spec.task_specs
    entry = specs.get(f"{element}.BoundaryEventSplit") or specs[element]
    entry._update(Task(workflow, entry, workflow.task_tree, TaskState.FUTURE))


def size(tree: Tree) -> int:
    """How many tasks there are in all, finished ones included."""
    return len(tree.tasks) + sum(len(inside.tasks) for inside in tree.subprocesses.values())


def is_instance(task: Task) -> bool:
    """Is it one of the instances of a multi-instance activity?"""
    return task.triggered and isinstance(task.parent.task_spec, MultiInstanceTask)


def in_loop(task: Task) -> bool:
    """Is it an instance of a multi-instance activity or a round of a loop?"""
    return task.triggered and isinstance(task.parent.task_spec, LoopTask)


# ---- what the process knows ---------------------------------------------------------------------------------


def known(task: Task) -> Mapping[str, Any]:
    """What is known at a task: the instance it is part of first, then the process."""
    stores = [task.data]
    workflow = task.workflow
    while workflow is not workflow.top_workflow:
        stores.append(workflow.data)
        workflow = workflow.parent_workflow
    return ChainMap(*stores, workflow.data)


def learn(task: Task, values: Mapping[str, Any]) -> None:
    """Keep what was learned at a task, where the ones after it will look for it."""
    _store(task).update(plain(values))


def _store(task: Task) -> Any:
    if is_instance(task):
        return task.data
    workflow = task.workflow
    while workflow is not workflow.top_workflow:
        if is_instance(workflow.top_workflow.get_task_from_id(workflow.parent_task_id)):
            return workflow.data
        workflow = workflow.parent_workflow
    return workflow.data


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as they will be after having been stored. Raises TypeError for what JSON cannot say."""
    stored: dict[str, Any] = orjson.loads(orjson.dumps(dict(values)))
    return stored


def only(values: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """The values of these names alone."""
    return {name: values[name] for name in names if name in values}
