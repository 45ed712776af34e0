"""Verbs of trials: make, start, stop. A trial that has started is never changed: its rule was agreed before."""

import secrets
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError

from service.complaints.models import CHANNELS
from service.database import db, new_id
from service.diagrams.agreeing import shared_fields, sortable_fields, titles
from service.diagrams.loading import Loaded, default_of, live
from service.diagrams.models import Diagram, diagram_of
from service.diagrams.routing import differing_fields
from service.diagrams.trial_tables import (
    DRAFT,
    RUNNING,
    STOPPED,
    Arm,
    Rule,
    Trial,
    arms_of,
    held_trial,
    kept_rule,
    rules_of,
    running_trial,
    trial_of,
)
from service.errors import Conflict, Invalid, NotFound, Problem, must_be_current
from service.forms.identity import identity_fields
from service.people import policy
from service.people.caller import Caller
from service.trials import models
from service.trials.models import TrialAct
from service.trials.stopping import MOST_LOOKS, StoppingRule

MOST_ARMS, MOST_RULES, MOST_STRATA = 5, 10, 3
LARGEST_SHARE, LARGEST_NUMBER = 100, 100_000
LEAST_PER_ARM = 20

DIFFERENT = "Formulir awal versi {n} tidak sama dengan formulir yang diisi pelapor, pada isian: {fields}."
NO_CASE = "Uji banding tidak ditemukan."


@dataclass(frozen=True)
class Plan:
    """A trial as somebody wants it. Arms are (diagram, version number); the first is what others are compared with."""

    name: str
    diagram: str
    arms: Sequence[tuple[str, int]]
    rules: Sequence[Rule]
    stopping: StoppingRule
    question: str = ""
    by_channel: bool = False
    by_fields: Sequence[str] = field(default_factory=tuple)
    by_hand: bool = False
    seed: str = ""


def make(plan: Plan, by: Caller, at: datetime) -> Trial:
    """A draft of a trial. Raises `Invalid` naming everything that is wrong with it, each in words."""
    diagram = diagram_for(plan.diagram, by)
    policy.must_own_diagrams(by, diagram.agency_id)
    versions = _versions(plan, diagram.agency_id)
    _must_hold(_problems(plan, versions))
    trial = Trial(
        id=new_id(),
        agency_id=diagram.agency_id,
        diagram_key=plan.diagram,
        name=plan.name.strip(),
        question=plan.question.strip(),
        state=DRAFT,
        arms=[{"diagram": version.key, "n": version.n, "version": str(version.id)} for version in versions],
        rules=[kept_rule(rule) for rule in plan.rules],
        strata={"channel": plan.by_channel, "fields": list(plan.by_fields)},
        by_hand=plan.by_hand,
        seed=plan.seed or secrets.token_hex(8),
        stopping=_kept_stopping(plan.stopping),
        created_at=at,
        created_by=by.name,
    )
    db.session.add(trial)
    db.session.flush()
    _record(trial, models.MADE, by, at)
    return trial


def start(trial_id: uuid.UUID, by: Caller, at: datetime, seen: int | None = None) -> Trial:
    """Let new instances come into it from now on. Raises `Conflict` while another trial holds the same door."""
    trial = _mine(trial_id, by, seen)
    if trial.state != DRAFT:
        raise Conflict("Uji ini sudah pernah dimulai.")
    shown = default_of(trial.diagram_key)
    versions = [live(arm.diagram, arm.n) for arm in arms_of(trial)]
    _must_hold(_form_problems(shown, versions))
    if running_trial(trial.diagram_key) is not None:
        raise Conflict("Masih ada uji lain yang berjalan untuk SOP ini; hentikan dahulu.")
    trial.state, trial.started_at = RUNNING, at
    try:
        db.session.flush()
    except IntegrityError:  # somebody was faster: the index keeps one running trial for each door
        raise Conflict("Masih ada uji lain yang berjalan untuk SOP ini; hentikan dahulu.") from None
    _record(trial, models.STARTED, by, at)
    return trial


def stop(trial_id: uuid.UUID, why: str, by: Caller, at: datetime, seen: int | None = None) -> Trial:
    """Let no more instances come into it; those in it go on. A draft that is stopped is put away."""
    trial = _mine(trial_id, by, seen)
    if trial.state == STOPPED:
        raise Conflict("Uji ini sudah dihentikan.")
    if not why.strip():
        message = "Sebutkan alasannya."
        raise Invalid(message, errors=[Problem("/reason", message)])
    trial.state, trial.stopped_at = STOPPED, at
    db.session.flush()
    _record(trial, models.STOPPED, by, at, why.strip())
    return trial


def diagram_for(key: str, by: Caller) -> Diagram:
    """The diagram, if its office is one of his. Raises `NotFound`."""
    diagram = diagram_of(key)
    if diagram.agency_id not in by.agencies and not by.everywhere():
        raise NotFound("Tidak ada diagram “{key}”.", key=key)
    return diagram


def visible(trial_id: uuid.UUID, by: Caller) -> Trial:
    """The trial, if it is for his eyes. Raises `NotFound`, or `NotAllowed` to who works there in another role."""
    trial = trial_of(trial_id)
    if trial.agency_id not in by.agencies and not by.everywhere():
        raise NotFound(NO_CASE)
    policy.must_read_comparisons(by, trial.agency_id)
    return trial


def _mine(trial_id: uuid.UUID, by: Caller, seen: int | None) -> Trial:
    trial = held_trial(trial_id)
    if trial.agency_id not in by.agencies and not by.everywhere():
        raise NotFound(NO_CASE)
    policy.must_own_diagrams(by, trial.agency_id)
    must_be_current(trial.rev, seen)
    return trial


def _record(trial: Trial, act: str, by: Caller, at: datetime, why: str = "") -> None:
    db.session.add(TrialAct(trial_id=trial.id, at=at, by_id=by.person_id, by_name=by.name, act=act, why=why))
    db.session.flush()


def _kept_stopping(rule: StoppingRule) -> dict[str, Any]:
    last_day = rule.last_day.isoformat() if rule.last_day else None
    return {"per_arm": rule.per_arm, "looks": rule.looks, "last_day": last_day}


# ---- can it be so? ---------------------------------------------------------------------------------------------


def _must_hold(problems: Iterable[Problem]) -> None:
    found = list(problems)
    if found:
        raise Invalid(found[0].message, errors=found, **dict(found[0].params))


def _versions(plan: Plan, agency_id: uuid.UUID) -> list[Loaded]:
    """The versions of the arms, all live, all of this agency."""
    versions: list[Loaded] = []
    problems: list[Problem] = []
    for place, (key, n) in enumerate(plan.arms):
        try:
            version = live(key, n)
        except (NotFound, Conflict) as refusal:
            problems.append(Problem(f"/arms/{place}", refusal.message, tuple(refusal.params.items())))
            continue
        if version.agency_id != agency_id:
            problems.append(Problem(f"/arms/{place}", "Tidak ada diagram “{key}”.", (("key", key),)))
        versions.append(version)
    _must_hold(problems)
    return versions


def _problems(plan: Plan, versions: Sequence[Loaded]) -> Iterator[Problem]:
    if not plan.name.strip():
        yield Problem("/name", "Beri nama uji ini.")
    if not 2 <= len(versions) <= MOST_ARMS:
        yield Problem("/arms", "Pilih dua sampai {most} versi untuk dibandingkan.", (("most", MOST_ARMS),))
        return
    if len({version.id for version in versions}) < len(versions):
        yield Problem("/arms", "Versi yang sama disebut dua kali.")
    shown = default_of(plan.diagram)
    yield from _form_problems(shown, versions)
    forms = [_start_schema(version) for version in (shown, *versions)]
    yield from _rules_problems(plan.rules, len(versions), forms)
    yield from _strata_problems(plan, forms)
    yield from _stopping_problems(plan.stopping)


def _form_problems(shown: Loaded, versions: Iterable[Loaded]) -> Iterator[Problem]:
    """What is filled in on the one form that people see has to be good for whichever version is drawn."""
    for place, version in enumerate(versions):
        wrong = differing_fields(shown, version)
        if wrong:
            known = titles(_start_schema(shown)) | titles(_start_schema(version))
            named = ", ".join(known.get(name, name) for name in wrong)
            yield Problem(f"/arms/{place}", DIFFERENT, (("n", version.n), ("fields", named)))


def _start_schema(version: Loaded) -> dict[str, Any]:
    return version.form(version.spec.start.id).schema


def _rules_problems(rules: Sequence[Rule], arms: int, forms: Sequence[Mapping[str, Any]]) -> Iterator[Problem]:
    if not 1 <= len(rules) <= MOST_RULES:
        yield Problem("/rules", "Tulis satu sampai {most} aturan pembagian.", (("most", MOST_RULES),))
    for place, rule in enumerate(rules):
        yield from _rule_problems(rule, f"/rules/{place}", arms, forms)


def _rule_problems(rule: Rule, at: str, arms: int, forms: Sequence[Mapping[str, Any]]) -> Iterator[Problem]:
    if len(rule.shares) != arms:
        yield Problem(f"{at}/shares", "Tulis satu bagian untuk tiap versi.")
    elif not all(0 <= share <= LARGEST_SHARE for share in rule.shares) or not any(rule.shares):
        message = "Bagian harus bilangan bulat dari 0 sampai {most}, dan tidak semuanya nol."
        yield Problem(f"{at}/shares", message, (("most", LARGEST_SHARE),))
    for channel in rule.channels:
        if channel not in CHANNELS:
            yield Problem(f"{at}/channels", "Saluran “{channel}” tidak dikenal.", (("channel", channel),))
    if rule.first_day and rule.last_day and rule.first_day > rule.last_day:
        yield Problem(f"{at}/last_day", "Tanggal akhir mendahului tanggal awal.")
    for name, values in rule.values.items():
        yield from _field_problems(name, f"{at}/values/{name}", forms, shared_fields(forms))
        if not values:
            yield Problem(f"{at}/values/{name}", "Sebutkan isian mana yang dimaksud.")
        yield from _value_problems(name, values, f"{at}/values/{name}", forms)


def _value_problems(
    name: str, values: tuple[Any, ...], at: str, forms: Sequence[Mapping[str, Any]]
) -> Iterator[Problem]:
    """Of a field with a choice, only what can be chosen; else the rule would never fit."""
    choices = sortable_fields(forms).get(name)
    for value in values:
        if choices is not None and not any(type(value) is type(known) and value == known for known in choices):
            told = (("value", str(value)[:100]), ("field", titles(forms[0]).get(name, name)))
            yield Problem(at, "“{value}” bukan pilihan pada isian “{field}”.", told)


def _strata_problems(plan: Plan, forms: Sequence[Mapping[str, Any]]) -> Iterator[Problem]:
    if len(plan.by_fields) > MOST_STRATA:
        yield Problem("/strata/fields", "Paling banyak {most} isian untuk penyeimbangan.", (("most", MOST_STRATA),))
    allowed = set(sortable_fields(forms))
    for place, name in enumerate(plan.by_fields):
        yield from _field_problems(name, f"/strata/fields/{place}", forms, allowed)


def _field_problems(name: str, at: str, forms: Sequence[Mapping[str, Any]], allowed: set[str]) -> Iterator[Problem]:
    told = (("field", titles(forms[0]).get(name, name)[:100]),)
    if any(name in identity_fields(form) for form in forms):
        yield Problem(at, "Isian “{field}” menyebut siapa pelapornya; itu tidak boleh menentukan versinya.", told)
    elif name not in titles(forms[0]):
        yield Problem(at, "Isian “{field}” tidak ada pada formulir awal.", told)
    elif name not in allowed:
        message = "Isian “{field}” tidak dapat dipakai: tidak sama pada semua versi, atau bukan pilihan tertentu."
        yield Problem(at, message, told)


def _stopping_problems(rule: StoppingRule) -> Iterator[Problem]:
    if not LEAST_PER_ARM <= rule.per_arm <= LARGEST_NUMBER:
        told = (("least", LEAST_PER_ARM), ("most", LARGEST_NUMBER))
        yield Problem("/stopping/per_arm", "Tulis jumlah dari {least} sampai {most} untuk tiap versi.", told)
    if not 1 <= rule.looks <= MOST_LOOKS:
        yield Problem("/stopping/looks", "Tulis satu sampai {most} peninjauan.", (("most", MOST_LOOKS),))


def gone(trial: Trial) -> list[Arm]:
    """The arms that new instances no longer come to although a rule shares them out."""
    shown = default_of(trial.diagram_key)
    return [arm for place, arm in enumerate(arms_of(trial)) if _is_gone(trial, place, arm, shown)]


def _is_gone(trial: Trial, place: int, arm: Arm, shown: Loaded) -> bool:
    if not any(rule.shares[place] for rule in rules_of(trial)):
        return False
    try:
        version = live(arm.diagram, arm.n)
    except Conflict:
        return True
    return bool(differing_fields(shown, version))
