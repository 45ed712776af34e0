"""Pages that lead from the document of an SOP to a draft: paste or upload, correct the table, look, keep.

What was read and corrected so far travels in the form itself, so nothing is kept before the draft and nothing is lost
when something is refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from flask import Response, render_template, request
from flask_babel import gettext, lazy_gettext
from markupsafe import Markup

from service.engine import Finding
from service.entrance.pages import Pages, go_to
from service.errors import Invalid, Refusal
from service.people.caller import Caller
from service.people.models import OWNER, Agency, agencies
from service.sentences import say
from service.sop_tables import commands, correcting, document
from service.sop_tables import plan as plans
from service.sop_tables.build import build
from service.sop_tables.picture import picture
from service.sop_tables.plan import Plan, PlanRow

pages = Pages("sop_tables")

HERE = "/sop/dari-dokumen"
UNIT_WORDS = {
    "menit": lazy_gettext("menit"),
    "jam": lazy_gettext("jam kerja"),
    "hari": lazy_gettext("hari kerja"),
    "jam_berjalan": lazy_gettext("jam berjalan"),
    "hari_kalender": lazy_gettext("hari kalender"),
}
CONFIDENCE_WORDS = {
    plans.SURE: lazy_gettext("Pasti"),
    plans.LIKELY: lazy_gettext("Cukup yakin"),
    plans.UNSURE: lazy_gettext("Perkiraan"),
}
MISSING_WORDS = {
    plans.STEP: lazy_gettext("Langkah"),
    plans.BRANCH: lazy_gettext("Cabang"),
    plans.EVENT: lazy_gettext("Kejadian"),
}


@pages.get(HERE, roles=(OWNER,))
def paste(by: Caller, at: datetime, refusal: Refusal | None = None) -> str:
    return render_template("sop_tables/paste.html", typed=request.form.get("teks", ""), refusal=refusal)


@pages.post(HERE, roles=(OWNER,), again=paste)
def read_document(by: Caller, at: datetime) -> str:
    plan = commands.propose(_sent(), by)
    said = plans.from_json(plans.as_json(plan, lambda text: say(text, gettext)))
    return _shown(said, by)


def _sent() -> document.Document:
    """The file that was chosen, else the text that was pasted."""
    file = request.files.get("berkas")
    if file is not None and file.filename:
        return document.of_file(file.stream.read(document.LARGEST + 1), file.filename)
    return document.of_text(request.form.get("teks", ""))


@pages.get(f"{HERE}/rencana", roles=(OWNER,))
def begin_again(by: Caller, at: datetime) -> Response:
    """The plan travels in its form; without one there is nothing to show."""
    return go_to(HERE)


def plan_again(by: Caller, at: datetime, refusal: Refusal | None = None) -> str:
    """The page as it was sent, with everything typed, and why it was refused."""
    try:
        plan = _held()
    except Invalid as unreadable:
        return paste(by, at, refusal=unreadable)
    return _shown(plan, by, refusal=refusal, typed=request.form)


@pages.post(f"{HERE}/rencana", roles=(OWNER,), again=plan_again)
def work_on(by: Caller, at: datetime) -> Any:
    """Take over what was corrected; then show it anew, checked where that was asked, or keep it as a draft."""
    action = request.form.get("lakukan", "")
    plan = correcting.acted(correcting.corrected(_held(), request.form), action)
    if action == "buat":
        return _keep(plan, by, at)
    if action == "periksa":
        built, findings = commands.examine(plan, by)
        return _shown(plan, by, findings=findings, drawn=built.xml)
    return _shown(plan, by)


def _held() -> Plan:
    try:
        return plans.from_json(orjson.loads(request.form.get("rencana", "")))
    except orjson.JSONDecodeError as error:
        raise Invalid("Rencana ini tidak dapat dibaca; mulailah lagi dari dokumennya.") from error


def _keep(plan: Plan, by: Caller, at: datetime) -> Response:
    """A draft of the plan; what would keep it from running undoes it again, since here it is mended at once."""
    new = request.form.get("baru") == "ya"
    note = gettext("Dari dokumen SOP")
    version, findings = commands.draft(plan, by, at, request.form.get("instansi") or None, note, new)
    if any(found.blocks for found in findings):
        raise Invalid("Draf belum dapat dibuat; perbaiki dahulu temuan di bawah.", findings=findings)
    return go_to(f"/sop/{version.diagram_key}/{version.n}")


# ---- what the page shows ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RowShown:
    """One row of the plan with what its fields begin with."""

    n: int
    row: PlanRow
    amount: correcting.Amount
    doubtful: bool


def _shown(
    plan: Plan,
    by: Caller,
    refusal: Refusal | None = None,
    typed: Any = None,
    findings: Sequence[Finding] | None = None,
    drawn: bytes | None = None,
) -> str:
    if isinstance(refusal, Invalid) and refusal.findings:
        findings = refusal.findings
    rows = [RowShown(n, row, correcting.amount_of(row), _doubtful(row)) for n, row in enumerate(plan.rows)]
    return render_template(
        "sop_tables/plan.html",
        plan=plan,
        held=orjson.dumps(plans.as_json(plan)).decode(),
        rows=rows,
        doubtful=[shown for shown in rows if shown.doubtful],
        targets=_targets(plan),
        lane_choices=[(lane.id, lane.name) for lane in plan.lanes],
        names={row.id: row.name for row in plan.rows} | {end.id: end.name for end in plan.ends},
        units=UNIT_WORDS,
        confidences=CONFIDENCE_WORDS,
        kinds=MISSING_WORDS,
        offices=_offices(by),
        picture=_picture(plan, drawn),
        findings=findings,
        refusal=refusal,
        wrong=_wrong(refusal),
        typed=typed or {},
        new=request.form.get("baru") == "ya" or "lakukan" not in request.form,
        office=request.form.get("instansi"),
        here=HERE,
    )


def _doubtful(row: PlanRow) -> bool:
    unsure = [row.lane_confidence, row.time_confidence, row.decision.confidence if row.decision else plans.SURE]
    return plans.UNSURE in unsure


def _targets(plan: Plan) -> list[tuple[str, str]]:
    """Where a row can lead to: rows and ends, in words."""
    rows = [
        (
            row.id,
            gettext("%(row)s. %(name)s", row=f"{row.row}{f' ({row.part})' if row.part else ''}", name=row.name)
            if row.row
            else row.name,
        )
        for row in plan.rows[1:]
    ]
    return [*rows, *((end.id, gettext("Akhir: %(name)s", name=end.name)) for end in plan.ends)]


def _offices(by: Caller) -> Sequence[Agency]:
    """The agencies whose diagrams he owns."""
    owned = {agency for agency, role in by.roles if role == OWNER}
    return agencies(None if None in owned else {agency for agency in owned if agency})


def _picture(plan: Plan, drawn: bytes | None) -> Markup | None:
    """The drawing, where there is one; everything in it is escaped where it is made."""
    try:
        return Markup(picture(drawn or build(plan).xml, plan.title))
    except Refusal:
        return None


def _wrong(refusal: Refusal | None) -> list[tuple[str, Any]]:
    """What is wrong, each with the place on the page where it stands."""
    problems = refusal.errors if isinstance(refusal, Invalid) else ()
    return [(_place(problem.pointer), problem.sentence) for problem in problems]


def _place(pointer: str) -> str:
    parts = pointer.strip("/").split("/")
    if parts[0] == "rows" and len(parts) > 1 and parts[1].isdigit():
        kind = {"lane": "lane", "name": "name", "time": "most", "then": "then"}.get(
            parts[2] if len(parts) > 2 else "", "name"
        )
        return f"#r{parts[1]}-{kind}"
    if parts[0] == "lanes" and len(parts) > 1 and parts[1].isdigit():
        return f"#l{parts[1]}-name"
    return f"#{parts[0]}" if parts[0] in ("key", "title", "promise") else "#langkah"
