"""Random processes, sound by construction: blocks inside blocks, with events on tasks and sub-processes.

Each task `t` answers `v_t` with one of a, b, c; conditions read what the task just before them has answered.
"""

from dataclasses import dataclass, field
from random import Random

from tests.engine.diagrams import (
    Node,
    end,
    event_gateway,
    exclusive,
    inclusive,
    message,
    parallel,
    process,
    script,
    subprocess,
    task,
    terminate,
    timer,
)

DEEPEST = 2
ANSWERS = "abc"


@dataclass
class Sketch:
    """What has been drawn in one scope.

    `stock_fails`: there are joins in loops, or inclusive joins behind merges: SpiffWorkflow's own go on too early.
    """

    random: Random
    names: list[int] = field(default_factory=lambda: [0])
    stock_fails: list[bool] = field(default_factory=lambda: [False])
    loops: list[bool] = field(default_factory=lambda: [False])
    nodes: list[Node] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def inner(self) -> "Sketch":
        return Sketch(self.random, self.names, self.stock_fails, self.loops)

    def add(self, make: str) -> str:
        self.names[0] += 1
        return f"{make}{self.names[0]}"

    def node(self, node: Node) -> str:
        self.nodes.append(node)
        return node.id

    def line(self, source: str, target: str, when: str = "") -> None:
        self.lines.append(f"{source} > {target}" + (f" : {when}" if when else ""))

    @property
    def flows(self) -> str:
        return "; ".join(self.lines)


@dataclass(frozen=True)
class Place:
    """Where a block is drawn: how deep, inside branches that a join waits for (an inclusive one), inside a loop."""

    depth: int = 0
    branch: bool = False
    inclusive: bool = False
    loop: bool = False

    def deeper(self, branch: bool = False, inclusive: bool = False, loop: bool = False) -> "Place":
        return Place(self.depth + 1, self.branch or branch, self.inclusive or inclusive, self.loop or loop)


Ends = tuple[str, str]


@dataclass(frozen=True)
class Drawn:
    """A random process and what is to be known of it.

    `stock_mixes`: side paths run beside a loop, and SpiffWorkflow's own puts their old values over newer ones.
    """

    xml: bytes
    nodes: tuple[Node, ...]
    flows: str
    stock_fails: bool
    stock_mixes: bool

    def stock_xml(self) -> bytes:
        """The same for SpiffWorkflow, which wants durations as quoted Python."""
        return self.xml.replace(b"<bpmn:timeDuration>P1D<", b'<bpmn:timeDuration>"P1D"<')


def draw(random: Random) -> Drawn:
    sketch = Sketch(random)
    first, last = _sequence(sketch, Place(), 1 + random.randrange(2))
    sketch.line("mulai", first)
    sketch.line(last, sketch.node(end()))
    nodes = (Node("mulai", "startEvent"), *sketch.nodes)
    xml = process(*nodes, flows=sketch.flows)
    return Drawn(xml, nodes, sketch.flows, sketch.stock_fails[0], sketch.loops[0] and b'cancelActivity="false"' in xml)


def _sequence(sketch: Sketch, place: Place, length: int) -> Ends:
    first, last = _block(sketch, place)
    for _ in range(length - 1):
        after, end_of_it = _block(sketch, place)
        sketch.line(last, after)
        last = end_of_it
    return first, last


def _branch(sketch: Sketch, place: Place) -> Ends:
    return _sequence(sketch, place, 1 + sketch.random.randrange(3) // 2)


def _block(sketch: Sketch, place: Place) -> Ends:
    plain = [_task, _task, _catch, _script]
    nested = [_guarded, _guarded, _race, _choice, _loop, _loop, _parallel, _parallel, _inclusive, _sub]
    draw_one = sketch.random.choice(plain if place.depth >= DEEPEST else plain + nested)
    sketch.stock_fails[0] |= place.inclusive and draw_one not in (_task, _catch)
    return draw_one(sketch, place)


def _task(sketch: Sketch, place: Place) -> Ends:
    one = sketch.node(task(sketch.add("t")))
    return one, one


def _script(sketch: Sketch, place: Place) -> Ends:
    """A task, a script that reads its answer, and a choice by what the script found."""
    before = sketch.node(task(sketch.add("t")))
    name = sketch.add("s")
    sketch.node(script(name, f'n_{name} = v_{before} == "a"\nx_{name} = 1'))
    gate, merge = sketch.node(exclusive(sketch.add("g"))), sketch.node(exclusive(sketch.add("m")))
    between = sketch.node(task(sketch.add("t")))
    sketch.line(before, name)
    sketch.line(name, gate)
    sketch.line(gate, between, f"n_{name}")
    sketch.line(gate, merge, "default")
    sketch.line(between, merge)
    return before, merge


def _catch(sketch: Sketch, place: Place) -> Ends:
    kind = sketch.random.randrange(2)
    one = sketch.node(timer(sketch.add("w"), "P1D") if kind else _message(sketch))
    return one, one


def _message(sketch: Sketch, on: str | None = None, interrupting: bool = True) -> Node:
    name = sketch.add("p")
    return message(name, f"pesan_{name}", on=on, interrupting=interrupting)


def _race(sketch: Sketch, place: Place) -> Ends:
    gate, merge = sketch.node(event_gateway(sketch.add("e"))), sketch.node(exclusive(sketch.add("m")))
    for event in (timer(sketch.add("w"), "P1D"), _message(sketch)):
        sketch.line(gate, sketch.node(event))
        first, last = _branch(sketch, place.deeper())
        sketch.line(event.id, first)
        sketch.line(last, merge)
    return gate, merge


def _guarded(sketch: Sketch, place: Place) -> Ends:
    host = sketch.node(task(sketch.add("t")))
    return host, _with_events(sketch, place, host)


def _with_events(sketch: Sketch, place: Place, host: str) -> str:
    """One or two events on an activity; gives the node where the ways out of it come together."""
    merge = sketch.node(exclusive(sketch.add("m")))
    sketch.line(host, merge)
    for _ in range(1 + sketch.random.randrange(2)):
        interrupting = bool(sketch.random.randrange(2))
        if sketch.random.randrange(2):
            event = timer(sketch.add("w"), "P1D", on=host, interrupting=interrupting)
        else:
            event = _message(sketch, on=host, interrupting=interrupting)
        sketch.node(event)
        first, last = _branch(sketch, place.deeper(loop=place.loop))
        sketch.line(event.id, first)
        rejoin = interrupting and (place.branch or sketch.random.randrange(2))
        sketch.line(last, merge if rejoin else sketch.node(_end(sketch, place, interrupting)))
    return merge


def _end(sketch: Sketch, place: Place, interrupting: bool) -> Node:
    rare = interrupting and not place.branch and not sketch.random.randrange(4)
    return terminate(sketch.add("z")) if rare else end(sketch.add("z"))


def _choice(sketch: Sketch, place: Place) -> Ends:
    before = sketch.node(task(sketch.add("t")))
    gate, merge = sketch.node(exclusive(sketch.add("g"))), sketch.node(exclusive(sketch.add("m")))
    sketch.line(before, gate)
    for answer in ANSWERS[: 1 + sketch.random.randrange(2)]:
        first, last = _branch(sketch, place.deeper())
        sketch.line(gate, first, f'v_{before} == "{answer}"')
        sketch.line(last, merge)
    sketch.line(gate, merge, "default")
    return before, merge


def _loop(sketch: Sketch, place: Place) -> Ends:
    sketch.loops[0] = True
    entry, out = sketch.node(exclusive(sketch.add("m"))), sketch.node(exclusive(sketch.add("m")))
    first, last = _branch(sketch, place.deeper(loop=True))
    decide, gate = sketch.node(task(sketch.add("t"))), sketch.node(exclusive(sketch.add("g")))
    sketch.line(entry, first)
    sketch.line(last, decide)
    sketch.line(decide, gate)
    sketch.line(gate, entry, f'v_{decide} == "a"')
    sketch.line(gate, out, "default")
    return entry, out


def _parallel(sketch: Sketch, place: Place) -> Ends:
    sketch.stock_fails[0] |= place.loop
    split, join = sketch.node(parallel(sketch.add("l"))), sketch.node(parallel(sketch.add("l")))
    for _ in range(2 + sketch.random.randrange(2)):
        first, last = _branch(sketch, place.deeper(branch=True))
        sketch.line(split, first)
        sketch.line(last, join)
    return split, join


def _inclusive(sketch: Sketch, place: Place) -> Ends:
    sketch.stock_fails[0] |= place.loop
    before = sketch.node(task(sketch.add("t")))
    split, join = sketch.node(inclusive(sketch.add("i"))), sketch.node(inclusive(sketch.add("i")))
    sketch.line(before, split)
    conditions = [f'v_{before} != "{answer}"' for answer in ANSWERS]
    for condition in conditions[: 2 + sketch.random.randrange(2)]:
        first, last = _branch(sketch, place.deeper(branch=True, inclusive=True))
        sketch.line(split, first, condition)
        sketch.line(last, join)
    first, last = _task(sketch, place)
    sketch.line(split, first, "default")
    sketch.line(last, join)
    return before, join


def _sub(sketch: Sketch, place: Place) -> Ends:
    name, inner = sketch.add("sub"), sketch.inner()
    first, last = _branch(inner, Place(place.depth + 1))
    inner.line(f"{name}_mulai", first)
    inner.line(last, inner.node(end(inner.add("z"))))
    sketch.node(subprocess(name, *inner.nodes, flows=inner.flows))
    if sketch.random.randrange(2):
        return name, _with_events(sketch, place, name)
    return name, name
