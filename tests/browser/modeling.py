"""Works in the modeler as a process owner would: opens drafts, points at elements, fills the panel, waits for it."""

from typing import Any

from playwright.sync_api import expect

from tests.browser.conftest import sign_in

PATIENT = 15_000


def open_new_draft(page: Any, by: str, key: str, n: int = 1) -> None:
    """Sign in and begin a draft from a version that is live."""
    sign_in(page, by, f"/sop/{key}/{n}")
    page.get_by_role("button", name="Buat draf baru dari versi ini").click()
    page.wait_for_url("**/gambar")
    wait_until_drawn(page)


def open_draft(page: Any, address: str) -> None:
    """Open a draft in the modeler."""
    page.goto(address)
    wait_until_drawn(page)


def wait_until_drawn(page: Any) -> None:
    """Wait until the drawing is there and the tools can be used."""
    page.locator("#modeler[data-ready]").wait_for()


def choose(page: Any, element: str) -> Any:
    """Click on an element of the drawing; gives the panel that tells of it."""
    page.locator(f"[data-element-id='{element}'] > .djs-hit").first.click()
    panel = page.locator(f"#panel-say[data-of='{element}']")
    panel.wait_for()
    return panel


def put(panel: Any, label: str, value: str) -> None:
    """Fill a field of the panel and leave it, so that it is written."""
    field = panel.get_by_label(label, exact=True)
    field.fill(value)
    field.blur()


def pick(panel: Any, label: str, value: str) -> None:
    """Choose in a list of the panel."""
    panel.get_by_label(label, exact=True).select_option(value)


def drag(page: Any, element: str, right: int, down: int) -> None:
    """Move an element of the drawing by so many pixels of the screen."""
    box = page.locator(f"[data-element-id='{element}'] > .djs-hit").first.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + right / 2, y + down / 2, steps=4)
    page.mouse.move(x + right, y + down, steps=4)
    page.mouse.up()


def use(page: Any, entry: str) -> None:
    """Press an entry of the pad beside the chosen element: `append.gateway`, `replace`, `delete`."""
    page.locator(f".djs-context-pad.open .entry[data-action='{entry}']").click()


def connect(page: Any, source: str, target: str) -> None:
    """Draw a flow from one element to another."""
    choose(page, source)
    use(page, "connect")
    page.locator(f"[data-element-id='{target}'] > .djs-hit").first.click()


def say_in(page: Any, script: str, *more: Any) -> Any:
    """What a script finds in the page."""
    return page.evaluate(script, *more)


def keep(page: Any) -> None:
    """Save, and wait until it is."""
    page.get_by_role("button", name="Simpan", exact=True).click()
    expect(page.locator("#draft-status")).to_contain_text("tersimpan", timeout=PATIENT)
    expect(page.locator("#draft-status")).not_to_contain_text("belum", timeout=PATIENT)


def findings(page: Any) -> Any:
    """The list of what the check finds, opened."""
    page.get_by_role("tab", name="Temuan").click()
    return page.locator("#panel-found .found")


def tell(page: Any) -> Any:
    """The panel about the chosen element, opened."""
    page.get_by_role("tab", name="Keterangan").click()
    return page.locator("#panel-say")
