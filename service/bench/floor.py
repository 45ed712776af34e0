"""The floor: what any Flask service would need to check a token and write the same rows, without an engine.

It uses our tables and plain SQLAlchemy Core, one transaction and one commit a call. Its one page is a plain table of
the tasks due first in a lane.
"""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from flask import Flask, Response, render_template_string, request
from sqlalchemy import insert, select, update

from service import config
from service.app import FastJson
from service.database import connect, db, new_id, transaction
from service.history.models import MoveRow
from service.instances.models import Instance
from service.people.models import Holding, Person, Token
from service.people.passwords import digest_token
from service.tasks.models import Task

PAGE = """<!doctype html><html lang="id"><title>Tugas</title><table>{% for row in rows %}
<tr><th><a href="/tugas/{{ row.id }}">{{ row.name }}</a> {{ row.number }}</th><td>{{ row.lane }}</td>
<td>{{ row.assignee_name or "" }}</td><td>{{ row.due_at.isoformat() if row.due_at else "" }}</td></tr>{% endfor %}
</table></html>"""
A_PAGE = 30
STATE = b"x" * 200
HASH = b"h" * 32


def create_floor(settings: config.Settings | None = None) -> Flask:
    """The bare application."""
    settings = settings or config.from_environment()
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

    @app.get("/tugas")
    def tasks() -> str:
        person = _person(datetime.now(UTC))
        return render_template_string(
            PAGE, by=person.name, rows=_first_due(request.args["diagram"], request.args["lane"])
        )

    return app


def _first_due(diagram: str, lane: str) -> Any:
    task = Task.__table__.c
    shown = (task.id, task.name, task.number, task.lane, task.assignee_name, task.due_at)
    mine = (task.state == "open", task.diagram_key == diagram, task.lane == lane)
    office = select(Task.agency_id).where(Task.diagram_key == diagram).limit(1).scalar_subquery()
    query = select(*shown).where(task.agency_id == office, *mine).order_by(task.sort_at, task.id).limit(A_PAGE)
    return db.session.execute(query).all()


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
