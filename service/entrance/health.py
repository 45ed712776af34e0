"""Whether the service is well: for the load balancer (health) and for Prometheus (metrics)."""

from datetime import datetime, timedelta
from typing import Any

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Response, current_app
from marshmallow import Schema, fields
from sqlalchemy import func, select

from service.database import db, describe
from service.entrance.calls import PUBLIC, Entrance
from service.instances.models import Instance
from service.people import policy
from service.people.caller import Caller
from service.tasks.models import OPEN, Task
from service.timers.models import ARMED, DEAD, Timer, last_beat

entrance = Entrance("health", "Whether the service is well")

WORKER_SILENT = timedelta(seconds=30)


class HealthOut(Schema):
    """Whether all is well."""

    ok = fields.Boolean(required=True)
    database = fields.String(required=True)
    migrations = fields.String(required=True, metadata={"description": "current | pending"})
    worker = fields.String(required=True, metadata={"description": "alive | silent"})


@entrance.call("GET", "/health", gives=HealthOut, who=PUBLIC)
def health(by: Caller, at: datetime) -> dict[str, Any]:
    """Database, migrations and worker; 503 when the database does not answer"""
    db.session.execute(select(1))
    beat = last_beat()
    alive = beat is not None and beat > at - WORKER_SILENT
    pending = are_migrations_pending()
    return {
        "ok": not pending,
        "database": describe(),
        "migrations": "pending" if pending else "current",
        "worker": "alive" if alive else "silent",
    }


def are_migrations_pending() -> bool:
    """Whether the tables are older than the code."""
    wanted = ScriptDirectory(current_app.extensions["migrate"].directory).get_current_head()
    return MigrationContext.configure(db.session.connection()).get_current_revision() != wanted


@entrance.call("GET", "/metrics", refuses=(403,), produces="text/plain")
def metrics(by: Caller, at: datetime) -> Response:
    """Figures for Prometheus, in its text format"""
    policy.must_watch_over(by)
    lines = [
        "# HELP alur_instances Instances by diagram and state.",
        "# TYPE alur_instances gauge",
        *_counted("alur_instances", Instance.diagram_key, Instance.state),
        "# HELP alur_open_tasks Open tasks by diagram and lane.",
        "# TYPE alur_open_tasks gauge",
        *_counted("alur_open_tasks", Task.diagram_key, Task.lane, Task.state == OPEN),
        "# HELP alur_overdue_tasks Open tasks past their due date.",
        "# TYPE alur_overdue_tasks gauge",
        f"alur_overdue_tasks {_count(Task, Task.state == OPEN, Task.sort_at < at)}",
        "# HELP alur_late_timers Timers past their time that have not fired.",
        "# TYPE alur_late_timers gauge",
        f"alur_late_timers {_count(Timer, Timer.state == ARMED, Timer.due_at < at)}",
        "# HELP alur_dead_timers Timers given up after too many failures.",
        "# TYPE alur_dead_timers gauge",
        f"alur_dead_timers {_count(Timer, Timer.state == DEAD)}",
    ]
    return Response("\n".join(lines) + "\n", content_type="text/plain; version=0.0.4; charset=utf-8")


def _count(table: Any, *conditions: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(table).where(*conditions)) or 0


def _counted(name: str, first: Any, second: Any, *conditions: Any) -> list[str]:
    query = select(first, second, func.count()).where(*conditions).group_by(first, second).order_by(first, second)
    labels = f'{first.key}="{{}}",{second.key}="{{}}"'
    return [f"{name}{{{labels.format(a, b)}}} {count}" for a, b, count in db.session.execute(query)]
