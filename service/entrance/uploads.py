"""Files that come with a posted form: kept at once, so that a refused form does not lose them.

They are taken in a transaction of their own before anything else is done; the form then holds their ids. What no
answers name in the end is forgotten after a while by the worker.
"""

from dataclasses import dataclass, field

from flask import request

from service.database import transaction
from service.errors import Problem, Refusal
from service.files.commands import MOST_AT_ONCE, TOO_MANY, take
from service.forms.posted import ACTION, NEW_FILE, pointer_to


@dataclass
class Uploads:
    """What came with the form: ids by name of the field, and why something was not taken."""

    taken: dict[str, list[str]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def take_all() -> None:
    """Keep the files that came with this request, each under the field it was chosen for."""
    parts = [
        (name.removesuffix(NEW_FILE), file)
        for name, file in request.files.items(multi=True)
        if name.endswith(NEW_FILE) and file.filename
    ]
    came = request.environ["alur.uploads"] = Uploads()
    if not parts:
        return
    with transaction():
        for count, (name, file) in enumerate(parts, start=1):
            if count > MOST_AT_ONCE:
                came.problems.append(Problem(pointer_to(name), TOO_MANY, (("most", MOST_AT_ONCE),)))
                return
            try:
                kept = take(
                    file.stream,
                    file.filename or "",
                    request.environ["alur.at"],
                    request.environ["alur.by"].person_id,
                )
            except Refusal as refusal:
                came.problems.append(Problem(pointer_to(name), refusal.message, tuple(refusal.params.items())))
            else:
                came.taken.setdefault(name, []).append(str(kept.id))


def came() -> Uploads:
    """What `take_all` has taken for this request."""
    found: Uploads = request.environ.get("alur.uploads") or Uploads()
    return found


def asks_for_another_shape() -> bool:
    """Whether a button within the form was pressed that adds or removes rows or files, and sends nothing yet."""
    return bool(request.form.get(ACTION))
