"""The heading of a diagram: which process a file holds and what it is called, before anything else is understood."""

from typing import Any

from service.errors import Invalid

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
SPIFF = "{http://spiffworkflow.org/bpmn/schema/1.0/core}"
_NO_STEPS = frozenset(
    f"{BPMN}{tag}" for tag in ("documentation", "extensionElements", "laneSet", "auditing", "monitoring", "property")
)


def process_of(tree: Any) -> tuple[str, str]:
    """Id and title of the process of a file. Raises `Invalid` where there is none, or none that stands out."""
    process = process_in(tree)
    key = process.get("id", "")
    if not 0 < len(key) <= 63:
        raise Invalid("Proses dalam berkas ini harus memiliki id, paling panjang 63 huruf.")
    path = f"{BPMN}extensionElements/{SPIFF}properties/{SPIFF}property[@name='sopTitle']"
    titled = process.find(path)
    title = titled.get("value") if titled is not None else process.get("name")
    return key, (title or key)[:300]


def process_in(tree: Any) -> Any:
    """The process a file is about: the only one, or of several the only one that can run.

    A drawing of several pools of which none can run is about the first that has steps. Raises `Invalid` otherwise.
    """
    processes = tree.findall(f".//{BPMN}process")
    able = [each for each in processes if each.get("isExecutable", "true") == "true"]
    if len(processes) > 1 and not able:
        return next((each for each in processes if any(child.tag not in _NO_STEPS for child in each)), processes[0])
    found = processes if len(processes) == 1 else able
    if len(found) != 1:
        raise Invalid("Berkas ini harus berisi tepat satu proses, bukan {count}.", count=len(found))
    return found[0]
