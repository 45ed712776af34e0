"""Calls about trials: make, start, stop, see, and how the versions compare; also of versions that never were in one."""

import math
import uuid
from datetime import datetime
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from service.database import db
from service.diagrams.models import DRAFT, Version, version_of
from service.diagrams.trial_tables import DRAFT as TRIAL_DRAFT
from service.diagrams.trial_tables import RUNNING, STOPPED, Rule, Trial, arms_of, kept_rule, rules_of, trials_of
from service.entrance import compared as words
from service.entrance import cursors
from service.entrance.calls import Entrance, seen_revision, tag
from service.entrance.documenting import IF_MATCH
from service.entrance.phrases import Phrase
from service.entrance.schemas import LARGEST_WHOLE, PageQuery, StrictBoolean, WholeNumber, page_of, text
from service.errors import Invalid, NotFound, Problem
from service.people import policy
from service.people.caller import Caller
from service.people.models import AUDITOR, OWNER, SUPERVISOR, Agency
from service.trials import commands, comparing, models
from service.trials.commands import MOST_ARMS, MOST_RULES, Plan
from service.trials.comparing import Compared, Difference, EndRow, Side, StepRow
from service.trials.measuring import Spread, StepFigures
from service.trials.statistics import Interval
from service.trials.stopping import Advice, Look, StoppingRule

entrance = Entrance("trials", "Versions side by side, and which serves people better")


class Scalar(fields.Field[Any]):
    """A text, a number, true or false: what a field of a form may hold."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, bool) or (isinstance(value, str) and len(value) <= 300 and "\x00" not in value):
            return value
        if isinstance(value, int | float) and abs(value) <= LARGEST_WHOLE:
            return value
        raise ValidationError(Phrase("Tulis teks, angka, true, atau false."))


class TrialArmIn(Schema):
    diagram = text(63, 1, load_default=None, allow_none=True, metadata={"description": "where it is another one"})
    version = WholeNumber(required=True)


class TrialRuleIn(Schema):
    shares = fields.List(WholeNumber(), required=True, validate=validate.Length(1, MOST_ARMS))
    channels = fields.List(text(10), load_default=list, validate=validate.Length(max=10))
    values = fields.Dict(
        keys=text(64, 1),
        values=fields.List(Scalar(), validate=validate.Length(max=50)),
        load_default=dict,
        metadata={"description": "field of the start form to the answers that the rule is for"},
    )
    first_day = fields.Date(load_default=None, allow_none=True)
    last_day = fields.Date(load_default=None, allow_none=True)


class StrataIn(Schema):
    channel = StrictBoolean(load_default=False)
    fields_ = fields.List(
        text(64, 1), data_key="fields", attribute="fields", load_default=list, validate=validate.Length(max=10)
    )


class StoppingIn(Schema):
    per_arm = WholeNumber(required=True, metadata={"description": "how many are to be finished in each arm"})
    looks = WholeNumber(load_default=1)
    last_day = fields.Date(load_default=None, allow_none=True)


class PlanIn(Schema):
    name = text(200, 1, required=True)
    question = text(2000, load_default="")
    diagram = text(63, 1, required=True, metadata={"description": "the door: new instances of this diagram come in"})
    arms = fields.List(fields.Nested(TrialArmIn), required=True, validate=validate.Length(1, 10))
    rules = fields.List(fields.Nested(TrialRuleIn), required=True, validate=validate.Length(1, MOST_RULES))
    strata = fields.Nested(StrataIn, load_default=lambda: {"channel": False, "fields": []})
    by_hand = StrictBoolean(load_default=False)
    stopping = fields.Nested(StoppingIn, required=True)
    seed = text(64, load_default="", metadata={"description": "of the draws; made up where none is given"})


class StopIn(Schema):
    reason = text(2000, 1, required=True)


class TrialsQuery(PageQuery):
    diagram = text(63, load_default=None)
    state = fields.String(load_default=None, validate=validate.OneOf((TRIAL_DRAFT, RUNNING, STOPPED)))


class ArmOut(Schema):
    diagram = fields.String(required=True)
    version = fields.Integer(required=True)
    instances = fields.Integer(required=True)


class TrialRowOut(Schema):
    id = fields.UUID(required=True)
    name = fields.String(required=True)
    question = fields.String(required=True)
    diagram = fields.String(required=True)
    agency = fields.String(required=True)
    state = fields.String(required=True)
    arms = fields.List(fields.Nested(ArmOut), required=True)
    started_at = fields.AwareDateTime(required=True, allow_none=True)
    stopped_at = fields.AwareDateTime(required=True, allow_none=True)


class TrialRuleOut(Schema):
    shares = fields.List(fields.Integer(), required=True)
    channels = fields.List(fields.String(), required=True)
    values = fields.Dict(required=True)
    first_day = fields.String(required=True, allow_none=True)
    last_day = fields.String(required=True, allow_none=True)


class StrataOut(Schema):
    channel = fields.Boolean(required=True)
    fields_ = fields.List(fields.String(), data_key="fields", attribute="fields", required=True)


class StoppingOut(Schema):
    per_arm = fields.Integer(required=True)
    looks = fields.Integer(required=True)
    last_day = fields.String(required=True, allow_none=True)


class TrialActOut(Schema):
    at = fields.AwareDateTime(required=True)
    by = fields.String(required=True)
    act = fields.String(required=True, validate=validate.OneOf(("made", "started", "stopped")))
    why = fields.String(required=True)


class TrialOut(TrialRowOut):
    rules = fields.List(fields.Nested(TrialRuleOut), required=True)
    strata = fields.Nested(StrataOut, required=True)
    by_hand = fields.Boolean(required=True)
    seed = fields.String(required=True)
    stopping = fields.Nested(StoppingOut, required=True)
    gone = fields.List(
        fields.Integer(),
        required=True,
        metadata={"description": "places of arms that take nothing new although a rule shares them out"},
    )
    acts = fields.List(fields.Nested(TrialActOut), required=True)


class IntervalOut(Schema):
    value = fields.Float(required=True, allow_none=True)
    low = fields.Float(required=True, allow_none=True)
    high = fields.Float(required=True, allow_none=True)
    level = fields.Float(required=True)


class SpreadOut(Schema):
    count = fields.Integer(required=True)
    median_hours = fields.Float(required=True, allow_none=True)
    p90_hours = fields.Float(required=True, allow_none=True)


class StepFiguresOut(Schema):
    count = fields.Integer(required=True)
    done = fields.Integer(required=True)
    worked = fields.Nested(SpreadOut, required=True, metadata={"description": "opened to completed, working hours"})
    waited = fields.Nested(SpreadOut, required=True, metadata={"description": "opened to taken"})
    handled = fields.Nested(SpreadOut, required=True, metadata={"description": "taken to completed"})
    in_time = fields.Integer(required=True)
    timed = fields.Integer(required=True, metadata={"description": "done ones that have a time standard"})
    returned = fields.Integer(required=True)
    handed_over = fields.Integer(required=True)
    open = fields.Integer(required=True)
    late = fields.Integer(required=True)


class ComparedStepOut(Schema):
    name = fields.String(required=True)
    row = fields.String(required=True)
    lane = fields.String(required=True)
    elements = fields.List(fields.String(allow_none=True), required=True)
    figures = fields.List(fields.Nested(StepFiguresOut, allow_none=True), required=True)
    hours = fields.List(
        fields.Nested(IntervalOut, allow_none=True),
        required=True,
        metadata={"description": "difference of medians to the first arm"},
    )
    p = fields.List(fields.Float(allow_none=True), required=True, metadata={"description": "Mann-Whitney"})
    in_time = fields.List(fields.Nested(IntervalOut, allow_none=True), required=True)


class ComparedEndOut(Schema):
    name = fields.String(required=True)
    elements = fields.List(fields.String(allow_none=True), required=True)
    counts = fields.List(fields.Integer(), required=True)
    difference = fields.List(fields.Nested(IntervalOut, allow_none=True), required=True)


class SideOut(Schema):
    diagram = fields.String(required=True)
    version = fields.Integer(required=True)
    title = fields.String(required=True)
    taking = fields.Boolean(required=True, metadata={"description": "whether new instances still come to it"})
    count = fields.Integer(required=True)
    finished = fields.Integer(required=True)
    open = fields.Integer(required=True)
    late = fields.Integer(required=True)
    carried = fields.Integer(required=True, metadata={"description": "open, begun in an earlier month"})
    cancelled = fields.Integer(required=True)
    migrated = fields.Integer(required=True, metadata={"description": "counted until they left this version"})
    median_days = fields.Float(required=True, allow_none=True)
    p90_days = fields.Float(required=True, allow_none=True)
    hand_overs = fields.Float(required=True, allow_none=True)
    routes = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)


class ComparedDifferenceOut(Schema):
    arm = fields.Integer(required=True)
    verdict = fields.String(required=True, validate=validate.OneOf(("few", "unfinished", "apart", "alike")))
    days = fields.Nested(IntervalOut, required=True)
    p = fields.Float(required=True, allow_none=True, metadata={"description": "log-rank"})
    sentence = fields.String(required=True)


class TrialLookOut(Schema):
    number = fields.Integer(required=True)
    size = fields.Integer(required=True)
    level = fields.Float(required=True)
    at = fields.AwareDateTime(required=True, allow_none=True)
    intervals = fields.List(fields.Nested(IntervalOut), required=True)


class AdviceOut(Schema):
    code = fields.String(required=True, validate=validate.OneOf(("wait", "go_on", "found", "enough")))
    sentence = fields.String(required=True)
    looks = fields.List(fields.Nested(TrialLookOut), required=True)


class ResultOut(Schema):
    at = fields.AwareDateTime(required=True, metadata={"description": "the moment the figures are of"})
    drawn = fields.Boolean(required=True, metadata={"description": "whether chance alone decided who came where"})
    sentence = fields.String(required=True)
    arms = fields.List(fields.Nested(SideOut), required=True)
    differences = fields.List(fields.Nested(ComparedDifferenceOut), required=True)
    steps = fields.List(fields.Nested(ComparedStepOut), required=True)
    ends = fields.List(fields.Nested(ComparedEndOut), required=True)
    advice = fields.Nested(AdviceOut, required=True, allow_none=True)


class VersionsQuery(Schema):
    versions = text(60, 1, required=True, metadata={"description": "numbers with commas between them, such as 1,2"})


# ---- trials ----------------------------------------------------------------------------------------------------


@entrance.call("GET", "/trials", gives=page_of(TrialRowOut), query=TrialsQuery, refuses=(409,))
def list_trials(query: dict[str, Any], by: Caller, at: datetime) -> dict[str, Any]:
    """The trials of the offices whose comparisons the caller may read, newest first"""
    limit = query["limit"]
    found = trials_of(readable_at(by), cursors.read_id(query["after"]), limit + 1, query["diagram"], query["state"])
    counts = models.counts_by_arm([trial.id for trial in found[:limit]])
    return {
        "items": [_row(trial, counts) for trial in found[:limit]],
        "next": cursors.write(found[limit - 1].id) if len(found) > limit else None,
    }


def readable_at(by: Caller) -> set[uuid.UUID] | None:
    """The agencies whose comparisons he may read; None for all."""
    roles = (OWNER, SUPERVISOR, AUDITOR)
    if any((None, role) in by.roles for role in roles):
        return None
    return {agency for agency, role in by.roles if agency is not None and role in roles}


@entrance.call("POST", "/trials", gives=TrialOut, takes=PlanIn, status=201, refuses=(404, 409), tagged=True)
def make_trial(body: dict[str, Any], by: Caller, at: datetime) -> dict[str, Any]:
    """A draft of a trial: versions, rules by which new instances are shared, and when it is to end"""
    return _whole(commands.make(_plan(body), by, at))


def _plan(body: dict[str, Any]) -> Plan:
    return Plan(
        name=body["name"],
        diagram=body["diagram"],
        arms=[(arm["diagram"] or body["diagram"], arm["version"]) for arm in body["arms"]],
        rules=[_rule(rule) for rule in body["rules"]],
        stopping=StoppingRule(**body["stopping"]),
        question=body["question"],
        by_channel=body["strata"]["channel"],
        by_fields=body["strata"]["fields"],
        by_hand=body["by_hand"],
        seed=body["seed"],
    )


def _rule(told: dict[str, Any]) -> Rule:
    values = {name: tuple(wanted) for name, wanted in told["values"].items()}
    return Rule(tuple(told["shares"]), tuple(told["channels"]), values, told["first_day"], told["last_day"])


@entrance.call("GET", "/trials/<uuid:trial_id>", gives=TrialOut, refuses=(403, 409), tagged=True)
def one_trial(trial_id: uuid.UUID, by: Caller, at: datetime) -> dict[str, Any]:
    """One trial with its rules and what was done to it"""
    return _whole(commands.visible(trial_id, by))


@entrance.call(
    "POST", "/trials/<uuid:trial_id>/start", gives=TrialOut, refuses=(409,), headers=(IF_MATCH,), tagged=True
)
def start_trial(trial_id: uuid.UUID, by: Caller, at: datetime) -> dict[str, Any]:
    """Let new instances come into it from now on"""
    return _whole(commands.start(trial_id, by, at, seen_revision()))


@entrance.call(
    "POST",
    "/trials/<uuid:trial_id>/stop",
    gives=TrialOut,
    takes=StopIn,
    refuses=(409,),
    headers=(IF_MATCH,),
    tagged=True,
)
def stop_trial(body: dict[str, Any], trial_id: uuid.UUID, by: Caller, at: datetime) -> dict[str, Any]:
    """Let no more instances come into it; those in it go on"""
    return _whole(commands.stop(trial_id, body["reason"], by, at, seen_revision()))


def _row(trial: Trial, counts: dict[tuple[uuid.UUID, int], int]) -> dict[str, Any]:
    names = ("id", "name", "question", "state", "started_at", "stopped_at")
    arms = [
        {"diagram": arm.diagram, "version": arm.n, "instances": counts.get((trial.id, place), 0)}
        for place, arm in enumerate(arms_of(trial))
    ]
    agency = db.session.get_one(Agency, trial.agency_id).key
    return {name: getattr(trial, name) for name in names} | {
        "diagram": trial.diagram_key,
        "agency": agency,
        "arms": arms,
    }


def _whole(trial: Trial) -> dict[str, Any]:
    tag(trial.rev)
    gone = {arm.version_id for arm in commands.gone(trial)}
    return _row(trial, models.counts_by_arm([trial.id])) | {
        "rules": [kept_rule(rule) for rule in rules_of(trial)],
        "strata": trial.strata,
        "by_hand": trial.by_hand,
        "seed": trial.seed,
        "stopping": trial.stopping,
        "gone": [place for place, arm in enumerate(arms_of(trial)) if arm.version_id in gone],
        "acts": [{"at": a.at, "by": a.by_name, "act": a.act, "why": a.why} for a in models.acts_of(trial.id)],
    }


# ---- comparisons -----------------------------------------------------------------------------------------------


@entrance.call("GET", "/trials/<uuid:trial_id>/result", gives=ResultOut, refuses=(403, 409))
def result(trial_id: uuid.UUID, by: Caller, at: datetime) -> dict[str, Any]:
    """How the versions of a trial compare: figures, differences with their intervals, what the agreed rule says"""
    return _compared(comparing.of_trial(commands.visible(trial_id, by), at))


@entrance.call("GET", "/diagrams/<string:key>/figures", gives=ResultOut, query=VersionsQuery, refuses=(403, 409))
def figures(query: dict[str, Any], key: str, by: Caller, at: datetime) -> dict[str, Any]:
    """How versions of a diagram compare as they were used, without a trial: who came to which was not left to chance"""
    return _compared(comparing.of_versions(versions_asked(key, query["versions"], by), at))


def versions_asked(key: str, asked: str, by: Caller) -> list[Version]:
    """The published versions named, if the caller may compare them. Raises `NotFound`, `NotAllowed`, `Invalid`."""
    diagram = commands.diagram_for(key, by)
    policy.must_read_comparisons(by, diagram.agency_id)
    parts = [part.strip() for part in asked.split(",")]
    numbers = [int(part) for part in parts if part.isascii() and part.isdecimal() and len(part) < 10]
    if len(numbers) != len(parts) or not 2 <= len(set(numbers)) == len(numbers) <= MOST_ARMS:
        message = "Sebutkan dua sampai {most} nomor versi yang berlainan, misalnya 1,2."
        raise Invalid(message, errors=[Problem("/versions", message, (("most", MOST_ARMS),))], most=MOST_ARMS)
    found = [version_of(key, n) for n in numbers]
    for version in found:
        if version.published_at is None or version.state == DRAFT:
            raise NotFound("Diagram “{key}” tidak memiliki versi {n}.", key=key, n=version.n)
    return found


def _compared(found: Compared) -> dict[str, Any]:
    return {
        "at": found.at,
        "drawn": found.drawn,
        "sentence": " ".join(words.sentence(found, difference) for difference in found.differences),
        "arms": [_side(side) for side in found.sides],
        "differences": [_difference(found, difference) for difference in found.differences],
        "steps": [_step(step) for step in found.steps],
        "ends": [_end(end) for end in found.ends],
        "advice": _advice(found.advice) if found.advice else None,
    }


def _known(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else value


def _interval(interval: Interval | None) -> dict[str, Any] | None:
    if interval is None:
        return None
    parts = {name: _known(getattr(interval, name)) for name in ("value", "low", "high")}
    return parts | {"level": interval.level}


def _side(side: Side) -> dict[str, Any]:
    f = side.figures
    names = ("count", "open", "late", "carried", "cancelled", "migrated")
    return {name: getattr(f, name) for name in names} | {
        "diagram": side.version.key,
        "version": side.version.n,
        "title": side.title,
        "taking": side.taking,
        "finished": f.finished_count,
        "median_days": _known(f.median),
        "p90_days": _known(f.p90),
        "hand_overs": _known(f.hand_overs),
        "routes": {kind: count for kind, count in f.kinds.items() if count},
    }


def _difference(found: Compared, difference: Difference) -> dict[str, Any]:
    return {
        "arm": difference.arm,
        "verdict": difference.verdict,
        "days": _interval(difference.days),
        "p": _known(difference.p),
        "sentence": words.sentence(found, difference),
    }


def _spread(spread: Spread) -> dict[str, Any]:
    return {"count": spread.count, "median_hours": _known(spread.median), "p90_hours": _known(spread.p90)}


def _figures(figures: StepFigures | None) -> dict[str, Any] | None:
    if figures is None:
        return None
    names = ("count", "done", "in_time", "timed", "returned", "handed_over", "open", "late")
    spreads = {name: _spread(getattr(figures, name)) for name in ("worked", "waited", "handled")}
    return {name: getattr(figures, name) for name in names} | spreads


def _step(step: StepRow) -> dict[str, Any]:
    return {
        "name": step.name,
        "row": step.row,
        "lane": step.lane,
        "elements": step.elements,
        "figures": [_figures(figures) for figures in step.figures],
        "hours": [_interval(interval) for interval in step.hours],
        "p": [_known(p) for p in step.p],
        "in_time": [_interval(interval) for interval in step.in_time],
    }


def _end(end: EndRow) -> dict[str, Any]:
    return {
        "name": end.name,
        "elements": end.elements,
        "counts": end.counts,
        "difference": [_interval(interval) for interval in end.difference],
    }


def _advice(advice: Advice) -> dict[str, Any]:
    return {
        "code": advice.code,
        "sentence": words.advice_sentence(advice),
        "looks": [_look(look) for look in advice.looks],
    }


def _look(look: Look) -> dict[str, Any]:
    return {
        "number": look.number,
        "size": look.size,
        "level": look.level,
        "at": look.at,
        "intervals": [_interval(interval) for interval in look.intervals],
    }
