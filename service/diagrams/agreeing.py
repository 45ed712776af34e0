"""Whether what was filled in on one form can stand on another: asked of the start forms of versions in one trial."""

from collections.abc import Mapping, Sequence
from typing import Any

from service.forms import fields
from service.forms.identity import MARK, identity_fields

NOTES = frozenset({"title", "description", "$comment", "default", "examples"})
"""What a field tells its reader; answers do not depend on it."""
LOOSER_DOWN = frozenset({"minLength", "minimum", "minItems"})
LOOSER_UP = frozenset({"maxLength", "maximum", "maxItems"})
SCALARS = frozenset({"string", "integer", "number", "boolean"})


def disagreements(shown: Mapping[str, Any], taken: Mapping[str, Any]) -> list[str]:
    """Names of the fields that keep answers of the form `shown` from being valid on the form `taken`.

    Empty where every answer that is good on the first is good on the second. What cannot be proved by looking at
    both counts as disagreement, so an empty list can be relied on.
    """
    one, other = fields.inline(shown), fields.inline(taken)
    before, after = fields.all_fields(one), fields.all_fields(other)
    wrong = {name for name, field in before.items() if name not in after or not _takes(field, after[name])}
    wrong |= set(other.get("required", ())) - set(one.get("required", ()))
    wrong |= _needs(one) ^ _needs(other)
    if _rules(one) != _rules(other):
        wrong |= _named_in_rules(one) ^ _named_in_rules(other) or _named_in_rules(one)
    return sorted(wrong)


def sortable_fields(forms: Sequence[Mapping[str, Any]]) -> dict[str, dict[Any, str]]:
    """Fields by which instances can be told apart on every one of these forms: name to its values and their labels.

    They are those with a fixed choice of answers, the same everywhere. What says who somebody is, is never among them.
    """
    found = [_choice_fields(form) for form in forms]
    first, rest = found[0], found[1:]
    return {name: values for name, values in first.items() if all(other.get(name) == values for other in rest)}


def shared_fields(forms: Sequence[Mapping[str, Any]]) -> set[str]:
    """Fields that mean the same on every one of these forms and say nothing of who somebody is."""
    known = [fields.all_fields(fields.inline(form)) for form in forms]
    hidden = {name for form in forms for name in identity_fields(form)}
    return {
        name
        for name, field in known[0].items()
        if name not in hidden
        and field.get("type") in SCALARS
        and not fields.is_file(field)
        and all(name in other and _takes(field, other[name]) and _takes(other[name], field) for other in known[1:])
    }


def titles(form: Mapping[str, Any]) -> dict[str, str]:
    """What the fields of a form are called."""
    return {name: field.get("title", name) for name, field in fields.all_fields(fields.inline(form)).items()}


def _choice_fields(form: Mapping[str, Any]) -> dict[str, dict[Any, str]]:
    hidden = set(identity_fields(form))
    known = fields.all_fields(fields.inline(form))
    return {name: _values(field) for name, field in known.items() if name not in hidden and _values(field)}


def _values(field: Mapping[str, Any]) -> dict[Any, str]:
    if field.get("type") == "boolean" and "const" not in field:
        return {True: "Ya", False: "Tidak"}
    return fields.choices(field) if fields.is_choice(field) else {}


def _takes(shown: Mapping[str, Any], taken: Mapping[str, Any]) -> bool:
    """Whether every value of one field is good for the other."""
    if shown.get("type") != taken.get("type") or bool(shown.get(MARK)) != bool(taken.get(MARK)):
        return False
    if fields.is_choice(shown) and fields.is_choice(taken):
        return set(fields.choices(shown)) <= set(fields.choices(taken))
    bounds = LOOSER_DOWN | LOOSER_UP
    return _bare(shown, bounds) == _bare(taken, bounds) and all(_no_tighter(shown, taken, word) for word in bounds)


def _no_tighter(shown: Mapping[str, Any], taken: Mapping[str, Any], word: str) -> bool:
    if word not in taken:
        return True
    if word not in shown:
        return False
    return bool(taken[word] <= shown[word] if word in LOOSER_DOWN else taken[word] >= shown[word])


def _bare(found: Any, without: frozenset[str] = frozenset()) -> Any:
    """A schema without what it only tells; names of fields are left alone, whatever they are."""
    if isinstance(found, list):
        return [_bare(part) for part in found]
    if not isinstance(found, dict):
        return found
    return {
        word: {name: _bare(field) for name, field in part.items()} if word == "properties" else _bare(part)
        for word, part in found.items()
        if word not in NOTES and word not in without
    }


def _needs(form: Mapping[str, Any]) -> set[str]:
    """What is demanded together, as texts that can be compared by name."""
    needs = form.get("dependentRequired", {})
    return {name for key, others in needs.items() for name in (key, *others)}


def _rules(form: Mapping[str, Any]) -> Any:
    return _bare(fields.conditions(form)), form.get("dependentRequired", {})


def _named_in_rules(form: Mapping[str, Any]) -> set[str]:
    named = {name for rule in fields.conditions(form) for name in rule.get("if", {}).get("properties", {})}
    return named | {name for branch in fields.branches(form) for name in branch.get("properties", {})} | _needs(form)
