"""Times: the standard of each step, timers and their clocks, and what the complainant is promised."""

from collections.abc import Iterator

from service.diagrams.differing.difference import TIME, Difference, at
from service.diagrams.differing.side import Pair
from service.diagrams.differing.wording import called, clock, standard, timer
from service.engine import Element
from service.sentences import Sentence

WORKING = "working"


def look(pair: Pair) -> Iterator[Difference]:
    """All differences about time."""
    for was, now in pair.both():
        yield from _standard(pair, was, now)
        yield from _timer(pair, was, now)
    yield from _promise(pair)


def _standard(pair: Pair, was: Element, now: Element) -> Iterator[Difference]:
    old, new = was.properties, now.properties
    name = called(pair.after, now)
    if old.get("timeStandard") != new.get("timeStandard"):
        before = standard(old.get("timeStandard"), old.get("timeClock"))
        after = standard(new.get("timeStandard"), new.get("timeClock"))
        text = Sentence("Waktu “{step}” berubah dari {before} menjadi {after}.", step=name, before=before, after=after)
        yield at("time_standard", TIME, was, now, text, before, after)
    if not was.timer and not now.timer and _clock(was) != _clock(now):
        before, after = clock(_clock(was)), clock(_clock(now))
        text = Sentence(
            "“{step}” kini dihitung dengan {after}, dahulu {before}.", step=name, before=before, after=after
        )
        yield at("time_clock", TIME, was, now, text, before, after)


def _clock(element: Element) -> str:
    return element.properties.get("timeClock") or WORKING


def _timer(pair: Pair, was: Element, now: Element) -> Iterator[Difference]:
    name = called(pair.after, now)
    if was.timer and now.timer:
        if (was.timer.expression, was.timer.kind) != (now.timer.expression, now.timer.kind):
            before, after = timer(was.timer), timer(now.timer)
            text = Sentence(
                "Pewaktu “{step}” berubah dari {before} menjadi {after}.", step=name, before=before, after=after
            )
            yield at("timer", TIME, was, now, text, before, after)
        if was.timer.clock != now.timer.clock:
            before, after = clock(was.timer.clock), clock(now.timer.clock)
            text = Sentence(
                "Pewaktu “{step}” kini dihitung dengan {after}, dahulu {before}.", step=name, before=before, after=after
            )
            yield at("timer_clock", TIME, was, now, text, before, after)
    if was.attached_to and now.attached_to and was.interrupting != now.interrupting:
        stops, leaves = Sentence("menghentikan langkahnya"), Sentence("membiarkan langkahnya berjalan")
        before, after = (stops, leaves) if was.interrupting else (leaves, stops)
        text = Sentence("“{step}” kini {after}, dahulu {before}.", step=name, before=before, after=after)
        yield at("interrupting", TIME, was, now, text, before, after)


def _promise(pair: Pair) -> Iterator[Difference]:
    old, new = (side.spec.properties.get("promise") for side in (pair.before, pair.after))
    if old != new:
        before, after = standard(old, None), standard(new, None)
        text = Sentence(
            "Janji jawaban kepada pelapor berubah dari {before} menjadi {after}.", before=before, after=after
        )
        yield Difference("promise", TIME, text, before=before, after=after)
