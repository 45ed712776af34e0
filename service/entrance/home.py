"""The first page: two doors for citizens, a small one for officers; and the way to one's desk after signing in."""

from datetime import datetime

from flask import Response, render_template

from service.entrance.calls import PUBLIC
from service.entrance.pages import Pages, go_to
from service.entrance.screen import menu_of
from service.people.caller import Caller

pages = Pages("home", at=__name__)


@pages.get("/", who=PUBLIC)
def home(by: Caller, at: datetime) -> str:
    """Where citizens hand in and follow."""
    return render_template("home.html")


@pages.get("/beranda")
def desk(by: Caller, at: datetime) -> Response:
    """The first page that this officer has work on."""
    entries = menu_of(by)
    return go_to(entries[0].address if entries else "/akun")
