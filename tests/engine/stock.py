"""SpiffWorkflow as it comes, in memory, with its own definitions and its own evaluation. For comparison only."""

from collections import Counter
from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import EventBasedGateway
from SpiffWorkflow.bpmn.util import BpmnEvent
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.spiff.parser import SpiffBpmnParser
from SpiffWorkflow.spiff.specs.event_definitions import MessageEventDefinition
from SpiffWorkflow.util.task import TaskState


class Stock:
    """The same doors as the token model."""

    def __init__(self, xml: bytes, key: str = "kecil") -> None:
        parser = SpiffBpmnParser()
        parser.add_bpmn_xml(etree.fromstring(xml))
        self.workflow = BpmnWorkflow(parser.get_spec(key), parser.get_subprocess_specs(key))
        self._go_on()

    @property
    def over(self) -> bool:
        return self.workflow.completed

    @property
    def open(self) -> Counter[str]:
        return Counter(task.task_spec.bpmn_id for task in self._ready())

    @property
    def timers(self) -> Counter[str]:
        return Counter(event for event, _ in self._events() if event.startswith("w"))

    @property
    def messages(self) -> Counter[str]:
        return Counter(event for event, _ in self._events() if event.startswith("p"))

    @property
    def data(self) -> dict[str, Any]:
        """What the open tasks see; once it is over, what is left."""
        if self.over:
            return dict(self.workflow.last_task.data)
        return {name: value for task in self._ready() for name, value in task.data.items()}

    def complete(self, node: str, answers: dict[str, Any]) -> None:
        task = next(task for task in self._ready() if task.task_spec.bpmn_id == node)
        task.data.update(answers)
        task.run()
        self._go_on()

    def happen(self, event: str, everywhere: bool) -> None:
        if everywhere:
            self.workflow.catch(BpmnEvent(MessageEventDefinition(f"pesan_{event}"), payload={}))
        else:
            task = next(task for name, task in self._events() if name == event)
            task.internal_data["event_fired"] = True
            task.task_spec._update(task)
        self._go_on()

    def _ready(self) -> list[Any]:
        return self.workflow.get_tasks(state=TaskState.READY, manual=True)

    def _events(self) -> list[tuple[str, Any]]:
        found = []
        for task in self.workflow.get_tasks(state=TaskState.WAITING):
            if isinstance(task.task_spec, EventBasedGateway):
                found += [(name, task) for name in task.task_spec._outputs]
            elif isinstance(task.task_spec, CatchingEvent):
                found.append((task.task_spec.bpmn_id, task))
        return found

    def _go_on(self) -> None:
        self.workflow.do_engine_steps()
        while self.workflow.get_next_task(state=TaskState.READY, manual=False):
            self.workflow.do_engine_steps()
        self.workflow.get_events()
