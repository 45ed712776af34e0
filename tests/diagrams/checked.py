"""Tiny diagrams put before the check: a good one to vary, and what is found about any of them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from service.diagrams.check import CheckContext, check
from service.engine import Finding
from tests.engine.diagrams import Node, end, exclusive, process, start, task

FORM = {"formJsonSchemaFilename": "isi.schema.json"}
DRAWN = ("picture_missing",)


def lane(node: Node, name: str = "staf") -> Node:
    """The node in a lane."""
    return replace(node, lane=name)


def form(**named: Any) -> dict[str, Any]:
    """A form with these fields, all of them required."""
    return {
        "type": "object",
        "title": "Formulir",
        "properties": {name: {"title": name, **field} for name, field in named.items()},
        "required": list(named),
    }


def choice(*values: str) -> dict[str, Any]:
    return {"type": "string", "enum": list(values)}


def asks(id: str, file: str | None = None, **properties: str) -> Node:
    """A task in a lane with a form of its own."""
    return task(id, lane="staf", formJsonSchemaFilename=file or f"{id}.schema.json", **properties)


def begin(**properties: str) -> Node:
    return lane(start(formJsonSchemaFilename="mulai.schema.json", **properties))


BOOL: dict[str, Any] = {"type": "boolean"}
NOTE: dict[str, Any] = {"type": "string", "maxLength": 100}
MULAI = form(perihal=NOTE)


def good() -> tuple[bytes, dict[str, Any]]:
    """A diagram with a decision and a way back, about which nothing is found."""
    xml = process(
        begin(),
        asks("periksa", timeStandard="P1D/P3D"),
        exclusive("lengkap"),
        asks("tulis"),
        lane(end()),
        flows="mulai > periksa > lengkap; lengkap > tulis : keputusan == 'setuju';"
        "lengkap > periksa : keputusan == 'ulang'; tulis > selesai",
    )
    files = {
        "mulai.schema.json": MULAI,
        "periksa.schema.json": form(keputusan=choice("setuju", "ulang")),
        "tulis.schema.json": form(isi=NOTE),
    }
    return xml, files


def found(
    xml: bytes, files: Mapping[str, Any] | None = None, dry_run: bool = False, lanes_held: set[str] | None = None
) -> list[Finding]:
    """All findings, but that there is no picture: these diagrams have none."""
    context = CheckContext(lanes_held=lanes_held, dry_run=dry_run)
    return [each for each in check(xml, files or {}, context) if each.code not in DRAWN]


def only(code: str, findings: list[Finding]) -> Finding:
    """The one finding with that code; every finding has all its words."""
    assert all(each.what and each.why and each.mend for each in findings)
    assert all("{" not in each.what + each.why + each.mend for each in findings if each.code != "expression")
    with_code = [each for each in findings if each.code == code]
    assert len(with_code) == 1, [(each.code, each.element_id, each.what) for each in findings]
    return with_code[0]
