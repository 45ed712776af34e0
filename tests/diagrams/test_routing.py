"""Which version a new instance takes: shares balanced within strata, rules in their order, and why, in words."""

import copy
from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask

from service.complaints.models import LETTER, WALK_IN, WEB
from service.database import db
from service.diagrams import routing
from service.diagrams.agreeing import disagreements, shared_fields, sortable_fields
from service.diagrams.loading import Loaded
from service.diagrams.models import RETIRED, version_of
from service.diagrams.routing import Case, arm_at, block_of, route, why
from service.diagrams.trial_tables import Rule
from service.errors import Conflict
from service.instances.models import Instance
from tests.complaints.office import AT, FORMS, KEY, START_FORM, XML, live, officer
from tests.trials.office import STORY, another_version, first_version, forms, handed_in, trial, two_versions


@pytest.fixture
def shown(app: Flask) -> Loaded:
    """The newest of two live versions, whose form people fill in."""
    return two_versions()[1]


def routed(shown: Loaded, many: int, channel: str = WEB, **answers: Any) -> list[int | None]:
    return [route(shown, Case(answers, AT, channel)).arm for _ in range(many)]


def test_without_a_trial_a_new_instance_takes_the_newest_live_version(shown: Loaded) -> None:
    way = route(shown, Case({}, AT))
    assert (way.version.n, way.kind, way.trial_id) == (2, "default", None)
    assert why(way.kept) == "Versi terbaru yang berlaku."


def test_of_forty_each_version_gets_twenty(shown: Loaded) -> None:
    trial()
    assert Counter(routed(shown, 40)) == {0: 20, 1: 20}


def test_each_stratum_is_balanced_by_itself(shown: Loaded) -> None:
    trial(by_channel=True, by_fields=["kecamatan"])
    drawn: Counter[tuple[str, str, int | None]] = Counter()
    for _ in range(8):
        for channel in (WEB, WALK_IN):
            for ward in ("utara", "selatan"):
                drawn[channel, ward, routed(shown, 1, channel, kecamatan=ward)[0]] += 1
    assert set(drawn.values()) == {4}
    assert len(drawn) == 8


def test_no_version_runs_ahead_by_more_than_half_a_block(shown: Loaded) -> None:
    trial()
    ahead, most = 0, 0
    for arm in routed(shown, 40):
        ahead += 1 if arm else -1
        most = max(most, abs(ahead))
    assert most <= 2


@pytest.mark.parametrize("shares", [(20, 80), (1, 4), (80, 20)])
def test_shares_need_not_be_equal(shown: Loaded, shares: tuple[int, int]) -> None:
    trial(Rule(shares))
    counted = Counter(routed(shown, 20))
    assert counted[0] * shares[1] == counted[1] * shares[0]


def test_three_versions_share_by_thirds(shown: Loaded) -> None:
    another_version(3)
    trial(Rule((1, 1, 1)), arms=[(KEY, 1), (KEY, 2), (KEY, 3)])
    assert Counter(routed(shown, 12)) == {0: 4, 1: 4, 2: 4}


def test_the_same_seed_draws_the_same_and_another_one_otherwise() -> None:
    shares = {0: 1, 1: 1}
    once, again = ([arm_at("a", "s", shares, n) for n in range(40)] for _ in range(2))
    assert once == again
    assert once != [arm_at("b", "s", shares, n) for n in range(40)]
    assert once != [arm_at("a", "t", shares, n) for n in range(40)]


def test_a_draw_can_be_done_again_from_what_the_instance_keeps(shown: Loaded) -> None:
    seed = trial().seed
    for _ in range(6):
        way = route(shown, Case({}, AT))
        assert arm_at(seed, way.kept["sequence"], {0: 50, 1: 50}, way.kept["place"]) == way.arm


@pytest.mark.parametrize(
    ("shares", "length"),
    [({0: 50, 1: 50}, 4), ({0: 20, 1: 80}, 5), ({0: 1, 1: 1, 2: 1}, 6), ({0: 33, 1: 67}, 100), ({1: 7, 2: 7}, 4)],
)
def test_a_block_is_as_short_as_its_shares_allow(shares: dict[int, int], length: int) -> None:
    assert len(block_of(shares)) == length


def test_the_first_rule_that_fits_counts(shown: Loaded) -> None:
    trial(
        Rule((1, 0), channels=(LETTER,)),
        Rule((0, 1), values={"kecamatan": ("selatan",)}),
        Rule((1, 0), first_day=AT.date() + timedelta(days=1)),
    )
    assert set(routed(shown, 3, LETTER, kecamatan="selatan")) == {0}
    assert set(routed(shown, 3, WEB, kecamatan="selatan")) == {1}
    outside = route(shown, Case({"kecamatan": "utara"}, AT, WEB))
    assert (outside.kind, outside.trial_id, outside.version.n) == ("default", None, 2)
    assert "Tidak ada aturan uji" in why(outside.kept)


def test_a_day_is_a_day_of_the_office(shown: Loaded) -> None:
    """18.30 UTC on the 2nd is half past one on the 3rd in Jakarta."""
    trial(Rule((1, 0), last_day=date(2026, 3, 2)))
    evening = AT.replace(hour=16, minute=59)
    assert route(shown, Case({}, evening)).kind == "ruled"
    assert route(shown, Case({}, evening.replace(hour=18, minute=30))).kind == "default"


def test_a_retired_version_drops_out_and_its_share_goes_to_the_others(shown: Loaded) -> None:
    another_version(3)
    trial(Rule((1, 1, 2)), arms=[(KEY, 1), (KEY, 2), (KEY, 3)])
    version_of(KEY, 3).state = RETIRED
    db.session.flush()
    assert Counter(routed(shown, 40)) == {0: 20, 1: 20}
    assert "Versi 3 tidak ikut diundi lagi" in why(route(shown, Case({}, AT)).kept)
    version_of(KEY, 2).state = RETIRED
    db.session.flush()
    alone = route(first_version(), Case({}, AT))
    assert (alone.kind, alone.version.n) == ("ruled", 1)


def test_a_version_whose_start_form_does_not_agree_is_never_drawn(shown: Loaded) -> None:
    trial()
    other = another_version(3, made=forms(baru={"type": "string", "maxLength": 5}) | {})
    newer = forms(baru={"type": "string", "maxLength": 5})
    newer["mulai.schema.json"]["required"].append("baru")
    newest = another_version(4, made=newer)
    assert routing.agree(shown, other)
    assert not routing.agree(shown, newest)
    assert route(newest, Case({}, AT)).kind == "default"


def test_the_reason_stands_on_the_instance_and_in_its_history(shown: Loaded) -> None:
    running = trial()
    complaint = handed_in(shown).complaint
    instance = db.session.get_one(Instance, complaint.instance_id)
    assert instance.trial_id == running.id
    assert instance.version_n == (1, 2)[instance.arm or 0]
    assert instance.route is not None and "diundi dengan pembagian 50 : 50" in why(instance.route)
    assert instance.first_version_id == instance.version_id


def test_who_asks_for_a_version_gets_it(shown: Loaded) -> None:
    trial()
    first = first_version()
    complaint = handed_in(first, asked=True).complaint
    instance = db.session.get_one(Instance, complaint.instance_id)
    assert (instance.version_n, instance.trial_id) == (1, None)
    assert why(instance.route) == "Versi ini diminta oleh yang memulai berkas."


def test_an_officer_picks_only_where_the_trial_lets_him(shown: Loaded) -> None:
    desk = officer("loket")
    trial()
    with pytest.raises(Conflict):
        handed_in(shown, by=desk, channel=WALK_IN, arm=0)


def test_what_an_officer_picks_is_recorded_as_picked(shown: Loaded) -> None:
    desk = officer("loket")
    trial(by_hand=True)
    assert set(routing.pickable(shown)) == {0, 1}
    complaint = handed_in(shown, by=desk, channel=WALK_IN, arm=0).complaint
    instance = db.session.get_one(Instance, complaint.instance_id)
    assert (instance.version_n, instance.arm) == (1, 0)
    assert "dipilih oleh petugas" in why(instance.route)


def test_nothing_is_drawn_by_who_somebody_is(shown: Loaded) -> None:
    """The answers that reach the rules never hold an identity; a rule that asks for one would find nothing."""
    found = sortable_fields([START_FORM])
    assert "nama" not in found and "nama" not in shared_fields([START_FORM])


# ---- do two start forms agree? ---------------------------------------------------------------------------------


def changed(**fields: Any) -> dict[str, Any]:
    form = copy.deepcopy(START_FORM)
    form["properties"] |= fields
    return form


def test_words_do_not_part_two_forms() -> None:
    same = changed(isi={"type": "string", "maxLength": 200, "title": "Ceritakan", "description": "Singkat saja"})
    assert disagreements(START_FORM, same) == []


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"isi": {"type": "string", "maxLength": 100}}, ["isi"]),
        ({"isi": {"type": "string", "maxLength": 900}}, []),
        ({"isi": {"type": "integer"}}, ["isi"]),
        ({"isi": {"type": "string", "maxLength": 200, "pattern": "a+"}}, ["isi"]),
        ({"isi": {"type": "string", "maxLength": 200, "x-alur-identity": True}}, ["isi"]),
        ({"baru": {"type": "boolean"}}, []),
    ],
)
def test_a_form_agrees_when_it_takes_whatever_the_other_takes(fields: dict[str, Any], wrong: list[str]) -> None:
    assert disagreements(START_FORM, changed(**fields)) == wrong


def test_choices_may_grow_but_not_shrink() -> None:
    few = changed(kelas={"type": "string", "enum": ["a"]})
    many = changed(kelas={"type": "string", "oneOf": [{"const": c, "title": c.upper()} for c in "ab"]})
    assert disagreements(few, many) == []
    assert disagreements(many, few) == ["kelas"]


def test_a_field_that_is_gone_or_newly_required_parts_two_forms() -> None:
    asks_more = copy.deepcopy(START_FORM) | {"required": ["isi", "setuju", "lewat_surel"]}
    assert disagreements(START_FORM, asks_more) == ["lewat_surel"]
    assert disagreements(asks_more, START_FORM) == []
    without = copy.deepcopy(START_FORM)
    del without["properties"]["lampiran"]
    assert disagreements(START_FORM, without) == ["lampiran"]


def test_another_condition_parts_two_forms() -> None:
    other = copy.deepcopy(START_FORM)
    other["allOf"][0]["then"] = {"required": ["telp"]}
    assert disagreements(START_FORM, other)


def test_only_what_is_the_same_everywhere_can_sort() -> None:
    assert set(sortable_fields([forms()["mulai.schema.json"]])) == {"lewat_surel", "kecamatan"}
    assert set(sortable_fields([forms()["mulai.schema.json"], START_FORM])) == {"lewat_surel"}


def test_an_alternative_diagram_can_be_in_a_trial(app: Flask) -> None:
    shown = live(XML, FORMS)
    other = another_version(1, XML.replace(KEY.encode(), b"cara_lain"), FORMS, "cara_lain")
    trial(Rule((0, 1)), arms=[(KEY, 1), ("cara_lain", 1)])
    way = route(shown, Case(STORY, AT))
    assert way.version.id == other.id
