"""What every template knows: who looks, in which language and zone, the menu, dates in words, addresses of assets."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from typing import Any

from flask import Flask, request
from flask_babel import get_locale, gettext
from markupsafe import Markup

from service.entrance import assets, browsers, words
from service.entrance.pages import holds
from service.entrance.problems import said
from service.entrance.words import N_
from service.people.caller import COMPLAINANT, Caller
from service.people.models import ADMIN, AUDITOR, OFFICER, OWNER, SUPERVISOR, Agency, agencies


@dataclass(frozen=True)
class MenuEntry:
    """One address in the menu, its name at the desk and its shorter one on the phone."""

    address: str
    icon: str
    name: str
    short: str
    roles: tuple[str, ...]


MENU = (
    MenuEntry("/tugas", "tasks", N_("Tugas"), N_("Tugas"), (OFFICER,)),
    MenuEntry("/berkas", "files", N_("Berkas"), N_("Berkas"), (OFFICER, OWNER, SUPERVISOR, AUDITOR)),
    MenuEntry("/ikhtisar", "overview", N_("Ikhtisar"), N_("Ikhtisar"), (SUPERVISOR, AUDITOR)),
    MenuEntry("/terima", "add", N_("Terima pengaduan"), N_("Terima"), (OFFICER,)),
    MenuEntry("/sop", "diagram", N_("SOP"), N_("SOP"), (OFFICER, OWNER, SUPERVISOR, AUDITOR)),
    MenuEntry("/uji", "compare", N_("Perbandingan"), N_("Banding"), (OWNER, SUPERVISOR, AUDITOR)),
    MenuEntry("/administrasi", "gear", N_("Administrasi"), N_("Kelola"), (ADMIN, SUPERVISOR)),
)

ROLE_NAMES = {
    OFFICER: N_("Petugas"),
    OWNER: N_("Pemilik proses"),
    SUPERVISOR: N_("Atasan"),
    AUDITOR: N_("Auditor"),
    ADMIN: N_("Administrator"),
}


def register(app: Flask) -> None:
    """Let every template know."""
    app.context_processor(_known)
    filters: dict[str, Callable[..., Any]] = {
        "day": _in_zone_and_now(words.day),
        "short_day": _in_zone_and_now(words.short_day),
        "moment": _in_zone_and_now(words.moment),
        "short_moment": _in_zone_and_now(words.short_moment),
        "left": _in_zone_and_now(words.left),
        "since": _in_zone_and_now(words.since),
        "clock": lambda at, zone=None: words.clock(at, zone or the_zone()),
        "size": words.size,
        "initials": words.initials,
        "who": words.who,
    }
    app.jinja_env.filters.update(filters)
    app.jinja_env.globals.update(asset=assets.asset, sheets_of=assets.sheets_of, parts_of=assets.parts_of, said=said)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True


def _known() -> dict[str, Any]:
    """Names for templates. Nothing here asks the database unless a template uses it."""
    return {
        "by": the_caller(),
        "at": the_moment(),
        "language": str(get_locale() or "id"),
        "menu": menu_of,
        "workplaces": workplaces,
        "role_in_words": role_in_words,
        "greeting": lambda: words.greeting(the_zone(), the_moment()),
        "page_token": _page_token,
        "token_field": _token_field,
    }


def the_caller() -> Caller:
    """Who looks at the page; a complainant where nobody has signed in."""
    by: Caller = request.environ.get("alur.by") or COMPLAINANT
    return by


def the_moment() -> datetime:
    """When the page was asked for."""
    at: datetime = request.environ.get("alur.at") or datetime.now(UTC)
    return at


def the_zone() -> str:
    """The zone in which this page tells the time: the one it was set to, else that of the reader's office."""
    zone: str | None = request.environ.get("alur.zone")
    if zone is None:
        places = workplaces() if the_caller().person_id is not None else []
        zone = request.environ["alur.zone"] = places[0].zone if places else words.USUAL_ZONE
    return zone


def tell_time_of(agency: Agency) -> None:
    """From here on this page tells the time of this office."""
    request.environ["alur.zone"] = agency.zone


def workplaces() -> Sequence[Agency]:
    """The offices of the reader; read once for a page."""
    if "alur.workplaces" not in request.environ:
        by = the_caller()
        ids: set[uuid.UUID] | None = None if by.everywhere() else set(by.agencies)
        request.environ["alur.workplaces"] = agencies(ids) if by.person_id is not None else []
    found: Sequence[Agency] = request.environ["alur.workplaces"]
    return found


def menu_of(by: Caller) -> list[MenuEntry]:
    """The entries of the menu that are for him."""
    return [entry for entry in MENU if any(holds(by, role) for role in entry.roles)]


def role_in_words(by: Caller) -> str:
    """`Petugas, Atasan`."""
    return ", ".join(gettext(name) for role, name in ROLE_NAMES.items() if holds(by, role))


def _in_zone_and_now(tell: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(tell)
    def told(value: Any, zone: str | None = None) -> Any:
        return tell(value, zone or the_zone(), the_moment())

    return told


def _page_token() -> str:
    secret = request.environ.get("alur.session")
    return browsers.page_token(secret) if secret else ""


def _token_field() -> Markup:
    """The hidden field that every form of a signed-in person bears; nothing for others."""
    token = _page_token()
    field = '<input type="hidden" name="{}" value="{}">'
    return Markup(field).format(browsers.TOKEN_FIELD, token) if token else Markup("")
