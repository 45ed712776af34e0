"""Callers for tests that give commands without a request."""

from service.people.caller import Caller, of_person
from service.people.models import holdings_of, person_named


def caller_named(username: str) -> Caller:
    """The caller that a person is."""
    person = person_named(username)
    return of_person(person, list(holdings_of(person.id)))
