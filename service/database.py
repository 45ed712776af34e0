"""The database: one session, one place that commits, types that are the same on SQLite and PostgreSQL.

SQLite runs in WAL mode with `BEGIN IMMEDIATE` for what writes, because a plain BEGIN that becomes a writer later
fails at once when another writes, whatever the busy timeout says.
"""

import secrets
import sqlite3
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import orjson
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, Engine, MetaData, TypeDecorator, Uuid, event
from sqlalchemy.engine import make_url
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

try:
    import pysqlite3 as sqlite
except ImportError:
    sqlite = sqlite3

SAFE_WAL = (3, 51, 3)
"""SQLite before this version can corrupt a WAL database with several writers (its "WAL-reset" bug)."""


class Model(DeclarativeBase):
    """Base of all tables; constraint names are fixed so that migrations can name them on both databases."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db = SQLAlchemy(model_class=Model, session_options={"expire_on_commit": False, "autoflush": False})


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment in UTC; a naive one is a mistake and is refused here rather than found later."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without time zone cannot be stored")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def new_id() -> uuid.UUID:
    """A UUIDv7 (RFC 9562): ids in order of time, so that new rows lie together in every index."""
    milliseconds = time.time_ns() // 1_000_000
    bits = (milliseconds << 80) | secrets.randbits(80)
    bits = bits & ~(0xF << 76) | (0x7 << 76)
    bits = bits & ~(0x3 << 62) | (0x2 << 62)
    return uuid.UUID(int=bits)


def id_column() -> Mapped[uuid.UUID]:
    """Primary key column of a table whose rows have an id of their own."""
    return mapped_column(Uuid, primary_key=True, default=new_id)


@contextmanager
def transaction() -> Iterator[None]:
    """All or nothing: commits at the end, rolls back on any exception. The only place that commits."""
    session = db.session()
    session.rollback()
    session.connection(execution_options={"alur_writes": True})
    try:
        yield
        session.commit()
    except BaseException:
        session.rollback()
        raise


def read_as_of_now() -> None:
    """Let everything read from here on be as it is at the first read, however long the reading takes."""
    session = db.session()
    session.rollback()
    if db.engine.dialect.name == "postgresql":  # a transaction of SQLite that only reads does so anyway
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def connect(app: Flask, url: str) -> None:
    """Bind the application to its database, with the options each kind needs."""
    # Answers of people are parameters; an error message must not carry them into a log.
    options: dict[str, Any] = {
        "json_serializer": _to_json,
        "json_deserializer": orjson.loads,
        "hide_parameters": True,
    }
    if make_url(url).get_backend_name() == "sqlite":
        options |= {"module": sqlite, "connect_args": {"timeout": 30}}
    else:
        url = str(make_url(url).set(drivername="postgresql+psycopg").render_as_string(hide_password=False))
        options |= {"pool_size": 8, "max_overflow": 8, "pool_recycle": 1800}
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = options
    db.init_app(app)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            _prepare_sqlite(db.engine)


def _to_json(value: Any) -> str:
    return orjson.dumps(value).decode()


def _prepare_sqlite(engine: Engine) -> None:
    journal = "WAL" if sqlite.sqlite_version_info >= SAFE_WAL else "DELETE"

    @event.listens_for(engine, "connect")
    def _set_up(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in (
            f"journal_mode={journal}",
            "synchronous=FULL",
            "busy_timeout=30000",
            "foreign_keys=ON",
            "secure_delete=ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        writes = connection.get_execution_options().get("alur_writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def describe() -> str:
    """Which database library is in use, for the health answer and the start of the server."""
    if db.engine.dialect.name == "sqlite":
        return f"SQLite {sqlite.sqlite_version}"
    return f"PostgreSQL ({db.engine.dialect.driver}, Python {sys.version_info.major}.{sys.version_info.minor})"
