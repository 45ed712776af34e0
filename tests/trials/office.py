"""A small office with two versions of one diagram, and trials between them."""

import copy
from datetime import datetime, timedelta
from typing import Any

from service.complaints.commands import HandedIn, hand_in
from service.database import db
from service.diagrams.loading import Loaded, load
from service.diagrams.models import LIVE, Diagram, Version, version_of
from service.diagrams.trial_tables import Rule, Trial
from service.engine import load_spec
from service.people.caller import COMPLAINANT, Caller
from service.trials.commands import Plan, make, start
from service.trials.stopping import StoppingRule
from tests.complaints.office import AT, FORMS, KEY, XML, live, office, owner

WARD = {"type": "string", "title": "Kecamatan", "enum": ["utara", "selatan"]}
STORY = {"isi": "Jalan di depan kantor rusak.", "setuju": True}


def forms(**more: Any) -> dict[str, Any]:
    """The forms of the office, the start form with a choice to sort by and whatever else."""
    made = copy.deepcopy(FORMS)
    made["mulai.schema.json"]["properties"] |= {"kecamatan": WARD} | more
    return made


def first_version() -> Loaded:
    live(XML, forms())
    return load(version_of(KEY, 1).id)


def another_version(n: int = 2, xml: bytes = XML, made: dict[str, Any] | None = None, key: str = KEY) -> Loaded:
    """One more live version of the diagram, or the first of another."""
    agency = office()
    if db.session.get(Diagram, key) is None:
        db.session.add(Diagram(key=key, agency_id=agency.id, title=key, created_at=AT))
        db.session.flush()
    assert load_spec(xml).key == key
    version = Version(xml=xml, forms=made or forms(), agency_id=agency.id, diagram_key=key, n=n, state=LIVE)
    version.created_at, version.created_by, version.published_at = AT, "tes", AT
    db.session.add(version)
    db.session.flush()
    return load(version.id)


def plan(*rules: Rule, **more: Any) -> Plan:
    """Versions 1 and 2, half and half where nothing else is said."""
    told = {"name": "Lebih singkat", "diagram": KEY, "arms": [(KEY, 1), (KEY, 2)], "seed": "benih"} | more
    return Plan(rules=rules or (Rule((50, 50)),), stopping=told.pop("stopping", StoppingRule(30)), **told)


def trial(*rules: Rule, **more: Any) -> Trial:
    """A running trial of the two versions."""
    made = make(plan(*rules, **more), owner(), AT)
    return start(made.id, owner(), AT)


def two_versions() -> tuple[Loaded, Loaded]:
    return first_version(), another_version()


def handed_in(
    shown: Loaded, at: datetime = AT, by: Caller = COMPLAINANT, ward: str = "utara", **options: Any
) -> HandedIn:
    return hand_in(shown, STORY | {"kecamatan": ward}, by, at, anonymous=True, **options)


def hours(count: float) -> timedelta:
    return timedelta(hours=count)
