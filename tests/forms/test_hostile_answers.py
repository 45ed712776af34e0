"""Answers made to hurt: they are refused, and quickly."""

import time

import pytest

from service.errors import Invalid
from service.forms.check import check

FORM = {
    "type": "object",
    "properties": {
        "kode": {
            "title": "Kode",
            "type": "string",
            "maxLength": 200,
            "pattern": "^[a-z]*[a-z ]{0,5}$",
            "examples": ["a"],
        },
        "umur": {"title": "Umur", "type": "integer"},
        "bagian": {
            "title": "Bagian",
            "type": "array",
            "items": {"type": "string", "enum": ["a", "b"]},
            "uniqueItems": True,
        },
        "tim": {
            "title": "Tim",
            "type": "array",
            "maxItems": 10,
            "items": {"type": "object", "properties": {"nama": {"title": "Nama", "type": "string", "maxLength": 9}}},
        },
    },
}


def deep(levels):
    nested: object = "dasar"
    for _ in range(levels):
        nested = {"a": [nested]}
    return nested


@pytest.mark.parametrize(
    "answers",
    [
        pytest.param({"umur": float("nan")}, id="not a number"),
        pytest.param({"umur": float("inf")}, id="endless"),
        pytest.param({"umur": 10**400}, id="more digits than a database keeps"),
        pytest.param({"kode": "a\x00b"}, id="null character"),
        pytest.param({"kode": "\ud800"}, id="half a surrogate pair"),
        pytest.param({"\udfff": "a"}, id="half a surrogate pair as name"),
        pytest.param({"kode": b"a"}, id="bytes"),
        pytest.param({"kode": "a" * 5_000_000}, id="five million letters"),
        pytest.param({"a" * 100_000: 1}, id="endless name"),
        pytest.param(deep(50_000), id="fifty thousand levels"),
        pytest.param({"bagian": [[]] * 1_000_000}, id="a million lists"),
        pytest.param({"bagian": [{"a": n} for n in range(2_000)]}, id="unequal objects where choices belong"),
        pytest.param({"tim": [{"nama": 1}] * 2_000}, id="far too many rows"),
        pytest.param({f"x{n}": n for n in range(4_000)}, id="thousands of unknown fields"),
        pytest.param({"kode": "a" * 199 + "!"}, id="a text that makes patterns backtrack"),
        pytest.param({"kode": "a" * 100_000 + "!"}, id="the same, too long"),
    ],
)
def test_hostile_answers_are_refused_within_a_moment(answers):
    check(FORM, {"kode": "a"})
    began = time.thread_time()
    with pytest.raises(Invalid) as refusal:
        check(FORM, answers)
    assert refusal.value.errors
    assert time.thread_time() - began < 2


def test_a_refusal_never_grows_with_what_was_sent():
    with pytest.raises(Invalid) as refusal:
        check(FORM, {f"x{n}": n for n in range(4_000)})
    assert len(refusal.value.errors) <= 200
