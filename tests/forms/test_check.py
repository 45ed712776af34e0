"""Answers against a form: what is taken, what is refused, and in which words."""

import pytest

from service.errors import Invalid
from service.forms.check import check, find_problems, standing_form

REVIEW = {
    "type": "object",
    "properties": {
        "keputusan": {
            "title": "Keputusan",
            "type": "string",
            "oneOf": [{"const": "setuju", "title": "Setuju"}, {"const": "koreksi", "title": "Koreksi"}],
        },
        "catatan": {"title": "Catatan", "type": "string", "maxLength": 20},
    },
    "required": ["keputusan"],
    "allOf": [
        {
            "if": {"properties": {"keputusan": {"const": "koreksi"}}, "required": ["keputusan"]},
            "then": {"required": ["catatan"]},
            "else": {"properties": {"tanggal": {"title": "Tanggal paraf", "type": "string", "format": "date"}}},
        }
    ],
}


def form(required=(), **properties):
    titled = {name: {"title": name.capitalize(), **field} for name, field in properties.items()}
    return {"type": "object", "properties": titled, "required": list(required)}


def told(schema, answers, known=None):
    """Pointer -> sentence of everything that is refused."""
    problems = find_problems(schema, answers, known)
    return {problem.pointer: problem.message.format(**dict(problem.params)) for problem in problems}


def test_good_answers_pass_without_a_word():
    check(REVIEW, {"keputusan": "setuju", "tanggal": "2026-03-04"})


def test_a_refusal_names_every_field_in_the_order_of_the_form():
    schema = form(["nama", "umur"], nama={"type": "string", "maxLength": 9}, umur={"type": "integer", "minimum": 17})
    with pytest.raises(Invalid) as refusal:
        check(schema, {"umur": 3, "lain": 1})
    assert [problem.pointer for problem in refusal.value.errors] == ["/nama", "/umur", "/lain"]


def test_a_required_field_left_out_is_told_by_its_title():
    assert told(form(["nama"], nama={"type": "string", "maxLength": 9}), {}) == {"/nama": "Nama harus diisi."}


def test_spaces_do_not_fill_a_required_field():
    schema = form(["nama"], nama={"type": "string", "minLength": 3, "maxLength": 9})
    assert told(schema, {"nama": " \n "}) == {"/nama": "Nama harus diisi."}


def test_of_several_faults_of_one_field_one_is_told():
    schema = form(["surat"], surat={"type": "string", "format": "email", "minLength": 5, "maxLength": 9})
    assert list(told(schema, {"surat": "x"})) == ["/surat"]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("integer", True),
        ("integer", 1.5),
        ("integer", "1"),
        ("number", False),
        ("boolean", 1),
        ("boolean", "true"),
        ("string", 1),
        ("string", None),
        ("string", ["a"]),
    ],
)
def test_a_value_of_another_type_is_refused(kind, value):
    field = {"type": kind, **({"maxLength": 9} if kind == "string" else {})}
    assert list(told(form(isian=field), {"isian": value})) == ["/isian"]


@pytest.mark.parametrize("answers", [None, [], "teks", 1, True, {1: "a"}])
def test_what_is_not_a_set_of_named_answers_is_refused(answers):
    assert told(form(nama={"type": "string", "maxLength": 9}), answers)


def test_a_field_that_is_not_on_the_form_is_refused():
    assert told(REVIEW, {"keputusan": "setuju", "a/b~c": 1}) == {
        "/a~1b~0c": "Isian “a/b~c” tidak ada pada formulir ini."
    }


def test_a_branch_that_applies_demands_its_fields():
    assert told(REVIEW, {"keputusan": "koreksi"}) == {"/catatan": "Catatan harus diisi."}


def test_a_field_of_a_branch_that_does_not_apply_is_not_asked_for():
    answers = {"keputusan": "koreksi", "catatan": "Ubah.", "tanggal": "2026-03-04"}
    assert told(REVIEW, answers) == {"/tanggal": "Tanggal paraf tidak diminta untuk pilihan ini; kosongkan."}


def test_the_standing_form_shows_only_the_fields_that_count():
    assert list(standing_form(REVIEW, {"keputusan": "koreksi"})["properties"]) == ["keputusan", "catatan"]
    assert list(standing_form(REVIEW, {"keputusan": "setuju"})["properties"]) == ["keputusan", "catatan", "tanggal"]


def test_a_choice_outside_the_list_is_refused():
    assert told(REVIEW, {"keputusan": "mungkin"}) == {"/keputusan": "Keputusan: pilih dari pilihan yang tersedia."}


def test_a_field_may_demand_another():
    schema = form(nomor={"type": "string", "maxLength": 9}, tanggal={"type": "string", "format": "date"})
    schema["dependentRequired"] = {"nomor": ["tanggal"]}
    assert told(schema, {"nomor": "12"}) == {"/tanggal": "Tanggal harus diisi bila Nomor diisi."}
    assert told(schema, {"nomor": " "}) == {}


def test_a_consent_that_is_not_given_is_asked_for():
    schema = form(["setuju"], setuju={"type": "boolean", "const": True, "title": "Saya setuju."})
    assert told(schema, {"setuju": False}) == {"/setuju": "Pernyataan ini harus disetujui: Saya setuju."}
    assert told(schema, {}) == {"/setuju": "Pernyataan ini harus disetujui: Saya setuju."}


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("date", ["2026-03-31", "2024-02-29"], ["2026-02-30", "31-03-2026", "20260331", "0026-03-31", "2026-3-1"]),
        ("time", ["09:30", "09:30:15"], ["9:30", "24:00", "09.30", "09:30Z", "pagi"]),
        ("date-time", ["2026-03-31T09:30", "2026-03-31T09:30:00+08:00"], ["2026-03-31", "2026-02-30T09:30"]),
        ("email", ["a.b@contoh.example"], ["a@b", "a b@c.id", "a@b@c.id", "<a@b.id>", "a@b.id\nBcc: c@d.id", "a@.id"]),
        ("uri", ["https://contoh.example/a?b=1"], ["javascript:alert(1)", "contoh.example", "https://", "http://[x"]),
        ("alur-file", ["019b0000-0000-7000-8000-000000000000"], ["berkas.pdf", "../x", "019b0000"]),
    ],
)
def test_a_format_takes_what_a_clerk_means_and_nothing_else(kind, good, bad):
    schema = form(isian={"type": "string", "format": kind, "maxLength": 200})
    assert [value for value in good if told(schema, {"isian": value})] == []
    assert [value for value in bad if not told(schema, {"isian": value})] == []


def test_a_pattern_is_matched_whole_and_told_by_its_example():
    field = {"type": "string", "pattern": "^[0-9]{3}$", "maxLength": 5, "examples": ["123"]}
    schema = form(kode=field)
    assert told(schema, {"kode": "123\n"}) == {"/kode": "Kode tidak sesuai bentuknya. Contoh yang benar: 123"}
    assert told(schema, {"kode": "१२३"}) != {}
    assert told(schema, {"kode": "456"}) == {}


def test_a_fault_in_a_row_says_which_row():
    rows = {"type": "array", "maxItems": 5, "title": "Tim"}
    rows["items"] = form(["nama"], nama={"type": "string", "maxLength": 9})
    assert told(form(tim=rows), {"tim": [{"nama": "A"}, {}]}) == {"/tim/1/nama": "Tim, baris 2, Nama harus diisi."}


def test_many_choices_are_each_of_the_list_and_only_once():
    field = {"type": "array", "items": {"type": "string", "enum": ["a", "b"]}, "uniqueItems": True}
    schema = form(["bagian"], bagian=field)
    assert told(schema, {"bagian": ["a", "b"]}) == {}
    assert list(told(schema, {"bagian": ["a", "a"]})) == ["/bagian"]
    assert list(told(schema, {"bagian": ["c"]})) == ["/bagian/0"]


def test_what_may_only_be_read_may_be_left_out_or_sent_back_but_not_changed():
    schema = form(nomor={"type": "string", "maxLength": 9, "readOnly": True})
    assert told(schema, {}, {"nomor": "7"}) == {}
    assert told(schema, {"nomor": "7"}, {"nomor": "7"}) == {}
    assert told(schema, {"nomor": "8"}, {"nomor": "7"}) == {"/nomor": "Nomor tidak dapat diubah."}
    assert told(schema, {"nomor": "8"}) == {"/nomor": "Nomor tidak dapat diubah."}


def test_references_are_followed_and_titles_beside_them_win():
    schema = form(wakil={"$ref": "#/$defs/nama", "title": "Wakil"})
    schema["$defs"] = {"nama": {"type": "string", "maxLength": 3, "title": "Nama"}}
    assert told(schema, {"wakil": "Budi"}) == {"/wakil": "Wakil paling panjang 3 huruf."}
