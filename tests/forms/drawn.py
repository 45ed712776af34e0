"""Forms drawn as pages draw them, and posted as a browser posts them."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode

import lxml.html
from flask import Flask, render_template_string
from lxml.html import HtmlElement

from service.forms import renderer
from service.forms.posted import Posted

PAGE = """{% import "forms/fields.html" as forms with context %}
<form method="post">{{ forms.errors(form) }}{{ forms.draw(form) }}</form>"""


def html_of(app: Flask, form: renderer.Form) -> HtmlElement:
    """The form element as it arrives in a browser."""
    with app.test_request_context("/"):
        page = lxml.html.fromstring(render_template_string(PAGE, form=form))
    return page if page.tag == "form" else page.find(".//form")


def posted(form: HtmlElement, pressed: str | None = None) -> Posted:
    """What a browser sends of it: nothing that is switched off, nothing of what only scripts copy."""
    for part in form.xpath(".//template | .//fieldset[@disabled]"):
        part.drop_tree()
    pairs = [*form.form_values(), *([("alur-do", pressed)] if pressed else [])]
    return parse_qs(urlencode(pairs), keep_blank_values=True)


def fields_of(form: renderer.Form) -> Iterator[renderer.Field]:
    """All fields drawn, those within groups and rows too."""
    waiting: list[Any] = list(form.fields)
    while waiting:
        field = waiting.pop()
        yield field
        waiting += field.fields
        waiting += [inner for row in field.rows for inner in row.fields]
