"""Handing in a complaint: what is asked, what is kept, what is told once."""

from datetime import UTC, datetime, timedelta

import pytest

from service.complaints import commands
from service.complaints.models import ComplaintIdentity, identity_of
from service.database import db
from service.errors import Invalid, NotAllowed, NotFound
from service.history.models import moves_of
from service.instances.models import instance_of
from service.people.caller import COMPLAINANT
from tests.complaints.office import AT, FORMS, NAMED, STORY, TEXT, another, handed_in, live, officer

pytestmark = pytest.mark.usefixtures("app")


def test_a_complaint_starts_its_instance_and_takes_its_number():
    handed = handed_in()
    instance = instance_of(handed.complaint.instance_id)
    assert (instance.state, instance.number) == ("running", handed.complaint.number)
    assert handed.complaint.number.startswith("KTR-")


def test_what_starts_the_instance_is_the_complaint_without_the_identity():
    handed = handed_in()
    (start,) = moves_of(handed.complaint.instance_id)
    assert start.answers == STORY
    assert start.by_name == "pengadu"


def test_the_answer_is_promised_in_working_days_from_receipt():
    """Five working days after Monday, at the close of the office in Jakarta."""
    assert handed_in().complaint.promised_at == datetime(2026, 3, 9, 9, tzinfo=UTC)


def test_a_form_that_asks_for_no_identity_takes_complaints_too():
    forms = FORMS | {"mulai.schema.json": {"type": "object", "properties": {"isi": TEXT}, "required": ["isi"]}}
    version = live(forms=forms)
    handed = handed_in(version, {"isi": "Lampu padam."})
    assert not commands.asks_identity(version)
    assert commands.find(handed.complaint.number, handed.pin) is handed.complaint
    assert not handed.complaint.anonymous


def test_a_form_with_identity_fields_asks_for_an_identity():
    assert commands.asks_identity(live())


def test_an_anonymous_complaint_keeps_no_identity_even_if_one_was_sent():
    handed = handed_in(anonymous=True)
    assert identity_of(handed.complaint.id) is None
    assert "tidak kami simpan" in handed.what_next


def test_a_complaint_that_brings_no_identity_is_taken_as_anonymous_and_says_so():
    handed = handed_in(answers=STORY | {"nama": "   "})
    assert handed.complaint.anonymous
    assert db.session.query(ComplaintIdentity).count() == 0
    assert "tanpa nama" in handed.what_next


def test_identity_fields_are_checked_like_all_others():
    with pytest.raises(Invalid) as refusal:
        handed_in(answers=NAMED | {"surel": "bukan surel"})
    assert [problem.pointer for problem in refusal.value.errors] == ["/surel"]


def test_a_wrong_identity_does_not_keep_an_anonymous_complaint_out():
    assert handed_in(answers=NAMED | {"surel": "bukan surel"}, anonymous=True).complaint.anonymous


def test_a_condition_may_ask_for_an_identity_field():
    with pytest.raises(Invalid) as refusal:
        handed_in(answers=NAMED | {"lewat_surel": True})
    assert [problem.pointer for problem in refusal.value.errors] == ["/surel"]
    assert handed_in(live(), NAMED | {"lewat_surel": True, "surel": "a@contoh.example"}).complaint


def test_answers_that_do_not_fit_the_form_are_refused_with_their_fields():
    with pytest.raises(Invalid) as refusal:
        handed_in(answers={"nama": "Siti", "setuju": True})
    assert [problem.pointer for problem in refusal.value.errors] == ["/isi"]


def test_the_form_of_the_version_is_the_same_after_a_complaint():
    version = live()
    handed_in(version)
    assert "nama" in version.form("mulai").schema["properties"]
    assert commands.asks_identity(version)
    handed_in(version, NAMED)


@pytest.mark.parametrize("channel", ["walk_in", "telephone", "letter", "whatsapp", "lapor", "box"])
def test_only_officers_of_the_agency_take_complaints_by_other_channels(channel):
    version = live()
    taken = handed_in(version, by=officer("loket"), channel=channel)
    assert (taken.complaint.channel, taken.complaint.filed_by) == (channel, officer("loket").person_id)
    for stranger in (COMPLAINANT, another(officer("loket"))):
        with pytest.raises(NotAllowed):
            handed_in(version, by=stranger, channel=channel)


def test_an_officer_who_complains_over_the_web_is_a_complainant_like_any_other():
    handed = handed_in(by=officer("loket"))
    assert handed.complaint.filed_by is None
    (start,) = moves_of(handed.complaint.instance_id)
    assert (start.by_id, start.by_name) == (None, "pengadu")


def test_a_letter_counts_from_the_day_it_came():
    came = AT - timedelta(days=3)
    handed = handed_in(by=officer("loket"), channel="letter", received_at=came)
    assert handed.complaint.received_at == came
    assert handed.complaint.promised_at == datetime(2026, 3, 6, 9, 30, tzinfo=UTC)


def test_nothing_is_received_in_the_future():
    with pytest.raises(Invalid):
        handed_in(by=officer("loket"), channel="letter", received_at=AT + timedelta(minutes=1))


def test_the_tracking_id_of_lapor_is_kept_for_what_came_from_there_only():
    version = live()
    handed = handed_in(version, by=officer("loket"), channel="lapor", lapor_tracking_id="1234567")
    assert handed.complaint.lapor_tracking_id == "1234567"
    with pytest.raises(Invalid):
        handed_in(version, by=officer("loket"), channel="letter", lapor_tracking_id="1234567")


def test_a_secret_complaint_makes_a_secret_instance():
    handed = handed_in(secret=True)
    assert handed.complaint.secret
    assert instance_of(handed.complaint.instance_id).secret


# ---- number and PIN --------------------------------------------------------------------------------------------


def test_number_and_pin_find_the_complaint_however_they_are_typed():
    handed = handed_in()
    digits = handed.pin.replace("-", "")
    for number in (handed.complaint.number, f" {handed.complaint.number.lower()} "):
        for pin in (handed.pin, digits, f" {digits[:4]} {digits[4:]} "):
            assert commands.find(number, pin) is handed.complaint


def test_a_wrong_pin_is_told_like_an_unknown_number():
    handed = handed_in()
    wrong = "0000-0000" if handed.pin != "0000-0000" else "1111-1111"
    told = []
    for number, pin in ((handed.complaint.number, wrong), ("KTR-2222-2222", handed.pin), ("", ""), ("x", "é")):
        with pytest.raises(NotFound) as refusal:
            commands.find(number, pin)
        told.append(str(refusal.value))
    assert len(set(told)) == 1


def test_the_pin_is_not_kept():
    handed = handed_in()
    kept = handed.complaint.pin_digest
    assert handed.pin.encode() not in kept
    assert handed.pin.replace("-", "").encode() not in kept


def test_the_pin_of_one_complaint_does_not_open_another():
    version = live()
    one, other = handed_in(version), handed_in(version)
    assert one.pin != other.pin
    with pytest.raises(NotFound):
        commands.find(other.complaint.number, one.pin)
