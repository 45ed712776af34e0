"""Who a complainant is: sealed, opened for those who need it, recorded, erased, and found nowhere else."""

import logging
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import MetaData, select

from service import secrets
from service.complaints import commands, identity
from service.complaints.models import ComplaintIdentity, identity_of, openings_of
from service.database import Model, db
from service.errors import Conflict, Invalid, NotAllowed, NotFound
from service.files.models import File
from service.instances.models import instance_of
from service.instances.moving import look
from service.tasks import commands as tasks
from tests.complaints.office import (
    AT,
    CANARY,
    FORMS,
    NAMED,
    PHONE,
    START_FORM,
    STORY,
    another,
    auditor,
    handed_in,
    live,
    officer,
    open_task,
    owner,
    supervisor,
)

pytestmark = pytest.mark.usefixtures("app")

WHO = {"nama": CANARY, "telp": PHONE}
WHY = "Perlu menghubungi pelapor."


def test_officers_of_an_identity_lane_and_supervisors_open_who_complained():
    instance_id = handed_in().complaint.instance_id
    assert commands.open_identity(instance_id, officer("loket"), WHY, AT) == WHO
    assert commands.open_identity(instance_id, supervisor(), WHY, AT) == WHO


@pytest.mark.parametrize("who", [lambda: officer("teknis"), auditor, owner])
def test_others_who_see_the_case_do_not_see_who_complained(who):
    handed = handed_in()
    with pytest.raises(NotAllowed):
        commands.open_identity(handed.complaint.instance_id, who(), WHY, AT)
    assert openings_of(handed.complaint.id) == []


def test_for_officers_of_another_agency_there_is_no_such_case():
    handed = handed_in()
    for stranger in (another(officer("loket")), another(supervisor())):
        with pytest.raises(NotFound):
            commands.open_identity(handed.complaint.instance_id, stranger, WHY, AT)


def test_every_opening_is_recorded_with_who_when_and_why():
    handed = handed_in()
    by = officer("loket")
    commands.open_identity(handed.complaint.instance_id, by, f"  {WHY} ", AT)
    commands.open_identity(handed.complaint.instance_id, supervisor(), WHY, AT + timedelta(hours=1))
    first, second = openings_of(handed.complaint.id)
    assert (first.by_id, first.by_name, first.at, first.act, first.why) == (by.person_id, by.name, AT, "open", WHY)
    assert second.by_id == supervisor().person_id


def test_without_a_reason_nothing_is_opened_or_erased():
    handed = handed_in()
    for verb in (commands.open_identity, commands.erase_identity):
        with pytest.raises(Invalid):
            verb(handed.complaint.instance_id, supervisor(), "  ", AT)
    assert identity_of(handed.complaint.id).wrapped_key


def test_an_anonymous_complaint_has_nobody_to_open():
    handed = handed_in(anonymous=True)
    with pytest.raises(Conflict):
        commands.open_identity(handed.complaint.instance_id, supervisor(), WHY, AT)


def test_an_erased_identity_is_gone_while_the_case_stays():
    handed = handed_in()
    commands.erase_identity(handed.complaint.instance_id, supervisor(), "Masa simpan berakhir.", AT)
    db.session.flush()
    row = identity_of(handed.complaint.id)
    assert row.wrapped_key is None
    assert row.sealed is None
    for verb in (commands.open_identity, commands.erase_identity):
        with pytest.raises(Conflict):
            verb(handed.complaint.instance_id, supervisor(), WHY, AT)
    assert [opening.act for opening in openings_of(handed.complaint.id)] == ["erase"]
    assert commands.find(handed.complaint.number, handed.pin) is handed.complaint


def test_only_a_supervisor_erases():
    handed = handed_in()
    with pytest.raises(NotAllowed):
        commands.erase_identity(handed.complaint.instance_id, officer("loket"), WHY, AT)


def test_identities_swapped_between_two_complaints_do_not_open(caplog):
    version = live()
    one, other = handed_in(version).complaint, handed_in(version, STORY | {"nama": "Orang Lain"}).complaint
    rows = identity_of(one.id), identity_of(other.id)
    kept = [(row.wrapped_key, row.sealed) for row in rows]
    (rows[0].wrapped_key, rows[0].sealed), (rows[1].wrapped_key, rows[1].sealed) = kept[1], kept[0]
    with pytest.raises(Conflict):
        identity.open_(one, rows[0])
    assert str(one.id) in caplog.text
    assert "Orang Lain" not in caplog.text


def test_only_the_sealed_part_swapped_does_not_open_either():
    version = live()
    one, other = handed_in(version).complaint, handed_in(version).complaint
    row = identity_of(one.id)
    row.sealed = identity_of(other.id).sealed
    with pytest.raises(Conflict):
        identity.open_(one, row)


@pytest.fixture
def restored():
    """The master secret as it was, whatever a test put in its place."""
    before = secrets._masters
    yield
    secrets._masters = before


@pytest.mark.usefixtures("restored")
def test_another_master_secret_opens_nothing():
    complaint = handed_in().complaint
    secrets.use("a wholly different secret for tests")
    with pytest.raises(Conflict):
        commands.open_identity(complaint.instance_id, supervisor(), WHY, AT)


@pytest.mark.usefixtures("restored")
def test_after_a_change_of_the_master_secret_keys_are_sealed_anew_and_the_old_one_can_go():
    secrets.use(old := "an old secret, soon to be replaced by another")
    handed = handed_in()
    secrets.use(new := "a new secret, which replaces the old one today", older=[old])
    assert commands.open_identity(handed.complaint.instance_id, supervisor(), WHY, AT) == WHO
    assert commands.find(handed.complaint.number, handed.pin) is handed.complaint
    assert (identity.renew_keys(), identity.renew_keys()) == (1, 0)
    secrets.use(new)
    db.session.expire_all()
    assert commands.open_identity(handed.complaint.instance_id, supervisor(), WHY, AT) == WHO


def test_a_file_cannot_be_an_identity():
    field = {"type": "string", "format": "alur-file", "x-alur-identity": True}
    form = START_FORM | {"properties": START_FORM["properties"] | {"ktp": field}}
    version = live(forms=FORMS | {"mulai.schema.json": form})
    with pytest.raises(Invalid) as refusal:
        handed_in(version, NAMED | {"ktp": str(uuid.uuid4())})
    assert [problem.pointer for problem in refusal.value.errors] == ["/ktp"]


# ---- the canary ------------------------------------------------------------------------------------------------


def test_a_name_handed_in_is_found_in_no_table_and_no_log(caplog, place_of_database):
    caplog.set_level(logging.DEBUG)
    version = live()
    complaint = handed_in(version).complaint
    tasks.complete(open_task(complaint.instance_id).id, {"nomor_agenda": "7"}, officer("loket"), AT)
    commands.open_identity(complaint.instance_id, officer("loket"), WHY, AT)
    db.session.commit()
    instance = instance_of(complaint.instance_id)
    assert CANARY not in repr(look(version.spec, instance.engine_state, AT).data)
    for canary in (CANARY, PHONE, CANARY.split()[0]):
        assert canary not in caplog.text
        assert canary.encode() not in _everything_in_the_database()
        assert not any(canary.encode() in path.read_bytes() for path in place_of_database if path.exists())


def test_the_search_for_canaries_finds_what_is_there():
    handed_in(answers=NAMED | {"isi": "Kata kunci burung kenari."})
    db.session.commit()
    assert b"burung kenari" in _everything_in_the_database()


def _everything_in_the_database() -> bytes:
    tables = MetaData()
    tables.reflect(db.engine)
    found = [repr(tuple(row)) for table in tables.sorted_tables for row in db.session.execute(select(table))]
    db.session.rollback()
    return "\n".join(found).encode()


@pytest.fixture
def place_of_database(app):
    """The files of an SQLite database; none on a server, where the dump of its tables has to do."""
    if db.engine.dialect.name != "sqlite":
        return []
    path = db.engine.url.database
    return [Path(f"{path}{suffix}") for suffix in ("", "-wal")]


def test_only_the_table_of_identities_can_hold_one():
    """A reminder for whoever adds a table: nothing but the sealed bytes belongs to the identity."""
    columns = {column.name for column in Model.metadata.tables["complaint_identity"].columns}
    assert columns == {"complaint_id", "agency_id", "kid", "wrapped_key", "sealed"}
    assert ComplaintIdentity.__tablename__ not in {key.column.table.name for key in File.__table__.foreign_keys}
