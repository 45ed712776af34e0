"""A walk through a diagram with made-up answers: every choice once, as far as the number of moves allows."""

import json
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice, product
from typing import Any

from service.calendars.durations import parse_duration
from service.diagrams.checking.decisions import Offers
from service.diagrams.checking.subject import CheckContext, FormFile, Subject, finding, subject_of
from service.engine import Clock, Finding, MessageWaiting, Run, Spec, TaskWaiting, TimerWaiting, load_spec, read_xml
from service.engine.reading import read
from service.errors import Invalid, Stuck
from service.forms.sample import sample
from service.sentences import Sentence

MOST_MOVES = 600
MOST_ANSWERS = 24
MOST_WAITING = 200

_ANY = "(any)"
_BEGIN = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)


@dataclass
class _Walk:
    spec: Spec
    subject: Subject
    offers: Offers
    ahead: deque[bytes] = field(default_factory=deque)
    seen: set[str] = field(default_factory=set)
    reached: set[str] = field(default_factory=set)
    findings: dict[tuple[str, str | None], Finding] = field(default_factory=dict)
    moves: int = 0


def walk(xml: bytes, forms: Mapping[str, Mapping[str, Any]]) -> list[Finding]:
    """What went wrong on the way, and what no way has led to. `forms` are schemas by element id."""
    try:
        spec = load_spec(xml)
    except Invalid as refusal:
        return list(refusal.findings)
    subject = _subject(xml, forms)
    walked = _Walk(spec, subject, Offers(subject))
    for answers in _answers(walked, spec.start.id):
        _move(walked, None, lambda answers=answers: Run.start(spec, answers, _clock(_BEGIN)))
    while walked.ahead and walked.moves < MOST_MOVES:
        _step(walked, walked.ahead.popleft())
    return [*walked.findings.values(), *_missed(walked)]


def _subject(xml: bytes, forms: Mapping[str, Mapping[str, Any]]) -> Subject:
    root = read_xml(xml).getroot()
    drawing, _ = read(root)
    if drawing is None:
        raise ValueError("no process")
    files = {element.form: forms[id] for id, element in drawing.elements.items() if element.form and id in forms}
    return subject_of(root, drawing, files, CheckContext())


def _clock(now: datetime) -> Clock:
    return Clock(now, lambda start, duration, clock: start + parse_duration(duration).elapsed())


def _answers(walked: _Walk, element: str) -> Iterator[dict[str, Any]]:
    """Made-up answers to the form of an element: one set for each combination of choices that something reads."""
    form = walked.subject.forms.get(element)
    if form is None:
        yield {}
        return
    names = sorted(walked.spec.reads & set(form.fields))
    offered = [_offered(walked, form, name) for name in names]
    for values in islice(product(*offered), MOST_ANSWERS):
        chosen = dict(zip(names, values, strict=True))
        answers = sample(form.schema, {name: value for name, value in chosen.items() if value not in (None, _ANY)})
        yield answers | {name: None for name, value in chosen.items() if value is None}


def _offered(walked: _Walk, form: FormFile, name: str) -> list[Any]:
    values = walked.offers.tried(name, form.fields[name]) or [_ANY]
    return values if name in form.schema.get("required", ()) else [*values, None]


def _step(walked: _Walk, state: bytes) -> None:
    """From one state, everything that can happen next, each from the same state."""
    waiting = Run.load(walked.spec, state, _clock(_BEGIN)).waiting
    for each in waiting:
        now = each.due_at if isinstance(each, TimerWaiting) else _BEGIN
        options = _answers(walked, each.element) if not isinstance(each, TimerWaiting) else iter([{}])
        for answers in options:
            run = Run.load(walked.spec, state, _clock(now))
            _move(walked, each.element, lambda run=run, each=each, answers=answers: _do(run, each, answers))


def _do(run: Run, waiting: TaskWaiting | TimerWaiting | MessageWaiting, answers: dict[str, Any]) -> Run:
    match waiting:
        case TaskWaiting():
            run.complete(waiting.step_id, answers)
        case TimerWaiting():
            run.fire(waiting.step_id)
        case MessageWaiting():
            run.receive(waiting.name, answers)
    return run


def _move(walked: _Walk, element: str | None, act: Any) -> None:
    walked.moves += 1
    try:
        run = act()
        state = run.dump()
        waiting = run.waiting
    except Stuck as stuck:
        _note(walked, stuck.element or element, stuck.sentence)
        return
    except Exception as error:  # whatever the engine does not expect is a finding, too
        _note(walked, element, f"{type(error).__name__}: {error}")
        return
    walked.reached |= {each.element for each in waiting} | ({run.end} if run.end else set())
    if len(waiting) > MOST_WAITING:
        _note(walked, element, Sentence("lebih dari {most} langkah menunggu sekaligus.", most=MOST_WAITING))
        return
    key = json.dumps([sorted(each.element for each in waiting), run.data], sort_keys=True, default=str)
    if run.state == "running" and key not in walked.seen:
        walked.seen.add(key)
        walked.ahead.append(state)


def _note(walked: _Walk, element_id: str | None, reason: str) -> None:
    element = walked.spec.elements.get(element_id or "")
    what = (
        Sentence("Uji jalan tersangkut di “{name}”: {reason}", name=element.label, reason=reason)
        if element
        else Sentence("Uji jalan tersangkut: {reason}", reason=reason)
    )
    walked.findings.setdefault(
        ("dry_run_stuck", element_id),
        finding(
            "dry_run_stuck",
            element,
            what,
            "Urusan yang sebenarnya akan tersangkut di tempat yang sama.",
            "Periksa syarat, skrip, dan isian yang disebut.",
        ),
    )


def _missed(walked: _Walk) -> Iterator[Finding]:
    """If every choice was tried: ends and tasks that none of them has led to."""
    if walked.ahead or walked.findings:
        return
    ends = {end.id for end in walked.spec.ends}
    if not walked.reached & ends:
        yield finding(
            "dry_run_endless",
            None,
            "Uji jalan tidak pernah mencapai akhir, apa pun jawabannya.",
            "Urusan yang dimulai tidak akan pernah selesai.",
            "Periksa syarat pada gerbang-gerbang menuju akhir.",
        )
        return
    for element in walked.spec.tasks():
        if element.id not in walked.reached:
            yield finding(
                "dry_run_missed",
                element,
                Sentence("Pada uji jalan, tidak satu pun kombinasi jawaban sampai ke “{name}”.", name=element.label),
                "Mungkin syarat menuju ke sini tidak pernah terpenuhi.",
                "Periksa syarat pada gerbang sebelumnya.",
                blocks=False,
            )
