"""The if/then/else rules of a form: simple tests on fields, branches that add fields or demand them."""

from collections.abc import Iterator, Mapping
from typing import Any

from service.errors import Problem
from service.forms import fields, judge
from service.forms.kinds import fields_problems, is_names, only, required_problems
from service.forms.pointers import Path, problem

MOST_CONDITIONS = 30


def _branches(whole: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Every `then` and `else` that is an object; the schema need not be good otherwise."""
    rules = whole.get("allOf")
    for rule in rules if isinstance(rules, list) else ():
        for word in ("then", "else") if isinstance(rule, dict) else ():
            if isinstance(rule.get(word), dict):
                yield rule[word]


def groups(whole: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Every well-formed `properties` of the top level: the form's own and those of its branches."""
    for holder in (whole, *_branches(whole)):
        properties = holder.get("properties")
        if isinstance(properties, dict):
            yield properties


def condition_problems(whole: Mapping[str, Any]) -> Iterator[Problem]:
    """What is wrong with the shape of the rules."""
    rules, at = whole.get("allOf", []), ("schema", "allOf")
    if not isinstance(rules, list) or len(rules) > MOST_CONDITIONS:
        message = "allOf harus berupa daftar paling banyak {limit} syarat if/then."
        yield problem(at, message, limit=MOST_CONDITIONS)
        return
    for place, rule in enumerate(rules):
        if isinstance(rule, dict) and "if" in rule and rule.keys() & {"then", "else"}:
            yield from _rule(rule, whole, (*at, place))
        else:
            yield problem((*at, place), "Setiap bagian allOf harus berisi if, dengan then atau else.")


def reach_problems(whole: Mapping[str, Any]) -> Iterator[Problem]:
    """A misspelt value in an `if` would close its branch for ever without anybody noticing."""
    known = fields.all_fields(whole)
    for place, rule in enumerate(fields.conditions(whole)):
        for name, test in rule["if"]["properties"].items():
            values = [test["const"]] if "const" in test else test["enum"]
            at = ("schema", "allOf", place, "if", "properties", name)
            if known[name]["type"] in ("array", "object"):
                yield problem(at, "Syarat hanya atas satu pilihan, ya/tidak, teks atau bilangan.")
            elif not all(judge.fits(known[name], value) for value in values):
                yield problem(at, "Syarat memakai nilai yang tidak mungkin dijawab pada “{name}”.", name=name)


def _rule(rule: Mapping[str, Any], whole: Mapping[str, Any], at: Path) -> Iterator[Problem]:
    for word in sorted(rule.keys() - {"if", "then", "else", "$comment"}):
        yield problem((*at, word), "Bagian allOf hanya berisi if, then dan else.")
    known = frozenset(name for group in groups(whole) for name in group)
    yield from _if(rule["if"], known, (*at, "if"))
    for word in ("then", "else"):
        if word in rule:
            yield from _branch(rule[word], whole, (*at, word))


def _if(found: Any, known: frozenset[str], at: Path) -> Iterator[Problem]:
    if not isinstance(found, dict) or not isinstance(found.get("properties"), dict) or not found["properties"]:
        yield problem(at, "Syarat if harus berisi properties.")
        return
    yield from only(found, {"properties", "required", "type"}, at)
    if found.get("type", "object") != "object":
        yield problem((*at, "type"), "Syarat if bertipe object.")
    for name, test in found["properties"].items():
        here = (*at, "properties", name)
        if name not in known:
            yield problem(here, "Syarat menyebut “{name}” yang tidak ada pada formulir.", name=name)
        elif not _is_test(test):
            yield problem(here, "Syarat atas satu isian ditulis dengan const, atau enum berisi daftar nilai.")
    required = found.get("required", [])
    if not is_names(required) or not set(required) <= found["properties"].keys():
        yield problem((*at, "required"), "required pada if hanya menyebut isian yang disyaratkan di situ.")


def _is_test(test: Any) -> bool:
    if not isinstance(test, dict) or len(test) != 1:
        return False
    return "const" in test or (isinstance(test.get("enum"), list) and bool(test["enum"]))


def _branch(found: Any, whole: Mapping[str, Any], at: Path) -> Iterator[Problem]:
    if not isinstance(found, dict):
        yield problem(at, "then dan else harus berupa objek.")
        return
    yield from only(found, {"properties", "required"}, at)
    own, base = found.get("properties", {}), whole.get("properties", {})
    if not isinstance(own, dict) or not isinstance(base, dict):
        yield problem((*at, "properties"), "properties harus berupa objek berisi isian.")
        return
    yield from fields_problems(own, (*at, "properties"), depth=1)
    yield from required_problems(found.get("required", []), {**base, **own}, (*at, "required"))
    yield from _twice_defined(own, whole, (*at, "properties"))


def _twice_defined(own: Mapping[str, Any], whole: Mapping[str, Any], at: Path) -> Iterator[Problem]:
    """One name, one field: two branches may share a field only if they mean the same."""
    base, *others = groups(whole)
    for name, field in own.items():
        if name in base:
            message = "“{name}” sudah ada pada formulir; cukup sebut dalam required."
            yield problem((*at, name), message, name=name)
        elif any(other.get(name, field) != field for other in others):
            message = "“{name}” didefinisikan berbeda pada syarat lain; beri nama lain."
            yield problem((*at, name), message, name=name)
