"""Where a complainant may knock: the live diagrams whose start form asks who somebody is, under their offices."""

from collections.abc import Iterable
from dataclasses import dataclass

from service.complaints.commands import asks_identity
from service.diagrams.loading import Loaded, default_of, newest_live
from service.diagrams.models import diagrams_of
from service.errors import NotFound
from service.people.models import Agency, agencies


@dataclass(frozen=True)
class Office:
    """One office with what can be handed in there."""

    agency: Agency
    doors: tuple[Loaded, ...]


def offices() -> list[Office]:
    """Every office that takes complaints, by name."""
    return offices_among(agencies(None))


def offices_among(wanted: Iterable[Agency]) -> list[Office]:
    """Those of these offices that take complaints, by name, with the versions that count now."""
    known = {agency.id: agency for agency in wanted}
    keys = [diagram.key for diagram in diagrams_of(set(known))]
    open_: dict[str, list[Loaded]] = {}
    for version in newest_live(keys).values():
        if asks_identity(version):
            open_.setdefault(str(version.agency_id), []).append(version)
    found = [
        Office(agency, tuple(sorted(open_[str(agency.id)], key=lambda version: version.spec.title)))
        for agency in known.values()
        if str(agency.id) in open_
    ]
    return sorted(found, key=lambda office: office.agency.name)


def door(key: str) -> Loaded:
    """The version that a complaint handed in here takes. Raises `NotFound` where none can be handed in."""
    version = default_of(key)
    if not asks_identity(version):
        raise NotFound("Di alamat ini tidak ada formulir pengaduan.")
    return version
