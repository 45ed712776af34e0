"""Reads time standards as offices write them: "1-2 jam", "3 hari kerja", "2 x 24 jam", "setengah jam"."""

import re
from dataclasses import dataclass
from decimal import Decimal

from service.sentences import Sentence

SURE, LIKELY, UNSURE = "sure", "likely", "unsure"
HOURS_A_DAY = 7
LARGEST = 9_999

_WORDS = {
    "setengah": "0.5", "satu": "1", "dua": "2", "tiga": "3", "empat": "4", "lima": "5", "enam": "6", "tujuh": "7",
    "delapan": "8", "sembilan": "9", "sepuluh": "10", "½": "0.5", "¼": "0.25", "¾": "0.75",
}  # fmt: skip
_AMOUNT = r"(\d{1,5}(?:[.,]\d{1,2})?)"
_UNIT = r"(detik|dtk|menit|mnt|men\.?|jam|hari|hr|minggu|bulan|bln|')"
_MANY = re.compile(rf"{_AMOUNT}\s*(?:-|–|—|~|s/d|s\.d\.?|sd|sampai(?:\sdengan)?|hingga)\s*{_AMOUNT}\s*{_UNIT}")
_TIMES_24 = re.compile(rf"{_AMOUNT}\s*[x×*]\s*24\s*jam")
_ONE = re.compile(rf"{_AMOUNT}\s*{_UNIT}")
_BARE = re.compile(rf"{_AMOUNT}(?:\s*(?:-|–|s/d|sampai)\s*{_AMOUNT})?")
_FILLER = re.compile(
    r"\b(paling\slama|paling\slambat|maksimal|maksimum|maks\.?|minimal|min\.?|kurang\slebih|sekitar|lebih|kerja|kalender|"
    r"selambat-lambatnya|per|berkas|surat|dokumen|dan|atau|waktu)\b|[<>≤≥±()./,:;+]|\b\w*\s*\(\w+\)"
)


@dataclass(frozen=True)
class Standard:
    """A time standard: ISO 8601, `least/most` where both are given; empty where there is none."""

    iso: str = ""
    clock: str = "working"
    confidence: str = SURE
    reason: str = ""


def read(printed: str, unit: str = "") -> Standard:
    """What is printed in the column of times; `unit` is what its heading says of bare numbers."""
    text = _in_figures(printed)
    if not text:
        return Standard(reason=Sentence("Dokumen tidak memuat waktu untuk baris ini."))
    if found := _TIMES_24.search(text):
        hours = _number(found[1]) * 24
        return _standard(
            f"PT{_figure(hours)}H", "elapsed", LIKELY, Sentence("Kelipatan 24 jam dibaca sebagai waktu berjalan.")
        )
    if found := _MANY.search(text):
        return _range(found[1], found[2], found[3], printed, text)
    parts = _ONE.findall(text)
    if parts:
        return _sum(parts, printed, text)
    if unit and (found := _BARE.fullmatch(text.strip())):
        reason = Sentence("Angka tanpa satuan; judul kolom menyebut {unit}.", unit=unit)
        iso = _iso(_number(found[1]), unit) + (f"/{_iso(_number(found[2]), unit)}" if found[2] else "")
        return _standard(iso, "working", LIKELY, reason)
    return Standard(
        confidence=UNSURE, reason=Sentence("“{printed}” tidak terbaca sebagai waktu.", printed=printed[:80])
    )


def is_time(text: str) -> bool:
    """Whether a cell holds a time and nothing else."""
    figures = _in_figures(text)
    if not figures or len(figures) > 60 or not _ONE.search(figures):
        return False
    rest = _ONE.sub(" ", _TIMES_24.sub(" ", _MANY.sub(" ", figures)))
    return not _FILLER.sub(" ", rest).strip()


def _in_figures(printed: str) -> str:
    text = " ".join(printed.lower().split()).strip("-–—. ")
    text = re.sub(r"(\d)\s*½", r"\1.5", text)
    for word, figure in _WORDS.items():
        text = re.sub(rf"(?<!\w){word}(?!\w)", figure, text)
    return re.sub(r"(\d)\s*\((?:\d+(?:\.\d+)?)\)", r"\1", text)[:200]


def _number(text: str) -> Decimal:
    return min(Decimal(text.replace(",", ".")), Decimal(LARGEST))


def _figure(number: Decimal) -> str:
    return f"{number.normalize():f}" if number else "0"


def _iso(amount: Decimal, unit: str) -> str:
    """One amount as a duration; what is no whole number of a unit is said in minutes."""
    kind = unit.rstrip(".")
    if kind in ("minggu",):
        return f"P{_figure(amount * 5)}D" if amount * 5 == int(amount * 5) else f"P{max(1, round(amount * 5))}D"
    if kind in ("bulan", "bln"):
        return f"P{max(1, round(amount * 30))}D"
    if kind in ("hari", "hr"):
        return f"P{_figure(amount)}D" if amount == int(amount) else f"PT{_figure(amount * HOURS_A_DAY * 60 // 1)}M"
    if kind == "jam":
        return f"PT{_figure(amount)}H" if amount == int(amount) else f"PT{int(amount * 60)}M"
    if kind in ("detik", "dtk"):
        return f"PT{max(1, round(amount / 60))}M"
    return f"PT{max(1, round(amount))}M"


def _clock(unit: str, text: str) -> str:
    return "elapsed" if "kalender" in text or unit.startswith(("bulan", "bln")) else "working"


def _range(least: str, most: str, unit: str, printed: str, text: str) -> Standard:
    low, high = sorted((_number(least), _number(most)))
    if not high:
        return Standard(
            confidence=UNSURE, reason=Sentence("“{printed}” tidak terbaca sebagai waktu.", printed=printed[:80])
        )
    whole_days = unit == "jam" and high > 24 and low % HOURS_A_DAY == 0 and high % HOURS_A_DAY == 0 and low
    if whole_days:
        days = (low // HOURS_A_DAY, high // HOURS_A_DAY)
        reason = Sentence(
            "“{printed}” dibaca {least} sampai {most} hari kerja, sehari {hours} jam kerja. Mohon dipastikan.",
            printed=printed[:80], least=int(days[0]), most=int(days[1]), hours=HOURS_A_DAY,
        )  # fmt: skip
        return _standard(f"P{int(days[0])}D/P{int(days[1])}D", "working", UNSURE, reason)
    iso = f"{_iso(low, unit)}/{_iso(high, unit)}" if low and low != high else _iso(high, unit)
    return _standard(iso, _clock(unit, text), SURE, Sentence("Tertulis “{printed}”.", printed=printed[:80]))


def _sum(parts: list[tuple[str, str]], printed: str, text: str) -> Standard:
    amounts = [(_number(amount), unit) for amount, unit in parts[:3]]
    if not any(amount for amount, _ in amounts):
        return Standard(reason=Sentence("Tertulis “{printed}”: tanpa waktu.", printed=printed[:80]))
    (amount, unit), *more = amounts
    if more:
        minutes = sum(_minutes(*each) for each in amounts)
        return _standard(
            f"PT{int(minutes)}M", _clock(unit, text), LIKELY, Sentence("Tertulis “{printed}”.", printed=printed[:80])
        )
    if unit == "jam" and amount >= 24 and amount % 24 == 0:
        reason = Sentence("Kelipatan 24 jam dibaca sebagai waktu berjalan, siang dan malam.")
        return _standard(_iso(amount, unit), "elapsed", LIKELY, reason)
    if unit.startswith(("minggu", "bulan", "bln")):
        reason = Sentence("“{printed}” dibaca {iso}. Mohon dipastikan.", printed=printed[:80], iso=_iso(amount, unit))
        return _standard(_iso(amount, unit), _clock(unit, text), UNSURE, reason)
    return _standard(
        _iso(amount, unit), _clock(unit, text), SURE, Sentence("Tertulis “{printed}”.", printed=printed[:80])
    )


def _minutes(amount: Decimal, unit: str) -> Decimal:
    sizes = {"jam": 60, "hari": HOURS_A_DAY * 60, "hr": HOURS_A_DAY * 60, "minggu": 5 * HOURS_A_DAY * 60}
    return amount * sizes.get(unit, 1)


def _standard(iso: str, clock: str, confidence: str, reason: str) -> Standard:
    return Standard(iso, clock, confidence, reason)
