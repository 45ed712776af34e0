"""Which steps there are: added, removed, renamed, of another kind, in another place; and what events wait for."""

from collections.abc import Iterator

from service.diagrams.differing.difference import FLOW, WHO, Difference, at
from service.diagrams.differing.side import Pair, Side
from service.diagrams.differing.wording import NOTHING, called, kind, quoted
from service.diagrams.matching import sort_of
from service.engine import Element
from service.sentences import Sentence


def look(pair: Pair) -> Iterator[Difference]:
    """All differences about steps as such."""
    yield from (_added(pair, now) for now in pair.added() if not _is_frame(now))
    yield from (_removed(pair, was) for was in pair.removed() if not _is_frame(was))
    for was, now in pair.both():
        yield from _same_step(pair, was, now)
        yield from _place(pair, was, now)
        yield from _inside(pair, was, now)


def _is_frame(element: Element) -> bool:
    """Where a sub-process begins and ends inside tells nothing that the sub-process does not."""
    return element.scope is not None and sort_of(element) in ("start", "end")


def _added(pair: Pair, now: Element) -> Difference:
    name, what = called(pair.after, now), kind(now)
    if sort_of(now) == "end":
        return at("end_added", FLOW, None, now, Sentence("Akhir baru: “{step}”.", step=name), after=name)
    before, lane = _before(pair.after, now), pair.after.lane(now)
    if before and lane and sort_of(now) == "work":
        message = "Langkah baru: “{step}” ({kind}), sesudah “{before}”, dikerjakan lajur {lane}."
        text = Sentence(message, step=name, kind=what, before=before, lane=lane.name)
    elif before:
        text = Sentence("Langkah baru: “{step}” ({kind}), sesudah “{before}”.", step=name, kind=what, before=before)
    else:
        text = Sentence("Langkah baru: “{step}” ({kind}).", step=name, kind=what)
    return at("step_added", FLOW, None, now, text, after=name)


def _before(side: Side, element: Element) -> str | None:
    host = side.spec.elements.get(element.attached_to or "")
    sources = [side.spec.elements.get(flow.source) for flow in side.spec.flows_to(element.id)]
    first = next((each for each in (host, *sources) if each is not None), None)
    return called(side, first) if first is not None else None


def _removed(pair: Pair, was: Element) -> Difference:
    name = called(pair.before, was)
    if sort_of(was) == "end":
        return at("end_removed", FLOW, was, None, Sentence("Akhir “{step}” dihapus.", step=name), before=name)
    text = Sentence("Langkah “{step}” ({kind}) dihapus.", step=name, kind=kind(was))
    return at("step_removed", FLOW, was, None, text, before=name)


def _same_step(pair: Pair, was: Element, now: Element) -> Iterator[Difference]:
    name = called(pair.after, now)
    if (was.name or "") != (now.name or ""):
        text = Sentence("“{before}” kini bernama “{after}”.", before=called(pair.before, was), after=name)
        yield at("step_renamed", FLOW, was, now, text, was.name, now.name)
    if was.id != now.id:
        text = Sentence("ID diganti: “{step}” dahulu {before}, kini {after}.", step=name, before=was.id, after=now.id)
        yield at("step_id", FLOW, was, now, text, was.id, now.id)
    if was.kind != now.kind:
        code = "gateway_kind" if sort_of(now) == "gateway" else "step_kind"
        text = Sentence("“{step}” kini {after}, dahulu {before}.", step=name, before=kind(was), after=kind(now))
        yield at(code, FLOW, was, now, text, kind(was), kind(now))


def _place(pair: Pair, was: Element, now: Element) -> Iterator[Difference]:
    name = called(pair.after, now)
    if _moved(pair, was.scope, now.scope):
        before, after = _place_name(pair.before, was.scope), _place_name(pair.after, now.scope)
        text = Sentence("“{step}” pindah dari {before} ke {after}.", step=name, before=before, after=after)
        yield at("step_scope", FLOW, was, now, text, before, after)
    if _moved(pair, was.attached_to, now.attached_to):
        before, after = _host(pair.before, was), _host(pair.after, now)
        text = Sentence(
            "“{step}” kini menempel pada {after}, dahulu pada {before}.", step=name, before=before, after=after
        )
        yield at("step_host", FLOW, was, now, text, before, after)


def _moved(pair: Pair, was: str | None, now: str | None) -> bool:
    return (pair.steps.get(was, was) if was else None) != now


def _place_name(side: Side, scope: str | None) -> str:
    return Sentence("subproses “{name}”", name=called(side, side.spec.elements[scope])) if scope else Sentence("proses")


def _host(side: Side, element: Element) -> str:
    host = side.spec.elements.get(element.attached_to or "")
    return Sentence("“{name}”", name=called(side, host)) if host else NOTHING


def _inside(pair: Pair, was: Element, now: Element) -> Iterator[Difference]:
    name = called(pair.after, now)
    if was.message != now.message:
        text = Sentence(
            "Pesan pada “{step}” berubah dari {before} menjadi {after}.",
            step=name, before=quoted(was.message), after=quoted(now.message),
        )  # fmt: skip
        yield at("message", WHO, was, now, text, was.message, now.message)
    if (was.signal, was.code) != (now.signal, now.code):
        before, after = was.signal or was.code, now.signal or now.code
        text = Sentence(
            "Yang ditunggu atau dikirim “{step}” berubah dari {before} menjadi {after}.",
            step=name, before=quoted(before), after=quoted(after),
        )  # fmt: skip
        yield at("signal", FLOW, was, now, text, before, after)
    if was.loop != now.loop:
        text = Sentence("Pengulangan “{step}” berubah.", step=name)
        yield at("repetition", FLOW, was, now, text, _loop(was), _loop(now))
    if _scripts(was) != _scripts(now):
        text = Sentence("Perhitungan (skrip) pada “{step}” berubah.", step=name)
        yield at("script", FLOW, was, now, text, _scripts(was), _scripts(now))


def _loop(element: Element) -> str | None:
    loop = element.loop
    if loop is None:
        return None
    parts = (loop.kind, loop.count, loop.items, loop.until, loop.condition, loop.maximum)
    return ", ".join(str(part) for part in parts if part is not None)


def _scripts(element: Element) -> str | None:
    return "\n".join(each for each in (element.pre_script, element.script, element.post_script) if each) or None
