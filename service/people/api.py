"""Calls about people: who am I, sign in for scripts, sign out; and for administrators who there is."""

import uuid
from datetime import datetime
from typing import Any

from marshmallow import Schema, fields

from service.entrance import cursors, limits
from service.entrance.calls import PUBLIC, Entrance, bearer_token
from service.entrance.schemas import PageQuery, StrictBoolean, page_of, text
from service.people import administration, commands, policy
from service.people.caller import Caller
from service.people.models import PeopleFilter, agencies, agency_of, people

entrance = Entrance("people", "Who is calling")


class SessionIn(Schema):
    username = text(120, 1, required=True)
    password = text(200, 1, required=True)


class SessionOut(Schema):
    token = fields.String(required=True)


class LanesOut(Schema):
    agency = fields.String(required=True)
    diagram = fields.String(required=True)
    lanes = fields.List(fields.String(), required=True)


class RoleOut(Schema):
    role = fields.String(required=True)
    agency = fields.String(required=True, allow_none=True, metadata={"description": "null: in all agencies"})


class PersonOut(Schema):
    id = fields.UUID(required=True)
    username = fields.String(required=True)
    name = fields.String(required=True)
    language = fields.String(required=True)


class AgencyOut(Schema):
    key = fields.String(required=True)
    name = fields.String(required=True)
    zone = fields.String(required=True)


class MeOut(Schema):
    person = fields.Nested(PersonOut, required=True)
    agencies = fields.List(fields.Nested(AgencyOut), required=True)
    lanes = fields.List(fields.Nested(LanesOut), required=True)
    roles = fields.List(fields.Nested(RoleOut), required=True)


class AgenciesOut(Schema):
    items = fields.List(fields.Nested(AgencyOut), required=True)


class PeopleQuery(PageQuery):
    q = text(100, load_default=None, metadata={"description": "part of a name or user name"})
    agency = text(63, load_default=None, metadata={"description": "key; who holds something there"})
    active = fields.Boolean(load_default=None)


class AccountOut(PersonOut):
    active = fields.Boolean(required=True)


class AccountIn(Schema):
    username = text(120, 2, required=True, metadata={"description": "like budi@dinas-x; never changes"})
    name = text(200, 1, required=True)
    password = text(200, 12, required=True)


class AccountPut(Schema):
    name = text(200, 1, required=True)
    active = StrictBoolean(required=True, metadata={"description": "false: sessions and tokens end at once"})


@entrance.call("POST", "/session", gives=SessionOut, takes=SessionIn, who=PUBLIC, refuses=(429,), limit=limits.sign_in)
def sign_in(body: dict[str, Any], by: Caller, at: datetime) -> dict[str, Any]:
    """Sign in: a token for half a day"""
    return {"token": commands.sign_in(body["username"], body["password"], at)}


@entrance.call("DELETE", "/session", status=204)
def sign_out(by: Caller, at: datetime) -> None:
    """Sign out: the token that makes this call is no longer known"""
    if by.person_id is not None:
        commands.forget_token(bearer_token() or "", by.person_id)


@entrance.call("GET", "/me", gives=MeOut)
def me(by: Caller, at: datetime) -> dict[str, Any]:
    """Who is calling, in which agencies, with which lanes and roles"""
    known = {agency.id: agency for agency in agencies(None if by.everywhere() else set(by.agencies))}
    places = sorted({(agency, key) for agency, key, _ in by.lanes}, key=str)
    return {
        "person": {"id": by.person_id, "username": by.username, "name": by.name, "language": by.language},
        "agencies": list(known.values()),
        "lanes": [
            {
                "agency": known[agency].key,
                "diagram": key,
                "lanes": sorted(lane for a, k, lane in by.lanes if (a, k) == (agency, key)),
            }
            for agency, key in places
        ],
        "roles": [
            {"role": role, "agency": known[agency].key if agency else None}
            for agency, role in sorted(by.roles, key=str)
        ],
    }


@entrance.call("GET", "/agencies", gives=AgenciesOut)
def list_agencies(by: Caller, at: datetime) -> dict[str, Any]:
    """The agencies in which the caller holds something; all of them with a role in all"""
    return {"items": agencies(None if by.everywhere() else set(by.agencies))}


@entrance.call("GET", "/people", gives=page_of(AccountOut), query=PeopleQuery, refuses=(403, 404))
def list_people(query: dict[str, Any], by: Caller, at: datetime) -> dict[str, Any]:
    """Everybody who can sign in or could, by user name; for administrators"""
    policy.must_look_after_people(by)
    place = cursors.read(query["after"], 1)
    agency = agency_of(query["agency"]).id if query["agency"] else None
    limit = query["limit"]
    wanted = PeopleFilter(query["q"], agency, query["active"])
    found = people(wanted, place[0].replace("\x00", "") if place else None, limit + 1)
    return {
        "items": found[:limit],
        "next": cursors.write(found[limit - 1].username) if len(found) > limit else None,
    }


@entrance.call("POST", "/people", gives=AccountOut, takes=AccountIn, status=201, refuses=(409,))
def enter_person(body: dict[str, Any], by: Caller, at: datetime) -> Any:
    """Enter a person who may sign in from now on; for administrators"""
    return administration.admit(body["username"], body["name"], body["password"], by)


@entrance.call("PUT", "/people/<uuid:person_id>", gives=AccountOut, takes=AccountPut, refuses=(409,))
def change_person(body: dict[str, Any], person_id: uuid.UUID, by: Caller, at: datetime) -> Any:
    """Say what a person is called, and whether he may sign in; for administrators"""
    administration.rename(person_id, body["name"], by)
    return administration.set_active(person_id, body["active"], by)
