"""Proves a bundle, offline: no database, no network, nothing but the file. Names the first thing that was changed."""

import base64
import binascii
import hashlib
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from service.errors import Invalid
from service.exports.bundle import FORMAT, INSTANCE, MANIFEST, SIGNATURE
from service.history.chain import breaks_in

LARGEST = 500 * 1024 * 1024
"""Unpacked, all files together; whoever claims more is not believed."""
MOST_FILES = 5_000


@dataclass(frozen=True)
class Proven:
    """What a bundle that holds together says of itself."""

    number: str
    agency: str
    moves: int
    files: int
    made_at: str
    made_by: str
    public_key: str
    """Of the installation that signed it, in hexadecimal."""


def prove(path: Path, public_key: str | None = None) -> Proven:
    """Check signature, files and hash chain. `public_key` is who must have signed it, where that is known.

    Raises `Invalid` naming the first thing that is not as it was.
    """
    contents = _unpacked(path)
    manifest = _manifest(contents, public_key)
    _compare(manifest["files"], contents)
    told = _read(contents[INSTANCE], INSTANCE)
    _follow(manifest, told)
    return Proven(
        manifest["number"],
        manifest["agency"],
        len(told["moves"]),
        len(manifest["files"]),
        manifest["made_at"],
        manifest["made_by"],
        manifest["public_key"],
    )


def _unpacked(path: Path) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if len(members) > MOST_FILES or sum(member.file_size for member in members) > LARGEST:
                raise Invalid("Bundel ini terlalu besar untuk diperiksa.")
            names = [member.filename for member in members]
            if len(set(names)) != len(names):
                raise Invalid("Bundel ini memuat dua berkas dengan nama yang sama.")
            return {member.filename: _member(archive, member) for member in members}
    except FileNotFoundError as error:
        raise Invalid("Berkas “{name}” tidak ada.", name=str(path)) from error
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError) as error:
        raise Invalid("Berkas ini bukan bundel yang utuh: {reason}", reason=str(error)) from error


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """Read no more than announced, whatever the archive holds."""
    with archive.open(member) as stream:
        return stream.read(member.file_size + 1)


def _manifest(contents: Mapping[str, bytes], public_key: str | None) -> dict[str, Any]:
    for name in (MANIFEST, SIGNATURE, INSTANCE):
        if name not in contents:
            raise Invalid("Bundel ini tidak lengkap: {name} tidak ada.", name=name)
    manifest = _read(contents[MANIFEST], MANIFEST)
    if manifest.get("format") != FORMAT:
        raise Invalid("Bundel ini bukan dari bentuk yang dikenal: {format}.", format=str(manifest.get("format")))
    if public_key is not None and manifest["public_key"] != public_key.lower():
        raise Invalid("Bundel ini ditandatangani oleh instalasi lain.")
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(manifest["public_key"])).verify(
            contents[SIGNATURE], contents[MANIFEST]
        )
    except (InvalidSignature, ValueError, TypeError, KeyError) as error:
        raise Invalid("Tanda tangan bundel tidak cocok: {name} telah diubah.", name=MANIFEST) from error
    return manifest


def _read(content: bytes, name: str) -> dict[str, Any]:
    try:
        found = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise Invalid("Bundel ini telah diubah: {name} tidak terbaca.", name=name) from error
    if not isinstance(found, dict):
        raise Invalid("Bundel ini telah diubah: {name} tidak terbaca.", name=name)
    return found


def _compare(files: Mapping[str, str], contents: Mapping[str, bytes]) -> None:
    for name, known in files.items():
        if name not in contents:
            raise Invalid("Bundel ini tidak lengkap: {name} tidak ada.", name=name)
        if hashlib.sha256(contents[name]).hexdigest() != known:
            raise Invalid("Bundel ini telah diubah: {name} tidak seperti saat dibuat.", name=name)
    for name in contents:
        if name not in files and name not in (MANIFEST, SIGNATURE):
            raise Invalid("Bundel ini telah diubah: {name} ditambahkan kemudian.", name=name)


def _follow(manifest: Mapping[str, Any], told: Mapping[str, Any]) -> None:
    """The chain of the moves, hashed anew link by link."""
    try:
        rows = [_row(manifest["instance"], move) for move in told["moves"]]
        head, count = bytes.fromhex(manifest["head"]), int(manifest["moves"])
    except (KeyError, TypeError, ValueError, binascii.Error) as error:
        raise Invalid("Riwayat dalam bundel ini tidak terbaca.") from error
    for found in breaks_in(rows, head, count):
        raise Invalid("Riwayat terputus pada langkah {seq}: {reason}", seq=found.seq, reason=found.reason)


def _row(instance: str, move: Mapping[str, Any]) -> Any:
    """A move as the chain reads it."""
    return SimpleNamespace(
        instance_id=UUID(instance),
        seq=move["seq"],
        version_id=UUID(move["version_id"]),
        at=datetime.fromisoformat(move["at"]),
        by_id=UUID(move["by_id"]) if move["by_id"] else None,
        by_name=move["by_name"],
        command=move["command"],
        element=move["element"],
        on_behalf=move["on_behalf"],
        reason=move["reason"],
        answers=move["answers"],
        answers_digest=bytes.fromhex(move["answers_digest"]),
        state=base64.b64decode(move["state"], validate=True),
        hash=bytes.fromhex(move["hash"]),
    )
