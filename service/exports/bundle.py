"""A bundle: one instance with its versions, forms and papers in a zip that proves itself without us.

    manifest.json    SHA-256 of every other file, whose instance it is, the public key of the installation
    signature        Ed25519 over the bytes of manifest.json
    instance.json    what is kept of the instance, its moves with all that their hashes cover
    versions/ID/     the BPMN file and the forms of each version it ran on
    papers/ID        the papers, byte for byte

Who the complainant is stays behind: it is sealed under a key that does not travel.
"""

import base64
import hashlib
import io
import zipfile
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import select

from service import secrets
from service.database import db
from service.diagrams.models import Version
from service.exports import plain
from service.exports.records import Record
from service.files import commands as files
from service.history.models import MoveRow

FORMAT = "alur-bundle/1"
MANIFEST, SIGNATURE, INSTANCE = "manifest.json", "signature", "instance.json"


def make(record: Record, agency: str, by: str, at: datetime) -> bytes:
    """The bundle of an instance."""
    contents = dict(_contents(record))
    manifest = {
        "format": FORMAT,
        "agency": agency,
        "instance": record.instance.id,
        "number": record.instance.number,
        "diagram": record.instance.diagram_key,
        "head": record.instance.head.hex(),
        "moves": record.instance.seq,
        "made_at": at,
        "made_by": by,
        "public_key": secrets.public_key().hex(),
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()},
    }
    told = orjson.dumps(manifest, option=orjson.OPT_INDENT_2)
    return _zipped({MANIFEST: told, SIGNATURE: secrets.sign(told), **contents}, at)


def _contents(record: Record) -> Iterator[tuple[str, bytes]]:
    rows = db.session.scalars(
        select(MoveRow).where(MoveRow.instance_id == record.instance.id).order_by(MoveRow.seq)
    ).all()
    told = plain.told(record) | {"moves": [_covered(row) for row in rows]}
    yield INSTANCE, orjson.dumps(told, option=orjson.OPT_INDENT_2)
    for version_id in dict.fromkeys(row.version_id for row in rows):
        version = db.session.get_one(Version, version_id)
        yield f"versions/{version.id}/{version.diagram_key}.bpmn", version.xml
        for name, form in version.forms.items():
            yield f"versions/{version.id}/forms/{name}", orjson.dumps(form, option=orjson.OPT_INDENT_2)
    for file in record.files:
        yield f"papers/{file.id}", b"".join(files.open_(file.id))


def _covered(row: MoveRow) -> dict[str, Any]:
    """A move with everything that its hash covers, the engine's state included."""
    names = ("seq", "version_id", "by_id", "by_name", "command", "element", "on_behalf", "reason", "answers")
    return {name: getattr(row, name) for name in names} | {
        "at": row.at.isoformat(),  # to the microsecond, as it was hashed
        "answers_digest": row.answers_digest.hex(),
        "state": base64.b64encode(row.state).decode(),
        "hash": row.hash.hex(),
    }


def _zipped(contents: dict[str, bytes], at: datetime) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(zipfile.ZipInfo(name, at.timetuple()[:6]), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
