"""Whole instances as they are kept, a batch at a time, so that a million use no more memory than a thousand.

Nothing here says who a complainant is: identities are sealed elsewhere and are added, if at all, by the entrance.
"""

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import defer

from service.complaints.models import Complaint
from service.database import db
from service.diagrams.loading import Loaded, load
from service.files.models import File
from service.history.models import MoveRow
from service.instances.models import Instance
from service.people.caller import Caller
from service.tasks.models import Task
from service.tasks.overview import InstanceFilter, instances

BATCH = 200


@dataclass(frozen=True)
class Record:
    """One instance with all that belongs to it, each in order."""

    instance: Instance
    complaint: Complaint | None
    moves: Sequence[MoveRow]
    tasks: Sequence[Task]
    files: Sequence[File]

    @property
    def version(self) -> Loaded:
        """The version it runs on, or ran on last."""
        return load(self.instance.version_id)


def matching(by: Caller, wanted: InstanceFilter) -> Iterator[uuid.UUID]:
    """The ids of all instances for the caller's eyes that the filter lets through, newest first."""
    after: uuid.UUID | None = None
    while True:
        found = instances(by, wanted, after, BATCH)
        yield from (instance.id for instance in found)
        if len(found) < BATCH:
            return
        after = found[-1].id


def records(ids: Iterable[uuid.UUID]) -> Iterator[Record]:
    """The records of these instances, in this order; what one batch has read is forgotten before the next."""
    waiting = iter(ids)
    while batch := list(islice(waiting, BATCH)):
        yield from _read(batch)
        db.session.expunge_all()


def record_of(instance_id: uuid.UUID) -> Record:
    """The record of one instance that is known to be there."""
    return next(_read([instance_id]))


def _read(ids: Sequence[uuid.UUID]) -> Iterator[Record]:
    found = {row.id: row for row in db.session.scalars(select(Instance).where(Instance.id.in_(ids)))}
    complaints = db.session.scalars(select(Complaint).where(Complaint.instance_id.in_(ids)))
    handed_in = {row.instance_id: row for row in complaints}
    # the engine's states are not for others: they are left where they are
    moves = _by_instance(select(MoveRow).options(defer(MoveRow.state)), MoveRow, ids, (MoveRow.seq,))
    tasks = _by_instance(select(Task).options(defer(Task.draft)), Task, ids, (Task.created_at, Task.id))
    files = _by_instance(select(File), File, ids, (File.id,))
    for id_ in ids:
        if id_ in found:
            yield Record(found[id_], handed_in.get(id_), moves[id_], tasks[id_], files[id_])


def _by_instance(
    query: Any, table: Any, ids: Sequence[uuid.UUID], order: tuple[Any, ...]
) -> dict[uuid.UUID, list[Any]]:
    gathered: dict[uuid.UUID, list[Any]] = defaultdict(list)
    for row in db.session.scalars(query.where(table.instance_id.in_(ids)).order_by(*order)):
        gathered[row.instance_id].append(row)
    return gathered


Writer = Callable[[Iterable[Record]], Iterator[bytes]]
"""Turns records into a file, piece by piece."""
