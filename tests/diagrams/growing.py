"""Random processes for trying the layout: a chain that branches, joins, loops back and is interrupted."""

from dataclasses import dataclass, field
from random import Random

_NAMES = [
    "Terima surat",
    "Telaah dan disposisikan surat pengaduan",
    "Susun draf jawaban",
    "Tanda tangani",
    "Sampaikan hasil pemeriksaan lapangan kepada pemohon",
    "Arsip",
]
_QUESTIONS = ["Setuju?", "Apa hasil telaahnya?", "Lengkap?", "Bagaimana tanggapan pengadu atas jawaban ini?"]
_ANSWERS = ["Ya", "Tidak", "Tidak berkadar pengawasan", "Respon balik", "Dikembalikan", ""]
_EVENTS = ["10 hari kerja tanpa tanggapan", "Ditutup admin", "", "Lewat waktu"]


@dataclass
class _Growing:
    random: Random
    lanes: int
    nodes: list[tuple[str, str, str]] = field(default_factory=list)  # id, tag, name
    hosts: dict[str, str] = field(default_factory=dict)
    flows: list[tuple[str, str, str]] = field(default_factory=list)

    def node(self, tag: str, names: list[str]) -> str:
        id_ = f"n{len(self.nodes)}"
        self.nodes.append((id_, tag, self.random.choice(names)))
        return id_

    def flow(self, source: str, target: str, name: str = "") -> None:
        self.flows.append((source, target, name))


def process(seed: int, most: int = 80) -> bytes:
    """BPMN without a drawing: one pool, lanes, up to about `most` nodes; the same for the same seed."""
    random = Random(seed)
    grown = _Growing(random, random.randint(1, 9))
    open_ends = [grown.node("startEvent", ["Mulai", "Sampaikan pengaduan", ""])]
    size = random.randint(3, most)
    while len(grown.nodes) < size:
        _grow(grown, open_ends)
    for end in open_ends:
        grown.flow(end, grown.node("endEvent", ["Selesai", "Ditutup sistem", ""]))
    return _written(grown)


def _grow(grown: _Growing, open_ends: list[str]) -> None:
    random = grown.random
    here = open_ends.pop(random.randrange(len(open_ends)))
    roll = random.random()
    if roll < 0.25:
        gateway = grown.node(random.choice(["exclusiveGateway", "parallelGateway"]), _QUESTIONS)
        grown.flow(here, gateway)
        for _ in range(random.choice([2, 2, 2, 3, 3, 4, 5])):
            _branch(grown, gateway, open_ends)
        return
    task = grown.node(random.choice(["userTask", "userTask", "manualTask", "scriptTask"]), _NAMES)
    grown.flow(here, task)
    if len(open_ends) > 1 and roll > 0.8:
        grown.flow(open_ends.pop(random.randrange(len(open_ends))), task)
    if roll > 0.88:
        for _ in range(random.choice([1, 1, 2, 3])):
            event = grown.node("boundaryEvent", _EVENTS)
            grown.hosts[event] = task
            _branch(grown, event, open_ends)
    open_ends.append(task)


def _branch(grown: _Growing, source: str, open_ends: list[str]) -> None:
    """One way out of a gateway or boundary event: on, back to an earlier task, or to an end."""
    random, name = grown.random, grown.random.choice(_ANSWERS)
    tasks = [id_ for id_, tag, _ in grown.nodes if tag.endswith("Task")]
    roll = random.random()
    if tasks and roll < 0.3 and open_ends:
        grown.flow(source, random.choice(tasks), name)
    elif roll < 0.45 and open_ends:
        grown.flow(source, grown.node("endEvent", ["Selesai", "Ditutup sistem", ""]), name)
    else:
        task = grown.node("userTask", _NAMES)
        grown.flow(source, task, name)
        open_ends.append(task)


def _written(grown: _Growing) -> bytes:
    random = grown.random
    members: list[list[str]] = [[] for _ in range(grown.lanes)]
    here = 0
    for id_, tag, _ in grown.nodes:
        here = random.randrange(grown.lanes) if random.random() < 0.5 else here
        if tag != "boundaryEvent":
            members[here].append(id_)
    lanes = "".join(
        f'<lane id="l{i}" name="{random.choice(["Kadis", "Sub Bagian Umum", "Sekretariat/Bidang/UPT Pelatihan"])}">'
        + "".join(f"<flowNodeRef>{id_}</flowNodeRef>" for id_ in of_lane)
        + "</lane>"
        for i, of_lane in enumerate(members)
    )
    nodes = "".join(
        f'<{tag} id="{id_}" name="{name}"'
        + (f' attachedToRef="{grown.hosts[id_]}"' if id_ in grown.hosts else "")
        + "/>"
        for id_, tag, name in grown.nodes
    )
    flows = "".join(
        f'<sequenceFlow id="f{i}" sourceRef="{source}" targetRef="{target}" name="{name}"/>'
        for i, (source, target, name) in enumerate(grown.flows)
    )
    return (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="urn:test">'
        '<collaboration id="c"><participant id="p" name="Dinas Koperasi" processRef="x"/></collaboration>'
        f'<process id="x" isExecutable="true"><laneSet id="ls">{lanes}</laneSet>{nodes}{flows}</process>'
        "</definitions>"
    ).encode()
