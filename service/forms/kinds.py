"""What each kind of field may say about itself: the keywords of the profile, one by one.

Groups hold fields, so this walks down; `fields_problems` is the door for whoever has a `properties`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from service.errors import Problem
from service.forms import fields, patterns
from service.forms.addressed import MARK as ADDRESSED
from service.forms.choices import choice_problems
from service.forms.formats import FILE
from service.forms.formats import KNOWN as KNOWN_FORMATS
from service.forms.identity import MARK as IDENTITY
from service.forms.pointers import Path, problem
from service.sentences import Sentence

MOST_DEPTH = 4
MOST_ROWS = 100
MOST_FILES = 20
LONGEST_TEXT = 20_000
LONGEST_WORDS = 2_000

WORDS = frozenset({"title", "description", "$comment"})
NOTES = WORDS | {"default", "examples", "readOnly", IDENTITY, ADDRESSED}
OBJECT = frozenset({"properties", "required", "dependentRequired", "additionalProperties"})

_CHOICE = frozenset({"enum", "oneOf"})
_BY_TYPE = {
    "string": _CHOICE | {"minLength", "maxLength", "pattern", "format"},
    "integer": _CHOICE | {"minimum", "maximum"},
    "number": _CHOICE | {"minimum", "maximum"},
    "boolean": _CHOICE | {"const"},
    "array": frozenset({"items", "minItems", "maxItems", "uniqueItems"}),
    "object": OBJECT,
}

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_SHORT_FORMATS = frozenset({"date", "time", "date-time", FILE})
"""Formats that bound the length by themselves."""

_IN_ALL_OF = "Taruh if/then/else di dalam daftar allOf."
_INSTEAD = {
    "if": _IN_ALL_OF,
    "then": _IN_ALL_OF,
    "else": _IN_ALL_OF,
    "allOf": "allOf hanya boleh di tingkat paling atas formulir.",
    "anyOf": "Pakai enum atau oneOf untuk pilihan, dan allOf berisi if/then untuk syarat.",
    "not": "Nyatakan syaratnya dengan if/then/else.",
    "dependencies": "Pakai dependentRequired, atau allOf berisi if/then.",
    "dependentSchemas": "Pakai allOf berisi if/then.",
    "definitions": "Pakai $defs.",
    "patternProperties": "Sebutkan setiap isian dalam properties.",
    "exclusiveMinimum": "Pakai minimum.",
    "exclusiveMaximum": "Pakai maximum.",
    "prefixItems": "Pakai items dengan satu bentuk baris.",
    "nullable": "Isian yang boleh kosong cukup tidak disebut dalam required.",
    "const": "const hanya untuk pernyataan yang harus disetujui (boolean), dan di dalam if.",
    "format": "format hanya untuk teks.",
    "enumNames": "Pakai oneOf berisi const dan title.",
    "$ref": "$ref tidak dapat dipakai di tempat ini.",
}


def only(found: Mapping[str, Any], allowed: Iterable[str], at: Path) -> Iterator[Problem]:
    """Every keyword that is not allowed here, with what to write instead."""
    for word in found:
        if word not in allowed:
            advice = Sentence(_INSTEAD.get(word, "Hapus kata kunci ini."))
            message = "Kata kunci {word} tidak didukung di sini. {advice}"
            yield problem((*at, word), message, word=word[:100], advice=advice)


def words_problems(found: Mapping[str, Any], at: Path) -> Iterator[Problem]:
    """Title and description have to be texts, and no essays."""
    for word in sorted(WORDS & found.keys()):
        if not isinstance(found[word], str) or len(found[word]) > LONGEST_WORDS:
            message = "{word} harus berupa teks paling panjang {limit} huruf."
            yield problem((*at, word), message, word=word, limit=LONGEST_WORDS)


def object_problems(found: Mapping[str, Any], at: Path, depth: int, known: Iterable[str] = ()) -> Iterator[Problem]:
    """`known` are names `dependentRequired` may use besides the object's own fields."""
    properties = found.get("properties")
    if not isinstance(properties, dict):
        yield problem((*at, "properties"), "properties harus berupa objek berisi isian.")
        return
    if depth > MOST_DEPTH:
        message = "Kelompok isian bersarang terlalu dalam; paling banyak {limit} tingkat."
        yield problem(at, message, limit=MOST_DEPTH)
        return
    yield from fields_problems(properties, (*at, "properties"), depth)
    yield from required_problems(found.get("required", []), properties, (*at, "required"))
    if "dependentRequired" in found:
        yield from _dependent(found["dependentRequired"], {*properties, *known}, (*at, "dependentRequired"))
    if found.get("additionalProperties", False) is not False:
        message = "Isian di luar formulir tidak pernah diterima; hapus kata kunci ini."
        yield problem((*at, "additionalProperties"), message)


def fields_problems(properties: Mapping[str, Any], at: Path, depth: int) -> Iterator[Problem]:
    """All fields of one `properties`; `depth` 1 is the form itself."""
    for name, field in properties.items():
        here = (*at, name)
        if not _NAME.fullmatch(name):
            message = "Nama isian hanya boleh huruf a-z, angka dan garis bawah, dan tidak diawali angka."
            yield problem(here, message)
        if not isinstance(field, dict):
            yield problem(here, "Isian harus berupa objek JSON Schema.")
            continue
        if not isinstance(field.get("title"), str) or not field["title"].strip():
            yield problem((*here, "title"), "Isian ini belum berjudul; petugas membaca judulnya.")
        yield from _field(field, here, depth)
        yield from _top_level_only(field, here, depth)


def required_problems(required: Any, properties: Mapping[str, Any], at: Path) -> Iterator[Problem]:
    """What is demanded has to be on the form, and open to be filled."""
    if not is_names(required):
        yield problem(at, "required harus berupa daftar nama isian, masing-masing satu kali.")
        return
    for place, name in enumerate(required):
        if name not in properties:
            yield problem((*at, place), "required menyebut “{name}” yang tidak ada di sini.", name=name)
        elif isinstance(properties[name], dict) and properties[name].get("readOnly"):
            message = "“{name}” hanya dapat dibaca, jadi tidak dapat diwajibkan."
            yield problem((*at, place), message, name=name)


def is_names(found: Any) -> bool:
    """A list of texts, each once."""
    return isinstance(found, list) and all(isinstance(name, str) for name in found) and len(set(found)) == len(found)


def _top_level_only(field: Mapping[str, Any], at: Path, depth: int) -> Iterator[Problem]:
    for word in ("readOnly", IDENTITY, ADDRESSED):
        if word in field and not isinstance(field[word], bool):
            yield problem((*at, word), "{word} harus true atau false.", word=word)
        elif field.get(word) and depth > 1:
            yield problem((*at, word), "{word} hanya untuk isian di tingkat paling atas.", word=word)


def _dependent(needs: Any, known: Iterable[str], at: Path) -> Iterator[Problem]:
    if not isinstance(needs, dict) or not all(is_names(others) for others in needs.values()):
        yield problem(at, "dependentRequired harus berupa nama isian dengan daftar nama isian.")
        return
    named = {name for key, others in needs.items() for name in (key, *others)}
    for name in sorted(named - set(known)):
        yield problem(at, "dependentRequired menyebut “{name}” yang tidak ada di sini.", name=name)


def _field(field: Mapping[str, Any], at: Path, depth: int) -> Iterator[Problem]:
    kind = field.get("type")
    if not isinstance(kind, str) or kind not in _BY_TYPE:
        yield problem((*at, "type"), "Tipe isian harus satu dari: {types}.", types=", ".join(_BY_TYPE))
        return
    yield from only(field, NOTES | _BY_TYPE[kind] | {"type"}, at)
    yield from words_problems(field, at)
    if "examples" in field and not (isinstance(field["examples"], list) and field["examples"]):
        yield problem((*at, "examples"), "examples harus berupa daftar yang tidak kosong.")
    yield from choice_problems(field, kind, at)
    if kind == "object":
        yield from object_problems(field, at, depth + 1)
    elif kind == "array":
        yield from _array(field, at, depth)
    else:
        yield from _SCALARS[kind](field, at)


def _yes_no(field: Mapping[str, Any], at: Path) -> Iterator[Problem]:
    if "const" in field and field["const"] is not True:
        yield problem((*at, "const"), "const untuk pernyataan yang harus disetujui bernilai true.")


def _number(field: Mapping[str, Any], at: Path) -> Iterator[Problem]:
    limits = [(word, field[word]) for word in ("minimum", "maximum") if word in field]
    for word, limit in limits:
        if isinstance(limit, bool) or not isinstance(limit, int | float):
            yield problem((*at, word), "{word} harus berupa angka.", word=word)
            return
    if len(limits) == 2 and limits[0][1] > limits[1][1]:
        yield problem((*at, "maximum"), "{high} lebih kecil daripada {low}.", high="maximum", low="minimum")


def _text(field: Mapping[str, Any], at: Path) -> Iterator[Problem]:
    if "format" in field and field["format"] not in sorted(KNOWN_FORMATS):
        known = ", ".join(sorted(KNOWN_FORMATS))
        yield problem((*at, "format"), "format harus satu dari: {formats}.", formats=known)
        return
    if fields.is_choice(field):
        for word in sorted(field.keys() & {"minLength", "maxLength", "pattern", "format"}):
            yield problem((*at, word), "Isian pilihan tidak memerlukan {word}; hapus saja.", word=word)
        return
    yield from _counts(field, ("minLength", "maxLength"), at, LONGEST_TEXT)
    if "maxLength" not in field and field.get("format") not in _SHORT_FORMATS:
        yield problem((*at, "maxLength"), "Isian teks harus mempunyai maxLength.")
    if "pattern" in field:
        yield from _pattern(field, (*at, "pattern"))


_SCALARS = {"string": _text, "integer": _number, "number": _number, "boolean": _yes_no}


def _counts(field: Mapping[str, Any], words: tuple[str, str], at: Path, most: int) -> Iterator[Problem]:
    low, high = words
    for word in words:
        if word in field and not _is_count(field[word], most):
            message = "{word} harus berupa bilangan bulat dari 0 sampai {limit}."
            yield problem((*at, word), message, word=word, limit=most)
            return
    if low in field and high in field and field[low] > field[high]:
        yield problem((*at, high), "{high} lebih kecil daripada {low}.", high=high, low=low)


def _is_count(found: Any, most: int) -> bool:
    return isinstance(found, int) and not isinstance(found, bool) and 0 <= found <= most


def _pattern(field: Mapping[str, Any], at: Path) -> Iterator[Problem]:
    if not isinstance(field["pattern"], str) or "format" in field:
        yield problem(at, "pattern harus berupa teks, dan tidak bersama format.")
    elif not field.get("examples"):
        message = "Isian dengan pattern harus mempunyai contoh (examples), agar petugas tahu bentuknya."
        yield problem(at, message)
    elif _is_count(field.get("maxLength"), LONGEST_TEXT):
        try:
            patterns.refuse_unsafe(field["pattern"], field["maxLength"])
        except patterns.NotAPattern as why:
            yield problem(at, why.message, **why.params)


def _array(field: Mapping[str, Any], at: Path, depth: int) -> Iterator[Problem]:
    items, here = field.get("items"), (*at, "items")
    if not isinstance(items, dict):
        yield problem(here, "Daftar harus mempunyai items.")
        return
    if not isinstance(field.get("uniqueItems", False), bool):
        yield problem((*at, "uniqueItems"), "uniqueItems harus true atau false.")
    most = MOST_FILES if fields.is_file(field) else MOST_ROWS
    yield from _counts(field, ("minItems", "maxItems"), at, most)
    if items.get("type") == "object":
        yield from _rows(field, items, at, depth)
    elif items.get("type") == "string" and fields.is_choice(items):
        yield from _many_choices(field, items, at, depth)
    elif items.get("type") == "string" and items.get("format") == FILE:
        yield from _bounded(field, at)
        yield from only(items, WORDS | {"type", "format"}, here)
    else:
        yield problem(here, "Daftar hanya untuk pilihan (enum/oneOf), kelompok isian, atau berkas.")


def _rows(field: Mapping[str, Any], items: Mapping[str, Any], at: Path, depth: int) -> Iterator[Problem]:
    yield from _bounded(field, at)
    yield from _field(items, (*at, "items"), depth)
    for word in sorted(items.keys() & (NOTES - WORDS)):
        yield problem((*at, "items", word), "{word} ditulis pada daftarnya, bukan pada items.", word=word)


def _many_choices(field: Mapping[str, Any], items: Mapping[str, Any], at: Path, depth: int) -> Iterator[Problem]:
    yield from _field(items, (*at, "items"), depth)
    if field.get("uniqueItems") is not True:
        yield problem((*at, "uniqueItems"), "Daftar pilihan harus mempunyai uniqueItems: true.")


def _bounded(field: Mapping[str, Any], at: Path) -> Iterator[Problem]:
    if "maxItems" not in field:
        yield problem((*at, "maxItems"), "Daftar harus mempunyai maxItems.")
