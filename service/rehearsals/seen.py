"""Which of the instances named in a result are for somebody's eyes."""

import uuid
from collections.abc import Iterable

from sqlalchemy import select

from service.database import db
from service.instances.models import Instance
from service.people import policy
from service.people.caller import Caller
from service.tasks.models import lanes_touched


def numbers_for(ids: Iterable[str], by: Caller) -> dict[str, Instance]:
    """Those that he may see, by their ids; of secret ones only whoever has them at his desk is told."""
    wanted = [uuid.UUID(id_) for id_ in dict.fromkeys(ids)]
    found: dict[str, Instance] = {}
    for first in range(0, len(wanted), 500):
        query = select(Instance).where(Instance.id.in_(wanted[first : first + 500]))
        found |= {str(each.id): each for each in db.session.scalars(query) if _is_for(each, by)}
    return found


def _is_for(instance: Instance, by: Caller) -> bool:
    if policy.sees_all_of(by, instance.agency_id):
        return True
    has_part = any((agency, key) == (instance.agency_id, instance.diagram_key) for agency, key, _ in by.lanes)
    if instance.secret and not has_part:
        return False
    lanes = lanes_touched(instance.id) if instance.secret else None
    return policy.may_see(by, instance.agency_id, instance.diagram_key, lanes)
