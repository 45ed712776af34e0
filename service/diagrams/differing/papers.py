"""What stands on paper: the row of each step, what it needs and gives, instructions, and the identity of the SOP."""

from collections.abc import Iterator, Mapping

from service.diagrams.differing.difference import OTHER, Difference, at
from service.diagrams.differing.side import Pair
from service.diagrams.differing.wording import called, quoted
from service.engine import Element
from service.sentences import Sentence

MARKS = {
    "sopRow": ("row", Sentence("nomor baris SOP")),
    "sopPart": ("part", Sentence("bagian baris SOP")),
    "requiredInputs": ("required_inputs", Sentence("kelengkapan")),
    "output": ("output", Sentence("keluaran")),
    "remark": ("remark", Sentence("keterangan")),
    "milestone": ("milestone", Sentence("kabar untuk pelapor")),
}
TOLD_ELSEWHERE = {
    "timeStandard", "timeClock", "laneBasis", "messageLanes", "formJsonSchemaFilename", "formUiSchemaFilename",
}  # fmt: skip
"""Marks whose meaning others tell."""

IDENTITY = {
    "sopNumber": Sentence("Nomor SOP"),
    "created": Sentence("Tanggal pembuatan"),
    "revised": Sentence("Tanggal revisi"),
    "effective": Sentence("Tanggal efektif"),
    "approvedByPost": Sentence("Disahkan oleh"),
    "approvedByName": Sentence("Nama pejabat"),
    "approvedByRank": Sentence("Pangkat"),
    "approvedByNip": Sentence("NIP"),
    "sopTitle": Sentence("Nama SOP"),
    "agency": Sentence("Instansi"),
    "legalBasis": Sentence("Dasar hukum"),
    "qualifications": Sentence("Kualifikasi pelaksana"),
    "relatedSops": Sentence("Keterkaitan"),
    "equipment": Sentence("Peralatan dan perlengkapan"),
    "warning": Sentence("Peringatan"),
    "recording": Sentence("Pencatatan dan pendataan"),
    "promiseBasis": Sentence("Dasar janji jawaban"),
    "complainantWord": Sentence("Sebutan bagi pelapor"),
    "numberPrefix": Sentence("Awalan nomor berkas"),
}


def look(pair: Pair) -> Iterator[Difference]:
    """All differences on paper."""
    for was, now in pair.both():
        yield from _marks(pair, was, now)
        yield from _texts(pair, was, now)
    yield from _whole(pair)


def _marks(pair: Pair, was: Element, now: Element) -> Iterator[Difference]:
    for name in _changed(was.properties, now.properties):
        if name in TOLD_ELSEWHERE:
            continue
        before, after = was.properties.get(name), now.properties.get(name)
        kind, words = MARKS.get(name, ("mark", Sentence("tanda {name}", name=name)))
        yield at(kind, OTHER, was, now, _told(called(pair.after, now), words, before, after), before, after)


def _texts(pair: Pair, was: Element, now: Element) -> Iterator[Difference]:
    step = called(pair.after, now)
    if was.instructions != now.instructions:
        text = _told(step, Sentence("petunjuk"), was.instructions, now.instructions)
        yield at("instructions", OTHER, was, now, text, was.instructions, now.instructions)
    if was.documentation != now.documentation:
        text = _told(step, Sentence("catatan penyusun"), was.documentation, now.documentation)
        yield at("documentation", OTHER, was, now, text, was.documentation, now.documentation)


def _told(step: str, what: Sentence, before: str | None, after: str | None) -> Sentence:
    places = {"step": step, "what": what, "before": quoted(before), "after": quoted(after)}
    if not before:
        return Sentence("“{step}” kini mempunyai {what}: {after}.", **{**places, "before": ""})
    if not after:
        return Sentence("“{step}” tidak lagi mempunyai {what}; dahulu {before}.", **{**places, "after": ""})
    return Sentence("“{step}”: {what} berubah dari {before} menjadi {after}.", **places)


def _changed(old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    return [name for name in {**old, **new} if old.get(name) != new.get(name)]


def _whole(pair: Pair) -> Iterator[Difference]:
    """The process itself: its title, its identity part, its other marks."""
    old, new = pair.before.spec, pair.after.spec
    if old.title != new.title:
        text = Sentence(
            "Nama diagram berubah dari {before} menjadi {after}.", before=quoted(old.title), after=quoted(new.title)
        )
        yield Difference("title", OTHER, text, before=old.title, after=new.title)
    for name in _changed(old.properties, new.properties):
        if name == "promise":
            continue
        before, after = old.properties.get(name), new.properties.get(name)
        label = IDENTITY.get(name) or Sentence("Tanda {name}", name=name)
        places = {"label": label, "before": quoted(before), "after": quoted(after)}
        text = Sentence("{label} berubah dari {before} menjadi {after}.", **places)
        yield Difference(
            "identity_part" if name in IDENTITY else "mark", OTHER, text, before=before, after=after, field=name
        )
    if old.documentation != new.documentation:
        text = Sentence("Catatan penyusun diagram berubah.")
        yield Difference("documentation", OTHER, text, before=old.documentation, after=new.documentation)
