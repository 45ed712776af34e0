"""From draft to live and back: who may, what is recorded, what a second person approves, what happens on its day."""

import io
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import text

from service import content
from service.database import db, transaction
from service.diagrams import commands
from service.diagrams.loading import default_of
from service.diagrams.models import (
    DRAFT,
    FOR_APPROVAL,
    FOR_ITS_DAY,
    LIVE,
    RETIRED,
    Version,
    dropped_drafts,
    records_of,
    version_of,
    versions_of,
)
from service.errors import Conflict, Invalid, NotAllowed, NotFound, Refusal, Stale
from service.people import administration
from service.people.caller import Caller
from service.people.commands import enter_person, found_agency, give, take_away
from service.people.models import ADMIN, AUDITOR, OFFICER, OWNER, SUPERVISOR, Agency, agency_of, person_named
from service.worker.chores import CHORES
from tests.callers import caller_named
from tests.client import Client
from tests.diagrams.checked import good
from tests.instances.surfing import Surfer

NOW = datetime(2026, 3, 2, 3, tzinfo=UTC)
SOON = NOW + timedelta(days=3)
KEY = "kecil"
HOLDERS = {"pemilik": OWNER, "pemilik.dua": OWNER, "atasan": SUPERVISOR, "auditor": AUDITOR}


@pytest.fixture
def office(app: Flask) -> Agency:
    """An office with two owners, a supervisor, an auditor, an administrator, and an officer of its one lane."""
    with transaction():
        agency = found_agency("dinas-x", "Dinas X", "Asia/Jakarta", "DX")
        for username, role in HOLDERS.items():
            give(enter_person(username, username.title(), None), agency, role)
        give(enter_person("admin", "Admin", None), None, ADMIN)
        give(enter_person("staf", "Staf", None), agency, OFFICER, KEY, "staf")
        give(enter_person("lain", "Lain", None), found_agency("dinas-y", "Dinas Y", "Asia/Jakarta", "DY"), OWNER)
    return agency


def who(username: str = "pemilik") -> Caller:
    return caller_named(username)


def done(command: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """A command in a transaction of its own."""
    with transaction():
        return command(*arguments, **named)


def drafted(mark: str = "", by: str = "pemilik") -> int:
    xml, files = good()
    return int(done(commands.draft, xml + mark.encode(), files, who(by), NOW, "dinas-x")[0].n)


def published(mark: str = "") -> int:
    n = drafted(mark)
    done(commands.publish, KEY, n, who(), NOW)
    return n


def version(n: int) -> Version:
    db.session.rollback()
    db.session.expire_all()
    return version_of(KEY, n)


def history(n: int) -> list[tuple[str, str]]:
    db.session.rollback()
    return [(row.what, row.by_name) for row in records_of(KEY, n)]


def second_approval(wanted: bool = True) -> None:
    agency = agency_of("dinas-x").id
    done(administration.ask_for_second_approval, agency, wanted, who("admin"))


def refused(kind: type[Refusal], command: Callable[..., Any], *arguments: Any, **named: Any) -> Refusal:
    with pytest.raises(kind) as caught, transaction():
        command(*arguments, **named)
    return caught.value


# ---- recorded ----------------------------------------------------------------------------------------------------


def test_every_step_of_a_version_is_recorded(office: Agency) -> None:
    n = drafted()
    done(commands.change, KEY, n, None, good()[0] + b"<!-- dua -->", {}, None, who(), NOW)
    done(commands.publish, KEY, n, who(), NOW, "berlaku")
    done(commands.retire, KEY, n, who("pemilik.dua"), NOW, "cukup")
    done(commands.bring_back, KEY, n, who(), NOW, "perlu lagi")
    assert history(n) == [
        ("drafted", "Pemilik"),
        ("changed", "Pemilik"),
        ("published", "Pemilik"),
        ("retired", "Pemilik.Dua"),
        ("brought_back", "Pemilik"),
    ]
    assert [row.note for row in records_of(KEY, n)] == ["", "", "berlaku", "cukup", "perlu lagi"]
    assert [row.seq for row in records_of(KEY, n)] == [1, 2, 3, 4, 5]


def test_keeping_a_draft_again_and_again_is_one_piece_of_work(office: Agency) -> None:
    n = drafted()
    for place in range(3):
        done(commands.change, KEY, n, None, good()[0] + b"<!-- %d -->" % place, {}, None, who(), NOW)
    done(commands.change, KEY, n, None, good()[0], {}, None, who("pemilik.dua"), NOW)
    assert history(n) == [("drafted", "Pemilik"), ("changed", "Pemilik"), ("changed", "Pemilik.Dua")]


def test_a_refused_step_leaves_no_record(office: Agency) -> None:
    n = published()
    refused(Conflict, commands.publish, KEY, n, who(), NOW)
    refused(NotAllowed, commands.retire, KEY, n, who("atasan"), NOW)
    assert history(n) == [("drafted", "Pemilik"), ("published", "Pemilik")]


def test_versions_from_before_there_were_records_get_theirs(app: Flask) -> None:
    """A database of the first release, with a version in it, is brought up to date."""
    downgrade(revision="0001")
    known = {"home": "0190a0a0a0a07000800000000000000a", "at": "2026-01-02 00:00:00+00:00", "key": KEY, "xml": b"<x/>"}
    with transaction():
        for line in (
            "INSERT INTO agency (id, key, name, zone, prefix) VALUES (:home, 'x', 'X', 'Asia/Jakarta', 'X')",
            "INSERT INTO diagram (key, agency_id, title, created_at) VALUES (:key, :home, 'K', :at)",
            "INSERT INTO version (id, agency_id, diagram_key, n, state, rev, xml, forms, note, created_at, created_by,"
            " published_at, published_by)"
            " VALUES (:home, :home, :key, 1, 'live', 1, :xml, '{}', '', :at, 'Ani', :at, 'Budi')",
        ):
            db.session.execute(text(line), known)
    db.session.remove()
    upgrade()
    assert history(1) == [("drafted", "Ani"), ("published", "Budi")]
    assert agency_of("x").second_approval is False


# ---- a second person ---------------------------------------------------------------------------------------------


def test_where_the_office_wants_it_a_second_person_lets_it_go_live(office: Agency) -> None:
    second_approval()
    n = drafted()
    asked = done(commands.publish, KEY, n, who(), NOW, "mohon diperiksa")
    assert (asked.state, asked.awaits, asked.asked_by, asked.published_at) == (DRAFT, FOR_APPROVAL, "Pemilik", None)
    done(commands.approve, KEY, n, who("atasan"), SOON, "setuju")
    now = version(n)
    assert (now.state, now.awaits, now.published_at) == (LIVE, None, SOON)
    assert (now.published_by, now.approved_by) == ("Pemilik", "Atasan")
    assert history(n)[1:] == [("asked", "Pemilik"), ("approved", "Atasan"), ("published", "Atasan")]


@pytest.mark.parametrize("username", ["pemilik", "auditor", "admin", "staf"])
def test_the_one_who_asked_and_who_is_no_owner_or_supervisor_cannot_approve(office: Agency, username: str) -> None:
    second_approval()
    n = drafted()
    done(commands.publish, KEY, n, who(), NOW)
    refused(NotAllowed, commands.approve, KEY, n, who(username), NOW)
    assert version(n).awaits == FOR_APPROVAL


def test_another_office_neither_sees_nor_approves(office: Agency) -> None:
    second_approval()
    n = drafted()
    done(commands.publish, KEY, n, who(), NOW)
    for command in (commands.approve, commands.withdraw, commands.restore, commands.discard, commands.bring_back):
        refused(NotFound, command, KEY, n, who("lain"), NOW)


def test_what_waits_for_approval_cannot_be_changed_until_it_is_taken_back(office: Agency) -> None:
    second_approval()
    n = drafted()
    done(commands.publish, KEY, n, who(), NOW)
    refused(Conflict, commands.change, KEY, n, None, good()[0] + b"<!-- lain -->", {}, None, who(), NOW)
    refused(Conflict, commands.publish, KEY, n, who(), NOW)
    refused(Conflict, commands.discard, KEY, n, who(), NOW)
    done(commands.withdraw, KEY, n, who(), NOW, "belum selesai")
    done(commands.change, KEY, n, None, good()[0] + b"<!-- lain -->", {}, None, who(), NOW)
    refused(Conflict, commands.approve, KEY, n, who("atasan"), NOW)
    assert history(n)[1:] == [("asked", "Pemilik"), ("withdrawn", "Pemilik"), ("changed", "Pemilik")]


def test_nobody_who_writes_past_the_commands_changes_what_waits_or_is_published(office: Agency) -> None:
    second_approval()
    n = drafted()
    done(commands.publish, KEY, n, who(), NOW)
    for _ in range(2):
        with pytest.raises(Conflict), transaction():
            version_of(KEY, n).xml = b"<lain/>"
        if version(n).awaits:
            done(commands.approve, KEY, n, who("atasan"), NOW)


def test_approval_of_a_draft_that_changed_since_it_was_asked_is_refused(office: Agency) -> None:
    second_approval()
    n = drafted()
    asked = done(commands.publish, KEY, n, who(), NOW)
    seen = asked.rev
    done(commands.withdraw, KEY, n, who(), NOW)
    done(commands.change, KEY, n, None, good()[0] + b"<!-- lain -->", {}, None, who(), NOW)
    done(commands.publish, KEY, n, who(), NOW)
    refused(Stale, commands.approve, KEY, n, who("atasan"), NOW, seen=seen)
    with transaction():
        version_of(KEY, n).note = "diubah lewat jalan lain"
    refused(Stale, commands.approve, KEY, n, who("atasan"), NOW)
    assert version(n).state == DRAFT


def test_the_second_person_may_decline(office: Agency) -> None:
    second_approval()
    n = drafted()
    done(commands.publish, KEY, n, who(), NOW)
    refused(NotAllowed, commands.withdraw, KEY, n, who("staf"), NOW)
    done(commands.withdraw, KEY, n, who("atasan"), NOW, "waktunya terlalu pendek")
    assert history(n)[-1] == ("declined", "Atasan")
    now = version(n)
    assert (now.awaits, now.asked_by, now.asked_rev, now.unheld) == (None, None, None, None)


def test_what_no_longer_passes_is_not_approved(office: Agency) -> None:
    """The lane had its holder when it was asked."""
    second_approval()
    n = drafted()
    done(commands.publish, KEY, n, who(), NOW)
    with transaction():
        take_away(person_named("staf"), office, OFFICER, KEY, "staf")
    refusal = refused(Invalid, commands.approve, KEY, n, who("atasan"), NOW)
    assert isinstance(refusal, Invalid)
    assert [each.code for each in refusal.findings] == ["lane_unheld"]


def test_the_lanes_confirmed_when_it_was_asked_count_when_it_is_approved(office: Agency) -> None:
    second_approval()
    with transaction():
        take_away(person_named("staf"), office, OFFICER, KEY, "staf")
    n = drafted()
    refused(Invalid, commands.publish, KEY, n, who(), NOW)
    done(commands.publish, KEY, n, who(), NOW, unheld=["staf"])
    assert done(commands.approve, KEY, n, who("atasan"), NOW).state == LIVE


def test_only_an_administrator_says_whether_a_second_person_is_wanted(office: Agency) -> None:
    for username in ("pemilik", "atasan", "staf", "auditor"):
        refused(NotAllowed, administration.ask_for_second_approval, office.id, True, who(username))
    second_approval()
    second_approval(False)
    assert version(published()).state == LIVE


# ---- on its day --------------------------------------------------------------------------------------------------


def on_its_day(n: int | None = None) -> int:
    n = n or drafted()
    done(commands.publish, KEY, n, who(), NOW, goes_live_at=SOON)
    return n


def test_it_goes_live_on_its_day_and_not_before(office: Agency) -> None:
    n = on_its_day()
    assert (version(n).state, version(n).awaits) == (DRAFT, FOR_ITS_DAY)
    assert done(commands.publish_due, SOON - timedelta(seconds=1)) == 0
    assert done(commands.publish_due, SOON) == 1
    now = version(n)
    assert (now.state, now.awaits, now.published_at, now.published_by) == (LIVE, None, SOON, "Pemilik")
    assert history(n)[1:] == [("scheduled", "Pemilik"), ("published", "sistem")]
    assert default_of(KEY).n == n


def test_doing_it_twice_publishes_once(office: Agency) -> None:
    n = on_its_day()
    assert [done(commands.publish_due, SOON) for _ in range(3)] == [1, 0, 0]
    assert [what for what, _ in history(n)].count("published") == 1


def test_a_clock_that_is_set_back_takes_nothing_back(office: Agency) -> None:
    n = on_its_day()
    done(commands.publish_due, SOON + timedelta(days=300))
    assert done(commands.publish_due, NOW) == 0
    assert version(n).state == LIVE


def test_what_does_not_pass_on_its_day_stays_a_draft_and_says_why(office: Agency) -> None:
    n = on_its_day()
    with transaction():
        take_away(person_named("staf"), office, OFFICER, KEY, "staf")
    assert done(commands.publish_due, SOON) == 1
    now = version(n)
    assert (now.state, now.awaits, now.goes_live_at) == (DRAFT, None, None)
    assert history(n)[-1] == ("failed", "sistem")
    assert "Staf" in records_of(KEY, n)[-1].note
    assert done(commands.publish_due, SOON) == 0


def test_what_was_changed_past_everybody_does_not_go_live_by_itself(office: Agency) -> None:
    n = on_its_day()
    with transaction():
        version_of(KEY, n).note = "diubah"
    done(commands.publish_due, SOON)
    assert version(n).state == DRAFT
    assert history(n)[-1][0] == "failed"


def test_a_day_can_be_taken_back(office: Agency) -> None:
    n = on_its_day()
    refused(Conflict, commands.change, KEY, n, None, good()[0], {}, None, who(), NOW)
    done(commands.withdraw, KEY, n, who("pemilik.dua"), NOW)
    assert done(commands.publish_due, SOON) == 0
    assert history(n)[-1] == ("withdrawn", "Pemilik.Dua")


def test_approved_before_its_day_it_waits_and_after_it_goes_live_at_once(office: Agency) -> None:
    second_approval()
    early, late = on_its_day(), on_its_day(drafted("<!-- dua -->"))
    assert done(commands.approve, KEY, early, who("atasan"), NOW).awaits == FOR_ITS_DAY
    assert done(commands.publish_due, SOON) == 1
    assert done(commands.publish_due, SOON) == 0
    assert done(commands.approve, KEY, late, who("atasan"), SOON + timedelta(hours=1)).state == LIVE


@pytest.mark.parametrize("day", [NOW, NOW - timedelta(days=1), NOW + timedelta(days=1000)])
def test_a_day_that_is_past_or_far_off_is_refused(office: Agency, day: datetime) -> None:
    refused(Invalid, commands.publish, KEY, drafted(), who(), NOW, goes_live_at=day)


def test_the_worker_does_it(office: Agency) -> None:
    n = on_its_day()
    (chore,) = [chore for chore in CHORES if "publish" in chore.name]
    done(chore.do, SOON)
    assert version(n).state == LIVE


# ---- back, again, away -------------------------------------------------------------------------------------------


def test_a_retired_version_is_brought_back(office: Agency) -> None:
    n = published()
    refused(Conflict, commands.bring_back, KEY, n, who(), NOW)
    done(commands.retire, KEY, n, who(), NOW)
    assert version(n).state == RETIRED
    refused(Conflict, default_of, KEY)
    done(commands.bring_back, KEY, n, who(), SOON)
    now = version(n)
    assert (now.state, now.retired_at, now.published_at) == (LIVE, None, NOW)
    assert default_of(KEY).n == n


def test_what_no_longer_passes_is_not_brought_back(office: Agency) -> None:
    n = published()
    done(commands.retire, KEY, n, who(), NOW)
    with transaction():
        take_away(person_named("staf"), office, OFFICER, KEY, "staf")
    refused(Invalid, commands.bring_back, KEY, n, who(), NOW)
    assert done(commands.bring_back, KEY, n, who(), NOW, unheld=["staf"]).state == LIVE


def test_an_old_version_is_restored_byte_for_byte_as_a_new_draft(office: Agency) -> None:
    first = published("<!-- satu -->\n")
    xml, files = good()
    done(commands.draft, xml, {**files, "tulis.schema.json": {"type": "object"}}, who(), NOW)
    restored, _findings = done(commands.restore, KEY, first, who("pemilik.dua"), SOON)
    assert (restored.n, restored.state) == (3, DRAFT)
    assert restored.xml == version(first).xml
    assert restored.forms == version(first).forms
    assert restored.note == "Dipulihkan dari versi 1."
    assert history(3) == [("restored", "Pemilik.Dua")]


def test_a_draft_nobody_needs_is_thrown_away_and_its_number_is_not_given_again(office: Agency) -> None:
    published()
    n = drafted("<!-- coba -->")
    done(commands.discard, KEY, n, who(), NOW, "salah unggah")
    refused(NotFound, commands.change, KEY, n, None, good()[0], {}, None, who())
    assert [each.n for each in versions_of(KEY)] == [1]
    assert [(row.n, row.by_name, row.note) for row in dropped_drafts(KEY)] == [(n, "Pemilik", "salah unggah")]
    assert history(n) == [("drafted", "Pemilik"), ("dropped", "Pemilik")]
    assert drafted() == n + 1


def test_what_was_ever_live_is_never_thrown_away(office: Agency) -> None:
    n = published()
    refused(Conflict, commands.discard, KEY, n, who(), NOW)
    done(commands.retire, KEY, n, who(), NOW)
    refused(Conflict, commands.discard, KEY, n, who(), NOW)


@pytest.mark.parametrize("username", ["atasan", "auditor", "staf", "admin"])
def test_only_owners_do_anything_to_versions(office: Agency, username: str) -> None:
    n = published()
    for command in (commands.publish, commands.retire, commands.bring_back, commands.restore, commands.discard):
        refused(NotAllowed, command, KEY, n, who(username), NOW)


@pytest.mark.parametrize("doing", ["publish", "discard", "retire", "bring_back", "withdraw"])
def test_who_has_seen_an_older_state_is_told_so(office: Agency, doing: str) -> None:
    n = drafted()
    if doing in ("retire", "bring_back"):
        done(commands.publish, KEY, n, who(), NOW)
    if doing == "bring_back":
        done(commands.retire, KEY, n, who(), NOW)
    if doing == "withdraw":
        done(commands.publish, KEY, n, who(), NOW, goes_live_at=SOON)
    seen = version(n).rev
    refused(Stale, getattr(commands, doing), KEY, n, who(), NOW, seen=seen - 1)
    done(getattr(commands, doing), KEY, n, who(), NOW, seen=seen)


# ---- on screen and over the wire ---------------------------------------------------------------------------------

SOP, HOME = "pengaduan_langsung", "diskop-malang"
MINE, HEAD, DESK, STRANGER = f"pemilik@{HOME}", f"atasan@{HOME}", f"petugas@{HOME}", "pemilik@dinsos-jambi"
PAGE, PATH = f"/sop/{SOP}", f"/diagrams/{SOP}/versions"


@pytest.fixture
def draft_on_screen(client: Client) -> str:
    """Version 2 of a procedure of the demo: a draft in which one time is another."""
    xml = content.bpmn(SOP).replace(b'name="timeStandard" value="', b'name="timeStandard" value="P9D/', 1)
    xml = re.sub(rb'value="P9D/[^"]*"', b'value="P9D"', xml)
    assert client.post("/diagrams", by=MINE, data={"bpmn": (io.BytesIO(xml), "x.bpmn")})["version"] == 2
    return f"{PAGE}/2"


def surfer(client: Client, username: str) -> Surfer:
    return Surfer(client.app, username)


def test_the_page_tells_what_changes_before_it_is_published(client: Client, draft_on_screen: str) -> None:
    page = surfer(client, MINE)
    shown = page.open(f"{draft_on_screen}/terbitkan")
    assert "menjadi 9 hari kerja" in shown
    assert "Tidak ada yang menghalangi" in shown
    done = page.post(
        f"{draft_on_screen}/terbitkan", f"{draft_on_screen}/terbitkan", when="now", note="lebih longgar", rev="1"
    )
    assert done.headers["Location"] == f"{draft_on_screen}?sudah=terbit"
    shown = page.open(draft_on_screen)
    assert "Diterbitkan oleh Pemilik proses “lebih longgar”" in shown
    assert "Draf dibuat" in shown


def test_what_was_seen_before_it_changed_is_not_published(client: Client, draft_on_screen: str) -> None:
    page = surfer(client, MINE)
    answer = page.post(f"{draft_on_screen}/terbitkan", f"{draft_on_screen}/terbitkan", when="now", rev="7")
    assert answer.status_code == 412
    assert "sudah berubah sejak Anda melihatnya" in answer.text
    assert client.get(f"{PATH}/2", by=MINE)["state"] == "draft"


@pytest.mark.parametrize("day", ["", "besok", "2026-02-30", "0001-01-01", "9999-12-31"])
def test_a_day_that_is_none_is_asked_again_with_what_was_typed(client: Client, draft_on_screen: str, day: str) -> None:
    page = surfer(client, MINE)
    answer = page.post(
        f"{draft_on_screen}/terbitkan", f"{draft_on_screen}/terbitkan", when="day", day=day, note="ingat ini"
    )
    assert answer.status_code == 422
    assert "ingat ini" in answer.text


def test_the_second_person_finds_approves_and_the_first_cannot(client: Client, draft_on_screen: str) -> None:
    with client.app.app_context():
        with transaction():
            agency_of(HOME).second_approval = True
        db.session.remove()
    first, second = surfer(client, MINE), surfer(client, HEAD)
    asked = first.post(f"{draft_on_screen}/terbitkan", f"{draft_on_screen}/terbitkan", when="now", note="mohon")
    assert asked.headers["Location"] == f"{draft_on_screen}?sudah=approval"
    assert "Setujui" not in first.open(f"{draft_on_screen}/terbitkan")
    assert first.post(f"{draft_on_screen}/setujui", draft_on_screen).status_code == 403
    assert "menunggu persetujuan" in second.open("/sop")
    assert "“mohon”" in second.open(f"{draft_on_screen}/terbitkan")
    done = second.post(f"{draft_on_screen}/setujui", f"{draft_on_screen}/terbitkan", note="setuju")
    assert done.headers["Location"] == f"{draft_on_screen}?sudah=terbit"
    told = client.get(f"{PATH}/2", by=MINE)
    assert (told["state"], told["published_by"], told["approved_by"]) == ("live", "Pemilik proses", "Atasan")
    whats = [row["what"] for row in client.get(f"{PATH}/2/records", by=DESK)["items"]]
    assert whats == ["drafted", "asked", "approved", "published"]


def test_retiring_the_last_live_version_warns_that_nobody_can_start_any_more(client: Client) -> None:
    page = surfer(client, MINE)
    assert "tidak ada yang dapat memulai prosedur ini" in page.open(f"{PAGE}/1/hentikan")
    assert page.post(f"{PAGE}/1/hentikan", f"{PAGE}/1/hentikan").status_code == 303
    assert client.call("GET", f"/diagrams/{SOP}/form").status_code == 409
    assert page.post(f"{PAGE}/1/berlakukan", f"{PAGE}/1/berlakukan", note="perlu").status_code == 303
    assert client.get(f"/diagrams/{SOP}/form")["version"] == 1


@pytest.mark.parametrize("doing", ["terbitkan", "buang", "beda"])
def test_pages_about_drafts_are_for_those_who_look_after_them(client: Client, draft_on_screen: str, doing: str) -> None:
    surfer(client, STRANGER).open(f"{draft_on_screen}/{doing}", 404)
    assert surfer(client, DESK).get(f"{draft_on_screen}/{doing}").status_code in (403, 404)


def test_a_thrown_away_draft_is_gone_from_the_pages_and_told_of(client: Client, draft_on_screen: str) -> None:
    page = surfer(client, MINE)
    done = page.post(f"{draft_on_screen}/buang", f"{draft_on_screen}/buang", note="salah unggah")
    assert done.headers["Location"] == f"{PAGE}/1?sudah=buang"
    page.open(draft_on_screen, 404)
    assert "1 draf dibuang" in page.open(f"{PAGE}/1")
    assert client.get(f"{PATH}/2/records", by=MINE)["items"][-1]["what"] == "dropped"
    assert client.call("GET", f"{PATH}/2", by=MINE).status_code == 404


def test_the_differences_are_given_in_words_and_by_element(client: Client, draft_on_screen: str) -> None:
    told = client.get(f"/diagrams/{SOP}/compare?from=1&to=2", by=MINE)
    (one,) = told["differences"]
    assert (told["from"], told["to"]) == (1, 2)
    assert (one["kind"], one["group"], one["after"]) == ("time_standard", "time", "9 hari kerja")
    assert [each["change"] for each in told["elements"]] == ["changed"]
    english = client.get(f"/diagrams/{SOP}/compare?from=1&to=2", by=MINE, headers={"Accept-Language": "en"})
    assert set(english["differences"][0]) == set(one)
    for query in ("", "?from=1", "?from=0&to=1", "?from=x&to=1", "?from=1&to=99999999999"):
        assert client.call("GET", f"/diagrams/{SOP}/compare{query}", by=MINE).status_code == 422
    assert client.call("GET", f"/diagrams/{SOP}/compare?from=1&to=9", by=MINE).status_code == 404


def test_a_moment_and_a_stale_revision_over_the_wire(client: Client, draft_on_screen: str) -> None:
    day = (datetime.now(UTC) + timedelta(days=5)).isoformat()
    stale = client.call("POST", f"{PATH}/2/publish", {"from": day}, by=MINE, headers={"If-Match": '"7"'})
    assert stale.status_code == 412
    told = client.post(f"{PATH}/2/publish", {"from": day, "note": "tahun baru"}, by=MINE)
    assert (told["state"], told["awaits"], told["goes_live_at"][:16]) == ("draft", "day", day[:16])
    changed = {"bpmn": (io.BytesIO(content.bpmn(SOP)), "x.bpmn")}
    assert client.call("PUT", f"{PATH}/2", by=MINE, data=changed).status_code == 409
    assert client.post(f"{PATH}/2/withdraw", {}, by=HEAD)["awaits"] is None
    for nonsense in ("kemarin", "2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z", 7):
        assert client.call("POST", f"{PATH}/2/publish", {"from": nonsense}, by=MINE).status_code == 422
    assert client.call("DELETE", f"{PATH}/2", by=MINE).status_code == 204
    assert client.post(f"{PATH}/1/restore", {}, by=MINE)["version"] == 3


def test_an_administrator_sets_on_screen_whether_a_second_person_is_wanted(client: Client) -> None:
    admin = surfer(client, "admin")
    for wanted in ("1", "0"):
        assert admin.post(f"/administrasi/kantor/{HOME}/persetujuan", "/administrasi", wanted=wanted).status_code == 303
        assert ("dengan orang kedua" in admin.open("/administrasi")) == (wanted == "1")
    assert surfer(client, HEAD).post(f"/administrasi/kantor/{HOME}/persetujuan", "/administrasi").status_code == 403
