"""Writes each move down; the only writer of the table."""

from service.database import db
from service.facts import StepFact
from service.history.chain import digest, link
from service.history.models import MoveRow
from service.instances.moving import Moved


def hear(moved: Moved, _steps: list[StepFact]) -> None:
    """Add the row of this move and make it the head of the instance's chain."""
    instance, move = moved.instance, moved.move
    row = MoveRow(
        instance_id=instance.id,
        seq=instance.seq,
        agency_id=instance.agency_id,
        version_id=instance.version_id,
        at=move.at,
        by_id=move.by.person_id,
        by_name=move.by.name,
        command=move.command,
        element=move.element,
        on_behalf=move.on_behalf,
        reason=move.reason,
        answers=move.answers,
        answers_digest=digest(move.answers),
        state=instance.engine_state,
    )
    row.hash = link(row, instance.head)
    instance.head = row.hash
    db.session.add(row)
