"""Hands due timers to DBOS, which spreads them over the workers. The only module that knows DBOS.

DBOS may lose a timer, or bring it twice: the row of the timer says whether it is still to be fired, and it is handed
over anew when it has not fired for a while. So nothing here has to be exact, and its tables hold ids only.
"""

import logging
import os
import secrets
import socket
import threading
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from dbos import DBOS, DBOSClient, DBOSConfig, DBOSPortableJSONSerializer
from flask import Flask
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import SQLAlchemyError

from service.database import db, transaction
from service.timers.commands import take_due
from service.worker.firing import fire_one

log = logging.getLogger(__name__)

NAME, QUEUE, WORKFLOW = "alur", "timers", "fire_timer"
FORMAT = "1"
"""DBOS gives work to executors of the same application version only. Any of ours can do any, so it stays the same."""

BATCH = 100
AT_ONCE = 4
CLAIMED = 16
CLAIM_EVERY = 0.25
"""How many timers a worker claims, and every how many seconds."""

KEPT_FOR = timedelta(days=1)
STOPPING = 20


def worker_name() -> str:
    """A name that no other start of a worker ever has: DBOS must not take this one for one that died."""
    return f"{socket.gethostname()[:60]}-{os.getpid()}-{secrets.token_hex(4)}"


class Dispatcher:
    """DBOS as this process runs it: started once, given timers, stopped."""

    def __init__(self, app: Flask, worker: str, clock: Callable[[], datetime]) -> None:
        self.app = app
        self.worker = worker
        self.clock = clock
        self.engine: Engine | None = None
        self.client: DBOSClient | None = None
        self.turn = threading.BoundedSemaphore(AT_ONCE)

    def start(self) -> None:
        """Connect, make or update DBOS's own tables, and begin to work on what is in the queue."""
        with self.app.app_context():
            self.engine = _engine()
        if self.engine.dialect.name == "sqlite":
            self.turn = threading.BoundedSemaphore(1)  # so that our threads do not crowd out the web at the one lock
        DBOS(config=_config(self.engine, self.worker))
        DBOS.workflow(name=WORKFLOW)(_workflow(self._fire))
        DBOS.launch()
        DBOS.register_queue(QUEUE, worker_concurrency=CLAIMED, polling_interval_sec=CLAIM_EVERY)
        self.client = DBOSClient(
            system_database_engine=self.engine,
            serializer=DBOSPortableJSONSerializer(),
            application_name=NAME,
            lazy=True,
        )

    def stop(self) -> None:
        """Take nothing new, let what has begun come to its end, and let go of the database."""
        DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=STOPPING if self.client else 0)
        if self.engine is not None:
            self.engine.dispose()
        self.client = self.engine = None

    def enqueue(self, now: datetime) -> int:
        """Hand over timers that are due, in the transaction that notes it; how many there were."""
        assert self.client is not None
        with transaction():
            taken = take_due(now, BATCH)
            for timer_id, gen in taken:
                self.client.enqueue_in_transaction(
                    db.session(),
                    {
                        "queue_name": QUEUE,
                        "workflow_name": WORKFLOW,
                        "workflow_id": f"{timer_id}:{gen}",
                        "app_version": FORMAT,
                    },
                    str(timer_id),
                )
        return len(taken)

    def forget(self, now: datetime) -> None:
        """Remove what DBOS has kept for a day, also what it holds for workers that never came back."""
        before = (now - KEPT_FOR).isoformat()
        while old := DBOS.list_workflows(end_time=before, limit=BATCH, load_input=False, load_output=False):
            DBOS.delete_workflows([workflow.workflow_id for workflow in old])

    def _fire(self, timer_id: str) -> bool:
        with self.turn, self.app.app_context():
            try:
                return fire_one(uuid.UUID(timer_id), self.clock())
            except SQLAlchemyError as error:
                log.warning("timer %s has to wait: the database failed (%s)", timer_id, type(error).__name__)
                return False


def _workflow(fire: Callable[[str], bool]) -> Callable[[str], bool]:
    """A plain function, as DBOS wants it."""

    def fire_timer(timer_id: str) -> bool:
        return fire(timer_id)

    return fire_timer


def _config(engine: Engine, worker: str) -> DBOSConfig:
    """Nothing calls out or listens: no conductor, no telemetry, no connection held open for notices."""
    return {
        "name": NAME,
        "system_database_engine": engine,
        "dbos_system_schema": "dbos",
        "serializer": DBOSPortableJSONSerializer(),
        "application_version": FORMAT,
        "executor_id": worker,
        "use_listen_notify": False,
        "enable_otlp": False,
        "log_level": "WARNING",
    }


def _engine() -> Engine:
    """DBOS begins transactions in its own way, so it has connections of its own to the same database."""
    ours = db.engine
    engine = create_engine(ours.url, module=ours.dialect.dbapi, pool_size=CLAIMED, pool_pre_ping=True)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def _set_up(connection: Any, _record: Any) -> None:
            connection.isolation_level = "IMMEDIATE"
            for pragma in ("busy_timeout=30000", "synchronous=FULL", "foreign_keys=ON"):
                connection.execute(f"PRAGMA {pragma}")

    return engine
