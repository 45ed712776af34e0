"""Every kind of outcome that a replay can have, each on a tiny diagram."""

from typing import Any

from service.rehearsals.replaying import DESTROYED, FAILED, OTHER, SAME, STOPS, Replayer
from tests.engine.diagrams import Node, each, end, exclusive, message, parallel, task, timer
from tests.rehearsals.made import Running, choice, clock, replayed, text_field, told, version

DECIDED = {"periksa": text_field("putusan", putusan=choice("ya", "tidak"), catatan=...)}


def _plain(**more: Any) -> Any:
    return version(task("a"), task("b"), end(), flows="mulai > a > b > selesai", **more)


def _deciding(condition: str = 'putusan == "tidak"', **more: Any) -> Any:
    """Draft, look through, back to the draft where it is not good."""
    return version(
        task("susun"), task("periksa"), exclusive("g"), task("kirim"), end(),
        flows=f"mulai > susun > periksa > g; g > susun : {condition}; g > kirim : default; kirim > selesai",
        forms=DECIDED, **more,
    )  # fmt: skip


def test_what_the_new_version_does_as_the_old_one_did_goes_the_same_way() -> None:
    assert told(replayed(Running(_plain()).do("a").do("b"), _plain(n=2))) == (SAME,)


def test_answers_given_in_rounds_of_rework_are_used_in_the_order_in_which_they_were_given() -> None:
    instance = Running(_deciding()).do("susun").do("periksa", putusan="tidak").do("susun").do("periksa", putusan="ya")
    played = replayed(instance.do("kirim"), _deciding(n=2))
    assert told(played) == (SAME,)
    assert played.passed == ("mulai", "susun", "periksa", "susun", "periksa", "kirim")


def test_a_step_that_was_drawn_anew_under_another_id_is_known_by_its_name_and_place() -> None:
    def named(first: str, n: int) -> Any:
        one = Node(first, "userTask", attributes={"name": "Periksa kelengkapan berkas"})
        return version(one, task("b"), end(), flows=f"mulai > {first} > b > selesai", n=n)

    assert told(replayed(Running(named("a", 1)).do("a").do("b"), named("lain", 2))) == (SAME,)


def test_a_step_that_is_no_more_is_told_as_another_way_and_the_rest_goes_on() -> None:
    shorter = version(task("b"), end(), flows="mulai > b > selesai", n=2)
    assert told(replayed(Running(_plain()).do("a").do("b"), shorter)) == (OTHER, "dropped", "a", "b")


def test_a_new_step_stops_what_had_gone_past_its_place_for_want_of_an_answer() -> None:
    longer = version(task("a"), task("baru"), task("b"), end(), flows="mulai > a > baru > b > selesai", n=2)
    assert told(replayed(Running(_plain()).do("a").do("b"), longer)) == (STOPS, "no_answer", "b", "baru")


def test_a_new_step_that_is_not_reached_yet_stops_nothing() -> None:
    longer = version(task("a"), task("b"), task("baru"), end(), flows="mulai > a > b > baru > selesai", n=2)
    assert told(replayed(Running(_plain()).do("a"), longer)) == (SAME,)


def test_a_changed_condition_leads_another_way_and_the_first_point_of_difference_is_told() -> None:
    instance = Running(_deciding()).do("susun").do("periksa", putusan="ya").do("kirim")
    turned = _deciding('putusan == "ya"', n=2)
    assert told(replayed(instance, turned)) == (OTHER, "elsewhere", "kirim", "susun")


def test_a_running_instance_that_would_stand_elsewhere_takes_another_way() -> None:
    instance = Running(_deciding()).do("susun").do("periksa", putusan="ya")
    assert told(replayed(instance, _deciding('putusan == "ya"', n=2))) == (OTHER, "elsewhere", "kirim", "susun")


def test_two_steps_in_another_order_are_told_with_the_one_that_came_first() -> None:
    turned = version(task("a"), task("b"), end(), flows="mulai > b > a > selesai", n=2)
    assert told(replayed(Running(_plain()).do("a").do("b"), turned)) == (OTHER, "order", "a", "b")


def test_a_version_that_ends_earlier_or_at_another_end_takes_another_way() -> None:
    earlier = version(task("a"), task("b"), end(), end("batal"), exclusive("g"), n=2,
                      flows="mulai > a > g; g > b : x == 1; g > batal : default; b > selesai")  # fmt: skip
    assert told(replayed(Running(_plain()).do("a").do("b"), earlier)) == (OTHER, "earlier", "b", "batal")
    ends = version(task("a"), task("b"), end("tuntas"), end("batal"), exclusive("g"), n=3,
                   flows="mulai > a > b > g; g > batal : x == 1; g > tuntas : default")  # fmt: skip
    first = version(task("a"), task("b"), end("batal"), flows="mulai > a > b > batal")
    assert told(replayed(Running(first).do("a").do("b"), ends)) == (OTHER, "end", "batal", "tuntas")


def test_a_gateway_that_finds_no_way_stops_it() -> None:
    narrow = version(
        task("susun"), task("periksa"), exclusive("g"), task("kirim"), end(), n=2, forms=DECIDED,
        flows='mulai > susun > periksa > g; g > susun : putusan == "tidak"; g > kirim : putusan == "mungkin"; '
        "kirim > selesai",
    )  # fmt: skip
    instance = Running(_deciding()).do("susun").do("periksa", putusan="ya")
    assert told(replayed(instance, narrow)) == (STOPS, "no_way", "periksa", "g")


def test_a_field_that_the_new_form_asks_for_and_nobody_answered_is_named() -> None:
    asks = {"a": text_field("nomor", nomor=...)}
    played = replayed(Running(_plain(forms={"a": text_field(nomor=...)})).do("a"), _plain(n=2, forms=asks))
    assert told(played) == (STOPS, "lacks", "a", "a")
    assert played.difference is not None
    assert (played.difference.field, played.difference.title) == ("nomor", "Nomor")


def test_an_answer_that_the_new_form_would_not_take_is_named_and_not_told() -> None:
    shorter = {"a": text_field(nomor={"type": "string", "title": "Nomor agenda", "maxLength": 3})}
    instance = Running(_plain(forms={"a": text_field(nomor=...)})).do("a", nomor="rahasia sekali")
    played = replayed(instance, _plain(n=2, forms=shorter))
    assert told(played) == (STOPS, "unfit", "a", "a")
    assert "rahasia" not in str(played)


def test_a_field_that_is_asked_no_more_keeps_nobody_from_going_on() -> None:
    instance = Running(_plain(forms={"a": text_field(nomor=..., lama=...)})).do("a", lama="x").do("b")
    assert told(replayed(instance, _plain(n=2, forms={"a": text_field(nomor=...)}))) == (SAME,)


def test_the_start_form_is_not_missed_for_who_somebody_is_as_that_is_kept_elsewhere() -> None:
    who = {"type": "string", "title": "Nama", "x-alur-identity": True}
    instance = Running(_plain(forms={"mulai": text_field(isi=...)}), {"isi": "jalan rusak"}).do("a")
    asks = {"mulai": text_field("isi", "nama", isi=..., nama=who)}
    assert told(replayed(instance, _plain(n=2, forms=asks))) == (SAME,)
    more = {"mulai": text_field("isi", "tempat", isi=..., tempat=...)}
    assert told(replayed(instance, _plain(n=2, forms=more))) == (STOPS, "lacks", "mulai", "mulai")


def test_destroyed_answers_are_told_apart() -> None:
    assert told(replayed(Running(_plain()).do("a").destroyed(), _plain(n=2))) == (DESTROYED, "destroyed", "mulai", "")


def _reminded(duration: str, n: int = 1, interrupting: bool = True) -> Any:
    return version(
        task("a"), timer("w", duration, on="a", interrupting=interrupting), task("b"), task("ingat"), end(),
        end("lewat"),
        flows="mulai > a > b > selesai; w > ingat > lewat", n=n,
    )  # fmt: skip


def test_a_timer_drawn_as_before_fires_when_it_fired() -> None:
    assert told(replayed(Running(_reminded("P3D")).fire("w").do("ingat"), _reminded("P3D", 2))) == (SAME,)


def test_a_shorter_timer_fires_by_the_calendar_of_the_office() -> None:
    instance = Running(_reminded("P10D")).later(days=5).do("a").do("b")
    assert told(replayed(instance, _reminded("P2D", 2))) == (OTHER, "time", "a", "w")
    assert told(replayed(Running(_reminded("P10D")).later(days=1).do("a").do("b"), _reminded("P2D", 2))) == (SAME,)


def test_a_timer_that_changed_but_fires_all_the_same_is_no_other_way() -> None:
    instance = Running(_reminded("P3D")).fire("w").later(days=4).do("ingat")
    assert told(replayed(instance, _reminded("P4D", 2))) == (SAME,)


def test_messages_and_parallel_branches_are_replayed_in_their_order() -> None:
    both = version(
        parallel("p"), task("a"), message("m", "surat"), parallel("j"), task("b"), end(),
        flows="mulai > p; p > a > j; p > m > j; j > b > selesai",
    )  # fmt: skip
    assert told(replayed(Running(both).receive("surat").do("a").do("b"), both)) == (SAME,)


def test_what_is_done_for_each_of_a_list_is_replayed_with_its_answers() -> None:
    several = version(
        task("daftar"), task("tiap", loop=each("nama_nama", "nama")), task("b"), end(),
        flows="mulai > daftar > tiap > b > selesai",
    )  # fmt: skip
    instance = Running(several).do("daftar", nama_nama=["x", "y"]).do("tiap").do("tiap").do("b")
    assert told(replayed(instance, several)) == (SAME,)


def test_what_was_undone_was_not_done() -> None:
    instance = Running(_plain()).do("a")
    instance.also("undo", "a")
    instance.deeds.append(instance.deeds[1])
    instance.also("move", "b").also("undo", "b")
    assert told(replayed(instance, _plain(n=2))) == (SAME,)


def test_a_migrated_instance_is_replayed_by_the_versions_it_ran_on() -> None:
    renamed = version(
        Node("a2", "userTask", attributes={"name": "a"}), task("b"), end(), flows="mulai > a2 > b > selesai", n=2
    )
    instance = Running(_plain()).do("a").also("migrate")
    instance.version = renamed
    instance.also("complete", "b")
    versions = {_plain().id: _plain(), renamed.id: renamed}
    replayer = Replayer(_plain(n=3), versions.__getitem__, clock())
    assert told(replayer.play(instance.recorded()))[0] != FAILED
    assert [deed.version_id for deed in instance.deeds] == [_plain().id] * 3 + [renamed.id]


def test_what_was_moved_by_hand_can_be_followed_up_to_there_only() -> None:
    instance = Running(_plain()).do("a").also("move", "b").do("b")
    assert told(replayed(instance, _plain(n=2))) == (OTHER, "by_hand", "b", "")


def test_a_cancelled_instance_is_compared_up_to_where_it_was_cancelled() -> None:
    instance = Running(_plain()).do("a").also("suspend").also("resume").also("cancel")
    instance.state = "cancelled"
    assert told(replayed(instance, _plain(n=2))) == (SAME,)


def test_what_a_supervisor_put_right_is_put_right_again() -> None:
    def deciding(n: int) -> Any:
        return version(task("a"), exclusive("g"), task("b"), task("c"), end(), n=n,
                       flows="mulai > a > g; g > b : x == 1; g > c : default; b > selesai; c > selesai")  # fmt: skip

    instance = Running(deciding(1))
    instance.run = instance._load()
    instance.run.correct({"x": 1})
    instance.also("resume", None, x=1).do("a").do("b")
    assert told(replayed(instance, deciding(2))) == (SAME,)


def test_one_instance_that_nobody_foresaw_does_not_keep_the_others_from_being_told() -> None:
    good, bad = Running(_plain()).do("a"), Running(_plain())
    bad.deeds = []
    replayer = Replayer(_plain(n=2), {good.version.id: good.version}.__getitem__, clock())
    assert [told(replayer.play(each.recorded()))[0] for each in (bad, good)] == [FAILED, SAME]


def test_a_loop_that_would_never_end_is_stopped() -> None:
    instance = Running(_deciding()).do("susun").do("periksa", putusan="tidak")
    for _ in range(1001):
        instance.deeds += instance.deeds[1:3]
    assert told(replayed(instance, _deciding(n=2)))[:2] == (STOPS, "endless")


def test_thousands_of_instances_share_a_few_positions() -> None:
    replayer = Replayer(_deciding(n=2), {_deciding().id: _deciding()}.__getitem__, clock())
    for _ in range(50):
        instance = Running(_deciding()).do("susun").do("periksa", putusan="ya", catatan="x").do("kirim")
        assert told(replayer.play(instance.recorded())) == (SAME,)
    assert replayer.positions._kept == 4
    assert replayer.positions.count_passed()["g__kirim__4"] == 50
