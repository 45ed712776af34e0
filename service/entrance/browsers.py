"""What a browser brings: the cookie of its session, where a request comes from, and the token of a page's forms.

A request that writes must come from a page of ours: the browser says so by itself (`Sec-Fetch-Site`, `Origin`). Forms
of those who have signed in bear a token besides, made from the secret of the session.
"""

import base64
import hmac
import secrets
from datetime import datetime
from urllib.parse import urlsplit

from flask import Request, Response

from service.database import transaction
from service.errors import NotAllowed
from service.people import sessions
from service.people.caller import Caller

COOKIE = "alur"
LANGUAGE_COOKIE = "bahasa"
TOKEN_FIELD = "alur-token"
TOKEN_HEADER = "Alur-Page-Token"
_MASK = 16

ELSEWHERE = "Kiriman ini tidak datang dari halaman kami. Buka halamannya lagi di alamat ini, lalu kirim ulang."
OLD_PAGE = "Halaman ini sudah terlalu lama terbuka. Muat ulang halamannya, lalu kirim lagi."


def is_secure(request: Request) -> bool:
    """Whether the browser came over https, to us or to the proxy before us."""
    return request.is_secure or request.headers.get("X-Forwarded-Proto", "").split(",")[0].strip() == "https"


def cookie_name(request: Request) -> str:
    """With https the name itself binds the cookie to this host."""
    return f"__Host-{COOKIE}" if is_secure(request) else COOKIE


def session_secret(request: Request) -> str | None:
    """The secret of the session the browser brings, if any."""
    return request.cookies.get(cookie_name(request)) or None


def caller_of(request: Request, at: datetime) -> Caller | None:
    """Who has signed in at this browser; None where nobody has. Notes from time to time that the session is used."""
    secret = session_secret(request)
    found = sessions.caller_in_session(secret, at) if secret else None
    if found is None or secret is None:
        return None
    by, session = found
    request.environ["alur.session"] = secret
    if request.method in ("GET", "HEAD") and session.seen_at < at - sessions.SEEN_EVERY:
        with transaction():
            sessions.see(secret, at)
    return by


def keep_session(answer: Response, request: Request, secret: str) -> None:
    """Let the browser keep the session; it forgets it when it is closed."""
    answer.set_cookie(cookie_name(request), secret, secure=is_secure(request), httponly=True, samesite="Lax", path="/")


def drop_session(answer: Response, request: Request) -> None:
    """Let the browser forget the session."""
    answer.delete_cookie(cookie_name(request), secure=is_secure(request), httponly=True, samesite="Lax", path="/")


def must_come_from_here(request: Request) -> None:
    """Raises `NotAllowed` for a request that another site made the browser send, or that does not say where from."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        here = site in ("same-origin", "none")
    else:
        origin = request.headers.get("Origin") or request.headers.get("Referer") or ""
        here = bool(origin) and urlsplit(origin).netloc == request.host
    if not here:
        raise NotAllowed(ELSEWHERE)


def must_bear_token(request: Request) -> None:
    """Raises `NotAllowed` unless the form bears the token of the browser's session."""
    sent = request.headers.get(TOKEN_HEADER) or request.form.get(TOKEN_FIELD, "")
    secret = request.environ.get("alur.session")
    if not secret or not hmac.compare_digest(_unmasked(sent), _plain_token(secret)):
        raise NotAllowed(OLD_PAGE)


def page_token(secret: str) -> str:
    """The token for forms of this session. Masked anew each time, so that compressed pages do not give it away."""
    mask = secrets.token_bytes(_MASK)
    return base64.urlsafe_b64encode(mask + _xor(mask, _plain_token(secret))).decode().rstrip("=")


def _unmasked(sent: str) -> bytes:
    try:
        raw = base64.urlsafe_b64decode(sent + "=" * (-len(sent) % 4))
    except ValueError:
        return b""
    return _xor(raw[:_MASK], raw[_MASK:]) if len(raw) == 2 * _MASK else b""


def _plain_token(secret: str) -> bytes:
    return hmac.digest(secret.encode(), b"forms", "sha256")[:_MASK]


def _xor(a: bytes, b: bytes) -> bytes:
    return bytes(x ^ y for x, y in zip(a, b, strict=True))


def language_of(request: Request, person: str | None) -> str:
    """The language of a page: asked for in the address, chosen before, the person's own, else Indonesian."""
    for wanted in (request.args.get(LANGUAGE_COOKIE), request.cookies.get(LANGUAGE_COOKIE), person):
        if wanted in ("id", "en"):
            return wanted
    return "id"


def remember_language(answer: Response, request: Request) -> None:
    """A language asked for in the address of a page holds for the pages after it."""
    if request.args.get(LANGUAGE_COOKIE) in ("id", "en") and not request.path.startswith("/api/"):
        keep_language(answer, request, request.args[LANGUAGE_COOKIE])


def keep_language(answer: Response, request: Request, language: str) -> None:
    """Let the browser remember the language for a year."""
    answer.set_cookie(
        LANGUAGE_COOKIE, language, max_age=365 * 24 * 3600, secure=is_secure(request), samesite="Lax", path="/"
    )


_BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_DEVICES = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


def browser_in_words(request: Request) -> str:
    """`Chrome, Android`: enough for its owner to know it again."""
    agent = request.headers.get("User-Agent", "")
    found = [next((name for mark, name in known if mark in agent), "") for known in (_BROWSERS, _DEVICES)]
    return ", ".join(filter(None, found)) or "Peramban lain"
