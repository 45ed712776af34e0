"""The application: wires the rooms together, once."""

import logging
from pathlib import Path

import orjson
from flask import Flask, Response, request
from flask.json.provider import JSONProvider
from flask_babel import Babel
from flask_migrate import Migrate
from flask_smorest import Api as SmorestApi

from service import config, facts, secrets
from service.calendars.api import entrance as calendars
from service.calendars.pages import pages as calendars_pages
from service.complaints.api import entrance as complaints
from service.complaints.pages import pages as complaints_pages
from service.database import connect, db
from service.diagrams.api import entrance as diagrams
from service.diagrams.pages import pages as diagrams_pages
from service.dialects.api import entrance as dialects
from service.dialects.pages import pages as dialects_pages
from service.drafts.api import entrance as drafts
from service.drafts.pages import pages as drafts_pages
from service.entrance import (
    administration,
    assets,
    browsers,
    comparing,
    docs,
    home,
    limits,
    overview,
    packing,
    policies,
    problems,
    publishing,
    screen,
)
from service.entrance.calls import forget_session
from service.entrance.drawn import pages as drawn_forms
from service.entrance.health import entrance as health
from service.exports.api import entrance as exports
from service.exports.pages import pages as exports_pages
from service.files import storage
from service.files.api import entrance as files
from service.history.listener import hear as write_history
from service.instances.api import entrance as instances
from service.instances.pages import pages as instances_pages
from service.moving_over.api import entrance as moving_over
from service.moving_over.pages import pages as moving_over_pages
from service.people.api import entrance as people
from service.people.pages import pages as people_pages
from service.rehearsals.api import entrance as rehearsals
from service.rehearsals.pages import pages as rehearsals_pages
from service.sop_tables.api import entrance as sop_tables
from service.sop_tables.pages import pages as sop_tables_pages
from service.tasks.api import entrance as tasks
from service.tasks.listener import hear as keep_tasks
from service.tasks.pages import pages as task_pages
from service.timers.listener import hear as keep_timers
from service.trials.api import entrance as trials
from service.trials.pages import pages as trials_pages

HEARERS = (keep_tasks, keep_timers, write_history)
"""Who hears what happens to an instance, in this order, all in the transaction of the move."""

ENTRANCES = (
    health,
    people,
    diagrams,
    sop_tables,
    drafts,
    dialects,
    instances,
    tasks,
    complaints,
    files,
    calendars,
    exports,
    rehearsals,
    trials,
    moving_over,
)

PAGES = (
    assets.pages,
    drawn_forms,
    home.pages,
    people_pages,
    instances_pages,
    moving_over_pages,
    diagrams_pages,
    sop_tables_pages,
    comparing.pages,
    publishing.pages,
    drafts_pages,
    dialects_pages,
    rehearsals_pages,
    trials_pages,
    complaints_pages,
    task_pages,
    overview.pages,
    administration.pages,
    calendars_pages,
    exports_pages,
)
"""What people open in a browser; each room brings its own."""

LARGEST_REQUEST = 64 * 1024 * 1024
LARGEST_FIELDS = 1_000_000
MOST_FIELDS = 5_000
MIGRATIONS = Path(__file__).parent / "migrations"


class FastJson(JSONProvider):
    """JSON by orjson: quick, strict UTF-8, no NaN."""

    def dumps(self, obj: object, **_kwargs: object) -> str:
        return orjson.dumps(obj, option=orjson.OPT_NON_STR_KEYS).decode()

    def loads(self, s: str | bytes, **_kwargs: object) -> object:
        return orjson.loads(s)


class Api(SmorestApi):
    """flask-smorest, with our own answers to errors, each of them documented where it may come up."""

    DEFAULT_ERROR_RESPONSE_NAME = None

    def _register_error_handlers(self) -> None:
        problems.register(self._app)


def create_app(settings: config.Settings | None = None) -> Flask:
    """The Flask application for these settings (from the environment where none are given)."""
    settings = settings or config.from_environment()
    logging.getLogger("spiff").setLevel(logging.WARNING)  # it would tell of every step
    app = Flask("service", static_folder=None)
    app.json = FastJson(app)
    app.config.update(
        ALUR=settings,
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        MAX_FORM_MEMORY_SIZE=LARGEST_FIELDS,
        MAX_FORM_PARTS=MOST_FIELDS,
        API_TITLE="Alur",
        API_VERSION="1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api/v1",
        RATELIMIT_HEADERS_ENABLED=False,
        BABEL_DEFAULT_LOCALE="id",
    )
    if settings.database_url.startswith("sqlite"):
        settings.var.mkdir(parents=True, exist_ok=True)
    connect(app, settings.database_url)
    secrets.use(settings.secret_key, settings.older_secrets)
    storage.use(settings.files_url)
    facts.be_heard_by(HEARERS)
    Migrate(app, db, directory=str(MIGRATIONS), render_as_batch=True, compare_type=True)
    Babel(app, locale_selector=_language)
    limits.limiter.init_app(app)
    api = Api(app, spec_kwargs={"info": {"description": docs.DESCRIPTION}})
    for name, scheme in docs.SECURITY.items():
        api.spec.components.security_scheme(name, scheme)
    for entrance in ENTRANCES:
        api.register_blueprint(entrance)
    app.register_blueprint(docs.pages(api))
    for pages in PAGES:
        app.register_blueprint(pages)
    screen.register(app)
    app.after_request(packing.pack)
    app.teardown_request(forget_session)
    app.after_request(_harden)
    return app


def _language() -> str:
    """Of a program what it asks for, else what the person prefers; of a page what was chosen there; else Indonesian."""
    by = request.environ.get("alur.by")
    preferred = by.language if by is not None and by.person_id else None
    if not request.path.startswith("/api/"):
        return browsers.language_of(request, preferred)
    usual = preferred or "id"
    return request.accept_languages.best_match(("id", "en"), default=usual) or usual


def _harden(answer: Response) -> Response:
    """No answer is kept by caches, sniffed, framed or allowed to load anything from elsewhere."""
    headers = answer.headers
    headers.setdefault("Cache-Control", "no-store")
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    if answer.mimetype not in ("text/css", "text/javascript"):  # means nothing there, and every byte travels
        headers.setdefault("Content-Security-Policy", policies.PLAIN)
    browsers.remember_language(answer, request)
    return answer
