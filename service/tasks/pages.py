"""Pages of an officer: what there is to do, and one task with all that is needed to decide it."""

import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import Response, render_template, request

from service.calendars.reading import calendar_of
from service.complaints.commands import open_identity
from service.database import db
from service.diagrams.loading import Loaded, load
from service.entrance import lengths, words
from service.entrance.answered import Answer, answers_in_words
from service.entrance.dossier import Dossier, dossier
from service.entrance.drawn import draw_form, posted_answers
from service.entrance.openings import note_opening
from service.entrance.pages import Pages, go_to, local_address
from service.entrance.screen import tell_time_of, the_zone
from service.entrance.task_lists import (
    Asked,
    Page,
    TaskRow,
    asked,
    choices,
    clean,
    lane_name,
    pages_of,
    rows_of,
    tonight,
)
from service.errors import Invalid, Refusal, Stale
from service.forms.renderer import Form
from service.history.models import MoveRow, last_answers
from service.instances.models import Instance, instance_of
from service.instances.way import next_steps
from service.moving_over.commands import undoable
from service.people.caller import Caller
from service.people.models import OFFICER, SUPERVISOR, Agency
from service.tasks import commands
from service.tasks.models import (
    COMPLETED,
    FREE,
    OPEN,
    TAKEN,
    Due,
    Filter,
    Places,
    Task,
    count_due,
    listed,
    open_places,
    places_in_hand,
    task_of,
    tasks_of,
)

pages = Pages("tasks")

HOME = "/tugas"
MINE, FREE_ONES, COLLEAGUES = "saya", "ambil", "rekan"
A_FEW, A_PAGE = 10, 40
MOST_COUNTED = 100
REV = "alur-rev"


# ---- the list --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Group:
    """One of the three lists, under the name it bears in the address."""

    key: str
    page: Page


@pages.get("/tugas", roles=(OFFICER,))
def my_tasks(by: Caller, at: datetime, refusal: Refusal | None = None, **_path: Any) -> str:
    wanted = asked()
    night = tonight(at, the_zone())
    offered = choices(by.lanes)
    keys = [wanted.kelompok] if wanted.kelompok in (MINE, FREE_ONES, COLLEAGUES) else [MINE, FREE_ONES, COLLEAGUES]
    size = A_PAGE if wanted.kelompok else A_FEW
    narrowed = wanted.filter(at, night, by.agencies)
    lists = listed([_places(key, wanted, by, narrowed, size) for key in keys])
    return render_template(
        "tasks/list.html",
        asked=wanted,
        offered=offered,
        groups=[Group(key, page) for key, page in zip(keys, pages_of(lists, size, at), strict=True)],
        due=count_due(by.person_id, by.lanes, at, night, MOST_COUNTED) if by.person_id else Due(),
        refusal=refusal,
    )


def _places(key: str, wanted: Asked, by: Caller, narrowed: Filter, size: int) -> Places | None:
    """One more than fits, to know whether there is a next page."""
    after = wanted.place() if wanted.kelompok == key else None
    if key == MINE and by.person_id is not None:
        return places_in_hand(by.person_id, by.lanes, narrowed, after, size + 1)
    if key == FREE_ONES:
        return open_places(by.lanes, replace(narrowed, held=FREE), after, size + 1)
    return open_places(by.lanes, replace(narrowed, held=TAKEN, not_of=by.person_id), after, size + 1)


def _row_again(task_id: uuid.UUID, by: Caller, at: datetime, refusal: Refusal | None = None) -> str:
    """The row as it is now, for the list it stands in; without a script the whole list."""
    if not request.headers.get("HX-Request"):
        return my_tasks(by, at, refusal)
    row = rows_of([task_of(task_id)], at)[0]
    return render_template("tasks/row.html", row=row, refusal=refusal, back=_back(), changed=True)


def _back() -> str:
    return local_address(request.form.get("ke"), HOME)


def _done_with(task: Task, by: Caller, at: datetime) -> Response | str:
    if request.headers.get("HX-Request"):
        return _row_again(task.id, by, at)
    return go_to(_back())


@pages.post("/tugas/<uuid:task_id>/ambil", roles=(OFFICER,), again=_row_again)
def claim(task_id: uuid.UUID, by: Caller, at: datetime) -> Response | str:
    return _done_with(commands.claim(task_id, by, at), by, at)


@pages.post("/tugas/<uuid:task_id>/lepas", roles=(OFFICER,), again=_row_again)
def release(task_id: uuid.UUID, by: Caller, at: datetime) -> Response | str:
    return _done_with(commands.release(task_id, by), by, at)


# ---- one task --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SopRow:
    """What the SOP says of this step."""

    number: str
    part: str
    says: str
    inputs: tuple[str, ...]
    time: str
    output: tuple[str, ...]
    remark: str
    after: tuple[str, ...]


@pages.get("/tugas/<uuid:task_id>")
def task_page(task_id: uuid.UUID, by: Caller, at: datetime, refusal: Refusal | None = None) -> str:
    note_opening(task_id, by, at)
    task, instance = _seen_by(task_id, by)
    known = dossier(instance, by)
    may = _may(task, by)
    return render_template(
        "tasks/show.html" if task.state == OPEN else "tasks/closed.html",
        task=task,
        instance=instance,
        known=known,
        lane=lane_name(task),
        left=words.left_at_work(task.due_at, calendar_of(task.agency_id), at),
        sop=_sop_row(task, load(task.version_id)),
        may=may,
        form=_drawn(task, refusal) if may == "fill" and task.state == OPEN else None,
        typed=_typed(task, known) if request.method == "POST" else (),
        kept=answers_in_words(load(task.version_id), task.element, _kept(task)) if task.state == COMPLETED else (),
        saved=at if request.args.get("draf") else None,
        undone=bool(request.args.get("diurungkan")),
        stale=isinstance(refusal, Stale),
        refusal=refusal,
        supervises=by.is_(SUPERVISOR, task.agency_id),
    )


def _seen_by(task_id: uuid.UUID, by: Caller) -> tuple[Task, Instance]:
    """The task, if it is for his eyes; its page tells the time of its office."""
    task = commands.visible(task_id, by)
    tell_time_of(db.session.get_one(Agency, task.agency_id))
    return task, instance_of(task.instance_id)


def _may(task: Task, by: Caller) -> str:
    """What he may do with the form: `fill` it, wait for the `colleague` who has it, or `look`."""
    works_here = any(agency == task.agency_id for agency, _, _ in by.lanes)
    if not (works_here if task.public else by.holds(task.agency_id, task.diagram_key, task.lane)):
        return "look"
    return "fill" if task.assignee_id in (None, by.person_id) else "colleague"


def _sop_row(task: Task, version: Loaded) -> SopRow:
    element = version.element(task.element)
    marks = element.properties
    return SopRow(
        number=element.row or "",
        part=element.part or "",
        says=element.instructions or element.documentation or "",
        inputs=tuple(marks.get("requiredInputs", "").splitlines()),
        time=lengths.standard(marks.get("timeStandard"), marks.get("timeClock")),
        output=tuple(marks.get("output", "").splitlines()),
        remark=marks.get("remark", ""),
        after=tuple(dict.fromkeys(step.label for step in next_steps(version.spec, element.id))),
    )


def _drawn(task: Task, refusal: Refusal | None) -> Form:
    """The form with the draft, else with what was answered the last time this step came round."""
    form = commands.form_of(task)
    draft = commands.draft_of(task)
    known = draft if draft is not None else last_answers(task.instance_id, task.element)
    return draw_form(form.schema, form.ui_schema, known or None, refusal)


def _typed(task: Task, known: Dossier) -> tuple[Answer, ...]:
    """What he had typed when somebody else was faster, in words, so that nothing of it is lost."""
    form = commands.form_of(task)
    try:
        return answers_in_words(load(task.version_id), task.element, posted_answers(form.schema))
    except Invalid:  # a file among it was refused
        return ()


def _kept(task: Task) -> dict[str, Any]:
    return last_answers(task.instance_id, task.element)


@pages.post("/tugas/<uuid:task_id>", roles=(OFFICER,), again=task_page)
def complete(task_id: uuid.UUID, by: Caller, at: datetime) -> Response:
    task = commands.visible(task_id, by)
    answers = posted_answers(commands.form_of(task).schema)
    commands.complete(task_id, answers, by, at, on_behalf=task.public, seen=_seen())
    return go_to(f"/tugas/{task_id}/selesai")


def _seen() -> int | None:
    """The revision that the form was drawn from."""
    return request.form.get(REV, type=int)


def _draft_again(task_id: uuid.UUID, by: Caller, at: datetime, refusal: Refusal | None = None) -> str:
    if not request.headers.get("HX-Request"):
        return task_page(task_id, by, at, refusal)
    task, _instance = _seen_by(task_id, by)
    return render_template("tasks/draft.html", task=task, refusal=refusal)


@pages.post("/tugas/<uuid:task_id>/draf", roles=(OFFICER,), again=_draft_again)
def keep_draft(task_id: uuid.UUID, by: Caller, at: datetime) -> Response | str:
    task, _instance = _seen_by(task_id, by)
    before = task.assignee_id
    task = commands.begin(task_id, posted_answers(commands.form_of(task).schema), by, at, _seen())
    if request.headers.get("HX-Request"):
        return render_template("tasks/draft.html", task=task, saved=at, begun=before is None)
    return go_to(f"/tugas/{task_id}?draf=1#draf")


@pages.post("/tugas/<uuid:task_id>/identitas")
def show_identity(task_id: uuid.UUID, by: Caller, at: datetime) -> str:
    """Who handed the complaint in, for this one look; that it was opened is recorded."""
    task, instance = _seen_by(task_id, by)
    told = open_identity(instance.id, by, clean(request.form.get("why", "")), at)
    version = load(task.version_id)
    return render_template("tasks/identity.html", told=answers_in_words(version, version.spec.start.id, told))


# ---- what happened next ----------------------------------------------------------------------------------------


@pages.get("/tugas/<uuid:task_id>/selesai", roles=(OFFICER,))
def after_task(task_id: uuid.UUID, by: Caller, at: datetime) -> str:
    task, instance = _seen_by(task_id, by)
    version = load(instance.version_id)
    end = version.spec.elements.get(instance.end or "")
    return render_template(
        "tasks/after.html",
        task=task,
        instance=instance,
        end=end.label if end else "",
        now=rows_of(tasks_of(instance.id), at),
        proposed=_proposed(by, instance, at),
        undoable=_just_done(task, undoable(instance, by, at)),
    )


def _just_done(task: Task, last: MoveRow | None) -> bool:
    """Whether what could be undone is just this."""
    return last is not None and last.element == task.element and last.at == task.completed_at


def _proposed(by: Caller, instance: Instance, at: datetime) -> TaskRow | None:
    """The next thing to do: what this instance asks of him, else his most urgent task, else one he can take."""
    here, mine, free = listed(
        [
            open_places(by.lanes, Filter(instance=instance.id), None, A_FEW),
            places_in_hand(by.person_id, by.lanes, Filter(), None, 1) if by.person_id else None,
            open_places(by.lanes, Filter(held=FREE), None, 1),
        ]
    )
    found = [task for task in here if task.assignee_id in (None, by.person_id)] or mine or free
    return rows_of(found[:1], at)[0] if found else None
