"""Reads an upload: one BPMN file, form files or a zip of them, within limits that a bomb cannot pass."""

import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO, Any

import orjson

from service.errors import Invalid, Problem, TooLarge
from service.forms.bounds import Bounds, flaw

LARGEST_BPMN = 1_000_000
LARGEST_FORM = 200_000
MOST_FORMS = 500
READABLE = Bounds(depth=60, values=60_000, characters=LARGEST_FORM)


@dataclass(frozen=True)
class Sent:
    """A file as it was sent."""

    name: str
    stream: IO[bytes]


def read_bpmn(file: Sent) -> bytes:
    """The BPMN file, byte for byte. Raises `TooLarge`."""
    content = file.stream.read(LARGEST_BPMN + 1)
    if len(content) > LARGEST_BPMN:
        raise TooLarge("Berkas BPMN terlalu besar; paling besar 1 MB.")
    return content


def read_forms(files: Iterable[Sent]) -> dict[str, Any]:
    """Form files by name, parsed. Raises `Invalid` for what is no JSON object, `TooLarge` for what is too much."""
    forms: dict[str, Any] = {}
    for file in files:
        name = PurePosixPath(file.name).name
        if name.lower().endswith(".zip"):
            forms |= _read_zip(file)
        else:
            forms[name] = _parse(name, file.stream.read(LARGEST_FORM + 1))
    if len(forms) > MOST_FORMS:
        raise TooLarge("Terlalu banyak berkas formulir; paling banyak {most}.", most=MOST_FORMS)
    return forms


def _read_zip(file: Sent) -> dict[str, Any]:
    try:
        with zipfile.ZipFile(file.stream) as archive:
            members = [m for m in archive.infolist() if m.filename.endswith((".json", ".form")) and not m.is_dir()]
            if len(members) > MOST_FORMS:
                raise TooLarge("Terlalu banyak berkas formulir; paling banyak {most}.", most=MOST_FORMS)
            return {PurePosixPath(m.filename).name: _parse(m.filename, _member(archive, m)) for m in members}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise _unreadable(file.name, "Berkas zip “{name}” tidak dapat dibaca.") from error


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """Read no more than allowed, whatever the archive claims of the size."""
    with archive.open(member) as stream:
        return stream.read(LARGEST_FORM + 1)


def _parse(name: str, content: bytes) -> dict[str, Any]:
    if len(content) > LARGEST_FORM:
        raise TooLarge("Berkas formulir “{name}” terlalu besar; paling besar 200 kB.", name=name)
    try:
        parsed = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise _unreadable(name, "Berkas formulir “{name}” bukan JSON yang benar.") from error
    unfit = flaw(parsed, READABLE)
    if unfit is not None:
        raise Invalid(unfit.message, errors=[Problem("/forms", unfit.message)])
    if not isinstance(parsed, dict) or not name:
        raise _unreadable(name, "Berkas formulir “{name}” harus berisi satu objek JSON.")
    return parsed


def _unreadable(name: str, message: str) -> Invalid:
    return Invalid(message, errors=[Problem("/forms", message, (("name", name),))], name=name)
