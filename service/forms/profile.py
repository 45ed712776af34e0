"""The profile: which forms we take. What is outside it is refused when the form is handed in, not at a desk.

Every problem has a pointer into `{"schema": ..., "ui_schema": ...}` and words that say what to do instead.
The profile as a table: `forms/README.md`.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice
from typing import Any

from service.errors import Invalid, Problem
from service.forms import fields, judge
from service.forms.bounds import Bounds, flaw
from service.forms.conditions import condition_problems, groups, reach_problems
from service.forms.kinds import OBJECT, WORDS, object_problems, only, words_problems
from service.forms.pointers import Path, pointer, problem
from service.forms.references import reference_problems
from service.forms.ui import ui_problems

FORM = Bounds(depth=24, values=20_000, characters=400_000)
MOST_FIELDS = 200
MOST_PROBLEMS = 100
DIALECTS = ("https://json-schema.org/draft/2020-12/schema", "http://json-schema.org/draft-07/schema#")

_ROOT = WORDS | OBJECT | {"$schema", "$id", "$defs", "type", "allOf"}


def check_profile(schema: object, ui: object = None) -> list[Problem]:
    """All that keeps this form out of the profile; an empty list when it is taken.

    `schema` and `ui` are what JSON gave, from anybody: nothing is trusted before it has been looked at.
    """
    ui = {} if ui is None else ui
    flaws = [flaw(schema, FORM, ("schema",)), flaw(ui, FORM, ("ui_schema",))]
    if any(flaws):
        return [found for found in flaws if found]
    if not isinstance(schema, dict) or not isinstance(ui, dict):
        part = "ui_schema" if isinstance(schema, dict) else "schema"
        return [Problem(pointer((part,)), "Formulir harus berupa objek JSON.")]
    return _first(reference_problems(schema)) or _whole_problems(schema, ui)


def _first(problems: Iterable[Problem]) -> list[Problem]:
    return list(islice(problems, MOST_PROBLEMS))


def _whole_problems(schema: dict[str, Any], ui: dict[str, Any]) -> list[Problem]:
    """Shape first; only of a form in shape can be asked whether its values and its UI half fit."""
    try:
        whole = fields.inline(schema)
    except Invalid as refusal:
        return [problem(("schema", "$defs"), refusal.message, **refusal.params)]
    return _first(_shape(whole)) or _first(chain(reach_problems(whole), _notes_problems(whole), ui_problems(whole, ui)))


def _shape(whole: dict[str, Any]) -> Iterator[Problem]:
    at: Path = ("schema",)
    yield from only(whole, _ROOT, at)
    if whole.get("type") != "object":
        yield problem((*at, "type"), "Formulir harus bertipe object.")
    if whole.get("$schema", DIALECTS[0]) not in DIALECTS:
        yield problem((*at, "$schema"), "Pakai JSON Schema 2020-12.")
    yield from words_problems(whole, at)
    names = {name for group in groups(whole) for name in group}
    yield from object_problems(whole, at, depth=1, known=names)
    yield from condition_problems(whole)
    yield from _number_of_fields(whole, at)


def _number_of_fields(whole: Mapping[str, Any], at: Path) -> Iterator[Problem]:
    count = sum(_count(field) for group in groups(whole) for field in group.values())
    if count > MOST_FIELDS:
        message = "Formulir berisi {count} isian; paling banyak {limit}."
        yield problem(at, message, count=count, limit=MOST_FIELDS)
    if not count:
        yield problem((*at, "properties"), "Formulir tidak berisi satu isian pun.")


def _count(field: Any) -> int:
    if not isinstance(field, dict):
        return 1
    items = field.get("items")
    below = field.get("properties") or (items.get("properties") if isinstance(items, dict) else None)
    return 1 + sum(map(_count, below.values())) if isinstance(below, dict) else 1


def _notes_problems(whole: Mapping[str, Any]) -> Iterator[Problem]:
    """Defaults and examples are shown, and walked with in trials, so they have to be good answers."""
    for field, at in _every_field(whole):
        if "default" in field and not judge.fits(field, field["default"]):
            yield problem((*at, "default"), "Nilai ini tidak memenuhi syarat isiannya sendiri.")
        for place, value in enumerate(field.get("examples", ())):
            if not judge.fits(field, value):
                message = "Contoh ini tidak memenuhi syarat isiannya sendiri."
                yield problem((*at, "examples", place), message)


def _every_field(whole: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], Path]]:
    waiting: list[tuple[Any, Path]] = [(whole, ("schema",))]
    for place, rule in enumerate(fields.conditions(whole)):
        at: Path = ("schema", "allOf", place)
        waiting += [(rule[word], (*at, word)) for word in ("then", "else") if word in rule]
    while waiting:
        holder, at = waiting.pop()
        for name, field in holder.get("properties", {}).items():
            here = (*at, "properties", name)
            yield field, here
            waiting.append((field, here))
        if "items" in holder:
            waiting.append((holder["items"], (*at, "items")))
