"""Who somebody is, taken off the answers."""

from service.forms.identity import identity_fields, split_identity

NAME = {"title": "Nama", "type": "string", "maxLength": 50, "x-alur-identity": True}
FORM = {
    "type": "object",
    "properties": {
        "isi": {"title": "Isi", "type": "string", "maxLength": 50},
        "nama": NAME,
        "kuasa": {"$ref": "#/$defs/orang", "title": "Kuasa", "x-alur-identity": True},
    },
    "allOf": [
        {
            "if": {"properties": {"isi": {"const": "x"}}},
            "then": {"properties": {"alamat": {**NAME, "title": "Alamat"}}},
        }
    ],
    "$defs": {"orang": {"type": "object", "properties": {"nama": {**NAME, "x-alur-identity": False}}}},
}


def test_marked_fields_are_known_even_in_branches_and_references():
    assert identity_fields(FORM) == ["nama", "kuasa", "alamat"]


def test_identity_is_taken_off_whole_and_nothing_is_lost():
    answers = {"isi": "y", "nama": "Siti Contoh", "kuasa": {"nama": "Budi Contoh"}, "alamat": "Jalan Contoh"}
    rest, identity = split_identity(FORM, answers)
    assert rest == {"isi": "y"}
    assert identity == {name: answers[name] for name in ("nama", "kuasa", "alamat")}


def test_an_anonymous_answer_has_no_identity():
    assert split_identity(FORM, {"isi": "y"}) == ({"isi": "y"}, {})
