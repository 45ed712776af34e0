"""Many calls at the same moment against a server with several processes: each thing is done once, all are told."""

from typing import Any
from uuid import uuid4

import pytest

from service.demo import OFFICES
from service.forms.sample import sample
from tests.client import Client
from tests.conftest import Place
from tests.races.meeting import at_once
from tests.running import Insistent, Line, Server
from tests.sops.test_paths import Choices, hand_in, the_instance

pytestmark = pytest.mark.races

SOP, AGENCY = "layanan_pengaduan", "diskop-sulteng"
CROWD = 50


@pytest.fixture
def office(place: Place, server: Server) -> Insistent:
    return Insistent(Client(place.app), server.port, timeout=120)


def _complaint(office: Insistent, **more: Any) -> dict[str, Any]:
    form = office.get(f"/diagrams/{SOP}/form")
    return {"diagram": SOP, "answers": sample(form["schema"]), **more}


def _post(office: Insistent, path: str, body: Any, **headers: str) -> Any:
    return lambda: Line(office.port).ask("POST", path, body, headers)


def _officer(office: Insistent, name: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {office.client.token(f'{name}@{AGENCY}')}"}


def test_a_crowd_at_each_task_of_a_way_completes_it_once_and_is_told_who_did(office: Insistent) -> None:
    choices = Choices({"bentuk_pengaduan": "tertulis", "keputusan": ["tidak_setuju", "setuju"]})
    handed = hand_in(office, SOP)  # type: ignore[arg-type]
    instance = the_instance(office, handed["number"], f"petugas@{AGENCY}")  # type: ignore[arg-type]
    steps = 0
    while instance["state"] == "running":
        (task,) = instance["tasks"]
        form = office.get(f"/tasks/{task['id']}/form", by=f"petugas@{AGENCY}")
        body = {"answers": sample(form["schema"], choices.for_form(form["schema"]))}
        crowd = [_officer(office, name) for name in ("petugas", task["lane"])] * 4
        came = at_once([_post(office, f"/tasks/{task['id']}/complete", body, **who) for who in crowd])
        (done,) = [said for status, said, _ in came if status == 200]
        assert sorted(status for status, _, _ in came) == [200] + [409] * 7
        steps, instance = steps + 1, done["instance"]
        moves = office.get(f"/instances/{instance['id']}/history", by=f"atasan@{AGENCY}")["items"]
        assert len(moves) == 1 + steps
        refusals = {said["detail"] for status, said, _ in came if status == 409}
        assert refusals == {f"Tugas ini sudah selesai dikerjakan oleh {moves[-1]['by']}."}
    assert instance["end"] == "selesai"


def test_one_key_sent_by_fifty_at_once_has_one_effect_and_one_answer(office: Insistent) -> None:
    body, key = _complaint(office), {"Idempotency-Key": str(uuid4())}
    before = _count(office)
    came = at_once([_post(office, "/complaints", body, **key)] * CROWD)
    assert {status for status, _, _ in came} == {201}
    assert len({(said["number"], said["pin"]) for _, said, _ in came}) == 1
    assert sum("Idempotency-Replayed" in headers for _, _, headers in came) == CROWD - 1
    assert _count(office) == before + 1
    (handed,) = {(said["number"], said["pin"]) for _, said, _ in came}
    assert office.get(f"/complaints/{handed[0]}", pin=handed[1])["number"] == handed[0]


def test_one_key_with_another_body_is_refused_and_does_nothing(office: Insistent) -> None:
    body, key = _complaint(office), {"Idempotency-Key": str(uuid4())}
    other = body | {"anonymous": True}
    before = _count(office)
    came = at_once([_post(office, "/complaints", each, **key) for each in [body, other] * 8])
    assert sorted(status for status, _, _ in came) == [201] * 8 + [422] * 8
    assert _count(office) == before + 1


def test_one_key_used_by_two_people_belongs_to_each_of_them(office: Insistent) -> None:
    body, key = _complaint(office, channel="telephone"), {"Idempotency-Key": str(uuid4())}
    people = [_officer(office, name) for name in ("petugas", "petugas_pelayanan")] * 4
    before = _count(office)
    came = at_once([_post(office, "/complaints", body, **key, **who) for who in people])
    assert {status for status, _, _ in came} == {201}
    assert len({said["number"] for _, said, _ in came}) == 2
    assert _count(office) == before + 2


def test_a_key_says_the_same_answer_to_a_completion_however_often_it_is_sent(office: Insistent) -> None:
    handed = hand_in(office, SOP)  # type: ignore[arg-type]
    instance = the_instance(office, handed["number"], f"petugas@{AGENCY}")  # type: ignore[arg-type]
    (task,) = instance["tasks"]
    form = office.get(f"/tasks/{task['id']}/form", by=f"petugas@{AGENCY}")
    body, who = {"answers": sample(form["schema"])}, _officer(office, "petugas")
    path = f"/tasks/{task['id']}/complete"
    came = at_once([_post(office, path, body, **{"Idempotency-Key": str(uuid4())}, **who) for _ in range(4)])
    assert sorted(status for status, _, _ in came) == [200, 409, 409, 409]
    key = {"Idempotency-Key": str(uuid4())}
    assert {status for status, _, _ in at_once([_post(office, path, body, **key, **who)] * 4)} == {409}


def test_complaints_of_five_offices_handed_in_at_once_are_all_kept_under_numbers_of_their_own(
    office: Insistent,
) -> None:
    forms = {each.diagram: office.get(f"/diagrams/{each.diagram}/form")["schema"] for each in OFFICES}
    bodies = [{"diagram": sop, "answers": sample(schema)} for sop, schema in forms.items()] * 8
    before = _count(office)
    came = at_once([_post(office, "/complaints", body) for body in bodies])
    assert {status for status, _, _ in came} == {201}
    assert len({said["number"] for _, said, _ in came}) == len(bodies)
    assert _count(office) == before + len(bodies)


def _count(office: Insistent) -> int:
    return sum(each["open_instances"] for each in office.get("/diagrams", by="auditor")["items"])
