"""Where the open steps of an instance go in another version: as somebody says, else what is the same step there."""

import uuid
from collections.abc import Mapping
from functools import lru_cache

from service.diagrams.loading import Loaded, load
from service.diagrams.matching import match
from service.errors import Conflict, Invalid, Problem
from service.history.models import answers_that_stand

Plan = Mapping[str, str | None]
"""Element of the version it runs under to element of the other; None for an event that is to be waited for no more."""


def homes_between(before: Loaded, after: Loaded, plan: Plan) -> dict[str, str | None]:
    """Every element of one version that has a home in another."""
    said = {element: home for element, home in plan.items() if element in before.spec.elements}
    return dict(alike(before.id, after.id)) | said


@lru_cache(maxsize=256)
def alike(before: uuid.UUID, after: uuid.UUID) -> Mapping[str, str]:
    """Which step of one version is which of another; kept, as published versions never change."""
    return match(load(before).spec, load(after).spec)


def must_make_sense(plan: Plan, before: Loaded, after: Loaded) -> None:
    """A plan speaks of elements that there are. Raises `Invalid` naming those that are not."""
    problems = [
        Problem(f"/plan/{element}", "“{name}” tidak ada di versi {n}.", (("name", element), ("n", before.n)))
        for element in plan
        if element not in before.spec.elements
    ]
    problems += [
        Problem(f"/plan/{element}", "“{name}” tidak ada di versi {n}.", (("name", home), ("n", after.n)))
        for element, home in plan.items()
        if home is not None and home not in after.spec.elements
    ]
    if problems:
        raise Invalid("Rencana pemindahan menyebut langkah yang tidak ada.", errors=problems)


def must_be_another(before: Loaded, after: Loaded) -> None:
    """Going over means to another version of the same diagram."""
    if before.id == after.id:
        raise Conflict("Berkas ini sudah berjalan di versi {n}.", n=after.n)


def answered_before(instance_id: uuid.UUID, after: Loaded) -> dict[str, object]:
    """The last answer so far to each thing a version reads; what a repeated step was told holds for itself only."""
    known: dict[str, object] = {}
    for version_id, element_id, answers in answers_that_stand(instance_id):
        if not _is_repeated(load(version_id), element_id):
            known |= {name: value for name, value in answers.items() if name in after.spec.reads}
    return known


def _is_repeated(version: Loaded, element_id: str | None) -> bool:
    element = version.spec.elements.get(element_id or "")
    while element is not None:
        if element.loop is not None:
            return True
        element = version.spec.elements.get(element.scope or "")
    return False
