"""What passed between office and complainant: answers meant for him, and what he himself answered.

Of the office's answers only the fields that their form marks as meant for the complainant are ever told.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from service.complaints.models import Complaint
from service.database import db
from service.diagrams.loading import Loaded, load
from service.forms.addressed import addressed_fields
from service.history.models import MoveRow


@dataclass(frozen=True)
class Letter:
    """What was told at one moment, under the names of its fields; `mine` is what the complainant told."""

    version: Loaded
    element: str
    at: datetime
    mine: bool
    answers: Mapping[str, Any]


def letters_of(complaint: Complaint) -> tuple[Letter, ...]:
    """All letters of a complaint, first to last. What was destroyed by rule is told no more."""
    query = select(MoveRow.version_id, MoveRow.element, MoveRow.at, MoveRow.answers).where(
        MoveRow.instance_id == complaint.instance_id, MoveRow.command == "complete"
    )
    rows = db.session.execute(query.order_by(MoveRow.seq)).all()
    told = (_letter(load(row.version_id), row.element or "", row.at, row.answers or {}) for row in rows)
    return tuple(letter for letter in told if letter.answers)


def _letter(version: Loaded, element_id: str, at: datetime, answers: Mapping[str, Any]) -> Letter:
    mine = element_id in _public_elements(version)
    wanted = answers if mine else addressed_fields(version.form(element_id).schema)
    told = {name: answers[name] for name in answers if name in wanted and answers[name] not in (None, "", [], {})}
    return Letter(version, element_id, at, mine, told)


def _public_elements(version: Loaded) -> set[str]:
    public = {lane.id for lane in version.spec.lanes if lane.public}
    return {element.id for element in version.spec.elements.values() if element.lane in public}
