"""Verbs of the files room: take a file in, open it, bind it to an instance, forget what nobody used."""

import hashlib
import logging
import tempfile
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

from service.database import db, new_id
from service.errors import Invalid, NotFound, Problem, TooLarge
from service.files import names, photos, storage
from service.files.fields import named_files, takes_several
from service.files.kinds import kind_of
from service.files.models import File, file_of, held, known_keys, unattached

LARGEST = 10 * 1024 * 1024
MOST_AT_ONCE = 20
IN_MEMORY = 1024 * 1024
BATCH = 500
MEBIBYTE = 1024 * 1024

TOO_LARGE = "Berkas “{name}” terlalu besar. Paling besar {most} MB; kecilkan ukurannya, lalu kirim lagi."
EMPTY = "Berkas “{name}” kosong. Pilih berkas lain, lalu kirim lagi."
NOT_YOURS = "Berkas ini tidak ditemukan atau sudah dipakai di tempat lain; unggah lagi."
NO_SUCH_FIELD = "Bidang ini tidak menerima berkas."
TOO_MANY = "Terlalu banyak berkas sekaligus; paling banyak {most}."

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Part:
    """A file as it came with a form: for which field (JSON pointer), under which name."""

    pointer: str
    name: str
    stream: IO[bytes]


def take(
    stream: IO[bytes],
    name: str,
    at: datetime,
    by: uuid.UUID | None = None,
    agency_id: uuid.UUID | None = None,
    instance_id: uuid.UUID | None = None,
    limit: int = LARGEST,
) -> File:
    """Keep a file, bound to an instance where that is known already.

    Photos are drawn anew, so that no place or camera comes with them; all else is kept byte for byte. Raises `TooLarge`
    for more than `limit` bytes, and `Invalid` for a file that is empty, of a kind we do not take, or not what its name
    says. Nothing is kept of a refused one.
    """
    with _spooled(stream, name, limit) as sent:
        kind = kind_of(sent, name)
        shown = names.clean(name, ("",))
        content = photos.redraw(sent, kind.media_type, shown) if photos.is_photo(kind.media_type) else sent
        size, sha256 = _measured(content)
        file_id = new_id()
        key = f"{agency_id or 'unattached'}/{at:%Y/%m}/{file_id}"
        content.seek(0)
        storage.put(key, content)
    file = File(
        id=file_id,
        agency_id=agency_id,
        instance_id=instance_id,
        name=names.clean(name, kind.extensions),
        size=size,
        sha256=sha256,
        media_type=kind.media_type,
        uploaded_at=at,
        uploaded_by=by,
        key=key,
    )
    db.session.add(file)
    db.session.flush()
    return file


@contextmanager
def _spooled(stream: IO[bytes], name: str, limit: int) -> Iterator[IO[bytes]]:
    """The content on disk or in memory; read no further than the limit."""
    size = 0
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as content:
        while piece := stream.read(storage.CHUNK):
            size += len(piece)
            if size > limit:
                raise TooLarge(TOO_LARGE, name=names.clean(name, ("",)), most=limit // MEBIBYTE)
            content.write(piece)
        if not size:
            raise Invalid(EMPTY, name=names.clean(name, ("",)))
        yield content


def _measured(content: IO[bytes]) -> tuple[int, str]:
    """Size and SHA-256 of what is kept."""
    digest, size = hashlib.sha256(), 0
    content.seek(0)
    while piece := content.read(storage.CHUNK):
        size += len(piece)
        digest.update(piece)
    return size, digest.hexdigest()


def take_into(
    schema: Mapping[str, Any],
    answers: Mapping[str, Any],
    parts: Iterable[Part],
    at: datetime,
    by: uuid.UUID | None = None,
) -> dict[str, Any]:
    """The answers with the id of each part in the field it came for; a field for several files gets them as a list.

    Raises what `take` raises, with the field's pointer, and `Invalid` for a field that takes no file.
    """
    filled: dict[str, Any] = dict(answers)
    for count, part in enumerate(parts, start=1):
        if count > MOST_AT_ONCE:
            raise Invalid(TOO_MANY, most=MOST_AT_ONCE)
        name = _field_of(schema, part.pointer)
        file_id = str(_taken(part, at, by).id)
        if takes_several(schema, name):
            before = filled.get(name) or []
            filled[name] = [*before, file_id] if isinstance(before, list) else [file_id]
        else:
            filled[name] = file_id
    return filled


def _field_of(schema: Mapping[str, Any], pointer: str) -> str:
    """The top-level field a part is for; `/lampiran`, `/lampiran/0` and `/lampiran/-` are the same field."""
    name = pointer[1:].partition("/")[0].replace("~1", "/").replace("~0", "~")
    probe = str(uuid.UUID(int=0))
    takes = named_files(schema, {name: probe}) or named_files(schema, {name: [probe]})
    if not takes or not pointer.startswith("/"):
        raise Invalid(NO_SUCH_FIELD, errors=[Problem(pointer[:300], NO_SUCH_FIELD)])
    return name


def _taken(part: Part, at: datetime, by: uuid.UUID | None) -> File:
    try:
        return take(part.stream, part.name, at, by)
    except Invalid as refusal:
        problem = Problem(part.pointer[:300], refusal.message, tuple(refusal.params.items()))
        raise Invalid(refusal.message, errors=[problem], **refusal.params) from refusal


def open_(file_id: uuid.UUID) -> Iterator[bytes]:
    """The content of a file in pieces. Who may read it is for the entrance to ask: whoever may see its instance."""
    file = file_of(file_id)
    try:
        return storage.read(file.key)
    except FileNotFoundError as error:
        log.error("the content of file %s is not in the store", file_id)
        raise NotFound("Isi berkas ini tidak ada lagi di tempat penyimpanan.") from error


def attach_all(
    schema: Mapping[str, Any], answers: Mapping[str, Any], agency_id: uuid.UUID, instance_id: uuid.UUID
) -> None:
    """Bind every file that the answers name to the instance; without files, nothing is asked of the database.

    Raises `Invalid` naming the fields whose file does not exist or belongs to another instance, in the same words.
    """
    wanted = named_files(schema, answers)
    if not wanted:
        return
    ids = {pointer: _id(text) for pointer, text in wanted.items()}
    found = held({file_id for file_id in ids.values() if file_id})
    files = {file_id: file for file_id, file in found.items() if _may_go_to(file, agency_id, instance_id)}
    wrong = [pointer for pointer, file_id in ids.items() if file_id not in files]
    if wrong:
        raise Invalid(NOT_YOURS, errors=[Problem(pointer, NOT_YOURS) for pointer in wrong])
    for file in files.values():
        file.agency_id, file.instance_id = agency_id, instance_id
    db.session.flush()


def _id(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _may_go_to(file: File, agency_id: uuid.UUID, instance_id: uuid.UUID) -> bool:
    return file.agency_id in (None, agency_id) and file.instance_id in (None, instance_id)


def forget_unattached(before: datetime) -> int:
    """Forget files from before this moment that no answers ever named, a batch at a time; says how many."""
    forgotten = unattached(before, BATCH)
    for file in forgotten:
        storage.remove(file.key)
        db.session.delete(file)
    db.session.flush()
    return len(forgotten)


def forget_orphans(before: datetime) -> int:
    """Sweep content put before this moment that no row names, as a crash in mid-upload leaves it; says how many."""
    swept = 0
    for keys in storage.keys_older_than(before):
        for key in set(keys) - known_keys(keys):
            storage.remove(key)
            swept += 1
    return swept
