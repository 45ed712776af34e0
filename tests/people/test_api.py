"""Calls about people, as an administrator's script makes them."""

import pytest

from tests.client import Client

OFFICE = "dinsos-jambi"
BUDI = {"username": f"budi@{OFFICE}", "name": "Budi Santoso", "password": "kalimat yang panjang"}


def test_agencies_are_those_in_which_one_holds_something(client: Client) -> None:
    assert [one["key"] for one in client.get("/agencies", by=f"petugas@{OFFICE}")["items"]] == [OFFICE]
    assert len(client.get("/agencies", by="admin")["items"]) == 5


def test_somebody_entered_signs_in_until_he_is_shut_out(client: Client) -> None:
    entered = client.post("/people", BUDI, by="admin")
    assert entered["active"] and "password" not in entered
    token = client.post("/session", {"username": BUDI["username"], "password": BUDI["password"]})["token"]
    mine = {"Authorization": f"Bearer {token}"}
    assert client.call("GET", "/me", headers=mine).status_code == 200
    change = client.call("PUT", f"/people/{entered['id']}", json={"active": False, "name": "Budi"}, by="admin")
    assert change.status_code == 200 and change.json is not None and not change.json["active"]
    assert client.call("GET", "/me", headers=mine).status_code == 401


def test_people_come_page_by_page(client: Client) -> None:
    first = client.get("/people?limit=20", by="admin")
    rest = client.get(f"/people?limit=200&after={first['next']}", by="admin")
    names = [one["username"] for one in (*first["items"], *rest["items"])]
    assert names == sorted(names) and len(set(names)) == len(names) > 20 and rest["next"] is None
    here = client.get(f"/people?agency={OFFICE}&q=petugas&active=true", by="admin")["items"]
    assert {one["username"] for one in here} == {f"petugas@{OFFICE}", f"petugas_teknis@{OFFICE}"}


@pytest.mark.parametrize("by", [f"atasan@{OFFICE}", f"petugas@{OFFICE}", "auditor"])
def test_people_are_for_administrators(client: Client, by: str) -> None:
    nobody = "/people/0192f0c1-2345-7abc-8def-0123456789ab"
    assert client.call("GET", "/people", by=by).status_code == 403
    assert client.call("POST", "/people", json=BUDI, by=by).status_code == 403
    assert client.call("PUT", nobody, json={"name": "Budi", "active": False}, by=by).status_code == 403


def test_a_taken_user_name_and_an_unfit_one_are_refused(client: Client) -> None:
    assert client.call("POST", "/people", json=BUDI | {"username": "admin"}, by="admin").status_code == 409
    assert client.call("POST", "/people", json=BUDI | {"username": "Budi Santoso"}, by="admin").status_code == 422
