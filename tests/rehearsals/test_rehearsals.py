"""Asking for a rehearsal, its progress, cancelling it, losing the process that works on it; whose eyes it is for."""

import logging
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from service import content
from service.database import db, transaction
from service.demo import DEPLOYER
from service.diagrams import commands as diagrams
from service.history.models import MoveRow
from service.instances.models import Instance
from service.rehearsals import commands, running
from service.rehearsals.models import CANCELLED, DONE, FAILED, RUNNING, WAITING, Rehearsal, rehearsal_of
from service.worker import rehearsing
from service.worker.rehearsing import rehearse_one
from tests.client import Client
from tests.contract.case import DIAGRAM, HEAD, OFFICE, OFFICER, OWNER, Case, hand_in

STRANGE_OWNER = "pemilik@diskop-malang"
BOTH_WAYS = ("apa_tanggapan_pengadu__ditutup_pengadu", "apa_tanggapan_pengadu__tindak_lanjuti_awal")
SMALL = {"cases": 60, "rounds": 2, "seed": 5}
REPLAY, SIMULATE = (f"/diagrams/{DIAGRAM}/versions/1/{verb}" for verb in ("replay", "simulate"))


def _now() -> datetime:
    return datetime.now(UTC)


def _work(app: Flask) -> int:
    """What a worker does; how many were worked off."""
    with app.app_context():
        count = 0
        while rehearse_one("a worker", _now):
            count += 1
        db.session.remove()
    return count


def _ask(client: Client, path: str = REPLAY, body: Any = None, by: str = OWNER) -> str:
    answer = client.call("POST", path, body or {}, by=by)
    assert answer.status_code == 202, answer.get_data(as_text=True)
    return str(answer.json["id"])


def _see(client: Client, id_: str, by: str = OWNER) -> dict[str, Any]:
    return dict(client.get(f"/rehearsals/{id_}", by=by))


def _done(client: Client, path: str = REPLAY, body: Any = None, by: str = OWNER) -> dict[str, Any]:
    id_ = _ask(client, path, body, by)
    assert _work(client.app) == 1
    seen = _see(client, id_, by)
    assert seen["state"] == DONE, seen
    return seen


@pytest.fixture
def stepwise(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every step is told at once."""
    monkeypatch.setattr(rehearsing, "BEAT_EVERY", 0.0)
    monkeypatch.setattr(running, "STEP", 1)
    yield


def _draft(client: Client, drawing: tuple[bytes, bytes] = (b"", b""), **asks: str) -> int:
    """A draft of the SOP with a change in its drawing, or a field more in the form of a step; its number."""
    forms, xml = content.forms(DIAGRAM), content.bpmn(DIAGRAM)
    assert drawing[0] in xml
    for step, name in asks.items():
        form = dict(forms[f"{step}.schema.json"])
        form["properties"] = {**form["properties"], name: {"type": "string", "title": name.title()}}
        forms = {**forms, f"{step}.schema.json": {**form, "required": [*form.get("required", ()), name]}}
    with client.app.app_context():
        with transaction():
            version, _ = diagrams.draft(xml.replace(*drawing), forms, DEPLOYER, _now(), OFFICE, "uji")
            n = int(version.n)
        db.session.remove()
    return n


def test_what_ran_on_the_live_version_goes_the_same_way_on_it(client: Client) -> None:
    hand_in(client).go_on(2)
    hand_in(client).wait_for_complainant()
    seen = _done(client)
    assert seen["result"]["counts"] == {"same": 2, "other": 0, "stops": 0, "destroyed": 0, "failed": 0}
    assert seen["result"]["versions"] == {"1": 2}
    assert (seen["done"], seen["whole"]) == (2, 2)


def test_a_draft_is_tried_out_and_the_field_that_nobody_answered_is_named_with_an_example(client: Client) -> None:
    case = hand_in(client)
    step = case.task()["element"]
    case.go_on(2)
    n = _draft(client, **{step: "nomor_agenda"})
    result = _done(client, f"/diagrams/{DIAGRAM}/versions/{n}/replay")["result"]
    assert result["counts"]["stops"] == 1
    (group,) = result["groups"]
    assert (group["why"], group["field"], group["title"]) == ("lacks", "nomor_agenda", "Nomor_Agenda")
    assert group["examples"] == [{"id": case.instance, "number": case.now()["number"]}]


def test_examples_are_told_only_to_whom_they_are_for(client: Client) -> None:
    for secret in (False, True):
        hand_in(client, secret=secret).go_on(1)
    _destroy_answers(client)
    by_owner, by_head = (_done(client, by=by)["result"]["groups"] for by in (OWNER, HEAD))
    assert [group["count"] for group in by_owner] == [group["count"] for group in by_head] == [2]
    assert (len(by_owner[0]["examples"]), len(by_head[0]["examples"])) == (1, 2)


def _destroy_answers(client: Client) -> None:
    with client.app.app_context():
        with transaction():
            db.session.query(MoveRow).update({MoveRow.answers: None})
        db.session.remove()


def test_a_result_holds_nothing_that_anybody_has_written(client: Client) -> None:
    case = hand_in(client).go_on(3)
    seen = _done(client)
    with client.app.app_context():
        written = {
            value
            for row in db.session.query(MoveRow).filter(MoveRow.instance_id == uuid.UUID(case.instance))
            for value in (row.answers or {}).values()
            if isinstance(value, str) and len(value) > 3
        }
        kept = str(rehearsal_of(uuid.UUID(seen["id"])).result)
    assert written
    assert not [value for value in written if value in kept]


def test_a_simulation_tells_both_versions_and_repeats_itself(client: Client) -> None:
    n = _draft(client, (b"P10D", b"P5D"))
    path = f"/diagrams/{DIAGRAM}/versions/{n}/simulate"
    first, again = _done(client, path, SMALL)["result"], _done(client, path, SMALL)["result"]
    assert first == again
    assert (first["candidate"]["n"], first["live"]["n"]) == (n, 1)
    assert first["candidate"]["days"]["median"]["least"] <= first["candidate"]["days"]["median"]["usual"]
    assert _done(client, path, SMALL | {"seed": 6})["result"]["candidate"]["days"] != first["candidate"]["days"]


def test_figures_are_learned_from_what_is_recorded_and_may_be_set_by_hand(client: Client) -> None:
    for _ in range(6):
        case = hand_in(client)
        client.post(f"/tasks/{case.task()['id']}/claim", by=OFFICER)
        body = {"answers": case.answers()}
        client.post(f"/tasks/{case.task()['id']}/complete", body, by=OFFICER)
    element = case.now()["tasks"][0]["element"]
    seen = _done(
        client, SIMULATE, SMALL | {"work": {element: {"usual": 45, "busy": 50}}, "officers": {"admin_instansi": 7}}
    )
    plan = seen["result"]["candidate"]["plan"]
    assert plan["learned_from"] == 6 and plan["per_day_source"] == "history"
    assert plan["work"][element] == {"minutes": 45.0, "busy": 0.5, "source": "hand", "seen": 0}
    assert [length["source"] for length in plan["work"].values()].count("history") == 1
    assert plan["officers"]["admin_instansi"] == 7


@pytest.mark.parametrize(
    "body",
    [
        {"cases": 10**9}, {"cases": 1}, {"rounds": 0}, {"cases": 10_000, "rounds": 20}, {"per_day": -1},
        {"per_day": 1e308}, {"seed": -3}, {"officers": {"bukan_lajur": 1}}, {"officers": {"admin_instansi": 0}},
        {"officers": {"admin_instansi": 10**7}}, {"work": {"bukan_langkah": {"usual": 5}}},
        {"work": {"tindak_lanjuti_awal": {"usual": 0}}}, {"work": {"tindak_lanjuti_awal": {"usual": 5, "least": 9}}},
        {"work": {"tindak_lanjuti_awal": {"usual": 5, "shape": "pareto"}}}, {"shares": {"bukan_panah": 50}},
        {"shares": {"apa_tanggapan_pengadu__ditutup_pengadu": 101}}, {"replies": {"bukan_langkah": {"days": 2}}},
        {"shares": dict.fromkeys(BOTH_WAYS, 60)},
        {"unknown": 1}, {"cases": "banyak"}, {"officers": []}, {"work": None},
    ],
)  # fmt: skip
def test_hostile_figures_are_refused(client: Client, body: dict[str, Any]) -> None:
    assert client.call("POST", SIMULATE, body, by=OWNER).status_code == 422


@pytest.mark.parametrize(
    "body", [{"most": 0}, {"most": 10**9}, {"versions": ["a"]}, {"since": "kemarin"}, {"versions": [True]},
             {"since": "2026-05-01", "until": "2026-04-01"}, {"most": 1.5}, {"until": "9999-12-31"}]
)  # fmt: skip
def test_hostile_choices_of_instances_are_refused(client: Client, body: dict[str, Any]) -> None:
    assert client.call("POST", REPLAY, body, by=OWNER).status_code == 422


def test_only_owners_and_supervisors_of_the_office_rehearse(client: Client) -> None:
    id_ = _ask(client)
    for by, status in (
        (None, 401),
        (STRANGE_OWNER, 404),
        (OFFICER, 403),
        ("auditor", 403),
        ("admin", 403),
        (HEAD, 200),
    ):
        assert client.call("GET", f"/rehearsals/{id_}", by=by).status_code == status, by
        assert client.call("POST", REPLAY, {}, by=by).status_code == (202 if status == 200 else status), by
    assert client.call("POST", f"/diagrams/{DIAGRAM}/versions/99/replay", {}, by=OWNER).status_code == 404
    assert client.call("GET", f"/rehearsals/{uuid.uuid4()}", by=OWNER).status_code == 404


def test_an_office_has_only_so_many_unfinished_ones(client: Client) -> None:
    for _ in range(commands.MOST_UNFINISHED):
        _ask(client)
    assert client.call("POST", REPLAY, {}, by=OWNER).status_code == 409
    assert _work(client.app) == commands.MOST_UNFINISHED
    _ask(client)


def test_progress_is_told_while_it_runs(client: Client, stepwise: None) -> None:
    for _ in range(3):
        hand_in(client)
    id_, told = _ask(client), []

    def look() -> bool:
        told.append((_see(client, id_)["state"], _see(client, id_)["done"]))
        return True

    with client.app.app_context():
        assert rehearse_one("a worker", _now, look)
    assert [state for state, _ in told] == [RUNNING] * len(told)
    assert {done for _, done in told} >= {0, 1, 2}
    assert _see(client, id_)["done"] == 3


def test_a_cancelled_one_is_not_worked_on_and_one_that_runs_stops(client: Client, stepwise: None) -> None:
    waiting = _ask(client)
    assert client.post(f"/rehearsals/{waiting}/cancel", by=HEAD)["state"] == CANCELLED
    assert _work(client.app) == 0
    assert client.call("POST", f"/rehearsals/{waiting}/cancel", by=OWNER).status_code == 409
    runs = _ask(client, SIMULATE, SMALL)

    def cancel() -> bool:
        client.call("POST", f"/rehearsals/{runs}/cancel", by=OWNER)
        return True

    with client.app.app_context():
        assert rehearse_one("a worker", _now, cancel)
    seen = _see(client, runs)
    assert (seen["state"], seen["result"]) == (CANCELLED, None)


def test_one_whose_process_was_killed_is_done_anew_by_the_next(client: Client) -> None:
    id_ = _ask(client)
    with client.app.app_context():
        with transaction():
            assert commands.claim("one that dies", _now() - timedelta(minutes=1))
        assert rehearse_one("the next", _now)
    assert _see(client, id_)["state"] == DONE


def test_one_that_is_worked_on_is_left_alone(client: Client) -> None:
    id_ = _ask(client)
    with client.app.app_context():
        with transaction():
            assert commands.claim("one that lives", _now())
        assert not rehearse_one("another", _now)
    assert _see(client, id_)["state"] == RUNNING


def test_whoever_was_taken_for_dead_writes_nothing_any_more(client: Client) -> None:
    id_ = uuid.UUID(_ask(client))
    with client.app.app_context():
        with transaction():
            commands.claim("slow", _now() - timedelta(minutes=1))
        with transaction():
            commands.claim("quick", _now())
        with transaction():
            assert not commands.beat(id_, "slow", 1, 2, _now())
            assert not commands.finish(id_, "slow", {}, _now())
            assert commands.beat(id_, "quick", 1, 2, _now())


def test_one_that_kills_every_process_is_given_up_in_words(client: Client) -> None:
    id_, at = _ask(client), _now() - timedelta(hours=1)
    with client.app.app_context():
        for turn in range(commands.MOST_TRIES):
            with transaction():
                assert commands.claim(f"{turn}", at + timedelta(minutes=turn))
        with transaction():
            assert commands.claim("last", _now()) is None
    seen = _see(client, id_)
    assert seen["state"] == FAILED and "3 kali" in seen["problem"]


def test_a_worker_that_has_to_stop_gives_it_back(client: Client, stepwise: None) -> None:
    id_ = _ask(client)
    with client.app.app_context():
        assert rehearse_one("one that stops", _now, lambda: False)
    assert _see(client, id_)["state"] == WAITING
    assert _work(client.app) == 1
    assert _see(client, id_)["state"] == DONE


def test_what_nobody_foresaw_is_a_failure_in_words_and_not_the_end_of_the_worker(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any) -> Any:
        raise ZeroDivisionError

    id_ = _ask(client, SIMULATE, SMALL)
    monkeypatch.setattr(running, "net_of", broken)
    with caplog.at_level(logging.CRITICAL):
        assert _work(client.app) == 1
    assert _see(client, id_)["state"] == FAILED
    assert "kesalahan sistem" in _see(client, id_)["problem"]


def test_a_rehearsal_changes_nothing_but_its_own_row(client: Client) -> None:
    case: Case = hand_in(client).go_on(2)
    with client.app.app_context():
        before = [(row.rev, row.seq, row.head, row.engine_state) for row in db.session.query(Instance)]
        moves = db.session.query(MoveRow).count()
        db.session.remove()
    _done(client)
    _done(client, SIMULATE, SMALL)
    with client.app.app_context():
        assert [(row.rev, row.seq, row.head, row.engine_state) for row in db.session.query(Instance)] == before
        assert db.session.query(MoveRow).count() == moves
    assert case.now()["state"] == "running"


def test_results_are_forgotten_after_a_year(client: Client) -> None:
    id_ = _done(client)["id"]
    with client.app.app_context():
        with transaction():
            assert commands.forget(_now() + timedelta(days=300)) == 0
        with transaction():
            assert commands.forget(_now() + timedelta(days=400)) == 1
        assert db.session.get(Rehearsal, uuid.UUID(id_)) is None
