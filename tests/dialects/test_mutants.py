"""Two hundred mutated and foreign diagrams: never an error of ours, never a live version that cannot run.

Each is sent in, checked, translated, mended, published and worked on, all over the API and by the real check. What
has gone live must start, and come to an end or to an open task that can be completed.
"""

import sys
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest

from service import content
from service.forms.sample import sample
from tests.client import Client
from tests.dialects import foreign
from tests.dialects.foreign import ALL, CLERK, OWNER
from tests.dialects.mutants import mutant

pytestmark = pytest.mark.parametrize("place", ["sqlite"], indirect=True)
BATCH, BATCHES = 20, 10
BASES = (*ALL, "ours")


@dataclass
class Fate:
    """What became of a mutant, call by call."""

    client: Client
    name: str
    met: Counter[str] = field(default_factory=Counter)

    def call(self, method: str, path: str, by: str = OWNER, **options: Any) -> Any:
        """The answer, which is never an error of ours; None where it was refused."""
        answer = self.client.call(method, path, by=by, **options)
        told = f"{self.name}: {method} {path} {answer.status_code} {answer.get_data(as_text=True)[:300]}"
        assert answer.status_code < 500, told
        self.met[f"{method} {path.rpartition('/')[2]} {answer.status_code}"] += 1
        return answer.json if answer.status_code in (200, 201) and answer.is_json else None


def base(seed: int) -> tuple[str, bytes]:
    name = BASES[seed % len(BASES)]
    if name == "ours":
        return name, content.bpmn("sp4n_lapor").replace(b"sp4n_lapor", b"sop_mutan")
    return name, foreign.xml_of(name)


def forms_of(name: str) -> dict[str, Any]:
    if name != "ours":
        return foreign.forms_of(name)
    return content.forms("sp4n_lapor")


def sent(xml: bytes, forms: dict[str, Any]) -> dict[str, Any]:
    files = foreign.as_files(forms)
    return {"bpmn": foreign.as_file(xml), **({"forms": files} if files else {})}


@pytest.mark.parametrize("batch", range(BATCHES))
def test_no_mutant_meets_an_error_or_goes_live_without_being_able_to_run(client: Client, batch: int) -> None:
    met: Counter[str] = Counter()
    for seed in range(batch * BATCH, (batch + 1) * BATCH):
        name, good = base(seed)
        xml, wrong = mutant(good, seed)
        fate = Fate(client, f"seed {seed}, {name}: {wrong}")
        live_one(fate, xml, forms_of(name))
        met += fate.met
    sys.stdout.write(f"{sorted(met.items())}\n")
    assert met["live"] and met["POST diagrams 422"], "some live, some are refused; else nothing is tried here"


def live_one(fate: Fate, xml: bytes, forms: dict[str, Any]) -> None:
    """The whole way of one mutant."""
    draft = fate.call("POST", "/diagrams", data=sent(xml, forms))
    if draft is None:
        return
    for path in ("", "/xml", "/forms", "/translation", "/mends"):
        fate.call("GET", foreign.at(draft) + path)
    fate.call("POST", f"{foreign.at(draft)}/layout", json={"xml": xml.decode("utf-8", "replace").replace("\x00", "")})
    draft = fate.call("POST", f"{foreign.at(draft)}/translate", json={}) or draft
    left = fate.call("GET", f"{foreign.at(draft)}/mends")["items"]
    while left and foreign.blocking(draft):
        mended = fate.call("POST", f"{foreign.at(draft)}/mends", json={"code": left[0]["code"]})
        if not mended or mended["items"] == left:
            break
        draft, left = mended, mended["items"]
    unheld = [each["element"] for each in draft["findings"] if each["code"] == "lane_unheld"]
    if fate.call("POST", f"{foreign.at(draft)}/publish", json={"unheld_lanes": unheld}):
        run(fate, draft)


def run(fate: Fate, draft: dict[str, Any]) -> None:
    """What is live starts, and its open tasks can be done."""
    fate.met["live"] += 1
    known = fate.call("GET", foreign.at(draft))
    foreign.hold_lanes(fate.client, draft["key"], [each["id"] for each in known["lanes"]])
    form = fate.call("GET", f"/diagrams/{draft['key']}/form")["schema"]
    answers = sample(form) if form["properties"] else {}
    if any(each.get("x-alur-identity") for each in form["properties"].values()):
        told = fate.call("POST", "/complaints", json={"diagram": draft["key"], "answers": answers})
        assert told is not None, fate.name
        return
    instance = fate.call("POST", "/instances", by=CLERK, json={"diagram": draft["key"], "answers": answers})
    assert instance is not None, f"{fate.name}: live, but does not start"
    done = foreign.work(fate.client, instance["id"], {}, most=4)
    assert done["state"] == "completed" or done["tasks"] or done["state"] == "running", fate.name
