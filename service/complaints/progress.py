"""What a complainant is told of his complaint: how it stands, in plain words, and what he can do now.

He never sees names of tasks, lanes or officers: only what the diagram marks as milestones, what forms mark as meant
for him, how it ended, and the tasks of his own lane.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.complaints.letters import Letter, letters_of
from service.complaints.models import Complaint
from service.complaints.usual_way import Texts, milestone, milestones_ahead
from service.diagrams.loading import Loaded, load
from service.engine import Spec
from service.instances.models import CANCELLED, COMPLETED, SUSPENDED, Instance, instance_of
from service.people.caller import COMPLAINANT
from service.sentences import Sentence
from service.tasks.models import OPEN, Task, tasks_of

DONE, NOW, NEXT = "done", "now", "next"

RECEIVED, IN_PROGRESS, YOUR_TURN = "received", "in_progress", "your_turn"
STATUS = {
    RECEIVED: "Diterima",
    IN_PROGRESS: "Sedang diproses",
    YOUR_TURN: "Menunggu Anda",
    SUSPENDED: "Ditangguhkan",
    COMPLETED: "Selesai",
    CANCELLED: "Dihentikan",
}

SENTENCES = {
    RECEIVED: "Pengaduan Anda sebagai {word} sudah kami terima dan akan segera ditangani.",
    IN_PROGRESS: "Pengaduan Anda sebagai {word} sedang kami tangani.",
    YOUR_TURN: "Kami menunggu tanggapan Anda sebagai {word}. Silakan isi formulir yang tersedia.",
    SUSPENDED: "Penanganan pengaduan Anda sebagai {word} sedang ditangguhkan oleh kantor.",
    COMPLETED: "Penanganan pengaduan Anda sebagai {word} sudah selesai.",
    CANCELLED: "Penanganan pengaduan Anda sebagai {word} dihentikan oleh kantor.",
}
SAID = "{milestone}."
ENDED = "Penanganan pengaduan Anda sebagai {word} sudah selesai: {end}."


@dataclass(frozen=True)
class Milestone:
    """One thing the complainant is told; `at` is when it was reached, None while it lies ahead."""

    text: str
    state: str
    at: datetime | None = None


@dataclass(frozen=True)
class PublicTask:
    """A task of the complainant's lane that he may do now."""

    id: uuid.UUID
    name: str
    schema: dict[str, Any]
    ui_schema: dict[str, Any]
    due_at: datetime | None


@dataclass(frozen=True)
class Progress:
    """How a complaint stands. `code` is for programs, `status` and `sentence` are for people."""

    number: str
    code: str
    status: str
    sentence: Sentence
    received_at: datetime
    promised_at: datetime | None
    ended_at: datetime | None
    milestones: tuple[Milestone, ...]
    tasks: tuple[PublicTask, ...]
    letters: tuple[Letter, ...]


def progress(complaint: Complaint) -> Progress:
    """How this complaint stands; for whoever has shown its PIN."""
    instance = instance_of(complaint.instance_id)
    version = load(instance.version_id)
    passed = tasks_of(instance.id, only_open=False)
    public = _public_tasks(version, instance, passed)
    milestones = _milestones(version.spec, instance, complaint.received_at, passed)
    code = _code(instance, passed, public)
    return Progress(
        number=complaint.number,
        code=code,
        status=STATUS[code],
        sentence=_sentence(version.spec, instance, code, milestones),
        received_at=complaint.received_at,
        promised_at=complaint.promised_at,
        ended_at=instance.ended_at,
        milestones=milestones,
        tasks=public,
        letters=letters_of(complaint),
    )


def _code(instance: Instance, passed: Sequence[Task], public: Sequence[PublicTask]) -> str:
    """An instance that is stuck is in progress to the complainant: mending it is the office's affair."""
    if instance.state in (SUSPENDED, COMPLETED, CANCELLED):
        return instance.state
    if public:
        return YOUR_TURN
    return IN_PROGRESS if any(task.state != OPEN for task in passed) else RECEIVED


def _sentence(spec: Spec, instance: Instance, code: str, milestones: Sequence[Milestone]) -> Sentence:
    word = Sentence(spec.properties.get("complainantWord") or COMPLAINANT.name)
    end = spec.elements.get(instance.end or "")
    if code == COMPLETED and end is not None and (milestone(end) or end.name):
        return Sentence(ENDED, word=word, end=milestone(end) or end.name)
    now = [told.text for told in milestones if told.state == NOW]
    if code == IN_PROGRESS and now:
        return Sentence(SAID, milestone=now[-1].rstrip("."))
    return Sentence(SENTENCES[code], word=word)


def _public_tasks(version: Loaded, instance: Instance, passed: Sequence[Task]) -> tuple[PublicTask, ...]:
    if instance.state != "running":
        return ()
    return tuple(_public_task(version, task) for task in passed if task.public and task.state == OPEN)


def _public_task(version: Loaded, task: Task) -> PublicTask:
    """Named as its form is, which speaks to him; the diagram's name is the office's."""
    form = version.form(task.element)
    return PublicTask(task.id, form.schema.get("title") or task.name, form.schema, form.ui_schema, task.due_at)


# ---- milestones ------------------------------------------------------------------------------------------------


def _milestones(spec: Spec, instance: Instance, received_at: datetime, passed: Sequence[Task]) -> tuple[Milestone, ...]:
    """Those passed, in the order of time, the one it stands at, and those ahead on the usual way.

    What lies ahead again after rework is ahead, though it was reached once before.
    """
    reached = _reached(spec, instance, received_at, passed)
    if instance.ended_at is not None:
        return tuple(Milestone(text, DONE, at) for text, at in reached.items())
    open_elements = [task.element for task in passed if task.state == OPEN]
    now = _now(spec, reached, open_elements)
    ahead = _ahead(spec, open_elements)
    return (
        *(Milestone(text, DONE, at) for text, at in reached.items() if text not in now and text not in ahead),
        *(Milestone(text, NOW, reached[text]) for text in now),
        *(Milestone(text, NEXT) for text in ahead if text not in now),
    )


def _reached(spec: Spec, instance: Instance, received_at: datetime, passed: Sequence[Task]) -> dict[str, datetime]:
    """Milestone -> when it was last reached, in the order they were first reached."""
    steps = [(spec.start.id, received_at), *((task.element, task.created_at) for task in passed)]
    if instance.end and instance.ended_at:
        steps.append((instance.end, instance.ended_at))
    texts = ((_told(spec, element), at) for element, at in steps)
    return {text: at for text, at in texts if text}


def _now(spec: Spec, reached: Mapping[str, datetime], open_elements: Iterable[str]) -> list[str]:
    """The milestones of what is being done; where that has none, the one reached last."""
    own = [text for element in open_elements if (text := _told(spec, element))]
    return list(dict.fromkeys(own)) or list(reached)[-1:]


def _ahead(spec: Spec, open_elements: Iterable[str]) -> Texts:
    ahead = milestones_ahead(spec)
    return tuple(dict.fromkeys(text for element in open_elements for text in ahead.get(element, ())))


def _told(spec: Spec, element_id: str) -> str | None:
    element = spec.elements.get(element_id)
    return milestone(element) if element else None
