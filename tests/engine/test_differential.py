"""Random processes go the same way in our engine, in a token model of the standard, and in SpiffWorkflow as it comes.

Ours is dumped and loaded between all steps. SpiffWorkflow is left out where it is known to be wrong: joins in
loops, and inclusive joins with a merge before them; both go on too early.
`ALUR_DIFFERENTIAL` says how many processes, `ALUR_SEED` which. A failure names the seed, the number of the process, the
moves and the flows.
"""

import os
from collections import Counter
from random import Random, SystemRandom

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from tests.engine.random_processes import ANSWERS, Drawn, draw
from tests.engine.runs import Walk
from tests.engine.stock import Stock
from tests.engine.token_model import Model

PROCESSES = int(os.environ.get("ALUR_DIFFERENTIAL", "200"))
SEED = int(os.environ.get("ALUR_SEED", SystemRandom().randrange(2**32)))
MOST_MOVES = 30


class Ours:
    """Our engine behind the same doors."""

    def __init__(self, xml: bytes) -> None:
        self.walk = Walk(xml).wait(days=10)

    @property
    def over(self) -> bool:
        return self.walk.run.state == "completed"

    @property
    def open(self) -> Counter[str]:
        return Counter(self.walk.open)

    @property
    def timers(self) -> Counter[str]:
        return Counter(each.element for each in self.walk.run.waiting if each.element.startswith("w"))

    @property
    def messages(self) -> Counter[str]:
        return Counter(each.element for each in self.walk.run.waiting if each.element.startswith("p"))

    def complete(self, node: str, answers: dict[str, str]) -> None:
        self.walk.do(node, **answers)

    def happen(self, event: str, everywhere: bool) -> None:
        if everywhere:
            self.walk.receive(f"pesan_{event}")
        else:
            self.walk.wait(days=10).fire(event)
        self.walk.load()


@seed(SEED)
@settings(
    max_examples=PROCESSES,
    deadline=None,
    database=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(number=st.integers(0, 2**64 - 1))
def test_of_random_processes_each_goes_the_same_way_everywhere(number: int) -> None:
    """The number is all that is needed to draw a process and its walk again."""
    random = Random(number)
    _walk_everywhere(draw(random), random)


def _walk_everywhere(drawn: Drawn, random: Random) -> None:
    ours, model = Ours(drawn.xml), Model(drawn.nodes, drawn.flows)
    stock = None if drawn.stock_fails else Stock(drawn.stock_xml())
    story: list[str] = []
    for _ in range(MOST_MOVES):
        _compare(ours, model, stock, drawn, story)
        if model.over:
            return
        _move(random, [each for each in (ours, model, stock) if each is not None], model, story)


def _move(random: Random, engines: list, model: Model, story: list[str]) -> None:
    kind, name = random.choice(sorted(_choices(model)))
    answer = random.choice(ANSWERS)
    story.append(f"{kind} {name} {answer if kind == 'complete' else ''}")
    for engine in engines:
        if kind == "complete":
            engine.complete(name, {f"v_{name}": answer})
        else:
            engine.happen(name, everywhere=kind == "receive")


def _choices(model: Model) -> set[tuple[str, str]]:
    tasks = {("complete", name) for name in model.open}
    return tasks | {("fire", name) for name in model.timers} | {("receive", name) for name in model.messages}


def _compare(ours: Ours, model: Model, stock: Stock | None, drawn: Drawn, story: list[str]) -> None:
    for other in (model, stock):
        told = "\n".join([f"seed {SEED}, against {type(other).__name__}", *story, drawn.flows])
        if other is not None:
            assert ours.over == other.over, told
            assert ours.open == other.open, told
            assert ours.timers == other.timers, told
            assert ours.messages == other.messages, told
    reads = ours.walk.spec.reads
    assert ours.walk.run.data == {name: model.data[name] for name in model.data if name in reads}, told
    if stock is not None and not drawn.stock_mixes:
        assert ours.walk.run.data.items() >= {name: stock.data[name] for name in stock.data if name in reads}.items(), (
            told
        )
    if ours.over:
        assert ours.walk.end in model.ends, told


@pytest.mark.parametrize("at", range(3))
def test_the_same_seed_draws_the_same_process(at: int) -> None:
    assert draw(Random(at)).xml == draw(Random(at)).xml
