"""The OpenAPI document is true: whatever is sent to a call, it answers as the document says, and never breaks.

Calls are made up by schemathesis from the document, well-formed ones and malformed ones, by nobody, by an officer and
by somebody who owns and supervises; half of them name things that exist. `ALUR_FUZZ` says how many of each.
"""

import io
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck, strategies
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from service.app import create_app
from service.config import Settings
from service.database import db, transaction
from service.forms.sample import sample
from service.people import commands as people
from service.people.models import OWNER, SUPERVISOR, agency_of, person_named
from tests.client import Client
from tests.conftest import Place

EACH = int(os.environ.get("ALUR_FUZZ", "50" if os.environ.get("CI") == "true" else "4"))
AGENCY, DIAGRAM = "diskop-samarinda", "sp4n_lapor"
NOBODY, OFFICER, HEAD = None, f"petugas@{AGENCY}", f"atasan@{AGENCY}"
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]
SETTINGS = hypothesis.settings(
    max_examples=EACH,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[hypothesis.Phase.generate],
    suppress_health_check=list(HealthCheck),
)
FORGETS = {"DELETE /api/v1/session"}
"""What would make the rest of the calls strangers' calls."""


def _document() -> dict[str, Any]:
    """The document as it is served; it is the same on every database."""
    var = Path(os.environ.get("TMPDIR", "/tmp"))
    app = create_app(Settings("sqlite://", "secret " * 8, var, var.as_uri(), demo=True))
    return dict(app.test_client().get("/api/v1/openapi.json").json)


DOCUMENT = _document()
CALLS = [
    f"{method.upper()} {path}"
    for path, operations in DOCUMENT["paths"].items()
    for method in operations
    if method != "parameters"
]


@dataclass(frozen=True)
class World:
    """A demo with a complaint in it, and what is known of it."""

    app: Any
    client: Client
    known: dict[str, list[Any]]
    pin: str

    def headers(self, who: str | None) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.client.token(who)}"} if who else {}


@pytest.fixture(scope="module")
def world(place: Place) -> Iterator[World]:
    place.put_back("demo")
    with place.app.app_context():
        with transaction():
            for role in (OWNER, SUPERVISOR):
                people.give(person_named(HEAD), agency_of(AGENCY), role)
        db.session.remove()
    client = Client(place.app)
    schema = client.get(f"/diagrams/{DIAGRAM}/form")["schema"]
    handed = client.post("/complaints", {"diagram": DIAGRAM, "answers": sample(schema)})
    instance = client.get(f"/instances?q={handed['number']}", by=OFFICER)["items"][0]["id"]
    task = client.get(f"/instances/{instance}", by=OFFICER)["tasks"][0]["id"]
    known = {
        "key": [DIAGRAM, AGENCY],
        "n": [1, 2],
        "seq": [1, 2],
        "number": [handed["number"]],
        "day": ["2026-12-24"],
        "name": ["Ramadan (contoh)"],
        "instance_id": [instance],
        "task_id": [task],
        "file_id": [task],
        "person_id": [task],
        "trial_id": [_trial(client)],
        "migration_id": [_migration(client)],
        "rehearsal_id": [client.call("POST", f"/diagrams/{DIAGRAM}/versions/1/replay", {}, by=HEAD).json["id"]],
    }
    yield World(place.app, client, known, handed["pin"])


def _trial(client: Client) -> str:
    """A trial that is being planned, between a version and itself published once more."""
    xml = client.call("GET", f"/diagrams/{DIAGRAM}/versions/1/xml", by=HEAD).get_data()
    n = client.post("/diagrams", by=HEAD, data={"bpmn": (io.BytesIO(xml), "lagi.bpmn")})["version"]
    client.post(f"/diagrams/{DIAGRAM}/versions/{n}/publish", {}, by=HEAD)
    plan = {"name": "Uji", "diagram": DIAGRAM, "arms": [{"version": 1}, {"version": n}], "stopping": {"per_arm": 30}}
    trial = client.post("/trials", {**plan, "rules": [{"shares": [1, 1]}]}, by=HEAD)["id"]
    client.post(f"/diagrams/{DIAGRAM}/versions/{n}/retire", {}, by=HEAD)
    return str(trial)


def _migration(client: Client) -> str:
    """Instances on their way to a version that was published for that."""
    xml = client.call("GET", f"/diagrams/{DIAGRAM}/versions/1/xml", by=HEAD).get_data()
    n = client.post("/diagrams", by=HEAD, data={"bpmn": (io.BytesIO(xml), "lagi.bpmn")})["version"]
    client.post(f"/diagrams/{DIAGRAM}/versions/{n}/publish", {}, by=HEAD)
    migration = client.post(f"/diagrams/{DIAGRAM}/migrations", {"version": n, "reason": "uji"}, by=HEAD)["id"]
    client.post(f"/diagrams/{DIAGRAM}/versions/{n}/retire", {}, by=HEAD)
    return str(migration)


def made_up(world: World, call: str, mode: GenerationMode) -> Iterator[tuple[Any, Any]]:
    """Calls of this kind with their answers."""
    method, path = call.split(" ", 1)
    schema = schemathesis.openapi.from_dict(DOCUMENT)
    schema.app = world.app
    operation = schema[path][method]
    found: list[tuple[Any, Any]] = []

    @SETTINGS
    @hypothesis.given(
        case=operation.as_strategy(generation_mode=mode),
        who=strategies.sampled_from([OFFICER, HEAD, NOBODY]),
        real=strategies.booleans(),
    )
    def make(case: Any, who: str | None, real: bool) -> None:
        if real and mode is GenerationMode.POSITIVE:
            for name in case.path_parameters or {}:
                case.path_parameters[name] = world.known[name][0]
            if "Alur-Pin" in (case.headers or {}):
                case.headers["Alur-Pin"] = world.pin
        headers = {**(case.headers or {}), **world.headers(who)}
        if who is None:
            headers = {k: v for k, v in headers.items() if k.lower() != "authorization"}
        case.headers = headers
        case.cookies = {}
        answer = case.call()
        found.append((case, answer))

    with suppress(hypothesis.errors.Unsatisfiable):  # some calls take nothing that could be malformed
        make()
    yield from found


@pytest.mark.parametrize("call", [call for call in CALLS if call not in FORGETS])
def test_a_call_is_answered_as_the_document_says(world: World, call: str) -> None:
    for case, answer in made_up(world, call, GenerationMode.POSITIVE):
        case.validate_response(answer, checks=CHECKS)


@pytest.mark.parametrize("call", [call for call in CALLS if call not in FORGETS])
def test_a_malformed_call_is_refused(world: World, call: str) -> None:
    for case, answer in made_up(world, call, GenerationMode.NEGATIVE):
        too_large = answer.status_code == 413  # is a refusal, too, though schemathesis does not count it as one
        case.validate_response(answer, checks=CHECKS if too_large else [*CHECKS, negative_data_rejection])
