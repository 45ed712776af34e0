"""Simulations: against theory, against the engine, against the calendar, and against themselves."""

import random
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from statistics import fmean
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from service import content
from service.calendars.working_time import Calendar
from service.diagrams.loading import Loaded, forms_of
from service.engine import Clock, MessageWaiting, Run, TaskWaiting, TimerWaiting, load_spec
from service.errors import Invalid
from service.rehearsals import net as nets
from service.rehearsals.decisions import asked_by, decisions_of
from service.rehearsals.hours import Hours
from service.rehearsals.net import net_of
from service.rehearsals.plan import USUAL, Plan, Reply, exponential, fixed
from service.rehearsals.simulating import Case, Round
from tests.engine.diagrams import (
    condition,
    end,
    event_gateway,
    exclusive,
    inclusive,
    message,
    parallel,
    subprocess,
    task,
    terminate,
    timer,
    times,
)
from tests.rehearsals.made import AGENCY, CALENDAR, choice, text_field, version

ZONE = ZoneInfo("Asia/Jakarta")
BEGIN = date(2026, 7, 1)


def _sop(key: str) -> Loaded:
    spec = load_spec(content.bpmn(key))
    return Loaded(AGENCY, AGENCY, key, 1, spec, forms_of(spec, content.forms(key)))


def _plan(loaded: Loaded, minutes: float = 30, per_day: float = 6, officers: int = 3, **shares: float) -> Plan:
    net = net_of(loaded.spec)
    outside = [*net.of_kind(nets.ASK), *net.of_kind(nets.MESSAGE)]
    return Plan(
        per_day,
        USUAL,
        {lane.id: officers for lane in loaded.spec.lanes} | {"": officers},
        {},
        {node.id: exponential(minutes * 60, USUAL) for node in net.of_kind(nets.WORK)},
        {node.id: Reply(exponential(5 * 86_400, USUAL), 0.5 if node.boundary or node.element.attached_to else 1, USUAL)
         for node in outside},
        {flow.id: 1 / len(gate.outgoing) for gate in loaded.spec.elements.values()
         for flow in loaded.spec.flows_from(gate.id)} | shares,
        {},
    )  # fmt: skip


def _round(loaded: Loaded, plan: Plan, cases: int, seed: int = 1, told: bool = False, **more: Any) -> Round:
    decisions = decisions_of(loaded.spec, loaded.forms)
    asked = asked_by(loaded.spec, loaded.forms, decisions.values())
    hours = Hours(more.pop("calendar", CALENDAR), BEGIN)
    made = Round(net_of(loaded.spec), plan, decisions, asked, hours, random.Random(seed), cases, told=told, **more)
    list(made.run())
    return made


# ---- against theory ----------------------------------------------------------------------------------------


def _desk(officers: int, per_day: float, minutes: float) -> Round:
    """One desk with lengths nobody plans: M/M/c in working time."""
    one = version(task("a", lane="loket"), end(), flows="mulai > a > selesai")
    return _round(one, _plan(one, minutes, per_day, officers), 25_000)


def test_one_desk_has_the_queue_that_theory_gives_it() -> None:
    made = _desk(1, per_day=10, minutes=30)
    load = 10 * 30 * 60 / made.hours.a_day
    waited = load / (1 - load) * 30 * 60
    assert made.seen.load["loket"] == pytest.approx(load, rel=0.03)
    assert fmean(made.seen.steps["a"].waits) == pytest.approx(waited, rel=0.08)
    assert made.seen.queue["loket"] == pytest.approx(load**2 / (1 - load), rel=0.1)


def test_two_officers_share_one_queue_as_theory_says() -> None:
    made = _desk(2, per_day=20, minutes=30)
    load = 20 * 30 * 60 / made.hours.a_day / 2
    waited = 30 * 60 * load**2 / (1 - load**2)
    assert fmean(made.seen.steps["a"].waits) == pytest.approx(waited, rel=0.08)


def test_an_officer_who_has_a_task_in_hand_and_is_not_busy_with_it_turns_to_the_next() -> None:
    one = version(task("a", lane="loket"), end(), flows="mulai > a > selesai")
    plan = _plan(one, 30, per_day=20, officers=1)
    busy, half = (_round(one, Plan(**{**vars(plan), "busy": {"a": share}}), 4_000) for share in (1.0, 0.4))
    assert busy.seen.load["loket"] > 1 > half.seen.load["loket"] > 0.4
    assert fmean(half.seen.steps["a"].waits) < 30 * 60 < fmean(busy.seen.steps["a"].waits)
    assert fmean(half.seen.steps["a"].handled) == pytest.approx(30 * 60, rel=0.05)


def test_shares_of_a_gateway_are_kept_to() -> None:
    loaded = _sop("layanan_pengaduan")
    by_mouth, by_letter = loaded.spec.elements["apa_bentuk_pengaduan"].outgoing
    made = _round(loaded, _plan(loaded, 5, **{by_mouth: 0.8, by_letter: 0.2}), 2_000)
    assert made.seen.ends["selesai_lisan"] / len(made.seen.days) == pytest.approx(0.8, abs=0.03)


# ---- against the calendar ----------------------------------------------------------------------------------


def test_nobody_arrives_and_nobody_works_outside_the_hours() -> None:
    loaded = _sop("penanganan_pengaduan")
    made = _round(loaded, _plan(loaded, 40), 150, told=True, calendar=Calendar("Asia/Jakarta"))
    moments = [case.arrived for case in made.seen.cases]
    moments += [deed.at for case in made.seen.cases for deed in case.deeds or ()]
    calendar = Calendar("Asia/Jakarta")
    assert all(calendar.is_open(_moment(at) - timedelta(seconds=1)) for at in moments)


@pytest.mark.parametrize("standard", ["P3D", "P1D", "PT2H", "P1DT4H", "P2W"])
@pytest.mark.parametrize("clock", ["working", "elapsed"])
def test_hours_of_a_simulation_are_those_of_the_calendar(standard: str, clock: str) -> None:
    calendar, chance = Calendar("Asia/Makassar"), random.Random(7)
    hours = Hours(calendar, date(2026, 3, 1))
    duration = nets.parse_duration(standard)
    for _ in range(60):
        moment = datetime(2026, 3, 2, tzinfo=UTC) + timedelta(seconds=chance.randrange(300 * 86_400))
        due = calendar.due(moment, standard, clock)
        assert hours.due(moment.timestamp(), duration, clock) == pytest.approx(due.timestamp(), abs=0.01)
        later = moment + timedelta(seconds=chance.randrange(20 * 86_400))
        worked = hours.to_work(later.timestamp()) - hours.to_work(moment.timestamp())
        assert worked == pytest.approx(calendar.working_time_between(moment, later).total_seconds(), abs=0.01)


def test_an_office_that_never_opens_is_refused() -> None:
    with pytest.raises(Invalid):
        Hours(Calendar("Asia/Jakarta", days_off=frozenset(), periods=()), BEGIN)


# ---- against itself ----------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_result_and_another_one_another() -> None:
    loaded = _sop("sp4n_lapor")
    first, again, other = (_round(loaded, _plan(loaded), 300, seed) for seed in (3, 3, 4))
    assert first.seen.days == again.seen.days and first.seen.ends == again.seen.ends
    assert first.seen.days != other.seen.days


def test_all_that_come_in_come_to_an_end() -> None:
    loaded = _sop("pengaduan_masyarakat")
    made = _round(loaded, _plan(loaded), 300)
    assert made.finished == 300
    assert sum(made.seen.ends.values()) == len(made.seen.days) == 240


def test_a_loop_without_a_way_out_is_refused_in_words() -> None:
    loaded = _sop("penanganan_pengaduan")
    good, again = loaded.spec.elements["apakah_draf_disetujui"].outgoing
    with pytest.raises(Invalid, match="berputar"):
        _round(loaded, _plan(loaded, 1, **{good: 0.0, again: 1.0}), 100)


def test_what_cannot_be_reckoned_with_is_named() -> None:
    odd = version(
        task("a"), condition("menunggu_syarat", "x == 1"), end(), flows="mulai > a > menunggu_syarat > selesai"
    )
    with pytest.raises(Invalid, match="menunggu_syarat"):
        net_of(odd.spec)


# ---- against the engine ------------------------------------------------------------------------------------


def _moment(at: float) -> datetime:
    whole = int(at) if at == int(at) else int(at) + 1
    return datetime.fromtimestamp(whole, UTC)


def _could_have_happened(loaded: Loaded, case: Case, calendar: Calendar) -> None:
    """Give the engine what was done to a made-up case: it lets all of it happen, and comes to the same end."""
    assert case.deeds is not None
    begun = case.deeds[0]
    run = Run.start(loaded.spec, begun.answers, Clock(_moment(begun.at), calendar.due, ZONE))
    for deed in case.deeds[1:]:
        run = Run.load(loaded.spec, run.dump(), Clock(_moment(deed.at), calendar.due, ZONE))
        _do(loaded, run, deed.command, deed.element, deed.answers)
    assert (run.state, run.end) == ("completed", case.end), [(d.command, d.element, d.answers) for d in case.deeds]


def _do(loaded: Loaded, run: Run, command: str, element: str, answers: Mapping[str, Any]) -> None:
    here = [each for each in run.waiting if each.element == element]
    assert here, (command, element, run.waiting)
    match here[0]:
        case TaskWaiting(step_id=step_id):
            run.complete(step_id, answers)
        case TimerWaiting(step_id=step_id):
            assert run.fire(step_id), element
        case MessageWaiting():
            run.receive(loaded.spec.elements[element].message or "", answers)


@pytest.mark.parametrize("key", content.keys())
def test_every_made_up_complaint_could_have_happened(key: str) -> None:
    loaded = _sop(key)
    made = _round(loaded, _plan(loaded, 60, per_day=4), 60, told=True)
    assert len(made.seen.cases) == 60
    for case in made.seen.cases:
        _could_have_happened(loaded, case, CALENDAR)


TWICE_ASKED = version(
    task("a"), exclusive("g"), task("b"), task("c"), exclusive("m"), exclusive("h"), task("d"), end(), end("lain"),
    flows='mulai > a > g; g > b : x == "satu"; g > c : default; b > m; c > m; m > h; '
    'h > d : x in ["satu", "dua"]; h > lain : default; d > selesai',
    forms={"a": text_field("x", x=choice("satu", "dua", "tiga"))},
)  # fmt: skip

ODD = [
    TWICE_ASKED,
    version(
        parallel("p"), task("a"), task("b"),
        subprocess("s", task("c"), end("s_selesai"), flows="s_mulai > c > s_selesai"),
        parallel("j"), timer("w", "P1D"), end(),
        flows="mulai > p; p > a > j; p > b > j; p > s > j; j > w > selesai",
    ),
    version(
        task("a"), inclusive("i"), task("b"), task("c"), task("d"), inclusive("j"), end(),
        flows="mulai > a > i; i > b : x == 1; i > c : y == 1; i > d : default; b > j; c > j; d > j; j > selesai",
        forms={"a": text_field("x", "y", x={"type": "integer"}, y={"type": "integer"})},
    ),
    version(
        task("a"), event_gateway("e"), message("m", "surat"), timer("w", "P2D"), task("b"), end(), end("lewat"),
        flows="mulai > a > e; e > m > b > selesai; e > w > lewat",
    ),
    version(
        subprocess("s", task("c"), task("d"), end("s_selesai"), flows="s_mulai > c > d > s_selesai"),
        timer("w", "PT30M", on="s"), timer("v", "PT10M", on="s", interrupting=False), task("ingat"),
        end(), end("lewat"), end("teringat"),
        flows="mulai > s > selesai; w > lewat; v > ingat > teringat",
    ),
    version(
        parallel("p"), task("a"), task("b"), terminate("habis"), end(),
        flows="mulai > p; p > a > habis; p > b > selesai",
    ),
    version(
        task("a", loop=times("3")), task("b", loop=times("2", sequential=True)), end(),
        flows="mulai > a > b > selesai",
    ),
]  # fmt: skip
NAMES = ["twice asked", "parallel", "inclusive", "race", "interrupted", "terminated", "repeated"]


@pytest.mark.parametrize("loaded", ODD, ids=NAMES)
def test_every_made_up_case_of_an_odd_diagram_could_have_happened(loaded: Loaded) -> None:
    made = _round(loaded, _plan(loaded, 20, per_day=5, officers=2), 80, told=True)
    for case in made.seen.cases:
        _could_have_happened(loaded, case, CALENDAR)


def test_two_gateways_that_ask_the_same_never_contradict_each_other() -> None:
    made = _round(TWICE_ASKED, _plan(TWICE_ASKED, 5), 400)
    by_first, _ = TWICE_ASKED.spec.elements["g"].outgoing
    by_second, _ = TWICE_ASKED.spec.elements["h"].outgoing
    assert made.seen.flows[by_second] > made.seen.flows[by_first] > 0
    assert made.seen.ends["lain"] > 0


def test_a_message_that_never_comes_leaves_it_to_the_timer() -> None:
    loaded = _sop("sp4n_lapor")
    plan = _plan(loaded)
    never = {id_: Reply(fixed(86_400, USUAL), 0.0, USUAL) for id_ in plan.replies}
    made = _round(loaded, Plan(**{**vars(plan), "replies": never}), 100)
    assert set(made.seen.ends) == {"ditutup_sistem"}
