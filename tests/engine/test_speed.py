"""How long one move takes. Runs with `make bench` only."""

import time
from statistics import median

import pytest

from service.engine import Run, load_spec
from tests.engine.diagrams import end, process, task
from tests.engine.runs import clock
from tests.engine.test_state import sop

pytestmark = pytest.mark.bench


def linear(steps: int) -> bytes:
    names = [f"langkah_ke_{at}" for at in range(steps)]
    return process(*map(task, names), end(), flows=" > ".join(["mulai", *names, "selesai"]))


@pytest.mark.parametrize(
    ("name", "xml", "most"), [("linear", linear(25), 0.001), ("with events and loops", sop(25), 0.002)]
)
def test_a_move_of_a_procedure_of_25_steps(name: str, xml: bytes, most: float) -> None:
    spec, now = load_spec(xml), clock()
    loads, moves, dumps = [], [], []
    for _ in range(40):
        state = Run.start(spec, {}, now).dump()
        while True:
            begun = time.perf_counter()
            run = Run.load(spec, state, now)
            loaded = time.perf_counter()
            task_waiting = next(each for each in run.waiting if hasattr(each, "lane"))
            run.complete(task_waiting.step_id, {})
            moved = time.perf_counter()
            state = run.dump()
            loads.append(loaded - begun)
            moves.append(moved - loaded)
            dumps.append(time.perf_counter() - moved)
            if run.state != "running":
                break
    whole = [sum(each) for each in zip(loads, moves, dumps, strict=True)]
    parts = ", ".join(
        f"{label} {median(each) * 1e6:.0f}" for label, each in (("load", loads), ("move", moves), ("dump", dumps))
    )
    print(f"\n{name}: {parts}, all {median(whole) * 1e6:.0f} us median, {max(whole) * 1e6:.0f} us at most")
    assert median(whole) < most


def test_loading_a_version_that_is_not_in_the_cache() -> None:
    times = []
    for at in range(20):
        xml = sop(25).replace(b'id="kecil"', f'id="kecil{at}"'.encode())
        begun = time.perf_counter()
        load_spec(xml)
        times.append(time.perf_counter() - begun)
    print(f"\nparse: {median(times) * 1e3:.1f} ms median")
