"""Pages on which instances are moved by hand: one or many to another version, to another step, one step back."""

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, render_template, request
from flask_babel import gettext, lazy_gettext

from service.database import db
from service.diagrams.loading import Loaded, load
from service.diagrams.models import LIVE, Diagram, Version, diagram_of, versions_of
from service.engine import Element
from service.entrance.answered import title_of
from service.entrance.pages import Pages, go_to
from service.entrance.screen import tell_time_of
from service.errors import Invalid, NotFound, Refusal
from service.history.models import first_answers
from service.instances.commands import UNFINISHED
from service.instances.models import Instance, instance_of
from service.moving_over import batches, commands, models
from service.moving_over.homes import homes_between
from service.moving_over.preview import Foreseen, foresee, foresee_move
from service.people import policy
from service.people.caller import Caller
from service.people.models import OFFICER, OWNER, SUPERVISOR, Agency
from service.sentences import put_together, say
from service.tasks.commands import must_see_instance
from service.tasks.models import tasks_of

pages = Pages("moving_over")

MOVERS = (SUPERVISOR, OWNER)
MOST_FORESEEN, MOST_SHOWN, MOST_FAILED, A_FEW = 60, 30, 100, 10
DROPPED = "-"
"""Stands in the address for an event that is to be waited for no more."""
HOME = "ke."
"""Begins the names of fields that say where a step goes."""

STATE_WORDS = {
    "running": lazy_gettext("Sedang dipindahkan"),
    "done": lazy_gettext("Selesai"),
    "undoing": lazy_gettext("Sedang diurungkan"),
    "undone": lazy_gettext("Diurungkan"),
}
STATE_KINDS = {"running": "soon", "done": "done", "undoing": "soon", "undone": "calm"}
INSTANCE_STATES = {
    "running": lazy_gettext("Berjalan"),
    "suspended": lazy_gettext("Ditangguhkan"),
    "stuck": lazy_gettext("Macet"),
}


# ---- one instance to another version ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    """A step that waits, or an event on it, and where it goes; with the steps of its kind it could go to."""

    element: Element
    home: str
    choices: Sequence[Element]
    event: bool


@pages.get("/berkas/<uuid:instance_id>/pindah", roles=MOVERS)
def over(instance_id: uuid.UUID, by: Caller, at: datetime, refusal: Refusal | None = None) -> str:
    instance = _visible(instance_id, by)
    policy.must_move_over(by, instance.agency_id)
    others = [version for version in _live_versions(instance.diagram_key) if version.id != instance.version_id]
    target = _asked_version(others)
    plan = _plan()
    then = foresee(instance, target, plan, at) if target and instance.state in UNFINISHED else None
    return render_template(
        "moving_over/over.html",
        **_head(instance),
        others=others,
        target=target,
        then=then,
        why=_said(then),
        places=_places(then, plan) if then else (),
        plan=plan,
        dropped=DROPPED,
        home=HOME,
        over=instance.state not in UNFINISHED,
        **_refused(refusal),
    )


@pages.post("/berkas/<uuid:instance_id>/pindah", roles=MOVERS, again=over)
def migrate(instance_id: uuid.UUID, by: Caller, at: datetime) -> Response:
    _visible(instance_id, by)
    n = _number("versi") or 0
    commands.migrate(instance_id, n, _plan(), commands.reason_given(_reason()), by, at, _seen())
    return go_to(f"/berkas/{instance_id}?sudah=pindah")


def _places(then: Foreseen, plan: Mapping[str, str | None]) -> list[Place]:
    """What has to have a home: each open task with its events, and whatever has none."""
    waiting = {task.element for task in tasks_of(then.instance.id)}
    named = {problem.removeprefix("/plan/") for problem in then.pointers} & set(then.before.spec.elements)
    elements = [then.before.element(name) for name in sorted(waiting | named)]
    elements += [event for element in elements for event in then.before.spec.on(element.id)]
    homes = homes_between(then.before, then.after, plan)
    return [_place(then, element, homes) for element in {each.id: each for each in elements}.values()]


def _place(then: Foreseen, element: Element, homes: Mapping[str, str | None]) -> Place:
    event = element.kind.startswith("boundary")
    alike = [each for each in then.after.spec.elements.values() if _fits(element, each)]
    home = homes.get(element.id, "")
    return Place(element, DROPPED if home is None else home, alike, event)


def _fits(element: Element, other: Element) -> bool:
    return other.is_task if element.is_task else other.kind == element.kind


# ---- to another step -------------------------------------------------------------------------------------------


@pages.get("/berkas/<uuid:instance_id>/langkah", roles=(SUPERVISOR,))
def step(instance_id: uuid.UUID, by: Caller, at: datetime, refusal: Refusal | None = None) -> str:
    instance = _visible(instance_id, by)
    policy.must_supervise(by, instance.agency_id)
    version = load(instance.version_id)
    here, there = _asked("dari"), _asked("ke")
    tasks = {task.element: task for task in tasks_of(instance.id)} if instance.state in UNFINISHED else {}
    here = here if here in tasks else next(iter(tasks), "")
    chosen = bool(there) and here in tasks and there in version.spec.elements
    return render_template(
        "moving_over/step.html",
        **_head(instance),
        tasks=tasks,
        targets=[each for each in version.spec.tasks() if each.id != here],
        lanes={lane.id: lane.name for lane in version.spec.lanes},
        here=version.spec.elements.get(here),
        there=version.spec.elements.get(there) if chosen else None,
        why=[say(why, gettext) for why in foresee_move(instance, here, there, at)] if chosen else [],
        **_refused(refusal),
    )


@pages.post("/berkas/<uuid:instance_id>/langkah", roles=(SUPERVISOR,), again=step)
def move(instance_id: uuid.UUID, by: Caller, at: datetime) -> Response:
    _visible(instance_id, by)
    commands.move(instance_id, _asked("dari"), _asked("ke"), _reason(), by, at, _seen())
    return go_to(f"/berkas/{instance_id}?sudah=langkah")


# ---- one step back ---------------------------------------------------------------------------------------------


@pages.get("/berkas/<uuid:instance_id>/urungkan", roles=(OFFICER, SUPERVISOR))
def back(instance_id: uuid.UUID, by: Caller, at: datetime, refusal: Refusal | None = None) -> str:
    instance = _visible(instance_id, by)
    return render_template(
        "moving_over/back.html", **_head(instance), last=commands.undoable(instance, by, at), **_refused(refusal)
    )


@pages.post("/berkas/<uuid:instance_id>/urungkan", roles=(OFFICER, SUPERVISOR), again=back)
def undo(instance_id: uuid.UUID, by: Caller, at: datetime) -> Response:
    _visible(instance_id, by)
    commands.undo(instance_id, _reason(), by, at, _seen())
    mine = [task for task in tasks_of(instance_id) if task.assignee_id == by.person_id and task.draft is not None]
    return go_to(f"/tugas/{mine[0].id}?diurungkan=1" if mine else f"/berkas/{instance_id}?sudah=urungkan")


# ---- many ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Wanted:
    """Which instances are to go where, as it stands in the address."""

    source: str
    target: str
    state: str
    element: str

    def which(self) -> batches.Chosen:
        number = int(self.source) if self.source.isdecimal() and len(self.source) < 7 else None
        state = self.state if self.state in UNFINISHED else None
        return batches.Chosen(number, state, None, self.element or None)


@pages.get("/sop/<string:key>/pindah", roles=MOVERS)
def many(key: str, by: Caller, at: datetime, refusal: Refusal | None = None) -> str:
    diagram = _movable(key, by)
    tell_time_of(db.session.get_one(Agency, diagram.agency_id))
    lives, wanted, plan = _live_versions(key), _wanted(), _plan()
    target = _asked_version(lives)
    found = batches.chosen(key, target.n, wanted.which(), by) if target else []
    told = [foresee(instance, target, plan, at) for instance in found[:MOST_FORESEEN]] if target else []
    return render_template(
        "moving_over/many.html",
        diagram=diagram,
        lives=lives,
        sources=[version.n for version in versions_of(key) if version.published_at],
        steps=_steps(found, wanted),
        states=INSTANCE_STATES,
        wanted=wanted,
        target=target,
        found=found,
        told=told[:MOST_SHOWN],
        tried=len(told),
        able=sum(each.can for each in told),
        reasons=_counted(told),
        titles=_titles(told[:MOST_SHOWN]),
        places=_places_of_all(told, plan),
        plan=plan,
        dropped=DROPPED,
        home=HOME,
        batches=[(batch, models.counts(batch.id)) for batch in models.batches_of(key, A_FEW)],
        words=STATE_WORDS,
        kinds=STATE_KINDS,
        **_refused(refusal),
    )


@pages.post("/sop/<string:key>/pindah", roles=MOVERS, again=many)
def order(key: str, by: Caller, at: datetime) -> Response:
    _movable(key, by)
    batch = batches.order(key, _number("versi") or 0, _wanted().which(), _plan(), _reason(), by, at)
    return go_to(f"/sop/{key}/pindah/{batch.id}")


def _wanted() -> Wanted:
    return Wanted(_asked("asal"), _asked("versi"), _asked("keadaan"), _asked("langkah"))


def _steps(found: Sequence[Instance], wanted: Wanted) -> list[Element]:
    """The tasks that the instances may be narrowed to: those of the version they come from."""
    version_id = next((instance.version_id for instance in found if str(instance.version_n) == wanted.source), None)
    return list(load(version_id).spec.tasks()) if version_id else []


def _places_of_all(told: Sequence[Foreseen], plan: Mapping[str, str | None]) -> list[Place]:
    found = {place.element.id: place for each in told for place in _places(each, plan)}
    return [found[name] for name in sorted(found)]


def _counted(told: Sequence[Foreseen]) -> list[tuple[str, int]]:
    reasons = Counter(say(why, gettext) for each in told for why in dict.fromkeys(each.problems))
    return reasons.most_common(10)


def _titles(told: Sequence[Foreseen]) -> Mapping[uuid.UUID, str]:
    began = first_answers([each.instance.id for each in told])
    return {each.instance.id: title_of(each.before, began.get(each.instance.id)) for each in told}


@pages.get("/sop/<string:key>/pindah/<uuid:batch_id>", roles=MOVERS)
def progress(key: str, batch_id: uuid.UUID, by: Caller, at: datetime, refusal: Refusal | None = None) -> str:
    diagram = _movable(key, by)
    batch = batches.seen_by(batch_id, by)
    if batch.diagram_key != key:
        raise NotFound("Pemindahan ini tidak ditemukan.")
    tell_time_of(db.session.get_one(Agency, batch.agency_id))
    failed = batches.shown(models.items_of(batch_id, (models.REFUSED, models.KEPT), None, MOST_FAILED), by)
    return render_template(
        "moving_over/progress.html",
        diagram=diagram,
        batch=batch,
        counts=models.counts(batch_id),
        failed=[(item, [say(put_together(why), gettext) for why in item.why or ()]) for item in failed],
        words=STATE_WORDS,
        kinds=STATE_KINDS,
        **_refused(refusal),
    )


@pages.post("/sop/<string:key>/pindah/<uuid:batch_id>/urungkan", roles=MOVERS, again=progress)
def undo_order(key: str, batch_id: uuid.UUID, by: Caller, at: datetime) -> Response:
    _movable(key, by)
    batches.order_undone(batch_id, _reason(), by, at)
    return go_to(f"/sop/{key}/pindah/{batch_id}")


# ---- what they have in common ----------------------------------------------------------------------------------


def _visible(instance_id: uuid.UUID, by: Caller) -> Instance:
    """The instance, if it is for his eyes; its page tells the time of its office."""
    instance = instance_of(instance_id)
    must_see_instance(by, instance)
    tell_time_of(db.session.get_one(Agency, instance.agency_id))
    return instance


def _movable(key: str, by: Caller) -> Diagram:
    diagram = diagram_of(key)
    if diagram.agency_id not in by.agencies and not by.everywhere():
        raise NotFound("Tidak ada diagram “{key}”.", key=key)
    policy.must_move_over(by, diagram.agency_id)
    return diagram


def _live_versions(key: str) -> list[Version]:
    return [version for version in versions_of(key) if version.state == LIVE]


def _asked_version(known: Sequence[Version]) -> Loaded | None:
    """The version in the address, else the only one there is to go to."""
    n = _number("versi")
    chosen = [version for version in known if version.n == n] or (list(known) if len(known) == 1 else [])
    return load(chosen[0].id) if chosen else None


def _asked(name: str) -> str:
    """A field of the form that was posted, or of the address."""
    given = request.form if request.method == "POST" else request.args
    return given.get(name, "").replace("\x00", "").strip()[:100]


def _number(name: str) -> int | None:
    text = _asked(name)
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 7 else None


def _plan() -> dict[str, str | None]:
    """Where steps are said to go; what is left to likeness is not in it."""
    given = request.form if request.method == "POST" else request.args
    said = {name.removeprefix(HOME): _asked(name) for name in given if name.startswith(HOME)}
    return {name: None if home == DROPPED else home for name, home in said.items() if home}


def _reason() -> str:
    return _asked_text("alur-reason")


def _asked_text(name: str) -> str:
    return request.form.get(name, "").replace("\x00", "")[:2000]


def _seen() -> int | None:
    return request.form.get("alur-seen", type=int)


def _head(instance: Instance) -> dict[str, Any]:
    version = load(instance.version_id)
    began = first_answers([instance.id]).get(instance.id)
    return {"instance": instance, "version": version, "title": title_of(version, began)}


def _said(then: Foreseen | None) -> list[str]:
    return [say(why, gettext) for why in then.problems] if then else []


def _refused(refusal: Refusal | None) -> dict[str, Any]:
    """What was refused, once: at the field of the reason where that is lacking, else above everything."""
    problems = refusal.errors if isinstance(refusal, Invalid) else ()
    at_reason = [gettext(problem.message) for problem in problems if problem.pointer == "/reason"]
    return {
        "refusal": None if at_reason else refusal,
        "wrong": at_reason[0] if at_reason else "",
        "why_not": [say(each, gettext) for each in commands.reasons(refusal)] if refusal and not at_reason else [],
        "reason_typed": _reason(),
    }
