"""A request that writes: one transaction with one commit, tried again from the start when somebody was faster."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

from flask import request
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from service.database import transaction
from service.errors import Stuck
from service.instances.commands import mark_stuck

Answer = TypeVar("Answer")

TRIES = 3
SERIALIZATION_FAILURE, DEADLOCK = "40001", "40P01"


def write(do: Callable[[], Answer]) -> Answer:
    """Do it in a transaction. What a diagram cannot carry out is undone, and the instance is marked as stuck."""
    read_all()
    try:
        return _tried(do)
    except Stuck as stuck:
        if stuck.instance_id is not None:
            with transaction():
                mark_stuck(stuck, datetime.now(UTC))
        raise


def _tried(do: Callable[[], Answer]) -> Answer:
    for left in reversed(range(TRIES)):
        try:
            with transaction():
                return do()
        except (DBAPIError, StaleDataError) as error:
            if not left or not _was_overtaken(error):
                raise
            _rewind()
    raise AssertionError("the last try returns or raises")


def _was_overtaken(error: DBAPIError | StaleDataError) -> bool:
    """Somebody kept an answer under our key, took our number, changed our row or waited for us while we for him."""
    if isinstance(error, IntegrityError | StaleDataError):
        return True
    return getattr(error.orig, "sqlstate", None) in (SERIALIZATION_FAILURE, DEADLOCK)


def _rewind() -> None:
    """What was uploaded has been read by the try before."""
    for file in request.files.values():
        file.stream.seek(0)


def read_all() -> None:
    """Read all before the transaction begins: on SQLite a slow line would else keep everybody from writing."""
    if request.mimetype in ("multipart/form-data", "application/x-www-form-urlencoded"):
        request.files  # noqa: B018 - reads and keeps the whole body
    else:
        request.get_data(cache=True)
