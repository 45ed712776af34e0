"""Whatever is thrown at the API: it is refused as a problem in words for a clerk, and nothing of it is kept."""

import io
import re
import uuid
import zipfile
from typing import Any

import orjson
import pytest
from sqlalchemy import inspect, text
from werkzeug.test import TestResponse

from service import content
from service.database import db
from service.forms.sample import sample
from tests.client import Client
from tests.conftest import Place

OFFICE, DIAGRAM = "diskop-samarinda", "sp4n_lapor"
OFFICER, OWNER, HEAD = f"petugas@{OFFICE}", f"pemilik@{OFFICE}", f"atasan@{OFFICE}"
ENGLISH = re.compile(
    r"\b(not a valid|missing data|unknown field|invalid (input|json|type)|must be|longer than|shorter than)\b", re.I
)
OF_THE_MACHINE = re.compile(r"Traceback|sqlalchemy|psycopg|lxml|Error\b|Exception|\bNone\b|0x[0-9a-f]{6}")


def kept(client: Client) -> dict[str, int]:
    """How many rows there are in each table."""
    with client.app.app_context():
        with db.engine.connect() as connection:
            names = set(inspect(connection).get_table_names()) - {"token"}  # of the tests' own clients
            counts = {n: connection.execute(text(f'SELECT count(*) FROM "{n}"')).scalar_one() for n in names}  # noqa: S608
        db.session.remove()
    return counts


def refused(answer: TestResponse, status: int | set[int]) -> dict[str, Any]:
    """The problem this answer is, after a look at its words."""
    body = answer.get_data(as_text=True)
    assert answer.status_code in ({status} if isinstance(status, int) else status), (answer.status_code, body[:500])
    assert answer.content_type == "application/problem+json"
    problem: dict[str, Any] = orjson.loads(body)
    assert {"type", "title", "status", "detail", "code"} <= set(problem)
    assert problem["status"] == answer.status_code
    said = [problem["title"], problem["detail"], *(error["message"] for error in problem.get("errors", ()))]
    for words in said:
        assert words and not ENGLISH.search(words) and not OF_THE_MACHINE.search(words), words
        assert "{" not in words, words
    return problem


@pytest.fixture(scope="module")
def client(place: Place) -> Client:
    """One demo for all: since nothing is kept of what is refused, it need not be put back."""
    place.put_back("demo")
    return Client(place.app)


@pytest.fixture
def handed(client: Client) -> dict[str, Any]:
    """A complaint with its number, PIN, instance and first task."""
    schema = client.get(f"/diagrams/{DIAGRAM}/form")["schema"]
    told = client.post("/complaints", {"diagram": DIAGRAM, "answers": sample(schema)})
    instance = client.get(f"/instances?q={told['number']}", by=OFFICER)["items"][0]["id"]
    task = client.get(f"/instances/{instance}", by=OFFICER)["tasks"][0]["id"]
    return {**told, "instance": instance, "task": task}


def upload(client: Client, bpmn: bytes, forms: list[tuple[str, bytes]] = (), by: str = OWNER) -> TestResponse:  # type: ignore[assignment]
    data: dict[str, Any] = {"bpmn": (io.BytesIO(bpmn), "x.bpmn")}
    data["forms"] = [(io.BytesIO(content), name) for name, content in forms]
    return client.call("POST", "/diagrams", by=by, data=data)


def zipped(**files: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, inside in files.items():
            archive.writestr(f"{name}.json", inside)
    return packed.getvalue()


# ---- diagrams --------------------------------------------------------------------------------------------------

SOP = content.bpmn(DIAGRAM)
LAUGHS = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
HOSTILE = {
    "nothing": b"",
    "text": b"hello",
    "json": b"{}",
    "unclosed": SOP[:-40],
    "another kind of XML": b"<html/>",
    "no process": b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>',
    "entities": LAUGHS + SOP.partition(b"?>")[2],
    "an external file": b'<!DOCTYPE x SYSTEM "file:///etc/passwd">' + SOP.partition(b"?>")[2],
    "an external entity": b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + SOP.partition(b"?>")[2],
    "too deep": b"<a>" * 5_000 + b"</a>" * 5_000,
    "NUL": SOP[:200] + b"\x00" + SOP[200:],
    "UTF-16 that is none": b"\xff\xfe" + SOP,
    "UTF-7": b'<?xml version="1.0" encoding="UTF-7"?><a/>',
    "not what its encoding says": b'<?xml version="1.0" encoding="utf-8"?><a>\xff\xfe</a>',
    "a key as long as a book": SOP.replace(b'id="sp4n_lapor"', b'id="' + b"a" * 5_000 + b'"'),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_diagram_that_cannot_be_read_is_refused(client: Client, name: str) -> None:
    before = kept(client)
    refused(upload(client, HOSTILE[name]), 422)
    checked = client.call("POST", "/diagrams/check", by=OWNER, data={"bpmn": (io.BytesIO(HOSTILE[name]), "x.bpmn")})
    refused(checked, 422)
    assert kept(client) == before


@pytest.mark.parametrize("key", ["Sp4n Lapor!", "a/b", "a&quot;b", "a&#10;b", "..", "a%00", "\u202e", "-a"])
def test_a_diagram_whose_key_fits_into_no_address_makes_no_draft(client: Client, key: str) -> None:
    before = kept(client)
    refused(upload(client, SOP.replace(b'id="sp4n_lapor"', f'id="{key}"'.encode())), 422)
    assert kept(client) == before


def test_a_diagram_of_two_megabytes_is_too_large(client: Client) -> None:
    before = kept(client)
    refused(upload(client, SOP + b"<!--" + b"x" * 2_000_000 + b"-->"), 413)
    assert kept(client) == before


def _deep(levels: int) -> bytes:
    return b'{"a":' * levels + b"1" + b"}" * levels


FORMS = {
    "no JSON": ("a.schema.json", b"{"),
    "a list": ("a.schema.json", b"[]"),
    "NaN": ("a.schema.json", b'{"a": NaN}'),
    "too deep": ("a.schema.json", _deep(700)),
    "NUL": ("a.schema.json", b'{"title": "a\\u0000b"}'),
    "half a pair": ("a.schema.json", b'{"title": "\\ud800"}'),
    "a broken zip": ("a.zip", b"PK\x03\x04 not really"),
    "no zip": ("a.zip", b"hello"),
    "a zip of no JSON": ("a.zip", zipped(a=b"hello")),
}


@pytest.mark.parametrize("name", FORMS)
def test_forms_that_cannot_be_read_are_refused(client: Client, name: str) -> None:
    before = kept(client)
    refused(upload(client, SOP, [FORMS[name]]), 422)
    assert kept(client) == before


BOMBS = {
    "a form too large": ("a.schema.json", b'{"a": "' + b"x" * 300_000 + b'"}'),
    "a bomb": ("a.zip", zipped(a=b'{"a": "' + b" " * 60_000_000 + b'"}')),
    "many small ones": ("a.zip", zipped(**{f"f{n}": b"{}" for n in range(600)})),
}


@pytest.mark.parametrize("name", BOMBS)
def test_forms_that_are_too_much_are_too_large(client: Client, name: str) -> None:
    before = kept(client)
    refused(upload(client, SOP, [BOMBS[name]]), 413)
    assert kept(client) == before


def test_a_form_file_cannot_choose_where_it_lies(client: Client) -> None:
    made = upload(client, SOP, [("../../../etc/mulai.schema.json", b'{"type": "object"}')])
    assert made.status_code == 201
    with client.app.app_context():
        names = db.session.scalar(text("SELECT forms FROM version WHERE state = 'draft'"))
        db.session.remove()
    assert "/" not in "".join(names if isinstance(names, dict) else orjson.loads(names))


# ---- JSON ------------------------------------------------------------------------------------------------------

GOOD: dict[str, Any] = {"diagram": DIAGRAM, "answers": {}}
JSON_BODIES = {
    "nothing": b"",
    "not JSON": b"{diagram}",
    "half of it": b'{"diagram": "sp4n',
    "a list": b"[]",
    "a text": b'"hello"',
    "null": b"null",
    "NaN": b'{"diagram": NaN, "answers": {}}',
    "Infinity": b'{"diagram": "sp4n_lapor", "answers": {"a": Infinity}}',
    "a number without end": b'{"diagram": "sp4n_lapor", "answers": {"a": ' + b"9" * 5_000 + b"}}",
    "a number no database keeps": b'{"diagram": "sp4n_lapor", "version": 99999999999, "answers": {}}',
    "a number beyond 64 bits": b'{"diagram": "sp4n_lapor", "version": 99999999999999999999999, "answers": {}}',
    "true for a number": b'{"diagram": "sp4n_lapor", "version": true, "answers": {}}',
    "a fraction": b'{"diagram": "sp4n_lapor", "version": 1.0, "answers": {}}',
    "a text for a number": b'{"diagram": "sp4n_lapor", "version": "1", "answers": {}}',
    "a number for a text": b'{"diagram": 7, "answers": {}}',
    "null for a text": b'{"diagram": null, "answers": {}}',
    "an empty key": b'{"diagram": "", "answers": {}}',
    "a list of answers": b'{"diagram": "sp4n_lapor", "answers": []}',
    "an unknown member": b'{"diagram": "sp4n_lapor", "answers": {}, "admin": true}',
    "nested too deep": b'{"diagram": "sp4n_lapor", "answers": ' + _deep(500) + b"}",
    "nested beyond all": b'{"diagram": "sp4n_lapor", "answers": ' + _deep(50_000) + b"}",
    "half a surrogate pair": b'{"diagram": "sp4n_lapor", "answers": {"a": "\\ud800"}}',
    "NUL": b'{"diagram": "sp4n_lapor", "answers": {"a": "\\u0000"}}',
    "NUL in a name": b'{"diagram": "sp4n_lapor", "answers": {"a\\u0000": "b"}}',
    "NUL in the key": b'{"diagram": "sp4n\\u0000", "answers": {}}',
    "broken UTF-8": b'{"diagram": "sp4n_lapor", "answers": {"a": "\xff"}}',
    "UTF-16": '{"diagram": "sp4n_lapor", "answers": {}}'.encode("utf-16"),
    "Latin-1": '{"diagram": "sp4n_lapor", "answers": {"a": "é"}}'.encode("latin-1"),
    "very many members": orjson.dumps({"diagram": DIAGRAM, "answers": {f"a{n}": n for n in range(100_000)}}),
}


@pytest.mark.parametrize("path", ["/complaints", "/instances"])
@pytest.mark.parametrize("name", JSON_BODIES)
def test_a_body_that_is_no_good_is_refused(client: Client, name: str, path: str) -> None:
    before = kept(client)
    answer = client.call("POST", path, by=OFFICER, data=JSON_BODIES[name], content_type="application/json")
    refused(answer, 422)
    assert kept(client) == before


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "application/xml", "image/png", ""]
)
def test_a_body_of_another_kind_is_refused(client: Client, content_type: str) -> None:
    body = orjson.dumps(GOOD)
    refused(client.call("POST", "/instances", by=OFFICER, data=body, content_type=content_type), 415)
    refused(client.call("POST", "/complaints", data=body, content_type=content_type), 415)


def test_where_files_are_wanted_anything_else_is_refused(client: Client) -> None:
    for path in ("/diagrams", "/diagrams/check", "/files"):
        refused(client.call("POST", path, {"bpmn": "x"}, by=OWNER), 415)
        refused(client.call("POST", path, by=OWNER), 422)


def test_an_answer_in_another_encoding_is_not_guessed_at(client: Client, handed: dict[str, Any]) -> None:
    body = '{"answers": {"catatan": "Jalan Ahmad Yani n° 5"}}'.encode("cp1252")
    answer = client.call(
        "POST",
        f"/tasks/{handed['task']}/complete",
        by=OFFICER,
        data=body,
        content_type="application/json; charset=windows-1252",
    )
    refused(answer, 422)


def test_a_body_without_end_is_too_large(client: Client) -> None:
    before = kept(client)
    body = b'{"diagram": "sp4n_lapor", "answers": {"a": "' + b"x" * 3_000_000 + b'"}}'
    refused(client.call("POST", "/complaints", data=body, content_type="application/json"), 413)
    streamed = client.call(
        "POST",
        "/complaints",
        input_stream=io.BytesIO(body),
        content_type="application/json",
        environ_overrides={"wsgi.input_terminated": True, "CONTENT_LENGTH": ""},
    )
    refused(streamed, 413)
    assert kept(client) == before


def test_a_length_that_is_a_lie_does_no_harm(client: Client) -> None:
    before = kept(client)
    body = b'{"diagram": "sp4n_lapor", "answers": {}}'
    for length in ("10", "100000000", "-1", "abc"):
        answer = client.call(
            "POST",
            "/complaints",
            input_stream=io.BytesIO(body),
            content_type="application/json",
            environ_overrides={"CONTENT_LENGTH": length},
        )
        refused(answer, {400, 413, 415, 422})
    assert kept(client) == before


def test_an_upload_without_end_is_too_large(client: Client) -> None:
    before = kept(client)
    data = {"file": (io.BytesIO(b"%PDF-1.7\n" + b"x" * 11_000_000), "surat.pdf")}
    refused(client.call("POST", "/files", by=OFFICER, data=data), 413)
    assert kept(client) == before


def test_texts_beside_files_are_bounded_too(client: Client) -> None:
    data = {"bpmn": (io.BytesIO(SOP), "x.bpmn"), "note": "x" * 3_000}
    refused(client.call("POST", "/diagrams", by=OWNER, data=data), 422)
    refused(
        client.call(
            "POST", "/diagrams", by=OWNER, data={**data, "bpmn": (io.BytesIO(SOP), "x"), "note": "x" * 2_000_000}
        ),
        413,
    )


@pytest.mark.parametrize("boundary", ["", "x", "x" * 5_000])
def test_a_multipart_body_without_its_boundaries_is_refused(client: Client, boundary: str) -> None:
    content_type = f"multipart/form-data; boundary={boundary}" if boundary else "multipart/form-data"
    answer = client.call("POST", "/complaints", data=b"hello", content_type=content_type)
    refused(answer, {400, 422})


# ---- addresses, queries and headers ----------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["tasks", "instances", "files"])
@pytest.mark.parametrize("id_", ["1", "x", "..%2f..%2fetc%2fpasswd", "%00", "' OR 1=1--", "9" * 400])
def test_an_id_that_is_none_is_not_found(client: Client, what: str, id_: str) -> None:
    refused(client.call("GET", f"/{what}/{id_}", by=OFFICER), 404)


@pytest.mark.parametrize(
    "path",
    [
        "/diagrams/%00",
        "/diagrams/%ff%fe",
        "/diagrams/sp4n_lapor/versions/99999999999999999999",
        "/diagrams/sp4n_lapor/versions/2147483648",
        "/diagrams/sp4n_lapor/versions/2147483647",
        "/diagrams/sp4n_lapor/versions/-1",
        "/diagrams/sp4n_lapor/versions/0/xml",
        "/diagrams/%E2%80%AE/form",
        "/agencies/%00/calendar?year=2026",
        "/nothing/here",
    ],
)
def test_what_cannot_be_is_not_found(client: Client, path: str) -> None:
    refused(client.call("GET", path, by=OFFICER), 404)


@pytest.mark.parametrize(
    "query",
    [
        "limit=0", "limit=201", "limit=-1", "limit=x", "limit=" + "9" * 30, "limit=NaN", "after=x", "after=%00",
        "after=" + "x" * 401, "after=YXxi", "instance=x", "mine=vielleicht", "overdue=7",
        "due_before=yesterday", "due_before=2026-01-01", "due_before=0001-01-01T00:00:00%2B14:00",
        "due_before=9999-12-31T23:59:59-14:00", "sort=name", "q=%00", "q=" + "x" * 101, "lane=%00",
        "after=MDAwMS0wMS0wMVQwMDowMDowMCsxNDowMHww",
    ],
)  # fmt: skip
def test_a_query_that_is_no_good_is_refused(client: Client, query: str) -> None:
    refused(client.call("GET", f"/tasks?{query}", by=OFFICER), 422)


@pytest.mark.parametrize("query", ["version=x", "version=99999999999", "state=open", "limit=1e3", "after=%C3%A9"])
def test_a_query_for_instances_that_is_no_good_is_refused(client: Client, query: str) -> None:
    refused(client.call("GET", f"/instances?{query}", by=OFFICER), 422)


@pytest.mark.parametrize("text_", ["%", "_", "\\", "'; DROP TABLE task; --", "%25%5F", "\U0001f600", "*" * 100])
def test_a_search_takes_every_letter_for_a_letter(client: Client, handed: dict[str, Any], text_: str) -> None:
    for path in ("/tasks", "/instances"):
        answer = client.call("GET", path, by=OFFICER, query_string={"q": text_})
        assert answer.status_code == 200 and answer.json is not None and answer.json["items"] == []


@pytest.mark.parametrize("tag", ["abc", '"abc"', '"-1"', '"1", "2"', '""', '"' + "9" * 5_000 + '"', 'W/"1"', '"²"'])
def test_an_if_match_that_is_none_of_ours_is_stale(client: Client, handed: dict[str, Any], tag: str) -> None:
    answer = client.call("POST", f"/tasks/{handed['task']}/claim", by=OFFICER, headers={"If-Match": tag})
    refused(answer, 412)


def test_an_enormous_idempotency_key_is_refused(client: Client) -> None:
    before = kept(client)
    for key in ("", "x" * 201, "x" * 60_000):
        refused(client.call("POST", "/complaints", GOOD, headers={"Idempotency-Key": key}), 422)
    assert kept(client) == before


@pytest.mark.parametrize("token", ["", "x", "x" * 5_000, "é", "\x00", "a b c", "' OR 1=1--"])
def test_a_token_that_is_none_is_not_known(client: Client, token: str) -> None:
    refused(client.call("GET", "/me", headers={"Authorization": f"Bearer {token}"}), 401)


def test_nothing_that_is_sent_comes_back_in_a_header(client: Client) -> None:
    part = b"Content-Disposition: form-data; name=file; filename*=UTF-8''x%0D%0ASet-Cookie%3A%20a%3Db.pdf"
    body = b"--b\r\n" + part + b"\r\n\r\n%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n%%EOF\r\n--b--\r\n"
    sent = client.call("POST", "/files", by=OFFICER, data=body, content_type="multipart/form-data; boundary=b")
    assert sent.status_code == 201 and sent.json is not None
    fetched = client.call("GET", f"/files/{sent.json['id']}", by=OFFICER)
    assert "Set-Cookie" not in fetched.headers
    assert not re.search(r"[\r\n]", fetched.headers["Content-Disposition"])
    for path in (f"/diagrams/{DIAGRAM}%0d%0aSet-Cookie:%20a=b/form", "/tasks?q=%0d%0aSet-Cookie:%20a=b"):
        assert "Set-Cookie" not in client.call("GET", path, by=OFFICER).headers


# ---- deep in the rooms -----------------------------------------------------------------------------------------


def test_a_draft_too_deep_to_be_read_again_is_not_kept(client: Client, handed: dict[str, Any]) -> None:
    name = next(iter(client.get(f"/tasks/{handed['task']}/form", by=OFFICER)["schema"]["properties"]))
    body = b'{"answers": {"' + name.encode() + b'": ' + _deep(300) + b"}}"
    kept_draft = client.call(
        "PUT", f"/tasks/{handed['task']}/draft", by=OFFICER, data=body, content_type="application/json"
    )
    refused(kept_draft, 422)
    assert client.get(f"/tasks/{handed['task']}/form", by=OFFICER)["answers"] == {}


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "1000-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00"])
def test_a_complaint_from_another_age_is_refused(client: Client, moment: str) -> None:
    schema = client.get(f"/diagrams/{DIAGRAM}/form")["schema"]
    body = {"diagram": DIAGRAM, "answers": sample(schema), "channel": "letter", "received_at": moment}
    refused(client.call("POST", "/complaints", body, by=OFFICER), 422)


@pytest.mark.parametrize("reason", ["", " ", "\u0000", None, 7, ["x"], "x" * 2_001])
def test_no_instance_is_cancelled_without_a_reason(client: Client, handed: dict[str, Any], reason: Any) -> None:
    refused(client.call("POST", f"/instances/{handed['instance']}/cancel", {"reason": reason}, by=HEAD), 422)
    assert client.get(f"/instances/{handed['instance']}", by=HEAD)["state"] == "running"


@pytest.mark.parametrize("day", ["2026-02-30", "heute", "%00", "9" * 100, "2026-W01-1x"])
def test_a_day_that_is_none_is_not_found(client: Client, day: str) -> None:
    body = {"working": False, "name": "Libur"}
    refused(client.call("PUT", f"/agencies/{OFFICE}/calendar/days/{day}", body, by=HEAD), 404)


@pytest.mark.parametrize(
    "hours",
    [
        {"monday": [["08:00"]]},
        {"monday": [["16:00", "08:00"]]},
        {"moonday": [["08:00", "16:00"]]},
        {"monday": [["08:00", "25:00"]]},
        {"monday": "08:00"},
        {"monday": [["a", "b", "c"]]},
        [],
        None,
    ],
)
def test_hours_that_are_none_are_refused(client: Client, hours: Any) -> None:
    before = kept(client)
    answer = client.call("PUT", f"/agencies/{OFFICE}/calendar/periods/Uji", {"hours": hours}, by=HEAD)
    refused(answer, 422)
    assert kept(client) == before


def test_a_name_of_a_period_as_long_as_a_book_is_refused(client: Client) -> None:
    body = {"hours": {"monday": [["08:00", "16:00"]]}, "first_day": "2026-05-01", "last_day": "2026-05-02"}
    for name in ("x" * 5_000, "a%00b"):
        refused(client.call("PUT", f"/agencies/{OFFICE}/calendar/periods/{name}", body, by=HEAD), {404, 422})


# ---- guessing --------------------------------------------------------------------------------------------------


def test_after_twenty_wrong_pins_this_address_must_wait_even_with_the_right_one(
    client: Client, handed: dict[str, Any]
) -> None:
    number = handed["number"]
    for _ in range(20):
        refused(client.call("GET", f"/complaints/{number}", pin="0000-0000"), 404)
    for pin in ("0000-0000", handed["pin"]):
        waits = client.call("GET", f"/complaints/{number}", pin=pin)
        refused(waits, 429)
        assert int(waits.headers["Retry-After"]) > 0
    elsewhere = client.call(
        "GET", f"/complaints/{number}", pin=handed["pin"], environ_overrides={"REMOTE_ADDR": "10.0.0.7"}
    )
    assert elsewhere.status_code == 200


def test_whoever_knows_his_pin_may_look_as_often_as_he_likes(client: Client, handed: dict[str, Any]) -> None:
    for _ in range(30):
        client.get(f"/complaints/{handed['number']}", pin=handed["pin"])


def test_pins_are_not_guessed_by_way_of_files_or_tasks(client: Client, handed: dict[str, Any]) -> None:
    address = {"environ_overrides": {"REMOTE_ADDR": f"10.0.1.{uuid.uuid4().int % 250}"}}
    path = f"/complaints/{handed['number']}/tasks/{uuid.uuid4()}/complete"
    tries = [client.call("POST", path, {"answers": {}}, pin="0000-0000", **address).status_code for _ in range(21)]
    assert tries == [404] * 20 + [429]

    def send() -> int:
        data = {"file": (io.BytesIO(b"x"), "x.pdf"), "number": handed["number"]}
        return client.call("POST", "/files", pin="0000-0000", data=data, **address).status_code

    assert [send() for _ in range(21)] == [404] * 20 + [429]


def test_a_worn_out_token_does_not_keep_an_office_from_sending_files(client: Client) -> None:
    address = {"environ_overrides": {"REMOTE_ADDR": "10.0.2.1"}}
    for _ in range(25):
        data = {"file": (io.BytesIO(b"x"), "x.pdf")}
        answer = client.call("POST", "/files", headers={"Authorization": "Bearer old"}, data=data, **address)
        refused(answer, 401)


def test_passwords_are_not_guessed(client: Client) -> None:
    body = {"username": "auditor", "password": "wrong"}
    address = {"environ_overrides": {"REMOTE_ADDR": "10.0.3.1"}}
    with client.app.app_context():
        db.session.remove()
    for _ in range(20):
        refused(client.call("POST", "/session", body, **address), 401)
    refused(client.call("POST", "/session", {**body, "password": "demo"}, **address), 429)
