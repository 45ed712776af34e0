"""Pages of administrators: offices, people, who holds what; supervisors see their own office and its lanes."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import Response, make_response, render_template, request

from service.calendars.hours_text import write_line
from service.calendars.reading import calendar_of
from service.diagrams.models import diagram_of
from service.entrance import cursors
from service.entrance.addressed import InAddress
from service.entrance.lanes_held import LaneLine, SopLanes, count_in_hands_of, forsaken_lanes, lanes_of
from service.entrance.pages import Pages, go_to
from service.entrance.screen import ROLE_NAMES, tell_time_of
from service.entrance.task_lists import clean
from service.entrance.words import N_, local
from service.errors import Conflict, Invalid, NotFound, Problem, Refusal
from service.people import administration, policy
from service.people.administration import Held
from service.people.caller import Caller
from service.people.models import (
    ADMIN,
    AUDITOR,
    OFFICER,
    OWNER,
    SUPERVISOR,
    Agency,
    Holding,
    PeopleFilter,
    Person,
    agencies,
    agency_of,
    count_people,
    count_people_of_agencies,
    holdings_of,
    holdings_of_people,
    people,
    people_around,
    person_named,
    person_of,
)
from service.people.passwords import new_password

pages = Pages("administration", at=__name__)

KEEPERS = (ADMIN, SUPERVISOR)
HOME, PEOPLE, LANES = "/administrasi", "/administrasi/orang", "/administrasi/lajur"
A_PAGE = 30
MOST_AROUND = 200
ROLES_OF_AN_OFFICE = (OWNER, SUPERVISOR, AUDITOR)
ROLES_OF_ALL = (AUDITOR, ADMIN)


# ---- offices ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class OfficeLine:
    """An office with what an administrator has to know of it."""

    agency: Agency
    people: int
    forsaken: int
    hours: str


@pages.get(HOME, roles=KEEPERS)
def offices(by: Caller, at: datetime, key: str = "", refusal: Refusal | None = None) -> str:
    """The offices he looks after, and where something is missing."""
    kept = _kept_by(by)
    counted, forsaken = count_people_of_agencies(), forsaken_lanes(kept)
    return render_template(
        "administration/offices.html",
        offices=[
            OfficeLine(agency, counted.get(agency.id, 0), forsaken.get(agency.id, 0), _hours_today(agency, at))
            for agency in kept
        ],
        forsaken=sum(forsaken.values()),
        sets_rules={agency.key for agency in kept if policy.sets_rules_of(by, agency.id)},
        done=next((agency for agency in kept if agency.key == request.args.get("sudah")), None),
        refusal=refusal,
        looks_after_people=by.is_(ADMIN, None),
        many=count_people(PeopleFilter(active=True)) if by.is_(ADMIN, None) else 0,
        idle=count_people(PeopleFilter(active=True, without=True)) if by.is_(ADMIN, None) else 0,
    )


def _kept_by(by: Caller) -> list[Agency]:
    """The offices whose lanes and calendar he looks after."""
    return [agency for agency in agencies(None) if policy.looks_after_lanes(by, agency.id)]


def _hours_today(agency: Agency, at: datetime) -> str:
    return write_line(calendar_of(agency.id).hours_on(local(at, agency.zone).date()), "–")


@pages.post(f"{HOME}/kantor/<string:key>/persetujuan", roles=(ADMIN,), again=offices)
def second_approval(key: str, by: Caller, at: datetime) -> Response:
    """Whether a second person has to approve what this office publishes."""
    wanted = request.form.get("wanted") == "1"
    agency = administration.ask_for_second_approval(agency_of(key).id, wanted, by)
    return go_to(f"{HOME}?" + urlencode({"sudah": agency.key}))


# ---- people ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Wanted(InAddress):
    """What the address of the list of people asks for."""

    HOME = PEOPLE

    q: str = ""
    kantor: str = ""
    keadaan: str = ""
    sesudah: str = ""

    def as_filter(self, known: dict[str, Agency]) -> PeopleFilter:
        return PeopleFilter(
            text=self.q or None,
            agency=known[self.kantor].id if self.kantor in known else None,
            active=self.keadaan != SHUT_OUT,
            without=self.keadaan == IDLE,
        )


IDLE, SHUT_OUT = "tanpa", "nonaktif"
STATES = (("", N_("Aktif")), (IDLE, N_("Belum memegang apa pun")), (SHUT_OUT, N_("Nonaktif")))


@dataclass(frozen=True)
class PersonLine:
    """A person with what he holds, in words."""

    person: Person
    roles: tuple[str, ...]
    lanes: int
    offices: tuple[Agency, ...]


@pages.get(PEOPLE, roles=(ADMIN,))
def list_people(by: Caller, at: datetime) -> str:
    """Everybody who can sign in, or could."""
    policy.must_look_after_people(by)
    known = {agency.key: agency for agency in agencies(None)}
    asked = request.args
    wanted = Wanted(clean(asked.get("q", "")).strip()[:100], asked.get("kantor", ""), asked.get("keadaan", ""))
    place = cursors.read(asked.get("sesudah") or None, 1)
    found = people(wanted.as_filter(known), clean(place[0]) if place else None, A_PAGE + 1)
    more = len(found) > A_PAGE
    return render_template(
        "administration/people.html",
        wanted=wanted,
        offices=known.values(),
        lines=_lines(found[:A_PAGE], known.values()),
        states=STATES,
        next_address=wanted.address(sesudah=cursors.write(found[A_PAGE - 1].username)) if more else "",
        first_address=wanted.address() if place else "",
    )


def _lines(found: Iterable[Person], known: Iterable[Agency]) -> list[PersonLine]:
    found, offices_by_id = list(found), {agency.id: agency for agency in known}
    held = holdings_of_people([person.id for person in found])
    mine = {key: [h for h in all_ if h.agency_id is None or h.agency_id in offices_by_id] for key, all_ in held.items()}
    return [_line(person, mine.get(person.id, []), offices_by_id) for person in found]


def _line(person: Person, held: list[Holding], known: dict[uuid.UUID, Agency]) -> PersonLine:
    roles = {holding.role for holding in held}
    return PersonLine(
        person,
        tuple(name for role, name in ROLE_NAMES.items() if role in roles and role != OFFICER),
        sum(1 for holding in held if holding.role == OFFICER),
        tuple(known[key] for key in sorted({h.agency_id for h in held if h.agency_id}, key=str)),
    )


@pages.get(f"{PEOPLE}/baru", roles=(ADMIN,))
def new_person(by: Caller, at: datetime, refusal: Refusal | None = None) -> str:
    """The form for somebody new."""
    policy.must_look_after_people(by)
    return render_template("administration/new_person.html", refusal=refusal, wrong=_wrong(refusal))


@pages.post(f"{PEOPLE}/baru", roles=(ADMIN,), again=new_person)
def enter_person(by: Caller, at: datetime) -> Response:
    """Enter somebody; a password that we make is shown this once."""
    form = request.form
    password = form.get("password", "") or (made := new_password())
    try:
        person = administration.admit(clean(form.get("username", "")), clean(form.get("name", "")), password, by)
    except Conflict as taken:
        raise Invalid(taken.message, errors=[Problem("/username", taken.message)], **taken.params) from taken
    if password is not form.get("password"):
        return make_response(person_page(person.id, by, at, password=made), 201)
    return go_to(f"{PEOPLE}/{person.id}?sudah=baru")


# ---- one person ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Choice:
    """Something to be held, with its box: what is sent, what it is called, whether it is held now."""

    value: str
    name: str
    held: bool
    state: str = ""


@dataclass(frozen=True)
class Section:
    """What a person may hold in one office, or in all where `agency` is None."""

    agency: Agency | None
    roles: list[Choice]
    sops: list[tuple[str, list[Choice]]]


@pages.get(f"{PEOPLE}/<uuid:person_id>", roles=(ADMIN,))
def person_page(
    person_id: uuid.UUID, by: Caller, at: datetime, refusal: Refusal | None = None, password: str | None = None
) -> str:
    """One person: the account, and what he holds."""
    policy.must_look_after_people(by)
    person, known = person_of(person_id), agencies(None)
    held = {_value(holding) for holding in holdings_of(person_id)}
    near = [agency for agency in known if _is_near(agency, person, held)]
    sections = [_section(agency, held, at) for agency in near]
    return render_template(
        "administration/person.html",
        person=person,
        line=_lines([person], known)[0],
        himself=by.person_id == person_id,
        sections=[*sections, Section(None, _roles(None, ROLES_OF_ALL, held), [])],
        others=[agency for agency in known if agency not in near],
        in_hand=count_in_hands_of(person_id),
        password=password,
        done=request.args.get("sudah"),
        refusal=refusal,
        wrong=_wrong(refusal),
    )


def _is_near(agency: Agency, person: Person, held: set[str]) -> bool:
    asked = request.values.get("kantor")
    works_there = any(value.split("|")[0] == str(agency.id) for value in held)
    return works_there or asked == agency.key or person.username.endswith(f"@{agency.key}")


def _section(agency: Agency, held: set[str], at: datetime) -> Section:
    sops = [(sop.title, [_choice(agency, lane, held) for lane in sop.lanes]) for sop in lanes_of(agency, at)]
    return Section(agency, _roles(agency, ROLES_OF_AN_OFFICE, held), sops)


def _choice(agency: Agency, lane: LaneLine, held: set[str]) -> Choice:
    value = _as_value(Held(agency.id, OFFICER, lane.diagram, lane.id))
    return Choice(value, lane.name, value in held, "forsaken" if lane.forsaken else lane.state)


def _roles(agency: Agency | None, usual: tuple[str, ...], held: set[str]) -> list[Choice]:
    """The roles there usually are, and one that is held though it is not usual."""
    values = {role: _as_value(Held(agency.id if agency else None, role)) for role in ROLE_NAMES if role != OFFICER}
    return [
        Choice(value, ROLE_NAMES[role], value in held)
        for role, value in values.items()
        if role in usual or value in held
    ]


def _as_value(held: Held) -> str:
    return "|".join((str(held.agency_id or ""), held.role, held.diagram, held.lane))


def _value(holding: Holding) -> str:
    return _as_value(Held(holding.agency_id, holding.role, holding.diagram_key, holding.lane))


@pages.post(f"{PEOPLE}/<uuid:person_id>/nama", roles=(ADMIN,), again=person_page)
def rename(person_id: uuid.UUID, by: Caller, at: datetime) -> Response:
    """Change what somebody is called."""
    administration.rename(person_id, clean(request.form.get("name", "")), by)
    return _back_to(person_id, "nama")


@pages.post(f"{PEOPLE}/<uuid:person_id>/sandi", roles=(ADMIN,), again=person_page)
def reset_password(person_id: uuid.UUID, by: Caller, at: datetime) -> Response:
    """Give somebody another password; one that we make is shown this once."""
    written = request.form.get("password", "")
    password = written or new_password()
    administration.reset_password(person_id, password, by)
    if not written:
        return make_response(person_page(person_id, by, at, password=password), 201)
    return _back_to(person_id, "sandi")


@pages.post(f"{PEOPLE}/<uuid:person_id>/aktif", roles=(ADMIN,), again=person_page)
def set_active(person_id: uuid.UUID, by: Caller, at: datetime) -> Response:
    """Let somebody in again, or shut him out."""
    active = request.form.get("active") == "1"
    administration.set_active(person_id, active, by)
    return _back_to(person_id, "aktif" if active else "nonaktif")


@pages.post(f"{PEOPLE}/<uuid:person_id>/peran", roles=(ADMIN,), again=person_page)
def change_holdings(person_id: uuid.UUID, by: Caller, at: datetime) -> Response:
    """What was ticked and is not any more is taken; what stood open when the page was made is left as it is."""
    ticked, shown = set(request.form.getlist("hold")), set(request.form.getlist("shown"))
    given, taken = ticked - shown, shown - ticked
    administration.change_holdings(person_id, _existing(given, at), [_held(value) for value in sorted(taken)], by)
    return _back_to(person_id, "peran")


def _held(value: str) -> Held:
    parts = clean(value).split("|")
    try:
        agency, role, diagram, lane = parts
        return Held(uuid.UUID(agency) if agency else None, role, diagram, lane)
    except ValueError as error:
        raise NotFound("Peran atau lajur ini tidak ada.") from error


def _existing(values: Iterable[str], at: datetime) -> list[Held]:
    """These, when the offices and their lanes exist."""
    wanted = [_held(value) for value in sorted(values)]
    known = {agency.id: agency for agency in agencies({held.agency_id for held in wanted if held.agency_id})}
    lanes = {key: {(lane.diagram, lane.id) for lane in _all_lanes(agency, at)} for key, agency in known.items()}
    for held in wanted:
        there = lanes.get(held.agency_id, set()) if held.agency_id else set()
        lacks_lane = held.role == OFFICER and (held.diagram, held.lane) not in there
        if lacks_lane or (held.agency_id and held.agency_id not in known):
            raise NotFound("Peran atau lajur ini tidak ada.")
    return wanted


def _all_lanes(agency: Agency, at: datetime) -> list[LaneLine]:
    return [lane for sop in lanes_of(agency, at) for lane in sop.lanes]


def _back_to(person_id: uuid.UUID, done: str) -> Response:
    return go_to(f"{PEOPLE}/{person_id}?" + urlencode({"sudah": done}))


# ---- lanes -----------------------------------------------------------------------------------------------------


@pages.get(f"{LANES}/<string:key>", roles=KEEPERS)
def lanes(key: str, by: Caller, at: datetime) -> str:
    """The lanes of an office, who holds them, and what waits in them."""
    agency = _office(key, by)
    sops = lanes_of(agency, at)
    every = [lane for sop in sops for lane in sop.lanes]
    return render_template(
        "administration/lanes.html",
        office=agency,
        sops=sops,
        forsaken=[lane for lane in every if lane.forsaken],
        stray=sum(lane.stray for lane in every),
        done=next((lane for lane in every if lane.id == request.args.get("sudah")), None),
        supervises=by.is_(SUPERVISOR, agency.id),
    )


def _office(key: str, by: Caller) -> Agency:
    agency = agency_of(key)
    policy.must_look_after_lanes(by, agency.id)
    tell_time_of(agency)
    return agency


@pages.get(f"{LANES}/<string:key>/<string:diagram>/<string:lane>", roles=KEEPERS)
def holders(key: str, diagram: str, lane: str, by: Caller, at: datetime, refusal: Refusal | None = None) -> str:
    """Who holds one lane, and who could."""
    agency = _office(key, by)
    sop, line = _lane(agency, diagram, lane, at)
    around = people_around(agency, "", MOST_AROUND)
    held = {person.id for person in line.holders}
    others = [person for person in around if person.id not in held]
    lines = {one.person.id: one for one in _lines([*line.holders, *others], [agency])}
    return render_template(
        "administration/holders.html",
        office=agency,
        sop=sop,
        lane=line,
        holders=[lines[person.id] for person in line.holders],
        others=[lines[person.id] for person in others],
        ticked=set(request.form.getlist("person")) if refusal else {str(person_id) for person_id in held},
        shown=request.form.getlist("shown") if refusal else [str(person_id) for person_id in held],
        refusal=refusal,
        wrong=_wrong(refusal),
        supervises=by.is_(SUPERVISOR, agency.id),
    )


def _lane(agency: Agency, diagram: str, lane: str, at: datetime) -> tuple[SopLanes, LaneLine]:
    for sop in lanes_of(agency, at) if diagram_of(diagram).agency_id == agency.id else ():
        for line in sop.lanes if sop.key == diagram else ():
            if line.id == lane:
                return sop, line
    raise NotFound("Lajur ini tidak ada.")


@pages.post(f"{LANES}/<string:key>/<string:diagram>/<string:lane>", roles=KEEPERS, again=holders)
def change_holders(key: str, diagram: str, lane: str, by: Caller, at: datetime) -> Response:
    """Give the lane to who was ticked, take it from who is not any more."""
    agency, form = _office(key, by), request.form
    _lane(agency, diagram, lane, at)
    held = Held(agency.id, OFFICER, diagram, lane)
    ticked, shown = set(form.getlist("person")), set(form.getlist("shown"))
    for text in sorted(shown - ticked):
        administration.change_holdings(_person_id(text), (), (held,), by)
    for text in sorted(ticked - shown):
        administration.change_holdings(_person_id(text), (held,), (), by)
    if username := clean(form.get("username", "")).strip():
        administration.change_holdings(_named(username).id, (held,), (), by)
    return go_to(f"{LANES}/{key}?" + urlencode({"sudah": lane}))


def _person_id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise NotFound("Orang ini tidak ada.") from error


def _named(username: str) -> Person:
    try:
        return person_named(username)
    except NotFound as error:
        raise Invalid(error.message, errors=[Problem("/username", error.message)], **error.params) from error


def _wrong(refusal: Refusal | None) -> dict[str, Any]:
    return {problem.pointer: problem for problem in refusal.errors} if isinstance(refusal, Invalid) else {}
