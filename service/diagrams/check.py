"""The check before publishing: everything that can be known about a diagram and its forms before it runs, at once."""

from collections.abc import Mapping
from typing import Any

from service.diagrams import dry_run
from service.diagrams.checking import asked, decisions, knowledge, roles, structure, times
from service.diagrams.checking.subject import CheckContext, Subject, finding, subject_of
from service.engine import Finding, read_xml
from service.engine.limits import examine
from service.engine.reading import read
from service.errors import Invalid

__all__ = ["CheckContext", "check"]

_LOOKS = (structure.look, roles.look, times.look, asked.look, knowledge.look, decisions.look)


def check(xml: bytes, forms: Mapping[str, Any], context: CheckContext) -> list[Finding]:
    """All findings: those that block first, each about one element. Never raises for what is in the files.

    `forms` are the files of its forms by plain name: parsed JSON, or bytes.
    """
    try:
        root = read_xml(xml).getroot()
    except Invalid as refusal:
        return list(refusal.findings) or [_unreadable(refusal)]
    drawing, found = read(root)
    if drawing is None:
        return found
    subject = subject_of(root, drawing, forms, context)
    found += _without_echoes(examine(subject.drawing), found)
    found += [each for look in _LOOKS for each in look(subject)]
    if context.dry_run and not any(each.blocks for each in found):
        found += dry_run.dry_run(xml, _used_forms(subject))
    return sorted(dict.fromkeys(found), key=lambda each: not each.blocks)


def _unreadable(refusal: Invalid) -> Finding:
    return finding(
        "xml_unreadable",
        None,
        refusal.sentence,
        "Berkas ini tidak dapat dibaca sebagai diagram.",
        "Ekspor ulang diagram dari penyunting BPMN.",
    )


def _without_echoes(findings: list[Finding], before: list[Finding]) -> list[Finding]:
    """What cannot run at all need not be told also to hang wrongly."""
    told = {each.element_id for each in before if each.code in ("element_unsupported", "event_unsupported")}
    return [each for each in findings if each.element_id is None or each.element_id not in told]


def _used_forms(subject: Subject) -> dict[str, Any]:
    return {element: form.schema for element, form in subject.forms.items()}
