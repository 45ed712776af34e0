"""What a person corrects in a plan, from the fields of the page: lanes, names, times, branches, steps more or less.

A plan in hand stays whole: what is taken away leaves no way hanging, and what is typed is judged by the plan's reader.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from service.errors import Invalid, Problem
from service.sop_tables import naming
from service.sop_tables.plan import (
    ELAPSED,
    LIKELY,
    PERSON,
    START,
    SURE,
    TASK,
    WORKING,
    Decision,
    End,
    Option,
    Plan,
    PlanLane,
    PlanRow,
    as_json,
    from_json,
)

Typed = Mapping[str, str]

UNITS = {"menit": ("PT", "M", WORKING), "jam": ("PT", "H", WORKING), "hari": ("P", "D", WORKING),
         "jam_berjalan": ("PT", "H", ELAPSED), "hari_kalender": ("P", "D", ELAPSED)}  # fmt: skip
KEPT = "tetap"
"""The unit of a time that no single amount can say; it stays as it is."""


@dataclass(frozen=True)
class Amount:
    """A time standard as two figures and a unit."""

    least: str = ""
    most: str = ""
    unit: str = ""


def amount_of(row: PlanRow) -> Amount:
    """The time of a row for the fields of the page."""
    if not row.time:
        return Amount(unit="hari" if row.kind == TASK else "menit")
    found = [re.fullmatch(r"(PT?)(\d+)([DHM])", part) for part in row.time.split("/")]
    for unit, (head, tail, clock) in UNITS.items():
        if all(each and (each[1], each[3]) == (head, tail) for each in found) and row.clock == clock:
            figures = [each[2] for each in found if each]
            return Amount(figures[0] if len(figures) > 1 else "", figures[-1], unit)
    return Amount(most=row.time, unit=KEPT)


def corrected(plan: Plan, typed: Typed) -> Plan:
    """The plan as the fields of the page say. Raises `Invalid` with a pointer to each field that cannot be."""
    plan = _with_heads(plan, typed)
    rows = [_row(plan, row, n, typed) for n, row in enumerate(plan.rows)]
    dropped = {n for n, row in enumerate(rows) if typed.get(f"r{n}-drop") and row.kind != START}
    if len(dropped) >= len([row for row in rows if row.kind == TASK]):
        raise Invalid("Sedikitnya satu langkah harus tetap ada.")
    ends = plan.ends
    if name := typed.get("end-new", "").strip():
        taken = {plan.key, *(lane.id for lane in plan.lanes), *(row.id for row in rows), *(end.id for end in ends)}
        ends = (*ends, End(naming.fresh(naming.slug(name, 40) or "selesai_lain", taken), name[:200]))
    wanted = replace(plan, rows=tuple(rows), ends=ends)
    judged = from_json(as_json(wanted))
    return _started(_without(judged, dropped))


def _with_heads(plan: Plan, typed: Typed) -> Plan:
    """Title, key, the complainant's word, the promise, and lanes."""
    lanes = tuple(_lane(lane, n, typed) for n, lane in enumerate(plan.lanes))
    if name := typed.get("lane-new", "").strip():
        taken = {lane.id for lane in lanes} | {row.id for row in plan.rows} | {end.id for end in plan.ends} | {plan.key}
        lanes = (*lanes, PlanLane(naming.fresh(naming.slug(name) or "lajur_baru", taken), name[:200], proposed=True))
    identity = dict(plan.identity)
    if "promise" in typed:
        identity.pop("promise", None)
        days = typed["promise"].strip()
        if days and not (days.isascii() and days.isdecimal() and 0 < int(days[:6]) < 1000):
            raise Invalid(
                "Janji jawaban: isi jumlah hari kerja.",
                errors=[Problem("/promise", "Isi jumlah hari kerja, misalnya 14.")],
            )
        identity |= {"promise": f"P{int(days)}D"} if days else {}
    return replace(
        plan,
        key=typed.get("key", plan.key).strip(),
        title=typed.get("title", plan.title).strip(),
        complainant_word=typed.get("word", plan.complainant_word),
        lanes=lanes,
        identity=identity,
    )


def _lane(lane: PlanLane, n: int, typed: Typed) -> PlanLane:
    if f"l{n}-name" not in typed:
        return lane
    return replace(
        lane, name=typed[f"l{n}-name"].strip(), identity=bool(typed.get(f"l{n}-identity")) and not lane.public
    )


def _row(plan: Plan, row: PlanRow, n: int, typed: Typed) -> PlanRow:
    row = replace(row, name=typed.get(f"r{n}-name", row.name).strip(), then=typed.get(f"r{n}-then", row.then))
    lane = typed.get(f"r{n}-lane", row.lane)
    if lane != row.lane or typed.get(f"r{n}-ok"):
        row = replace(row, lane=lane, lane_basis=PERSON, lane_reason="", lane_confidence=SURE)
    row = _timed(row, n, typed)
    events = tuple(event for k, event in enumerate(row.events) if not typed.get(f"r{n}-e{k}-drop"))
    row = replace(row, events=events)
    if row.decision is None:
        return row
    if typed.get(f"r{n}-unfork"):
        return replace(
            row, decision=None, then=row.then or next((o.to for o in row.decision.options if not o.returns), "")
        )
    return replace(row, decision=_decision(plan, row.decision, n, typed))


def _timed(row: PlanRow, n: int, typed: Typed) -> PlanRow:
    """The time as typed; as it was, with its reason, where the fields still say the same."""
    if f"r{n}-most" not in typed:
        return row
    was = amount_of(row)
    now = Amount(*(typed.get(f"r{n}-{name}", "").strip() for name in ("least", "most", "unit")))
    if now == was or (not now.most and not row.time):
        return row
    if not now.most:
        return replace(row, time="", clock=WORKING, time_reason="", time_confidence=SURE)
    head, tail, clock = UNITS.get(now.unit, ("", "", row.clock))
    parts = [f"{head}{_figure(part)}{tail}" for part in (now.least, now.most) if part]
    return replace(row, time="/".join(parts), clock=clock, time_reason="", time_confidence=SURE)


def _figure(text: str) -> str:
    """Without leading zeros; what is no figure stays, to be judged by the plan's reader."""
    return str(int(text)) if text.isascii() and text.isdecimal() and len(text) < 7 else text


def _decision(plan: Plan, decision: Decision, n: int, typed: Typed) -> Decision:
    order = {row.id: at for at, row in enumerate(plan.rows)}
    options = tuple(
        replace(
            option,
            label=typed.get(f"r{n}-o{k}-label", option.label).strip(),
            to=(to := typed.get(f"r{n}-o{k}-to", option.to)),
            returns=order[to] <= n if to in order and to != option.to else option.returns,
        )
        for k, option in enumerate(decision.options)
    )
    kept = tuple(option for k, option in enumerate(options) if option.label or f"r{n}-o{k}-label" not in typed)
    question = typed.get(f"r{n}-question", decision.question).strip()
    return replace(decision, options=kept, question=question)


def _without(plan: Plan, dropped: set[int]) -> Plan:
    """The plan without some rows; what led to them leads to the row after them."""
    if not dropped:
        return plan
    ends = {plan.rows[n].id: _after(plan, n, dropped) for n in dropped}

    def led(target: str) -> str:
        return ends.get(target, target)

    rows = []
    for n, row in enumerate(plan.rows):
        if n in dropped:
            continue
        decision = row.decision
        if decision:
            decision = replace(decision, options=tuple(replace(o, to=led(o.to)) for o in decision.options))
        events = tuple(replace(event, to=led(event.to)) for event in row.events)
        rows.append(replace(row, then=led(row.then), decision=decision, events=events))
    last = rows[-1]
    if not last.then and last.decision is None:
        rows[-1] = replace(last, then=plan.ends[-1].id)
    return replace(plan, rows=tuple(rows))


def _after(plan: Plan, n: int, dropped: set[int]) -> str:
    """Where a dropped row led: its own way, or the next row that stays."""
    ids = {row.id: at for at, row in enumerate(plan.rows)}
    then = plan.rows[n].then
    if then and ids.get(then) not in dropped:
        return then
    return next((row.id for at, row in enumerate(plan.rows) if at > n and at not in dropped), plan.ends[-1].id)


def _started(plan: Plan) -> Plan:
    """A start in a lane of the office is a step after all; then another start goes before it."""
    start, public = plan.rows[0], next((lane for lane in plan.lanes if lane.public), None)
    if public is None or start.lane == public.id:
        return plan
    taken = _taken(plan)
    moved = replace(start, id=naming.fresh(naming.slug(start.name) or "langkah_pertama", taken), kind=TASK)
    new = PlanRow(
        id=start.id,
        name="Sampaikan pengaduan",
        lane=public.id,
        kind=START,
        lane_basis=PERSON,
        lane_confidence=SURE,
        inserted=True,
    )
    return replace(plan, rows=(new, moved, *plan.rows[1:]))


def _taken(plan: Plan) -> set[str]:
    events = {event.id for row in plan.rows for event in row.events}
    return events | {
        plan.key,
        *(lane.id for lane in plan.lanes),
        *(row.id for row in plan.rows),
        *(end.id for end in plan.ends),
    }


# ---- more steps, more branches ------------------------------------------------------------------------------


def acted(plan: Plan, action: str) -> Plan:
    """The plan after one of its buttons: a step added after a row, a branch made of it, an answer more."""
    verb, _, row_id = action.partition(":")
    n = next((at for at, row in enumerate(plan.rows) if row.id == row_id), None)
    if n is None:
        return plan
    if verb == "tambah":
        return _step_after(plan, n)
    if verb == "cabang" and plan.rows[n].kind == TASK and plan.rows[n].decision is None:
        return _forked(plan, n)
    if verb == "pilihan" and plan.rows[n].decision is not None:
        return _option_more(plan, n)
    return plan


def _step_after(plan: Plan, n: int) -> Plan:
    row = plan.rows[n]
    office = next((lane.id for lane in plan.lanes if not lane.public), row.lane)
    new = PlanRow(
        id=naming.fresh("langkah_baru", _taken(plan)),
        name="Langkah baru",
        lane=row.lane if row.kind == TASK else office,
        row=row.row,
        part="tambahan" if row.row else "",
        lane_basis=PERSON,
        lane_confidence=SURE,
        then="" if row.decision else row.then,
        inserted=True,
    )
    before = row if row.decision else replace(row, then="")
    return replace(plan, rows=(*plan.rows[:n], before, new, *plan.rows[n + 1 :]))


def _forked(plan: Plan, n: int) -> Plan:
    row = plan.rows[n]
    used = {each.decision.field for each in plan.rows if each.decision}
    onward = row.then or (plan.rows[n + 1].id if n + 1 < len(plan.rows) else plan.ends[-1].id)
    back = plan.rows[n - 1].id if n > 1 else row.id
    options = (Option("ya", "Ya", onward), Option("tidak", "Tidak", back, True))
    decision = Decision(naming.fresh("keputusan", used), f"{row.name}: ya?"[:200], options, "", LIKELY)
    return _with_row(plan, n, replace(row, decision=decision))


def _option_more(plan: Plan, n: int) -> Plan:
    row = plan.rows[n]
    decision: Any = row.decision
    value = naming.fresh("pilihan_lain", [option.value for option in decision.options])
    label = f"Pilihan {len(decision.options) + 1}"
    option = Option(value, label, plan.rows[n + 1].id if n + 1 < len(plan.rows) else plan.ends[-1].id)
    return _with_row(plan, n, replace(row, decision=replace(decision, options=(*decision.options, option)[:12])))


def _with_row(plan: Plan, n: int, row: PlanRow) -> Plan:
    return replace(plan, rows=(*plan.rows[:n], row, *plan.rows[n + 1 :]))
