"""Made-up answers fit the form they were made for."""

import pytest

from service.forms.check import check
from service.forms.profile import check_profile
from service.forms.sample import sample

FORM = {
    "type": "object",
    "properties": {
        "bentuk": {"title": "Bentuk", "type": "string", "enum": ["lisan", "tertulis"]},
        "nomor": {"title": "Nomor", "type": "string", "maxLength": 9, "readOnly": True},
        "berkas": {"title": "Berkas", "type": "string", "format": "alur-file"},
        "bukti": {"title": "Bukti", "type": "string", "format": "alur-file"},
        "jumlah": {"title": "Jumlah", "type": "integer", "minimum": 3.5, "maximum": 9},
        "panjang": {"title": "Panjang", "type": "string", "minLength": 90, "maxLength": 91},
        "tim": {
            "title": "Tim",
            "type": "array",
            "minItems": 2,
            "maxItems": 3,
            "items": {"type": "object", "properties": {"nama": {"title": "Nama", "type": "string", "maxLength": 9}}},
        },
    },
    "required": ["bukti"],
    "allOf": [
        {
            "if": {"properties": {"bentuk": {"const": "tertulis"}}, "required": ["bentuk"]},
            "then": {"properties": {"surat": {"title": "Surat", "type": "string", "maxLength": 9}}},
        }
    ],
}


@pytest.mark.parametrize("form", ["lisan", "tertulis"])
def test_a_sample_with_a_chosen_value_fits_the_form(form):
    answers = sample(FORM, {"bentuk": form})
    check(FORM, answers)
    assert answers["bentuk"] == form
    assert ("surat" in answers) == (form == "tertulis")


def test_only_files_that_are_demanded_are_made_up():
    assert "bukti" in sample(FORM) and "berkas" not in sample(FORM)


def test_what_may_only_be_read_is_not_made_up():
    assert "nomor" not in sample(FORM)


def test_a_chosen_value_of_another_form_is_passed_over():
    assert "keputusan" not in sample(FORM, {"keputusan": "setuju"})


@pytest.mark.parametrize(
    "limits", [{}, {"minimum": -5, "maximum": -2}, {"minimum": 7}, {"maximum": 0.5}, {"minimum": 0.2, "maximum": 0.4}]
)
def test_a_made_up_number_keeps_its_limits(limits):
    schema = {"type": "object", "properties": {"n": {"title": "N", "type": "number", **limits}}}
    assert check_profile(schema) == []
    check(schema, sample(schema))
