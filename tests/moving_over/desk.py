"""The demo office with a second version of its SOP beside the first: renamed, moved to another lane, with more time."""

import io
from typing import Any

from werkzeug.datastructures import MultiDict

from service import content
from service.forms.sample import sample
from tests.client import Client

SOP, OFFICE = "penanganan_pengaduan", "dinsos-jambi"
OFFICER, SUPERVISOR, OWNER = f"petugas@{OFFICE}", f"atasan@{OFFICE}", f"pemilik@{OFFICE}"
CLERK, HEAD = f"tata_usaha@{OFFICE}", f"kepala_opd@{OFFICE}"
STRANGER, STRANGE_HEAD = "petugas@diskop-malang", "atasan@diskop-malang"


def second_version(client: Client) -> int:
    """Version 2, live: the first step is called otherwise, the second is another lane's."""
    xml = content.bpmn(SOP).decode()
    xml = xml.replace('name="Agendakan surat masuk"', 'name="Catat surat masuk"')
    moved = "<bpmn:flowNodeRef>disposisi_kepala_opd</bpmn:flowNodeRef>"
    assert moved in xml
    xml = xml.replace(moved, "", 1)
    there = "<bpmn:flowNodeRef>disposisi_kepala_bidang</bpmn:flowNodeRef>"
    xml = xml.replace(there, there + moved, 1)
    data = MultiDict([("bpmn", (io.BytesIO(xml.encode()), f"{SOP}.bpmn")), ("note", "lebih sederhana")])
    said = client.call("POST", "/diagrams", by=OWNER, data=data, content_type="multipart/form-data")
    assert said.status_code == 201, said.json
    n = int(said.json["version"])
    client.post(f"/diagrams/{SOP}/versions/{n}/publish", {"note": "lebih sederhana"}, by=OWNER)
    return n


def hand_in(client: Client, **more: Any) -> str:
    """A complaint under version 1; the id of its instance."""
    answers = sample(client.get(f"/diagrams/{SOP}/form")["schema"])
    number = client.post("/complaints", {"diagram": SOP, "version": 1, "answers": answers, **more})["number"]
    return str(client.get(f"/instances?q={number}", by=SUPERVISOR)["items"][0]["id"])


def complete(client: Client, instance: str, by: str = OFFICER) -> Any:
    """Complete the first open task."""
    task = client.get(f"/instances/{instance}", by=by)["tasks"][0]
    schema = client.get(f"/tasks/{task['id']}/form", by=SUPERVISOR)["schema"]
    return client.post(f"/tasks/{task['id']}/complete", {"answers": sample(schema)}, by=by)


def elements(client: Client, instance: str) -> list[str]:
    """What is open."""
    return sorted(task["element"] for task in client.get(f"/instances/{instance}", by=SUPERVISOR)["tasks"])
