"""Binding files to the instance whose answers name them, and forgetting those that no answers named."""

import io
import uuid
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event

from service.database import db, transaction
from service.errors import Invalid
from service.files import storage
from service.files.commands import attach_all, forget_orphans, forget_unattached, take
from service.files.fields import named_files
from service.files.models import file_of, files_of
from service.tasks import commands as tasks
from tests.complaints.office import AT, STORY, handed_in, live, office, officer, open_task
from tests.files import contents

pytestmark = pytest.mark.usefixtures("app")

FILE = {"type": "string", "format": "alur-file"}
SCHEMA = {
    "type": "object",
    "properties": {
        "isi": {"type": "string"},
        "surat": FILE,
        "lampiran": {"type": "array", "items": {"$ref": "#/$defs/berkas"}},
        "saksi": {
            "type": "array",
            "items": {"type": "object", "properties": {"nama": {"type": "string"}, "pernyataan": FILE}},
        },
    },
    "allOf": [{"if": {"properties": {}}, "then": {"properties": {"kwitansi": FILE}}}],
    "$defs": {"berkas": FILE},
}


def taken(**options):
    return take(io.BytesIO(contents.PDF), "bukti.pdf", AT, **options)


def test_files_are_found_wherever_a_form_can_ask_for_them():
    a, b, c, d, e = (str(uuid.uuid4()) for _ in range(5))
    answers = {
        "isi": str(uuid.uuid4()),
        "surat": a,
        "lampiran": [b, c],
        "saksi": [{"nama": "x", "pernyataan": d}],
        "kwitansi": e,
    }
    assert named_files(SCHEMA, answers) == {
        "/surat": a,
        "/lampiran/0": b,
        "/lampiran/1": c,
        "/saksi/0/pernyataan": d,
        "/kwitansi": e,
    }


@contextmanager
def statements():
    """The statements sent to the database meanwhile."""
    sent = []

    def note(_connection, _cursor, statement, *_rest):
        sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield sent
    event.remove(db.engine, "before_cursor_execute", note)


@pytest.mark.parametrize("answers", [{}, {"isi": "x"}, {"lampiran": []}, {"surat": ""}, {"saksi": [{"nama": "x"}]}])
def test_without_files_the_database_is_not_asked(answers):
    with statements() as sent:
        attach_all(SCHEMA, answers, uuid.uuid4(), uuid.uuid4())
    assert sent == []


def test_a_complaint_takes_its_files_along():
    file = taken()
    handed = handed_in(answers=STORY | {"lampiran": [str(file.id)]})
    assert [found.id for found in files_of(handed.complaint.instance_id)] == [file.id]
    assert file.agency_id == handed.complaint.agency_id


def test_a_task_may_name_the_files_of_its_own_instance_again():
    file = taken()
    handed = handed_in(answers=STORY | {"lampiran": [str(file.id)]})
    attach_all(SCHEMA, {"surat": str(file.id)}, file.agency_id, handed.complaint.instance_id)
    assert file.instance_id == handed.complaint.instance_id


@pytest.mark.parametrize("whose", ["nobody's", "another instance's", "another agency's"])
def test_files_that_are_not_there_to_be_taken_are_all_refused_in_the_same_words(whose):
    version = live()
    first, second = handed_in(version).complaint, handed_in(version).complaint
    file_id = {
        "nobody's": uuid.uuid4,
        "another instance's": lambda: taken(agency_id=first.agency_id, instance_id=first.instance_id).id,
        "another agency's": lambda: taken(agency_id=office("kantor-lain").id).id,
    }[whose]()
    mine = taken()
    answers = {"surat": str(mine.id), "lampiran": [str(file_id)]}
    with pytest.raises(Invalid) as refusal:
        attach_all(SCHEMA, answers, second.agency_id, second.instance_id)
    assert [problem.pointer for problem in refusal.value.errors] == ["/lampiran/0"]
    assert "tidak ditemukan atau sudah dipakai" in str(refusal.value)
    assert mine.instance_id is None


def test_a_complaint_that_names_a_file_of_another_is_refused():
    file = taken()
    version = live()
    handed_in(version, STORY | {"lampiran": [str(file.id)]})
    with pytest.raises(Invalid):
        handed_in(version, STORY | {"lampiran": [str(file.id)]})


def test_officers_attach_files_when_they_complete_a_task():
    complaint = handed_in().complaint
    with pytest.raises(Invalid):
        tasks.complete(open_task(complaint.instance_id).id, {"lampiran": [str(uuid.uuid4())]}, officer("loket"), AT)


# ---- forgetting ------------------------------------------------------------------------------------------------


def test_files_that_nobody_named_are_forgotten_with_their_content():
    with transaction():
        file = taken()
        kept = taken()
        handed_in(answers=STORY | {"lampiran": [str(kept.id)]})
    with transaction():
        assert forget_unattached(AT) == 0
        assert forget_unattached(AT + timedelta(days=1)) == 1
        assert b"".join(storage.read(file.key)) == contents.PDF
    with pytest.raises(FileNotFoundError):
        storage.read(file.key)
    assert b"".join(storage.read(kept.key)) == contents.PDF
    assert file_of(kept.id)


def test_content_stays_when_forgetting_fails():
    with transaction():
        file = taken()
    with pytest.raises(RuntimeError), transaction():
        forget_unattached(AT + timedelta(days=1))
        raise RuntimeError("the chore fails")
    assert b"".join(storage.read(file.key)) == contents.PDF


def test_content_that_no_row_names_is_swept_once_it_is_old():
    with transaction():
        file = taken()
    storage._used().put("unattached/2026/03/yatim", b"%PDF-")
    written = storage._used().head("unattached/2026/03/yatim")["last_modified"]
    with transaction():
        assert forget_orphans(written - timedelta(days=1)) == 0
        forget_orphans(written + timedelta(seconds=1))
    with pytest.raises(FileNotFoundError):
        storage.read("unattached/2026/03/yatim")
    assert b"".join(storage.read(file.key)) == contents.PDF
