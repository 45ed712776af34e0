"""A room's entrance for programs: each call says who may make it, what it takes, gives, and how it may be refused.

A call that writes runs in one transaction with one commit; a call that only reads is rolled back at its end. The
function behind a call is handed who calls (`by`) and when (`at`).
"""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any

import orjson
from flask import Response, request
from marshmallow import Schema
from sqlalchemy.exc import DBAPIError

from service.database import db
from service.entrance import browsers, idempotency
from service.entrance.documenting import IF_MATCH, LANGUAGE, TWICE, WRITES, Documented, Header, in_path
from service.entrance.reading import Parser
from service.entrance.schemas import LARGEST_WHOLE
from service.entrance.writing import read_all, write
from service.errors import NotFound, NotKnown, Stale
from service.people.caller import COMPLAINANT, Caller
from service.people.commands import caller_with

SIGNED_IN, PUBLIC = "signed in", "public"
LARGEST_BODY = 2 * 1024 * 1024

View = Callable[..., Any]
Entered = Callable[..., Response]


class Entrance(Documented):
    """A blueprint whose calls are declared with `call`."""

    def __init__(self, name: str, description: str) -> None:
        super().__init__(name, f"service.{name}.api", url_prefix="/api/v1", description=description)
        self.before_request(_bound)

    def call(
        self,
        method: str,
        path: str,
        gives: type[Schema] | None = None,
        takes: type[Schema] | None = None,
        query: type[Schema] | None = None,
        location: str = "json",
        form: type[Schema] | None = None,
        who: str = SIGNED_IN,
        status: int = 200,
        refuses: tuple[int, ...] = (),
        headers: tuple[Header, ...] = (),
        tagged: bool = False,
        produces: str | None = None,
        limit: Callable[[View], View] | None = None,
        body: dict[str, Any] | None = None,
        keeps_nothing: bool = False,
    ) -> Callable[[View], View]:
        """Declare the decorated function as the call behind `method path`.

        It is given `query`, body (`takes`) and the other fields of a multipart `form` in this order, then the parts of
        the path, `by` and `at` by name.
        `refuses` lists the statuses besides those that follow from the declaration itself, `headers` those that mean
        something to this call; `tagged` says that the answer has an ETag, and `body` adds content types to the
        document of what is taken. A call with a body that `keeps_nothing` works beside whoever writes.
        """

        def declare(view: View) -> View:
            writes = method in WRITES and not keeps_nothing
            sources = [
                (schema, where) for schema, where in ((query, "query"), (takes, location), (form, "form")) if schema
            ]
            run = _runner(view, [(schema(), where) for schema, where in sources], gives() if gives else None, status)
            run._apidoc = self.document(  # type: ignore[attr-defined]
                view,
                sources,
                gives,
                status,
                produces,
                {*refuses, *_usual(method, path, takes, query, headers)},
                [*headers, *([TWICE] if method == "POST" and writes and path != "/session" else []), LANGUAGE],
                who == PUBLIC,
                body,
                tagged,
            )
            entered: View = _writing(run, who) if writes else _reading(run, who)
            entered = limit(entered) if limit else entered
            vars(entered)["who"] = who
            self.route(path, methods=[method], parameters=in_path(path))(entered)
            return view

        return declare


def _bound() -> None:
    """What comes without files is small, whatever its sender says of its length."""
    if request.mimetype != "multipart/form-data":
        request.max_content_length = LARGEST_BODY


def _usual(method: str, path: str, takes: Any, query: Any, headers: tuple[Header, ...]) -> set[int]:
    """Any call may bring a token that counts no more, or find the database busy."""
    usual = {401, 503}
    if "<" in path:
        usual.add(404)
    if method in WRITES:
        usual |= {400, 403, 413, 422}
    if takes is not None:
        usual.add(415)
    if query is not None:
        usual.add(422)
    if IF_MATCH in headers:
        usual.add(412)
    return usual


PARSER = Parser()


def _runner(view: View, sources: list[tuple[Schema, str]], gives: Schema | None, status: int) -> Entered:
    """What is done at each call: read what came, let the view work, write its answer."""

    @wraps(view)
    def run(**path: Any) -> Response:
        must_be_possible(path)
        request.environ.pop("alur.rev", None)
        read = [PARSER.parse(schema, request, location=where) for schema, where in sources]
        answer = view(*read, **path, by=request.environ["alur.by"], at=request.environ["alur.at"])
        return _tagged(_response(answer, gives, status))

    return run


def _response(answer: Any, gives: Schema | None, status: int) -> Response:
    if isinstance(answer, Response):
        return answer
    if answer is None:
        return Response(status=status)
    body = gives.dump(answer) if gives is not None else answer
    return Response(orjson.dumps(body), status=status, content_type="application/json")


def _tagged(answer: Response) -> Response:
    if "alur.rev" in request.environ:
        answer.set_etag(str(request.environ["alur.rev"]))
    return answer


def must_be_possible(path: dict[str, Any]) -> None:
    """Raises `NotFound` for an address whose parts no database could be asked for."""
    for part in path.values():
        if part > LARGEST_WHOLE if isinstance(part, int) else "\x00" in str(part):
            raise NotFound("Alamat ini tidak ada.")


def _reading(view: Entered, who: str) -> Entered:
    @wraps(view)
    def enter(**path: Any) -> Response:
        read_all()
        _find_out(who)
        return view(**path)

    return enter


def _writing(view: Entered, who: str) -> Entered:
    @wraps(view)
    def enter(**path: Any) -> Response:
        return write(lambda: _entered(view, who, path))

    return enter


def _entered(view: Entered, who: str, path: dict[str, Any]) -> Response:
    by = _find_out(who)
    if request.path.endswith("/session"):
        return view(**path)
    name = f"{by.person_id} {request.headers.get('Alur-Pin', '')}"
    return idempotency.once(request, name, request.environ["alur.at"], lambda: view(**path))


def _find_out(who: str) -> Caller:
    """Who calls, and when; kept with the request for the view and for the language of the answer.

    A token counts before the session of a browser; with a session, a call that writes must come from our own pages.
    """
    at = request.environ["alur.at"] = datetime.now(UTC)
    token = bearer_token()
    by = caller_with(token, at) if token is not None else browsers.caller_of(request, at)
    if by is not None and token is None and request.method in WRITES:
        browsers.must_come_from_here(request)
    if by is None:
        if who != PUBLIC:
            raise NotKnown("Silakan masuk dahulu.")
        by = COMPLAINANT
    request.environ["alur.by"] = by
    return by


def bearer_token() -> str | None:
    """The token the call brings, if any."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" and token.strip() else None


def tag(rev: int) -> None:
    """Let the answer carry this revision as its ETag; it is kept with an answer that may be replayed."""
    request.environ["alur.rev"] = rev


def seen_revision() -> int | None:
    """The revision the caller says he has seen (`If-Match`), None if he says nothing. Raises `Stale` for nonsense."""
    if not request.if_match or request.if_match.star_tag:
        return None
    seen = [tag for tag in request.if_match.as_set() if tag and tag.isascii() and tag.isdecimal() and len(tag) < 10]
    if len(seen) != 1:
        raise Stale("Penanda If-Match tidak dikenal; muat ulang lalu coba lagi.")
    return int(seen[0])


def forget_session(_error: BaseException | None = None) -> None:
    """End whatever the request has read; runs after every request.

    A connection that died after the last statement takes nothing away from an answer that is there.
    """
    try:
        db.session.remove()
    except DBAPIError:
        db.session.registry.clear()
