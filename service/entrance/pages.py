"""A room's entrance for people: each page says who may see it; what is posted to it runs in one transaction.

A page is a function that is handed the parts of its address, who looks (`by`) and when (`at`), and gives HTML or a
redirect. What is refused is answered in words: by the page itself where `again` names it, else by a page of its own.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, make_response, redirect, request

from service.entrance import browsers, policies, uploads
from service.entrance.calls import PUBLIC, SIGNED_IN, must_be_possible
from service.entrance.problems import status_of
from service.entrance.writing import read_all, write
from service.errors import NotAllowed, NotKnown, Refusal
from service.people.caller import COMPLAINANT, Caller
from service.people.models import OFFICER

View = Callable[..., Any]
Limit = Callable[[View], View]

SEE_OTHER = 303


class Pages(Blueprint):
    """A blueprint whose pages are declared with `get` and `post`; its templates lie in the room's `templates/`."""

    def __init__(self, room: str, at: str = "") -> None:
        super().__init__(f"{room}_pages", at or f"service.{room}.pages", template_folder="templates")

    def get(  # type: ignore[override]
        self,
        path: str,
        who: str = SIGNED_IN,
        roles: tuple[str, ...] = (),
        policy: str = policies.PLAIN,
        limit: Limit | None = None,
    ) -> Callable[[View], View]:
        """Declare the decorated function as the page at `path`; with `roles`, for those who hold one of them."""

        def declare(view: View) -> View:
            self._enter("GET", path, _reading(view, who, roles, policy), who, limit)
            return view

        return declare

    def post(  # type: ignore[override]
        self,
        path: str,
        who: str = SIGNED_IN,
        roles: tuple[str, ...] = (),
        again: View | None = None,
        policy: str = policies.PLAIN,
        limit: Limit | None = None,
    ) -> Callable[[View], View]:
        """Declare the decorated function as what is done with a form posted to `path`, in one transaction.

        When it is refused everything is undone, and `again` (a page's function, with `refusal` besides) shows the form
        once more with what was typed. It also answers the buttons within a form that only change the form itself.
        """

        def declare(view: View) -> View:
            self._enter("POST", path, _writing(view, who, roles, again, policy), who, limit)
            return view

        return declare

    def _enter(self, method: str, path: str, entered: View, who: str, limit: Limit | None) -> None:
        entered = limit(entered) if limit else entered
        vars(entered)["who"] = who
        self.add_url_rule(path, f"{entered.__name__}_{method.lower()}", entered, methods=[method])


def go_to(address: str) -> Response:
    """What a page answers when something has been done: look there now."""
    answer: Response = make_response(redirect(address, SEE_OTHER))
    return answer


def local_address(text: str | None, otherwise: str) -> str:
    """An address within this service, for coming back to; anything else is not followed."""
    if text and text.startswith("/") and not text.startswith(("//", "/\\")) and text.isprintable():
        return text
    return otherwise


def _reading(view: View, who: str, roles: tuple[str, ...], policy: str) -> View:
    @wraps(view)
    def enter(**path: Any) -> Response:
        must_be_possible(path)
        try:
            by = _find_out(who, roles)
        except NotKnown:
            return _ask_to_sign_in()
        return _answer(view(**path, by=by, at=request.environ["alur.at"]), policy)

    return enter


def _writing(view: View, who: str, roles: tuple[str, ...], again: View | None, policy: str) -> View:
    @wraps(view)
    def enter(**path: Any) -> Response:
        must_be_possible(path)
        read_all()
        browsers.must_come_from_here(request)
        _find_out(who, roles)
        if "alur.session" in request.environ:
            browsers.must_bear_token(request)
        uploads.take_all()
        if again is not None and uploads.asks_for_another_shape():
            return _answer(_shown_again(again, path, None), policy)
        try:
            return _answer(write(lambda: view(**path, by=_find_out(who, roles), at=request.environ["alur.at"])), policy)
        except Refusal as refusal:
            if again is None:
                raise
            return _answer(_shown_again(again, path, refusal), policy, status_of(refusal))

    return enter


def _shown_again(again: View, path: Mapping[str, Any], refusal: Refusal | None) -> Any:
    return again(**path, by=request.environ["alur.by"], at=request.environ["alur.at"], refusal=refusal)


def _find_out(who: str, roles: tuple[str, ...]) -> Caller:
    """Who looks, and when; kept with the request. Raises `NotKnown` and `NotAllowed`."""
    at = request.environ.setdefault("alur.at", datetime.now(UTC))
    by = browsers.caller_of(request, at)
    if by is None:
        if who != PUBLIC:
            raise NotKnown("Silakan masuk dahulu.")
        by = COMPLAINANT
    request.environ["alur.by"] = by
    if roles and not any(holds(by, role) for role in roles):
        raise NotAllowed("Halaman ini untuk peran lain; peran Anda tidak mencakupnya.")
    return by


def holds(by: Caller, role: str) -> bool:
    """Whether he has this role in any agency; an officer is who holds a lane."""
    return bool(by.lanes) if role == OFFICER else any(held == role for _, held in by.roles)


def _ask_to_sign_in() -> Response:
    if request.headers.get("HX-Request"):
        answer = Response(status=204)
        answer.headers["HX-Redirect"] = "/masuk"
        return answer
    here = request.full_path.rstrip("?")
    return go_to("/masuk?" + urlencode({"ke": here}))


def _answer(given: Any, policy: str, status: int | None = None) -> Response:
    answer: Response = make_response(given)
    if status is not None:
        answer.status_code = status
    answer.headers.setdefault("Content-Security-Policy", policy)
    return answer
