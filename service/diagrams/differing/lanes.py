"""Who does the work: lanes, the steps in them, and who may send a message or open an identity."""

from collections.abc import Iterator

from service.diagrams.differing.difference import WHO, Difference, at
from service.diagrams.differing.side import Pair, Side
from service.diagrams.differing.wording import NOTHING, called, quoted
from service.engine import Element, Lane
from service.sentences import Sentence


def look(pair: Pair) -> Iterator[Difference]:
    """All differences about lanes."""
    yield from _moved(pair)
    yield from _lanes(pair)
    yield from _order(pair)
    yield from _senders(pair)
    yield from _bases(pair)


def _moved(pair: Pair) -> Iterator[Difference]:
    for was, now in pair.both():
        if pair.lanes.get(was.lane or "") == now.lane or (was.lane is None and now.lane is None):
            continue
        if _goes_along(pair.before, was) and _goes_along(pair.after, now):
            continue
        before, after = _name(pair.before, was), _name(pair.after, now)
        text = Sentence(
            "“{step}” pindah dari lajur {before} ke lajur {after}.",
            step=called(pair.after, now),
            before=before,
            after=after,
        )
        yield at("step_lane", WHO, was, now, text, before, after)


def _goes_along(side: Side, element: Element) -> bool:
    """Whether it lies in its lane only because what it sits on, or lies in, lies there."""
    outer = side.spec.elements.get(element.attached_to or element.scope or "")
    return outer is not None and outer.lane == element.lane


def _name(side: Side, element: Element) -> str:
    lane = side.lane(element)
    return lane.name if lane else NOTHING


def _lanes(pair: Pair) -> Iterator[Difference]:
    known = {lane.id: lane for lane in pair.before.spec.lanes}
    back = {after: before for before, after in pair.lanes.items()}
    for lane in pair.before.spec.lanes:
        if lane.id not in pair.lanes:
            yield _lane("lane_removed", lane, None, Sentence("Lajur {name} dihapus.", name=lane.name), lane.name)
    for lane in pair.after.spec.lanes:
        if lane.id not in back:
            text = Sentence("Lajur baru: {name}. Tentukan siapa yang memegangnya.", name=lane.name)
            yield _lane("lane_added", None, lane, text, None, lane.name)
        else:
            yield from _changed(known[back[lane.id]], lane)


def _changed(was: Lane, now: Lane) -> Iterator[Difference]:
    if was.name != now.name:
        text = Sentence("Lajur {before} kini bernama {after}.", before=was.name, after=now.name)
        yield _lane("lane_renamed", was, now, text, was.name, now.name)
    if was.id != now.id:
        text = Sentence("ID lajur {name} diganti; pemegangnya harus ditentukan lagi.", name=now.name)
        yield _lane("lane_id", was, now, text, was.id, now.id)
    if now.public and not was.public:
        text = Sentence("Lajur {name} menjadi milik pelapor: dikerjakan tanpa akun.", name=now.name)
        yield _lane("lane_public", was, now, text, Sentence("petugas"), Sentence("pelapor"))
    if was.public and not now.public:
        text = Sentence("Lajur {name} bukan lagi milik pelapor: dikerjakan petugas.", name=now.name)
        yield _lane("lane_public", was, now, text, Sentence("pelapor"), Sentence("petugas"))
    if was.identity != now.identity:
        may = Sentence("Lajur {name} kini boleh membuka identitas pelapor.", name=now.name)
        may_not = Sentence("Lajur {name} tidak boleh lagi membuka identitas pelapor.", name=now.name)
        allowed, refused = Sentence("boleh"), Sentence("tidak boleh")
        before, after = (allowed, refused) if was.identity else (refused, allowed)
        yield _lane("lane_identity", was, now, may if now.identity else may_not, before, after)


def _lane(
    kind: str, was: Lane | None, now: Lane | None, text: Sentence, before: str | None = None, after: str | None = None
) -> Difference:
    name = (now or was).name if now or was else ""  # type: ignore[union-attr]
    return Difference(kind, WHO, text, was.id if was else None, now.id if now else None, name, before, after)


def _order(pair: Pair) -> Iterator[Difference]:
    """The order of the lanes that stand in both; one added or removed between them moves nobody."""
    before = [pair.lanes[lane.id] for lane in pair.before.spec.lanes if lane.id in pair.lanes]
    after = [lane.id for lane in pair.after.spec.lanes if lane.id in set(before)]
    if before != after:
        names = {lane.id: lane.name for lane in pair.after.spec.lanes}
        old, new = (", ".join(names[each] for each in order) for order in (before, after))
        text = Sentence("Urutan lajur berubah menjadi: {order}.", order=new)
        yield Difference("lane_order", WHO, text, before=old, after=new)


def _senders(pair: Pair) -> Iterator[Difference]:
    for was, now in pair.both():
        before, after = was.properties.get("messageLanes"), now.properties.get("messageLanes")
        if before != after:
            text = Sentence(
                "Yang boleh mengirim pesan pada “{step}” berubah dari {before} menjadi {after}.",
                step=called(pair.after, now),
                before=_names(pair.before, before),
                after=_names(pair.after, after),
            )
            yield at("message_lanes", WHO, was, now, text, _names(pair.before, before), _names(pair.after, after))


def _names(side: Side, ids: str | None) -> str:
    names = {lane.id: lane.name for lane in side.spec.lanes}
    return ", ".join(names.get(each, each) for each in (ids or "").replace(",", " ").split()) or NOTHING


def _bases(pair: Pair) -> Iterator[Difference]:
    for was, now in pair.both():
        before, after = was.properties.get("laneBasis"), now.properties.get("laneBasis")
        if before != after:
            text = Sentence(
                "Dasar penentuan pelaksana “{step}” berubah dari {before} menjadi {after}.",
                step=called(pair.after, now),
                before=quoted(before),
                after=quoted(after),
            )
            yield at("lane_basis", WHO, was, now, text, before, after)
