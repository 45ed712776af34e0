"""What the OpenAPI document says of a call: made from its declaration, so that it cannot say anything else."""

from collections.abc import Iterable
from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema

from service.entrance.schemas import LARGEST_WHOLE, ProblemOut

PROBLEM = "application/problem+json"
WRITES = ("POST", "PUT", "DELETE")

Header = dict[str, Any]


def _header(name: str, about: str, required: bool = False, **schema: Any) -> Header:
    return {
        "in": "header",
        "name": name,
        "description": about,
        "required": required,
        "schema": {"type": "string", **schema},
    }


PIN = _header("Alur-Pin", "the PIN that was told when the complaint was handed in", required=True, maxLength=40)
PIN_OF_COMPLAINANT = _header("Alur-Pin", "for complainants, with the number of their complaint", maxLength=40)
IF_MATCH = _header("If-Match", "the ETag of what was seen; 412 when it has changed since")
TWICE = _header("Idempotency-Key", "the same key and body replay the first answer", minLength=1, maxLength=200)
LANGUAGE = _header("Accept-Language", "id or en, for the words in the answer")

ETAG = {"ETag": {"description": "revision, for If-Match", "schema": {"type": "string"}}}

IN_PATH = {
    "key": "key of the diagram, or of the agency",
    "n": "number of the version",
    "seq": "number of the move",
    "number": "number of the complaint",
    "day": "a date, such as 2026-12-24",
    "name": "name of the period",
    "instance_id": "id of the instance",
    "task_id": "id of the task",
    "file_id": "id of the file",
    "person_id": "id of the person",
    "trial_id": "id of a trial",
    "rehearsal_id": "id of a rehearsal",
    "migration_id": "id of a migration",
}


class Documented(Blueprint):
    """A blueprint that notes what the document needs; at run time none of this is in the way."""

    def document(
        self,
        view: Any,
        taken: Iterable[tuple[type[Schema], str]],
        gives: type[Schema] | None,
        status: int,
        produces: str | None,
        refuses: set[int],
        headers: Iterable[Header],
        public: bool,
        body: dict[str, Any] | None,
        tagged: bool,
    ) -> dict[str, Any]:
        """What flask-smorest's decorators would note on the view."""
        for schema, where in _as_sent(list(taken)):
            view = self.arguments(schema, location=where)(view)
        view = self.response(status, gives, content_type=produces, headers=ETAG if tagged else None)(view)
        for code in sorted(refuses):
            view = self.alt_response(code, schema=ProblemOut, content_type=PROBLEM)(view)
        noted: dict[str, Any] = self.doc(
            operationId=view.__name__,
            security=[*([{}] if public else []), {"token": []}, {"session": []}],
            **({"requestBody": {"content": body}} if body else {}),
        )(view)._apidoc
        noted["headers_taken"] = list(headers)
        return noted

    def _prepare_headers_doc(self, doc: dict[str, Any], doc_info: dict[str, Any], **_rest: Any) -> dict[str, Any]:
        doc["parameters"] = [*doc.get("parameters", ()), *doc_info.get("headers_taken", ())]
        return doc

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._prepare_doc_cbks.append(self._prepare_headers_doc)


def _as_sent(taken: list[tuple[type[Schema], str]]) -> list[tuple[type[Schema], str]]:
    """Files and the other fields of a multipart body are one body; where it comes as JSON too, JSON stands for both."""
    multipart = [schema for schema, where in taken if where in ("files", "form")]
    others = [(schema, "json" if where == "json_or_multipart" else where) for schema, where in taken]
    others = [(schema, where) for schema, where in others if where not in ("files", "form")]
    if multipart:
        name = "".join(schema.__name__ for schema in multipart)
        others.append((type(name, tuple(multipart), {}), "files"))
    return others


def in_path(path: str) -> list[dict[str, Any]]:
    """The parts of a path, described."""
    parts = [part[1:-1].split(":") for part in path.split("/") if part.startswith("<")]
    return [
        {"in": "path", "name": name, "description": IN_PATH[name]}
        | ({"schema": {"type": "integer", "minimum": 0, "maximum": LARGEST_WHOLE}} if kind == "int" else {})
        for kind, name in parts
    ]
