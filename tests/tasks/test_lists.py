"""Lists of tasks: whose they are, in which order, page by page, and what supervisors count."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from service.database import db, transaction
from service.people.models import Agency, Person, agency_of, person_named
from service.tasks import models
from service.tasks.models import (
    FREE,
    TAKEN,
    Due,
    Filter,
    Task,
    count_due,
    listed,
    open_places,
    open_tasks,
    places_in_hand,
    tallies,
)
from tests.client import Client
from tests.sops.test_paths import hand_in

OFFICE, LANE = "dinsos-jambi", "tata_usaha"
NOW = datetime.now(UTC)


@pytest.fixture
def office(client: Client) -> Client:
    """Five complaints at the first desk, due an hour apart around now; two taken, one of them by a colleague."""
    for _ in range(5):
        hand_in(client, "penanganan_pengaduan")
    with client.app.app_context(), transaction():
        tasks = db.session.scalars(select(Task).order_by(Task.id)).all()
        takers = [person_named(f"{LANE}@{OFFICE}"), person_named(f"petugas@{OFFICE}")]
        for hours, task in enumerate(tasks):
            task.due_at = task.sort_at = NOW + timedelta(hours=hours - 2, minutes=1)
            if hours < 2:
                task.assignee_id, task.assignee_name = takers[hours].id, takers[hours].name
    return client


def _person() -> Person:
    return person_named(f"{LANE}@{OFFICE}")


def _lanes() -> set[tuple[uuid.UUID, str, str]]:
    return {(_agency().id, "penanganan_pengaduan", LANE)}


def _agency() -> Agency:
    return agency_of(OFFICE)


def test_what_is_mine_free_and_taken_by_colleagues_are_three_lists_without_overlap(office: Client) -> None:
    with office.app.app_context():
        me = _person().id
        mine, free, nothing, others = listed(
            [
                places_in_hand(me, _lanes(), Filter(), None, 10),
                open_places(_lanes(), Filter(held=FREE), None, 10),
                open_places((), Filter(), None, 10),
                open_places(_lanes(), Filter(held=TAKEN, not_of=me), None, 10),
            ]
        )
        assert nothing == []
        assert [task.sort_at for task in free] == sorted(task.sort_at for task in free)
        assert [len(found) for found in (mine, free, others)] == [1, 3, 1]
        assert len({task.id for task in (*mine, *free, *others)}) == 5


def test_pages_follow_each_other_without_gap_or_repetition(office: Client) -> None:
    with office.app.app_context():
        found, place = [], None
        while page := open_tasks(_lanes(), Filter(), place, 2):
            found += page
            place = (page[-1].sort_at, page[-1].id)
        assert [task.id for task in found] == [task.id for task in open_tasks(_lanes(), Filter(), None, 10)]
        assert [task.sort_at for task in found] == sorted(task.sort_at for task in found)


def test_tasks_of_one_moment_are_paged_by_their_ids(office: Client) -> None:
    with office.app.app_context():
        with transaction():
            for task in db.session.scalars(select(Task)):
                task.sort_at = task.due_at = NOW
        first = open_tasks(_lanes(), Filter(), None, 2)
        rest = open_tasks(_lanes(), Filter(), (first[-1].sort_at, first[-1].id), 10)
        assert len({task.id for task in (*first, *rest)}) == 5


def test_lateness_narrows_to_what_is_late_and_what_is_not_yet(office: Client) -> None:
    with office.app.app_context():
        late = open_tasks(_lanes(), Filter(due_before=NOW), None, 10)
        later = open_tasks(_lanes(), Filter(due_from=NOW), None, 10)
        assert [len(late), len(later)] == [2, 3]


def test_what_is_due_in_ones_hands_is_counted_no_further_than_told(office: Client) -> None:
    with office.app.app_context():
        me, tonight = _person().id, NOW + timedelta(minutes=90)
        assert count_due(me, _lanes(), NOW, tonight, 100) == Due(late=1, today=0)
        with transaction():
            for task in open_tasks(_lanes(), Filter(), None, 10):
                task.assignee_id = me
        assert count_due(me, _lanes(), NOW, tonight, 100) == Due(late=2, today=2)
        assert count_due(me, _lanes(), NOW, tonight, 3) == Due(late=2, today=1)
        assert count_due(me, (), NOW, tonight, 3) == Due()


def test_nobody_is_shown_what_he_holds_in_a_lane_that_is_no_longer_his(office: Client) -> None:
    with office.app.app_context():
        other = {(_agency().id, "penanganan_pengaduan", "kepala_opd")}
        places = [places_in_hand(_person().id, lanes, Filter(), None, 10) for lanes in (other, set())]
        assert listed(places) == [[], []]


def test_tallies_add_up_to_what_is_open(office: Client) -> None:
    with office.app.app_context():
        found = tallies(_agency().id, NOW, NOW + timedelta(minutes=90))
        assert sum(tally.open for tally in found) == 5
        assert sum(tally.late for tally in found) == 2
        assert sum(tally.today for tally in found) == 2
        assert {tally.assignee is None: tally.open for tally in found if tally.assignee is None} == {True: 3}


def test_a_list_of_a_lane_is_read_from_its_index(app: Flask) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("must: only SQLite tells its plan in this way")
    lane = (uuid.uuid4(), "d", "l")
    plans = []
    for held in (FREE, TAKEN, None):
        query = str(_scan_of(lane, held))
        plans += [row[3] for row in db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {query}")]
    assert plans and all("USING" in plan and "INDEX ix_task_" in plan for plan in plans), plans
    assert not [plan for plan in plans if "TEMP B-TREE" in plan]


def _scan_of(lane: tuple[uuid.UUID, str, str], held: str | None) -> object:
    scan = models._scan(lane, Filter(held=held), (NOW, uuid.uuid4()), 10)
    return scan.compile(db.engine, compile_kwargs={"literal_binds": True})
