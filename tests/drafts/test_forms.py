"""A form changed by clicks: whatever is done stays within the profile, and the page keeps it in the draft."""

import json
import re
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from service.database import db
from service.diagrams.models import version_of
from service.drafts import forms
from service.errors import Invalid
from service.forms.profile import check_profile
from tests.entrance.browser import Browser

OFFICE, KEY = "diskop-sulteng", "layanan_pengaduan"
OWNER = f"pemilik@{OFFICE}"
BLANK = forms.blank("Verifikasi")


def names(form: forms.Form) -> list[str]:
    return [each.name for each in forms.settings(form)]


def field(form: forms.Form, name: str) -> forms.Set:
    return next(each for each in forms.settings(form) if each.name == name)


# ---- operations -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", forms.KINDS)
def test_a_field_of_each_kind_is_added_and_stays_that_kind(kind: str) -> None:
    made = forms.add(BLANK, kind, "Tanggal & jam kejadian")
    assert names(made) == ["catatan", "tanggal_jam_kejadian"]
    assert field(made, "tanggal_jam_kejadian").kind == kind
    assert names(BLANK) == ["catatan"], "what one begins with is not changed"


def test_the_name_is_free_plain_and_stays_when_the_title_changes() -> None:
    made = forms.add(forms.add(BLANK, forms.SHORT, "Catatan"), forms.SHORT, "1. 日付")
    assert names(made) == ["catatan", "catatan_2", "isian"]
    renamed = forms.change(made, "Verifikasi", {"catatan": {"title": "Uraian"}})
    assert names(renamed) == ["catatan", "catatan_2", "isian"] and field(renamed, "catatan").title == "Uraian"


def test_a_choice_keeps_its_value_when_only_its_words_change_or_another_comes() -> None:
    made = forms.add(BLANK, forms.ONE, "Hasil")
    first = forms.change(made, "", {"hasil": {"title": "Hasil", "choices": "Diterima\nPilihan dua"}})
    second = forms.change(first, "", {"hasil": {"title": "Hasil", "choices": "Ditolak\nPilihan dua\nDiterima"}})
    offered = [(each["const"], each["title"]) for each in second[0]["properties"]["hasil"]["oneOf"]]
    assert offered == [("ditolak", "Ditolak"), ("pilihan_dua", "Pilihan dua"), ("pilihan_satu", "Diterima")]


def test_settings_are_written_and_taken_away_again() -> None:
    typed = {"title": "Catatan", "help": "Singkat saja", "required": "ya", "maxLength": "50"}
    made = forms.change(BLANK, "Periksa", {"catatan": typed})
    assert made[0]["title"] == "Periksa" and made[0]["required"] == ["catatan"]
    assert made[1]["catatan"] == {"ui:help": "Singkat saja"}, "it has become a short text"
    back = forms.change(made, "", {"catatan": {"title": "Catatan", "help": "", "multiline": "ya", "maxLength": "3000"}})
    assert back[1] == BLANK[1] and "required" not in back[0] and "title" not in back[0]


@pytest.mark.parametrize(
    "typed",
    [
        {"title": " "},
        {"title": "A", "maxLength": ""},
        {"title": "A", "maxLength": "1e9"},
        {"title": "A", "maxLength": "-1"},
        {"title": "A", "maxLength": "999999999999"},
        {"title": "A", "minLength": "50", "maxLength": "2"},
        {"title": "A" * 3000},
    ],
)
def test_what_the_profile_refuses_is_refused_at_its_field(typed: dict[str, str]) -> None:
    with pytest.raises(Invalid) as refused:
        forms.change(BLANK, "", {"catatan": typed})
    assert all(each.pointer.startswith("/schema/properties/catatan") for each in refused.value.errors)


def test_a_form_keeps_at_least_one_field() -> None:
    with pytest.raises(Invalid):
        forms.remove(BLANK, "catatan")


def test_what_a_condition_asks_for_cannot_go_and_what_others_demand_can() -> None:
    two = forms.add(forms.add(BLANK, forms.YES_NO, "Lengkap"), forms.SHORT, "Alasan")
    rule = {
        "if": {"properties": {"lengkap": {"const": False}}, "required": ["lengkap"]},
        "then": {"required": ["alasan"]},
    }
    form = forms.replaced({**two[0], "dependentRequired": {"catatan": ["alasan"]}, "allOf": [rule]}, two[1])
    with pytest.raises(Invalid):
        forms.remove(form, "lengkap")
    assert names(forms.remove(form, "catatan")) == ["lengkap", "alasan"]


def test_conditional_fields_are_moved_and_not_written() -> None:
    two = forms.add(BLANK, forms.YES_NO, "Lengkap")
    extra = {"alasan": {"type": "string", "title": "Alasan", "maxLength": 100}}
    rule = {"if": {"properties": {"lengkap": {"const": False}}, "required": ["lengkap"]}, "then": {"properties": extra}}
    form = forms.replaced({**two[0], "allOf": [rule]}, {**two[1], "ui:order": ["catatan", "lengkap", "alasan"]})
    assert field(form, "alasan").fixed
    assert names(forms.move(form, "alasan", -1)) == ["catatan", "alasan", "lengkap"]
    assert forms.change(form, form[0]["title"], {"alasan": {"title": "X"}}) == form
    with pytest.raises(Invalid):
        forms.remove(form, "alasan")


def test_at_the_ends_of_the_list_a_field_stays() -> None:
    made = forms.add(BLANK, forms.DATE, "Tanggal")
    assert forms.move(made, "catatan", -1) == made == forms.move(made, "tanggal", 1)


@pytest.mark.parametrize("bad", [None, [], 1, {"type": "string"}, {"type": "object", "properties": {"a": 1}}])
def test_json_outside_the_profile_is_refused(bad: Any) -> None:
    with pytest.raises(Invalid):
        forms.replaced(bad, {})


words = st.text(max_size=12)
click = st.one_of(
    st.tuples(st.just("add"), st.sampled_from(forms.KINDS), words),
    st.tuples(st.sampled_from(sorted(forms.CLICKS)), st.integers(0, 9), st.none()),
    st.tuples(
        st.just("change"),
        st.integers(0, 9),
        st.fixed_dictionaries(
            {"title": words},
            optional={
                "help": words,
                "required": st.just("ya"),
                "multiline": st.just("ya"),
                "choices": st.lists(words, max_size=4).map("\n".join),
                "maxLength": st.sampled_from(["", "5", "0", "2,5", "x", "20001"]),
                "minimum": st.sampled_from(["", "-3", "2,5", "99"]),
                "maximum": st.sampled_from(["", "1", "1000"]),
                "maxItems": st.sampled_from(["", "3", "0", "500"]),
            },
        ),
    ),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(click, max_size=12))
def test_whatever_is_clicked_the_form_stays_within_the_profile(clicks: list[Any]) -> None:
    form = BLANK
    for what, which, said in clicks:
        there = names(form)
        try:
            if what == "add":
                form = forms.add(form, which, said)
            elif what == "change":
                form = forms.change(form, form[0].get("title", ""), {there[which % len(there)]: said})
            else:
                form = forms.CLICKS[what](form, there[which % len(there)])
        except Invalid as refused:
            assert refused.errors
        assert not check_profile(*form)
        assert len(forms.settings(form)) == len(form[0]["properties"])


# ---- the page ---------------------------------------------------------------------------------------------------


@pytest.fixture
def owner(demo_app: Flask) -> Browser:
    """An owner with a first draft of his own: `surat`, with the task `kerjakan_loket`."""
    browser = Browser(demo_app)
    browser.sign_in(OWNER)
    browser.post("/sop/baru", {"title": "Surat", "lanes": "Pemohon\nLoket", "public": "ya"})
    return browser


HERE = "/sop/surat/1/formulir/kerjakan_loket/ubah"


def files(app: Flask) -> dict[str, Any]:
    with app.app_context():
        found = dict(version_of("surat", 1).forms)
        db.session.remove()
    return found


def press(browser: Browser, do: str, here: str = HERE, **typed: str) -> Any:
    """Post the page as it stands, with what is typed (`-` for `_`) and one button."""
    text = browser.open(here).text
    rev = re.search(r'name="form-rev" value="(\d+)"', text)
    sent = {"form-rev": rev[1] if rev else "", "form-title": "Kerjakan"}
    return browser.post(here, sent | {key.replace("__", "-"): value for key, value in typed.items()} | {"form-do": do})


def test_a_field_is_added_by_a_click_and_seen_as_officers_see_it(owner: Browser, demo_app: Flask) -> None:
    assert press(owner, "add", add__title="Hasil periksa", add__kind="one").status_code == 303
    kept = files(demo_app)
    assert list(kept["kerjakan_loket.schema.json"]["properties"]) == ["catatan", "hasil_periksa"]
    assert kept["kerjakan_loket.ui.json"]["ui:order"] == ["catatan", "hasil_periksa"]
    page = owner.open(HERE).text
    assert "Begini petugas melihatnya" in page and 'name="hasil_periksa"' in page


def test_what_was_typed_is_kept_with_whatever_button_is_pressed(owner: Browser, demo_app: Flask) -> None:
    press(
        owner, "add", add__title="Tanggal", add__kind="date", set__catatan__title="Uraian", set__catatan__maxLength="70"
    )
    press(owner, "up:tanggal")
    kept = files(demo_app)
    assert kept["kerjakan_loket.schema.json"]["properties"]["catatan"]["title"] == "Uraian"
    assert kept["kerjakan_loket.ui.json"]["ui:order"] == ["tanggal", "catatan"]
    press(owner, "remove:catatan", set__catatan__title="")
    assert list(files(demo_app)["kerjakan_loket.schema.json"]["properties"]) == ["tanggal"]


def test_a_refusal_stands_at_its_field_and_loses_nothing(owner: Browser, demo_app: Flask) -> None:
    before = files(demo_app)
    page = press(owner, "save", set__catatan__title="Uraian <baru>", set__catatan__maxLength="banyak")
    assert page.status_code == 422 and files(demo_app) == before
    assert "Tulis angka saja" in page.text and "Uraian &lt;baru&gt;" in page.text and 'value="banyak"' in page.text


def test_a_page_drawn_from_an_older_draft_is_refused_and_can_be_sent_again(owner: Browser, demo_app: Flask) -> None:
    typed = {"form-rev": "0", "form-do": "save", "form-title": "Judul saya", "set-catatan-title": "Uraian saya"}
    owner.open(HERE)
    page = owner.post(HERE, typed | {"set-catatan-maxLength": "80"})
    assert page.status_code == 412 or page.status_code == 409
    assert "Judul saya" in page.text and "Uraian saya" in page.text
    rev = re.search(r'name="form-rev" value="(\d+)"', page.text)
    assert rev and owner.post(HERE, typed | {"form-rev": rev[1], "set-catatan-maxLength": "80"}).status_code == 303
    assert files(demo_app)["kerjakan_loket.schema.json"]["title"] == "Judul saya"


def test_one_begins_with_the_form_of_another_step(owner: Browser, demo_app: Flask) -> None:
    assert press(owner, "from", form__from="mulai").status_code == 303
    kept = files(demo_app)
    assert kept["kerjakan_loket.schema.json"] == kept["mulai.schema.json"]
    assert press(owner, "from", form__from="tidak_ada").status_code == 422


def test_json_by_hand_is_checked_and_kept(owner: Browser, demo_app: Flask) -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string", "title": "A", "maxLength": 5}}}
    assert press(owner, "json", json__schema=json.dumps(schema), json__ui="{}").status_code == 303
    assert files(demo_app)["kerjakan_loket.schema.json"] == schema
    for bad in ("{", "[" * 5000, '{"type": "object", "properties": {"a": {"type": "null"}}}', '"\x00"', "NaN", "[]"):
        page = press(owner, "json", json__schema=bad, json__ui="{}")
        assert page.status_code == 422 and "JSON lanjutan" in page.text
    assert files(demo_app)["kerjakan_loket.schema.json"] == schema


def test_a_step_without_a_form_gets_one_that_its_drawing_names(owner: Browser, demo_app: Flask) -> None:
    with demo_app.app_context():
        version = version_of("surat", 1)
        version.xml = re.sub(rb'<spiffworkflow:property name="form[^>]*kerjakan_loket[^>]*/>', b"", version.xml)
        db.session.commit()
        db.session.remove()
    assert "belum mempunyai formulir" in owner.open(HERE).text
    assert press(owner, "make").status_code == 303
    with demo_app.app_context():
        xml = version_of("surat", 1).xml
        db.session.remove()
    assert b'value="kerjakan_loket_2.schema.json"' in xml and b'value="kerjakan_loket_2.ui.json"' in xml
    assert "Begini petugas melihatnya" in owner.open(HERE).text


def test_a_form_outside_the_profile_can_only_be_mended_by_hand(owner: Browser, demo_app: Flask) -> None:
    with demo_app.app_context():
        version = version_of("surat", 1)
        version.forms = {**version.forms, "kerjakan_loket.schema.json": {"type": "object", "properties": {"a": []}}}
        db.session.commit()
        db.session.remove()
    assert "di luar aturan" in owner.open(HERE).text
    assert press(owner, "save").status_code == 422
    assert press(owner, "from", form__from="mulai").status_code == 303


def test_removing_what_a_gateway_reads_is_told_as_a_finding(demo_app: Flask) -> None:
    browser = Browser(demo_app)
    browser.sign_in(OWNER)
    browser.post(f"/sop/{KEY}/1/draf-baru")
    with demo_app.app_context():
        version = version_of(KEY, 2)
        steps = [name.removesuffix(".schema.json") for name in version.forms if name.endswith(".schema.json")]
        db.session.remove()
    pages = {step: browser.open(f"/sop/{KEY}/2/formulir/{step}/ubah") for step in steps}
    assert {page.status_code for page in pages.values()} == {200}
    step, page = next((step, page.text) for step, page in pages.items() if "dibaca gerbang" in page.text)
    name = re.findall(r'id="set-([a-z0-9_]+)"', page.split("dibaca gerbang")[0])[-1]
    here = f"/sop/{KEY}/2/formulir/{step}/ubah"
    assert "Temuan pemeriksaan tentang formulir" not in page
    removed = press(browser, f"remove:{name}", here)
    assert removed.status_code == 303 or "Perubahan ini tidak dapat dipakai" in removed.text
    if removed.status_code == 303:
        assert "Temuan pemeriksaan tentang formulir" in browser.open(here).text


@pytest.mark.parametrize("who, status", [(f"petugas@{OFFICE}", 403), ("pemilik@diskop-malang", 404)])
def test_forms_are_changed_by_owners_of_the_office_only(owner: Browser, demo_app: Flask, who: str, status: int) -> None:
    other = Browser(demo_app)
    other.sign_in(who)
    assert other.open(HERE).status_code == status
    assert press(other, "add", add__title="X", add__kind="date").status_code == status


def test_a_published_version_is_not_changed(owner: Browser) -> None:
    here = f"/sop/{KEY}/1/formulir/mulai/ubah"
    assert owner.open(here).headers["Location"] == f"/sop/{KEY}/1"
    assert press(owner, "save", here).status_code == 409


@pytest.mark.parametrize("element", ["tidak_ada", "selesai", "lajur_surat", "%00"])
def test_what_cannot_have_a_form_is_not_found(owner: Browser, element: str) -> None:
    assert owner.open(f"/sop/surat/1/formulir/{element}/ubah").status_code == 404


def test_the_page_of_a_form_leads_owners_of_a_draft_here(owner: Browser) -> None:
    assert HERE in owner.open("/sop/surat/1/formulir/kerjakan_loket").text
    assert "/ubah" not in owner.open(f"/sop/{KEY}/1/formulir/mulai").text
