"""No text of a diagram ever reaches Python's own eval, exec or compile."""

import builtins
from typing import Any

import pytest

from service.engine import Clock, Run, load_spec
from tests.engine.diagrams import (
    as_long_as,
    condition,
    each,
    end,
    event_gateway,
    exclusive,
    inclusive,
    message,
    parallel,
    process,
    script,
    task,
    timer,
)
from tests.engine.runs import BEGIN, Walk, due

MARK = "rahasia_diagram"
XML = process(
    parallel("l"),
    task("a"),
    timer("w", "P1D", on="a"),
    script("s", f"{MARK}_2 = {MARK} == 1"),
    exclusive("g"),
    task("b", loop=each(f"{MARK}_daftar", "satu", until=f"{MARK} == 3")),
    task("c", loop=as_long_as(f"{MARK} == 4")),
    inclusive("i"),
    condition("k", f"{MARK} == 1"),
    event_gateway("e"),
    timer("w2", "P2D"),
    message("p", f"{MARK}_pesan"),
    end("e1"),
    end("e2"),
    end("e3"),
    end("e4"),
    end("e5"),
    flows=f"mulai > l > a > s > g; g > b : {MARK}_2; g > e1 : default; b > c > i; i > e1 : {MARK} == 1;"
    f"i > e2 : {MARK} == 2; w > e3; l > k > e; e > w2 > e4; e > p > e5",
)


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("eval", "exec", "compile"):
        monkeypatch.setattr(builtins, name, _guarded(name, getattr(builtins, name)))


def _guarded(name: str, real: Any) -> Any:
    def guarded(source: Any, *args: Any, **kwargs: Any) -> Any:
        only_parsed = (name == "compile" and args[2:3] == (0x400,)) or kwargs.get("flags") == 0x400
        if isinstance(source, str | bytes) and MARK in str(source) and not only_parsed:
            raise AssertionError(f"{name} was given {source!r}")
        return real(source, *args, **kwargs)

    return guarded


def test_the_guard_would_notice(watched: None) -> None:
    with pytest.raises(AssertionError):
        eval(f"'{MARK}'")  # noqa: S307 - on purpose
    with pytest.raises(AssertionError):
        compile(f"{MARK} = 1", "x", "exec")


def test_a_walk_through_everything_that_is_evaluated(watched: None) -> None:
    walk = Walk(XML)
    walk.do("a", **{MARK: 1, f"{MARK}_daftar": ["x", "y"]})
    walk.do("b").do("b").do("c")
    walk.receive(f"{MARK}_pesan", **{MARK: 1})
    assert walk.end == "e5"


def test_a_walk_by_the_timers(watched: None) -> None:
    run = Run.start(load_spec(XML), {MARK: 1}, Clock(BEGIN, due))
    late = Clock(BEGIN.replace(year=2027), due)
    while run.state == "running":
        run = Run.load(load_spec(XML), run.dump(), late)
        assert run.fire(next(each.step_id for each in run.waiting if each.element.startswith("w")))
    assert run.end in ("e3", "e4")
