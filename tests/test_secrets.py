"""What is sealed opens for its purpose, about its thing, under its master secret, and not otherwise."""

import pytest

from service import secrets
from service.errors import Invalid

FIRST, SECOND = "the first master secret for tests only", "the second master secret for tests only"


@pytest.fixture(autouse=True)
def first():
    """The first secret for each test; afterwards the one there was."""
    before = secrets._masters
    secrets.use(FIRST)
    yield
    secrets._masters = before


def test_what_is_sealed_opens_again():
    assert secrets.open_("identity", secrets.seal("identity", b"data", b"about"), b"about") == b"data"


def test_the_same_data_is_never_sealed_the_same_way_twice():
    assert secrets.seal("identity", b"data", b"about") != secrets.seal("identity", b"data", b"about")


@pytest.mark.parametrize(("purpose", "about"), [("idempotency", b"about"), ("identity", b"other")])
def test_it_opens_for_nothing_else(purpose, about):
    with pytest.raises(secrets.Unopenable):
        secrets.open_(purpose, secrets.seal("identity", b"data", b"about"), about)


def test_a_single_changed_bit_anywhere_is_noticed():
    sealed = secrets.seal("identity", b"data", b"about")
    for place in range(len(sealed)):
        changed = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
        with pytest.raises(secrets.Unopenable):
            secrets.open_("identity", changed, b"about")


@pytest.mark.parametrize("nonsense", [b"", b"x", b"\x00" * 20, b"\x00" * 200])
def test_nonsense_does_not_open(nonsense):
    with pytest.raises(secrets.Unopenable):
        secrets.open_("identity", nonsense, b"about")
    with pytest.raises(secrets.Unopenable):
        secrets.open_with(secrets.new_key(), nonsense, b"about")


def test_older_secrets_still_open_what_they_sealed_and_seal_no_more():
    sealed, kid = secrets.seal("identity", b"data", b"about"), secrets.kid()
    digest = secrets.digest("pin", b"12345678", b"about")
    secrets.use(SECOND, older=[FIRST])
    assert secrets.open_("identity", sealed, b"about") == b"data"
    assert secrets.is_digest("pin", b"12345678", b"about", digest)
    assert secrets.kid() != kid
    assert secrets.seal("identity", b"data", b"about")[: secrets.KID_BYTES].hex() == secrets.kid()


def test_without_its_secret_nothing_opens_or_matches():
    sealed, digest = secrets.seal("identity", b"data", b"about"), secrets.digest("pin", b"12345678", b"about")
    secrets.use(SECOND)
    with pytest.raises(secrets.Unopenable):
        secrets.open_("identity", sealed, b"about")
    assert not secrets.is_digest("pin", b"12345678", b"about", digest)


def test_a_digest_is_of_this_data_about_this_thing_for_this_purpose():
    digest = secrets.digest("pin", b"12345678", b"about")
    assert secrets.is_digest("pin", b"12345678", b"about", digest)
    assert not secrets.is_digest("pin", b"12345679", b"about", digest)
    assert not secrets.is_digest("pin", b"12345678", b"other", digest)
    assert not secrets.is_digest("pin", b"t12345678", b"abou", digest)
    assert not secrets.is_digest("identity", b"12345678", b"about", digest)


def test_a_short_master_secret_is_refused():
    with pytest.raises(Invalid):
        secrets.use("too short")


def test_a_master_secret_shows_nowhere():
    assert FIRST not in repr(secrets._masters)


def test_the_derivation_never_changes():
    """Else nothing that was sealed before would open after an update."""
    assert secrets.kid() == "dce88189"
    digest = "dce88189add8f562b486b6aa2e979d89b6691f77b785f818b6ac43086376410a265b96c9"
    assert secrets.digest("pin", b"12345678", b"about").hex() == digest
