"""A fault in the words of a clerk: which field, what about it, what to do.

Every sentence is a key of the catalogues; what varies stands in {named} places and is filled in later.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from jsonschema import ValidationError

from service.errors import Problem
from service.forms.pointers import pointer

_TYPES = {
    "string": "{field} harus berupa teks.",
    "integer": "{field} harus berupa bilangan bulat.",
    "number": "{field} harus berupa angka.",
    "boolean": "{field} harus dijawab ya atau tidak.",
    "array": "{field} harus berupa daftar.",
    "object": "{field} harus berupa kelompok isian.",
}

_FORMATS = {
    "date": "{field} harus berupa tanggal yang ada di kalender, misalnya 2026-03-31.",
    "time": "{field} harus berupa jam, misalnya 09:30.",
    "date-time": "{field} harus berupa tanggal dan jam, misalnya 2026-03-31T09:30.",
    "email": "{field} harus berupa satu alamat e-mail, misalnya nama@contoh.example.",
    "uri": "{field} harus berupa alamat web yang diawali http:// atau https://.",
    "alur-file": "{field} harus berupa berkas yang sudah diunggah.",
}

_LIMITS = {
    "minLength": "{field} harus berisi sedikitnya {limit} huruf.",
    "maxLength": "{field} paling panjang {limit} huruf.",
    "minimum": "{field} tidak boleh kurang dari {limit}.",
    "maximum": "{field} tidak boleh lebih dari {limit}.",
    "minItems": "{field} harus berisi sedikitnya {limit}.",
    "maxItems": "{field} hanya boleh berisi paling banyak {limit}.",
}

MUST_BE_FILLED = "{field} harus diisi."
MUST_BE_AGREED = "Pernyataan ini harus disetujui: {field}"
MUST_NOT_CHANGE = "{field} tidak dapat diubah."
NOT_ASKED = "{field} tidak diminta untuk pilihan ini; kosongkan."
NOT_ON_FORM = "Isian “{name}” tidak ada pada formulir ini."

_SHOWN = 60

_Params = tuple[tuple[str, Any], ...]

_RANKS = ("type", "additionalProperties", "required", "dependentRequired", "const", "enum", "format")


def rank(fault: ValidationError) -> int:
    """Of several faults of one field the lowest is told: the one that explains the others."""
    return _RANKS.index(fault.validator) if fault.validator in _RANKS else len(_RANKS)


def problem(fault: ValidationError, form: Mapping[str, Any], known: Mapping[str, Any]) -> Problem:
    """`form` is the form as it stands, `known` every field it could have had under other answers."""
    path = tuple(fault.absolute_path)
    if not path:
        return Problem("", "Jawaban harus berupa kumpulan isian bernama.")
    if fault.validator == "additionalProperties":
        return _unknown(path, known)
    field = _at(form, path)
    message, params = _sentence(fault, field, form)
    return Problem(pointer(path), message, (("field", _title(form, path)), *params))


def changed(name: str, field: Mapping[str, Any]) -> Problem:
    """The field may be read only, and something else was sent."""
    return Problem(pointer((name,)), MUST_NOT_CHANGE, (("field", field.get("title", name)),))


def _unknown(path: tuple[str | int, ...], known: Mapping[str, Any]) -> Problem:
    name = str(path[-1])
    if len(path) == 1 and name in known:
        return Problem(pointer(path), NOT_ASKED, (("field", known[name].get("title", name)),))
    return Problem(pointer(path), NOT_ON_FORM, (("name", name[:_SHOWN]),))


def _sentence(fault: ValidationError, field: Mapping[str, Any], form: Mapping[str, Any]) -> tuple[str, _Params]:
    keyword, limit = fault.validator, fault.validator_value
    if keyword == "type":
        return _TYPES.get(str(limit), MUST_BE_FILLED), ()
    if keyword == "format":
        return _FORMATS[str(limit)], ()
    if keyword in _LIMITS:
        return _LIMITS[keyword], (("limit", limit),)
    if keyword == "required" or keyword == "const":
        return (MUST_BE_AGREED if field.get("const") is True else MUST_BE_FILLED), ()
    if keyword == "dependentRequired":
        return "{field} harus diisi bila {other} diisi.", (("other", _title(form, (limit,))),)
    if keyword == "pattern":
        example = next(iter(field.get("examples", ())), "")
        return "{field} tidak sesuai bentuknya. Contoh yang benar: {example}", (("example", example),)
    if keyword == "uniqueItems":
        return "{field} tidak boleh berisi hal yang sama dua kali.", ()
    return "{field}: pilih dari pilihan yang tersedia.", ()


def _at(form: Mapping[str, Any], path: Sequence[str | int]) -> Mapping[str, Any]:
    """The schema of the field at this place, as far as the form knows the way."""
    found: Mapping[str, Any] = form
    for part in path:
        found = found.get("items", {}) if isinstance(part, int) else found.get("properties", {}).get(part, {})
    return found


def _title(form: Mapping[str, Any], path: Sequence[str | int]) -> str:
    """`Tim, baris 2, Nama`: the titles on the way, rows counted as people count."""
    titles: list[str] = []
    for end, part in enumerate(path, start=1):
        field = _at(form, path[:end])
        if isinstance(part, str):
            titles.append(field.get("title", part[:_SHOWN]))
        elif "properties" in field:
            titles.append(f"baris {part + 1}")
    return ", ".join(titles)
