"""Who does something: what every command is told about the one behind it."""

import uuid
from dataclasses import dataclass, field

from service.people import models
from service.sentences import Sentence


@dataclass(frozen=True)
class Caller:
    """A person with what he holds, a complainant with his PIN, or the system itself.

    `lanes` holds (agency id, diagram key, lane id); `roles` holds (agency id or None for all, role).
    """

    name: str
    person_id: uuid.UUID | None = None
    username: str | None = None
    language: str = "id"
    lanes: frozenset[tuple[uuid.UUID, str, str]] = frozenset()
    roles: frozenset[tuple[uuid.UUID | None, str]] = frozenset()
    agencies: frozenset[uuid.UUID] = field(default=frozenset())

    def holds(self, agency_id: uuid.UUID, diagram: str, lane: str | None) -> bool:
        """Whether this lane is his."""
        return lane is not None and (agency_id, diagram, lane) in self.lanes

    def is_(self, role: str, agency_id: uuid.UUID | None) -> bool:
        """Whether he has the role in this agency, or in all."""
        return (None, role) in self.roles or (agency_id, role) in self.roles

    def everywhere(self) -> bool:
        """Whether a role of his covers all agencies."""
        return any(agency is None for agency, _ in self.roles)


SYSTEM = Caller(name=str(Sentence("sistem")))
"""Timers and other things nobody does by hand."""

COMPLAINANT = Caller(name=str(Sentence("pelapor")))
"""Whoever holds number and PIN; who that is stands in the complaints room only."""


def of_person(person: models.Person, holdings: list[models.Holding]) -> Caller:
    """The caller that a person is, with all he holds."""
    lanes = frozenset(
        (h.agency_id, h.diagram_key, h.lane) for h in holdings if h.role == models.OFFICER and h.agency_id
    )
    return Caller(
        name=person.name,
        person_id=person.id,
        username=person.username,
        language=person.language,
        lanes=lanes,
        roles=frozenset((h.agency_id, h.role) for h in holdings if h.role != models.OFFICER),
        agencies=frozenset(h.agency_id for h in holdings if h.agency_id),
    )
