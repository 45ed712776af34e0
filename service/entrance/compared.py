"""Comparisons of versions in words: what differs, by how much, how sure that is, and what the agreed rule says."""

import math
from collections.abc import Sequence
from datetime import date

from babel.numbers import format_decimal, format_percent
from flask_babel import get_locale, gettext, ngettext

from service.diagrams.routing import why
from service.diagrams.trial_tables import Rule
from service.entrance.problems import sentence_in_words
from service.instances.models import Instance
from service.trials.comparing import ALIKE, APART, FEW, LEAST, Compared, Difference, Side
from service.trials.statistics import Interval
from service.trials.stopping import ENOUGH, FOUND, GO_ON, Advice

A_DAY = 7.5
"""Working hours of a usual working day: longer times of steps are told in days."""


def number(value: float, digits: int = 1) -> str:
    """`1,2`; a dash where it is not known."""
    if not math.isfinite(value):
        return "–"
    rounded = round(value, digits)
    return str(format_decimal(rounded + 0.0, locale=get_locale()))


def percent(share: float) -> str:
    """`87 %`."""
    return str(format_percent(share, locale=get_locale())) if math.isfinite(share) else "–"


def hours(value: float) -> str:
    """Working hours: `35 menit`, `3,1 jam`, `2,4 hari kerja`."""
    if not math.isfinite(value):
        return "–"
    if value < 1:
        return ngettext("%(num)d menit", "%(num)d menit", round(value * 60))
    if value < A_DAY:
        return gettext("%(n)s jam", n=number(value))
    return days(value / A_DAY)


def days(value: float) -> str:
    """`2,4 hari kerja`."""
    return gettext("%(n)s hari kerja", n=number(value)) if math.isfinite(value) else "–"


def signed(value: float, told: str) -> str:
    """With its sign: `+1,2`, `−0,3`."""
    return f"{'−' if value < 0 else '+'}{told}" if math.isfinite(value) else "–"


def hours_interval(interval: Interval) -> str:
    """`−4,9 jam (−7,2 … −2,6)`."""
    value, low, high = (signed(one, number(abs(one))) for one in (interval.value, interval.low, interval.high))
    return gettext("%(value)s jam (%(low)s … %(high)s)", value=value, low=low, high=high)


def name_of(sides: Sequence[Side], place: int) -> str:
    """`Versi 4`; with its title where diagrams of several procedures are compared."""
    version = sides[place].version
    if len({side.version.key for side in sides}) == 1:
        return gettext("Versi %(n)s", n=version.n)
    return gettext("%(title)s, versi %(n)s", title=sides[place].title, n=version.n)


def sentence(compared: Compared, difference: Difference) -> str:
    """What a person would say aloud: `Versi 4 lebih cepat 1,2 hari kerja (rentang 0,4 sampai 2,1); 212 pengaduan.`"""
    sides, arm = compared.sides, difference.arm
    found = difference.days
    if difference.verdict == FEW:
        return _few(compared, arm)
    if difference.verdict not in (APART, ALIKE):
        return gettext("Belum dapat dibedakan: lebih dari separuh pengaduan pada salah satu versi masih berjalan.")
    count = sides[0].figures.count + sides[arm].figures.count
    told = ngettext("%(num)d pengaduan", "%(num)d pengaduan", count)
    if difference.verdict == ALIKE:
        low, high = (signed(one, number(abs(one))) for one in (found.low, found.high))
        return gettext(
            "Belum dapat dibedakan: %(name)s beda %(value)s hari kerja (rentang %(low)s sampai %(high)s); %(count)s.",
            name=_lower(name_of(sides, arm)),
            value=signed(found.value, number(abs(found.value))),
            low=low,
            high=high,
            count=told,
        )
    least, most = sorted((abs(found.low), abs(found.high)))
    message = (
        gettext("%(name)s lebih cepat %(value)s hari kerja (rentang %(low)s sampai %(high)s); %(count)s.")
        if found.value < 0
        else gettext("%(name)s lebih lambat %(value)s hari kerja (rentang %(low)s sampai %(high)s); %(count)s.")
    )
    return message % {
        "name": name_of(sides, arm),
        "value": number(abs(found.value)),
        "low": number(least),
        "high": number(most),
        "count": told,
    }


def _few(compared: Compared, arm: int) -> str:
    scarce = min((0, arm), key=lambda place: compared.sides[place].figures.finished_count)
    return gettext(
        "Belum dapat dibedakan: baru %(n)s pengaduan selesai pada %(name)s, perlu sedikitnya %(least)s tiap versi.",
        n=compared.sides[scarce].figures.finished_count,
        name=_lower(name_of(compared.sides, scarce)),
        least=LEAST,
    )


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]


def reason(instance: Instance) -> str:
    """Why an instance took its version."""
    return str(sentence_in_words(why(instance.route)))


# ---- the rule --------------------------------------------------------------------------------------------------


def shares(rule: Rule) -> str:
    """`50 : 50`."""
    return " : ".join(str(share) for share in rule.shares)


def advice_sentence(advice: Advice) -> str:
    """What the stopping rule says now."""
    if advice.code == FOUND:
        return gettext("Aturan penghentian terpenuhi: pada peninjauan terakhir bedanya terbukti. Uji dapat dihentikan.")
    if advice.code == ENOUGH:
        return gettext("Batas yang disepakati sudah tercapai tanpa beda yang terbukti. Uji dapat dihentikan.")
    ahead = advice.next
    size = ahead.size if ahead else 0
    if advice.code == GO_ON:
        return gettext(
            "Belum ada beda yang terbukti. Peninjauan berikutnya setelah %(n)s selesai pada tiap versi.", n=size
        )
    return gettext("Belum waktunya meninjau. Peninjauan pertama setelah %(n)s selesai pada tiap versi.", n=size)


def agreed(stopping: dict[str, object], on: str = "") -> str:
    """The rule as it was agreed before the start."""
    told = ngettext(
        "Berhenti setelah %(n)s pengaduan selesai pada tiap versi, dengan %(num)d peninjauan.",
        "Berhenti setelah %(n)s pengaduan selesai pada tiap versi, dengan %(num)d peninjauan.",
        int(str(stopping.get("looks", 1))),
        n=stopping.get("per_arm"),
    )
    return gettext("%(rule)s Paling lama sampai %(day)s.", rule=told, day=on) if on else told


def day_of(text: object) -> date | None:
    """A day as the trial keeps it."""
    return date.fromisoformat(str(text)) if text else None
