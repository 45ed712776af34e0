"""Everything people read is there in Indonesian and in English, and both say the same."""

import re
from string import Formatter

import pytest
from babel.messages import Message

from service.translations import catalogue

KNOWN = {
    message.id if isinstance(message.id, str) else message.id[0]: message for message in catalogue.read() if message.id
}
KEYS = {key if isinstance(key, str) else key[0] for key in catalogue.messages()}

NAMED = re.compile(r"%\((\w+)\)")
# Words that no Indonesian sentence has, unless it speaks of a keyword.
ENGLISH = re.compile(
    r"\b(the|are|was|this|with|from|your|must|cannot|has been|please|which|should|would)\b", re.IGNORECASE
)


def places(text: str) -> set[str]:
    """The {named} and %(named)s places of a sentence; a pair of braces that names nothing is none."""
    named = set(NAMED.findall(text))
    if not named:
        named = {name for _, name, _, _ in Formatter().parse(text) if name and name.isidentifier()}
    return named


def pairs(message: Message) -> list[tuple[str, str]]:
    """Each Indonesian form beside its English one."""
    if isinstance(message.id, str):
        return [(message.id, str(message.string))]
    return list(zip(message.id, message.string, strict=True))


def test_every_sentence_has_its_english_words() -> None:
    """`make words` gathers new sentences; their English has to be written into the catalogue."""
    assert sorted(KEYS - KNOWN.keys()) == []
    assert not [one for message in KNOWN.values() for one, english in pairs(message) if not english.strip()]


def test_the_catalogue_has_no_words_that_nothing_says() -> None:
    assert sorted(KNOWN.keys() - KEYS) == []


def test_the_catalogue_holds_nothing_doubtful_or_discarded() -> None:
    lines = catalogue.CATALOGUE.read_text(encoding="utf-8").splitlines()
    assert not [line for line in lines if line.startswith(("#~", "#,", "#:")) and "format" not in line]


def test_both_languages_have_the_same_places_to_fill() -> None:
    assert not [
        (one, english)
        for message in KNOWN.values()
        for one, english in pairs(message)
        if places(one) != places(english)
    ]


def test_both_languages_begin_and_end_alike() -> None:
    """What is put together with something else keeps its spaces and its colon."""
    assert not [
        (one, english)
        for message in KNOWN.values()
        for one, english in pairs(message)
        if one.startswith(" ") != english.startswith(" ") or (one[-1:] in " :" and one[-1:] != english[-1:])
    ]


def test_no_english_was_left_among_the_indonesian_sentences() -> None:
    assert not [key for key in KEYS if ENGLISH.search(key)]


@pytest.mark.parametrize(
    ("source", "keys"),
    [
        ('raise Conflict("Tugas ini sudah selesai oleh {who}.", who=name)', {"Tugas ini sudah selesai oleh {who}."}),
        ('raise Stuck("Macet." if late else "Berhenti.")', {"Macet.", "Berhenti."}),
        ('yield Problem("/name", "Kosong.")', {"Kosong."}),
        ('TITLES = {"done": "Selesai", "x": "x-y"}', {"Selesai"}),
        ('_wrong("/at", "Waktu terima tidak boleh di masa depan.")', {"Waktu terima tidak boleh di masa depan."}),
        ('ngettext("%(num)d jam", "%(num)d jam", n)', {("%(num)d jam", "%(num)d jam")}),
        ('"""Tidak ada yang dibaca orang."""\nlog.info("worker %s has begun")', set()),
    ],
)
def test_sentences_are_found_wherever_they_are_said(source: str, keys: set[catalogue.Key]) -> None:
    assert set(catalogue.of_python(source)) == keys


def test_no_sentence_is_glued_together() -> None:
    """What is written as an f-string cannot be translated: it is said with {named} places instead."""
    assert not [
        f"{path.relative_to(catalogue.SERVICE)}: {text}"
        for path in catalogue.modules()
        for text in catalogue.glued(path.read_text(encoding="utf-8"))
    ]
