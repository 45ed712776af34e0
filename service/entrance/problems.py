"""Refusals as HTTP: RFC 9457 problem details for programs, pages in words for people, in the caller's language.

Only this module knows status codes.
"""

import logging
from collections.abc import Iterator
from typing import Any

import orjson
from flask import Flask, Response, make_response, render_template, request
from flask_babel import gettext
from sqlalchemy.exc import InterfaceError, OperationalError
from werkzeug.exceptions import HTTPException

from service import errors
from service.sentences import fill, say

log = logging.getLogger(__name__)

STATUS: dict[type[errors.Refusal], int] = {
    errors.NotKnown: 401,
    errors.NotAllowed: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.Stuck: 409,
    errors.Stale: 412,
    errors.TooLarge: 413,
    errors.Invalid: 422,
    errors.TooOften: 429,
    errors.Unready: 503,
}
CONTENT_TYPE = "application/problem+json"

HTTP_WORDS = {
    400: ("bad_request", "Permintaan ini tidak dapat dibaca."),
    404: ("not_found", "Alamat ini tidak ada."),
    405: ("method_not_allowed", "Alamat ini tidak menerima cara pemanggilan tersebut."),
    406: ("not_acceptable", "Bentuk jawaban yang diminta tidak tersedia."),
    413: ("too_large", "Kiriman ini terlalu besar."),
    415: ("unsupported_media_type", "Kirim isi permintaan sebagai JSON, atau multipart bila ada berkas."),
    429: ("too_often", "Terlalu sering mencoba; mohon tunggu sebentar."),
}

TITLES = {
    400: "Tidak terbaca",
    401: "Belum dikenal",
    403: "Tidak berhak",
    404: "Tidak ditemukan",
    405: "Cara tidak diterima",
    406: "Bentuk tidak tersedia",
    409: "Sudah berubah",
    412: "Sudah usang",
    413: "Terlalu besar",
    415: "Jenis isi tidak diterima",
    422: "Belum benar",
    429: "Terlalu sering",
    500: "Kesalahan sistem",
    503: "Belum siap",
}


def register(app: Flask) -> None:
    """Answer every refusal and every error with a problem, whatever was asked for."""
    app.register_error_handler(errors.Refusal, of_refusal)
    app.register_error_handler(HTTPException, of_http)
    app.register_error_handler(OperationalError, _of_database)
    app.register_error_handler(InterfaceError, _of_database)
    app.register_error_handler(Exception, _of_mistake)


def status_of(refusal: errors.Refusal) -> int:
    """The status under which this refusal is answered."""
    return next(code for kind, code in STATUS.items() if isinstance(refusal, kind))


def of_refusal(refusal: errors.Refusal) -> Response:
    """The answer to a command that was not carried out."""
    status = status_of(refusal)
    extra: dict[str, Any] = {}
    if isinstance(refusal, errors.Invalid):
        if refusal.errors:
            extra["errors"] = [
                {"pointer": p.pointer, "message": said(p.message, dict(p.params))} for p in refusal.errors
            ]
        if refusal.findings:
            extra["findings"] = [finding(f) for f in refusal.findings]
    if isinstance(refusal, errors.Stuck) and refusal.element:
        extra["element"] = refusal.element
    return _problem(status, refusal.code, said(refusal.message, refusal.params), extra)


def finding(found: Any) -> dict[str, Any]:
    """A finding of the check as JSON."""
    return {
        "code": found.code,
        "element": found.element_id,
        "name": found.element_name,
        "what": say(found.what, gettext),
        "why": say(found.why, gettext),
        "mend": say(found.mend, gettext),
        "blocks": found.blocks,
    }


def said(message: str, params: dict[str, Any]) -> str:
    """A message in the caller's language, with its places filled in."""
    return fill(message, params, gettext)


def sentence_in_words(sentence: Any) -> str:
    """A sentence (`message`, `params`) in the caller's language; what fills it may be words of ours too."""
    return said(sentence.message, {name: said(str(value), {}) for name, value in sentence.params.items()})


def of_http(error: HTTPException) -> Response:
    """The answer to what Flask and the argument parser refuse."""
    status = error.code or 500
    messages = (getattr(error, "data", None) or {}).get("messages")
    if messages:
        status = 422 if status == 400 else status
        return _problem(status, "invalid", gettext("Isi permintaan belum benar."), {"errors": list(_pointed(messages))})
    code, words = HTTP_WORDS.get(status, ("error", "Permintaan ini ditolak."))
    answer = _problem(status, code, gettext(words))
    for name, value in error.get_headers():
        if name.lower() in ("allow", "retry-after"):
            answer.headers[name] = value
    return answer


def _pointed(messages: Any) -> Iterator[dict[str, str]]:
    """Flatten the parser's nested messages into JSON pointers; the first level only names where it looked."""
    for where in messages.values():
        yield from _walk(where, "")


def _walk(node: Any, pointer: str) -> Iterator[dict[str, str]]:
    if isinstance(node, dict):
        for key, value in node.items():
            inner = pointer if key == "_schema" else f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}"
            yield from _walk(value, inner)
    elif isinstance(node, list):
        for value in node:
            yield from _walk(value, pointer)
    else:
        yield {"pointer": pointer, "message": said(str(node), getattr(node, "params", {}))}


def _of_database(error: OperationalError | InterfaceError) -> Response:
    log.error("database not ready: %s", error.orig)
    return of_refusal(errors.Unready("Sistem sedang sibuk atau basis data belum siap; silakan coba lagi."))


def _of_mistake(error: Exception) -> Response:
    log.exception("unexpected error", exc_info=error)
    words = gettext("Terjadi kesalahan pada sistem. Tidak ada yang tersimpan; silakan coba lagi.")
    return _problem(500, "error", words)


def _problem(status: int, code: str, detail: str, extra: dict[str, Any] | None = None) -> Response:
    body = {
        "type": f"urn:alur:problem:{code}",
        "title": gettext(TITLES.get(status, "Ditolak")),
        "status": status,
        "detail": detail,
        "code": code,
        **(extra or {}),
    }
    answer = _as_json(body) if request.path.startswith("/api/") else _as_page(body)
    answer.status_code = status
    if status in (429, 503):
        answer.headers.setdefault("Retry-After", "60" if status == 429 else "5")
    return answer


def _as_json(body: dict[str, Any]) -> Response:
    answer = Response(orjson.dumps(body), content_type=CONTENT_TYPE)
    if body["status"] == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def _as_page(body: dict[str, Any]) -> Response:
    """The refusal as a page, or as a note for the page that htmx is changing."""
    if request.headers.get("HX-Request"):
        answer = make_response(render_template("refused_note.html", problem=body))
        answer.headers["HX-Retarget"] = "#kabar"
        answer.headers["HX-Reswap"] = "innerHTML"
        return answer
    return make_response(render_template("refused.html", problem=body))
