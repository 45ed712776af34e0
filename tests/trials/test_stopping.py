"""The rule agreed before a trial: looks fixed beforehand, the risk spent over them, and what it says when."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from service.calendars.working_time import Calendar
from service.trials.measuring import ArmFigures, measure
from service.trials.observing import Observed, Runs, Tasks
from service.trials.stopping import ENOUGH, FOUND, GO_ON, RISK, WAIT, StoppingRule, advise, planned, spent
from service.trials.working import WorkingClock, clock

ZONE = "Asia/Jakarta"
BEGIN = datetime(2026, 3, 2, 1, tzinfo=UTC)
NOW = datetime(2026, 6, 1, 2, tzinfo=UTC)
HOURS: WorkingClock = clock(Calendar(ZONE), BEGIN, NOW)


def arm(days: list[float], now: datetime = NOW) -> ArmFigures:
    """Instances handed in one a day that took so many days each, as they stand at a moment."""
    every = np.array([(BEGIN + timedelta(days=n)).timestamp() for n in range(len(days))])
    begun = every <= now.timestamp()
    started, took = every[begun], np.array(days)[begun] * 86_400
    until = np.minimum(started + took, now.timestamp())
    finished = started + took <= now.timestamp()
    never = np.zeros(len(started), bool)
    runs = Runs(started, until, finished, never, never, ~finished, ~never, np.where(finished, 0, -1))
    none, no = np.empty(0, int), np.empty(0)
    tasks = Tasks(none, none, none, no, no, no, no, np.empty(0, bool), np.empty(0, bool))
    return measure(Observed(runs, tasks, (), (), ("selesai",), {}), HOURS, now, ZONE)


def slow(many: int) -> list[float]:
    return [7 + n % 5 for n in range(many)]


def quick(many: int) -> list[float]:
    return [1 + n % 4 / 4 for n in range(many)]


@pytest.mark.parametrize("looks", [1, 2, 3, 5])
@pytest.mark.parametrize("others", [1, 2])
def test_the_risk_of_all_looks_together_is_five_percent(looks: int, others: int) -> None:
    rule = planned(StoppingRule(100, looks), others)
    assert sum((1 - look.level) * others for look in rule) == pytest.approx(RISK)
    assert [look.level for look in rule] == sorted((look.level for look in rule), reverse=True)
    assert rule[-1].size == 100


def test_half_way_little_of_the_risk_is_spent() -> None:
    """Lan and DeMets (1983), table 1, two-sided 5 %: 0.0056 at one half."""
    assert spent(0.5) == pytest.approx(0.0056, abs=5e-5)
    assert spent(1) == pytest.approx(0.05)
    assert spent(0) == 0


def test_before_the_first_look_nothing_is_said() -> None:
    advice = advise(StoppingRule(30), [arm(slow(10)), arm(quick(40))], HOURS, NOW, ZONE)
    assert advice.code == WAIT
    assert advice.next is not None and advice.next.size == 30


def test_a_plain_difference_is_found_at_its_look() -> None:
    advice = advise(StoppingRule(40, 2), [arm(slow(50)), arm(quick(50))], HOURS, NOW, ZONE)
    assert advice.code == FOUND
    assert len(advice.looks) == 1 and advice.looks[0].size == 20
    assert advice.looks[0].intervals[0].high < 0


def test_without_a_difference_it_goes_on_and_ends_where_it_was_agreed() -> None:
    alike = [arm(slow(30)), arm(slow(30))]
    assert advise(StoppingRule(50, 2), alike, HOURS, NOW, ZONE).code == GO_ON
    assert advise(StoppingRule(30, 2), alike, HOURS, NOW, ZONE).code == ENOUGH


def test_a_look_counts_what_was_known_when_it_was_due_however_late_it_is_read() -> None:
    soon = datetime(2026, 4, 3, 2, tzinfo=UTC)
    early, late = (
        advise(StoppingRule(20), [arm(slow(60), when), arm(quick(60), when)], HOURS, when, ZONE).looks[0]
        for when in (soon, NOW)
    )
    assert early.at == late.at is not None
    assert early.intervals == late.intervals


def test_the_last_day_ends_it_with_all_the_risk_that_is_left() -> None:
    rule = StoppingRule(500, 2, date(2026, 5, 1))
    advice = advise(rule, [arm(slow(40)), arm(slow(40))], HOURS, NOW, ZONE)
    assert advice.code == ENOUGH
    assert advice.looks[0].level == pytest.approx(1 - RISK)
    assert advice.looks[0].at == datetime(2026, 5, 1, 17, tzinfo=UTC)
    assert advise(rule, [arm(slow(40)), arm(quick(40))], HOURS, NOW, ZONE).code == FOUND
    before = advise(StoppingRule(500, 2, date(2026, 7, 1)), [arm(slow(40)), arm(quick(40))], HOURS, NOW, ZONE)
    assert before.code == WAIT
