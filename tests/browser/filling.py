"""Fills a form on a page as a person would: the field that decides first, a row added where one is missing."""

from collections.abc import Iterator
from typing import Any

from service.forms.posted import text_of


def fill(form: Any, answers: dict[str, Any]) -> None:
    """Put the answers into the controls of a form (a Playwright locator); what it does not show is passed over."""
    form.evaluate("form => form.querySelectorAll('details').forEach(part => { part.open = true })")
    for name, value in sorted(_controls(answers), key=lambda control: control[0].count(".")):
        _set(form, name, value)


def _controls(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Every control with its value: `tim.0.nama`; a choice of many keeps its list."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _controls(inner, f"{name}.{key}" if name else key)
    elif isinstance(value, list) and any(isinstance(inner, dict) for inner in value):
        for number, inner in enumerate(value):
            yield from _controls(inner, f"{name}.{number}")
    else:
        yield name, value


def _set(form: Any, name: str, value: Any) -> None:
    control = form.locator(f'[name="{name}"]')
    if control.count() == 0 and "." in name:
        form.locator(f'button[value^="add {name.split(".")[0]}"]').first.click()
        control.first.wait_for(state="attached")
    if control.count() == 0 or not control.first.is_enabled():
        return
    kind = control.first.evaluate("e => e.tagName === 'INPUT' ? e.type : e.tagName.toLowerCase()")
    for text in [text_of(each) for each in (value if isinstance(value, list) else [value])]:
        if kind in ("radio", "checkbox"):
            form.locator(f'[name="{name}"][value="{text}"]').check(force=True)
        elif kind == "select":
            control.first.select_option(text)
        elif kind != "hidden":
            control.first.fill(text)
