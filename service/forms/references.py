"""References inside a form: `$ref` only to its own `$defs`, with nothing but words beside it."""

from collections.abc import Iterator
from typing import Any

from service.errors import Problem
from service.forms import fields
from service.forms.kinds import NOTES
from service.forms.pointers import Path, problem


def reference_problems(schema: dict[str, Any]) -> Iterator[Problem]:
    """What is wrong with the references; endless ones show only when they are written out."""
    definitions = schema.get("$defs", {})
    if not isinstance(definitions, dict):
        yield problem(("schema", "$defs"), "$defs harus berupa objek.")
        return
    used: set[str] = set()
    waiting: list[tuple[Any, Path]] = [(schema, ("schema",))]
    while waiting:
        found, at = waiting.pop()
        if isinstance(found, dict) and "$ref" in found:
            yield from _reference(found, at, definitions)
            used.add(str(found["$ref"]).removeprefix(fields.REF_PREFIX))
        waiting.extend(_schemas_below(found, at))
    for name in sorted(definitions.keys() - used):
        yield problem(("schema", "$defs", name), "Bagian $defs ini tidak dipakai; hapus saja.")


def _schemas_below(found: Any, at: Path) -> list[tuple[Any, Path]]:
    if isinstance(found, list):
        return [(part, (*at, place)) for place, part in enumerate(found)]
    if isinstance(found, dict):
        return [(part, (*at, word)) for word, part in found.items() if word not in fields.VALUES]
    return []


def _reference(found: dict[str, Any], at: Path, definitions: dict[str, Any]) -> Iterator[Problem]:
    ref = found["$ref"]
    if not isinstance(ref, str) or not ref.startswith(fields.REF_PREFIX):
        yield problem((*at, "$ref"), "$ref hanya boleh menunjuk ke “#/$defs/...” di dalam formulir ini.")
    elif not isinstance(definitions.get(ref.removeprefix(fields.REF_PREFIX)), dict):
        yield problem((*at, "$ref"), "Rujukan “{ref}” tidak ada dalam $defs.", ref=ref[:100])
    for word in sorted(found.keys() - NOTES - {"$ref"}):
        message = "Di samping $ref hanya boleh ada judul dan keterangan, bukan {word}."
        yield problem((*at, word), message, word=word[:100])
