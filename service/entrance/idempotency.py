"""Writing twice: a call sent again with the same Idempotency-Key gets the first answer and does nothing.

The answer is kept in the transaction of the effect, sealed, and forgotten after a day. Two calls at once with one
key meet at the primary key: the second waits for the first and then replays it.
"""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import IO

import orjson
from flask import Request, Response
from sqlalchemy import LargeBinary, String, delete
from sqlalchemy.orm import Mapped, mapped_column

from service import secrets
from service.database import Model, UtcDateTime, db
from service.errors import Invalid

KEPT_FOR = timedelta(days=1)
LONGEST_KEY = 200


class KeptAnswer(Model):
    """The answer to one call, under the digest of caller and key."""

    __tablename__ = "kept_answer"

    key: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary(32))
    content_type: Mapped[str] = mapped_column(String(80), default="")
    status: Mapped[int] = mapped_column(default=0)
    etag: Mapped[str | None] = mapped_column(String(80))
    sealed: Mapped[bytes] = mapped_column(default=b"")
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


def once(request: Request, who: str, at: datetime, do: Callable[[], Response], key: str | None = None) -> Response:
    """Do it, or replay the answer to the same call. Raises `Invalid` when the key was used for another call.

    A form of a page brings its `key` as a field.
    """
    key = key or request.headers.get("Idempotency-Key")
    if key is None:
        return do()
    if not 0 < len(key) <= LONGEST_KEY:
        raise Invalid("Idempotency-Key harus 1 sampai {most} huruf.", most=LONGEST_KEY)
    digest = hashlib.sha256(f"{who}\x00{key}".encode()).digest()
    kept = db.session.get(KeptAnswer, digest)
    if kept is None or kept.at <= at - KEPT_FOR:
        return _first_time(request, digest, kept, at, do)
    if kept.fingerprint != fingerprint(request):
        raise Invalid("Idempotency-Key ini sudah dipakai untuk permintaan lain.")
    return _replay(kept)


def _first_time(
    request: Request, digest: bytes, old: KeptAnswer | None, at: datetime, do: Callable[[], Response]
) -> Response:
    if old is not None:
        db.session.delete(old)
        db.session.flush()
    kept = KeptAnswer(key=digest, fingerprint=fingerprint(request), at=at)
    db.session.add(kept)
    db.session.flush()
    answer = do()
    kept.status, kept.content_type = answer.status_code, answer.content_type or ""
    kept.etag = answer.headers.get("ETag")
    kept.sealed = secrets.seal("idempotency", answer.get_data(), digest)
    return answer


def _replay(kept: KeptAnswer) -> Response:
    body = secrets.open_("idempotency", kept.sealed, kept.key)
    answer = Response(body, status=kept.status, content_type=kept.content_type)
    answer.headers["Idempotency-Replayed"] = "true"
    if kept.etag:
        answer.headers["ETag"] = kept.etag
    return answer


def fingerprint(request: Request) -> bytes:
    """What makes two calls the same: method, path, query and content (of uploads, the content of each part)."""
    parts: list[bytes] = [request.method.encode(), request.full_path.encode()]
    if request.mimetype == "multipart/form-data":
        parts.append(orjson.dumps(sorted((str(k), v) for k, v in request.form.items(multi=True))))
        files = [(str(name), file) for name, file in request.files.items(multi=True)]  # a part may have no name
        for name, file in sorted(files, key=lambda item: (item[0], item[1].filename or "")):
            parts += [name.encode(), (file.filename or "").encode(), _digest(file.stream)]
    else:
        parts.append(request.get_data(cache=True))
    return hashlib.sha256(b"\x00".join(hashlib.sha256(part).digest() for part in parts)).digest()


def _digest(stream: IO[bytes]) -> bytes:
    digest = hashlib.sha256()
    while piece := stream.read(1 << 18):
        digest.update(piece)
    stream.seek(0)
    return digest.digest()


def forget(now: datetime) -> None:
    """Forget answers older than a day."""
    db.session.execute(delete(KeptAnswer).where(KeptAnswer.at <= now - KEPT_FOR))
