"""Every form can be drawn, filled in a browser and read back; what is wrong is told at its place."""

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from service.app import create_app
from service.config import Settings
from service.errors import Problem
from service.forms import fields
from service.forms.check import find_problems
from service.forms.posted import acted, read_answers
from service.forms.renderer import FileShown, draw
from service.forms.sample import sample
from tests.forms.drawn import fields_of, html_of, posted

FORMS = Path(__file__).parents[2] / "forms"
EVERY = sorted(
    path.relative_to(FORMS).as_posix().removesuffix(".schema.json") for path in FORMS.glob("*/*.schema.json")
)

TEAM: dict[str, Any] = {
    "type": "object",
    "properties": {
        "judul": {"type": "string", "title": "Judul", "maxLength": 50},
        "jumlah": {"type": "integer", "title": "Jumlah", "minimum": 1},
        "luas": {"type": "number", "title": "Luas"},
        "sudah": {"type": "boolean", "title": "Sudah diperiksa?"},
        "tempat": {
            "type": "object",
            "title": "Tempat",
            "properties": {"jalan": {"type": "string", "title": "Jalan", "maxLength": 90}},
            "required": ["jalan"],
        },
        "tim": {
            "type": "array",
            "title": "Tim",
            "maxItems": 3,
            "items": {
                "type": "object",
                "properties": {
                    "nama": {"type": "string", "title": "Nama", "maxLength": 50},
                    "hari": {
                        "type": "array",
                        "title": "Hari",
                        "uniqueItems": True,
                        "items": {"type": "string", "enum": ["Senin", "Rabu"]},
                    },
                },
                "required": ["nama"],
            },
        },
        "jenis": {"type": "string", "title": "Jenis", "enum": ["lisan", "tertulis"]},
        "surat": {"type": "string", "title": "Surat", "format": "alur-file"},
        "petunjuk": {"type": "string", "title": "Petunjuk", "maxLength": 90, "readOnly": True, "default": "Baca dulu."},
    },
    "required": ["judul"],
    "allOf": [
        {
            "if": {"properties": {"jenis": {"const": "tertulis"}}, "required": ["jenis"]},
            "then": {
                "properties": {"nomor_surat": {"type": "string", "title": "Nomor surat", "maxLength": 40}},
                "required": ["nomor_surat", "jumlah"],
            },
        }
    ],
}
FILLED: dict[str, Any] = {
    "judul": "Satu",
    "jumlah": 12_000,
    "luas": 2.5,
    "sudah": False,
    "tempat": {"jalan": "Jalan Contoh 1"},
    "tim": [{"nama": "Dewi", "hari": ["Senin", "Rabu"]}, {"nama": "Rudi"}],
    "jenis": "tertulis",
    "nomor_surat": "12/B",
}


@pytest.fixture(scope="module")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """An application whose templates are used; its database is never asked."""
    var = tmp_path_factory.mktemp("var")
    return create_app(Settings(f"sqlite:///{var / 'alur.sqlite'}", "secret " * 8, var, var.as_uri(), demo=True))


def _form(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    schema, ui = FORMS / f"{name}.schema.json", FORMS / f"{name}.ui.json"
    return json.loads(schema.read_text()), json.loads(ui.read_text()) if ui.exists() else {}


def _ways(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Answers for every way its conditions may come out."""
    steering = sorted({name for rule in fields.conditions(schema) for name in rule["if"]["properties"]})
    known = fields.all_fields(fields.inline(schema))
    options = [list(fields.choices(known[name])) or [True, False] for name in steering]
    for values in itertools.islice(itertools.product(*options), 60):
        yield sample(schema, dict(zip(steering, values, strict=True)))


@pytest.mark.parametrize("name", EVERY)
def test_answers_survive_being_drawn_and_posted(templates: Flask, name: str) -> None:
    schema, ui = _form(name)
    for answers in _ways(schema):
        form = html_of(templates, draw(schema, ui, answers))
        assert read_answers(schema, posted(form)) == answers
        assert find_problems(schema, answers) == []


@pytest.mark.parametrize("name", EVERY)
def test_each_control_has_a_name_people_read(templates: Flask, name: str) -> None:
    schema, ui = _form(name)
    form = html_of(templates, draw(schema, ui, {}, fresh=True))
    ids = [control.get("id") for control in form.xpath(".//*[@id]")]
    assert len(ids) == len(set(ids))
    labels = {label.get("for") for label in form.xpath(".//label[@for]")}
    for control in form.xpath(".//input[not(@type='hidden')] | .//select | .//textarea"):
        assert control.get("id") in labels or control.xpath("ancestor::label"), control.get("name")


@pytest.mark.parametrize("name", EVERY)
def test_an_empty_form_is_an_empty_answer(templates: Flask, name: str) -> None:
    schema, ui = _form(name)
    assert read_answers(schema, posted(html_of(templates, draw(schema, ui, {})))) == {}


def test_every_kind_of_field_is_read_back_with_its_type(templates: Flask) -> None:
    form = html_of(templates, draw(TEAM, {}, FILLED))
    assert read_answers(TEAM, posted(form)) == FILLED


def test_what_is_left_empty_is_absent() -> None:
    assert read_answers(TEAM, {"judul": ["  "], "jumlah": [""], "tim.0:row": [""], "tempat.jalan": [""]}) == {}


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("1.250", 1250),
        ("1.250,5", 1250.5),
        ("1250.5", 1250.5),
        ("2,5", 2.5),
        ("-3", -3),
        ("dua", "dua"),
        ("1,2,3", "1,2,3"),
        ("9" * 60, "9" * 60),
    ],
)
def test_numbers_are_read_as_people_here_write_them(typed: str, read: object) -> None:
    assert read_answers(TEAM, {"luas": [typed]}) == {"luas": read}


def test_what_a_condition_no_longer_asks_for_is_left_out() -> None:
    assert read_answers(TEAM, {"jenis": ["lisan"], "nomor_surat": ["12/B"]}) == {"jenis": "lisan"}


def test_what_is_read_only_is_never_taken_from_the_browser() -> None:
    assert read_answers(TEAM, {"petunjuk": ["anders"]}) == {}


def test_a_condition_is_drawn_closed_until_it_holds(templates: Flask) -> None:
    closed = html_of(templates, draw(TEAM, {}, {"jenis": "lisan"}))
    opened = html_of(templates, draw(TEAM, {}, {"jenis": "tertulis"}))
    assert closed.xpath(".//fieldset[@data-field='nomor_surat']/@disabled")
    assert not opened.xpath(".//fieldset[@data-field='nomor_surat']/@disabled")


def test_a_button_adds_a_row_and_another_takes_it_away(templates: Flask) -> None:
    form = html_of(templates, draw(TEAM, {}, {"tim": [{"nama": "Dewi"}]}))
    more = read_answers(TEAM, acted(posted(form, "add tim")), keep_rows=True)
    assert more["tim"] == [{"nama": "Dewi"}, {}]
    form = html_of(templates, draw(TEAM, {}, more))
    assert read_answers(TEAM, acted(posted(form, "remove tim.0")), keep_rows=True)["tim"] == [{}]


def test_a_full_list_offers_no_more_rows(templates: Flask) -> None:
    form = html_of(templates, draw(TEAM, {}, {"tim": [{"nama": "A"}, {"nama": "B"}, {"nama": "C"}]}))
    assert not form.xpath(".//button[@value='add tim']")


def test_a_kept_file_stays_on_the_form_until_it_is_dropped(templates: Flask) -> None:
    kept = FileShown("0190a0e2-0000-7000-8000-000000000001", "surat.pdf", 2048)
    form = html_of(templates, draw(TEAM, {}, {"surat": kept.id}, files={kept.id: kept}))
    assert "surat.pdf" in form.text_content()
    sent = posted(form)
    assert read_answers(TEAM, sent) == {"surat": kept.id}
    assert read_answers(TEAM, acted({**sent, "alur-do": [f"drop surat {kept.id}"]})) == {}
    assert read_answers(TEAM, sent, uploaded={"surat": ["neu"]}) == {"surat": "neu"}


def test_what_is_wrong_stands_at_its_field_and_above_the_form(templates: Flask) -> None:
    answers = {"jumlah": "dua", "tim": [{"nama": "Dewi"}, {"hari": ["Senin"]}], "tempat": {}}
    drawn = draw(TEAM, {}, answers, find_problems(TEAM, answers))
    form = html_of(templates, drawn)
    links = form.xpath(".//div[@class='errors']//a/@href")
    assert links == ["#f-judul", "#f-jumlah", "#f-tempat.jalan", "#f-tim.1.nama"]
    assert {link[1:] for link in links} <= set(form.xpath(".//*/@id"))
    assert [field.name for field in fields_of(drawn) if field.wrong and field.name == "jumlah"] == ["jumlah"]
    assert "dua" in form.xpath(".//input[@name='jumlah']/@value")


def test_what_is_wrong_with_no_field_is_told_above_the_form(templates: Flask) -> None:
    drawn = draw(TEAM, {}, {}, [Problem("", "Jawaban harus berupa kumpulan isian bernama.")])
    assert drawn.errors[0][0] is None


def test_consent_is_never_ticked_beforehand(templates: Flask) -> None:
    schema = {
        "type": "object",
        "properties": {"setuju": {"type": "boolean", "title": "Benar", "const": True, "default": True}},
    }
    assert not html_of(templates, draw(schema, {}, {}, fresh=True)).xpath(".//input[@checked]")


def test_words_from_a_form_cannot_become_markup(templates: Flask) -> None:
    evil = "<script>alert(1)</script>\"'"
    schema = {"type": "object", "properties": {"a": {"type": "string", "title": evil, "maxLength": 99}}}
    form = html_of(templates, draw(schema, {"a": {"ui:help": evil}}, {"a": evil}))
    assert not form.xpath(".//script")
    assert read_answers(schema, posted(form)) == {"a": evil}
