"""The heading of a diagram: which process a file holds and what it is called, before anything else is understood."""

from typing import Any

from service.errors import Invalid

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
SPIFF = "{http://spiffworkflow.org/bpmn/schema/1.0/core}"


def process_of(tree: Any) -> tuple[str, str]:
    """Id and title of the one process of a file. Raises `Invalid` where there is none, several, or one without id."""
    processes = tree.findall(f".//{BPMN}process")
    if len(processes) != 1:
        raise Invalid("Berkas ini harus berisi tepat satu proses, bukan {count}.", count=len(processes))
    process = processes[0]
    key = process.get("id", "")
    if not 0 < len(key) <= 63:
        raise Invalid("Proses dalam berkas ini harus memiliki id, paling panjang 63 huruf.")
    path = f"{BPMN}extensionElements/{SPIFF}properties/{SPIFF}property[@name='sopTitle']"
    titled = process.find(path)
    title = titled.get("value") if titled is not None else process.get("name")
    return key, (title or key)[:300]
