"""A real browser on a real server: Debian's Chromium, driven by Playwright, on a free port of this machine.

`site` is the demo, served in this process; `page` is a browser page at phone size, `desk` one at the size of a desk.
"""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_migrate import upgrade
from werkzeug.serving import BaseWSGIServer, make_server

from service import demo
from service.app import create_app
from service.config import Settings
from service.database import db
from tests.browser import forms_page

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed; make setup does it")
expect = sync_api.expect

ROOT = Path(__file__).parents[2]
AXE = ROOT / "web/node_modules/axe-core/axe.min.js"
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--lang=id-ID",
)
PATIENCE = 30_000
"""Milliseconds that the browser is given for each thing; machines that test are busy, and some stall."""
PHONE, DESK, NARROW = {"width": 390, "height": 844}, {"width": 1440, "height": 900}, {"width": 320, "height": 640}
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@dataclass(frozen=True)
class Site:
    """The demo as it is served: its address, and its application for looking behind it."""

    address: str
    app: Flask


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The demo on a free port, from the first browser test to the last."""
    var = tmp_path_factory.mktemp("site")
    settings = Settings(
        f"sqlite:///{var / 'alur.sqlite'}", "a secret for browser tests " * 2, var, (var / "files").as_uri(), demo=True
    )
    app = create_app(settings)
    app.register_blueprint(forms_page.pages)
    with app.app_context():
        upgrade()
        demo.prepare()
        db.session.remove()
    server: BaseWSGIServer = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Site(f"http://127.0.0.1:{server.server_port}", app)
    server.shutdown()
    thread.join()


class Browser:
    """One browser for all tests; another takes its place when it has crashed."""

    def __init__(self, chromium: Any) -> None:
        self._chromium = chromium
        self._started: Any = None

    def running(self) -> Any:
        if self._started is None or not self._started.is_connected():
            self._started = self._chromium.launch(executable_path=CHROMIUM, args=list(QUIET), timeout=4 * PATIENCE)
        return self._started

    def close(self) -> None:
        if self._started is not None:
            self._started.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The browser, from the first test that needs it to the last."""
    if not Path(CHROMIUM).exists():
        pytest.skip("no Chromium here; on Debian: apt install chromium")
    expect.set_options(timeout=PATIENCE)
    with sync_api.sync_playwright() as playwright:
        browser = Browser(playwright.chromium)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Browser, site: Site) -> Iterator[Callable[..., Any]]:
    """`open_page(size=DESK, javascript=False)`: a page of a fresh browser profile, with the site as its base."""
    opened = []

    def open_(size: dict[str, int] = PHONE, javascript: bool = True, **more: Any) -> Any:
        context = browser.running().new_context(
            viewport=size,
            base_url=site.address,
            locale="id-ID",
            timezone_id="Asia/Jakarta",
            java_script_enabled=javascript,
            reduced_motion="reduce",
            **more,
        )
        context.set_default_timeout(PATIENCE)
        opened.append(context)
        return context.new_page()

    yield open_
    for context in opened:
        context.close()


@pytest.fixture
def page(open_page: Callable[..., Any]) -> Any:
    """A page at the size of a phone."""
    return open_page(PHONE)


@pytest.fixture
def desk(open_page: Callable[..., Any]) -> Any:
    """A page at the size of a desk."""
    return open_page(DESK)


@pytest.fixture
def no_axe_findings() -> Callable[[Any], None]:
    """`no_axe_findings(page)` fails with the rules that axe finds broken, and where."""
    return find_nothing_with_axe


def find_nothing_with_axe(page: Any) -> None:
    """Let axe look at the page. Its text runs outside the page's content policy, through the debugger."""
    page.wait_for_load_state()
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("(rules) => axe.run(document, {runOnly: rules})", list(RULES))
    told = [
        f"{finding['id']}: {finding['help']}\n    " + "\n    ".join(node["html"][:200] for node in finding["nodes"][:4])
        for finding in found["violations"]
    ]
    assert not told, f"{page.url}\n" + "\n".join(told)


def scrolls_sideways(page: Any) -> bool:
    """Whether the page is wider than its window."""
    page.wait_for_load_state()
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


def press(locator: Any) -> None:
    """Click what leads to another page (or to the same one anew), and wait until it is there, its scripts included.

    A click alone returns at once: whatever is asked after it may be asked of the old page, or of one half built.
    """
    with locator.page.expect_navigation():
        locator.click()


def until(page: Any, question: str, *given: Any) -> None:
    """Wait until the page answers a question (the text of a function) with yes. Only the page's own time counts.

    Playwright's own `wait_for_function` asks from within the page, where the content policy forbids it.
    """
    for _ in range(PATIENCE // 50):
        if page.evaluate(question, list(given)):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never: {question}")


def kept_on_the_device(page: Any, text: str) -> None:
    """Wait until what was typed has been kept; that happens a moment after the last key."""
    until(page, "([text]) => JSON.stringify(localStorage).includes(text)", text)


def sign_in(page: Any, username: str, to: str = "/akun") -> None:
    """Sign in as somebody of the demo and go to an address."""
    page.goto(f"/masuk?ke={to}")
    page.evaluate("document.querySelectorAll('details').forEach((box) => (box.open = true))")
    press(page.locator(f'button[value="{username}"]'))
    page.wait_for_url(f"**{to}")


def sign_in_by_hand(page: Any, username: str, password: str = "demo") -> None:
    """Sign in as anybody does, also without a script."""
    page.goto("/masuk")
    page.get_by_label("Nama pengguna").fill(username)
    page.get_by_label("Kata sandi").fill(password)
    press(page.get_by_role("button", name="Masuk", exact=True))


@pytest.fixture
def screenshot(request: pytest.FixtureRequest) -> Callable[[Any, str], None]:
    """`screenshot(page, name)` keeps a picture where ALUR_SCREENSHOTS names a folder, else does nothing."""
    folder = os.environ.get("ALUR_SCREENSHOTS")

    def keep(page: Any, name: str) -> None:
        if folder:
            size = page.viewport_size["width"]
            page.screenshot(path=Path(folder) / f"{name}-{size}.png", full_page=True)

    return keep
