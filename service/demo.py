"""The demo: five agencies with their SOPs live and one person for each lane, on an empty database."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select

from service import content
from service.calendars.commands import set_period
from service.database import db, transaction
from service.diagrams import commands as diagrams
from service.engine import load_spec
from service.people import commands as people
from service.people.caller import Caller
from service.people.models import ADMIN, AUDITOR, OFFICER, OWNER, SUPERVISOR, Agency, Person
from service.people.passwords import digest_demo_password

RAMADAN_HOURS = {
    **{day: [["08:00", "12:00"], ["12:30", "15:00"]] for day in ("monday", "tuesday", "wednesday", "thursday")},
    "friday": [["08:00", "11:30"], ["12:30", "15:30"]],
}


@dataclass(frozen=True)
class Office:
    """One agency of the demo and the SOP it brings."""

    key: str
    name: str
    zone: str
    prefix: str
    diagram: str


OFFICES = (
    Office(
        "diskop-jambi",
        "Dinas Koperasi, Usaha Kecil dan Menengah Provinsi Jambi",
        "Asia/Jakarta",
        "DKJ",
        "pengaduan_masyarakat",
    ),
    Office(
        "diskop-sulteng",
        "Dinas Koperasi, Usaha Kecil dan Menengah Provinsi Sulawesi Tengah",
        "Asia/Makassar",
        "DKS",
        "layanan_pengaduan",
    ),
    Office(
        "diskop-samarinda",
        "Dinas Koperasi Usaha Kecil Menengah dan Perindustrian Kota Samarinda",
        "Asia/Makassar",
        "DKR",
        "sp4n_lapor",
    ),
    Office(
        "diskop-malang",
        "Dinas Koperasi, Perindustrian dan Perdagangan Kota Malang",
        "Asia/Jakarta",
        "DKM",
        "pengaduan_langsung",
    ),
    Office(
        "dinsos-jambi",
        "Dinas Sosial dan Dukcapil Provinsi Jambi",
        "Asia/Jakarta",
        "DSJ",
        "penanganan_pengaduan",
    ),
)

DEPLOYER = Caller(name="pemasangan", roles=frozenset({(None, OWNER)}))
"""Who deploys from the command line: whoever may run commands on the server."""


def is_empty() -> bool:
    """Whether nobody has been entered yet."""
    return db.session.scalar(select(Person.id).limit(1)) is None


def prepare(at: datetime | None = None) -> None:
    """Enter the five agencies, their people, and publish their SOPs, all at once: a demo cut off halfway is none."""
    at = at or datetime.now(UTC)
    with transaction():
        for office in OFFICES:
            _open(office, at)
        for username, name, role in (
            ("auditor", "Auditor Inspektorat", AUDITOR),
            ("admin", "Administrator", ADMIN),
        ):
            people.give(_person(username, name), None, role)


def _open(office: Office, at: datetime) -> None:
    agency = people.found_agency(office.key, office.name, office.zone, office.prefix)
    set_period(agency.id, "Ramadan (contoh)", date(2026, 2, 18), date(2026, 3, 19), RAMADAN_HOURS)
    xml, forms = content.bpmn(office.diagram), content.forms(office.diagram)
    _enter_people(office, agency, xml)
    deploy(xml, forms, office.key, at)


def _enter_people(office: Office, agency: Agency, xml: bytes) -> None:
    allrounder = _person(f"petugas@{office.key}", "Petugas serba bisa")
    for lane in load_spec(xml).lanes:
        if not lane.public:
            people.give(_person(f"{lane.id}@{office.key}", lane.name), agency, OFFICER, office.diagram, lane.id)
            people.give(allrounder, agency, OFFICER, office.diagram, lane.id)
    people.give(_person(f"pemilik@{office.key}", "Pemilik proses"), agency, OWNER)
    people.give(_person(f"atasan@{office.key}", "Atasan"), agency, SUPERVISOR)


def _person(username: str, name: str) -> Person:
    return people.enter_person(username, name, digest_demo_password())


def deploy(xml: bytes, forms: dict[str, Any], agency: str | None, at: datetime, unheld: list[str] | None = None) -> Any:
    """Draft and publish in one go. Raises `Invalid` with the findings that are against it."""
    version, _findings = diagrams.draft(xml, forms, DEPLOYER, at, agency, "dipasang dari baris perintah")
    return diagrams.publish(version.diagram_key, version.n, DEPLOYER, at, unheld=unheld)
