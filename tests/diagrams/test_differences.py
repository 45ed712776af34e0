"""For each kind of change a tiny pair of diagrams that shows it, and that nothing else is told of it."""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from copy import deepcopy
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from service import content
from service.diagrams.differences import Difference, differences, touched
from service.diagrams.differing.side import side_of
from service.diagrams.layout import draw
from service.diagrams.matching import match
from service.engine import load_spec
from service.errors import Invalid
from tests.diagrams.checked import NOTE, asks, begin, choice, form, lane
from tests.engine.diagrams import Node, end, exclusive, message, process, signal, subprocess, task, timer

SOPS = content.keys()
FLOWS = (
    "mulai > periksa > lengkap; lengkap > tulis : keputusan == 'setuju'; lengkap > periksa : default;"
    "tulis > kirim > selesai; tegur > selesai"
)
NODES: tuple[Node, ...] = (
    begin(),
    asks(
        "periksa", timeStandard="P3D", output="Catatan", requiredInputs="Surat", remark="Teliti", milestone="Diperiksa"
    ),
    lane(exclusive("lengkap"), "kepala"),
    asks("tulis", sopRow="3", sopPart="a", laneBasis="text", messageLanes="staf"),
    task("kirim", lane="kepala"),
    timer("tegur", "P5D", on="kirim"),
    lane(end()),
)
SCHEMA = {
    "type": "object",
    "title": "Periksa",
    "properties": {
        "keputusan": {"title": "Keputusan", **choice("setuju", "ulang")},
        "catatan": {"title": "Catatan", **NOTE},
        "nomor": {"title": "Nomor", **NOTE},
    },
    "required": ["keputusan"],
}
FILES: dict[str, Any] = {
    "mulai.schema.json": form(perihal=NOTE),
    "periksa.schema.json": SCHEMA,
    "tulis.schema.json": form(isi=NOTE),
}
PROPERTIES = {"sopNumber": "1/2020", "promise": "P14D"}

Version = tuple[bytes, Mapping[str, Any]]


def drawn(*nodes: Node, flows: str = FLOWS, **properties: str) -> bytes:
    return process(*(nodes or NODES), flows=flows, **(PROPERTIES | properties))


def with_node(id: str, change: Callable[[Node], Node]) -> bytes:
    return drawn(*(change(node) if node.id == id else node for node in NODES))


def marked(id: str, **properties: str) -> Version:
    return with_node(id, lambda node: replace(node, properties={**node.properties, **properties})), FILES


def written(old: str, new: str, count: int = -1) -> Version:
    """The file with a text changed by hand."""
    text = drawn().decode()
    assert old in text, text
    return text.replace(old, new, count).encode(), FILES


def asked(change: Callable[[dict[str, Any]], Any]) -> Version:
    """The form of `periksa` changed."""
    schema = deepcopy(SCHEMA)
    change(schema)
    return drawn(), {**FILES, "periksa.schema.json": schema}


def field(name: str, **changes: Any) -> Version:
    return asked(lambda schema: schema["properties"][name].update(changes))


def rerouted(old: str, new: str) -> Version:
    assert old in FLOWS
    return drawn(flows=FLOWS.replace(old, new)), FILES


def lane_marked(name: str) -> Version:
    mark = (
        "<bpmn:extensionElements><spiffworkflow:properties>"
        f'<spiffworkflow:property name="{name}" value="true"/></spiffworkflow:properties></bpmn:extensionElements>'
    )
    return written('<bpmn:lane id="kepala" name="Kepala">', f'<bpmn:lane id="kepala" name="Kepala">{mark}')


def added_step() -> Version:
    flows = FLOWS.replace("tulis > kirim", "tulis > cap > kirim")
    return drawn(*NODES, task("cap", lane="staf"), flows=flows), FILES


def removed_step() -> Version:
    nodes = [node for node in NODES if node.id not in ("kirim", "tegur")]
    return drawn(*nodes, flows=FLOWS.replace("> kirim >", ">").replace("; tegur > selesai", "")), FILES


def as_subprocess() -> Version:
    inner = subprocess(
        "kirim", task("kirim_isi"), end("kirim_usai"), flows="kirim_mulai > kirim_isi > kirim_usai", lane="kepala"
    )
    return with_node("kirim", lambda _node: inner), FILES


def without_form() -> Version:
    return written('<spiffworkflow:property name="formJsonSchemaFilename" value="tulis.schema.json"/>', "")


def with_ui() -> Version:
    shown = {"periksa.ui.json": {"catatan": {"ui:widget": "textarea"}}}
    return marked("periksa", formUiSchemaFilename="periksa.ui.json")[0], {**FILES, **shown}


def shuffled(schema: dict[str, Any]) -> None:
    schema["properties"] = {name: schema["properties"][name] for name in ("nomor", "keputusan", "catatan")}


def renamed_field(schema: dict[str, Any]) -> None:
    schema["properties"]["no"] = schema["properties"].pop("nomor")


def with_rule(schema: dict[str, Any]) -> None:
    asks_why = {"properties": {"keputusan": {"const": "ulang"}}, "required": ["keputusan"]}
    schema["allOf"] = [{"if": asks_why, "then": {"required": ["catatan"]}}]


def swapped_lanes() -> Version:
    staf = re.search(r'<bpmn:lane id="staf".*?</bpmn:lane>', drawn().decode())
    kepala = re.search(r'<bpmn:lane id="kepala".*?</bpmn:lane>', drawn().decode())
    assert staf and kepala
    return written(staf[0] + kepala[0], kepala[0] + staf[0])


def labelled(title: str) -> Version:
    choices = [{"const": "setuju", "title": title}, {"const": "ulang", "title": "Ulang"}]
    return asked(
        lambda schema: schema["properties"].update(keputusan={"title": "Keputusan", "type": "string", "oneOf": choices})
    )


def waiting(event: Callable[[str, str], Node], name: str) -> Version:
    return with_node("kirim", lambda _node: lane(event("kirim", name), "kepala")), FILES


def around(inside: bool) -> Version:
    """A step within a sub-process, or before it."""
    cap = task("cap", lane="staf")
    if inside:
        inner, flows = (
            subprocess("sub", cap, end("usai"), flows="sub_mulai > cap > usai", lane="staf"),
            "tulis > sub > kirim",
        )
    else:
        inner, flows = (
            subprocess("sub", end("usai"), flows="sub_mulai > usai", lane="staf"),
            "tulis > cap > sub > kirim",
        )
    outside = () if inside else (cap,)
    return drawn(*NODES, *outside, inner, flows=FLOWS.replace("tulis > kirim", flows)), FILES


def named(id: str) -> Version:
    text = drawn().decode().replace('<bpmn:userTask id="kirim">', '<bpmn:userTask id="kirim" name="Kirim surat">')
    return re.sub(r"\bkirim\b", id, text).encode(), FILES


# kind -> (group, the step or lane in the newer version, part of the sentence, the newer version)
SHOWN: dict[str, tuple[str, str | None, str, Version]] = {
    # ---- who ----
    "step_lane": ("who", "kirim", "pindah dari lajur Kepala ke lajur Staf", (with_node("kirim", lane), FILES)),
    "lane_renamed": ("who", "kepala", "Lajur Kepala kini bernama Kabid", written('name="Kepala"', 'name="Kabid"')),
    "lane_public": ("who", "kepala", "menjadi milik pelapor", lane_marked("public")),
    "lane_identity": ("who", "kepala", "kini boleh membuka identitas", lane_marked("identity")),
    "lane_added": (
        "who",
        "warga",
        "Lajur baru: Warga",
        written("</bpmn:laneSet>", '<bpmn:lane id="warga" name="Warga"/></bpmn:laneSet>'),
    ),
    "lane_id": ("who", "kabid", "ID lajur Kepala diganti", written('id="kepala"', 'id="kabid"')),
    "lane_basis": ("who", "tulis", "Dasar penentuan pelaksana", marked("tulis", laneBasis="judgement")),
    "message_lanes": ("who", "tulis", "dari Staf menjadi Kepala", marked("tulis", messageLanes="kepala")),
    # ---- time ----
    "time_standard": (
        "time",
        "periksa",
        "dari 3 hari kerja menjadi 1 hari kerja sampai 5 hari kerja",
        marked("periksa", timeStandard="P1D/P5D"),
    ),
    "time_clock": ("time", "tulis", "waktu berjalan", marked("tulis", timeClock="elapsed")),
    "timer": ("time", "tegur", "Pewaktu “tegur” berubah dari 5 hari kerja menjadi 9 hari kerja", written("P5D", "P9D")),
    "timer_clock": ("time", "tegur", "dihitung dengan waktu berjalan", marked("tegur", timeClock="elapsed")),
    "interrupting": (
        "time",
        "tegur",
        "membiarkan langkahnya berjalan",
        written('cancelActivity="true"', 'cancelActivity="false"'),
    ),
    "promise": ("time", None, "dari 14 hari kerja menjadi 10 hari kerja", (drawn(promise="P10D"), FILES)),
    # ---- forms ----
    "form_removed": ("form", "tulis", "tidak lagi mempunyai formulir", without_form()),
    "form_replaced": (
        "form",
        "tulis",
        "diganti seluruhnya",
        (drawn(), {**FILES, "tulis.schema.json": form(lain=NOTE)}),
    ),
    "form_title": ("form", "periksa", "Judul atau pengantar", asked(lambda schema: schema.update(title="Telaah"))),
    "form_rule": ("form", "periksa", "kewajiban bersyarat", asked(with_rule)),
    "form_look": ("form", "periksa", "Tampilan", with_ui()),
    "field_added": (
        "form",
        "periksa",
        "isian baru “Loket” (teks), boleh kosong",
        asked(lambda schema: schema["properties"].update(loket={"title": "Loket", **NOTE})),
    ),
    "field_removed": (
        "form",
        "periksa",
        "isian “Nomor” dihapus",
        asked(lambda schema: schema["properties"].pop("nomor")),
    ),
    "field_id": ("form", "periksa", "dari nomor menjadi no", asked(renamed_field)),
    "field_title": ("form", "periksa", "“Nomor” kini berbunyi “Nomor surat”", field("nomor", title="Nomor surat")),
    "field_required": (
        "form",
        "periksa",
        "“Catatan” kini wajib",
        asked(lambda schema: schema["required"].append("catatan")),
    ),
    "field_type": ("form", "periksa", "kini berupa tanggal, dahulu teks", field("nomor", format="date")),
    "field_limits": (
        "form",
        "periksa",
        "dari paling banyak 100 huruf menjadi paling banyak 50",
        field("nomor", maxLength=50),
    ),
    "field_help": ("form", "periksa", "petunjuk isian “Nomor”", field("nomor", description="Lihat surat")),
    "field_default": ("form", "periksa", "isi awal “Nomor”", field("nomor", default="1")),
    "field_order": ("form", "periksa", "urutan isian", asked(shuffled)),
    "field_identity": ("form", "periksa", "kini isian identitas", field("nomor", **{"x-alur-identity": True})),
    "field_for_complainant": (
        "form",
        "periksa",
        "kini ikut dibaca pelapor",
        field("nomor", **{"x-alur-for-complainant": True}),
    ),
    "choice_added": ("form", "periksa", "pilihan baru “tolak”", field("keputusan", enum=["setuju", "ulang", "tolak"])),
    "choice_removed": (
        "form",
        "periksa",
        "pilihan “ulang” pada “Keputusan” dihapus",
        field("keputusan", enum=["setuju"]),
    ),
    # ---- conditions ----
    "condition": (
        "condition",
        "lengkap",
        "dahulu “Keputusan” adalah “setuju”, kini “Keputusan” adalah “ulang”",
        rerouted("keputusan == 'setuju'", "keputusan == 'ulang'"),
    ),
    # ---- flows ----
    "step_added": (
        "flow",
        "cap",
        "Langkah baru: “cap” (tugas orang), sesudah “tulis”, dikerjakan lajur Staf",
        added_step(),
    ),
    "step_removed": ("flow", None, "(tugas orang) dihapus", removed_step()),
    "step_renamed": (
        "flow",
        "kirim",
        "kini bernama “Kirim surat”",
        written('<bpmn:userTask id="kirim">', '<bpmn:userTask id="kirim" name="Kirim surat">'),
    ),
    "step_kind": ("flow", "kirim", "kini subproses, dahulu tugas orang", as_subprocess()),
    "gateway_kind": (
        "flow",
        "lengkap",
        "kini satu jalan atau lebih, dahulu pilih satu jalan",
        written("exclusiveGateway", "inclusiveGateway"),
    ),
    "step_host": (
        "flow",
        "tegur",
        "kini menempel pada “tulis”",
        written('attachedToRef="kirim"', 'attachedToRef="tulis"'),
    ),
    "flow_added": (
        "flow",
        "periksa",
        "Jalan baru dari “periksa” ke “tulis”",
        rerouted("tegur > selesai", "tegur > selesai; periksa > tulis"),
    ),
    "flow_removed": (
        "flow",
        "tulis",
        "Jalan dari “tulis” ke “kirim” dihapus",
        rerouted("tulis > kirim > selesai", "kirim > selesai"),
    ),
    "flow_rerouted": (
        "flow",
        None,
        "kini ke “periksa”, dahulu ke “selesai”",
        rerouted("tegur > selesai", "tegur > periksa"),
    ),
    "end_added": (
        "flow",
        "batal",
        "Akhir baru: “batal”",
        (drawn(*NODES, end("batal"), flows=FLOWS.replace("tegur > selesai", "tegur > batal")), FILES),
    ),
    "repetition": (
        "flow",
        "kirim",
        "Pengulangan",
        written('<bpmn:userTask id="kirim">', '<bpmn:userTask id="kirim"><bpmn:standardLoopCharacteristics/>'),
    ),
    "script": (
        "flow",
        "kirim",
        "Perhitungan (skrip)",
        written(
            '<bpmn:userTask id="kirim">',
            '<bpmn:userTask id="kirim"><bpmn:extensionElements><spiffworkflow:preScript>x = 1</spiffworkflow:preScript>'
            "</bpmn:extensionElements>",
        ),
    ),
    # ---- on paper ----
    "row": ("other", "tulis", "nomor baris SOP berubah dari “3” menjadi “4”", marked("tulis", sopRow="4")),
    "part": ("other", "tulis", "bagian baris SOP", marked("tulis", sopPart="b")),
    "required_inputs": ("other", "periksa", "kelengkapan berubah", marked("periksa", requiredInputs="Surat, bukti")),
    "output": (
        "other",
        "periksa",
        "keluaran berubah dari “Catatan” menjadi “Laporan”",
        marked("periksa", output="Laporan"),
    ),
    "remark": ("other", "periksa", "keterangan berubah", marked("periksa", remark="Cepat")),
    "milestone": ("other", "periksa", "kabar untuk pelapor berubah", marked("periksa", milestone="Ditelaah")),
    "mark": ("other", "periksa", "tanda warna: “biru”", marked("periksa", warna="biru")),
    "instructions": (
        "other",
        "kirim",
        "kini mempunyai petunjuk",
        written(
            '<bpmn:userTask id="kirim">',
            '<bpmn:userTask id="kirim"><bpmn:extensionElements><spiffworkflow:instructionsForEndUser>Kirim.'
            "</spiffworkflow:instructionsForEndUser></bpmn:extensionElements>",
        ),
    ),
    "documentation": (
        "other",
        "kirim",
        "catatan penyusun",
        written(
            '<bpmn:userTask id="kirim">',
            '<bpmn:userTask id="kirim"><bpmn:documentation>Lihat naskah.</bpmn:documentation>',
        ),
    ),
    "identity_part": (
        "other",
        None,
        "Nomor SOP berubah dari “1/2020” menjadi “7/2026”",
        (drawn(sopNumber="7/2026"), FILES),
    ),
    "title": (
        "other",
        None,
        "Nama diagram berubah",
        written('<bpmn:process id="kecil"', '<bpmn:process id="kecil" name="Besar"'),
    ),
    "flow_name": (
        "other",
        "lengkap",
        "Tulisan pada jalan",
        written('id="lengkap__tulis__2"', 'id="lengkap__tulis__2" name="Ya"'),
    ),
}

COMES_WITH = {
    "step_added": {"flow_rerouted"},
    "step_removed": {"flow_rerouted"},
    "step_kind": {"step_added"},
    "end_added": {"flow_rerouted"},
    "end_removed": {"flow_rerouted"},
    "step_scope": {"flow_rerouted"},
}
"""What a change cannot be without."""


OTHER_WAY: dict[str, tuple[str, str | None, str, Version, Version]] = {
    "lane_removed": ("who", None, "Lajur Warga dihapus", SHOWN["lane_added"][3], (drawn(), FILES)),
    "lane_order": ("who", None, "menjadi: Kepala, Staf", (drawn(), FILES), swapped_lanes()),
    "form_added": ("form", "tulis", "kini mempunyai formulir", without_form(), (drawn(), FILES)),
    "default_flow": (
        "condition",
        "lengkap",
        "Bila tidak ada syarat yang terpenuhi, “lengkap” kini ke “periksa”",
        rerouted("lengkap > periksa : default", "lengkap > periksa : keputusan == 'ulang'"),
        (drawn(), FILES),
    ),
    "end_removed": ("flow", None, "Akhir “batal” dihapus", SHOWN["end_added"][3], (drawn(), FILES)),
    "choice_title": (
        "form",
        "periksa",
        "pilihan “Setuju” pada “Keputusan” kini berbunyi “Terima”",
        labelled("Setuju"),
        labelled("Terima"),
    ),
    "message": (
        "who",
        "kirim",
        "Pesan pada “kirim” berubah dari “a” menjadi “b”",
        waiting(message, "a"),
        waiting(message, "b"),
    ),
    "signal": ("flow", "kirim", "dari “a” menjadi “b”", waiting(signal, "a"), waiting(signal, "b")),
    "step_scope": ("flow", "cap", "pindah dari proses ke subproses", around(False), around(True)),
    "step_id": (
        "flow",
        "kirim_baru",
        "ID diganti: “Kirim surat” dahulu kirim, kini kirim_baru",
        named("kirim"),
        named("kirim_baru"),
    ),
}
"""As `SHOWN`, with the older version before the newer one."""


def told(newer: Version, older: Version | None = None) -> list[Difference]:
    return differences(older or (drawn(), FILES), newer)


@pytest.mark.parametrize("kind", [*SHOWN, *OTHER_WAY])
def test_the_change_is_found_and_told(kind: str) -> None:
    if kind in SHOWN:
        group, element, words, newer = SHOWN[kind]
        found = told(newer)
    else:
        group, element, words, older, newer = OTHER_WAY[kind]
        found = told(newer, older)
    only = [each for each in found if each.kind == kind]
    sentences = [f"{each.kind}: {each.sentence}" for each in found]
    assert only, sentences
    assert {each.kind for each in found} <= {kind} | COMES_WITH.get(kind, set()), sentences
    assert all("{" not in each.sentence for each in found)
    assert {each.group for each in only} == {group}
    assert any(words in each.sentence for each in only), sentences
    assert element is None or only[0].element == element


def test_a_changed_time_is_told_with_both_times() -> None:
    (found,) = told(SHOWN["timer"][3])
    assert (found.before, found.after) == ("5 hari kerja", "9 hari kerja")


def test_a_moved_task_is_told_with_both_lanes() -> None:
    (found,) = told(SHOWN["step_lane"][3])
    assert (found.before, found.after, found.element_before, found.element) == ("Kepala", "Staf", "kirim", "kirim")


def test_a_changed_condition_keeps_what_stands_in_the_file_beside_the_words() -> None:
    (found,) = told(SHOWN["condition"][3])
    assert (found.before, found.after) == ("keputusan == 'setuju'", "keputusan == 'ulang'")


def test_a_changed_form_names_the_field() -> None:
    (found,) = told(SHOWN["field_title"][3])
    assert (found.field, found.before, found.after) == ("nomor", "Nomor", "Nomor surat")


def test_every_change_is_told_backwards_too() -> None:
    """Nobody compares in one direction only: what was added one way is removed the other way."""
    silent = [kind for kind, (_, _, _, newer) in SHOWN.items() if not differences(newer, (drawn(), FILES))]
    assert not silent


def test_of_a_version_and_itself_nothing_is_told() -> None:
    for key in SOPS:
        version = (content.bpmn(key), content.forms(key))
        assert differences(version, version) == []


def test_where_only_the_drawing_was_tidied_it_says_so() -> None:
    xml = draw(drawn())
    (found,) = told((re.sub(rb' x="(\d+)', rb' x="1\1', xml, count=1), FILES), (xml, FILES))
    assert found.kind == "drawing"
    assert "Hanya gambarnya" in found.sentence


def test_the_drawing_stands_apart_where_something_else_has_changed_too() -> None:
    xml = draw(drawn())
    moved = re.sub(rb' x="(\d+)', rb' x="1\1', xml, count=1).replace(b"P5D", b"P9D")
    assert [each.group for each in told((moved, FILES), (xml, FILES))] == ["time", "drawing"]


def test_a_tidied_file_is_no_difference() -> None:
    """Another order of attributes, spaces and comments say nothing."""
    xml = drawn().decode().replace("><", ">\n  <").replace("<bpmn:process", "<!-- rapi --><bpmn:process")
    assert told((xml.encode(), FILES)) == []


def test_each_step_is_marked_once_with_all_its_differences() -> None:
    newer = marked("periksa", timeStandard="P9D", output="Laporan")
    (one,) = touched(told(newer))
    assert (one.before, one.after, one.change, one.kinds) == (
        "periksa",
        "periksa",
        "changed",
        ["time_standard", "output"],
    )
    marks = {(each.before, each.after): each.change for each in touched(told(added_step()))}
    assert marks[None, "cap"] == "added"
    assert {each.change for each in touched(told(removed_step())) if each.before == "kirim"} == {"removed"}


def test_a_draft_that_cannot_run_yet_is_compared_all_the_same() -> None:
    xml = (
        drawn()
        .replace(b'isExecutable="true"', b"")
        .replace(b"<bpmn:endEvent", b"<bpmn:businessRuleTask id='x'/><bpmn:endEvent")
    )
    assert told((xml.replace(b"P5D", b"P9D"), FILES))[0].kind == "timer"


def test_what_is_no_diagram_is_refused_in_words() -> None:
    for broken in (b"<html/>", b"<bpmn", b""):
        with pytest.raises(Invalid):
            told((broken, {}))


def spoilt(xml: bytes, random: Random) -> bytes:
    """The file with some lines gone, doubled, renamed or leading nowhere."""
    lines = xml.decode().split("\n")
    for _ in range(random.randint(1, 6)):
        place = random.randrange(2, len(lines) - 1)
        line = lines[place]
        lines[place] = random.choice(
            (
                "",
                random.choice(lines),
                re.sub(r'id="[^"]*"', f'id="z{random.randint(0, 3)}"', line),
                re.sub(r'value="[^"]*"', 'value="P0D/x"', line),
                re.sub(r'(sourceRef|targetRef|attachedToRef)="[^"]*"', r'\1="nowhere"', line),
                line.replace("userTask", "subProcess"),
            )
        )
    return "\n".join(lines).encode()


def test_no_draft_however_broken_breaks_the_comparison() -> None:
    random = Random(7)
    strange: list[dict[str, Any]] = [{}, {"properties": None}, {"allOf": 3}, {"type": "object", "properties": {"a": 1}}]
    compared = 0
    for _ in range(40):
        key = random.choice(SOPS)
        good, files = content.bpmn(key), content.forms(key)
        broken = spoilt(good, random), {**files, random.choice(list(files)): random.choice(strange)}
        for pair in (((good, files), broken), (broken, (good, files))):
            with suppress(Invalid):
                touched(differences(*pair))
                compared += 1
    assert compared > 20


# ---- which step is which -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", SOPS)
def test_all_steps_of_a_procedure_are_found_again_when_every_id_is_another(key: str) -> None:
    xml = content.bpmn(key)
    before = load_spec(xml)
    for place, id_ in enumerate(before.elements):
        xml = re.sub(rb'(["> ])' + id_.encode() + rb'(["< ])', rb"\g<1>langkah_%d\g<2>" % place, xml)
    found = match(before, load_spec(xml))
    assert found == {id_: f"langkah_{place}" for place, id_ in enumerate(before.elements)}


def test_a_step_that_is_something_else_has_no_counterpart() -> None:
    before = load_spec(drawn())
    after = load_spec(added_step()[0])
    assert match(before, after) == {id_: id_ for id_ in before.elements}
    assert "cap" not in match(after, before)


def test_an_id_that_now_belongs_to_an_event_is_no_counterpart_of_a_task() -> None:
    before, after = side_of(*named("kirim")), side_of(*waiting(message, "a"))
    assert match(before.spec, after.spec).get("kirim") is None
