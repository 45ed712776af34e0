"""What a migration would make of one instance, told before anybody does it: tasks, dates, forms, timers, obstacles."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from service.diagrams.loading import Loaded, load
from service.engine import Element, Run, Spec, TimerWaiting, expressions
from service.errors import Invalid, Refusal
from service.facts import TaskCarried, TaskOpened
from service.forms.fields import all_fields, inline
from service.instances.models import Instance
from service.instances.moving import clock_of
from service.moving_over.commands import reasons, step_at, tell_over
from service.moving_over.homes import Plan, must_be_another
from service.sentences import Sentence
from service.tasks.models import Task, tasks_of


@dataclass(frozen=True)
class TaskThen:
    """An open task as it is and as it will be. `before` is None for one that only then comes up."""

    before: Element | None
    after: Element
    lane_before: str
    lane: str
    due_before: datetime | None
    due: datetime | None
    assignee: str | None
    released: bool
    """Whether it will be nobody's, because it is another lane's work there."""
    asked: tuple[str, ...]
    """Titles of fields that the form there asks for besides."""
    unasked: tuple[str, ...]
    """Titles of fields of the draft that the form there has no place for."""


@dataclass(frozen=True)
class TimerThen:
    """A timer: `kept` with its due time, `new` from now on, or `withdrawn`."""

    name: str
    due: datetime | None
    fate: str


@dataclass(frozen=True)
class Missing:
    """What a gateway ahead reads and nobody has answered or will be asked."""

    field: str
    gateway: str


@dataclass(frozen=True)
class Foreseen:
    """How one instance would stand in the version; nothing but `problems` where it cannot go."""

    instance: Instance
    before: Loaded
    after: Loaded
    tasks: tuple[TaskThen, ...] = ()
    timers: tuple[TimerThen, ...] = ()
    missing: tuple[Missing, ...] = ()
    problems: tuple[Sentence, ...] = ()
    pointers: tuple[str, ...] = ()
    """To the steps that are the problem."""

    @property
    def can(self) -> bool:
        return not self.problems


def foresee(instance: Instance, after: Loaded, plan: Plan, at: datetime) -> Foreseen:
    """Let a copy of the instance go over, and tell what became of it. Writes nothing."""
    before = load(instance.version_id)
    clock = clock_of(instance.agency_id, at)
    run = Run.load(before.spec, instance.engine_state, clock)
    timers = _waiting(run)
    try:
        must_be_another(before, after)
        tell_over(run, instance, before, after, plan)
    except Refusal as refusal:
        pointers = tuple(problem.pointer for problem in refusal.errors) if isinstance(refusal, Invalid) else ()
        return Foreseen(instance, before, after, problems=tuple(reasons(refusal)), pointers=pointers)
    rows = {task.step_id: task for task in tasks_of(instance.id)}
    return Foreseen(
        instance,
        before,
        after,
        tasks=tuple(_tasks(run, rows, before, after)),
        timers=tuple(_timers(timers, run, before, after)),
        missing=tuple(_missing(run, after)),
    )


def foresee_move(instance: Instance, source: str, target: str, at: datetime) -> tuple[Sentence, ...]:
    """Why a task could not be moved to another step; empty if it can."""
    run = Run.load(load(instance.version_id).spec, instance.engine_state, clock_of(instance.agency_id, at))
    try:
        run.move_to(step_at(run, source), target)
    except Refusal as refusal:
        return tuple(reasons(refusal))
    return ()


# ---- tasks --------------------------------------------------------------------------------------------------


def _tasks(run: Run, rows: Mapping[str, Task], before: Loaded, after: Loaded) -> Iterator[TaskThen]:
    for fact in run.facts():
        if isinstance(fact, TaskCarried | TaskOpened):
            task = rows.get(fact.step_id) if isinstance(fact, TaskCarried) else None
            yield _task(run, task, before, after, after.element(fact.element))


def _task(run: Run, task: Task | None, before: Loaded, after: Loaded, element: Element) -> TaskThen:
    standard = element.properties.get("timeStandard")
    began = task.created_at if task else run.clock.now
    due = run.clock.due(began, standard, element.properties.get("timeClock", "working")) if standard else None
    old = before.element(task.element) if task else None
    fields_then = _fields(after, element.id)
    fields_now = _fields(before, old.id) if old else {}
    return TaskThen(
        before=old,
        after=element,
        lane_before=_lane(before.spec, old),
        lane=_lane(after.spec, element),
        due_before=task.due_at if task else None,
        due=due,
        assignee=task.assignee_name if task else None,
        released=bool(task and task.assignee_id and task.lane != element.lane),
        asked=tuple(title for name, title in fields_then.items() if name not in fields_now) if task else (),
        unasked=tuple(_lost(task, fields_now, fields_then)),
    )


def _lost(task: Task | None, now: Mapping[str, str], then: Mapping[str, str]) -> Iterator[str]:
    for name, value in ((task.draft or {}) if task else {}).items():
        if name not in then and value not in (None, "", [], {}):
            yield now.get(name, name)


def _fields(version: Loaded, element: str) -> dict[str, str]:
    """Names of the fields of a form, with their titles."""
    found = all_fields(inline(version.form(element).schema))
    return {name: str(field.get("title") or name) for name, field in found.items()}


def _lane(spec: Spec, element: Element | None) -> str:
    lane = spec.lane(element.lane) if element else None
    return lane.name if lane else ""


# ---- timers -------------------------------------------------------------------------------------------------


def _timers(now: Sequence[TimerWaiting], run: Run, before: Loaded, after: Loaded) -> Iterator[TimerThen]:
    then = _waiting(run)
    for each in then:
        kept = any(each.step_id == old.step_id or each.due_at == old.due_at for old in now)
        yield TimerThen(after.element(each.element).label, each.due_at, "kept" if kept else "new")
    for each in now:
        if not any(each.step_id == new.step_id or each.due_at == new.due_at for new in then):
            yield TimerThen(before.element(each.element).label, None, "withdrawn")


def _waiting(run: Run) -> list[TimerWaiting]:
    return [each for each in run.waiting if isinstance(each, TimerWaiting)]


# ---- what gateways will read --------------------------------------------------------------------------------


def _missing(run: Run, after: Loaded) -> Iterator[Missing]:
    """Of the gateways ahead: what they read and nothing has told, unless a form ahead asks for it."""
    ahead = _ahead(after.spec, {each.element for each in run.waiting})
    told = set(run.data)
    for element in ahead:
        told |= set(_fields(after, element))
    titles = {name: title for element in after.forms for name, title in _fields(after, element).items()}
    found: dict[Missing, None] = {}
    for gateway in (after.element(each) for each in sorted(ahead)):
        for flow in after.spec.flows_from(gateway.id) if gateway.kind.endswith("Gateway") else ():
            for name in sorted(expressions.names(flow.condition or "None") - told):
                found[Missing(titles.get(name, name), gateway.label)] = None
    yield from found


def _ahead(spec: Spec, here: Collection[str]) -> set[str]:
    """All that can still come, the steps themselves included."""
    found, border = set(here), list(here)
    while border:
        element = spec.elements[border.pop()]
        onward = [flow.target for flow in spec.flows_from(element.id)] + list(element.boundary)
        onward += [element.scope] if element.scope else []
        onward += [each.id for each in spec.elements.values() if each.scope == element.id and element.id not in here]
        fresh = [each for each in onward if each not in found]
        found.update(fresh)
        border += fresh
    return found
