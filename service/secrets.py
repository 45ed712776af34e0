"""Keys derived from the installation's one master secret, and what they seal and digest.

Each purpose has a key of its own (HKDF-SHA256), so that what is sealed for one is of no use to another. What is sealed
names the master secret it was sealed under (`kid`), so that older secrets still open what they sealed.
"""

import hashlib
import hmac
import os
from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from service.errors import Invalid

IDENTITY, PIN, IDEMPOTENCY, SIGNATURE = "identity", "pin", "idempotency", "signature"

SHORTEST_SECRET = 32
VERSION = 1
"""Of the derivation: counted up if its manner ever changes, as it is part of every key."""
KID_BYTES, NONCE_BYTES, KEY_BYTES, TAG_BYTES = 4, 12, 32, 16


class Unopenable(Exception):
    """What was sealed does not open: it was changed, belongs elsewhere, or its secret is not at hand."""


@dataclass(frozen=True)
class _Master:
    """A master secret with the keys derived from it so far; never shown in a log."""

    secret: bytes = field(repr=False)
    kid: bytes
    keys: dict[str, bytes] = field(default_factory=dict, repr=False, compare=False)

    def key(self, purpose: str) -> bytes:
        if purpose not in self.keys:
            self.keys[purpose] = _derive(self.secret, purpose, KEY_BYTES)
        return self.keys[purpose]


_masters: tuple[_Master, ...] = ()


def use(secret_key: str, older: Sequence[str] = ()) -> None:
    """Seal with this secret from now on; `older` ones still open what they sealed. Once, when the process starts."""
    global _masters  # noqa: PLW0603 - one master secret per process, set up in app.py
    if len(secret_key) < SHORTEST_SECRET:
        raise Invalid("ALUR_SECRET_KEY harus berupa teks acak sedikitnya {least} huruf.", least=SHORTEST_SECRET)
    _masters = tuple(_master(secret) for secret in (secret_key, *older))


def kid() -> str:
    """Which master secret is in use, as a short mark that tells nothing about it."""
    return _current().kid.hex()


def seal(purpose: str, data: bytes, about: bytes) -> bytes:
    """Encrypt and bind to what it is about (AES-256-GCM): it opens only with the same `purpose` and `about`."""
    master, nonce = _current(), os.urandom(NONCE_BYTES)
    return master.kid + nonce + AESGCM(master.key(purpose)).encrypt(nonce, data, master.kid + about)


def open_(purpose: str, sealed: bytes, about: bytes) -> bytes:
    """What was sealed. Raises `Unopenable` when anything about it was changed."""
    mark, rest = sealed[:KID_BYTES], sealed[KID_BYTES:]
    return _open(_named(mark).key(purpose), rest, mark + about)


def new_key() -> bytes:
    """A random key for one thing only, to be kept sealed."""
    return AESGCM.generate_key(KEY_BYTES * 8)


def seal_with(key: bytes, data: bytes, about: bytes) -> bytes:
    """Like `seal`, under a key of its own."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, data, about)


def open_with(key: bytes, sealed: bytes, about: bytes) -> bytes:
    """What was sealed with this key. Raises `Unopenable`."""
    return _open(key, sealed, about)


def digest(purpose: str, data: bytes, about: bytes) -> bytes:
    """A keyed digest (HMAC-SHA256) of something short and secret, such as a PIN."""
    return _digest(_current(), purpose, data, about)


def is_digest(purpose: str, data: bytes, about: bytes, known: bytes) -> bool:
    """Whether `known` is the digest of this data, compared in constant time."""
    matching = [master for master in _masters if master.kid == known[:KID_BYTES]]
    return hmac.compare_digest(_digest(matching[0] if matching else _current(), purpose, data, about), known)


def sign(data: bytes) -> bytes:
    """Signature of this installation (Ed25519) over the data; anyone who has `public_key` can check it."""
    return _signing_key().sign(data)


def public_key() -> bytes:
    """What the signatures of this installation are checked with: 32 bytes, no secret."""
    return _signing_key().public_key().public_bytes_raw()


def _signing_key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(_current().key(SIGNATURE))


def _digest(master: _Master, purpose: str, data: bytes, about: bytes) -> bytes:
    said = len(about).to_bytes(4, "big") + about + data
    return master.kid + hmac.digest(master.key(purpose), said, hashlib.sha256)


def _open(key: bytes, sealed: bytes, about: bytes) -> bytes:
    if len(sealed) < NONCE_BYTES + TAG_BYTES:
        raise Unopenable("too short to be sealed")
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], about)
    except InvalidTag as error:
        raise Unopenable("changed, or about something else") from error


def _current() -> _Master:
    if not _masters:
        raise RuntimeError("secrets.use() has not been called")
    return _masters[0]


def _named(mark: bytes) -> _Master:
    for master in _masters:
        if master.kid == mark:
            return master
    raise Unopenable("sealed under a secret that is not at hand")


def _master(secret: str) -> _Master:
    octets = secret.encode()
    return _Master(octets, _derive(octets, "kid", KID_BYTES))


def _derive(secret: bytes, purpose: str, length: int) -> bytes:
    info = f"alur {purpose} {VERSION}".encode()
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=info).derive(secret)
