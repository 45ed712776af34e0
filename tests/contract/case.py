"""One complaint on its way through the shortest SOP, for tests to look at and to work on."""

import io
from dataclasses import dataclass, field
from typing import Any

from service import content
from service.forms.sample import sample
from tests.client import Client

OFFICE, DIAGRAM = "diskop-samarinda", "sp4n_lapor"
PUBLIC_LANE = "pengadu"
OFFICER, OWNER, HEAD = f"petugas@{OFFICE}", f"pemilik@{OFFICE}", f"atasan@{OFFICE}"
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@dataclass
class Case:
    """A complaint that was handed in, with what its complainant was told, and its instance."""

    client: Client
    told: dict[str, Any]
    instance: str
    asked: dict[str, Any] = field(default_factory=dict)

    @property
    def number(self) -> str:
        return str(self.told["number"])

    @property
    def pin(self) -> str:
        return str(self.told["pin"])

    def now(self) -> dict[str, Any]:
        """The instance as it is."""
        return dict(self.client.get(f"/instances/{self.instance}", by=HEAD))

    def task(self) -> dict[str, Any]:
        """Its one open task."""
        (task,) = self.now()["tasks"]
        return dict(task)

    def answers(self) -> dict[str, Any]:
        """Answers that fit the form of its open task."""
        return sample(self.client.get(f"/tasks/{self.task()['id']}/form", by=HEAD)["schema"])

    def go_on(self, steps: int = 1) -> "Case":
        """Complete so many tasks, each by the lane it belongs to."""
        for _ in range(steps):
            task = self.task()
            body = {"answers": self.answers()}
            self.client.post(f"/tasks/{task['id']}/complete", body, by=f"{task['lane']}@{OFFICE}")
        return self

    def wait_for_complainant(self) -> "Case":
        """Bring it to where the complainant is asked."""
        self.go_on(4)
        assert self.task()["lane"] == PUBLIC_LANE
        return self


def start_form(client: Client) -> dict[str, Any]:
    return dict(client.get(f"/diagrams/{DIAGRAM}/form")["schema"])


def filled(client: Client) -> dict[str, Any]:
    """Answers that fit the start form."""
    return sample(start_form(client))


def hand_in(client: Client, **more: Any) -> Case:
    """Hand a complaint in; `more` goes with it."""
    body = {"diagram": DIAGRAM, "answers": filled(client), **more}
    told = client.post("/complaints", body)
    return found(client, told)


def hand_in_with_file(client: Client, field_name: str, **more: Any) -> Case:
    """Hand a complaint in with a file."""
    told = client.post("/complaints", data={**multipart(client), **more, f"/{field_name}": pdf()})
    return found(client, told)


def multipart(client: Client) -> dict[str, Any]:
    """The members of a complaint as multipart."""
    return {"diagram": DIAGRAM, "answers": client.app.json.dumps(filled(client))}


def pdf(name: str = "surat.pdf") -> tuple[io.BytesIO, str]:
    return io.BytesIO(PDF), name


def bpmn(key: str = DIAGRAM, mark: str = "") -> tuple[io.BytesIO, str]:
    """The SOP as a file to send, under another key or with a comment at its end."""
    xml = content.bpmn(DIAGRAM).replace(f'id="{DIAGRAM}"'.encode(), f'id="{key}"'.encode())
    return io.BytesIO(xml + mark.encode()), "sop.bpmn"


def file_fields(schema: dict[str, Any]) -> list[str]:
    """Names of the fields that hold files."""
    return [
        name
        for name, known in schema["properties"].items()
        if "alur-file" in (known.get("format"), known.get("items", {}).get("format"))
    ]


def found(client: Client, told: dict[str, Any]) -> Case:
    (row,) = client.get(f"/instances?q={told['number']}", by=HEAD)["items"]
    return Case(client, told, row["id"])
