"""Two calls meet at one instance, in every order there is: each time it is as if one had come after the other."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from tests.client import Client
from tests.races.desk import Answer, Case, Desk, assert_whole
from tests.races.meeting import all_meetings

pytestmark = pytest.mark.races

SP4N = ("sp4n_lapor", "diskop-samarinda")


@pytest.fixture
def desk(client: Client) -> Iterator[Desk]:
    desk = Desk(client, *SP4N)
    for name in ("petugas", "atasan", "admin_instansi", "admin_opd"):
        desk.by(name)
    yield desk
    assert_whole(client)


def waits_for_complainant(now: dict[str, Any]) -> bool:
    return bool(now["tasks"]) and now["tasks"][0]["row"] == "5"


def ask(*outcomes: Answer) -> list[int]:
    return sorted(status for status, _ in outcomes)


def refused(*outcomes: Answer) -> str:
    """What the one who was refused is told."""
    (body,) = [body for status, body in outcomes if status == 409]
    return str(body["detail"])


# ---- two people at one task ------------------------------------------------------------------------------------


def test_of_two_completions_one_is_kept_and_the_other_is_told_who_was_faster(demo_app: Flask, desk: Desk) -> None:
    case: Case

    def prepare() -> tuple[Any, Any]:
        nonlocal case
        case = desk.handed_in()
        task = case.task()
        return case.complete(task, "petugas"), case.complete(task, "admin_instansi")

    for one, two in all_meetings(demo_app, prepare):
        assert ask(one, two) == [200, 409]
        winner = case.moves()[-1]["by"]
        assert winner in refused(one, two)
        assert case.said() == ["start", "complete"]


def test_also_of_two_completions_of_the_last_task_the_slower_is_told_who_was_faster(client: Client) -> None:
    desk = Desk(client, "layanan_pengaduan", "diskop-sulteng")
    choices = {"bentuk_pengaduan": "lisan"}
    case: Case

    def prepare() -> tuple[Any, Any]:
        nonlocal case
        case = desk.handed_in().until(lambda now: now["tasks"][0]["row"] == "5", choices)
        task = case.task()
        return case.complete(task, "petugas"), case.complete(task, "unit_pelaksana")

    for one, two in all_meetings(client.app, prepare):
        assert ask(one, two) == [200, 409]
        assert case.now()["state"] == "completed"
        assert case.moves()[-1]["by"] in refused(one, two)
    assert_whole(client)


def test_of_two_claims_one_is_kept_and_the_other_is_told_whose_it_is(demo_app: Flask, desk: Desk) -> None:
    case: Case

    def prepare() -> tuple[Any, Any]:
        nonlocal case
        case = desk.handed_in()
        task = case.task()
        return case.claim(task, "petugas"), case.claim(task, "admin_instansi")

    for one, two in all_meetings(demo_app, prepare):
        assert ask(one, two) == [200, 409]
        assert case.task()["assignee"] in refused(one, two)


@pytest.mark.parametrize("claims_first", [True, False])
def test_what_one_has_claimed_another_does_not_complete_at_the_same_moment(
    demo_app: Flask, desk: Desk, claims_first: bool
) -> None:
    case: Case

    def prepare() -> tuple[Any, Any]:
        nonlocal case
        case = desk.handed_in()
        task = case.task()
        calls = case.claim(task, "petugas"), case.complete(task, "admin_instansi")
        return calls if claims_first else (calls[1], calls[0])

    for one, two in all_meetings(demo_app, prepare):
        claimed = one if claims_first else two
        assert ask(one, two) == [200, 409]
        assert case.said() == (["start"] if claimed[0] == 200 else ["start", "complete"])
        assert ("Petugas" if claimed[0] == 200 else case.moves()[-1]["by"]) in refused(one, two)


def test_of_two_drafts_of_one_form_the_second_does_not_overwrite_what_it_has_not_seen(
    demo_app: Flask, desk: Desk
) -> None:
    case: Case

    def draft(case: Case, task: dict[str, Any], tag: str, word: str) -> Any:
        path, body = f"/tasks/{task['id']}/draft", {"answers": {"catatan": word}}
        return case.call("PUT", path, body, by=desk.by("petugas"), headers={"If-Match": tag})

    def prepare() -> tuple[Any, Any]:
        nonlocal case
        case = desk.handed_in()
        task = case.task()
        tag = desk.client.call("GET", f"/tasks/{task['id']}", by=desk.by("petugas")).headers["ETag"]
        return draft(case, task, tag, "satu"), draft(case, task, tag, "dua")

    for one, two in all_meetings(demo_app, prepare):
        assert ask(one, two) == [200, 412]


# ---- the supervisor --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["cancel", "suspend"])
@pytest.mark.parametrize("supervisor_first", [True, False])
def test_a_completion_comes_before_the_supervisor_or_not_at_all(
    demo_app: Flask, desk: Desk, verb: str, supervisor_first: bool
) -> None:
    case: Case

    def prepare() -> tuple[Any, Any]:
        nonlocal case
        case = desk.handed_in()
        calls = case.supervise(verb), case.complete(case.task(), "petugas")
        return calls if supervisor_first else (calls[1], calls[0])

    for one, two in all_meetings(demo_app, prepare):
        supervised, completed = (one, two) if supervisor_first else (two, one)
        assert supervised[0] == 200
        assert case.said() == {200: ["start", "complete", verb], 409: ["start", verb]}[completed[0]]
        assert bool(case.now()["tasks"]) == (verb == "suspend")


def test_what_was_seen_before_a_completion_is_not_cancelled_after_it(demo_app: Flask, desk: Desk) -> None:
    case: Case

    def prepare() -> tuple[Any, Any]:
        nonlocal case
        case = desk.handed_in()
        seen = desk.client.call("GET", f"/instances/{case.id}", by=desk.by("atasan")).headers["ETag"]
        return case.supervise("cancel", **{"If-Match": seen}), case.complete(case.task(), "petugas")

    for one, two in all_meetings(demo_app, prepare):
        expected = {200: (409, ["start", "cancel"]), 412: (200, ["start", "complete"])}
        assert (two[0], case.said()) == expected[one[0]]


# ---- the complainant, a message, the time ----------------------------------------------------------------------

ENDS = {"complete": "ditutup_pengadu", "message": "ditutup_admin", "timer": None}


def _calls(case: Case) -> dict[str, Any]:
    return {
        "complete": case.complete_publicly(case.task(), {"tanggapan": "selesai"}),
        "message": case.send("pengaduan_ditutup_admin"),
        "timer": case.fire(),
    }


@pytest.mark.parametrize(
    ("first", "second"),
    [(one, two) for one in ENDS for two in ENDS if one != two] + [("timer", "timer"), ("complete", "complete")],
)
def test_of_complainant_message_and_time_only_one_closes_the_complaint(
    demo_app: Flask, desk: Desk, first: str, second: str
) -> None:
    case: Case

    def prepare() -> tuple[Any, Any]:
        nonlocal case
        case = desk.handed_in().until(waits_for_complainant)
        calls = _calls(case)
        return calls[first], calls[second]

    for one, two in all_meetings(demo_app, prepare):
        assert ask(one, two) == [200, 409]
        winner = first if one[0] == 200 else second
        assert case.said()[5:] == [winner]
        now = case.now()
        assert (now["state"], now["tasks"], now["timers"]) == ("completed", [], [])
        assert ENDS[winner] in (None, now["end"])


@pytest.mark.parametrize("timer_first", [True, False])
@pytest.mark.parametrize("verb", ["cancel", "suspend"])
def test_a_timer_fires_before_the_supervisor_or_not_at_all(
    demo_app: Flask, desk: Desk, verb: str, timer_first: bool
) -> None:
    case: Case

    def prepare() -> tuple[Any, Any]:
        nonlocal case
        case = desk.handed_in().until(waits_for_complainant)
        calls = case.fire(), case.supervise(verb)
        return calls if timer_first else (calls[1], calls[0])

    for one, two in all_meetings(demo_app, prepare):
        assert ask(one, two) == [200, 409]
        fired = (one if timer_first else two)[0] == 200
        assert case.said()[5:] == (["timer"] if fired else [verb])
