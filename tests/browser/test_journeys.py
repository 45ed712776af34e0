"""Each of the five SOPs in a real browser, from public intake to its end, with one person for each lane."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import select

from service import content
from service.database import db, transaction
from service.demo import OFFICES
from service.engine import load_spec
from service.forms.sample import sample
from service.tasks.models import Task
from tests.browser.conftest import DESK, PHONE, Site, expect, press, sign_in
from tests.browser.filling import fill
from tests.sops.test_paths import Choices

FACTS = Path(__file__).parents[1] / "sops" / "facts"
AGENCY = {office.diagram: office.key for office in OFFICES}
JOURNEYS = (
    ("layanan_pengaduan", "tertulis_dua_kali_dikembalikan"),
    ("pengaduan_langsung", "selesai"),
    ("pengaduan_masyarakat", "klarifikasi_dengan_perbaikan"),
    ("penanganan_pengaduan", "sekali_dikoreksi"),
    ("sp4n_lapor", "respon_balik_lalu_selesai"),
)


class Office:
    """The people of one agency, each at a browser of his own."""

    def __init__(self, open_page: Callable[..., Any], agency: str, size: dict[str, int] = DESK) -> None:
        self._open_page, self._agency, self._size = open_page, agency, size
        self._desks: dict[str, Any] = {}

    def of(self, lane: str) -> Any:
        """The page of whoever holds this lane, signed in."""
        if lane not in self._desks:
            self._desks[lane] = self._open_page(self._size)
            sign_in(self._desks[lane], f"{lane}@{self._agency}", "/tugas")
        return self._desks[lane]


def hand_in(page: Any, key: str, anonymous: bool = False) -> tuple[str, str]:
    """Hand in a complaint on the public pages; gives number and PIN as the receipt shows them."""
    page.goto(f"/lapor/{key}")
    form = page.locator("form.card[data-draft]")
    fill(form, sample(content.forms(key)["mulai.schema.json"]))
    if anonymous:
        form.locator('[name="alur-anonymous"]').check()
    press(form.locator(".send button.btn"))
    press(page.locator('button[name="alur-step"][value="send"]'))
    page.locator("[data-draft-sent]").wait_for(state="attached")
    number = page.locator('form[action="/lacak"] [name="number"]').get_attribute("value")
    pin = page.locator('form[action="/lacak"] [name="pin"]').get_attribute("value")
    return str(number), str(pin)


@pytest.mark.parametrize(("key", "name"), JOURNEYS)
def test_a_complaint_travels_from_intake_to_its_end_through_one_person_per_lane(
    open_page: Callable[..., Any], key: str, name: str
) -> None:
    citizen = open_page(PHONE)
    number, pin = hand_in(citizen, key)
    travel(citizen, Office(open_page, AGENCY[key]), key, name, number, pin)


def test_a_complaint_travels_to_its_end_on_phones_alone(open_page: Callable[..., Any]) -> None:
    citizen = open_page(PHONE)
    number, pin = hand_in(citizen, "layanan_pengaduan")
    office = Office(open_page, AGENCY["layanan_pengaduan"], PHONE)
    travel(citizen, office, "layanan_pengaduan", "tertulis_langsung_disetujui", number, pin)


def test_an_anonymous_complaint_is_answered_back_and_forth(open_page: Callable[..., Any]) -> None:
    citizen = open_page(PHONE)
    number, pin = hand_in(citizen, "sp4n_lapor", anonymous=True)
    office = Office(open_page, AGENCY["sp4n_lapor"])
    travel(citizen, office, "sp4n_lapor", "respon_balik_lalu_selesai", number, pin)
    expect(citizen.locator("text=Tidak disimpan (anonim)").first).to_be_visible()
    answer = content.forms("sp4n_lapor")["sampaikan_jawaban.schema.json"]
    told = sample(answer)["jawaban_untuk_pengadu"]
    expect(citizen.locator(f"text={told[:40]}").first).to_be_visible()


def test_a_late_task_is_found_in_the_overview_and_given_to_somebody_else(
    site: Site, open_page: Callable[..., Any]
) -> None:
    citizen = open_page(PHONE)
    number, _pin = hand_in(citizen, "penanganan_pengaduan")
    _make_late(site, number)
    chief = open_page(DESK)
    sign_in(chief, "atasan@dinsos-jambi", "/ikhtisar")
    press(chief.locator('main a[href*="/tugas/semua"][href*="lewat"]').first)
    row = chief.locator("tr", has=chief.locator(f"text={number}"))
    row.get_by_role("checkbox").check()
    chief.get_by_label("Kepada").select_option(value="petugas@dinsos-jambi")
    chief.get_by_label("Alasan").fill("Petugas yang biasa sedang cuti")
    press(chief.get_by_role("button", name="Alihkan"))
    chief.get_by_text("1 tugas sudah dialihkan").wait_for()
    colleague = open_page(DESK)
    sign_in(colleague, "petugas@dinsos-jambi", f"/tugas?q={number}")
    expect(colleague.locator(f"text={number}").first).to_be_visible()


def _make_late(site: Site, number: str) -> None:
    """Let three days pass for this one task, as far as the table is concerned."""
    with site.app.app_context():
        with transaction():
            task = db.session.scalars(select(Task).where(Task.number == number)).one()
            task.due_at = task.sort_at = datetime.now(UTC) - timedelta(days=3)
        db.session.remove()


def travel(citizen: Any, office: Office, key: str, name: str, number: str, pin: str) -> None:
    """Take a complaint along one listed path to its end, every step by the person whose it is."""
    facts = yaml.safe_load((FACTS / f"{key}.yaml").read_text())
    path, choices = facts["paths"][name], Choices(facts["paths"][name].get("choose", {}))
    public = {lane["id"] for lane in facts["lanes"] if lane.get("public")}
    elements = _elements_by_place(key)
    for step in path["steps"]:
        row, lane = step.split("@")
        if lane in public:
            answer_back(citizen, number, pin, key, choices, elements[row, lane])
        else:
            do_task(office.of(lane), number, row, key, choices)
    follow(citizen, number, pin)
    expect(citizen.locator("text=Selesai pada").first).to_be_visible()


def do_task(page: Any, number: str, row: str, key: str, choices: Choices) -> None:
    """Find the task of this number in the list, fill its form, complete it."""
    page.goto(f"/tugas?q={number}")
    press(page.locator('main a[href^="/tugas/0"]').first)
    expect(page.locator("#h-sop b")).to_have_text(re.compile(rf"^\s*{re.escape(row)}"))
    form = page.locator("#isian form.card")
    schema = _schema_on(page, key)
    fill(form, sample(schema, choices.for_form(schema)))
    press(form.locator(".send button.btn").first)
    page.wait_for_url("**/tugas/*/selesai")


def _schema_on(page: Any, key: str) -> dict[str, Any]:
    """The form of the task that is open, known by its heading."""
    title = page.locator("h1").inner_text().strip()
    return dict(content.forms(key)[f"{_element_named(key, title)}.schema.json"])


def _element_named(key: str, title: str) -> str:
    return next(element for element, name in _names(key).items() if name == title)


def _names(key: str) -> dict[str, str]:
    from_drawing = content.bpmn(key)
    return {element.id: element.label for element in load_spec(from_drawing).tasks()}


def _elements_by_place(key: str) -> dict[tuple[str, str], str]:
    spec = load_spec(content.bpmn(key))
    return {(element.row or "", element.lane or ""): element.id for element in spec.tasks()}


def follow(page: Any, number: str, pin: str) -> None:
    """Open the page on which the complaint is followed."""
    page.goto(f"/lacak?nomor={number}")
    form = page.locator('form:has([name="pin"])').first
    form.locator('[name="number"]').fill(number)
    form.locator('[name="pin"]').fill(pin)
    press(form.locator("button.btn").first)
    page.wait_for_url(f"**/lacak/{number}*")


def answer_back(page: Any, number: str, pin: str, key: str, choices: Choices, element: str) -> None:
    """Do what the complainant may do now."""
    follow(page, number, pin)
    schema = content.forms(key)[f"{element}.schema.json"]
    form = page.locator("form.answer")
    fill(form, sample(schema, choices.for_form(schema)))
    press(form.locator(".send button.btn"))
    page.locator('[role="status"]:has-text("tanggapan Anda sudah kami terima")').wait_for()
