"""What a spec says of a diagram, as plain data."""

import threading

from service.engine import Lane, Timer, load_spec
from service.engine.xml import BPMN
from tests.engine.diagrams import (
    each,
    end,
    exclusive,
    message,
    process,
    script,
    start,
    subprocess,
    task,
    timer,
)

XML = process(
    start("mulai", formJsonSchemaFilename="mulai.schema.json"),
    task("periksa", lane="petugas", sopRow="1", sopPart="a", formJsonSchemaFilename="periksa.schema.json"),
    timer("lewat", "P10D", on="periksa", timeClock="elapsed"),
    message("tutup", "pengaduan_ditutup", on="periksa", interrupting=False, messageLanes="petugas\natasan"),
    exclusive("apa"),
    subprocess(
        "rinci", task("lapangan"), end("rinci_selesai"), flows="rinci_mulai > lapangan > rinci_selesai", lane="tim"
    ),
    end(),
    end("lain"),
    flows="mulai > periksa > apa; apa > rinci : keputusan == 'ya'; apa > selesai : default; rinci > selesai;"
    "lewat > lain; tutup > lain",
    sopTitle="Pengaduan",
)


def test_a_spec_names_elements_flows_and_lanes() -> None:
    spec = load_spec(XML)
    assert spec.key == "kecil"
    assert spec.properties == {"sopTitle": "Pengaduan"}
    assert [lane.id for lane in spec.lanes] == ["petugas", "tim"]
    assert [element.id for element in spec.tasks()] == ["periksa", "lapangan"]
    assert spec.start.id == "mulai"
    assert spec.start.form == "mulai.schema.json"
    assert [element.id for element in spec.ends] == ["selesai", "lain"]
    flow = next(flow for flow in spec.flows_from("apa") if not flow.default)
    assert (flow.target, flow.condition) == ("rinci", "keputusan == 'ya'")
    assert [flow.source for flow in spec.flows_to("periksa")] == ["mulai"]


def test_an_element_carries_its_marks() -> None:
    element = load_spec(XML).elements["periksa"]
    assert (element.row, element.part, element.form, element.kind) == ("1", "a", "periksa.schema.json", "userTask")


def test_the_timers_and_messages_on_a_task_can_be_shown() -> None:
    spec = load_spec(XML)
    lewat, tutup = spec.on("periksa")
    assert (lewat.kind, lewat.timer, lewat.interrupting) == (
        "boundaryTimer",
        Timer("P10D", "duration", "elapsed"),
        True,
    )
    assert (tutup.kind, tutup.message, tutup.interrupting) == ("boundaryMessage", "pengaduan_ditutup", False)
    assert tutup.properties["messageLanes"] == "petugas\natasan"
    assert [element.id for element in spec.messages] == ["tutup"]


def test_what_lies_in_a_sub_process_or_on_a_task_has_its_lane() -> None:
    elements = load_spec(XML).elements
    assert elements["lapangan"].scope == "rinci"
    assert elements["lapangan"].lane == "tim"
    assert elements["lewat"].lane == "petugas"
    assert elements["apa"].lane is None


def test_the_innermost_lane_counts_and_keeps_its_marks() -> None:
    lanes = (
        f'<bpmn:laneSet xmlns:bpmn="{BPMN}"><bpmn:lane id="dinas" name="Dinas"><bpmn:flowNodeRef>a</bpmn:flowNodeRef>'
        '<bpmn:childLaneSet><bpmn:lane id="warga" name="Warga"><bpmn:extensionElements><spiffworkflow:properties>'
        '<spiffworkflow:property name="public" value="true"/></spiffworkflow:properties></bpmn:extensionElements>'
        "<bpmn:flowNodeRef>a</bpmn:flowNodeRef></bpmn:lane></bpmn:childLaneSet></bpmn:lane></bpmn:laneSet>"
    )
    xml = process(task("a"), end(), flows="mulai > a > selesai")
    spec = load_spec(xml.replace(b'<bpmn:startEvent id="mulai">', f'{lanes}<bpmn:startEvent id="mulai">'.encode()))
    assert spec.elements["a"].lane == "warga"
    assert spec.lane("warga") == Lane("warga", "Warga", True, False, {"public": "true"}, "dinas")


def test_the_names_that_anything_reads_are_known() -> None:
    spec = load_spec(
        process(
            task("a", loop=each("daftar", "satu", until="cukup > 1")),
            script("hitung", "jumlah = dasar + 1"),
            exclusive("g"),
            end(),
            end("lain"),
            flows="mulai > a > hitung > g; g > selesai : len(hasil) > 2 and kelas == 'x'; g > lain : default",
        )
    )
    assert spec.reads == {"daftar", "satu", "cukup", "dasar", "hasil", "kelas"}


def test_the_same_bytes_give_the_same_spec_also_to_many_threads() -> None:
    xml = process(task("a"), end(), flows="mulai > a > selesai", key="bersama")
    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(load_spec(xml))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert load_spec(xml) is load_spec(xml)


def test_a_constant_in_quotes_is_the_same_duration() -> None:
    xml = process(timer("w", "P3D"), end(), flows="mulai > w > selesai").replace(b">P3D<", b'>"P3D"<')
    assert load_spec(xml).elements["w"].timer == Timer("P3D")


def test_an_empty_pool_of_somebody_else_does_no_harm() -> None:
    xml = process(task("a"), end(), flows="mulai > a > selesai")
    pools = (
        b'<bpmn:collaboration id="c"><bpmn:participant id="p" name="Dinas" processRef="kecil"/>'
        b'<bpmn:participant id="q" name="Warga"/></bpmn:collaboration></bpmn:definitions>'
    )
    assert load_spec(xml.replace(b"</bpmn:definitions>", pools)).title == "Dinas"
