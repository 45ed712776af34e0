"""What a diagram says, as plain data: elements, flows, lanes, timers, messages. Nothing here knows the engine.

`Spec.compiled` is for this room alone; all other rooms find what they need beside it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

TASK_KINDS = frozenset({"userTask", "manualTask", "task"})
GATEWAY_KINDS = frozenset({"exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway"})


@dataclass(frozen=True)
class Lane:
    """A lane; `id` is the key, `name` is for people. `public`: the complainant's; `identity`: may see who he is."""

    id: str
    name: str
    public: bool = False
    identity: bool = False
    properties: Mapping[str, str] = field(default_factory=dict)
    parent: str | None = None


@dataclass(frozen=True)
class Flow:
    """A sequence flow. A `default` flow is taken where no condition holds."""

    id: str
    name: str | None
    source: str
    target: str
    condition: str | None = None
    default: bool = False


@dataclass(frozen=True)
class Timer:
    """`kind` duration: ISO 8601 in `clock` time. `kind` date: ISO 8601 date or moment."""

    expression: str
    kind: Literal["duration", "date"] = "duration"
    clock: str = "working"


@dataclass(frozen=True)
class Loop:
    """An activity done several times: `kind` is parallel, sequential or standard (as long as `condition` holds)."""

    kind: Literal["parallel", "sequential", "standard"]
    count: str | None = None
    items: str | None = None
    item: str | None = None
    results: str | None = None
    result: str | None = None
    until: str | None = None
    condition: str | None = None
    maximum: int | None = None
    test_before: bool = False


@dataclass(frozen=True)
class Element:
    """One flow node. `kind` is the BPMN tag, for events place and cause together: `boundaryTimer`, `endTerminate`.

    `scope` is the sub-process it lies in (None: the process itself), `lane` the id of its innermost lane;
    `boundary` are the ids of the events on it, `attached_to` is what a boundary event sits on.
    """

    id: str
    name: str | None
    kind: str
    scope: str | None = None
    lane: str | None = None
    properties: Mapping[str, str] = field(default_factory=dict)
    documentation: str | None = None
    instructions: str | None = None
    attached_to: str | None = None
    interrupting: bool = True
    boundary: tuple[str, ...] = ()
    incoming: tuple[str, ...] = ()
    outgoing: tuple[str, ...] = ()
    timer: Timer | None = None
    message: str | None = None
    signal: str | None = None
    code: str | None = None
    condition: str | None = None
    script: str | None = None
    pre_script: str | None = None
    post_script: str | None = None
    loop: Loop | None = None

    @property
    def is_task(self) -> bool:
        """Does it wait for a person?"""
        return self.kind in TASK_KINDS

    @property
    def label(self) -> str:
        """How to name it to people."""
        return self.name or self.id

    @property
    def row(self) -> str | None:
        return self.properties.get("sopRow")

    @property
    def part(self) -> str | None:
        return self.properties.get("sopPart")

    @property
    def form(self) -> str | None:
        """File name of its JSON Schema."""
        return self.properties.get("formJsonSchemaFilename")

    @property
    def form_ui(self) -> str | None:
        """File name of its ui schema."""
        return self.properties.get("formUiSchemaFilename")


@dataclass(frozen=True)
class Spec:
    """One version of a diagram, parsed. Shared by all runs and threads: never changed."""

    key: str
    title: str
    properties: Mapping[str, str]
    elements: Mapping[str, Element]
    flows: Mapping[str, Flow]
    lanes: tuple[Lane, ...]
    reads: frozenset[str]
    start: Element
    ends: tuple[Element, ...]
    messages: tuple[Element, ...]
    documentation: str | None = None
    compiled: Any = field(default=None, repr=False, compare=False)

    def lane(self, lane_id: str | None) -> Lane | None:
        return next((lane for lane in self.lanes if lane.id == lane_id), None)

    def tasks(self) -> Iterator[Element]:
        """All elements that wait for a person, in the order of the diagram's file."""
        return (element for element in self.elements.values() if element.is_task)

    def on(self, element_id: str) -> tuple[Element, ...]:
        """The events attached to an element: its timers and messages."""
        return tuple(self.elements[event] for event in self.elements[element_id].boundary)

    def flows_from(self, element_id: str) -> tuple[Flow, ...]:
        return tuple(self.flows[flow] for flow in self.elements[element_id].outgoing)

    def flows_to(self, element_id: str) -> tuple[Flow, ...]:
        return tuple(self.flows[flow] for flow in self.elements[element_id].incoming)
