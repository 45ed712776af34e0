"""Complaints that come in at the same moment are shared out as evenly as those that come one after the other."""

from collections import Counter
from typing import Any

import pytest
from flask import Flask

from service.forms.sample import sample
from tests.client import Client
from tests.races.meeting import all_meetings, at_once
from tests.trials.test_api import DESK, HEAD, KEY, OWNER, plan, running, second_version

pytestmark = pytest.mark.races


def _hand_in(client: Client) -> Any:
    form = client.get(f"/diagrams/{KEY}/form")
    answers = sample(form["schema"])

    def go() -> tuple[int, Any]:
        answer = client.call("POST", "/complaints", {"diagram": KEY, "answers": answers, "channel": "web"})
        return answer.status_code, answer.json

    return go


def _arms(client: Client, trial: str) -> Counter[int]:
    arms = client.get(f"/trials/{trial}", by=OWNER)["arms"]
    return Counter({place: arm["instances"] for place, arm in enumerate(arms)})


def test_two_at_once_never_take_the_same_place(demo_app: Flask, client: Client) -> None:
    """After each pair the arms are at most one block apart, and level at its end."""
    second_version(client)
    trial = running(client, strata={})
    for username in (DESK, HEAD, OWNER):
        client.token(username)
    call = _hand_in(client)
    handed = 0
    for one, two in all_meetings(demo_app, lambda: (call, call), apart=6):
        assert (one[0], two[0]) == (201, 201)
        handed += 2
        counted = _arms(client, trial)
        assert sum(counted.values()) == handed
        assert abs(counted[0] - counted[1]) <= (0 if handed % 4 == 0 else 2)


def test_many_at_once_are_shared_out_exactly(client: Client) -> None:
    second_version(client)
    trial = running(client, strata={})
    call = _hand_in(client)
    assert [status for status, _ in at_once([call] * 8)] == [201] * 8
    assert _arms(client, trial) == {0: 4, 1: 4}


def test_of_two_starts_at_one_door_one_is_kept(demo_app: Flask, client: Client) -> None:
    second_version(client)
    client.token(OWNER)

    def start(trial: str) -> Any:
        def go() -> tuple[int, Any]:
            answer = client.call("POST", f"/trials/{trial}/start", by=OWNER)
            return answer.status_code, answer.json

        return go

    def prepare() -> tuple[Any, Any]:
        for trial in client.get("/trials?state=running", by=OWNER)["items"]:
            client.post(f"/trials/{trial['id']}/stop", {"reason": "diulang"}, by=OWNER)
        one, two = (client.post("/trials", plan(name=name), by=OWNER)["id"] for name in ("satu", "dua"))
        return start(one), start(two)

    for one, two in all_meetings(demo_app, prepare, apart=5):
        assert sorted((one[0], two[0])) == [200, 409]
