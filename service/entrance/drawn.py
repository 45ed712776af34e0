"""Forms of SOPs on a page: drawn with what is known or what was just typed, and read back when they are posted."""

import uuid
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, request

from service.entrance import uploads
from service.errors import Invalid, Refusal
from service.files.fields import named_files
from service.files.models import files_with
from service.forms import posted, renderer
from service.forms.renderer import FileShown, Form

pages = Blueprint("forms_pages", "service.forms.renderer", template_folder="templates")
"""Has no addresses; brings the templates of the forms room."""


def draw_form(
    schema: Mapping[str, Any],
    ui: Mapping[str, Any] | None = None,
    answers: Mapping[str, Any] | None = None,
    refusal: Refusal | None = None,
) -> Form:
    """The form for a template: `{{ forms.draw(form) }}`.

    `answers` is what is known or was kept as a draft. On a page that shows a posted form again, what was typed counts.
    """
    problems = list(refusal.errors) if isinstance(refusal, Invalid) else []
    known = dict(answers or {})
    if request.method == "POST":
        typed = _typed(schema, keep_rows=uploads.asks_for_another_shape())
        known = {name: value for name, value in known.items() if _is_read_only(schema, name)} | typed
        problems += uploads.came().problems if refusal is None else []
    fresh = answers is None and request.method != "POST"
    files = _files_named(schema, known, answers or {})
    return renderer.draw(schema, ui or {}, known, problems, files, fresh)


def posted_answers(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The answers of the form that was posted. Raises `Invalid` where a file that came with it was refused."""
    came = uploads.came()
    if came.problems:
        first = came.problems[0]
        raise Invalid(first.message, errors=came.problems, **dict(first.params))
    return _typed(schema, keep_rows=False)


def _typed(schema: Mapping[str, Any], keep_rows: bool) -> dict[str, Any]:
    form = posted.acted(request.form.to_dict(flat=False))
    return posted.read_answers(schema, form, uploads.came().taken, keep_rows)


def _is_read_only(schema: Mapping[str, Any], name: str) -> bool:
    return name in renderer.read_only_names(schema)


def _files_named(schema: Mapping[str, Any], shown: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, FileShown]:
    """Names and sizes of the files on the form; of an id that somebody made up nothing is told."""
    wanted = {found for text in named_files(schema, shown).values() if (found := _id(text))}
    kept = set(named_files(schema, known).values())
    files = files_with(wanted) if wanted else ()
    return {
        str(file.id): FileShown(str(file.id), file.name, file.size)
        for file in files
        if file.instance_id is None or str(file.id) in kept
    }


def _id(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
