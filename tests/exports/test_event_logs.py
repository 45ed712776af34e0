"""What goes out is what happened: event logs that process mining reads and that fit the drawings, tables, JSON."""

import csv
import io
import shutil
import subprocess
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import orjson
import pytest
from flask import Flask

from service.complaints.models import Complaint
from service.database import db
from service.engine import Spec, load_spec
from service.exports.models import ExportRecord
from service.forms.sample import sample
from tests.client import Client
from tests.exports.cases import AGENCY, MANY, PATHS, run

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import pm4py
    from pm4py.objects.petri_net import semantics

ROOT = Path(__file__).parents[2]
EVERYTHING = "auditor"


def taken(client: Client, kind: str, by: str = EVERYTHING, **narrowed: str) -> bytes:
    asked = "&".join(f"{name}={value}" for name, value in narrowed.items())
    answer = client.call("GET", f"/exports/instances?format={kind}&{asked}", by=by)
    assert answer.status_code == 200, answer.text
    return answer.get_data()


def taken_one(client: Client, instance: dict[str, Any], kind: str, **more: str) -> Any:
    asked = "&".join(f"{name}={value}" for name, value in more.items())
    return client.call("GET", f"/instances/{instance['id']}/export?format={kind}&{asked}", by=EVERYTHING)


# ---- event logs ------------------------------------------------------------------------------------------------


def test_a_thousand_mixed_instances_replay_on_the_very_drawings_with_full_fitness(
    client: Client, a_thousand: list[dict[str, Any]], tmp_path: Path
) -> None:
    read = 0
    for key in AGENCY:
        path = tmp_path / f"{key}.xes"
        path.write_bytes(taken(client, "xes", diagram=key))
        log = pm4py.read_xes(str(path), return_legacy_log_object=True)
        read += len(log)
        net, start, end = pm4py.convert_to_petri_net(pm4py.read_bpmn(str(ROOT / "bpmn" / f"{key}.bpmn")))
        done = [trace for trace in log if trace.attributes["alur:state"] == "completed" and by_tasks_alone(trace)]
        assert done, key
        whole = pm4py.objects.log.obj.EventLog(done)
        replayed = pm4py.conformance_diagnostics_token_based_replay(whole, net, start, end)
        assert {result["trace_fitness"] for result in replayed} == {1.0}, key
        aligned = pm4py.conformance_diagnostics_alignments(whole, net, start, end)
        assert {result["fitness"] for result in aligned} == {1.0}, key
        spec = load_spec((ROOT / "bpmn" / f"{key}.bpmn").read_bytes())
        assert not [trace for trace in log if not fits_so_far(trace, net, start, spec)], key
    assert read == MANY


def by_tasks_alone(trace: Any) -> bool:
    """pm4py's nets have no boundary events: what ended by a timer or a message is no way of theirs."""
    return all(event["alur:kind"] == "complete" for event in trace)


def fits_so_far(trace: Any, net: Any, start: Any, spec: Spec) -> bool:
    """Whether the drawing has a way for what has happened until now, however it may go on.

    A timer or a message fits where the step that it is attached to could have been done.
    """
    reached = with_silent(net, {start})
    for event in trace:
        host = spec.elements[event["alur:element"]].attached_to
        name = spec.elements[host].label if host else event["concept:name"]
        after = {semantics.execute(t, net, marking) for marking in reached for t in enabled(net, marking, name)}
        if not after or host:
            return bool(after)
        reached = with_silent(net, after)
    return True


def with_silent(net: Any, markings: set[Any]) -> set[Any]:
    found, waiting = set(markings), list(markings)
    while waiting:
        marking = waiting.pop()
        fresh = {semantics.execute(t, net, marking) for t in enabled(net, marking, None)} - found
        found |= fresh
        waiting += fresh
    return found


def enabled(net: Any, marking: Any, name: str | None) -> list[Any]:
    return [t for t in semantics.enabled_transitions(net, marking) if t.label == name]


def test_an_event_says_which_step_who_which_lane_and_the_times_of_its_task(client: Client, tmp_path: Path) -> None:
    path = next(path for path in PATHS if path.sop == "pengaduan_langsung")
    instance = run(client, path)
    file = tmp_path / "one.xes"
    file.write_bytes(taken_one(client, instance, "xes").get_data())
    (trace,) = pm4py.read_xes(str(file), return_legacy_log_object=True)
    assert trace.attributes["concept:name"] == instance["number"]
    assert [f"{event['alur:element']}" for event in trace] == [
        move["element"] for move in moves(client, instance) if move["command"] == "complete"
    ]
    first = trace[0]
    assert first["org:group"] == "Resepsionis" and first["alur:opened_at"] <= first["time:timestamp"]


def moves(client: Client, instance: dict[str, Any]) -> list[dict[str, Any]]:
    return list(client.get(f"/instances/{instance['id']}/history", by=EVERYTHING)["items"])


@pytest.mark.parametrize(("kind", "ending"), [("ocel", "jsonocel"), ("ocel_sqlite", "sqlite")])
def test_process_mining_reads_the_object_centric_log_with_all_its_objects(
    client: Client, cases: list[dict[str, Any]], tmp_path: Path, kind: str, ending: str
) -> None:
    path = tmp_path / f"log.{ending}"
    path.write_bytes(taken(client, kind))
    log = pm4py.read_ocel2_json(str(path)) if kind == "ocel" else pm4py.read_ocel2_sqlite(str(path))
    types = log.objects["ocel:type"].value_counts().to_dict()
    assert types["instance"] == types["complaint"] == len(cases)
    assert {"task", "lane"} <= set(types)
    told = [move["command"] for case in cases for move in moves(client, case)]
    assert len(log.events) == sum(command in ("start", "complete", "timer", "message") for command in told)
    assert log.relations["ocel:oid"].isin(log.objects["ocel:oid"]).all()


def test_the_object_centric_json_declares_every_type_and_points_at_nothing_that_is_not_there(
    client: Client, cases: list[dict[str, Any]]
) -> None:
    log = orjson.loads(taken(client, "ocel"))
    objects = {thing["id"]: thing["type"] for thing in log["objects"]}
    declared = {kind["name"]: {each["name"] for each in kind["attributes"]} for kind in log["objectTypes"]}
    assert len(objects) == len(log["objects"]) and set(objects.values()) <= set(declared)
    assert {event["type"] for event in log["events"]} == {kind["name"] for kind in log["eventTypes"]}
    for thing in [*log["objects"], *log["events"]]:
        assert {link["objectId"] for link in thing["relationships"]} <= set(objects)
    for thing in log["objects"]:
        assert {value["name"] for value in thing["attributes"]} <= declared[thing["type"]]


# ---- tables ----------------------------------------------------------------------------------------------------


needs_office = pytest.mark.skipif(
    shutil.which("soffice") is None, reason="no LibreOffice here; on Debian: apt install libreoffice-calc-nogui"
)


def in_libreoffice(path: Path) -> list[list[str]]:
    """The cells as LibreOffice reads them, written as plain CSV."""
    office = ["soffice", "--headless", f"-env:UserInstallation={(path.parent / 'profile').as_uri()}"]
    wanted = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false"
    out = path.parent / "read"
    asks = ["--infilter=CSV:59,34,76,1"] if path.suffix == ".csv" else []  # what Excel does by itself
    asked = [*office, *asks, "--convert-to", wanted, "--outdir", str(out), str(path)]
    subprocess.run(asked, check=True, capture_output=True, timeout=180)
    return list(csv.reader(io.StringIO((out / f"{path.stem}.csv").read_text(encoding="utf-8"))))


@needs_office
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_table_opens_in_libreoffice_and_holds_what_the_api_holds(
    client: Client, cases: list[dict[str, Any]], tmp_path: Path, kind: str
) -> None:
    path = tmp_path / f"berkas.{kind}"
    path.write_bytes(taken(client, kind))
    heads, *rows = in_libreoffice(path)
    assert heads[0] == "Nomor"
    known = {case["number"]: client.get(f"/instances/{case['id']}", by=EVERYTHING) for case in cases}
    assert {row[0] for row in rows} == set(known)
    for row in rows:
        instance = known[row[0]]
        assert row[2] == str(instance["version"])
        assert row[11] == ", ".join(task["name"] for task in instance["tasks"])
        assert bool(row[10]) == (instance["state"] == "completed")


def test_dates_of_a_workbook_are_dates_and_texts_are_no_formulas(client: Client, cases: list[dict[str, Any]]) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(taken(client, "xlsx"))).active
    kinds = {cell.data_type for row in sheet.iter_rows(min_row=2) for cell in row if cell.value is not None}
    assert kinds == {"s", "n", "d"}
    assert sheet.freeze_panes == "A2" and sheet.page_setup.orientation == "landscape"


def csv_rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


def test_a_table_holds_exactly_what_the_list_is_narrowed_to(client: Client, cases: list[dict[str, Any]]) -> None:
    by = "atasan@diskop-samarinda"
    listed = client.get("/instances?diagram=sp4n_lapor&state=running&limit=200", by=by)["items"]
    rows = csv_rows(taken(client, "csv", by=by, diagram="sp4n_lapor", state="running"))
    assert [row[0] for row in rows[1:]] == [item["number"] for item in listed]
    assert len(csv_rows(taken(client, "csv", by=by, diagram="pengaduan_langsung"))) == 1


# ---- JSON ------------------------------------------------------------------------------------------------------


def test_the_json_of_an_instance_holds_version_forms_moves_answers_and_papers(client: Client) -> None:
    instance = run(client, PATHS[0])
    told = orjson.loads(taken_one(client, instance, "json").get_data())
    assert told["version"]["bpmn"].startswith("<?xml") and told["version"]["forms"]
    assert [move["hash"] for move in told["moves"]] == [move["hash"] for move in moves(client, instance)]
    assert [move["answers"] for move in told["moves"]] == [move["answers"] for move in moves(client, instance)]
    assert "identity" not in told


def test_json_lines_hold_every_instance_once(client: Client, cases: list[dict[str, Any]]) -> None:
    found = [orjson.loads(line) for line in taken(client, "json").splitlines()]
    assert {told["instance"]["id"] for told in found} == {case["id"] for case in cases}


# ---- who, what, why --------------------------------------------------------------------------------------------


def records(app: Flask) -> list[ExportRecord]:
    with app.app_context():
        found = list(db.session.query(ExportRecord).order_by(ExportRecord.id))
        db.session.remove()
    return found


def test_every_export_is_written_down_with_who_what_and_why(client: Client) -> None:
    instance = run(client, PATHS[0], 1)
    taken_one(client, instance, "xes", why="Permintaan Ombudsman")
    taken(client, "csv", by="atasan@diskop-sulteng", state="running", why="Laporan bulanan")
    one, many = records(client.app)
    assert (str(one.instance_id), one.format, one.why) == (instance["id"], "xes", "Permintaan Ombudsman")
    assert one.by_id != many.by_id
    assert (many.instance_id, many.scope, many.why) == (None, {"state": "running"}, "Laporan bulanan")


CANARY = "Kenari Rahasia Seratus"


def complaint_of_the_canary(client: Client) -> dict[str, Any]:
    """A complaint whose complainant has a name that stands nowhere else."""
    form = client.get("/diagrams/sp4n_lapor/form")["schema"]
    answers = sample(form) | {"nama_pelapor": CANARY}
    handed = client.post("/complaints", {"diagram": "sp4n_lapor", "answers": answers})
    return dict(client.get(f"/instances?q={handed['number']}", by="petugas@diskop-samarinda")["items"][0])


def all_files(client: Client, instance: dict[str, Any]) -> Iterator[bytes]:
    for kind in ("json", "xes", "ocel", "ocel_sqlite", "csv"):
        yield taken_one(client, instance, kind).get_data()
        yield taken(client, kind)
    rows = openpyxl.load_workbook(io.BytesIO(taken(client, "xlsx"))).active.iter_rows(values_only=True)
    yield str(list(rows)).encode()


def test_a_complainants_name_is_in_no_file_unless_someone_entitled_asks_for_it_with_a_reason(client: Client) -> None:
    instance = complaint_of_the_canary(client)
    assert all(CANARY.encode() not in content for content in all_files(client, instance))
    url = f"/instances/{instance['id']}/export?format=json&identity=true"
    supervisor = "atasan@diskop-samarinda"
    assert client.call("GET", url, by=supervisor).status_code == 422
    assert client.call("GET", f"{url}&why=Pelimpahan", by="auditor").status_code == 403
    told = orjson.loads(client.call("GET", f"{url}&why=Pelimpahan", by=supervisor).get_data())
    assert told["identity"]["nama_pelapor"] == CANARY
    assert [record.identity for record in records(client.app)][-1] is True
    with client.app.app_context():
        assert db.session.query(Complaint).count() == 1
        db.session.remove()


def test_a_secret_instance_goes_out_to_those_only_who_may_see_it(client: Client) -> None:
    form = client.get("/diagrams/sp4n_lapor/form")["schema"]
    handed = client.post("/complaints", {"diagram": "sp4n_lapor", "answers": sample(form), "secret": True})
    for by, seen in (("atasan@diskop-samarinda", True), ("pemilik@diskop-samarinda", False), ("admin", False)):
        assert (handed["number"].encode() in taken(client, "csv", by=by)) is seen, by


def test_an_instance_of_another_office_is_not_there(client: Client) -> None:
    instance = run(client, PATHS[0], 1)
    answer = client.call("GET", f"/instances/{instance['id']}/export", by="atasan@diskop-malang")
    assert answer.status_code == 404
