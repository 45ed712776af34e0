"""The form printed under one SOP is the start form of all five; each may add to it, none may differ."""

import json
from pathlib import Path

import pytest

from service.forms.identity import identity_fields

FORMS = Path(__file__).parents[2] / "forms"
SOPS = sorted(path.parent.name for path in FORMS.glob("*/mulai.schema.json"))

COMMON = [
    "jenis_pengaduan",
    "judul_pengaduan",
    "isi_pengaduan",
    "tanggal_kejadian",
    "lokasi_kejadian",
    "lampiran",
    "penyelesaian_diharapkan",
    "cara_terima_jawaban",
    "nama_pelapor",
    "alamat",
    "jenis_kelamin",
    "telp_hp",
    "email",
    "tempat",
    "tanggal",
    "pernyataan_kebenaran",
]
PRINTED = {
    "jenis_pengaduan": "Jenis pengaduan",
    "isi_pengaduan": "Isi pengaduan",
    "nama_pelapor": "Nama",
    "alamat": "Alamat",
    "jenis_kelamin": "Jenis kelamin",
    "telp_hp": "Telp/HP",
    "email": "E-mail",
}
WHO = ["nama_pelapor", "alamat", "jenis_kelamin", "telp_hp", "email"]


def load(sop):
    return json.loads((FORMS / sop / "mulai.schema.json").read_text(encoding="utf-8"))


def order(sop):
    return json.loads((FORMS / sop / "mulai.ui.json").read_text(encoding="utf-8"))["ui:order"]


def without_examples(field):
    return {keyword: value for keyword, value in field.items() if keyword != "examples"}


def test_there_are_five_start_forms():
    assert len(SOPS) == 5


@pytest.mark.parametrize("sop", SOPS)
def test_the_common_fields_are_the_same_and_in_the_same_order(sop):
    """Examples may speak of the office's own matters."""
    ours, model = load(sop)["properties"], load(SOPS[0])["properties"]
    assert [name for name in ours if name in COMMON] == COMMON
    assert [name for name in order(sop) if name in COMMON] == COMMON
    for name in COMMON:
        assert without_examples(ours[name]) == without_examples(model[name])


@pytest.mark.parametrize("sop", SOPS)
def test_the_fields_of_the_printed_form_bear_its_words(sop):
    properties = load(sop)["properties"]
    assert {name: properties[name]["title"] for name in PRINTED} == PRINTED
    kinds = [choice["title"] for choice in properties["jenis_pengaduan"]["oneOf"]]
    assert kinds == ["Saran / Pertanyaan / Informasi", "Pengaduan / Keluhan / Masalah"]
    assert "kerahasiaan pengirim dijamin" in load(sop)["description"]


@pytest.mark.parametrize("sop", SOPS)
def test_who_the_complainant_is_is_marked_and_never_demanded_by_the_form(sop):
    schema = load(sop)
    assert set(WHO) <= set(identity_fields(schema))
    assert not set(identity_fields(schema)) & set(schema["required"])


@pytest.mark.parametrize("sop", SOPS)
def test_little_is_demanded_of_a_complainant(sop):
    assert load(sop)["required"] == ["jenis_pengaduan", "isi_pengaduan", "pernyataan_kebenaran"]
