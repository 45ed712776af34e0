"""Verbs of this room: propose a plan for a table, examine what it becomes, keep it as a draft."""

from datetime import datetime

from service.diagrams import commands as diagrams
from service.diagrams.check import CheckContext, check
from service.diagrams.models import Version, held_diagram
from service.engine import Finding
from service.errors import Conflict, NotAllowed
from service.people.caller import Caller
from service.people.models import OWNER
from service.sop_tables import guess
from service.sop_tables.build import Built, build
from service.sop_tables.document import Document
from service.sop_tables.plan import Plan, as_json, from_json
from service.sop_tables.read import read


def must_own_any(by: Caller) -> None:
    """Reading a table towards a diagram is for process owners, of whichever agency."""
    if not any(role == OWNER for _, role in by.roles):
        raise NotAllowed("Hanya pemilik proses yang boleh membuat diagram dari dokumen SOP.")


def propose(document: Document, by: Caller) -> Plan:
    """The plan a document is read as. Raises `Invalid` where it holds no table of an SOP."""
    must_own_any(by)
    plan = guess.plan_of(read(document))
    from_json(as_json(plan))  # what we propose is held to what we would take from others
    return plan


def examine(plan: Plan, by: Caller) -> tuple[Built, list[Finding]]:
    """What a plan becomes, and what the check finds in that; nothing is kept."""
    must_own_any(by)
    built = build(plan)
    return built, check(built.xml, built.forms, CheckContext())


def draft(
    plan: Plan, by: Caller, at: datetime, agency: str | None = None, note: str = "", new: bool = False
) -> tuple[Version, list[Finding]]:
    """Keep a plan as a draft version of the diagram with its key; with `new`, only if there is none of that key yet."""
    must_own_any(by)
    if new and held_diagram(plan.key) is not None:
        raise Conflict("Kunci “{key}” sudah dipakai diagram lain; pilih kunci lain.", key=plan.key)
    built = build(plan)
    return diagrams.draft(built.xml, built.forms, by, at, agency, note)
