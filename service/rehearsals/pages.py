"""Pages on which a version is tried out: choose how, set the figures, watch it, read what came out."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, render_template, request

from service.calendars.reading import calendar_of
from service.database import db
from service.diagrams.loading import Loaded
from service.diagrams.models import DRAFT, Version, diagram_of
from service.engine import Spec
from service.entrance import rehearsed
from service.entrance.pages import Pages, go_to
from service.errors import Invalid, Refusal
from service.people.caller import Caller
from service.people.models import OWNER, SUPERVISOR, Agency
from service.rehearsals import commands, running
from service.rehearsals.figures import flow_name
from service.rehearsals.models import REPLAY, Rehearsal, rehearsals_of
from service.rehearsals.plan import Length, Plan
from service.rehearsals.recorded import counts_by_version
from service.rehearsals.running import Scene
from service.rehearsals.seen import numbers_for
from service.rehearsals.settings import (
    MOST_CASES,
    MOST_INSTANCES,
    MOST_ROUNDS,
    USUAL_CASES,
    USUAL_ROUNDS,
    USUAL_SEED,
    What,
)

pages = Pages("rehearsals")

MAY = (OWNER, SUPERVISOR)
SHOWN = 20
EXAMPLES = 5
LEARNS_FROM = 150
"""Instances that the form learns its shares from, so that it opens at once; the simulation takes more."""


@pages.get("/sop/<string:key>/<int:n>/coba", roles=MAY)
def choose(key: str, n: int, by: Caller, at: datetime, refusal: Refusal | None = None) -> str:
    """What can be tried with a version, and what was tried."""
    version = commands.visible_version(key, n, by)
    return render_template(
        "rehearsals/choose.html",
        **_of(version),
        counts=counts_by_version(version.agency_id, key),
        rows=rehearsals_of(key, n, SHOWN),
        most=MOST_INSTANCES,
        refusal=refusal,
        wrong=_wrong(refusal),
        w=rehearsed,
    )


def _of(version: Version) -> dict[str, Any]:
    return {
        "version": version,
        "diagram": diagram_of(version.diagram_key),
        "agency": db.session.get_one(Agency, version.agency_id),
        "base": f"/sop/{version.diagram_key}/{version.n}/coba",
        "is_draft": version.state == DRAFT,
    }


def _wrong(refusal: Refusal | None) -> dict[str, Any]:
    """What is wrong, by the name of the field it was typed into."""
    problems = refusal.errors if isinstance(refusal, Invalid) else ()
    return {_field_of(problem.pointer): problem.sentence for problem in problems}


def _field_of(pointer: str) -> str:
    parts = pointer.strip("/").split("/")
    if parts[0] == "work" and parts[-1] == "busy":
        return f"busy.{parts[1]}"
    if parts[0] == "replies" and len(parts) > 2:
        return f"{'came' if parts[2] == 'share' else 'days'}.{parts[1]}"
    return ".".join(parts[:2]) if parts[0] in ("work", "officers", "shares", "replies") else parts[0]


@pages.post("/sop/<string:key>/<int:n>/coba", roles=MAY, again=choose)
def replay(key: str, n: int, by: Caller, at: datetime) -> Response:
    """Ask for a replay."""
    wanted = {
        "versions": [_number(text) for text in request.form.getlist("versions")] or None,
        "from": request.form.get("from") or None,
        "until": request.form.get("until") or None,
        "most": _number(request.form.get("most", "")),
    }
    row = commands.ask_replay(key, n, wanted, by, at)
    return go_to(f"/coba/{row.id}")


def _number(text: str) -> Any:
    """A number as people write it; what is none is left as it is, to be refused in words."""
    written = text.strip().replace(",", ".")
    try:
        number = float(written)
    except ValueError:
        return written
    return int(number) if abs(number) < 1e15 and number == int(number) else number


# ---- what if -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """One figure of the form: the name of its field, what it is of, what it is as yet, where that comes from."""

    name: str
    label: str
    value: str
    source: str
    context: str = ""
    busy: str = ""


@pages.get("/sop/<string:key>/<int:n>/coba/andai", roles=MAY)
def what_if(key: str, n: int, by: Caller, at: datetime, refusal: Refusal | None = None) -> str:
    """The figures of a simulation, filled in from what is recorded."""
    version = commands.visible_version(key, n, by)
    loaded = commands.readable(version)
    scene = _scene(loaded, at)
    version = commands.visible_version(key, n, by)  # learning has let go of what was read before
    return render_template(
        "rehearsals/what_if.html",
        **_of(version),
        plan=scene.plan,
        general=_general(scene.plan),
        officers=_officers(loaded.spec, scene.plan),
        work=_work(loaded.spec, scene.plan),
        replies=_replies(loaded.spec, scene.plan),
        gates=_gates(loaded.spec, scene.plan),
        refusal=refusal,
        wrong=_wrong(refusal),
        typed=request.form,
        w=rehearsed,
        limits={"cases": MOST_CASES, "rounds": MOST_ROUNDS},
    )


def _scene(loaded: Loaded, at: datetime) -> Scene:
    steps = running.scene(loaded, What(), calendar_of(loaded.agency_id), at, LEARNS_FROM)
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            found: Scene = stop.value
            return found


def _plain(value: float, places: int = 1) -> str:
    """As it stands in a field: with a comma, without zeros at the end."""
    return f"{round(value, places):g}".replace(".", ",")


def _general(plan: Plan) -> dict[str, str]:
    return {
        "per_day": _plain(plan.per_day, 2),
        "cases": str(USUAL_CASES),
        "rounds": str(USUAL_ROUNDS),
        "seed": str(USUAL_SEED),
    }


def _officers(spec: Spec, plan: Plan) -> list[Line]:
    lanes = [lane for lane in spec.lanes if lane.id in plan.officers]
    return [
        Line(f"officers.{lane.id}", lane.name, str(plan.officers[lane.id]), _source(plan.officers_source[lane.id]))
        for lane in lanes
    ]


def _source(source: str) -> str:
    return str(rehearsed.SOURCES[source])


def _work(spec: Spec, plan: Plan) -> list[Line]:
    return [
        Line(
            f"work.{id_}",
            spec.elements[id_].label,
            _plain(_minutes(length)),
            _source(length.source),
            _lane_name(spec, spec.elements[id_].lane),
            _plain(100 * plan.busy.get(id_, 1.0), 0),
        )
        for id_, length in plan.work.items()
    ]


def _minutes(length: Length) -> float:
    return max(0.1, length.mean / 60)


def _lane_name(spec: Spec, lane_id: str | None) -> str:
    lane = spec.lane(lane_id)
    return lane.name if lane else ""


def _replies(spec: Spec, plan: Plan) -> list[tuple[Line, Line]]:
    """After how many days something comes from outside, and of how many it comes at all."""
    return [
        (
            Line(f"days.{id_}", spec.elements[id_].label, _plain(reply.length.mean / 86_400, 2), _source(reply.source)),
            Line(f"came.{id_}", spec.elements[id_].label, _plain(100 * reply.share), _source(reply.source)),
        )
        for id_, reply in plan.replies.items()
    ]


def _gates(spec: Spec, plan: Plan) -> list[tuple[str, str, list[Line]]]:
    return [
        (
            spec.elements[gate].label,
            _source(source),
            [
                Line(f"shares.{flow}", flow_name(spec, flow), _plain(100 * plan.shares[flow]), "")
                for flow in spec.elements[gate].outgoing
            ],
        )
        for gate, source in plan.shares_source.items()
    ]


@pages.post("/sop/<string:key>/<int:n>/coba/andai", roles=MAY, again=what_if)
def simulate(key: str, n: int, by: Caller, at: datetime) -> Response:
    """Ask for a simulation; only figures that were changed count as set by hand."""
    row = commands.ask_simulation(key, n, wanted_in(request.form), by, at)
    return go_to(f"/coba/{row.id}")


def wanted_in(form: Mapping[str, str]) -> dict[str, Any]:
    """What a form says, as `settings` reads it."""
    wanted: dict[str, Any] = {name: _number(form[name]) for name in ("cases", "rounds", "seed") if form.get(name)}
    changed = {
        name: _number(text)
        for name, text in form.items()
        if text.strip() and not name.startswith("was.") and text != form.get(f"was.{name}")
    }
    if "per_day" in changed:
        wanted["per_day"] = changed["per_day"]
    officers = _under(changed, "officers")
    lengths, busy = _under(changed, "work"), _under(changed, "busy")
    work = {
        id_: {"usual": lengths.get(id_, _number(form.get(f"work.{id_}", "")))}
        | ({"busy": busy[id_]} if id_ in busy else {})
        for id_ in {*lengths, *busy}
    }
    days, came = _under(changed, "days"), _under(changed, "came")
    replies = {
        id_: {
            "days": days.get(id_, _number(form.get(f"days.{id_}", ""))),
            "share": came.get(id_, _number(form.get(f"came.{id_}", "100"))),
        }
        for id_ in {*days, *came}
    }
    shares = _under(changed, "shares")
    return wanted | {"officers": officers, "work": work, "replies": replies, "shares": shares}


def _under(changed: Mapping[str, Any], kind: str) -> dict[str, Any]:
    return {name.partition(".")[2]: value for name, value in changed.items() if name.startswith(f"{kind}.")}


# ---- one rehearsal -----------------------------------------------------------------------------------------


@pages.get("/coba/<uuid:rehearsal_id>", roles=MAY)
def show(rehearsal_id: uuid.UUID, by: Caller, at: datetime, refusal: Refusal | None = None) -> str:
    """How far it is, and what came out."""
    row = commands.visible(rehearsal_id, by)
    version = commands.visible_version(row.diagram_key, row.n, by)
    replayed = row.kind == REPLAY
    return render_template(
        "rehearsals/replayed.html" if replayed else "rehearsals/simulated.html",
        **_of(version),
        row=row,
        result=row.result,
        examples=_examples(row, by) if replayed else {},
        chart=_chart(row.result) if row.result and not replayed else None,
        has_changed=version.state == DRAFT and version.rev != row.rev,
        refusal=refusal,
        w=rehearsed,
    )


def _examples(row: Rehearsal, by: Caller) -> dict[int, list[Any]]:
    """Some instances of each group, by its place, as far as they are for his eyes."""
    if row.result is None:
        return {}
    groups = row.result["groups"]
    known = numbers_for([id_ for group in groups for id_ in group["examples"]], by)
    return {
        place: [known[id_] for id_ in group["examples"] if id_ in known][:EXAMPLES]
        for place, group in enumerate(groups)
    }


def _chart(result: Mapping[str, Any]) -> dict[str, Any] | None:
    """Both versions on one scale: how many cases took how many working days."""
    sides = [side["histogram"] for side in (result["candidate"], result["live"]) if side and side["histogram"]]
    if not sides:
        return None
    width = max(len(each["shares"]) * each["width"] for each in sides)
    most = max(share / each["width"] for each in sides for share in each["shares"]) or 1.0
    return {
        "paths": [rehearsed.curve(each, width, most) for each in sides],
        "ticks": [(40 + 550 * step / 4, width * step / 4) for step in range(5)],
    }


@pages.post("/coba/<uuid:rehearsal_id>/batal", roles=MAY, again=show)
def cancel(rehearsal_id: uuid.UUID, by: Caller, at: datetime) -> Response:
    """Stop it."""
    commands.cancel(rehearsal_id, by, at)
    return go_to(f"/coba/{rehearsal_id}")
