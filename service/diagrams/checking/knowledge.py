"""What the process knows where: names that conditions and scripts read, and who has given them by then."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from itertools import combinations, product

from service.diagrams.checking.subject import Subject, finding
from service.diagrams.checking.ways import way_out
from service.engine import expressions
from service.engine.findings import Finding
from service.engine.limits import conditions, scripts
from service.engine.spec import Element
from service.forms.identity import MARK
from service.sentences import Sentence

Names = frozenset[str]


@dataclass(frozen=True)
class Knowledge:
    """Names known before each node: on every way to it, and on some way."""

    surely: Mapping[str, Names]
    perhaps: Mapping[str, Names]


def look(subject: Subject) -> Iterator[Finding]:
    """All findings about names."""
    yield from _readings(subject)
    yield from _parallel_writings(subject)


def read_names(subject: Subject) -> dict[str, list[Element]]:
    """Every name that something reads, with the elements that read it."""
    found: dict[str, list[Element]] = {}
    for element, names in _reads(subject):
        for name in names:
            found.setdefault(name, []).append(element)
    return found


def _reads(subject: Subject) -> Iterator[tuple[Element, Names]]:
    for element, expression in conditions(subject.drawing):
        yield element, expressions.names(expression)
    for element, script in scripts(subject.drawing):
        yield element, expressions.script_names(script)[0]
    for element in subject.elements.values():
        if element.loop and element.loop.items:
            yield element, frozenset({element.loop.items})


# ---- who has given a name by then ---------------------------------------------------------------------------


def known(subject: Subject) -> Knowledge:
    """What is known before each node, following the ways until nothing changes."""
    gives = {node: given(subject, element) for node, element in subject.elements.items()}
    everything = frozenset[str]().union(*gives.values()) if gives else frozenset[str]()
    return Knowledge(
        surely=_follow(subject, gives, everything, frozenset.intersection),
        perhaps=_follow(subject, gives, frozenset(), frozenset.union),
    )


def given(subject: Subject, element: Element) -> Names:
    """The names that an element can give: by its form, its scripts, its repetitions."""
    names = subject.forms[element.id].names if element.id in subject.forms else frozenset[str]()
    for script in (element.pre_script, element.script, element.post_script):
        names |= expressions.script_names(script)[1] if script else frozenset()
    loop = element.loop
    return names | {name for name in ((loop.item, loop.result, loop.results) if loop else ()) if name}


def _follow(
    subject: Subject, gives: Mapping[str, Names], at_first: Names, merge: Callable[[Names, Names], Names]
) -> dict[str, Names]:
    ways, elements = subject.ways, subject.elements
    before = dict.fromkeys(ways.after, at_first)
    changed = True
    while changed:
        changed = False
        for node in ways.after:
            arriving = [_leaving(subject, source, node, before, gives) for source in ways.before[node]]
            joins = node in elements and elements[node].kind == "parallelGateway"
            new = reduce(frozenset.union if joins else merge, arriving) if arriving else frozenset[str]()
            if new != before[node]:
                before[node], changed = new, True
    return before


def _leaving(
    subject: Subject, source: str, node: str, before: Mapping[str, Names], gives: Mapping[str, Names]
) -> Names:
    """A boundary event happens before its host is done; what a sub-process itself gives, it gives at its end."""
    element = subject.elements.get(source)
    if element is None:
        return before[source] | gives.get(source.removesuffix("/"), frozenset())
    if node in element.boundary:
        return before[source]
    inner = element.loop.item if element.kind == "subProcess" and element.loop else None
    if element.kind == "subProcess":
        return before[source] | ({inner} if inner else frozenset())
    return before[source] | gives[source]


# ---- findings -----------------------------------------------------------------------------------------------


def _readings(subject: Subject) -> Iterator[Finding]:
    knowledge = known(subject)
    told: set[tuple[str, str]] = set()
    for element, names in _reads(subject):
        own = _known_inside(element)
        for name in sorted(names - own):
            if (element.id, name) not in told and _is_name(name):
                told.add((element.id, name))
                yield from _reading(subject, element, name, knowledge)
    yield from _identity_read(subject)


def _known_inside(element: Element) -> Names:
    """Repetitions and scripts after the form read what the element itself has just been given."""
    loop = element.loop
    return frozenset(name for name in ((loop.item, loop.result) if loop else ()) if name)


def _is_name(name: str) -> bool:
    return expressions.problem(name) is None


def _reading(subject: Subject, element: Element, name: str, knowledge: Knowledge) -> Iterator[Finding]:
    surely, perhaps = knowledge.surely[element.id], knowledge.perhaps[element.id]
    if element.loop or element.post_script:
        perhaps |= given(subject, element)
        surely |= given(subject, element)
    if name in surely:
        return
    if name not in perhaps:
        yield finding(
            "name_unknown",
            element,
            Sentence(
                "“{name}” membaca “{field}”, tetapi tidak ada formulir sebelumnya yang menanyakannya.",
                name=element.label,
                field=name,
            ),
            "Nilainya selalu kosong, sehingga alur salah jalan atau tersangkut.",
            Sentence("Tambahkan isian “{field}” pada formulir sebelumnya, atau betulkan namanya.", field=name),
        )
    elif not element.kind.endswith("Conditional"):
        yield finding(
            "name_not_everywhere",
            element,
            Sentence("“{name}” membaca “{field}”, yang belum tentu sudah ditanyakan.", name=element.label, field=name),
            "Pada sebagian jalan menuju ke sini nilainya masih kosong.",
            Sentence(
                "Tanyakan “{field}” pada semua jalan, atau pastikan syaratnya benar bila nilainya kosong.", field=name
            ),
            blocks=False,
        )


def _identity_read(subject: Subject) -> Iterator[Finding]:
    reads = read_names(subject)
    marked = {name for form in subject.forms.values() for name, field in form.fields.items() if field.get(MARK)}
    for name in sorted(marked & set(reads)):
        yield finding(
            "identity_read",
            reads[name][0],
            Sentence(
                "“{name}” membaca “{field}”, yang termasuk jati diri pelapor.", name=reads[name][0].label, field=name
            ),
            "Jati diri disimpan terpisah dan tidak pernah masuk ke dalam alur; nilainya selalu kosong di sini.",
            "Tanyakan hal yang menentukan alur dalam isian tersendiri yang bukan jati diri.",
        )


def _parallel_writings(subject: Subject) -> Iterator[Finding]:
    """Two branches that run at once and both give a name that something reads: the later one would win."""
    reads = set(read_names(subject))
    writers = {node: given(subject, element) & reads for node, element in subject.elements.items()}
    told: set[tuple[str, str, str]] = set()
    for split, branches in _splits(subject):
        for name, first, second in _collisions(subject, split, branches, writers):
            if (name, first, second) in told:
                continue
            told.add((name, first, second))
            one, other = subject.elements[first].label, subject.elements[second].label
            yield finding(
                "parallel_write",
                subject.elements[split],
                Sentence(
                    "“{one}” dan “{other}” berjalan bersamaan dan sama-sama mengisi “{field}”.",
                    one=one,
                    other=other,
                    field=name,
                ),
                "Isian yang masuk belakangan menimpa yang lebih dahulu, dan itulah yang dibaca alur.",
                "Beri nama isian yang berbeda pada kedua formulir.",
            )


def _splits(subject: Subject) -> Iterator[tuple[str, list[list[str]]]]:
    """Where one way becomes several at once, and the first nodes of each."""
    for element in subject.elements.values():
        after = subject.ways.after[element.id]
        if element.kind in ("parallelGateway", "inclusiveGateway") and len(after) > 1:
            yield element.id, [[each] for each in after]
        beside = [each for each in element.boundary if not subject.elements[each].interrupting]
        if beside:
            own = subject.ways.after.get(way_out(element.id), after)
            yield element.id, [[*(each for each in own if each not in element.boundary)], *([each] for each in beside)]


def _collisions(
    subject: Subject, split: str, branches: list[list[str]], writers: Mapping[str, Names]
) -> Iterator[tuple[str, str, str]]:
    inside = _inside(subject, split)
    everything = subject.ways.reach([each for branch in branches for each in branch]) | inside
    writing = {node for node in everything if writers.get(node)}
    if len(writing) < 2:
        return
    around = _meetings(subject, split, branches, everything)
    regions = [subject.ways.reach(branch, around) & writing for branch in branches]
    regions[0] |= inside & writing
    for one, other in combinations(regions, 2):
        for first, second in sorted({(min(pair), max(pair)) for pair in product(one, other) if pair[0] != pair[1]}):
            for name in sorted(writers[first] & writers[second]):
                yield name, first, second


def _inside(subject: Subject, host: str) -> set[str]:
    """An activity and what it holds: all of it runs beside the events on it. A gateway holds nothing."""
    found, border = {host}, [host]
    while border:
        outer = border.pop()
        fresh = [each.id for each in subject.elements.values() if each.scope == outer]
        found.update(fresh)
        border += fresh
    return found


def _meetings(subject: Subject, split: str, branches: list[list[str]], nodes: set[str]) -> set[str]:
    """The nodes that every branch has to pass on its way to an end, and the split itself."""
    ends = {each.id for each in subject.elements.values() if each.kind.startswith("end")}
    firsts = [each for branch in branches for each in branch]
    shared = set.intersection(*(subject.ways.reach(branch) for branch in branches))
    return {split} | {each for each in shared & nodes if not subject.ways.reach(firsts, {each}) & ends}
