"""What all tests share: an application on an empty database or on the demo, on SQLite and on PostgreSQL."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy.engine import make_url

from service import demo
from service.app import create_app
from service.config import Settings
from service.database import db
from service.translations.catalogue import compile_words
from tests.client import Client

pytest_plugins = ["tests.postgres", "tests.skips"]


@dataclass
class Place:
    """One database that tests use in turn, put back to a template before each."""

    kind: str
    app: Flask
    templates: dict[str, Path | str]

    def put_back(self, template: str) -> None:
        """Fill the database as the template is; templates are made when first asked for."""
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()
        if template not in self.templates:
            self._make(template)
        if self.kind == "sqlite":
            self._copy_sqlite(Path(self.templates[template]), _sqlite_file(self.app))
        else:
            self._copy_postgres(str(self.templates[template]), _database_name(self.app))

    def keep(self, template: str) -> None:
        """Keep the database as it is now under this name."""
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()
        self._keep(template)

    def _make(self, template: str) -> None:
        if self.kind == "sqlite":
            _remove_sqlite(_sqlite_file(self.app))
        else:
            self._copy_postgres("template0", _database_name(self.app))
        with self.app.app_context():
            upgrade()
            if template == "demo":
                demo.prepare()
            db.session.remove()
            db.engine.dispose()
        self._keep(template)

    def _keep(self, template: str) -> None:
        if self.kind == "sqlite":
            path = _sqlite_file(self.app)
            kept = path.with_suffix(f".{template}")
            self._copy_sqlite(path, kept)
            self.templates[template] = kept
        else:
            kept_name = f"{_database_name(self.app)}_{template}"
            self._copy_postgres(_database_name(self.app), kept_name)
            self.templates[template] = kept_name

    def _copy_sqlite(self, source: Path, target: Path) -> None:
        _remove_sqlite(target)
        shutil.copyfile(source, target)

    def _copy_postgres(self, source: str, target: str) -> None:
        with psycopg.connect(_server(self.app), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{target}" WITH (FORCE)')
            connection.execute(f'CREATE DATABASE "{target}" TEMPLATE "{source}" STRATEGY FILE_COPY')


def _sqlite_file(app: Flask) -> Path:
    return Path(str(make_url(app.config["ALUR"].database_url).database))


def _remove_sqlite(path: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)


def _database_name(app: Flask) -> str:
    return str(make_url(app.config["ALUR"].database_url).database)


def _server(app: Flask) -> str:
    url = make_url(app.config["ALUR"].database_url).set(database="postgres", drivername="postgresql")
    return url.render_as_string(hide_password=False)


@pytest.fixture(scope="session", autouse=True)
def words() -> None:
    """English as the application reads it, compiled anew when the catalogue has changed."""
    compile_words()


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The database of this process, of each kind in turn."""
    var = tmp_path_factory.mktemp(request.param)
    url = f"sqlite:///{var / 'alur.sqlite'}" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    app = create_app(Settings(url, "a secret for tests " * 3, var, (var / "files").as_uri(), demo=True))
    return Place(request.param, app, {})


@pytest.fixture
def app(place: Place) -> Iterator[Flask]:
    """The application on an empty database, inside its context."""
    place.put_back("empty")
    with place.app.app_context():
        yield place.app
        db.session.remove()


@pytest.fixture
def demo_app(place: Place) -> Flask:
    """The application with the five SOPs live and the demo people, outside any context."""
    place.put_back("demo")
    return place.app


@pytest.fixture
def client(demo_app: Flask) -> Client:
    """A client of the demo."""
    return Client(demo_app)
