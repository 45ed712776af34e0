"""Looking after people: who may, what it does at once, and two administrators at the same time."""

import threading
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from service.database import db, transaction
from service.errors import Conflict, Invalid, NotAllowed, NotKnown, Refusal
from service.people import administration, sessions
from service.people.administration import Held
from service.people.caller import Caller
from service.people.commands import caller_with, create_token, enter_person, found_agency, give
from service.people.models import (
    ADMIN,
    AUDITOR,
    OFFICER,
    OWNER,
    SUPERVISOR,
    Agency,
    PeopleFilter,
    Person,
    count_people,
    people,
    people_around,
    person_named,
)
from service.people.passwords import digest_demo_password, is_password, new_password
from tests.callers import caller_named

NOW = datetime(2026, 3, 2, 3, tzinfo=UTC)
PASSWORD = "kalimat yang panjang"


@pytest.fixture
def office(app: Flask) -> Agency:
    """An office with its supervisor; two administrators look after it."""
    with transaction():
        agency = found_agency("dinas-x", "Dinas X", "Asia/Jakarta", "DX")
        give(enter_person("atasan@dinas-x", "Ratna Dewi", None), agency, SUPERVISOR)
        give(enter_person("admin", "Ani", None), None, ADMIN)
        give(enter_person("admin.dua", "Dua", None), None, ADMIN)
        enter_person("budi@dinas-x", "Budi", digest_demo_password())
    return agency


def lane(office: Agency, name: str = "petugas") -> Held:
    return Held(office.id, OFFICER, "lapor", name)


def person(username: str = "budi@dinas-x") -> uuid.UUID:
    return person_named(username).id


def holds(username: str, held: Held) -> bool:
    db.session.expire_all()
    return bool(held.agency_id) and caller_named(username).holds(held.agency_id, held.diagram, held.lane)


def test_who_is_admitted_can_sign_in(office: Agency) -> None:
    with transaction():
        administration.admit(" siti@dinas-x ", " Siti Aminah ", PASSWORD, caller_named("admin"))
    kept = person_named("siti@dinas-x")
    assert kept.name == "Siti Aminah" and kept.active and is_password(kept.password, PASSWORD)


@pytest.mark.parametrize(
    ("username", "name", "password", "pointer"),
    [
        ("", "Siti", PASSWORD, "/username"),
        ("Siti@dinas-x", "Siti", PASSWORD, "/username"),
        ("siti aminah", "Siti", PASSWORD, "/username"),
        ("siti@dinas-x@lain", "Siti", PASSWORD, "/username"),
        ("s" * 121, "Siti", PASSWORD, "/username"),
        ("siti", "  ", PASSWORD, "/name"),
        ("siti", "Siti\nAminah", PASSWORD, "/name"),
        ("siti", "S" * 201, PASSWORD, "/name"),
        ("siti", "Siti", "pendek", "/password"),
    ],
)
def test_what_is_no_name_or_password_is_refused_at_its_field(
    office: Agency, username: str, name: str, password: str, pointer: str
) -> None:
    with pytest.raises(Invalid) as refused:
        administration.admit(username, name, password, caller_named("admin"))
    assert [problem.pointer for problem in refused.value.errors] == [pointer]


def test_a_user_name_is_given_once(office: Agency) -> None:
    with pytest.raises(Conflict):
        administration.admit("budi@dinas-x", "Budi lain", PASSWORD, caller_named("admin"))


VERBS: list[Callable[[Caller], object]] = [
    lambda by: administration.admit("siti", "Siti", PASSWORD, by),
    lambda by: administration.rename(person(), "Lain", by),
    lambda by: administration.set_active(person(), False, by),
    lambda by: administration.reset_password(person(), PASSWORD, by),
    lambda by: administration.change_holdings(person(), [Held(None, AUDITOR)], (), by),
    lambda by: administration.change_holdings(person(), (), [Held(None, AUDITOR)], by),
]


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("username", ["atasan@dinas-x", "budi@dinas-x"])
def test_only_administrators_look_after_people(office: Agency, verb: Callable[[Caller], object], username: str) -> None:
    with pytest.raises(NotAllowed):
        verb(caller_named(username))


def test_a_supervisor_gives_and_takes_the_lanes_of_his_office_and_no_other(office: Agency) -> None:
    supervisor = caller_named("atasan@dinas-x")
    with transaction():
        other = found_agency("dinas-y", "Dinas Y", "Asia/Jakarta", "DY")
        administration.change_holdings(person(), [lane(office)], (), supervisor)
    assert holds("budi@dinas-x", lane(office))
    with transaction():
        administration.change_holdings(person(), (), [lane(office)], supervisor)
    assert not holds("budi@dinas-x", lane(office))
    for held in (lane(other), Held(office.id, OWNER), Held(office.id, SUPERVISOR)):
        with pytest.raises(NotAllowed):
            administration.change_holdings(person(), [held], (), supervisor)


def test_an_administrator_gives_himself_nothing_but_may_lay_something_down(office: Agency) -> None:
    admin = caller_named("admin")
    for held in (lane(office), Held(office.id, SUPERVISOR), Held(None, AUDITOR)):
        with pytest.raises(NotAllowed):
            administration.change_holdings(person("admin"), [held], (), admin)
    with transaction():
        administration.change_holdings(person("admin"), (), [Held(None, ADMIN)], admin)
    assert not caller_named("admin").is_(ADMIN, None)


def test_a_supervisor_may_hold_a_lane_himself(office: Agency) -> None:
    with transaction():
        supervisor = caller_named("atasan@dinas-x")
        administration.change_holdings(person("atasan@dinas-x"), [lane(office)], (), supervisor)
    assert holds("atasan@dinas-x", lane(office))


def test_looking_after_people_shows_no_case(office: Agency) -> None:
    admin = caller_named("admin")
    assert not admin.lanes and not any(admin.is_(role, office.id) for role in (SUPERVISOR, AUDITOR, OWNER))


def test_the_last_administrator_stays(office: Agency) -> None:
    admin = caller_named("admin")
    with transaction():
        administration.change_holdings(person("admin.dua"), (), [Held(None, ADMIN)], admin)
    with pytest.raises(Conflict, match="terakhir"):
        administration.change_holdings(person("admin"), (), [Held(None, ADMIN)], admin)


def test_an_administrator_who_is_shut_out_does_not_count(office: Agency) -> None:
    admin = caller_named("admin")
    with transaction():
        administration.set_active(person("admin.dua"), False, admin)
    with pytest.raises(Conflict, match="terakhir"):
        administration.change_holdings(person("admin"), (), [Held(None, ADMIN)], admin)


def test_nobody_shuts_himself_out(office: Agency) -> None:
    with pytest.raises(NotAllowed):
        administration.set_active(person("admin"), False, caller_named("admin"))


def test_who_is_shut_out_loses_browsers_and_programs_at_once_and_for_good(office: Agency) -> None:
    with transaction():
        token = create_token("budi@dinas-x", "laporan", NOW)
        secret = sessions.open_session(person_named("budi@dinas-x"), "Chrome", NOW)
    admin = caller_named("admin")
    for active in (False, True):
        with transaction():
            administration.set_active(person(), active, admin)
        with pytest.raises(NotKnown):
            caller_with(token, NOW + timedelta(seconds=1))
        assert sessions.caller_in_session(secret, NOW) is None
    assert person_named("budi@dinas-x").active


def test_another_password_signs_out_everywhere(office: Agency) -> None:
    admin = caller_named("admin")
    with transaction():
        siti = administration.admit("siti", "Siti", PASSWORD, admin)
        token, secret = create_token("siti", "laporan", NOW), sessions.open_session(siti, "Chrome", NOW)
    with transaction():
        administration.reset_password(siti.id, "kalimat lain yang panjang", admin)
    with pytest.raises(NotKnown):
        caller_with(token, NOW)
    assert sessions.caller_in_session(secret, NOW) is None
    assert is_password(person_named("siti").password, "kalimat lain yang panjang")


def test_the_password_of_a_demo_person_stays(office: Agency) -> None:
    with pytest.raises(Conflict):
        administration.reset_password(person(), PASSWORD, caller_named("admin"))


def test_who_is_shut_out_is_given_nothing(office: Agency) -> None:
    admin = caller_named("admin")
    with transaction():
        administration.set_active(person(), False, admin)
    with pytest.raises(Conflict, match="tidak aktif"):
        administration.change_holdings(person(), [lane(office)], (), admin)


def test_a_lane_counts_from_the_next_call_on(office: Agency) -> None:
    with transaction():
        token = create_token("budi@dinas-x", "laporan", NOW)
    admin = caller_named("admin")
    assert not caller_with(token, NOW).lanes
    with transaction():
        administration.change_holdings(person(), [lane(office)], (), admin)
    assert caller_with(token, NOW).holds(office.id, "lapor", "petugas")
    with transaction():
        administration.change_holdings(person(), (), [lane(office)], admin)
    assert not caller_with(token, NOW).lanes


def test_a_password_made_by_us_is_long_and_easily_read_aloud() -> None:
    made = {new_password() for _ in range(50)}
    assert len(made) == 50
    assert all(len(one) == 19 and not set(one) & set("0O1lI") for one in made)


def test_people_are_found_by_name_office_and_state(office: Agency) -> None:
    with transaction():
        administration.set_active(person(), False, caller_named("admin"))
        enter_person("100%", "Cici", None)

    def found(**wanted: object) -> list[str]:
        return [one.username for one in people(PeopleFilter(**wanted), None, 10)]  # type: ignore[arg-type]

    assert found(text="RATNA") == ["atasan@dinas-x"]
    assert found(text="%") == ["100%"]
    assert found(agency=office.id) == ["atasan@dinas-x"]
    assert found(active=False) == ["budi@dinas-x"]
    assert found(active=True, without=True) == ["100%"]
    assert count_people(PeopleFilter(active=True)) == 4
    first = people(PeopleFilter(), None, 3)
    rest = people(PeopleFilter(), first[-1].username, 3)
    assert len({one.id for one in (*first, *rest)}) == 5


def test_people_around_an_office_hold_something_there_or_bear_its_name(office: Agency) -> None:
    with transaction():
        enter_person("cici@dinas-y", "Cici", None)
    assert [one.name for one in people_around(office, "", 10)] == ["Budi", "Ratna Dewi"]
    assert [one.name for one in people_around(office, "cici@dinas-y", 10)] == ["Budi", "Cici", "Ratna Dewi"]


def _at_once(app: Flask, *deeds: Callable[[], object]) -> list[object]:
    """What came of these, begun at the same moment, each in a transaction of its own."""
    together, outcomes = threading.Barrier(len(deeds)), [None] * len(deeds)

    def run(n: int, deed: Callable[[], object]) -> None:
        with app.app_context():
            together.wait()
            try:
                with transaction():
                    deed()
            except Refusal as refusal:
                outcomes[n] = refusal
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(n, deed)) for n, deed in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return list(outcomes)


def test_of_two_administrators_who_dismiss_each_other_at_once_one_stays(app: Flask, office: Agency) -> None:
    first, second = caller_named("admin"), caller_named("admin.dua")
    ids = person("admin"), person("admin.dua")
    db.session.remove()
    for _ in range(3):
        outcomes = _at_once(
            app,
            lambda: administration.change_holdings(ids[1], (), [Held(None, ADMIN)], first),
            lambda: administration.set_active(ids[0], False, second),
        )
        assert [type(outcome) for outcome in outcomes].count(Conflict) == 1
        db.session.remove()
        left = [one for one in ("admin", "admin.dua") if caller_named(one).is_(ADMIN, None)]
        assert [one for one in left if person_named(one).active]
        with transaction():
            db.session.get_one(Person, ids[0]).active = True
            give(db.session.get_one(Person, ids[1]), None, ADMIN)
        db.session.remove()


def test_what_two_administrators_give_at_once_is_both_kept(app: Flask, office: Agency) -> None:
    first, second, budi = caller_named("admin"), caller_named("admin.dua"), person()
    one, two = lane(office, "satu"), lane(office, "dua")
    db.session.remove()
    outcomes = _at_once(
        app,
        lambda: administration.change_holdings(budi, [one], (), first),
        lambda: administration.change_holdings(budi, [one, two], (), second),
    )
    assert outcomes == [None, None]
    assert holds("budi@dinas-x", one) and holds("budi@dinas-x", two)
