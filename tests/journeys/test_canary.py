"""A complainant's name goes through a whole case of every office, and is found nowhere but where it is sealed."""

from typing import Any

import pytest

from service.database import db
from service.forms.identity import identity_fields
from service.forms.sample import sample
from tests.client import Client
from tests.faults.walking import moves, walk
from tests.invariants import broken_invariants
from tests.sops.test_paths import AGENCY, PATHS, SopPath

CANARY = "Wulandari Kutilang Seribu"
FIRST_OF_EACH = list({path.sop: path for path in reversed(PATHS)}.values())


def _named(schema: dict[str, Any]) -> dict[str, Any]:
    """Good answers in which every text of the identity that takes any words is the canary."""
    answers = sample(schema)
    for name in identity_fields(schema):
        field = schema["properties"][name]
        if field.get("type") == "string" and not {"enum", "oneOf", "format", "pattern"} & set(field):
            answers[name] = CANARY[: field.get("maxLength", 100)]
    assert CANARY in answers.values()
    return answers


@pytest.mark.parametrize("path", FIRST_OF_EACH, ids=lambda path: path.sop)
def test_who_the_complainant_is_stands_nowhere_in_the_clear_from_intake_to_end(
    client: Client, path: SopPath, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    going = walk(client, path, _named)
    assert moves(client, going) == going.done
    supervisor = f"atasan@{AGENCY[path.sop]}"
    identity = client.post(f"/instances/{going.instance}/identity", {"why": "menghubungi pelapor"}, by=supervisor)
    assert CANARY in identity["identity"].values()
    with client.app.app_context():
        assert broken_invariants(db.session(), canaries=[CANARY, CANARY.split()[1]]) == []
        db.session.remove()
    assert CANARY.split()[1] not in caplog.text
    assert CANARY not in repr(client.get(f"/instances/{going.instance}/history", by=supervisor))
