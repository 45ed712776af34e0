"""Whether answers fit a form, told in words for a clerk, one sentence for each field.

A form is prepared once per process and kept by its content; asking it then costs a fraction of a millisecond.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson
from jsonschema import Draft202012Validator

from service.errors import Invalid, Problem
from service.forms import fields, judge, words
from service.forms.bounds import Bounds, flaw

ANSWERS = Bounds(depth=8, values=5_000, characters=300_000)

_NOT_GOOD = "Periksa kembali isian formulir: ada yang belum lengkap atau belum benar."


def check(schema: Mapping[str, Any], answers: object, known: Mapping[str, Any] | None = None) -> None:
    """Raise `Invalid` with `errors` (pointer into the answers, message, params) unless the answers fit.

    `known` holds what the form showed in its read-only fields; they may be left out or sent back unchanged.
    """
    problems = find_problems(schema, answers, known)
    if problems:
        raise Invalid(_NOT_GOOD, errors=problems)


def find_problems(schema: Mapping[str, Any], answers: object, known: Mapping[str, Any] | None = None) -> list[Problem]:
    """All that is wrong with the answers, in the order of the form, at most one for each field."""
    unreadable = flaw(answers, ANSWERS)
    if unreadable:
        return [unreadable]
    text = orjson.dumps(schema)
    form = _standing(text, _outcomes(text, answers))
    problems = _first_of_each_field(form, answers)
    if isinstance(answers, dict):
        problems += _changes(form.schema["properties"], answers, known or {})
    return problems


def standing_form(schema: Mapping[str, Any], answers: object) -> dict[str, Any]:
    """The form as these answers make it stand: no references, no conditions, only the fields that count."""
    text = orjson.dumps(schema)
    return _standing(text, _outcomes(text, answers)).schema


@dataclass(frozen=True)
class _Standing:
    """A form under certain outcomes of its conditions, ready to judge. Shared: never changed."""

    schema: dict[str, Any]
    known: dict[str, Any]
    judge: Draft202012Validator


@lru_cache(maxsize=512)
def _prepared(text: bytes) -> tuple[dict[str, Any], tuple[Draft202012Validator, ...]]:
    schema = fields.inline(orjson.loads(text))
    return schema, tuple(judge.condition(rule["if"]) for rule in fields.conditions(schema))


@lru_cache(maxsize=1024)
def _standing(text: bytes, outcomes: tuple[bool, ...]) -> _Standing:
    schema, _ = _prepared(text)
    standing = fields.effective(schema, outcomes)
    return _Standing(standing, fields.all_fields(schema), judge.judge_of(standing))


def _outcomes(text: bytes, answers: object) -> tuple[bool, ...]:
    _, conditions = _prepared(text)
    return tuple(condition.is_valid(answers) for condition in conditions)


def _first_of_each_field(form: _Standing, answers: object) -> list[Problem]:
    told: dict[str, Problem] = {}
    for fault in sorted(judge.faults(form.judge, answers), key=words.rank):
        problem = words.problem(fault, form.schema, form.known)
        told.setdefault(problem.pointer, problem)
    return sorted(told.values(), key=lambda problem: _place(form.schema, problem.pointer))


def _place(schema: Mapping[str, Any], pointer: str) -> int:
    """Where on the form the field stands; what is not on it comes last."""
    names = list(schema["properties"])
    name = pointer.split("/")[1] if pointer else ""
    return names.index(name) if name in names else len(names)


def _changes(properties: Mapping[str, Any], answers: Mapping[str, Any], known: Mapping[str, Any]) -> list[Problem]:
    return [
        words.changed(name, field)
        for name, field in properties.items()
        if field.get("readOnly") and name in answers and not _same(answers[name], known, name, field)
    ]


def _same(value: object, known: Mapping[str, Any], name: str, field: Mapping[str, Any]) -> bool:
    shown = known.get(name, field.get("default"))
    return orjson.dumps(value) == orjson.dumps(shown)
