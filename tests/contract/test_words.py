"""Whatever is said of a field that was sent wrongly is our own sentence, in Indonesian and in English."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale
from marshmallow import Schema, fields, validate

from service.entrance.phrases import ONE_OF, Phrase
from service.entrance.problems import said
from tests.client import Client


def schemas(kind: type[Schema] = Schema) -> Iterator[type[Schema]]:
    for inner in kind.__subclasses__():
        if inner.__module__.startswith("service."):
            yield inner
        yield from schemas(inner)


def inside(known: Any) -> Iterator[Any]:
    """A field and the fields within it."""
    yield known
    for name in ("inner", "key_field", "value_field"):
        if getattr(known, name, None) is not None:
            yield from inside(getattr(known, name))


def of_schema(kind: type[Schema]) -> Iterator[tuple[str, Any]]:
    """Every message that this schema can give."""
    schema = kind()
    yield from ((kind.__name__, message) for message in schema.error_messages.values())
    for name, outer in schema.fields.items():
        for known in inside(outer):
            where = f"{kind.__name__}.{name}"
            yield from ((where, message) for message in known.error_messages.values())
            yield from ((where, message) for validator in known.validators for message in of_validator(validator))


def of_validator(validator: Any) -> Iterator[Any]:
    if isinstance(validator, validate.Validator):
        names = ("message_min", "message_max", "message_all", "message_equal", "error")
        yield from filter(None, (getattr(validator, name, None) for name in names))


def every_message() -> list[tuple[str, Any]]:
    return [each for kind in schemas() for each in of_schema(kind)]


def test_no_message_is_a_librarys_own() -> None:
    found = every_message()
    assert len(found) > 200
    assert not {(where, message) for where, message in found if not isinstance(message, Phrase)}


def test_every_message_has_its_english(demo_app: Flask) -> None:
    with demo_app.test_request_context(), force_locale("en"):
        silent = {str(message) for _, message in every_message() if said(str(message), {}) == str(message)}
    assert not silent


SENT: list[tuple[str, Any, str, str]] = [
    ("/complaints", {"answers": {}}, "/diagram", "Bagian ini wajib diisi."),
    ("/complaints", {"diagram": 7, "answers": {}}, "/diagram", "Isi bagian ini dengan teks."),
    ("/complaints", {"diagram": None, "answers": {}}, "/diagram", "Bagian ini tidak boleh kosong."),
    ("/complaints", {"diagram": "x" * 64, "answers": {}}, "/diagram", "Isi dengan 1 sampai 63 huruf."),
    (
        "/complaints",
        {"diagram": "x", "answers": {}, "version": "1"},
        "/version",
        "Isi bagian ini dengan bilangan bulat.",
    ),
    (
        "/complaints",
        {"diagram": "x", "answers": {}, "secret": "ya"},
        "/secret",
        "Isi bagian ini dengan true atau false.",
    ),
    ("/complaints", {"diagram": "x", "answers": []}, "/answers", "Isi bagian ini dengan objek JSON."),
    ("/complaints", {"diagram": "x", "answers": {}, "y": 1}, "/y", "Bagian ini tidak dikenal."),
    ("/complaints", [], "", "Kirim isi permintaan sebagai objek JSON."),
]


@pytest.mark.parametrize(("path", "body", "pointer", "words"), SENT, ids=[words for *_, words in SENT])
def test_a_clerk_can_read_what_is_wrong(client: Client, path: str, body: Any, pointer: str, words: str) -> None:
    answer = client.call("POST", path, body)
    assert answer.status_code == 422 and answer.json is not None
    assert {"pointer": pointer, "message": words} in answer.json["errors"]
    english = client.call("POST", path, body, headers={"Accept-Language": "en"})
    assert english.json is not None
    (said_in_english,) = [e["message"] for e in english.json["errors"] if e["pointer"] == pointer]
    assert said_in_english != words and "{" not in said_in_english


def test_a_phrase_is_filled_in_only_after_it_was_translated() -> None:
    phrase = ONE_OF.format(choices="a, b")
    assert (str(phrase), phrase.params) == ("Pilih salah satu: {choices}.", {"choices": "a, b"})
    assert isinstance(fields.String().error_messages["required"], Phrase)
