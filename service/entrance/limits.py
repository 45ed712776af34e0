"""How often somebody may try. Guesses count, what succeeds does not; an office behind one address is not locked out.

Counted in each server process; behind several processes or machines the proxy should limit too (docs/operating.md).
"""

import hashlib

from flask import Response, current_app, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from service.entrance.browsers import session_secret
from service.entrance.calls import bearer_token

limiter = Limiter(key_func=get_remote_address, storage_uri="memory://", strategy="moving-window")

GUESSES = "20 per 15 minutes"
LOOKS = "240 per minute"
HANDED_IN = "30 per minute"


def _was_a_wrong_password(answer: Response) -> bool:
    return answer.status_code == 401


def _was_a_wrong_pin(answer: Response) -> bool:
    """A worn-out token of an officer is no guess at a PIN."""
    return answer.status_code == 404


def _number_and_address() -> str:
    number = (request.view_args or {}).get("number") or request.form.get("number", "")
    return f"{get_remote_address()} {number}"


def _name_and_address() -> str:
    body = request.get_json(silent=True)
    name = body.get("username", "") if isinstance(body, dict) else request.form.get("username", "")
    return f"{get_remote_address()} {name}"


def _is_let_pass() -> bool:
    """Officers have signed in; the demo is there to be tried as often as anybody likes."""
    return bearer_token() is not None or current_app.config["ALUR"].demo


def _who_draws() -> str:
    """One browser or program; an office behind one address draws with several."""
    secret = bearer_token() or session_secret(request) or ""
    return f"{get_remote_address()} {hashlib.sha256(secret.encode()).hexdigest()}"


sign_in = limiter.limit(GUESSES, key_func=_name_and_address, deduct_when=_was_a_wrong_password)
guess_pin = limiter.limit(GUESSES, key_func=_number_and_address, deduct_when=_was_a_wrong_pin)
hand_in = limiter.limit(HANDED_IN, exempt_when=_is_let_pass)
look_over = limiter.limit(LOOKS, key_func=_who_draws)
"""Checking what is drawn, after every change of it."""
