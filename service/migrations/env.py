"""How Alembic reaches our database: through the application that Flask-Migrate runs it in."""

from typing import Any, Literal

from alembic import context
from flask import current_app

from service.database import UtcDateTime, db


def _written(kind: str, item: Any, autogen: Any) -> str | Literal[False]:
    """How a new migration writes our own column type."""
    if kind == "type" and isinstance(item, UtcDateTime):
        autogen.imports.add("from service.database import UtcDateTime")
        return "UtcDateTime()"
    return False


def _is_ours(_item: Any, name: str | None, kind: str, reflected: bool, _other: Any) -> bool:
    """The dispatcher of the worker keeps its own tables in the same SQLite file; they are none of our business."""
    return not (kind == "table" and reflected and name not in db.metadata.tables)


def run() -> None:
    """Bring the tables up to date in one transaction where the database can (SQLite: batch mode)."""
    settings = current_app.extensions["migrate"].configure_args
    with db.engine.connect() as connection:
        connection = connection.execution_options(alur_writes=True)
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            transaction_per_migration=True,
            render_item=_written,
            include_object=_is_ours,
            **settings,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run()
