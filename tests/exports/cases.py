"""Instances to export: all paths of the five SOPs really run, and many more made of them by copying their rows."""

import uuid
from typing import Any

from flask import Flask
from sqlalchemy import insert, select

from service.complaints.models import Complaint
from service.database import db, new_id, transaction
from service.history.models import MoveRow
from service.instances.models import Instance, new_number
from service.tasks.models import Task
from tests.client import Client
from tests.sops.test_paths import AGENCY, PATHS, Choices, SopPath, hand_in, take_step, the_instance

MANY = 1000


def run(client: Client, path: SopPath, steps: int | None = None) -> dict[str, Any]:
    """The instance after this path, or after its first steps, with number and PIN."""
    handed = hand_in(client, path.sop)
    agency, choices = AGENCY[path.sop], Choices(path.choose)
    instance = the_instance(client, handed["number"], f"petugas@{agency}")
    for step in path.steps[:steps]:
        instance = take_step(client, step, instance, choices, agency, handed)
    return instance | {"pin": handed["pin"]}


def run_all(client: Client) -> list[dict[str, Any]]:
    """Every path once to its end, and the first of each SOP once half the way."""
    first = {path.sop: path for path in reversed(PATHS)}
    whole = [run(client, path) for path in PATHS]
    return whole + [run(client, path, len(path.steps) // 2) for path in first.values()]


def multiply(app: Flask, until: int) -> None:
    """Copy what is there under new ids and numbers, until there are so many instances."""
    with app.app_context():
        with transaction():
            originals = list(db.session.scalars(select(Instance.id)))
            for n in range(until - len(originals)):
                _copy(originals[n % len(originals)])
        db.session.remove()


def _copy(original: uuid.UUID) -> None:
    new, number = new_id(), new_number("SALIN")
    _insert(Instance, Instance.id == original, {"id": lambda _: new, "number": lambda _: number})
    names = {"instance_id": lambda _: new, "number": lambda _: number, "id": lambda _: new_id()}
    _insert(Complaint, Complaint.instance_id == original, names)
    _insert(Task, Task.instance_id == original, names)
    _insert(MoveRow, MoveRow.instance_id == original, {"instance_id": lambda _: new})


def _insert(table: Any, which: Any, changed: dict[str, Any]) -> None:
    columns = table.__table__.columns
    rows = db.session.execute(select(columns).where(which)).mappings().all()
    if rows:
        values = [{name: changed[name](row) if name in changed else row[name] for name in row} for row in rows]
        db.session.execute(insert(table.__table__), values)
