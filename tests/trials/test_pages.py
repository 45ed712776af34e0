"""Pages of trials: the list, a new one made without a script, one with its comparison, versions without a trial."""

from typing import Any

import pytest

from tests.client import Client
from tests.entrance.browser import Browser
from tests.trials.test_api import DESK, HEAD, KEY, OWNER, STRANGER, hand_in, running, second_version

FORM = {
    "sop": KEY,
    "name": "Satu paraf lebih sedikit",
    "arm": [f"{KEY}/1", f"{KEY}/2"],
    "share-1": "50",
    "share-2": "50",
    "sort": ["channel", "jenis_pengaduan"],
    "per_arm": "30",
    "looks": "2",
    "then": "start",
}


@pytest.fixture
def two_live(client: Client) -> Client:
    second_version(client)
    return client


def signed_in(client: Client, username: str) -> Browser:
    browser = Browser(client.app)
    browser.sign_in(username)
    return browser


def text_of(answer: Any) -> str:
    assert answer.status_code == 200, answer.get_data(as_text=True)[:2000]
    return str(answer.get_data(as_text=True))


def test_the_list_says_what_to_do_when_there_is_nothing(client: Client) -> None:
    page = text_of(signed_in(client, OWNER).open("/uji"))
    assert "Belum ada uji banding" in page and "/uji/baru" in page
    assert "/uji/baru" not in text_of(signed_in(client, HEAD).open("/uji"))


def test_an_owner_makes_and_starts_a_trial_without_a_script(two_live: Client) -> None:
    browser = signed_in(two_live, OWNER)
    assert f"/uji/baru?sop={KEY}" in text_of(browser.open("/uji/baru"))
    assert text_of(browser.open(f"/uji/baru?sop={KEY}")).count("checked") == 2
    answer = browser.post("/uji/baru", FORM)
    assert answer.status_code == 303
    page = text_of(browser.open(answer.headers["Location"]))
    assert "Berjalan" in page and "Satu paraf lebih sedikit" in page and "Belum ada pengaduan" in page
    (trial,) = two_live.get("/trials", by=OWNER)["items"]
    assert trial["state"] == "running"
    assert two_live.get(f"/trials/{trial['id']}", by=OWNER)["strata"] == {
        "channel": True,
        "fields": ["jenis_pengaduan"],
    }


def test_exceptions_and_limits_become_rules_in_their_order(two_live: Client) -> None:
    browser = signed_in(two_live, OWNER)
    more = {"case-1": "channel:letter", "to-1": f"{KEY}/1", "only": "value:jenis_pengaduan:1", "from": "2026-03-02"}
    where = browser.post("/uji/baru", FORM | more | {"then": "keep", "by_hand": "1"}).headers["Location"]
    made = two_live.get(f"/trials/{where.rpartition('/')[2]}", by=OWNER)
    assert made["state"] == "draft" and made["by_hand"]
    assert [rule["shares"] for rule in made["rules"]] == [[1, 0], [50, 50]]
    assert made["rules"][0]["channels"] == ["letter"]
    assert made["rules"][1]["values"] == {"jenis_pengaduan": ["pengaduan_keluhan_masalah"]}
    assert made["rules"][1]["first_day"] == "2026-03-02"
    page = text_of(browser.open(where))
    assert "Lewat surat" in page and "Mulai uji sekarang" in page
    assert browser.post(f"{where}/mulai").status_code == 303
    assert browser.post(f"{where}/berhenti", {"reason": ""}).status_code == 422
    assert browser.post(f"{where}/berhenti", {"reason": "sudah jelas"}).status_code == 303
    assert "“sudah jelas”" in text_of(browser.open(where))


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"name": ""}, "f-name"),
        ({"arm": [f"{KEY}/1"]}, "f-arm-1"),
        ({"share-1": "banyak"}, "f-share-1"),
        ({"per_arm": "3"}, "f-per_arm"),
        ({"from": "besok"}, "f-from"),
    ],
)
def test_a_wrong_plan_is_shown_again_with_what_was_typed(two_live: Client, more: dict[str, Any], field: str) -> None:
    browser = signed_in(two_live, OWNER)
    browser.open(f"/uji/baru?sop={KEY}")
    answer = browser.post("/uji/baru", FORM | {"question": "Lebih cepat?"} | more)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert f'href="#{field}"' in page and f'id="{field}"' in page and "Lebih cepat?" in page
    assert two_live.get("/trials", by=OWNER)["items"] == []


def test_a_trial_page_tells_the_same_as_the_api(two_live: Client) -> None:
    trial = running(two_live)
    for _ in range(4):
        hand_in(two_live)
    page = text_of(signed_in(two_live, HEAD).open(f"/uji/{trial}"))
    assert "Masih terlalu sedikit untuk dibandingkan" in page
    assert "Belum dapat dibedakan" in page and "Bukan uji acak" not in page
    assert "data-heat=" in page and "Kaplan-Meier" in page
    assert "Hentikan uji" not in page
    for step in two_live.get(f"/trials/{trial}/result", by=HEAD)["steps"]:
        assert step["name"] in page


def test_versions_without_a_trial_are_said_to_be_not_drawn(two_live: Client) -> None:
    hand_in(two_live)
    page = text_of(signed_in(two_live, HEAD).open(f"/sop/{KEY}/banding?versi=1,2"))
    assert "Bukan uji acak" in page
    assert "Jadikan uji acak" not in page
    assert "Jadikan uji acak" in text_of(signed_in(two_live, OWNER).open(f"/sop/{KEY}/banding"))


def test_pages_are_for_those_they_are_for(two_live: Client) -> None:
    trial = running(two_live)
    for path in (f"/uji/{trial}", f"/sop/{KEY}/banding?versi=1,2"):
        seen = {who: signed_in(two_live, who).open(path).status_code for who in (STRANGER, DESK, HEAD, "auditor")}
        assert seen == {STRANGER: 404, DESK: 403, HEAD: 200, "auditor": 200}
    assert signed_in(two_live, HEAD).open("/uji/baru").status_code == 403
    stranger = signed_in(two_live, STRANGER)
    assert stranger.post("/uji/baru", FORM).status_code == 404
    assert stranger.post(f"/uji/{trial}/berhenti", {"reason": "x"}).status_code == 404


def test_one_version_alone_cannot_be_compared(client: Client) -> None:
    assert signed_in(client, OWNER).open(f"/sop/{KEY}/banding").status_code == 409


def test_an_officer_at_the_desk_picks_where_he_may(two_live: Client) -> None:
    running(two_live, by_hand=True)
    page = text_of(signed_in(two_live, DESK).open(f"/terima/{KEY}"))
    assert 'name="alur-arm"' in page


def test_the_page_of_an_instance_says_how_it_came_to_its_version(two_live: Client) -> None:
    trial = running(two_live)
    one = hand_in(two_live)
    page = text_of(signed_in(two_live, OWNER).open(f"/berkas/{one['id']}"))
    assert "diundi dengan pembagian 50 : 50" in page and f"/uji/{trial}" in page
