"""Passwords and tokens: how they are made, kept and checked (Argon2id with the library's defaults; SHA-256)."""

import hashlib
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from service.errors import Invalid, Problem

SHORTEST = 12
LONGEST = 200
DEMO_PASSWORD = "demo"
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that are easily taken for one another when read aloud or from paper."""

DEMO_MARK = "$argon2id$v=19$m=8,t=1,p=1$"
"""How the hash of every demo password begins: parameters nothing else uses, so that they can be found."""

_hasher = PasswordHasher()
_NOBODY = _hasher.hash(secrets.token_urlsafe(16))
_FEW_ROUNDS = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def digest_password(password: str) -> str:
    """The hash to keep. Raises `Invalid` for a password that is too short or too long."""
    if not SHORTEST <= len(password) <= LONGEST:
        message = "Kata sandi harus {least} sampai {most} huruf."
        raise Invalid(message, errors=[Problem("/password", message)], least=SHORTEST, most=LONGEST)
    return _hasher.hash(password)


def new_password() -> str:
    """A password to be handed over on paper: `k7mp-x2rd-9fua-hq4t`, some 79 bits."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))


def digest_demo_password() -> str:
    """The hash of the well-known demo password, quick to check because it protects nothing."""
    return _FEW_ROUNDS.hash(DEMO_PASSWORD)


def is_demo_password(kept: str | None) -> bool:
    """Whether this hash is one that `digest_demo_password` has made."""
    return kept is not None and kept.startswith(DEMO_MARK)


def is_password(kept: str | None, password: str) -> bool:
    """Whether this is the password; takes as long for somebody unknown as for a wrong password."""
    try:
        return _hasher.verify(kept or _NOBODY, password[:LONGEST]) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


def new_token() -> tuple[str, bytes]:
    """A fresh token and the digest to keep of it."""
    token = "alur_" + secrets.token_urlsafe(32)
    return token, digest_token(token)


def digest_token(token: str) -> bytes:
    """SHA-256; enough for a secret of 256 random bits."""
    return hashlib.sha256(token.encode()).digest()
