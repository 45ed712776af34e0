"""Sentences for people: in Indonesian as they stand, in English where that is asked for."""

import copy
import json
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from service.demo import OFFICES
from service.entrance import words
from service.sentences import Sentence, both, either, fill, put_together, say, taken_apart
from tests.client import Client

WORDS = {
    "Tugas {name} gagal: {why}": "{name}, a task, failed: {why}",
    "waktu habis": "no time",
    "{one} dan {other}": "{one} and {other}",
}
FAILED = Sentence("Tugas {name} gagal: {why}", name="A {b}", why=Sentence("waktu habis"))
BPMN = Path(__file__).parents[1] / "bpmn"


def english(message: str) -> str:
    return WORDS.get(message, message)


def test_a_sentence_reads_in_indonesian_as_it_stands() -> None:
    assert FAILED == "Tugas A {b} gagal: waktu habis"
    assert Sentence("Tulis ungkapannya saja, tanpa ${ }.") == "Tulis ungkapannya saja, tanpa ${ }."


def test_what_fills_a_sentence_is_translated_too() -> None:
    assert say(FAILED, english) == "A {b}, a task, failed: no time"
    assert fill(FAILED, {}, english) == say(FAILED, english)


def test_text_that_is_no_sentence_stays_as_it_is() -> None:
    assert say("waktu habis", english) == "waktu habis"
    assert say(None, english) is None


def test_a_sentence_taken_as_the_message_of_another_keeps_its_params() -> None:
    assert say(Sentence(FAILED), english) == say(FAILED, english)


def test_sentences_are_joined_in_the_language_of_the_reader() -> None:
    joined = both(["x = 1", "y = 2", Sentence("waktu habis")])
    assert joined == "x = 1 dan y = 2 dan waktu habis"
    assert say(joined, english) == "x = 1 and y = 2 and no time"
    assert either(["a"]) == "a"


@pytest.mark.parametrize("carry", [copy.deepcopy, lambda text: put_together(json.loads(json.dumps(taken_apart(text))))])
def test_a_sentence_survives_being_copied_and_being_sent_to_another_process(carry: Any) -> None:
    assert say(carry(FAILED), english) == say(FAILED, english)


def test_refusals_come_in_the_language_asked_for(client: Client) -> None:
    asked = {
        language: client.call("GET", "/tasks", headers={"Accept-Language": language}) for language in ("id", "en", "fr")
    }
    assert {language: answer.json["detail"] for language, answer in asked.items() if answer.json} == {
        "id": "Silakan masuk dahulu.",
        "en": "Please sign in first.",
        "fr": "Silakan masuk dahulu.",
    }


def test_findings_of_the_check_come_in_the_language_asked_for(client: Client) -> None:
    office = next(each for each in OFFICES if each.diagram == "sp4n_lapor")
    xml = (
        (BPMN / "sp4n_lapor.bpmn")
        .read_bytes()
        .replace(b'name="messageLanes" value="', b'name="messageLanes" value="nowhere&#10;')
    )

    def found(language: str) -> dict[str, str]:
        answer = client.call(
            "POST",
            "/diagrams/check",
            by=f"pemilik@{office.key}",
            data={"bpmn": (BytesIO(xml), "a.bpmn")},
            headers={"Accept-Language": language},
        )
        findings: list[dict[str, str]] = (answer.json or {})["findings"]
        return next(each for each in findings if each["code"] == "message_lanes_unknown")

    assert found("id")["what"] == "Lajur “nowhere” pada messageLanes tidak ada dalam diagram."
    assert found("en")["what"] == "The lane “nowhere” in messageLanes does not exist in the diagram."
    assert found("en")["mend"] == "Write the ID of the lane as in the diagram."


def test_pages_speak_the_language_chosen_there_and_remember_it(client: Client) -> None:
    browser = client.app.test_client()
    assert "Buat pengaduan" in browser.get("/").get_data(as_text=True)
    assert "Make a complaint" in browser.get("/?bahasa=en").get_data(as_text=True)
    assert "Make a complaint" in browser.get("/").get_data(as_text=True)


def test_dates_are_written_as_the_reader_writes_them(demo_app: Flask) -> None:
    moment = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
    told = {}
    for language in ("id", "en"):
        with demo_app.test_request_context(f"/?bahasa={language}"):
            told[language] = words.moment(moment, "Asia/Jakarta", moment)
    assert told == {"id": "Rabu, 18 November, 16.00 WIB", "en": "Wednesday, 18 November, 16:00 WIB"}
