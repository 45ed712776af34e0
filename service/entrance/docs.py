"""The API document as a page that needs no script: every call with who may make it, what it takes and gives."""

from functools import cache
from typing import Any

import orjson
from flask import Blueprint, render_template
from flask_smorest import Api

from service.entrance.browsers import COOKIE

DESCRIPTION = (
    "Runs government procedures (SOP) drawn as BPMN diagrams. Call with `Authorization: Bearer TOKEN`. Refusals are "
    "`application/problem+json` (RFC 9457), in the language of `Accept-Language` (id or en). Any POST takes "
    "`Idempotency-Key`: sent again with the same body it gives the first answer, for a day. Lists take `limit` (50, at "
    "most 200) and `after` and give `items` and `next`. `ETag` comes with single instances, tasks and versions; calls "
    "that change one take it as `If-Match`. Times are ISO 8601 with offset, ids are UUIDs."
)

SECURITY = {
    "token": {"type": "http", "scheme": "bearer", "description": "made by `alur token create` or POST /session"},
    "session": {"type": "apiKey", "in": "cookie", "name": COOKIE, "description": "of a browser that has signed in"},
}


def pages(api: Api) -> Blueprint:
    """The blueprint that serves the readable document."""
    blueprint = Blueprint("docs", __name__, url_prefix="/api/v1", template_folder="templates")

    @cache
    def document() -> dict[str, Any]:
        return dict(api.spec.to_dict())

    @blueprint.get("/docs")
    def readable() -> str:
        schemas = document()["components"]["schemas"]
        shapes = {name: orjson.dumps(schemas[name], option=orjson.OPT_INDENT_2).decode() for name in sorted(schemas)}
        return render_template("api_docs.html", document=document(), groups=_grouped(document()), shapes=shapes)

    readable.who = "public"  # type: ignore[attr-defined]
    return blueprint


def _grouped(document: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, operations in document["paths"].items():
        shared = operations.get("parameters", [])
        for method, operation in operations.items():
            if method != "parameters":
                call = {"method": method.upper(), "path": path, **operation, "public": {} in operation["security"]}
                call["parameters"] = shared + operation.get("parameters", [])
                groups.setdefault(operation["tags"][0], []).append(call)
    return groups
