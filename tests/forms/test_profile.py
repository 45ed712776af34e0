"""The profile: forms outside it are refused with the place and words that help."""

import json
from copy import deepcopy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.forms.profile import check_profile

TEXT = {"title": "Teks", "type": "string", "maxLength": 20}
CHOICE = {"title": "Pilihan", "type": "string", "enum": ["a", "b"]}
RULE = {"if": {"properties": {"b": {"const": "a"}}, "required": ["b"]}, "then": {"required": ["a"]}}


def form(**more):
    return {"type": "object", "properties": {"a": deepcopy(TEXT), "b": deepcopy(CHOICE)}, **more}


def with_field(**field):
    return {"type": "object", "properties": {"a": {"title": "Isian", **field}}}


def pointers(schema, ui=None):
    return [problem.pointer for problem in check_profile(schema, ui)]


def test_a_plain_form_is_taken():
    assert pointers(form(required=["a"], allOf=[RULE])) == []


A = "/schema/properties/a"


@pytest.mark.parametrize(
    ("schema", "pointer"),
    [
        pytest.param([], "/schema", id="a list"),
        pytest.param({"type": "array"}, "/schema/type", id="root is no object"),
        pytest.param({"type": "object"}, "/schema/properties", id="no properties"),
        pytest.param({"type": "object", "properties": {}}, "/schema/properties", id="no fields"),
        pytest.param(
            form(**{"$schema": "http://json-schema.org/draft-04/schema#"}), "/schema/$schema", id="old dialect"
        ),
        pytest.param(form(required=["c"]), "/schema/required/0", id="required names nothing"),
        pytest.param(form(required=["a", "a"]), "/schema/required", id="required twice"),
        pytest.param(form(additionalProperties=True), "/schema/additionalProperties", id="open form"),
        pytest.param(form(patternProperties={}), "/schema/patternProperties", id="patternProperties"),
        pytest.param(form(**{"if": {}}), "/schema/if", id="if outside allOf"),
        pytest.param(form(dependentRequired={"a": ["x"]}), "/schema/dependentRequired", id="depends on nothing"),
        pytest.param({"type": "object", "properties": {"a b": TEXT}}, "/schema/properties/a b", id="bad name"),
        pytest.param({"type": "object", "properties": {"a": True}}, A, id="field is no object"),
        pytest.param({"type": "object", "properties": {"a": {"type": "boolean"}}}, A + "/title", id="no title"),
        pytest.param(with_field(type="null"), A + "/type", id="null type"),
        pytest.param(with_field(type=["string", "null"]), A + "/type", id="list of types"),
        pytest.param(with_field(), A + "/type", id="no type"),
        pytest.param(with_field(type="string"), A + "/maxLength", id="endless text"),
        pytest.param(with_field(type="string", maxLength=10**9), A + "/maxLength", id="near endless text"),
        pytest.param(with_field(type="string", maxLength=True), A + "/maxLength", id="limit is true"),
        pytest.param(with_field(type="string", minLength=9, maxLength=3), A + "/maxLength", id="limits crossed"),
        pytest.param(with_field(type="string", maxLength=9, format="ipv4"), A + "/format", id="unknown format"),
        pytest.param(with_field(type="string", maxLength=9, format=["date"]), A + "/format", id="format is a list"),
        pytest.param(with_field(type="string", maxLength=9, pattern="^a$"), A + "/pattern", id="pattern, no example"),
        pytest.param(
            with_field(type="string", maxLength=9, pattern="^(a+)+$", examples=["a"]),
            A + "/pattern",
            id="hostile pattern",
        ),
        pytest.param(
            with_field(type="string", maxLength=9, pattern="^a$", examples=["b"]), A + "/examples/0", id="bad example"
        ),
        pytest.param(with_field(type="string", maxLength=2, default="abc"), A + "/default", id="bad default"),
        pytest.param(with_field(type="string", enum=[]), A + "/enum", id="no choices"),
        pytest.param(with_field(type="string", enum=["a", "a"]), A + "/enum", id="choice twice"),
        pytest.param(with_field(type="string", enum=["a", 1]), A + "/enum/1", id="choice of another type"),
        pytest.param(with_field(type="integer", enum=[1, True]), A + "/enum/1", id="true is no number"),
        pytest.param(
            with_field(type="string", oneOf=[{"const": "a"}]), A + "/oneOf/0/title", id="choice without label"
        ),
        pytest.param(with_field(type="string", oneOf=[{"type": "string"}]), A + "/oneOf/0", id="oneOf of schemas"),
        pytest.param(
            with_field(type="string", oneOf=[{"const": "a", "title": "X"}, {"const": "b", "title": "X"}]),
            A + "/oneOf",
            id="label twice",
        ),
        pytest.param(
            with_field(type="string", enum=["a"], oneOf=[{"const": "a", "title": "A"}]), A + "/enum", id="both"
        ),
        pytest.param(with_field(type="boolean", const=False), A + "/const", id="consent to no"),
        pytest.param(with_field(type="string", maxLength=3, const="a"), A + "/const", id="const text"),
        pytest.param(with_field(type="number", minimum=3, maximum=1), A + "/maximum", id="bounds crossed"),
        pytest.param(with_field(type="number", multipleOf=3), A + "/multipleOf", id="multipleOf"),
        pytest.param(with_field(type="array"), A + "/items", id="list of what"),
        pytest.param(with_field(type="array", maxItems=3, items=TEXT), A + "/items", id="list of texts"),
        pytest.param(with_field(type="array", items=CHOICE), A + "/uniqueItems", id="choices may repeat"),
        pytest.param(
            with_field(type="array", items={"type": "string", "format": "alur-file"}),
            A + "/maxItems",
            id="endless files",
        ),
        pytest.param(with_field(type="array", items=form()), A + "/maxItems", id="endless rows"),
        pytest.param(
            with_field(type="object", properties={"b": {**TEXT, "x-alur-identity": True}}),
            A + "/properties/b/x-alur-identity",
            id="identity too deep",
        ),
        pytest.param(
            {**with_field(type="string", maxLength=3, readOnly=True), "required": ["a"]},
            "/schema/required/0",
            id="required but read only",
        ),
        pytest.param(with_field(**{"$ref": "https://contoh.example/x"}), A + "/$ref", id="reference outside"),
        pytest.param(with_field(**{"$ref": "#/$defs/x"}), A + "/$ref", id="reference to nothing"),
        pytest.param(with_field(**{"$ref": "#/properties/b"}), A + "/$ref", id="reference beside $defs"),
        pytest.param(form(**{"$defs": {"x": TEXT}}), "/schema/$defs/x", id="definition nobody uses"),
        pytest.param(form(**{"$defs": []}), "/schema/$defs", id="definitions are a list"),
        pytest.param(form(allOf={}), "/schema/allOf", id="rules are no list"),
        pytest.param(form(allOf=[{"if": RULE["if"]}]), "/schema/allOf/0", id="rule without then"),
        pytest.param(
            form(allOf=[{**RULE, "if": {"required": ["a"]}}]), "/schema/allOf/0/if", id="if without properties"
        ),
        pytest.param(
            form(allOf=[{**RULE, "if": {"properties": {"z": {"const": 1}}}}]),
            "/schema/allOf/0/if/properties/z",
            id="if of z",
        ),
        pytest.param(
            form(allOf=[{**RULE, "if": {"properties": {"b": {"minLength": 1}}}}]),
            "/schema/allOf/0/if/properties/b",
            id="if of another kind",
        ),
        pytest.param(
            form(allOf=[{**RULE, "if": {"properties": {"b": {"const": "A"}}}}]),
            "/schema/allOf/0/if/properties/b",
            id="if of a value that cannot be",
        ),
        pytest.param(
            form(allOf=[{**RULE, "then": {"required": ["z"]}}]),
            "/schema/allOf/0/then/required/0",
            id="then demands nothing",
        ),
        pytest.param(
            form(allOf=[{**RULE, "then": {"properties": {"a": TEXT}}}]),
            "/schema/allOf/0/then/properties/a",
            id="branch defines again",
        ),
        pytest.param(
            form(allOf=[{**RULE, "then": {"allOf": [RULE]}}]), "/schema/allOf/0/then/allOf", id="rule within a rule"
        ),
    ],
)
def test_what_is_outside_the_profile_is_refused_at_its_place(schema, pointer):
    found = check_profile(schema)
    assert pointer in [problem.pointer for problem in found]
    assert all(problem.message.format(**dict(problem.params)) for problem in found)


@pytest.mark.parametrize(
    ("ui", "pointer"),
    [
        pytest.param([], "/ui_schema", id="a list"),
        pytest.param({"ui:order": ["a"]}, "/ui_schema/ui:order", id="order incomplete"),
        pytest.param({"ui:order": ["a", "b", "c"]}, "/ui_schema/ui:order", id="order names nothing"),
        pytest.param({"ui:order": ["a", "b", "b"]}, "/ui_schema/ui:order", id="order twice"),
        pytest.param({"c": {}}, "/ui_schema/c", id="field that is not there"),
        pytest.param({"ui:submitButton": {}}, "/ui_schema/ui:submitButton", id="unknown root key"),
        pytest.param({"a": {"classNames": "x"}}, "/ui_schema/a/classNames", id="unknown key"),
        pytest.param({"a": {"ui:widget": "radio"}}, "/ui_schema/a/ui:widget", id="radio for a text"),
        pytest.param({"a": {"ui:widget": ["textarea"]}}, "/ui_schema/a/ui:widget", id="widget is a list"),
        pytest.param({"b": {"ui:widget": "textarea"}}, "/ui_schema/b/ui:widget", id="textarea for a choice"),
        pytest.param({"a": {"ui:widget": "hidden"}}, "/ui_schema/a/ui:widget", id="hidden but required"),
        pytest.param({"a": {"ui:readonly": True}}, "/ui_schema/a/ui:readonly", id="closed but required"),
        pytest.param({"a": {"ui:options": {"rows": 5}}}, "/ui_schema/a/ui:options/rows", id="rows of one line"),
        pytest.param({"a": {"ui:options": {"inline": True}}}, "/ui_schema/a/ui:options", id="unknown option"),
        pytest.param({"a": {"ui:help": 1}}, "/ui_schema/a/ui:help", id="help is a number"),
        pytest.param({"a": "x"}, "/ui_schema/a", id="not an object"),
    ],
)
def test_a_ui_half_that_does_not_fit_is_refused_at_its_place(ui, pointer):
    assert pointer in pointers(form(required=["a"]), ui)


def test_groups_and_rows_have_a_ui_half_of_their_own():
    row = {"title": "Tim", "type": "array", "maxItems": 3, "items": form()}
    schema = {"type": "object", "properties": {"tim": row, "wakil": {**form(), "title": "Wakil"}}}
    order = {"ui:order": ["b", "a"], "a": {"ui:widget": "textarea", "ui:options": {"rows": 2}}}
    assert pointers(schema, {"tim": {"items": order, "ui:help": "Siapa saja."}, "wakil": order}) == []
    assert pointers(schema, {"tim": {"items": {"x": {}}}, "wakil": {"ui:order": ["a"]}}) == [
        "/ui_schema/tim/items/x",
        "/ui_schema/wakil/ui:order",
    ]


def test_references_that_go_round_are_refused():
    group = {"title": "Kelompok", "type": "object", "properties": {"x": {"$ref": "#/$defs/g"}}}
    assert pointers(with_field(**{"$ref": "#/$defs/g"}) | {"$defs": {"g": group}}) == ["/schema/$defs"]


def test_definitions_that_name_each_other_into_millions_are_refused():
    def twice(name):
        return {
            "type": "object",
            "title": "G",
            "properties": {"x": {"$ref": f"#/$defs/{name}"}, "y": {"$ref": f"#/$defs/{name}"}},
        }

    definitions = {f"g{n}": twice(f"g{n + 1}") for n in range(30)} | {"g30": TEXT}
    assert pointers(with_field(**{"$ref": "#/$defs/g0"}) | {"$defs": definitions}) == ["/schema/$defs"]


def nested(levels):
    field = deepcopy(TEXT)
    for _ in range(levels):
        field = {"title": "Kelompok", "type": "object", "properties": {"a": field}}
    return {"type": "object", "properties": {"a": field}}


def test_four_levels_are_taken_and_five_are_not():
    assert pointers(nested(3)) == []
    assert pointers(nested(4)) == ["/schema" + "/properties/a" * 4]
    assert pointers(nested(5_000)) != []


def test_two_hundred_fields_are_taken_and_one_more_is_not():
    fields = {f"a{n}": TEXT for n in range(200)}
    assert pointers({"type": "object", "properties": fields}) == []
    assert pointers({"type": "object", "properties": {**fields, "b": TEXT}}) == ["/schema"]


def test_branches_may_share_a_field_only_when_they_mean_the_same():
    def rule(value, field):
        return {"if": {"properties": {"b": {"const": value}}}, "then": {"properties": {"c": field}}}

    assert pointers(form(allOf=[rule("a", TEXT), rule("b", TEXT)])) == []
    assert pointers(form(allOf=[rule("a", TEXT), rule("b", CHOICE)])) != []


WORDS = [
    *("type", "properties", "required", "allOf", "if", "then", "else", "items", "enum", "oneOf", "const", "title"),
    *("$ref", "$defs", "examples", "default", "pattern", "format", "maxLength", "minimum", "maxItems", "uniqueItems"),
    *("dependentRequired", "readOnly", "ui:order", "ui:widget", "ui:options", "a", "b"),
]
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(WORDS)
JSON = st.recursive(
    SCALARS,
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.sampled_from(WORDS), below, max_size=4),
    max_leaves=20,
)


@given(JSON, JSON)
@settings(max_examples=400, deadline=None)
def test_whatever_is_handed_in_as_a_form_gets_an_answer(schema, ui):
    for found in check_profile(schema, ui):
        assert found.message.format(**dict(found.params))


@given(st.data())
@settings(max_examples=400, deadline=None)
def test_a_good_form_with_one_part_replaced_by_anything_gets_an_answer(data):
    rows = {"title": "Tim", "type": "array", "maxItems": 3, "items": form()}
    schema = form(required=["a"], allOf=[deepcopy(RULE)])
    schema["properties"]["tim"] = rows
    schema["properties"]["g"] = {"title": "G", "type": "object", "properties": {"c": {"$ref": "#/$defs/x"}}}
    schema["$defs"] = {"x": deepcopy(TEXT)}
    holder, key = data.draw(st.sampled_from(list(_places(schema))))
    holder[key] = data.draw(JSON)
    for found in check_profile(json.loads(json.dumps(schema)), {}):
        assert found.message.format(**dict(found.params))


def _places(found):
    keys = found.keys() if isinstance(found, dict) else range(len(found)) if isinstance(found, list) else ()
    for key in keys:
        yield found, key
        yield from _places(found[key])
