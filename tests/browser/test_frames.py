"""The frames of all pages: nothing axe finds, no sideways scroll, small on the wire, usable without a script."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.conftest import DESK, NARROW, PHONE, Site, expect, press, scrolls_sideways, sign_in, sign_in_by_hand

PUBLIC_PAGES = ("/", "/masuk", "/tidak-ada")
STAFF_PAGES = ("/akun",)
PUBLIC_BUDGET, STAFF_BUDGET = 15 * 1024, 40 * 1024


@pytest.mark.parametrize("address", PUBLIC_PAGES)
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_axe_finds_nothing_on_public_pages(
    open_page: Callable[..., Any], no_axe_findings: Any, screenshot: Any, address: str, size: dict[str, int]
) -> None:
    page = open_page(size)
    page.goto(address)
    screenshot(page, f"public{address.replace('/', '-')}")
    no_axe_findings(page)


@pytest.mark.parametrize("address", STAFF_PAGES)
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_axe_finds_nothing_on_staff_pages(
    open_page: Callable[..., Any], no_axe_findings: Any, screenshot: Any, address: str, size: dict[str, int]
) -> None:
    page = open_page(size)
    sign_in(page, "petugas@dinsos-jambi", address)
    screenshot(page, f"staff{address.replace('/', '-')}")
    no_axe_findings(page)


@pytest.mark.parametrize("address", [*PUBLIC_PAGES, *STAFF_PAGES])
def test_no_page_scrolls_sideways_on_the_smallest_phone(open_page: Callable[..., Any], address: str) -> None:
    page = open_page(NARROW)
    sign_in(page, "petugas@dinsos-jambi") if address in STAFF_PAGES else None
    page.goto(address)
    assert not scrolls_sideways(page)


def _bytes_of_first_visit(page: Any, address: str) -> int:
    received = []
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    page.goto(address, wait_until="networkidle")
    return int(sum(received))


@pytest.mark.parametrize("address", ["/", "/masuk"])
def test_a_public_page_is_small_on_the_first_visit(open_page: Callable[..., Any], address: str) -> None:
    assert _bytes_of_first_visit(open_page(PHONE), address) <= PUBLIC_BUDGET


@pytest.mark.parametrize("address", STAFF_PAGES)
def test_a_staff_page_is_small_on_the_first_visit(open_page: Callable[..., Any], site: Site, address: str) -> None:
    before = open_page(PHONE)
    sign_in(before, "petugas@dinsos-jambi")
    fresh = open_page(PHONE)
    fresh.context.add_cookies(before.context.cookies())
    assert _bytes_of_first_visit(fresh, address) <= STAFF_BUDGET


def test_signing_in_and_out_works_without_a_script(open_page: Callable[..., Any]) -> None:
    page = open_page(PHONE, javascript=False)
    sign_in_by_hand(page, "petugas@dinsos-jambi")
    page.goto("/akun")
    press(page.get_by_role("button", name="Keluar", exact=True))
    page.wait_for_url("**/masuk")
    page.goto("/akun")
    expect(page).to_have_url(re.compile(r"/masuk\?ke="))


def test_no_page_breaks_its_own_content_policy(open_page: Callable[..., Any]) -> None:
    page = open_page(DESK)
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text) if message.type == "error" else None)
    sign_in(page, "petugas@dinsos-jambi")
    page.goto("/")
    assert not told
