"""Walking a run in tests: each move loads the state, does one thing and dumps it again, as the service does."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from service.engine import Clock, MessageWaiting, Run, Spec, TaskWaiting, TimerWaiting, load_spec

BEGIN = datetime(2026, 7, 1, 2, 0, tzinfo=UTC)


def due(start: datetime, duration: str, clock: str) -> datetime:
    """Days, hours and minutes of plain time; the working clock counts three days for one, to tell them apart."""
    factor = 3 if clock == "working" else 1
    number, unit = int("".join(each for each in duration if each.isdigit())), duration[-1]
    length = {"D": timedelta(days=number), "H": timedelta(hours=number), "M": timedelta(minutes=number)}[unit]
    return start + factor * length


def clock(after: timedelta = timedelta()) -> Clock:
    return Clock(BEGIN + after, due)


class Walk:
    """An instance as the service keeps it: a state in bytes."""

    def __init__(self, xml: bytes, answers: Mapping[str, Any] | None = None) -> None:
        self.spec: Spec = load_spec(xml)
        self.after = timedelta()
        self.run = Run.start(self.spec, answers or {}, clock())
        self.state = self.run.dump()

    def load(self) -> Run:
        self.run = Run.load(self.spec, self.state, clock(self.after))
        return self.run

    def keep(self) -> "Walk":
        self.state = self.run.dump()
        return self

    def do(self, element: str, at: int = 0, **answers: Any) -> "Walk":
        """Complete the open task of an element, the `at`th where there are several."""
        self.load().complete(self.steps(element)[at], answers)
        return self.keep()

    def fire(self, element: str) -> bool:
        fired = self.load().fire(self.steps(element)[0])
        self.keep()
        return fired

    def receive(self, name: str, **payload: Any) -> "Walk":
        self.load().receive(name, payload)
        return self.keep()

    def wait(self, **length: int) -> "Walk":
        self.after += timedelta(**length)
        return self

    def steps(self, element: str) -> list[str]:
        return [each.step_id for each in self.run.waiting if each.element == element]

    @property
    def open(self) -> list[str]:
        """The elements of the open tasks, in alphabetical order."""
        return sorted(each.element for each in self.run.waiting if isinstance(each, TaskWaiting))

    @property
    def timers(self) -> dict[str, datetime]:
        return {each.element: each.due_at for each in self.run.waiting if isinstance(each, TimerWaiting)}

    @property
    def messages(self) -> list[str]:
        return sorted(each.name for each in self.run.waiting if isinstance(each, MessageWaiting))

    @property
    def end(self) -> str | None:
        return self.run.end if self.run.state == "completed" else None

    def facts(self) -> list[tuple[str, str | None]]:
        """Kind and element of what has happened in the last move."""
        named = [
            (type(each).__name__, getattr(each, "element", getattr(each, "end", None))) for each in self.run.facts()
        ]
        return sorted(named, key=str)
