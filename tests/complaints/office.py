"""A small office that takes complaints: agency, one live diagram with its forms, and officers who hold its lanes."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from service.complaints.commands import HandedIn, hand_in
from service.database import db, new_id
from service.diagrams.loading import Loaded, load
from service.diagrams.models import LIVE, Diagram, Version, newest
from service.engine import load_spec
from service.people.caller import COMPLAINANT, Caller
from service.people.models import AUDITOR, OWNER, SUPERVISOR, Agency, Person
from service.tasks.models import Task

AT = datetime(2026, 3, 2, 2, tzinfo=UTC)
"""A Monday, nine in the morning in Jakarta."""

KEY = "pengaduan_kecil"
CANARY = "Zebulon Kenari Rahasia"
PHONE = "0899-7777-6666"

STORY = {"isi": "Jalan di depan kantor rusak.", "setuju": True}
NAMED = STORY | {"nama": CANARY, "telp": PHONE}


def _properties(**properties: str) -> str:
    marks = "".join(f'<s:property name="{name}" value="{value}"/>' for name, value in properties.items())
    return f"<b:extensionElements><s:properties>{marks}</s:properties></b:extensionElements>"


def _lane(lane: str, elements: str, **properties: str) -> str:
    refs = "".join(f"<b:flowNodeRef>{element}</b:flowNodeRef>" for element in elements.split())
    return f'<b:lane id="{lane}" name="Lajur {lane}">{_properties(**properties)}{refs}</b:lane>'


def _task(element: str, name: str, **properties: str) -> str:
    properties["formJsonSchemaFilename"] = f"{element}.schema.json"
    return f'<b:userTask id="{element}" name="{name}">{_properties(**properties)}</b:userTask>'


def _flow(source: str, target: str, when: str = "") -> str:
    condition = f"<b:conditionExpression>{when}</b:conditionExpression>" if when else ""
    ends = f'sourceRef="{source}" targetRef="{target}"'
    return f'<b:sequenceFlow id="{source}__{target}" {ends}>{condition}</b:sequenceFlow>'


XML = f"""<?xml version="1.0" encoding="UTF-8"?>
<b:definitions xmlns:b="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:s="http://spiffworkflow.org/bpmn/schema/1.0/core" id="definitions" targetNamespace="urn:alur:test">
  <b:process id="{KEY}" name="Pengaduan kecil" isExecutable="true">
    {_properties(promise="P5D", complainantWord="pengadu")}
    <b:laneSet id="lanes">
      {_lane("warga", "mulai tanggapi", public="true")}
      {_lane("loket", "catat kirim", identity="true")}
      {_lane("teknis", "telaah")}
    </b:laneSet>
    <b:startEvent id="mulai" name="Sampaikan">
      {_properties(formJsonSchemaFilename="mulai.schema.json", milestone="Pengaduan Anda sudah kami terima")}
    </b:startEvent>
    {_task("catat", "Catat di buku besar")}
    {_task("telaah", "Telaah oleh tim internal", milestone="Pengaduan Anda sedang ditelaah")}
    {_task("kirim", "Kirim lewat ekspedisi", milestone="Jawaban sedang dikirim")}
    {_task("tanggapi", "Terima hasil", milestone="Jawaban menunggu tanggapan Anda")}
    <b:exclusiveGateway id="puas" name="Puas?" default="puas__telaah"/>
    <b:endEvent id="selesai" name="Ditutup oleh pengadu"/>
    {_flow("mulai", "catat")}{_flow("catat", "telaah")}{_flow("telaah", "kirim")}{_flow("kirim", "tanggapi")}
    {_flow("tanggapi", "puas")}{_flow("puas", "selesai", "tanggapan == 'selesai'")}{_flow("puas", "telaah")}
  </b:process>
</b:definitions>""".encode()

IDENTITY = {"x-alur-identity": True}
TEXT = {"type": "string", "maxLength": 200}
FILES = {"type": "array", "items": {"type": "string", "format": "alur-file"}, "maxItems": 3}


def _form(title: str, required: tuple[str, ...] = (), **properties: Any) -> dict[str, Any]:
    return {"type": "object", "title": title, "properties": properties, "required": list(required)}


START_FORM = _form(
    "Formulir pengaduan",
    ("isi", "setuju"),
    isi=TEXT,
    lewat_surel={"type": "boolean"},
    lampiran=FILES,
    nama=TEXT | IDENTITY,
    telp={"type": "string", "maxLength": 20, "pattern": "^[0-9-]{6,20}$"} | IDENTITY,
    surel={"type": "string", "maxLength": 100, "format": "email"} | IDENTITY,
    setuju={"type": "boolean", "const": True},
) | {
    "allOf": [
        {
            "if": {"properties": {"lewat_surel": {"const": True}}, "required": ["lewat_surel"]},
            "then": {"required": ["surel"]},
        }
    ]
}

FORMS = {
    "mulai.schema.json": START_FORM,
    "catat.schema.json": _form("Catatan", nomor_agenda=TEXT),
    "telaah.schema.json": _form("Telaahan", telaahan=TEXT),
    "kirim.schema.json": _form("Pengiriman", jawaban=TEXT),
    "tanggapi.schema.json": _form("Tanggapan Anda", ("tanggapan",), tanggapan=TEXT, lampiran=FILES),
}


def office(key: str = "kantor") -> Agency:
    """An agency with no diagram yet."""
    agency = db.session.scalar(select(Agency).where(Agency.key == key))
    if agency is None:
        agency = Agency(key=key, name=key.title(), zone="Asia/Jakarta", prefix="KTR")
        db.session.add(agency)
        db.session.flush()
    return agency


def live(xml: bytes = XML, forms: dict[str, Any] | None = None) -> Loaded:
    """The live version of a diagram of the office."""
    agency, key = office(), load_spec(xml).key
    if (known := newest(key)) is not None:
        return load(known.id)
    db.session.add(Diagram(key=key, agency_id=agency.id, title=key, created_at=AT))
    db.session.flush()
    version = Version(agency_id=agency.id, diagram_key=key, n=1, state=LIVE, xml=xml, forms=forms or FORMS)
    version.created_at, version.created_by = AT, "tes"
    db.session.add(version)
    db.session.flush()
    return load(version.id)


def officer(*lanes: str) -> Caller:
    """An officer of the office who holds these lanes of its diagram."""
    agency, person = office(), _person("petugas")
    held = frozenset((agency.id, KEY, lane) for lane in lanes)
    return Caller("Petugas Loket", person.id, person.username, lanes=held, agencies=frozenset({agency.id}))


def supervisor() -> Caller:
    return _with_role(SUPERVISOR)


def auditor() -> Caller:
    return _with_role(AUDITOR)


def owner() -> Caller:
    return _with_role(OWNER)


def _with_role(role: str) -> Caller:
    agency, person = office(), _person(role)
    return Caller(person.name, person.id, role, roles=frozenset({(agency.id, role)}), agencies=frozenset({agency.id}))


def _person(username: str) -> Person:
    person = db.session.scalar(select(Person).where(Person.username == username))
    if person is None:
        person = Person(id=new_id(), username=username, name=f"Orang {username}")
        db.session.add(person)
        db.session.flush()
    return person


def handed_in(version: Loaded | None = None, answers: dict[str, Any] | None = None, **options: Any) -> HandedIn:
    """A complaint handed in over the web."""
    return hand_in(version or live(), answers or NAMED, options.pop("by", COMPLAINANT), AT, **options)


def open_task(instance_id: Any) -> Task:
    """The one task that is open."""
    return db.session.scalars(select(Task).where(Task.instance_id == instance_id, Task.state == "open")).one()


def another(caller: Caller) -> Caller:
    """The same rights in another agency only."""
    agency = office("kantor-lain")
    return replace(
        caller,
        lanes=frozenset((agency.id, key, lane) for _, key, lane in caller.lanes),
        roles=frozenset((agency.id, role) for _, role in caller.roles),
        agencies=frozenset({agency.id}),
    )
