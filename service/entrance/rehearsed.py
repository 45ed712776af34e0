"""Results of rehearsals in words: why an instance goes elsewhere, how long cases take, who cannot keep up."""

from collections.abc import Mapping
from typing import Any

from flask_babel import format_decimal, format_percent, gettext, lazy_gettext, ngettext

from service.entrance.problems import sentence_in_words
from service.rehearsals import models, replaying
from service.rehearsals.plan import BY_HAND, HISTORY, STANDARD, USUAL
from service.sentences import put_together

Result = Mapping[str, Any]

STATES = {
    models.WAITING: (lazy_gettext("Menunggu giliran"), "calm", "clock"),
    models.RUNNING: (lazy_gettext("Sedang berjalan"), "soon", "clock"),
    models.DONE: (lazy_gettext("Selesai"), "done", "check"),
    models.FAILED: (lazy_gettext("Gagal"), "late", "alert"),
    models.CANCELLED: (lazy_gettext("Dibatalkan"), "calm", ""),
}
KINDS = {models.REPLAY: lazy_gettext("Ulang berkas lama"), models.SIMULATION: lazy_gettext("Andaikan")}

OUTCOMES = {
    replaying.SAME: (lazy_gettext("Jalan yang sama"), "done", "check"),
    replaying.OTHER: (lazy_gettext("Jalan lain"), "soon", "swap"),
    replaying.STOPS: (lazy_gettext("Terhenti"), "late", "alert"),
    replaying.DESTROYED: (lazy_gettext("Isian sudah dimusnahkan"), "calm", "lock"),
    replaying.FAILED: (lazy_gettext("Tidak dapat dicoba"), "calm", "info"),
}

SOURCES = {
    HISTORY: lazy_gettext("dari riwayat"),
    STANDARD: lazy_gettext("dari mutu baku waktu"),
    USUAL: lazy_gettext("perkiraan umum"),
    BY_HAND: lazy_gettext("diisi sendiri"),
}

_WHY = {
    replaying.DROPPED: lazy_gettext("Langkah “%(before)s” tidak ada lagi."),
    replaying.EARLIER: lazy_gettext("Sudah berakhir di “%(after)s”, padahal dahulu masih ke “%(before)s”."),
    replaying.ORDER: lazy_gettext("“%(after)s” dikerjakan lebih dahulu daripada “%(before)s”."),
    replaying.ELSEWHERE: lazy_gettext("Menuju “%(after)s”; dahulu ke “%(before)s”."),
    replaying.END: lazy_gettext("Berakhir di “%(after)s”; dahulu di “%(before)s”."),
    replaying.TIME: lazy_gettext("Waktu di “%(after)s” habis sebelum “%(before)s” dikerjakan."),
    replaying.NO_ANSWER: lazy_gettext("Kurang jawaban untuk “%(after)s”: langkah ini baru."),
    replaying.NO_WAY: lazy_gettext("Tidak ada jalan yang cocok di “%(after)s” sesudah “%(before)s”."),
    replaying.LACKS: lazy_gettext("Isian “%(title)s” di “%(after)s” wajib, tetapi belum pernah diisi."),
    replaying.UNFIT: lazy_gettext("Isian “%(title)s” di “%(after)s” tidak diterima oleh formulir yang baru."),
    replaying.BY_HAND: lazy_gettext(
        "Pernah dipindahkan dengan tangan di “%(before)s”; hanya dapat dicoba sampai di situ."
    ),
    replaying.ENDLESS: lazy_gettext("Berputar tanpa akhir sesudah “%(before)s”."),
    replaying.DESTROYED: lazy_gettext("Isian pada “%(before)s” sudah dimusnahkan menurut aturan."),
    replaying.FAILED: lazy_gettext("Tidak dapat dicoba karena kesalahan sistem (%(before)s)."),
}


def why(group: Result) -> str:
    """The first point of difference of a group, as one sentence."""
    after = ", ".join(step["name"] for step in group["after"]) or gettext("(tidak ada)")
    before = group["before"]["name"] if group["before"] else gettext("(awal)")
    told = _WHY.get(group["why"], lazy_gettext("Berbeda di “%(before)s”."))
    return str(told) % {"after": after, "before": before, "title": group["title"] or ""}


def problem(row: models.Rehearsal) -> str:
    """Why a rehearsal failed."""
    return sentence_in_words(put_together(row.problem)) if row.problem else ""


def number(value: float | None, places: int = 1) -> str:
    """`6,4`; a dash where there is none."""
    return "–" if value is None else format_decimal(round(value, places), format="#,##0." + "#" * places)


def percent(share: float | None) -> str:
    """`87 %`."""
    return "–" if share is None else format_percent(share, format="#,##0 %")


def range_of(figure: Result | None, places: int = 1) -> str:
    """`5,5 sampai 6,4`."""
    if not figure:
        return "–"
    return gettext(
        "%(least)s sampai %(most)s", least=number(figure["least"], places), most=number(figure["most"], places)
    )


def replay_sentence(result: Result) -> str:
    """What came out of a replay, first."""
    counts = result["counts"]
    if counts["same"] == result["tried"]:
        return ngettext(
            "Berkas itu akan menempuh jalan yang sama.",
            "Semua %(num)d berkas akan menempuh jalan yang sama.",
            result["tried"],
        )
    return gettext(
        "Dari %(tried)s berkas, %(same)s menempuh jalan yang sama, %(other)s mengambil jalan lain, dan %(stops)s "
        "akan terhenti.",
        tried=number(result["tried"], 0),
        same=number(counts["same"], 0),
        other=number(counts["other"], 0),
        stops=number(counts["stops"], 0),
    )


def simulation_sentence(version: Result) -> str:
    """`Dengan 2 petugas di Subbag Umum, separuh pengaduan selesai dalam 6 hari kerja (rentang 5,5 sampai 6,4).`"""
    days, lane = version["days"]["median"], busiest(version)
    if days is None:
        return gettext("Tidak ada berkas yang selesai dalam perkiraan ini.")
    told = {"days": number(days["usual"]), "range": range_of(days)}
    if lane is None:
        return gettext("Separuh pengaduan selesai dalam %(days)s hari kerja (rentang %(range)s).", **told)
    officers = ngettext("%(num)d petugas", "%(num)d petugas", lane["officers"])
    if lane["overloaded"]:
        return gettext(
            "Dengan %(officers)s di %(lane)s pengaduan yang datang tidak terkejar; berapa lama sampai selesai tidak "
            "dapat disebut.",
            officers=officers,
            lane=lane["name"],
        )
    return gettext(
        "Dengan %(officers)s di %(lane)s, separuh pengaduan selesai dalam %(days)s hari kerja (rentang %(range)s).",
        officers=officers,
        lane=lane["name"],
        **told,
    )


def busiest(version: Result) -> Result | None:
    """The lane with the most to do for its officers."""
    lanes = [lane for lane in version["lanes"] if lane["load"]]
    return max(lanes, key=lambda lane: lane["load"]["usual"], default=None)


def comparison_sentence(result: Result) -> str:
    """How the version does beside the live one."""
    ours, live = result["candidate"]["days"]["median"], result["live"]["days"]["median"]
    if not ours or not live:
        return ""
    if any(lane["overloaded"] for side in (result["candidate"], result["live"]) for lane in side["lanes"]):
        return _overloaded_beside(result)
    told = {"n": result["live"]["n"], "days": number(live["usual"]), "range": range_of(live)}
    beside = gettext("Versi %(n)s yang berlaku: %(days)s hari kerja (rentang %(range)s).", **told)
    apart = ours["usual"] - live["usual"]
    if ours["least"] <= live["most"] and live["least"] <= ours["most"]:
        return beside + " " + gettext("Rentangnya bertumpang tindih, jadi bedanya belum tentu ada.")
    words = (
        gettext("Versi ini lebih lambat %(days)s hari kerja.")
        if apart > 0
        else gettext("Versi ini lebih cepat %(days)s hari kerja.")
    )
    return beside + " " + words % {"days": number(abs(apart))}


def _overloaded_beside(result: Result) -> str:
    """Where one of the two cannot keep up, only that can be compared."""
    lanes = [lane["name"] for lane in result["live"]["lanes"] if lane["overloaded"]]
    if not lanes:
        return gettext("Pada versi %(n)s yang berlaku tidak ada lajur yang kewalahan.", n=result["live"]["n"])
    told = {"n": result["live"]["n"], "lanes": ", ".join(lanes)}
    return gettext("Pada versi %(n)s yang berlaku juga ada yang kewalahan: %(lanes)s.", **told)


def overload_sentence(lane: Result) -> str:
    """A lane that cannot keep up."""
    return gettext(
        "%(lane)s kewalahan: pekerjaan yang datang %(load)s dari yang dapat dikerjakan %(officers)s petugas, sehingga "
        "antreannya terus tumbuh.",
        lane=lane["name"],
        load=percent(lane["load"]["usual"]),
        officers=lane["officers"],
    )


def bars_of(result: Result) -> list[tuple[str, float, float]]:
    """Where each outcome lies on a bar of width 100: (outcome, from, width)."""
    whole, place, found = max(1, result["tried"]), 0.0, []
    for outcome in replaying.OUTCOMES:
        width = 100 * result["counts"][outcome] / whole
        if width:
            found.append((outcome, round(place, 2), round(width, 2)))
        place += width
    return found


CHART_WIDTH, CHART_HEIGHT = 600, 200


def curve(histogram: Result | None, width: float, most: float) -> str:
    """The outline of a histogram as an SVG path, on a chart that is `width` working days wide and `most` high."""
    if not histogram:
        return ""
    path = f"M40 {CHART_HEIGHT - 20}"
    for place, share in enumerate(histogram["shares"]):
        left = 40 + (CHART_WIDTH - 50) * min(1.0, place * histogram["width"] / width)
        right = 40 + (CHART_WIDTH - 50) * min(1.0, (place + 1) * histogram["width"] / width)
        high = CHART_HEIGHT - 20 - (CHART_HEIGHT - 40) * share / histogram["width"] / most
        path += f"L{left:.1f} {high:.1f}L{right:.1f} {high:.1f}"
    return path + f"L{right:.1f} {CHART_HEIGHT - 20}"
