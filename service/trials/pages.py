"""Pages of trials: the list, a new one, one with its comparison; and comparing versions that were in none."""

import math
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import Response, render_template, request
from flask_babel import gettext, lazy_gettext

from service.complaints.models import BOX, CHANNELS, LAPOR, LETTER, TELEPHONE, WALK_IN, WEB, WHATSAPP
from service.database import db
from service.diagrams.agreeing import sortable_fields, titles
from service.diagrams.loading import Loaded, default_of, load, newest_live
from service.diagrams.models import LIVE, Diagram, diagram_of, diagrams_of, versions_of
from service.diagrams.trial_tables import DRAFT, RUNNING, STOPPED, Arm, Rule, Trial, arms_of, rules_of, trials_of
from service.entrance import compared as words
from service.entrance.pages import Pages, go_to
from service.entrance.screen import tell_time_of
from service.errors import Conflict, Invalid, Problem, Refusal
from service.people import policy
from service.people.caller import Caller
from service.people.models import AUDITOR, OWNER, SUPERVISOR, Agency, agencies
from service.trials import charts, commands, comparing, models
from service.trials.api import readable_at, versions_asked
from service.trials.commands import MOST_ARMS, Plan
from service.trials.comparing import Compared
from service.trials.stopping import MOST_LOOKS, StoppingRule

pages = Pages("trials")

READERS = (OWNER, SUPERVISOR, AUDITOR)
A_PAGE = 100
EXCEPTIONS = 2
"""How many exceptions the form offers; programs may send more."""

STATE_WORDS = {
    DRAFT: lazy_gettext("Draf"),
    RUNNING: lazy_gettext("Berjalan"),
    STOPPED: lazy_gettext("Dihentikan"),
}
STATE_KINDS = {DRAFT: "soon", RUNNING: "done", STOPPED: "calm"}
ACT_WORDS = {
    models.MADE: lazy_gettext("Rencana uji dibuat"),
    models.STARTED: lazy_gettext("Uji dimulai"),
    models.STOPPED: lazy_gettext("Uji dihentikan"),
}
CHANNEL_WORDS = {
    WEB: lazy_gettext("formulir umum"),
    WALK_IN: lazy_gettext("loket"),
    TELEPHONE: lazy_gettext("telepon"),
    LETTER: lazy_gettext("surat"),
    WHATSAPP: "WhatsApp",
    LAPOR: "SP4N-LAPOR!",
    BOX: lazy_gettext("kotak pengaduan"),
}


# ---- the list --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TrialShown:
    """One trial in the list."""

    trial: Trial
    title: str
    agency: Agency
    arms: Sequence[tuple[Arm, int]]


@pages.get("/uji", roles=READERS)
def list_trials(by: Caller, at: datetime) -> str:
    found = trials_of(readable_at(by), limit=A_PAGE)
    counts = models.counts_by_arm([trial.id for trial in found])
    names = {agency.id: agency for agency in agencies({trial.agency_id for trial in found})}
    shown = [
        TrialShown(
            trial,
            diagram_of(trial.diagram_key).title,
            names[trial.agency_id],
            [(arm, counts.get((trial.id, place), 0)) for place, arm in enumerate(arms_of(trial))],
        )
        for trial in found
    ]
    return render_template(
        "trials/list.html",
        trials=shown,
        states=STATE_WORDS,
        kinds=STATE_KINDS,
        owns=any(role == OWNER for _, role in by.roles),
    )


# ---- a new one -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Choice:
    """Something the form offers; `code` stands in the form."""

    code: str
    label: str
    chosen: bool = False


@dataclass(frozen=True)
class Offered:
    """What can be chosen for a trial of one procedure."""

    diagram: Diagram
    agency: Agency
    arms: tuple[Choice, ...]
    sorts: tuple[Choice, ...]
    cases: tuple[Choice, ...]


@pages.get("/uji/baru", roles=(OWNER,))
def new(by: Caller, at: datetime, refusal: Refusal | None = None) -> str:
    key = request.values.get("sop", "")[:63]
    mine = [d for d in diagrams_of(None if by.everywhere() else set(by.agencies)) if by.is_(OWNER, d.agency_id)]
    diagram = next((diagram for diagram in mine if diagram.key == key), None)
    if diagram is None:
        return render_template("trials/choose.html", diagrams=_with_versions(mine))
    offered = _offered(diagram)
    tell_time_of(offered.agency)
    return render_template(
        "trials/new.html",
        offered=offered,
        values=request.form if request.method == "POST" else {},
        ticked=set(request.form.getlist("arm")) if request.method == "POST" else _asked_arms(diagram, offered),
        sorted_by=set(request.form.getlist("sort")),
        exceptions=range(1, EXCEPTIONS + 1),
        looks=range(1, MOST_LOOKS + 1),
        refusal=refusal,
        wrong=_wrong(refusal, offered),
    )


def _with_versions(diagrams: Sequence[Diagram]) -> list[tuple[Diagram, int]]:
    live = {d.key: sum(version.state == LIVE for version in versions_of(d.key)) for d in diagrams}
    return [(diagram, live[diagram.key]) for diagram in diagrams if live[diagram.key]]


def _asked_arms(diagram: Diagram, offered: Offered) -> set[str]:
    """The versions named in the address, else the two newest."""
    asked = {f"{diagram.key}/{part.strip()}" for part in request.args.get("versi", "").split(",") if part.strip()}
    known = [arm.code for arm in offered.arms]
    return asked & set(known) or {code for code in known if code.startswith(f"{diagram.key}/")} & set(known[:2])


def _offered(diagram: Diagram) -> Offered:
    shown = default_of(diagram.key)
    schema = shown.form(shown.spec.start.id).schema
    names, sorts = titles(schema), sortable_fields([schema])
    channels = [Choice(f"channel:{c}", gettext("Saluran: %(name)s", name=CHANNEL_WORDS[c])) for c in CHANNELS]
    answers = [
        Choice(f"value:{name}:{place}", f"{names[name]}: {label}")
        for name, values in sorts.items()
        for place, label in enumerate(values.values())
    ]
    return Offered(
        diagram,
        db.session.get_one(Agency, diagram.agency_id),
        tuple(_arms(diagram)),
        (Choice("channel", gettext("Saluran")), *(Choice(name, names[name]) for name in sorts)),
        (*channels, *answers),
    )


def _arms(diagram: Diagram) -> list[Choice]:
    """The live versions of the procedure, newest first, then the newest of the office's other ones."""
    own = [v for v in versions_of(diagram.key) if v.state == LIVE]
    found = [Choice(f"{diagram.key}/{v.n}", gettext("Versi %(n)s", n=v.n)) for v in own]
    others = newest_live(other.key for other in diagrams_of({diagram.agency_id}) if other.key != diagram.key)
    for key, version in sorted(others.items()):
        name = gettext("%(title)s, versi %(n)s", title=version.spec.title, n=version.n)
        found.append(Choice(f"{key}/{version.n}", name))
    return found


FIELD_OF = {"/name": "name", "/stopping/per_arm": "per_arm", "/stopping/looks": "looks", "/arms": "arm-1"}


@dataclass(frozen=True)
class Wrong:
    """One thing wrong with the form: the field to go to, and what."""

    field: str
    problem: Problem


def _wrong(refusal: Refusal | None, offered: Offered) -> list[Wrong]:
    problems = refusal.errors if isinstance(refusal, Invalid) else ()
    return [Wrong(_field_of(problem.pointer, offered), problem) for problem in problems]


def _field_of(pointer: str, offered: Offered) -> str:
    if pointer in FIELD_OF:
        return FIELD_OF[pointer]
    parts = pointer.split("/")
    if parts[1] == "arms":
        ticked = [arm.code for arm in offered.arms if arm.code in request.form.getlist("arm")]
        place = int(parts[2])
        codes = [arm.code for arm in offered.arms]
        return f"arm-{codes.index(ticked[place]) + 1}" if place < len(ticked) else "arm-1"
    if parts[1] == "stopping":
        return "until"
    return {"shares": "share-1", "first_day": "from", "last_day": "to"}.get(parts[-1], "arm-1")


@pages.post("/uji/baru", roles=(OWNER,), again=new)
def make(by: Caller, at: datetime) -> Response:
    """Keep the plan as a draft, or start it at once."""
    form = request.form
    key = form.get("sop", "")[:63]
    diagram = commands.diagram_for(key, by)
    policy.must_own_diagrams(by, diagram.agency_id)
    trial = commands.make(_plan(form, _offered(diagram)), by, at)
    if form.get("then") == "start":
        commands.start(trial.id, by, at)
    return go_to(f"/uji/{trial.id}")


def _plan(form: Mapping[str, str], offered: Offered) -> Plan:
    ticked = [arm.code for arm in offered.arms if arm.code in request.form.getlist("arm")]
    ticked.sort(key=_place_of)
    by = [name.code for name in offered.sorts if name.code in request.form.getlist("sort")]
    return Plan(
        name=form.get("name", "")[:200],
        diagram=offered.diagram.key,
        arms=[(code.rpartition("/")[0], int(code.rpartition("/")[2])) for code in ticked],
        rules=_rules(form, offered, ticked),
        stopping=StoppingRule(
            _whole(form, "per_arm"), _whole(form, "looks"), _day(form, "until", "/stopping/last_day")
        ),
        question=form.get("question", "")[:2000],
        by_channel="channel" in by,
        by_fields=[name for name in by if name != "channel"],
        by_hand="by_hand" in form,
    )


def _place_of(code: str) -> tuple[str, int]:
    """Older versions first: what is in use is what the new one is compared with."""
    key, _, n = code.rpartition("/")
    return key, int(n)


def _rules(form: Mapping[str, str], offered: Offered, ticked: Sequence[str]) -> list[Rule]:
    """Exceptions first, since the first rule that fits counts; then the shares."""
    codes = [arm.code for arm in offered.arms]
    found = []
    for number in range(1, EXCEPTIONS + 1):
        case, to = form.get(f"case-{number}", ""), form.get(f"to-{number}", "")
        if case and to in ticked:
            found.append(_rule(case, offered, tuple(int(code == to) for code in ticked)))
    shares = tuple(_whole(form, f"share-{codes.index(code) + 1}") for code in ticked)
    first_day, last_day = _day(form, "from", "/rules/0/first_day"), _day(form, "to", "/rules/0/last_day")
    only = form.get("only", "")
    rest = _rule(only, offered, shares)
    return [*found, Rule(shares, rest.channels, rest.values, first_day, last_day)]


def _rule(code: str, offered: Offered, shares: tuple[int, ...]) -> Rule:
    kind, _, rest = code.partition(":")
    if code not in {case.code for case in offered.cases}:
        return Rule(shares)
    if kind == "channel":
        return Rule(shares, channels=(rest,))
    name, _, place = rest.rpartition(":")
    return Rule(shares, values={name: (list(_sorts(offered)[name])[int(place)],)})


def _sorts(offered: Offered) -> dict[str, dict[Any, str]]:
    shown = default_of(offered.diagram.key)
    return sortable_fields([shown.form(shown.spec.start.id).schema])


def _whole(form: Mapping[str, str], name: str) -> int:
    """A whole number as typed; what is none is refused by the command, as minus one is."""
    text = form.get(name, "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 8 else -1


def _day(form: Mapping[str, str], name: str, pointer: str) -> date | None:
    text = form.get(name, "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        message = "Tulis tanggal seperti 2026-03-02."
        raise Invalid(message, errors=[Problem(pointer, message)]) from None


# ---- one trial -------------------------------------------------------------------------------------------------


@pages.get("/uji/<uuid:trial_id>", roles=READERS)
def show(trial_id: uuid.UUID, by: Caller, at: datetime, refusal: Refusal | None = None) -> str:
    trial = commands.visible(trial_id, by)
    agency = db.session.get_one(Agency, trial.agency_id)
    tell_time_of(agency)
    found = comparing.of_trial(trial, at)
    return render_template(
        "trials/show.html",
        **_told(found),
        trial=trial,
        agency=agency,
        title=diagram_of(trial.diagram_key).title,
        state=STATE_WORDS[trial.state],
        kind=STATE_KINDS[trial.state],
        rules=[_rule_words(rule, trial, found) for rule in rules_of(trial)],
        strata=_strata_words(trial),
        agreed_until=words.day_of(trial.stopping.get("last_day")),
        gone=[arm.n for arm in commands.gone(trial)] if trial.state == RUNNING else [],
        picked=sum(side.figures.kinds.get("picked", 0) for side in found.sides),
        ruled=sum(side.figures.kinds.get("ruled", 0) for side in found.sides),
        acts=[(act, ACT_WORDS[act.act]) for act in models.acts_of(trial.id)],
        owns=by.is_(OWNER, trial.agency_id),
        refusal=refusal,
        why=request.form.get("reason", "") if refusal else "",
    )


def _told(found: Compared) -> dict[str, Any]:
    """What every page with a comparison shows."""
    return {
        "found": found,
        "w": words,
        "names": [words.name_of(found.sides, place) for place in range(len(found.sides))],
        "bars": charts.bars(found.sides),
        "dots": [charts.dots([row.hours[place] for row in found.steps]) for place in range(len(found.sides))],
        "curves": charts.curves(found),
        "heats": [_heat(found, place) for place in range(len(found.sides))],
        "longest": _longest(found),
        "unknown": math.isnan,
        "least": comparing.LEAST,
        "WIDE": charts.WIDE,
        "HIGH": charts.HIGH,
    }


def _heat(found: Compared, place: int) -> list[dict[str, Any]]:
    """How dark each step is drawn, and what is written on it."""
    told = []
    for row in found.steps:
        element, figures = row.elements[place], row.figures[place]
        if element is not None and figures is not None:
            waited = figures.waited.median
            level = charts.heat(waited)
            told.append({"element": element, "level": level, "words": words.hours(waited) if level else ""})
    return told


def _longest(found: Compared) -> list[str]:
    """The step at which people wait longest in any arm: all drawings begin there, so that like stands beside like."""
    waits = {
        row.elements: max(figures.waited.median for figures in row.figures if figures is not None)
        for row in found.steps
        if all(figures is not None and figures.done for figures in row.figures)
    }
    at = max(waits, key=lambda elements: waits[elements], default=())
    return [element or "" for element in at] or [""] * len(found.sides)


@dataclass(frozen=True)
class RuleShown:
    """One rule in words."""

    who: str
    when: tuple[date | None, date | None]
    shares: list[tuple[str, int]]


def _rule_words(rule: Rule, trial: Trial, found: Compared) -> RuleShown:
    try:
        shown: Loaded = default_of(trial.diagram_key)
    except Refusal:
        shown = found.sides[0].version
    schema = shown.form(shown.spec.start.id).schema
    names, sorts = titles(schema), sortable_fields([schema])
    parts = [gettext("lewat %(channels)s", channels=", ".join(str(CHANNEL_WORDS[c]) for c in rule.channels))]
    parts = parts if rule.channels else []
    for name, values in rule.values.items():
        labels = ", ".join(str(sorts.get(name, {}).get(value, value)) for value in values)
        parts.append(f"{names.get(name, name)}: {labels}")
    arms = [words.name_of(found.sides, place) for place in range(len(found.sides))]
    who = "; ".join(parts) or gettext("semua pengaduan")
    return RuleShown(
        who, (rule.first_day, rule.last_day), [(a, s) for a, s in zip(arms, rule.shares, strict=True) if s]
    )


def _strata_words(trial: Trial) -> str:
    shown = arms_of(trial)[0]
    version = load(shown.version_id)
    names = titles(version.form(version.spec.start.id).schema)
    found = [gettext("saluran")] if trial.strata.get("channel") else []
    return ", ".join([*found, *(names.get(name, name) for name in trial.strata.get("fields", ()))])


@pages.post("/uji/<uuid:trial_id>/mulai", roles=(OWNER,), again=show)
def begin(trial_id: uuid.UUID, by: Caller, at: datetime) -> Response:
    commands.start(trial_id, by, at)
    return go_to(f"/uji/{trial_id}")


@pages.post("/uji/<uuid:trial_id>/berhenti", roles=(OWNER,), again=show)
def end(trial_id: uuid.UUID, by: Caller, at: datetime) -> Response:
    commands.stop(trial_id, request.form.get("reason", "")[:2000], by, at)
    return go_to(f"/uji/{trial_id}")


# ---- without a trial -------------------------------------------------------------------------------------------


@pages.get("/sop/<string:key>/banding", roles=READERS)
def compare(key: str, by: Caller, at: datetime) -> str:
    """Versions as they were used; without `?versi=`, the two newest that were published."""
    diagram = commands.diagram_for(key, by)
    policy.must_read_comparisons(by, diagram.agency_id)
    published = [version for version in versions_of(key) if version.published_at]
    if len(published) < 2:
        raise Conflict("SOP ini baru satu kali terbit; belum ada versi lain untuk dibandingkan.")
    asked = request.args.get("versi", "").replace("\x00", "")[:60]
    chosen = versions_asked(key, asked or ",".join(str(v.n) for v in reversed(published[:2])), by)
    agency = db.session.get_one(Agency, diagram.agency_id)
    tell_time_of(agency)
    return render_template(
        "trials/compare.html",
        **_told(comparing.of_versions(chosen, at)),
        diagram=diagram,
        agency=agency,
        versions=published,
        chosen=[version.n for version in chosen],
        most=MOST_ARMS,
        owns=by.is_(OWNER, diagram.agency_id),
    )
