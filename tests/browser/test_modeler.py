"""The modeler in a real browser: drawing, saying, finding, keeping; two people at one draft, and a line that drops."""

from collections.abc import Callable
from typing import Any

import pytest

from service.database import db, transaction
from service.diagrams.models import newest
from service.people.commands import enter_person, give
from service.people.models import OWNER as OWNS
from service.people.models import agency_of
from service.people.passwords import digest_demo_password
from tests.browser.conftest import AXE, DESK, NARROW, PHONE, RULES, Site, expect, press, scrolls_sideways, sign_in
from tests.browser.modeling import (
    choose,
    connect,
    drag,
    findings,
    keep,
    open_draft,
    open_new_draft,
    pick,
    put,
    tell,
    use,
)

OFFICE, KEY = "diskop-sulteng", "layanan_pengaduan"
OWNER, SECOND = f"pemilik@{OFFICE}", f"perancang@{OFFICE}"
BUDGET = 320 * 1024

Open = Callable[..., Any]


@pytest.fixture(scope="module")
def second(site: Site) -> str:
    """Another owner in the same office."""
    with site.app.app_context():
        with transaction():
            give(enter_person(SECOND, "Perancang", digest_demo_password()), agency_of(OFFICE), OWNS)
        db.session.remove()
    return SECOND


@pytest.fixture
def desk(open_page: Open) -> Any:
    """A draft of the SOP open in the modeler."""
    page = open_page(DESK)
    open_new_draft(page, OWNER, KEY)
    return page


def kept_xml(site: Site) -> str:
    """The newest draft as the database has it."""
    with site.app.app_context():
        version = newest(KEY)
        assert version is not None
        xml = version.xml.decode()
        db.session.remove()
    return xml


def test_what_an_owner_changes_is_kept_and_there_again(desk: Any, site: Site) -> None:
    panel = choose(desk, "susun_surat_jawaban")
    expect(panel.get_by_label("Pelaksana (lajur)")).to_have_value("unit_pelaksana")
    put(panel, "Paling lama", "3")
    pick(panel, "Satuan", "D")
    put(panel, "Kabar untuk pelapor", "Jawaban sedang ditulis")
    drag(desk, "selesaikan_lisan", 0, -95)
    expect(choose(desk, "selesaikan_lisan").get_by_label("Pelaksana (lajur)")).to_have_value("sekretaris")
    pick(choose(desk, "terima_tamu"), "Pelaksana (lajur)", "subbag_umum")
    keep(desk)
    xml = kept_xml(site)
    assert '<spiffworkflow:property name="timeStandard" value="P3D" />' in xml
    assert 'value="Jawaban sedang ditulis"' in xml
    desk.reload()
    expect(choose(desk, "susun_surat_jawaban").get_by_label("Paling lama")).to_have_value("3")
    expect(choose(desk, "terima_tamu").get_by_label("Pelaksana (lajur)")).to_have_value("subbag_umum")
    expect(choose(desk, "selesaikan_lisan").get_by_label("Pelaksana (lajur)")).to_have_value("sekretaris")


def test_a_draft_is_kept_by_itself(desk: Any, site: Site) -> None:
    put(choose(desk, "terima_tamu"), "Nama", "Terima pemohon dengan ramah")
    expect(desk.locator("#draft-status")).to_contain_text("tersimpan")
    expect(desk.locator("#draft-status")).not_to_contain_text("belum")
    assert "Terima pemohon dengan ramah" in kept_xml(site)


def test_a_gateway_gets_its_condition_and_findings_come_and_go(desk: Any, site: Site) -> None:
    expect(findings(desk)).to_have_count(0)
    tell(desk)
    choose(desk, "tanda_tangani_surat_jawaban")
    use(desk, "append.gateway")
    gateway = desk.locator("#panel-say").get_attribute("data-of")
    expect(desk.locator("#panel-say .panel-head")).to_contain_text("Gerbang")
    desk.keyboard.press("Escape")
    assert gateway
    expect(findings(desk).filter(has_text="tidak ada jalan keluar")).to_have_count(1)
    expect(desk.locator(".djs-overlay .mark.stops").first).to_be_attached()
    desk.get_by_role("button", name="Batalkan", exact=True).click()
    expect(findings(desk)).to_have_count(0)
    expect(desk.locator(".djs-overlay .mark")).to_have_count(0)


def test_a_condition_is_chosen_from_the_fields_of_earlier_forms(desk: Any, site: Site) -> None:
    panel = choose(desk, "apa_bentuk_pengaduan")
    way = panel.locator(".part").filter(has_text="Selesaikan pengaduan lisan")
    expect(way.get_by_label("Nilai")).to_have_value('"lisan"')
    pick(way, "Perbandingan", "is_not")
    expect(findings(desk).filter(has_text="dua jalan")).to_have_count(0)
    tell(desk)
    way.get_by_role("button", name="Tambah syarat").click()
    expect(way.get_by_label("Isian")).to_have_count(2)
    pick(way, "Gabungan syarat", "or")
    keep(desk)
    assert 'bentuk_pengaduan != "lisan" or ' in kept_xml(site)
    way.get_by_role("button", name="Hapus syarat ini").last.click()
    way.get_by_text("Tulis sendiri").click()
    put(way, "Syarat", 'tidak_ada == "x"')
    found = findings(desk).filter(has_text="tidak ada formulir sebelumnya")
    expect(found).to_have_count(1)
    expect(desk.locator("[data-element-id='apa_bentuk_pengaduan'].found-stops")).to_have_count(1)
    desk.get_by_role("button", name="Semua", exact=True).click()
    desk.locator("[data-element-id='mulai'] > .djs-hit").first.click()
    found.get_by_role("button").click()
    expect(desk.locator("#panel-say")).to_have_attribute("data-of", "apa_bentuk_pengaduan")


def test_the_menus_have_entries_and_only_such_as_run(desk: Any) -> None:
    choose(desk, "terima_tamu")
    use(desk, "replace")
    entries = desk.locator(".djs-popup .entry .djs-popup-label")
    expect(entries.filter(has_text="Tugas tanpa sistem")).to_have_count(1)
    assert "Business rule task" not in entries.all_inner_texts() and "Service task" not in entries.all_inner_texts()
    entries.filter(has_text="Tugas tanpa sistem").click()
    panel = desk.locator("#panel-say")
    expect(panel.locator(".panel-head")).to_contain_text("Tugas tanpa sistem")
    expect(panel.get_by_label("Paling lama")).to_have_value("30")
    expect(panel.get_by_label("Petunjuk untuk petugas")).to_have_value(
        "Terima pemohon dan catat cara pengaduan disampaikan: datang langsung, telepon, atau surat."
    )
    desk.locator(".djs-palette .entry[data-action='create']").click()
    expect(desk.locator(".djs-popup .entry").filter(has_text="Gerbang: satu jalan")).not_to_have_count(0)
    assert all("task" not in each for each in desk.locator(".djs-popup .entry").all_inner_texts())


def test_the_watermark_is_wholly_in_sight_and_uncovered(open_page: Open) -> None:
    for size in (DESK, PHONE):
        page = open_page(size)
        open_new_draft(page, OWNER, KEY)
        page.get_by_role("button", name="Peta kecil").click()
        assert page.evaluate(
            """() => {
              const mark = document.querySelector('#canvas .bjs-powered-by');
              const box = mark.getBoundingClientRect();
              const places = [[.1, .1], [.9, .1], [.5, .5], [.1, .9], [.9, .9]];
              return box.left >= 0 && box.right <= innerWidth && box.width > 40 && places.every(([x, y]) =>
                mark.contains(document.elementFromPoint(box.left + x * box.width, box.top + y * box.height)));
            }"""
        ), size


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_axe_finds_nothing_but_in_the_drawing_itself(open_page: Open, size: dict[str, int]) -> None:
    """What bpmn-js draws is left out: its palette and shapes cannot be reached as WCAG wants, which we cannot mend."""
    page = open_page(size)
    open_new_draft(page, OWNER, KEY)
    choose(page, "terima_tamu") if size is DESK else None
    page.evaluate("document.querySelectorAll('#panel-say details').forEach((each) => (each.open = true))")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    asked = "(rules) => axe.run({exclude: ['.djs-container']}, {runOnly: rules})"
    found = page.evaluate(asked, list(RULES))["violations"]
    assert not [(each["id"], [node["html"][:150] for node in each["nodes"]]) for each in found]


def test_the_pages_around_it_are_fit_for_everybody(open_page: Open, no_axe_findings: Any) -> None:
    page = open_page(NARROW)
    sign_in(page, OWNER, "/sop")
    for address in ("/sop/baru", "/sop/unggah", "/sop"):
        page.goto(address)
        no_axe_findings(page)
        assert not scrolls_sideways(page), address
    page.goto("/sop/baru")
    page.get_by_label("Nama SOP").fill("Izin Keramaian")
    page.get_by_label("Lajur: siapa yang mengerjakan").fill("Pemohon\nLoket\nKepala")
    page.get_by_text("Baris pertama adalah pelapor").click()
    press(page.get_by_role("button", name="Buat gambar pertama"))
    page.locator("#modeler[data-ready]").wait_for()
    assert not scrolls_sideways(page)
    page.goto(page.url.replace("/gambar", "/temuan"))
    no_axe_findings(page)
    assert not scrolls_sideways(page)


def test_nothing_breaks_the_content_policy_and_little_travels(open_page: Open) -> None:
    """The simulation is fetched when it is asked for, and does not count."""
    before = open_page(DESK)
    open_new_draft(before, OWNER, KEY)
    page = open_page(DESK)
    page.context.add_cookies(before.context.cookies())
    told: list[str] = []
    received: list[int] = []
    page.on("console", lambda message: told.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: told.append(str(error)))
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    open_draft(page, before.url)
    expect(page.locator("#found-count")).to_have_attribute("data-state", "new")
    assert sum(received) <= BUDGET
    page.get_by_role("button", name="Simulasi").click()
    page.locator("#walk .bts-palette").wait_for()
    expect(page.locator("#walk [title='Jalankan atau jeda']")).to_have_count(1)
    page.get_by_role("button", name="Simulasi").click()
    expect(page.locator("#canvas")).to_be_visible()
    assert not told


# ---- two people, and lines that drop ---------------------------------------------------------------------------


def test_two_people_are_told_of_each_other_and_nobodys_work_is_lost(
    desk: Any, open_page: Open, site: Site, second: str
) -> None:
    other = open_page(DESK)
    sign_in(other, second)
    open_draft(other, desk.url)
    expect(other.locator("#draft-told")).to_contain_text("Pemilik proses juga sedang membuka draf ini.")
    put(choose(desk, "terima_tamu"), "Nama", "Terima di loket satu")
    keep(desk)
    expect(desk.locator("#draft-told")).to_contain_text("Perancang juga sedang membuka draf ini.")
    put(choose(other, "proses_tnde"), "Nama", "Proses surat dengan teliti")
    dialog = other.get_by_role("dialog")
    expect(dialog).to_contain_text("Perubahan Anda belum tersimpan")
    assert "Terima di loket satu" in kept_xml(site) and "dengan teliti" not in kept_xml(site)
    press(dialog.get_by_role("button", name="Simpan milik saya sebagai draf baru"))
    other.locator("#modeler[data-ready]").wait_for()
    assert other.url != desk.url
    expect(choose(other, "proses_tnde").get_by_label("Nama", exact=True)).to_have_value("Proses surat dengan teliti")
    mine = kept_xml(site)
    assert "dengan teliti" in mine and "loket satu" not in mine


def test_who_was_overtaken_may_take_theirs_instead(desk: Any, open_page: Open, second: str) -> None:
    other = open_page(DESK)
    sign_in(other, second)
    open_draft(other, desk.url)
    put(choose(desk, "terima_tamu"), "Nama", "Terima di loket dua")
    keep(desk)
    put(choose(other, "proses_tnde"), "Nama", "Tidak jadi")
    dialog = other.get_by_role("dialog")
    dialog.get_by_role("button", name="Muat versi mereka").click()
    expect(dialog).not_to_be_visible()
    expect(choose(other, "terima_tamu").get_by_label("Nama", exact=True)).to_have_value("Terima di loket dua")
    expect(choose(other, "proses_tnde").get_by_label("Nama", exact=True)).to_have_value("Proses surat di TNDE")
    put(choose(other, "proses_tnde"), "Nama", "Proses di TNDE")
    keep(other)


def test_what_is_drawn_without_a_line_is_sent_when_it_is_back(desk: Any, site: Site) -> None:
    desk.context.set_offline(True)
    put(choose(desk, "terima_tamu"), "Nama", "Terima saat padam")
    expect(desk.locator("#draft-status")).to_contain_text("disimpan di perangkat ini")
    assert "saat padam" not in kept_xml(site)
    desk.context.set_offline(False)
    expect(desk.locator("#draft-status")).to_contain_text("tersimpan")
    assert "Terima saat padam" in kept_xml(site)


def test_what_was_only_on_the_device_is_there_again_after_closing(desk: Any, site: Site) -> None:
    desk.context.set_offline(True)
    put(choose(desk, "terima_tamu"), "Nama", "Terima sebelum tutup")
    expect(desk.locator("#draft-status")).to_contain_text("disimpan di perangkat ini")
    address, context = desk.url, desk.context
    desk.close()
    context.set_offline(False)
    again = context.new_page()
    open_draft(again, address)
    expect(choose(again, "terima_tamu").get_by_label("Nama", exact=True)).to_have_value("Terima sebelum tutup")
    keep(again)
    assert "Terima sebelum tutup" in kept_xml(site)


def test_a_file_that_another_tool_made_keeps_what_we_do_not_know(desk: Any, site: Site) -> None:
    foreign = (
        kept_xml(site)
        .replace("<bpmn:definitions ", '<bpmn:definitions xmlns:camunda="http://camunda.org/schema/1.0/bpmn" ', 1)
        .replace('<bpmn:userTask id="terima_tamu" ', '<bpmn:userTask id="terima_tamu" camunda:assignee="budi" ', 1)
        .replace(
            "<spiffworkflow:instructionsForEndUser>Terima pemohon",
            '<spiffworkflow:preScript>x = 1</spiffworkflow:preScript><camunda:formData><camunda:formField id="a" '
            'label="A"/></camunda:formData><spiffworkflow:instructionsForEndUser>Terima pemohon',
            1,
        )
    )
    desk.goto(desk.url.replace("/gambar", "/unggah"))
    desk.get_by_label("Berkas BPMN").set_input_files(
        {"name": "asing.bpmn", "mimeType": "application/xml", "buffer": foreign.encode()}
    )
    press(desk.get_by_role("button", name="Unggah dan periksa"))
    assert kept_xml(site) == foreign
    press(desk.get_by_role("link", name="Buka gambar"))
    panel = choose(desk, "terima_tamu")
    put(panel, "Keluaran", "Buku tamu terisi")
    use(desk, "replace")
    desk.locator(".djs-popup .entry").filter(has_text="Tugas tanpa sistem").click()
    keep(desk)
    xml = kept_xml(site)
    for part in (
        'camunda:assignee="budi"',
        "<spiffworkflow:preScript>x = 1</spiffworkflow:preScript>",
        '<camunda:formField id="a" label="A" />',
        'value="Buku tamu terisi"',
        '<bpmn:manualTask id="terima_tamu"',
    ):
        assert part in xml, part


def test_a_file_without_a_drawing_is_drawn_on_request(desk: Any, site: Site) -> None:
    xml = kept_xml(site)
    start, end = xml.index("<bpmndi:BPMNDiagram"), xml.index("</bpmndi:BPMNDiagram>") + len("</bpmndi:BPMNDiagram>")
    desk.goto(desk.url.replace("/gambar", "/unggah"))
    desk.get_by_label("Berkas BPMN").set_input_files(
        {"name": "polos.bpmn", "mimeType": "application/xml", "buffer": (xml[:start] + xml[end:]).encode()}
    )
    press(desk.get_by_role("button", name="Unggah dan periksa"))
    press(desk.get_by_role("link", name="Buka gambar"))
    desk.get_by_role("button", name="Gambarkan otomatis").click()
    desk.locator("#modeler[data-ready]").wait_for()
    keep(desk)
    assert "BPMNShape" in kept_xml(site)


def test_a_new_way_is_drawn_and_marked_default(desk: Any, site: Site) -> None:
    connect(desk, "apakah_draf_disetujui", "sampaikan_surat_jawaban")
    panel = choose(desk, "apakah_draf_disetujui")
    way = panel.locator(".part").filter(has=desk.get_by_role("heading", name="Sampaikan surat jawaban"))
    way.get_by_role("button", name="Tambah syarat").click()
    way.get_by_label("Isian").wait_for()
    pick(way, "Isian", "keputusan")
    pick(way, "Nilai", '"tidak_setuju"')
    put(way, "Jawaban", "Langsung")
    keep(desk)
    assert 'name="Langsung"' in kept_xml(site) and 'keputusan == "tidak_setuju"' in kept_xml(site)
