"""Finds what else may end a row: somebody who closes it, or time that passes without an answer."""

import re

from service.sentences import Sentence
from service.sop_tables import times
from service.sop_tables.lanes import words
from service.sop_tables.plan import EVENT
from service.sop_tables.ways import Looked, Stop, capital, leave_open

_MAY_END = re.compile(
    r"\b(?:dapat|bisa|boleh)\s+(ditutup|dihentikan|diakhiri|dibatalkan|diselesaikan)\b(.*)", re.IGNORECASE | re.DOTALL
)
_BY_ITSELF = re.compile(r"\b(?:sistem|otomatis)\b", re.IGNORECASE)


def look_for_stops(looked: Looked) -> None:
    """ "Dapat ditutup oleh pengadu atau admin dan secara sistem jika tidak ada lagi jawaban"."""
    found = _MAY_END.search(looked.row.remark)
    if not found or (looked.at == 0 and looked.lanes.starts):
        return
    verb, rest = found[1].lower(), found[2]
    who = _who_may(looked, rest)
    if who:
        word = words(looked.lanes.lanes[who[0]].name)[0].text
        looked.found.ends[f"{verb}_{word}"] = Sentence("{verb} oleh {word}", verb=capital(verb), word=word)
        stop = Stop(
            f"pengaduan_{verb}_{word}",
            f"{verb}_{word}",
            who,
            "",
            Sentence("Keterangan: dapat {verb} juga oleh {word}.", verb=verb, word=word),
        )
        looked.found.stops.setdefault(looked.at, []).append(stop)
    if _BY_ITSELF.search(rest):
        _closes_by_itself(looked, verb, rest)


def _who_may(looked: Looked, rest: str) -> tuple[int, ...]:
    """The lanes of the office that are named, also by the first word that several share."""
    head = _BY_ITSELF.split(rest)[0]
    said = {word.text for word in words(head)}
    own = {looked.lane(looked.at), looked.lanes.public}
    named = [
        at
        for at, lane in enumerate(looked.lanes.lanes)
        if at not in own and (w := words(lane.name)) and w[0].text in said
    ]
    return tuple(named)


def _closes_by_itself(looked: Looked, verb: str, rest: str) -> None:
    after = times.read(rest).iso or times.read(looked.row.time, looked.table.unit).iso
    if not after:
        why = Sentence("Keterangan menyebut penutupan oleh sistem, tetapi tidak setelah berapa lama.")
        leave_open(looked, Sentence("{verb} oleh sistem", verb=capital(verb)), why, EVENT)
        return
    looked.found.ends[f"{verb}_sistem"] = Sentence("{verb} oleh sistem", verb=capital(verb))
    most = after.split("/")[-1]
    reason = Sentence("Keterangan: {verb} oleh sistem bila tidak ada jawaban; waktunya waktu baris ini.", verb=verb)
    looked.found.stops.setdefault(looked.at, []).append(Stop("", f"{verb}_sistem", (), most, reason))
