"""Works in the modeler as a process owner would: opens drafts, points at elements, fills the panel, waits for it."""

from typing import Any

from tests.browser.conftest import PATIENCE, expect, press, sign_in, sync_api

AGAIN = 2_000


def open_new_draft(page: Any, by: str, key: str, n: int = 1) -> None:
    """Sign in and begin a draft from a version that is live."""
    sign_in(page, by, f"/sop/{key}/{n}")
    press(page.get_by_role("button", name="Buat draf baru dari versi ini"))
    wait_until_drawn(page)


def open_draft(page: Any, address: str) -> None:
    """Open a draft in the modeler."""
    page.goto(address)
    wait_until_drawn(page)


def wait_until_drawn(page: Any) -> None:
    """Wait until the drawing is there and the tools can be used."""
    page.locator("#modeler[data-ready]").wait_for()


def choose(page: Any, element: str) -> Any:
    """Click on an element of the drawing, if it is not chosen yet; gives the panel that tells of it.

    For a moment after something was dragged or connected, bpmn-js takes the next click for the end of that.
    """
    panel = page.locator(f"#panel-say[data-of='{element}']")
    for _ in range(PATIENCE // AGAIN):
        if page.locator(f"[data-element-id='{element}'].selected").count() == 0:
            bring_into_sight(page, element)
            page.locator(f"[data-element-id='{element}'] > .djs-hit").first.click()
        try:
            panel.wait_for(state="attached", timeout=AGAIN)
            return panel
        except sync_api.TimeoutError:
            continue
    raise AssertionError(f"{element} cannot be chosen")


def bring_into_sight(page: Any, element: str) -> None:
    """Show all of the drawing where the element lies outside of what is seen of it."""
    covered = page.evaluate(
        """(id) => {
          const box = document.querySelector(`[data-element-id='${id}'] > .djs-hit`).getBoundingClientRect();
          const there = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
          return !there || !there.closest(`[data-element-id='${id}']`);
        }""",
        element,
    )
    if covered:
        page.get_by_role("button", name="Semua", exact=True).click()


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
    page.locator(f"[data-element-id='{element}'].selected").wait_for()


def use(page: Any, entry: str) -> None:
    """Press an entry of the pad beside the chosen element: `append.gateway`, `replace`, `delete`."""
    page.locator(f".djs-context-pad.open .entry[data-action='{entry}']").click()


def connect(page: Any, source: str, target: str) -> None:
    """Draw a flow from one element to another."""
    choose(page, source)
    bring_into_sight(page, target)
    use(page, "connect")
    page.locator(f"[data-element-id='{target}'] > .djs-hit").first.click()


def keep(page: Any) -> None:
    """Save, and wait until it is."""
    page.get_by_role("button", name="Simpan", exact=True).click()
    expect(page.locator("#draft-status")).to_contain_text("tersimpan")
    expect(page.locator("#draft-status")).not_to_contain_text("belum")


def findings(page: Any) -> Any:
    """The list of what the check finds, opened."""
    page.get_by_role("tab", name="Temuan").click()
    return page.locator("#panel-found .found")


def tell(page: Any) -> Any:
    """The panel about the chosen element, opened."""
    page.get_by_role("tab", name="Keterangan").click()
    return page.locator("#panel-say")
