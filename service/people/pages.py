"""Pages about people: sign in, sign out, one's own account."""

import uuid
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from flask import Response, current_app, make_response, render_template, request

from service.entrance import browsers, limits
from service.entrance.calls import PUBLIC
from service.entrance.pages import Pages, go_to, local_address
from service.errors import Invalid, NotFound, NotKnown, Refusal
from service.people import commands, sessions
from service.people.caller import Caller
from service.people.models import Person, people_and_holdings, person_of, tokens_of

pages = Pages("people")

HOME = "/beranda"


@dataclass(frozen=True)
class DemoOffice:
    """One office of the demo with the people as whom one may look around."""

    name: str
    people: list[Person]


@pages.get("/masuk", who=PUBLIC)
def sign_in_page(by: Caller, at: datetime, refusal: Refusal | None = None) -> str | Response:
    if by.person_id is not None:
        return go_to(HOME)
    return render_template(
        "people/sign_in.html",
        refusal=refusal,
        back_to=local_address(request.values.get("ke"), ""),
        username=request.form.get("username", ""),
        offices=_demo_offices() if current_app.config["ALUR"].demo else [],
    )


@pages.post("/masuk", who=PUBLIC, again=sign_in_page, limit=limits.sign_in)
def sign_in(by: Caller, at: datetime) -> Response:
    person = commands.person_with(request.form.get("username", "").strip(), request.form.get("password", ""))
    return _open(person, at)


@pages.post("/masuk/contoh", who=PUBLIC, again=sign_in_page, limit=limits.sign_in)
def try_out(by: Caller, at: datetime) -> Response:
    if not current_app.config["ALUR"].demo:
        raise NotFound("Alamat ini tidak ada.")
    return _open(commands.person_to_try(request.form.get("username", "")), at)


def _open(person: Person, at: datetime) -> Response:
    """Begin a session under a fresh secret, whatever the browser brought before."""
    label = browsers.browser_in_words(request)
    secret = sessions.open_session(person, label, at, instead_of=browsers.session_secret(request))
    answer = go_to(local_address(request.form.get("ke"), HOME))
    browsers.keep_session(answer, request, secret)
    return answer


@pages.post("/keluar")
def sign_out(by: Caller, at: datetime) -> Response:
    sessions.end_session(_secret())
    answer = go_to("/masuk")
    browsers.drop_session(answer, request)
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


@pages.get("/akun")
def account(by: Caller, at: datetime, refusal: Refusal | None = None, token: str | None = None) -> str:
    person_id = _own(by)
    return render_template(
        "people/account.html",
        person=person_of(person_id),
        sessions=sessions.sessions_of(person_id, at),
        is_this=lambda session: sessions.is_session(session, _secret()),
        tokens=tokens_of(person_id, at),
        token=token,
        done=request.args.get("sudah"),
        refusal=refusal,
        wrong={p.pointer: p for p in refusal.errors} if isinstance(refusal, Invalid) else {},
    )


@pages.post("/akun/sandi", again=account)
def change_password(by: Caller, at: datetime) -> Response:
    person_id, form = _own(by), request.form
    commands.change_password(person_id, form.get("before", ""), form.get("password", ""))
    sessions.end_other_sessions(person_id, _secret())
    return go_to("/akun?sudah=sandi")


@pages.post("/akun/bahasa", again=account)
def choose_language(by: Caller, at: datetime) -> Response:
    language = request.form.get("language", "")
    commands.choose_language(_own(by), language)
    answer = go_to("/akun?sudah=bahasa")
    browsers.keep_language(answer, request, language)
    return answer


@pages.post("/akun/keluar-lain", again=account)
def sign_out_elsewhere(by: Caller, at: datetime) -> Response:
    sessions.end_other_sessions(_own(by), _secret())
    return go_to("/akun?sudah=keluar")


@pages.post("/akun/token", again=account)
def create_token(by: Caller, at: datetime) -> Response:
    token = commands.create_own_token(_own(by), request.form.get("label", ""), at)
    return make_response(account(by=by, at=at, token=token), 201)


@pages.post("/akun/token/<uuid:token_id>/hapus", again=account)
def forget_token(token_id: uuid.UUID, by: Caller, at: datetime) -> Response:
    commands.forget_own_token(token_id, _own(by))
    return go_to("/akun?sudah=token")


def _own(by: Caller) -> uuid.UUID:
    if by.person_id is None:
        raise NotKnown("Silakan masuk dahulu.")
    return by.person_id


def _secret() -> str:
    return browsers.session_secret(request) or ""


def _demo_offices() -> list[DemoOffice]:
    """The people of the demo under their offices, who can do most comes first; those of all offices stand last."""
    held: dict[str, Counter[uuid.UUID]] = {}
    known: dict[uuid.UUID, Person] = {}
    for person, holding, agency in people_and_holdings():
        known[person.id] = person
        lanes = held.setdefault(agency.name if agency else "", Counter())
        lanes[person.id] += 1 if holding is not None and holding.lane else 0
    return [
        DemoOffice(name, [known[person_id] for person_id, _ in held[name].most_common()])
        for name in sorted(held, key=lambda name: (not name, name))
    ]
