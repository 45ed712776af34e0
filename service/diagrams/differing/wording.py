"""How values are told in the list of differences: lengths of time, kinds of steps, conditions, texts."""

import re
from collections.abc import Mapping
from functools import reduce
from typing import Any

from service.calendars.durations import Duration, parse_standard
from service.diagrams.differing.side import Side
from service.engine import Element, Flow, Timer
from service.errors import Invalid
from service.forms import fields as form_fields
from service.sentences import Sentence

NOTHING = Sentence("tidak ada")
LONGEST = 160

KINDS = {
    "userTask": Sentence("tugas orang"),
    "manualTask": Sentence("tugas tanpa formulir"),
    "task": Sentence("tugas umum"),
    "scriptTask": Sentence("langkah skrip"),
    "sendTask": Sentence("kirim pesan"),
    "receiveTask": Sentence("terima pesan"),
    "subProcess": Sentence("subproses"),
    "exclusiveGateway": Sentence("pilih satu jalan"),
    "parallelGateway": Sentence("semua jalan bersamaan"),
    "inclusiveGateway": Sentence("satu jalan atau lebih"),
    "eventBasedGateway": Sentence("jalan menurut kejadian"),
    "startEvent": Sentence("mulai"),
    "endEvent": Sentence("selesai"),
    "endTerminate": Sentence("selesai dan hentikan semuanya"),
    "endMessage": Sentence("selesai dengan pesan"),
    "endError": Sentence("selesai dengan kesalahan"),
    "endEscalation": Sentence("selesai dengan eskalasi"),
    "catchTimer": Sentence("tunggu waktu"),
    "catchMessage": Sentence("tunggu pesan"),
    "catchSignal": Sentence("tunggu sinyal"),
    "catchConditional": Sentence("tunggu syarat"),
    "throwEvent": Sentence("lewati titik"),
    "throwMessage": Sentence("kirim pesan"),
    "throwSignal": Sentence("kirim sinyal"),
    "throwEscalation": Sentence("kirim eskalasi"),
    "boundaryTimer": Sentence("batas waktu"),
    "boundaryMessage": Sentence("pesan di tengah langkah"),
    "boundarySignal": Sentence("sinyal di tengah langkah"),
    "boundaryError": Sentence("kesalahan di tengah langkah"),
    "boundaryEscalation": Sentence("eskalasi di tengah langkah"),
    "boundaryConditional": Sentence("syarat di tengah langkah"),
}


def kind(element: Element) -> str:
    """What sort of step it is, for people."""
    return KINDS.get(element.kind, element.kind)


def quoted(text: str | None) -> str:
    """A value as it is written, cut where it is long."""
    if not text:
        return NOTHING
    line = "; ".join(part.strip() for part in text.splitlines() if part.strip())
    return Sentence("“{text}”", text=line if len(line) <= LONGEST else f"{line[:LONGEST].rstrip()}…")


def called(side: Side, element: Element) -> str:
    """How to name a step: by its name, else by what it is and what comes before it."""
    if element.name:
        return element.name
    before = [side.spec.elements.get(flow.source) for flow in side.spec.flows_to(element.id)]
    host = side.spec.elements.get(element.attached_to or "")
    if host is not None and host.name:
        return Sentence("{kind} pada {name}", kind=kind(element), name=host.name)
    named = next((each.name for each in before if each is not None and each.name), None)
    return Sentence("{kind} sesudah {name}", kind=kind(element), name=named) if named else element.id


# ---- time ------------------------------------------------------------------------------------------------------


def standard(text: str | None, clock: str | None) -> str:
    """A time standard in words; as it is written where it cannot be read."""
    if not text:
        return NOTHING
    try:
        found = parse_standard(text)
    except Invalid:
        return quoted(text)
    working = (clock or "working") == "working"
    most = _duration(found.most, working)
    if found.least == found.most:
        return most
    return Sentence("{least} sampai {most}", least=_duration(found.least, working), most=most)


def _duration(duration: Duration, working: bool) -> str:
    hours, minutes = divmod(round(duration.time.total_seconds() / 60), 60)
    counted = ((duration.weeks, _weeks), (duration.days, _working_days if working else _days))
    parts = [tell(n) for n, tell in (*counted, (hours, _hours), (minutes, _minutes)) if n]
    return reduce(lambda one, other: Sentence("{one} {other}", one=one, other=other), parts) if parts else NOTHING


def _weeks(n: int) -> str:
    return Sentence("1 minggu") if n == 1 else Sentence("{n} minggu", n=n)


def _working_days(n: int) -> str:
    return Sentence("1 hari kerja") if n == 1 else Sentence("{n} hari kerja", n=n)


def _days(n: int) -> str:
    return Sentence("1 hari") if n == 1 else Sentence("{n} hari", n=n)


def _hours(n: int) -> str:
    return Sentence("1 jam") if n == 1 else Sentence("{n} jam", n=n)


def _minutes(n: int) -> str:
    return Sentence("1 menit") if n == 1 else Sentence("{n} menit", n=n)


def timer(found: Timer | None) -> str:
    """When a timer fires, in words."""
    if found is None:
        return NOTHING
    if found.kind == "duration" and found.expression.startswith("P"):
        return standard(found.expression, found.clock)
    return quoted(found.expression)


def clock(found: str | None) -> str:
    """Which time is counted."""
    return Sentence("waktu berjalan, siang dan malam") if found == "elapsed" else Sentence("waktu kerja kantor")


# ---- conditions ------------------------------------------------------------------------------------------------

_ASKS = re.compile(r"\s*([A-Za-z_]\w*)\s*(==|!=)\s*(?:'([^']*)'|\"([^\"]*)\"|(True|False))\s*")


def condition(side: Side, flow: Flow) -> str:
    """When a flow is taken: a plain comparison in the words of the form, anything else as it is written."""
    if flow.default:
        return Sentence("bila tidak ada syarat lain yang terpenuhi")
    return expression(side, flow.condition) if flow.condition else Sentence("tanpa syarat")


def expression(side: Side, text: str) -> str:
    """A condition in the words of the form where it is a plain comparison, else as it is written."""
    asks = _ASKS.fullmatch(text)
    found = _field(side, asks[1]) if asks else None
    if asks is None or found is None:
        return quoted(text)
    field, value = str(found.get("title") or asks[1]), asks[3] if asks[3] is not None else asks[4]
    if asks[5]:
        value = form_fields.choices(found).get(asks[5] == "True") or Sentence("ya" if asks[5] == "True" else "tidak")
    else:
        value = form_fields.choices(found).get(value, value)
    if asks[2] == "==":
        return Sentence("“{field}” adalah “{value}”", field=field, value=value)
    return Sentence("“{field}” bukan “{value}”", field=field, value=value)


def _field(side: Side, name: str) -> Mapping[str, Any] | None:
    return next((known[name] for known in side.fields.values() if name in known), None)
