"""Every address of the service says who may call it, and what is open to everybody is known by name."""

from pathlib import Path

import pytest
from flask import Flask

from service.app import create_app
from service.config import Settings
from service.entrance.calls import PUBLIC, SIGNED_IN

OPEN = {
    "GET /api/v1/health",
    "GET /api/v1/diagrams/<string:key>/form",
    "POST /api/v1/session",
    "POST /api/v1/complaints",
    "GET /api/v1/complaints/<string:number>",
    "POST /api/v1/complaints/<string:number>/tasks/<uuid:task_id>/complete",
    "POST /api/v1/files",
    "GET /",
    "GET /masuk",
    "POST /masuk",
    "POST /masuk/contoh",
    "GET /lapor",
    "GET /lapor/<string:key>",
    "POST /lapor/<string:key>",
    "GET /lapor/terima/<string:number>",
    "GET /lacak",
    "POST /lacak",
    "GET /lacak/<string:number>",
    "POST /lacak/<string:number>/tugas/<uuid:task_id>",
    "POST /lacak/<string:number>/berkas",
    "GET /lacak/<string:number>/berkas/<uuid:file_id>",
    "POST /lacak/<string:number>/tutup",
}
SAY_NOTHING = ("/api/v1/docs", "/api/v1/openapi.json", "/static/")
"""The description of the API itself, and files that are the same for everybody."""


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str | None]:
    """Method and path of every call, with who may make it."""
    var = tmp_path_factory.mktemp("var")
    return _calls(
        create_app(Settings(f"sqlite:///{Path(var) / 'alur.sqlite'}", "secret " * 8, var, var.as_uri(), demo=True))
    )


def _calls(app: Flask) -> dict[str, str | None]:
    return {
        f"{method} {rule.rule}": getattr(app.view_functions[rule.endpoint], "who", None)
        for rule in app.url_map.iter_rules()
        if not rule.rule.startswith(SAY_NOTHING)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    }


def test_every_call_says_who_may_make_it(calls: dict[str, str | None]) -> None:
    assert not {call: who for call, who in calls.items() if who not in (PUBLIC, SIGNED_IN)}


def test_what_is_open_to_everybody_is_so_on_purpose(calls: dict[str, str | None]) -> None:
    assert {call for call, who in calls.items() if who == PUBLIC} == OPEN
