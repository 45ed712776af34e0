"""What a complainant is told, and what he can do, with number and PIN."""

from datetime import timedelta

import pytest

from service.complaints.commands import complete_public
from service.complaints.progress import Progress, progress
from service.database import db
from service.errors import Conflict, Invalid, NotFound
from service.history.models import moves_of
from service.instances import commands as instances
from service.tasks import commands as tasks
from tests.complaints.office import AT, handed_in, officer, open_task, supervisor

pytestmark = pytest.mark.usefixtures("app")

ANSWERS = {"catat": {}, "telaah": {"telaahan": "Benar."}, "kirim": {"jawaban": "Sudah diperbaiki."}}


def _work_until(complaint, element, at=AT):
    """Let officers do their tasks until this one is open."""
    while (task := open_task(complaint.instance_id)).element != element:
        at += timedelta(hours=1)
        tasks.complete(task.id, ANSWERS[task.element], officer("loket", "teknis"), at)
        db.session.flush()
    return task


def _shown(told: Progress) -> list[tuple[str, str]]:
    return [(milestone.text, milestone.state) for milestone in told.milestones]


def test_a_new_complaint_is_received_and_the_milestones_ahead_are_told():
    complaint = handed_in().complaint
    told = progress(complaint)
    assert (told.code, told.status) == ("received", "Diterima")
    assert _shown(told) == [
        ("Pengaduan Anda sudah kami terima", "now"),
        ("Pengaduan Anda sedang ditelaah", "next"),
        ("Jawaban sedang dikirim", "next"),
        ("Jawaban menunggu tanggapan Anda", "next"),
    ]
    assert told.milestones[0].at == complaint.received_at
    assert told.promised_at == complaint.promised_at
    assert "pengadu" in str(told.sentence)


def test_milestones_pass_as_tasks_open():
    complaint = handed_in().complaint
    _work_until(complaint, "kirim")
    told = progress(complaint)
    assert [state for _, state in _shown(told)] == ["done", "done", "now", "next"]
    hours = [milestone.at and (milestone.at - AT) // timedelta(hours=1) for milestone in told.milestones]
    assert hours == [0, 1, 2, None]
    assert str(told.sentence) == "Jawaban sedang dikirim."


def test_no_name_of_a_task_a_lane_or_an_officer_is_ever_told():
    complaint = handed_in().complaint
    for element in ("catat", "telaah", "kirim", "tanggapi"):
        _work_until(complaint, element)
        told = repr(progress(complaint))
        for secret in ("buku besar", "tim internal", "ekspedisi", "Terima hasil", "Lajur", "loket", "Petugas"):
            assert secret not in told


def test_when_it_is_his_turn_he_gets_the_form_under_a_name_that_speaks_to_him():
    complaint = handed_in().complaint
    task = _work_until(complaint, "tanggapi")
    told = progress(complaint)
    assert told.code == "your_turn"
    (mine,) = told.tasks
    assert (mine.id, mine.name) == (task.id, "Tanggapan Anda")
    assert mine.schema["required"] == ["tanggapan"]


def test_a_complainant_completes_his_task_under_the_word_of_his_sop():
    complaint = handed_in().complaint
    task = _work_until(complaint, "tanggapi")
    _done, instance = complete_public(complaint, task.id, {"tanggapan": "selesai"}, AT)
    assert (instance.state, instance.end) == ("completed", "selesai")
    last = moves_of(instance.id)[-1]
    assert (last.by_id, last.by_name, last.command) == (None, "pengadu", "complete")


def test_how_it_ended_is_told_in_plain_words_and_nothing_lies_ahead():
    complaint = handed_in().complaint
    complete_public(complaint, _work_until(complaint, "tanggapi").id, {"tanggapan": "selesai"}, AT)
    told = progress(complaint)
    assert (told.code, told.tasks) == ("completed", ())
    assert {state for _, state in _shown(told)} == {"done"}
    assert str(told.sentence) == "Penanganan pengaduan Anda sebagai pengadu sudah selesai: Ditutup oleh pengadu."


def test_after_answering_back_what_comes_again_lies_ahead_again():
    complaint = handed_in().complaint
    complete_public(complaint, _work_until(complaint, "tanggapi").id, {"tanggapan": "belum"}, AT)
    assert _shown(progress(complaint)) == [
        ("Pengaduan Anda sudah kami terima", "done"),
        ("Pengaduan Anda sedang ditelaah", "now"),
        ("Jawaban sedang dikirim", "next"),
        ("Jawaban menunggu tanggapan Anda", "next"),
    ]


def test_tasks_of_officers_do_not_exist_for_a_complainant():
    complaint = handed_in().complaint
    for element in ("catat", "telaah"):
        with pytest.raises(NotFound):
            complete_public(complaint, _work_until(complaint, element).id, {}, AT)


def test_the_tasks_of_another_complaint_do_not_exist_either():
    mine, other = handed_in().complaint, handed_in().complaint
    task = _work_until(other, "tanggapi")
    with pytest.raises(NotFound):
        complete_public(mine, task.id, {"tanggapan": "selesai"}, AT)


def test_a_task_done_before_is_refused_without_saying_by_whom():
    complaint = handed_in().complaint
    task = _work_until(complaint, "tanggapi")
    tasks.complete(task.id, {"tanggapan": "selesai"}, officer("loket"), AT, on_behalf=True)
    db.session.flush()
    with pytest.raises(Conflict) as refusal:
        complete_public(complaint, task.id, {"tanggapan": "selesai"}, AT)
    assert "Petugas" not in str(refusal.value)


def test_answers_of_a_complainant_are_checked():
    complaint = handed_in().complaint
    task = _work_until(complaint, "tanggapi")
    with pytest.raises(Invalid):
        complete_public(complaint, task.id, {}, AT)


@pytest.mark.parametrize(("verb", "code"), [("suspend", "suspended"), ("cancel", "cancelled")])
def test_while_it_rests_or_once_it_was_stopped_there_is_nothing_to_do(verb, code):
    complaint = handed_in().complaint
    _work_until(complaint, "tanggapi")
    getattr(instances, verb)(complaint.instance_id, "Alasan yang tidak untuk pelapor.", supervisor(), AT)
    db.session.flush()
    told = progress(complaint)
    assert (told.code, told.tasks) == (code, ())
    assert "Alasan" not in repr(told)
