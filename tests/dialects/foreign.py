"""Diagrams made in the manner of other tools, and what tests do with them over the API."""

import io
from pathlib import Path
from typing import Any

import orjson

from service.database import db, transaction
from service.forms.sample import sample
from service.people.commands import give
from service.people.models import OFFICER, agency_of, person_named
from tests.client import Client

OFFICE = "diskop-samarinda"
OWNER, CLERK, STRANGER = f"pemilik@{OFFICE}", f"petugas@{OFFICE}", "pemilik@diskop-malang"
FILES = Path(__file__).parent / "diagrams"
FORMS = {
    "camunda8_bantuan.bpmn": ("terima-permohonan.form",),
    "spiff_izin.bpmn": ("permohonan-schema.json", "permohonan-uischema.json"),
}
CAMUNDA_7, CAMUNDA_8 = "camunda7_cuti.bpmn", "camunda8_bantuan.bpmn"
FLOWABLE, SPIFF, PLAIN = "flowable_surat.bpmn20.xml", "spiff_izin.bpmn", "gambar_biasa.bpmn"
ALL = (CAMUNDA_7, CAMUNDA_8, FLOWABLE, SPIFF, PLAIN)


def xml_of(name: str) -> bytes:
    return (FILES / name).read_bytes()


def forms_of(name: str) -> dict[str, Any]:
    """The forms that lie beside it, by file name."""
    return {file: orjson.loads((FILES / file).read_bytes()) for file in FORMS.get(name, ())}


def upload(client: Client, xml: bytes, forms: dict[str, Any] | None = None, by: str = OWNER) -> dict[str, Any]:
    """The draft that it becomes."""
    files = as_files(forms or {})
    data = {"bpmn": as_file(xml), **({"forms": files} if files else {})}
    return dict(client.post("/diagrams", by=by, data=data))


def at(draft: dict[str, Any]) -> str:
    return f"/diagrams/{draft['key']}/versions/{draft['version']}"


def fetched(client: Client, draft: dict[str, Any]) -> bytes:
    """The file as it is downloaded."""
    answer = client.call("GET", f"{at(draft)}/xml", by=OWNER)
    assert answer.status_code == 200
    return answer.get_data()


def mend_all(client: Client, draft: dict[str, Any]) -> dict[str, Any]:
    """Do every mend on offer, a kind at a time, until none is left."""
    for _ in range(20):
        left = client.get(f"{at(draft)}/mends", by=OWNER)["items"]
        if not left:
            return draft
        draft = client.post(f"{at(draft)}/mends", {"code": left[0]["code"]}, by=OWNER)
    raise AssertionError(f"mends without end: {left}")


def blocking(draft: dict[str, Any]) -> list[tuple[str, str | None]]:
    return [(each["code"], each["element"]) for each in draft["findings"] if each["blocks"]]


def publish(client: Client, draft: dict[str, Any]) -> None:
    """Live, whoever holds its lanes."""
    lanes = [each["element"] for each in draft["findings"] if each["code"] == "lane_unheld"]
    client.post(f"{at(draft)}/publish", {"unheld_lanes": lanes}, by=OWNER)


def hold_lanes(client: Client, key: str, lanes: list[str]) -> None:
    """Let the clerk of the office hold these lanes."""
    with client.app.app_context():
        with transaction():
            for lane in lanes:
                give(person_named(CLERK), agency_of(OFFICE), OFFICER, key, lane)
        db.session.remove()


def lanes_of(client: Client, draft: dict[str, Any]) -> list[str]:
    return [each["id"] for each in client.get(at(draft), by=OWNER)["lanes"]]


def start(client: Client, key: str) -> dict[str, Any]:
    """A new instance of what is live, with made-up answers."""
    form = client.get(f"/diagrams/{key}/form")["schema"]
    answers = sample(form) if form["properties"] else {}
    return dict(client.post("/instances", {"diagram": key, "answers": answers}, by=CLERK))


def work(client: Client, instance: str, choose: dict[str, Any], most: int = 20) -> dict[str, Any]:
    """Complete every open task with answers that fit, until there is none left."""
    now: dict[str, Any] = {}
    for _ in range(most):
        now = client.get(f"/instances/{instance}", by=CLERK)
        if not now["tasks"]:
            return now
        task = now["tasks"][0]["id"]
        form = client.get(f"/tasks/{task}/form", by=CLERK)["schema"]
        answers = sample(form, choose) if form["properties"] else {}
        client.post(f"/tasks/{task}/complete", {"answers": answers}, by=CLERK)
    return now


def as_file(xml: bytes) -> tuple[io.BytesIO, str]:
    return io.BytesIO(xml), "kiriman.bpmn"


def as_files(forms: dict[str, Any]) -> list[tuple[io.BytesIO, str]]:
    return [(io.BytesIO(orjson.dumps(form)), name) for name, form in forms.items()]
