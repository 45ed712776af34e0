"""A page for tests that shows any form of `forms/` by its path, and says what it was sent."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import render_template_string

from service.entrance.calls import PUBLIC
from service.entrance.drawn import draw_form, posted_answers
from service.entrance.pages import Pages
from service.errors import Refusal
from service.forms.check import check
from service.people.caller import Caller
from tests.forms.test_renderer import TEAM

FORMS = Path(__file__).parents[2] / "forms"

PAGE = """{% extends base %}
{% import "forms/fields.html" as forms with context %}
{% from "parts.html" import button with context %}
{% set wrong = refusal %}
{% block title %}{{ form.title }}{% endblock %}
{% block headline %}{{ form.title }}{% endblock %}
{% block head %}<h1>{{ form.title }}</h1>{% endblock %}
{% block main %}{{ forms.draft_note() }}{{ forms.errors(form) }}
<form class="card" method="post" novalidate data-draft="coba:{{ name }}"{{ forms.enctype(form) }}>
{{ token_field() }}{{ forms.draw(form) }}
<div class="send">{{ button(_("Kirim")) }}</div></form>{% endblock %}
{% block more_scripts %}<script type="module" src="{{ asset('form.js') }}"></script>{% endblock %}"""

SENT = """<!doctype html><html lang="id"><title>Terkirim</title>
<main><h1>Terkirim</h1><pre id="sent">{{ sent }}</pre></main>"""

pages = Pages("trying_forms", at=__name__)


def _form(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    if name == "semua":
        return {**TEAM, "title": "Semua jenis isian"}, {}
    ui = FORMS / f"{name}.ui.json"
    schema = json.loads((FORMS / f"{name}.schema.json").read_text(encoding="utf-8"))
    return schema, json.loads(ui.read_text(encoding="utf-8")) if ui.exists() else {}


@pages.get("/coba/<base>/<path:name>", who=PUBLIC)
def show_form(base: str, name: str, by: Caller, at: datetime, refusal: Refusal | None = None) -> str:
    schema, ui = _form(name)
    form = draw_form(schema, ui, None, refusal)
    return render_template_string(PAGE, base=f"base_{base}.html", form=form, name=name, refusal=refusal)


@pages.post("/coba/<base>/<path:name>", who=PUBLIC, again=show_form)
def send_form(base: str, name: str, by: Caller, at: datetime) -> str:
    answers = posted_answers(_form(name)[0])
    check(_form(name)[0], answers)
    return render_template_string(SENT, sent=json.dumps(answers))
