"""Forms for the steps of a plan, to begin with: what a row produces, what it decides, a note where it returns."""

import json
from pathlib import Path
from typing import Any

from service.sop_tables import naming
from service.sop_tables.plan import START, Decision, Plan, PlanRow

_START = json.loads((Path(__file__).parent / "start_form.json").read_text(encoding="utf-8"))
_DRAFT = "https://json-schema.org/draft/2020-12/schema"

_TAKES_IN = {"terima", "catat", "agendakan", "masukkan", "registrasikan", "daftarkan", "input"}
_DIRECTS = {"disposisi", "disposisikan", "tugaskan", "perintahkan", "arahkan", "tunjuk"}
_SIGNS = {naming.SIGN, "sahkan", "terbitkan", "paraf"}
_LOOKS = {
    "telaah",
    "periksa",
    "analisis",
    "verifikasi",
    "cek",
    "teliti",
    "pelajari",
    "identifikasi",
    "evaluasi",
    "tinjau",
}
_GIVES = {"sampaikan", "serahkan", "kirim", "kirimkan", "beri tahu", "jawab", "berikan"}


class _Form:
    """A form as it is put together: fields in their order, what is demanded, how it looks."""

    def __init__(self, title: str, description: str) -> None:
        self.schema: dict[str, Any] = {"$schema": _DRAFT, "title": title, "type": "object", "properties": {}}
        if description:
            self.schema["description"] = description
        self.ui: dict[str, Any] = {"ui:order": []}
        self.required: list[str] = []

    def add(self, name: str, field: dict[str, Any], required: bool = False, **look: Any) -> None:
        """Another field; one of that name already there stays."""
        if name in self.schema["properties"]:
            return
        self.schema["properties"][name] = field
        self.ui["ui:order"].append(name)
        if look:
            self.ui[name] = {f"ui:{key}": value for key, value in look.items()}
        if required:
            self.required.append(name)

    def text(self, name: str, title: str, most: int = 4000, required: bool = False, **marks: Any) -> None:
        """A text of several lines."""
        help_ = marks.pop("help", None)
        look = {"widget": "textarea", "options": {"rows": 4}} | ({"help": help_} if help_ else {})
        self.add(name, {"title": title, "type": "string", "maxLength": most, **marks}, required, **look)

    def done(self) -> dict[str, Any]:
        """Schema and ui schema."""
        if self.required:
            self.schema["required"] = self.required
        return {"schema": self.schema, "ui_schema": self.ui}


def form_for(row: PlanRow, plan: Plan) -> dict[str, Any]:
    """Schema and ui schema for one row."""
    if row.kind == START:
        return {"schema": _START["schema"], "ui_schema": _START["ui_schema"]}
    form = _Form(row.name, _first_sentence(row.text))
    lane = plan.lane(row.lane)
    public = lane is not None and lane.public
    if row.decision:
        _ask_decision(form, row.decision)
    (_ask_complainant if public else _ask_office)(form, row, plan)
    _ask_note(form, row.decision, public)
    return form.done()


def instructions_for(row: PlanRow) -> str:
    """What the row says is to be done."""
    said = _first_sentence(row.text) or row.name
    return said if said.endswith((".", "!", "?")) else f"{said}."


def _first_sentence(text: str) -> str:
    plain = " ".join(text.split())
    return plain[:500].rstrip(" ;,") if plain else ""


def _ask_decision(form: _Form, decision: Decision) -> None:
    choices = [{"const": option.value, "title": option.label} for option in decision.options]
    field = {"title": decision.question or "Keputusan", "type": "string", "oneOf": choices}
    form.add(decision.field, field, True, widget="radio")


def _ask_complainant(form: _Form, row: PlanRow, plan: Plan) -> None:
    form.text("tanggapan_pelapor", "Tanggapan Anda", 5000)
    form.add("lampiran_tanggapan", _files("Lampiran", 5), widget="file")


def _ask_office(form: _Form, row: PlanRow, plan: Plan) -> None:
    verbs = naming.verbs(row.name) | ({naming.first_verb(row.text)} if row.text else set())
    if verbs & _TAKES_IN:
        form.add("tanggal_diterima", _day("Tanggal diterima"), widget="date")
        form.add("nomor_agenda", {"title": "Nomor agenda", "type": "string", "maxLength": 100})
    if verbs & _DIRECTS:
        form.text("isi_disposisi", "Isi disposisi", 2000, required=True)
    if verbs & _SIGNS:
        form.add("nomor_surat", {"title": "Nomor surat", "type": "string", "maxLength": 100})
        form.add("tanggal_surat", _day("Tanggal surat"), widget="date")
    if verbs & _LOOKS:
        form.text("hasil_telaah_langkah", "Hasil telaah", 5000, required=not row.decision)
    if verbs & _GIVES and _tells_complainant(row, plan):
        _ask_delivery(form)
    title = f"Hasil: {row.output}" if row.output and len(row.output) <= 90 else "Hasil pekerjaan"
    form.text("uraian_hasil", "Uraian hasil", help=row.output[:300] or None)
    form.add("berkas_hasil", _files(title, 5), widget="file")


def _tells_complainant(row: PlanRow, plan: Plan) -> bool:
    said = f"{row.text} {row.name}".lower()
    lane = plan.lane(row.lane)
    return bool(lane and lane.identity) and any(word in said for word in ("pelapor", "pengadu", "pemohon", "jawaban"))


def _ask_delivery(form: _Form) -> None:
    ways = {
        "langsung": "Langsung di kantor",
        "surat": "Surat",
        "email": "E-mail",
        "whatsapp": "WhatsApp",
        "aplikasi": "Aplikasi",
    }
    choices = [{"const": value, "title": label} for value, label in ways.items()]
    form.add("cara_menyampaikan", {"title": "Disampaikan melalui", "type": "string", "oneOf": choices}, widget="select")
    form.text(
        "ringkasan_jawaban",
        "Ringkasan jawaban untuk pelapor",
        5000,
        help="Dibaca pelapor di halaman lacaknya, dengan nomor dan PIN.",
        **{"x-alur-for-complainant": True},
    )


def _ask_note(form: _Form, decision: Decision | None, public: bool) -> None:
    """A note; demanded by every answer that returns the matter."""
    form.text("catatan", "Catatan", 3000, help=None if public else "Jangan menulis nama atau nomor pelapor di sini.")
    returning = [option.value for option in decision.options if option.returns] if decision else []
    if decision and returning:
        asked = {"const": returning[0]} if len(returning) == 1 else {"enum": returning}
        condition = {"properties": {decision.field: asked}, "required": [decision.field]}
        form.schema["allOf"] = [{"if": condition, "then": {"required": ["catatan"]}}]


def _day(title: str) -> dict[str, Any]:
    return {"title": title, "type": "string", "format": "date"}


def _files(title: str, most: int) -> dict[str, Any]:
    return {
        "title": title,
        "type": "array",
        "items": {"type": "string", "format": "alur-file"},
        "maxItems": most,
        "uniqueItems": True,
    }
