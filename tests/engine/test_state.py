"""The state that is kept: small, the same after a hundred rounds, and readable for ever."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from service.engine import Run, load_spec
from service.errors import Stuck
from tests.engine.diagrams import (
    each,
    end,
    exclusive,
    inclusive,
    message,
    parallel,
    process,
    subprocess,
    task,
    timer,
)
from tests.engine.runs import Walk, clock

GOLDEN = Path(__file__).parent / "golden"
MOST_BYTES = 1500


def sop(steps: int = 25) -> bytes:
    """A procedure of tasks with a reminder on each, a rework loop every five, and a parallel block."""
    nodes, lines, last = [], [], "mulai"
    for at in range(steps):
        name = f"langkah_ke_{at}"
        nodes += [
            task(name, lane=f"lajur_{at % 4}"),
            timer(f"ingat_{at}", "P3D", on=name, interrupting=False),
            end(f"z{at}"),
        ]
        lines.append(f"ingat_{at} > z{at}")
        if at % 5 == 0:
            nodes += [exclusive(f"m{at}"), exclusive(f"g{at}")]
            lines += [f"{last} > m{at} > {name} > g{at}", f"g{at} > m{at} : ulang_{at}"]
            last = f"g{at}"
        elif at == steps // 2:
            nodes += [parallel("l"), parallel("j"), *(task(f"cabang_{way}") for way in "abc")]
            lines += [f"l > cabang_{way} > j" for way in "abc"] + [f"{last} > l", f"j > {name}"]
            last = name
        else:
            lines.append(f"{last} > {name}")
            last = name
    lines.append(f"{last} > selesai")
    flows = "; ".join(f"{line} : default" if line.startswith("g") and ":" not in line else line for line in lines)
    return process(*nodes, end(), flows=flows)


def test_the_state_of_a_procedure_is_small_at_every_step() -> None:
    walk, sizes = Walk(sop()), []
    while walk.run.state == "running":
        sizes.append(len(walk.state))
        walk.do(walk.open[0])
    assert len(sizes) == 28
    assert max(sizes) < MOST_BYTES


def test_the_state_does_not_grow_with_the_rounds() -> None:
    walk = Walk(sop()).do("langkah_ke_0", ulang_0=True)
    size = len(walk.state)
    for _ in range(100):
        walk.do("langkah_ke_0", ulang_0=True)
        assert len(walk.state) == size


def test_a_finished_instance_keeps_no_steps() -> None:
    walk = Walk(process(task("a"), end(), flows="mulai > a > selesai")).do("a")
    assert orjson.loads(walk.state) == {"v": 1, "s": "completed", "e": "selesai", "d": {}, "t": []}
    assert walk.load().end == "selesai"


def test_dumping_what_was_loaded_gives_the_same() -> None:
    for walk in (
        Walk(GOLDEN_DIAGRAMS["kejadian"], {"x": True}),
        Walk(GOLDEN_DIAGRAMS["berulang"], {"daftar": ["x", "y"]}),
    ):
        assert walk.load().dump() == walk.state


def test_a_format_that_is_not_known_is_said() -> None:
    spec = load_spec(GOLDEN_DIAGRAMS["kejadian"])
    for state in (b'{"v":99,"t":[]}', b"{}", b"[]"):
        with pytest.raises(Stuck, match="format"):
            Run.load(spec, state, clock())
    with pytest.raises(Stuck, match="tidak terbaca"):
        Run.load(spec, b'{"v":1,"t":', clock())


def test_a_state_goes_on_in_another_version_that_has_its_elements() -> None:
    walk = Walk(process(task("a"), task("b"), end(), flows="mulai > a > b > selesai"))
    other = load_spec(process(task("a"), task("c"), end(), flows="mulai > a > c > selesai"))
    run = Run.load(other, walk.state, clock())
    run.complete(run.waiting[0].step_id, {})
    assert [each.element for each in run.waiting] == ["c"]


def test_a_state_is_refused_by_a_version_that_lacks_its_elements() -> None:
    walk = Walk(process(task("a"), end(), flows="mulai > a > selesai"))
    other = load_spec(process(task("b"), end(), flows="mulai > b > selesai"))
    with pytest.raises(Stuck, match="“a”"):
        Run.load(other, walk.state, clock())


# ---- golden files -------------------------------------------------------------------------------------------
# Each holds a diagram, a state of it as it was written once, what must be waiting in it, and a way to its end.
# They are never changed; a new format adds new ones.

GOLDEN_DIAGRAMS = {
    "kejadian": process(
        parallel("l"), task("a"), timer("w", "P10D", on="a"), message("p", "tutup", on="a", interrupting=False),
        inclusive("i"), inclusive("k"), task("b"), task("c"), end(), end("e2"), end("e3"), end("e4"),
        flows="mulai > l > a > e2; w > e3; p > e4; l > i; i > b : x; i > c : y; b > k; c > k; k > selesai",
    ),
    "berulang": process(
        subprocess("s", parallel("l"), parallel("j"), task("a"), task("b"), end("e"),
                   flows="s_mulai > l; l > a > j; l > b > j; j > e", loop=each("daftar", "satu")),
        timer("w", "PT5H", on="s"), task("c"), end(), end("basi"),
        flows="mulai > s > c > selesai; w > basi",
    ),
}  # fmt: skip


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.json")), ids=lambda path: path.stem)
def test_a_state_written_long_ago_still_loads_and_comes_to_its_end(path: Path) -> None:
    golden = orjson.loads(path.read_bytes())
    spec = load_spec((GOLDEN / golden["diagram"]).read_bytes())
    run = Run.load(spec, orjson.dumps(golden["state"]), clock())
    assert sorted(_shown(run)) == golden["waiting"]
    assert run.data == golden["data"]
    for element in golden["moves"]:
        step = next(each.step_id for each in run.waiting if each.element == element)
        run.complete(step, {})
        run = Run.load(spec, run.dump(), clock())
    assert (run.state, run.end) == ("completed", golden["end"])


def test_there_are_golden_files_of_every_format() -> None:
    formats = {orjson.loads(path.read_bytes())["state"]["v"] for path in GOLDEN.glob("*.json")}
    assert formats == {1}


def _shown(run: Run) -> list[str]:
    def told(waiting: Any) -> str:
        return f"{waiting.element} {waiting.due_at.isoformat()}" if hasattr(waiting, "due_at") else waiting.element

    return [told(each) for each in run.waiting]
