"""Notes when a task is first opened by somebody of its lane: from then on what led to it is not undone any more.

The one thing that is written when somebody only reads, and at most once for each task.
"""

import uuid
from datetime import datetime

from service.database import transaction
from service.history.models import move_of
from service.instances.models import instance_of
from service.people.caller import Caller
from service.tasks import commands
from service.tasks.models import OPEN


def note_opening(task_id: uuid.UUID, by: Caller, at: datetime) -> None:
    """To be called before anything else is read: it is a transaction of its own."""
    task = commands.visible(task_id, by)
    if task.state != OPEN or task.seen_at is not None or not by.holds(task.agency_id, task.diagram_key, task.lane):
        return
    brought_up_by = move_of(task.instance_id, instance_of(task.instance_id).seq).by_id
    if brought_up_by != by.person_id:
        with transaction():
            commands.note_opening(task_id, by, brought_up_by, at)
