"""Forms of other tools end up within our profile, whatever they hold; what is lost on the way is told."""

from typing import Any

import pytest

from service.dialects.building import Form
from service.dialects.form_js import read_form
from service.dialects.json_schemas import brought_in
from service.dialects.telling import Telling
from service.forms.profile import check_profile

VALUES = [{"label": "A", "value": "a"}, {"label": "A", "value": "b"}, {"label": "", "value": "b"}]


def camunda(*components: Any) -> tuple[Form | None, Telling]:
    telling = Telling()
    return read_form({"components": list(components)}, "Judul", "langkah", telling, {}), telling


def field(component: dict[str, Any]) -> dict[str, Any]:
    form, _ = camunda({"key": "x", "label": "X", **component})
    assert form is not None and check_profile(*form) == []
    return dict(form[0]["properties"]["x"])


def test_each_kind_of_field_of_a_camunda_form_has_its_kind_here() -> None:
    assert field({"type": "textfield", "validate": {"validationType": "email"}})["format"] == "email"
    assert field({"type": "number", "decimalDigits": 0, "validate": {"max": "9"}}) == {
        "title": "X", "type": "integer", "maximum": 9,
    }  # fmt: skip
    assert field({"type": "checkbox", "validate": {"required": True}})["const"] is True
    assert field({"type": "datetime", "subtype": "time"})["format"] == "time"
    assert field({"type": "select", "values": VALUES})["oneOf"] == [
        {"const": "a", "title": "A"}, {"const": "b", "title": "A (b)"},
    ]  # fmt: skip
    assert field({"type": "taglist", "values": VALUES})["uniqueItems"] is True
    assert field({"type": "filepicker", "multiple": True})["items"]["format"] == "alur-file"


def test_rows_and_groups_of_a_camunda_form_are_kept() -> None:
    inner = {"type": "textarea", "key": "isi", "label": "Isi"}
    form, _ = camunda({"type": "dynamiclist", "path": "baris", "label": "Baris", "components": [inner]})
    assert form is not None and form[0]["properties"]["baris"]["items"]["properties"]["isi"]["maxLength"] == 5000
    form, _ = camunda({"type": "group", "path": "pemohon", "components": [inner]})
    assert form is not None and list(form[0]["properties"]) == ["pemohon_isi"]


def test_what_a_camunda_form_can_and_ours_cannot_is_told() -> None:
    form, telling = camunda(
        {"type": "textfield", "key": "a", "label": "A", "validate": {"pattern": "a+", "required": True},
         "conditional": {"hide": "=b"}},
        {"type": "select", "key": "b", "valuesExpression": "=c"},
        {"type": "table", "id": "t"}, {"type": "image", "id": "i"},
    )  # fmt: skip
    assert form is not None and form[0]["required"] == []
    assert [each.kind for each in telling.told].count("needs_person") == 4


@pytest.mark.parametrize(
    "components",
    [[], [None, 5, "x", []], [{"type": "textfield"}], [{"type": "textfield", "key": 5}], [{"type": []}],
     [{"type": "group", "components": "x"}], [{"type": "number", "key": "a", "validate": {"min": 9, "max": 1}}],
     [{"type": "textfield", "key": "a", "validate": {"minLength": 9, "maxLength": 1}}],
     [{"type": "textfield", "key": "a", "defaultValue": {"x": 1}, "label": 5, "description": 7}],
     [{"type": "select", "key": "a", "values": [{"value": None}, {"value": {}}, 7]}],
     [{"type": "textfield", "key": f"a{i}"} for i in range(300)],
     [{"type": "textfield", "key": "a"}, {"type": "number", "key": "a"}]],
)  # fmt: skip
def test_a_strange_camunda_form_gives_a_good_form_or_none(components: list[Any]) -> None:
    form, _ = camunda(*components)
    assert form is None or check_profile(*form) == []


def schema(**properties: Any) -> dict[str, Any]:
    return {"title": "T", "type": "object", "properties": properties}


def ours(found: Any, ui: Any = None) -> tuple[Form | None, Telling]:
    telling = Telling()
    return brought_in(found, ui, "Judul", "langkah", telling, {}), telling


def test_a_schema_within_the_profile_is_not_touched() -> None:
    good = schema(a={"title": "A", "type": "boolean"})
    form, telling = ours(good)
    assert form is not None and form[0] is good and telling.told == []


def test_a_schema_outside_the_profile_is_brought_into_it() -> None:
    found = {
        **schema(
            a={"$ref": "#/definitions/nama"},
            b={"type": ["string", "null"], "enum": ["x", "y"], "enumNames": ["X", "Y"]},
            c={"type": "array", "items": {"type": "object", "properties": {"d": {"type": "number"}}}},
            e={"type": "integer", "enum": [1, 2]},
            f={"type": "string", "format": "data-url"},
            g={"anyOf": [{"const": "p", "title": "P"}, {"const": "q"}]},
        ),
        "definitions": {"nama": {"type": "string", "title": "Nama"}},
        "required": ["a", "nothing"],
    }
    form, _ = ours(found, {"ui:order": ["b", "*"], "a": {"ui:widget": "textarea", "ui:autofocus": True}})
    assert form is not None and check_profile(*form) == []
    assert list(form[0]["properties"]) == ["b", "a", "c", "e", "f", "g"] and form[0]["required"] == ["a"]
    assert form[0]["properties"]["b"]["oneOf"][0] == {"const": "x", "title": "X"}
    assert form[1]["a"] == {"ui:widget": "textarea"}


@pytest.mark.parametrize(
    "found",
    [None, [], "x", {}, {"properties": []}, {"properties": {"a": 5}}, schema(a={"$ref": "#/definitions/a"}),
     {**schema(a={"$ref": "#/definitions/b"}), "definitions": {"b": {"$ref": "#/definitions/b"}}},
     schema(a={"type": []}), schema(a={"enum": [{}, []]}), schema(a={"type": "array"}), schema(a={"oneOf": [5]}),
     schema(a={"type": "integer", "enum": ["x", 1]}), schema(a={"type": "object"}), schema(**{"": {"type": "string"}}),
     schema(a={"type": "number", "minimum": "x", "maximum": 1e308}), {**schema(a={"type": "null"}), "required": 5},
     {**schema(a={"$ref": "#/definitions/a"}), "definitions": 7}],
)  # fmt: skip
def test_a_strange_schema_gives_a_good_form_or_none(found: Any) -> None:
    form, _ = ours(found, {"a": 7, "ui:order": 5})
    assert form is None or check_profile(*form) == []
