"""Where the content of files lies: a folder or an object store by URL, in step with the database's transaction.

What was put during a transaction that is rolled back is taken away again; what is to be removed goes once its
transaction is committed. A crash in between can leave content that no row names, never a row without content.
"""

import logging
from collections.abc import Iterator
from typing import IO, Any
from urllib.parse import urlsplit

from obstore.store import ObjectStore, from_url
from sqlalchemy import event

from service.database import db

CHUNK = 256 * 1024
_PUT, _REMOVED = "alur_files_put", "alur_files_removed"

log = logging.getLogger(__name__)
_store: ObjectStore | None = None


def use(url: str) -> None:
    """Keep files there from now on: `file:///folder`, `s3://bucket/prefix`, `memory:///` for tests."""
    global _store  # noqa: PLW0603 - one store per process, set up in app.py
    _store = from_url(url, mkdir=True) if urlsplit(url).scheme == "file" else from_url(url)


def put(key: str, content: IO[bytes]) -> None:
    """Keep new content under a key that was never used before."""
    # Remembered first: whatever an interrupted upload leaves is taken away as well.
    db.session().info.setdefault(_PUT, []).append(key)
    _used().put(key, content, mode="create", use_multipart=False)


def read(key: str) -> Iterator[bytes]:
    """The content in pieces. Raises `FileNotFoundError` before the first piece."""
    found = _used().get(key)
    return (bytes(piece) for piece in found.stream(min_chunk_size=CHUNK))


def remove(key: str) -> None:
    """Remove the content once the transaction is committed."""
    db.session().info.setdefault(_REMOVED, []).append(key)


def keys_older_than(moment: Any) -> Iterator[list[str]]:
    """The keys of all content that was put before a moment, in batches."""
    for batch in _used().list():
        yield [found["path"] for found in batch if found["last_modified"] < moment]


def _used() -> ObjectStore:
    if _store is None:
        raise RuntimeError("storage.use() has not been called")
    return _store


@event.listens_for(db.session, "after_commit")
def _settle(session: Any) -> None:
    session.info.pop(_PUT, None)
    _delete(session.info.pop(_REMOVED, ()))


@event.listens_for(db.session, "after_rollback")
def _take_back(session: Any) -> None:
    session.info.pop(_REMOVED, None)
    _delete(session.info.pop(_PUT, ()))


def _delete(keys: Any) -> None:
    """A key that cannot be deleted now is swept later; the transaction is over and must not fail for it."""
    for key in keys:
        try:
            _used().delete(key)
        except FileNotFoundError:
            pass
        except Exception:
            log.exception("content %s could not be removed; it will be swept", key)
