"""Making, starting and stopping trials: what is refused, in words, and what is recorded."""

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from service.database import db
from service.diagrams.models import RETIRED, version_of
from service.diagrams.trial_tables import DRAFT, RUNNING, STOPPED, Rule
from service.errors import Conflict, Invalid, NotAllowed, NotFound, Stale
from service.trials import models
from service.trials.commands import Plan, gone, make, start, stop, visible
from service.trials.stopping import StoppingRule
from tests.complaints.office import AT, KEY, another, auditor, officer, owner, supervisor
from tests.trials.office import another_version, forms, plan, trial, two_versions


@pytest.fixture(autouse=True)
def office_with_two_versions(app: Flask) -> None:
    two_versions()


def wrong_with(wanted: Plan) -> dict[str, str]:
    with pytest.raises(Invalid) as refused:
        make(wanted, owner(), AT)
    return {problem.pointer: str(problem.sentence) for problem in refused.value.errors}


def test_a_trial_goes_from_draft_over_running_to_stopped_and_each_is_recorded() -> None:
    made = make(plan(), owner(), AT)
    assert (made.state, made.started_at) == (DRAFT, None)
    start(made.id, owner(), AT)
    assert (made.state, made.started_at) == (RUNNING, AT)
    stop(made.id, " cukup jelas ", owner(), AT)
    assert (made.state, made.stopped_at) == (STOPPED, AT)
    acts = [(act.act, act.by_name, act.why) for act in models.acts_of(made.id)]
    assert acts == [
        ("made", "Orang owner", ""),
        ("started", "Orang owner", ""),
        ("stopped", "Orang owner", "cukup jelas"),
    ]


def test_only_one_trial_runs_at_a_door() -> None:
    running = trial()
    other = make(plan(name="Yang lain"), owner(), AT)
    with pytest.raises(Conflict):
        start(other.id, owner(), AT)
    stop(running.id, "cukup", owner(), AT)
    assert start(other.id, owner(), AT).state == RUNNING


def test_what_has_run_is_not_started_or_stopped_twice() -> None:
    running = trial()
    with pytest.raises(Conflict):
        start(running.id, owner(), AT)
    with pytest.raises(Invalid):
        stop(running.id, "  ", owner(), AT)
    with pytest.raises(Stale):
        stop(running.id, "cukup", owner(), AT, seen=running.rev + 1)
    stop(running.id, "cukup", owner(), AT)
    with pytest.raises(Conflict):
        stop(running.id, "lagi", owner(), AT)


@pytest.mark.parametrize("who", [supervisor, auditor, lambda: officer("loket")])
def test_trials_are_made_by_owners_only(who: Any) -> None:
    with pytest.raises(NotAllowed):
        make(plan(), who(), AT)
    running = trial()
    with pytest.raises(NotAllowed):
        stop(running.id, "cukup", who(), AT)


def test_owners_supervisors_and_auditors_read_them_and_nobody_else() -> None:
    running = trial()
    for who in (owner(), supervisor(), auditor()):
        assert visible(running.id, who) is running
    with pytest.raises(NotAllowed):
        visible(running.id, officer("loket"))
    for who in (owner(), auditor()):
        with pytest.raises(NotFound):
            visible(running.id, another(who))
        with pytest.raises(NotFound):
            make(plan(), another(who), AT)


def test_nothing_may_be_drawn_or_ruled_by_who_somebody_is() -> None:
    wrong = wrong_with(plan(Rule((1, 1), values={"nama": ("Budi",)}), by_fields=["telp"]))
    assert "siapa pelapornya" in wrong["/rules/0/values/nama"]
    assert "siapa pelapornya" in wrong["/strata/fields/0"]


def test_arms_whose_start_forms_do_not_agree_are_refused_by_field() -> None:
    longer = forms()
    longer["mulai.schema.json"]["properties"]["rt"] = {"type": "string", "title": "RT", "maxLength": 3}
    longer["mulai.schema.json"]["required"].append("rt")
    another_version(3, made=longer)
    wrong = wrong_with(plan(arms=[(KEY, 1), (KEY, 3)]))
    assert "RT" in wrong["/arms/0"]


@pytest.mark.parametrize(
    ("rules", "pointer"),
    [
        ((), "/rules"),
        ((Rule((1, 1, 1)),), "/rules/0/shares"),
        ((Rule((0, 0)),), "/rules/0/shares"),
        ((Rule((-1, 2)),), "/rules/0/shares"),
        ((Rule((1, 101)),), "/rules/0/shares"),
        ((Rule((1, 1), channels=("merpati",)),), "/rules/0/channels"),
        ((Rule((1, 1), values={"kecamatan": ("barat",)}),), "/rules/0/values/kecamatan"),
        ((Rule((1, 1), values={"tak_ada": ("x",)}),), "/rules/0/values/tak_ada"),
        ((Rule((1, 1), values={"kecamatan": ()}),), "/rules/0/values/kecamatan"),
        ((Rule((1, 1), first_day=AT.date(), last_day=AT.date().replace(day=1)),), "/rules/0/last_day"),
    ],
)
def test_a_rule_that_cannot_work_is_refused(rules: tuple[Rule, ...], pointer: str) -> None:
    assert pointer in wrong_with(replace(plan(), rules=rules))


@pytest.mark.parametrize(
    ("more", "pointer"),
    [
        ({"name": " "}, "/name"),
        ({"arms": [(KEY, 1)]}, "/arms"),
        ({"arms": [(KEY, 1), (KEY, 1)]}, "/arms"),
        ({"arms": [(KEY, 1), (KEY, 9)]}, "/arms/1"),
        ({"arms": [(KEY, 1), ("tak_ada", 1)]}, "/arms/1"),
        ({"by_fields": ["isi"]}, "/strata/fields/0"),
        ({"by_fields": ["tak_ada"]}, "/strata/fields/0"),
        ({"stopping": StoppingRule(5)}, "/stopping/per_arm"),
        ({"stopping": StoppingRule(30, 9)}, "/stopping/looks"),
    ],
)
def test_a_plan_that_cannot_work_is_refused(more: dict[str, Any], pointer: str) -> None:
    assert pointer in wrong_with(plan(**more))


def test_a_field_that_is_not_the_same_everywhere_sorts_nothing() -> None:
    wider = forms()
    wider["mulai.schema.json"]["properties"]["kecamatan"] = {
        "type": "string", "title": "Kecamatan", "enum": ["utara", "selatan", "barat"]
    }  # fmt: skip
    another_version(3, made=wider)
    wrong = wrong_with(plan(arms=[(KEY, 2), (KEY, 3)], by_fields=["kecamatan"]))
    assert "tidak sama pada semua versi" in wrong["/strata/fields/0"]


def test_a_version_of_another_office_is_no_arm() -> None:
    assert wrong_with(plan(arms=[(KEY, 1), ("pengaduan_langsung", 1)]))


def test_a_retired_arm_is_told() -> None:
    running = trial()
    assert gone(running) == []
    version_of(KEY, 1).state = RETIRED
    db.session.flush()
    assert [arm.n for arm in gone(running)] == [1]
    with pytest.raises(Invalid):
        make(plan(), owner(), AT)


def test_a_draft_whose_version_was_retired_meanwhile_does_not_start() -> None:
    made = make(plan(), owner(), AT)
    version_of(KEY, 1).state = RETIRED
    db.session.flush()
    with pytest.raises(Conflict):
        start(made.id, owner(), AT)
