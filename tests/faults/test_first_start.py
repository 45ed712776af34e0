"""An installation that dies while it prepares its database: started again, it is there once and whole."""

import os
import signal
import subprocess
import sys
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from flask_migrate import upgrade
from sqlalchemy import event, func, select

from service import config, demo
from service.app import create_app
from service.database import db
from service.people.models import Agency, Person

pytestmark = pytest.mark.faults

ROOT = Path(__file__).parents[2]
LIMIT = 300


def _prepare(env: dict[str, str], dies_at: int) -> int:
    words = [sys.executable, "-m", "tests.faults.test_first_start", str(dies_at)]
    return subprocess.run(words, cwd=ROOT, env=os.environ | env, timeout=LIMIT, check=False).returncode


@pytest.mark.parametrize("dies_at", [40, 250])
def test_a_database_whose_preparation_was_killed_is_prepared_by_the_next_start(tmp_path: Path, dies_at: int) -> None:
    env = {
        "ALUR_DATABASE_URL": f"sqlite:///{tmp_path / 'alur.sqlite'}",
        "ALUR_VAR": str(tmp_path),
        "ALUR_SECRET_KEY": "x" * 40,
        "ALUR_DEMO": "1",
    }
    assert _prepare(env, dies_at) == -signal.SIGKILL
    assert _prepare(env, 0) == 0
    app = create_app(config.from_environment(env))
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Agency)) == len(demo.OFFICES)
        assert db.session.scalar(select(func.count()).select_from(Person).where(Person.username == "admin")) == 1
        db.session.remove()
        db.engine.dispose()


def _as_serve_does(dies_at: int) -> None:
    """Prepare as `alur serve` does in the demo, and die before so many statements."""
    app = create_app(config.from_environment())
    sent = count(1)

    def before(*_: Any) -> None:
        if next(sent) == dies_at:
            os.kill(os.getpid(), signal.SIGKILL)

    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", before)
        upgrade()
        if demo.is_empty():
            demo.prepare()


if __name__ == "__main__":
    _as_serve_does(int(sys.argv[1]))
