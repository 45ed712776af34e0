"""The UI half of a form (`ui:*` keys): only keys we draw, only fields that exist, every field in the order."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from service.errors import Problem
from service.forms import fields
from service.forms.pointers import Path, problem

LONGEST_WORDS = 1_000
MOST_ROWS = 40

_TEXTS = ("ui:help", "ui:placeholder", "ui:title")
_FIELD_KEYS = frozenset({*_TEXTS, "ui:widget", "ui:options", "ui:readonly"})
_HOLDER_KEYS = frozenset({"ui:order"})


def ui_problems(whole: Mapping[str, Any], ui: Mapping[str, Any]) -> Iterator[Problem]:
    """`whole` is a schema already found good, with its references written out."""
    yield from _holder(fields.all_fields(whole), whole, ui, ("ui_schema",), _HOLDER_KEYS)


def _holder(
    inside: Mapping[str, Any],
    schema: Mapping[str, Any],
    ui: Mapping[str, Any],
    at: Path,
    keys: frozenset[str],
) -> Iterator[Problem]:
    """A form or a group of fields: its own keys, its order, then each field it holds."""
    for key, value in ui.items():
        here = (*at, key)
        if key in keys:
            continue
        if key.startswith("ui:") or key not in inside:
            yield _unknown(here, key)
        elif not isinstance(value, dict):
            yield problem(here, "Keterangan tampilan harus berupa objek.")
        else:
            yield from _field(inside[key], key in schema.get("required", ()), value, here)
    if "ui:order" in ui:
        yield from _order(ui["ui:order"], inside, (*at, "ui:order"))


def _unknown(at: Path, key: str) -> Problem:
    if key.startswith("ui:"):
        return problem(at, "Kunci {key} tidak didukung.", key=key)
    return problem(at, "“{name}” tidak ada pada formulir.", name=key)


def _order(order: Any, inside: Mapping[str, Any], at: Path) -> Iterator[Problem]:
    if not isinstance(order, list) or not all(isinstance(name, str) for name in order):
        yield problem(at, "ui:order harus berupa daftar nama isian.")
        return
    for name, times in Counter(order).items():
        if times > 1:
            yield problem(at, "ui:order menyebut “{name}” lebih dari satu kali.", name=name)
        if name not in inside:
            yield problem(at, "ui:order menyebut “{name}” yang tidak ada pada formulir.", name=name)
    for name in sorted(inside.keys() - set(order)):
        yield problem(at, "ui:order belum menyebut “{name}”.", name=name)


def _field(field: Mapping[str, Any], required: bool, ui: Mapping[str, Any], at: Path) -> Iterator[Problem]:
    yield from _texts(ui, at)
    yield from _widget(field, required, ui, at)
    if not isinstance(ui.get("ui:readonly", False), bool):
        yield problem((*at, "ui:readonly"), "ui:readonly harus true atau false.")
    elif ui.get("ui:readonly") and required and "default" not in field:
        yield problem((*at, "ui:readonly"), "Isian wajib tanpa nilai awal tidak dapat hanya dibaca.")
    items = field.get("items", {})
    if "properties" in field:
        yield from _holder(field["properties"], field, ui, at, _FIELD_KEYS | _HOLDER_KEYS)
    elif "properties" in items:
        yield from _rows(items, ui, at)
    else:
        for key in sorted(ui.keys() - _FIELD_KEYS):
            yield _unknown((*at, key), key)


def _rows(items: Mapping[str, Any], ui: Mapping[str, Any], at: Path) -> Iterator[Problem]:
    for key in sorted(ui.keys() - _FIELD_KEYS - {"items"}):
        yield _unknown((*at, key), key)
    if isinstance(ui.get("items", {}), dict):
        yield from _holder(items["properties"], items, ui.get("items", {}), (*at, "items"), _HOLDER_KEYS)
    else:
        yield problem((*at, "items"), "Keterangan tampilan harus berupa objek.")


def _texts(ui: Mapping[str, Any], at: Path) -> Iterator[Problem]:
    for key in _TEXTS:
        if key in ui and (not isinstance(ui[key], str) or len(ui[key]) > LONGEST_WORDS):
            message = "{key} harus berupa teks paling panjang {limit} huruf."
            yield problem((*at, key), message, key=key, limit=LONGEST_WORDS)


def _widget(field: Mapping[str, Any], required: bool, ui: Mapping[str, Any], at: Path) -> Iterator[Problem]:
    widget, options = ui.get("ui:widget"), ui.get("ui:options", {})
    if widget is not None and widget not in _widgets(field):
        known = ", ".join(_widgets(field))
        yield problem((*at, "ui:widget"), "Isian ini hanya dapat ditampilkan sebagai: {known}.", known=known)
    elif widget == "hidden" and required and "default" not in field:
        yield problem((*at, "ui:widget"), "Isian wajib tanpa nilai awal tidak dapat disembunyikan.")
    if not isinstance(options, dict) or options.keys() - {"rows"}:
        yield problem((*at, "ui:options"), "ui:options hanya berisi rows.")
    elif "rows" in options and (widget != "textarea" or not _is_row_count(options["rows"])):
        message = "rows hanya untuk textarea, dari 1 sampai {limit}."
        yield problem((*at, "ui:options", "rows"), message, limit=MOST_ROWS)


def _is_row_count(rows: Any) -> bool:
    return isinstance(rows, int) and not isinstance(rows, bool) and 1 <= rows <= MOST_ROWS


def _widgets(field: Mapping[str, Any]) -> tuple[str, ...]:
    """The ways this kind of field can be drawn, besides its plain one."""
    if fields.is_file(field):
        return ("file", "hidden")
    if field["type"] == "array":
        return ("checkboxes", "hidden") if fields.choices(field) else ("hidden",)
    if fields.is_choice(field) or field["type"] == "boolean":
        return ("radio", "select", "hidden")
    if field.get("format") == "date":
        return ("date", "hidden")
    return ("textarea", "hidden") if field["type"] == "string" and "format" not in field else ("hidden",)
