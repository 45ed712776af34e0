"""The floor: what any Flask service would need to check a token and write the same rows, without an engine.

It uses our tables and plain SQLAlchemy Core, one transaction and one commit a call.
"""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from flask import Flask, Response, request
from sqlalchemy import insert, select, update

from service import config
from service.app import FastJson
from service.database import connect, db, new_id, transaction
from service.history.models import MoveRow
from service.instances.models import Instance
from service.people.models import Holding, Person, Token
from service.people.passwords import digest_token
from service.tasks.models import Task

STATE = b"x" * 200
HASH = b"h" * 32


def create_floor() -> Flask:
    """The bare application."""
    settings = config.from_environment()
    app = Flask("floor")
    app.json = FastJson(app)
    connect(app, settings.database_url)

    @app.post("/api/v1/tasks/<uuid:task_id>/complete")
    def complete(task_id: uuid.UUID) -> Response:
        answers = request.get_json()["answers"]
        at = datetime.now(UTC)
        with transaction():
            person = _person(at)
            body = _write(task_id, answers, person, at)
        return Response(orjson.dumps(body), content_type="application/json")

    return app


def _person(at: datetime) -> Any:
    token = request.headers["Authorization"].removeprefix("Bearer ")
    query = (
        select(Person.id, Person.name, Holding.lane)
        .join(Token, Token.person_id == Person.id)
        .outerjoin(Holding, Holding.person_id == Person.id)
        .where(Token.digest == digest_token(token), Token.expires_at > at)
    )
    return db.session.execute(query).all()[0]


def _write(task_id: uuid.UUID, answers: Any, person: Any, at: datetime) -> dict[str, Any]:
    """Lock, close one task, open the next, write the history row."""
    task = db.session.execute(select(Task.__table__).where(Task.id == task_id)).one()
    locked = select(Instance.seq, Instance.rev).where(Instance.id == task.instance_id).with_for_update()
    instance = db.session.execute(locked).one()
    done = update(Task).where(Task.id == task_id, Task.state == "open")
    db.session.execute(done.values(state="completed", completed_at=at, completed_by=person.id))
    row = dict(task._mapping) | {"id": new_id(), "step_id": str(uuid.uuid4()), "created_at": at}
    row |= {"due_at": at + timedelta(days=1), "sort_at": at + timedelta(days=1), "state": "open"}
    db.session.execute(insert(Task).values(**row))
    move = {"instance_id": task.instance_id, "seq": instance.seq + 1, "agency_id": task.agency_id, "at": at}
    move |= {"version_id": task.version_id, "by_id": person.id, "by_name": person.name, "command": "complete"}
    move |= {"element": task.element, "on_behalf": False, "answers": answers, "answers_digest": HASH}
    db.session.execute(insert(MoveRow).values(**move, state=STATE, hash=HASH))
    kept = {"seq": instance.seq + 1, "rev": instance.rev + 1, "engine_state": STATE, "head": HASH}
    db.session.execute(update(Instance).where(Instance.id == task.instance_id).values(**kept))
    return {"task": {"id": task_id}, "instance": {"state": "running", "tasks": [{"id": row["id"]}]}}
