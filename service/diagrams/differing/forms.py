"""Forms: which fields they ask, of what kind, within which limits, and who may read the answers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from service.diagrams.differing.difference import FORM, Difference, at
from service.diagrams.differing.side import Pair, fields_of
from service.diagrams.differing.wording import NOTHING, called, quoted
from service.diagrams.loading import Form
from service.engine import Element
from service.forms import fields as form_fields
from service.forms.addressed import MARK as ADDRESSED
from service.forms.identity import MARK as IDENTITY
from service.sentences import Sentence

LIMITS = ("minLength", "maxLength", "pattern", "minimum", "maximum", "minItems", "maxItems", "uniqueItems", "const")
TYPES = {
    "string": Sentence("teks"),
    "integer": Sentence("bilangan bulat"),
    "number": Sentence("bilangan"),
    "boolean": Sentence("ya atau tidak"),
    "array": Sentence("daftar"),
    "object": Sentence("kelompok isian"),
}
FORMATS = {
    "date": Sentence("tanggal"),
    "time": Sentence("jam"),
    "date-time": Sentence("tanggal dan jam"),
    "email": Sentence("alamat surel"),
    "uri": Sentence("alamat web"),
    "alur-file": Sentence("berkas"),
}


@dataclass(frozen=True)
class Field:
    """One field, also one within rows or a group; `path` names it, `help` is all that stands beside it."""

    path: str
    schema: Mapping[str, Any]
    required: bool
    help: str

    @property
    def title(self) -> str:
        return str(self.schema.get("title") or self.path)

    @property
    def type(self) -> str:
        """What is asked for, in a word."""
        items = self.schema.get("items", {})
        if form_fields.is_file(self.schema):
            return FORMATS["alur-file"]
        if form_fields.is_choice(self.schema):
            return Sentence("satu pilihan")
        if form_fields.is_choice(items):
            return Sentence("beberapa pilihan")
        kind = str(self.schema.get("type", ""))
        return FORMATS.get(str(self.schema.get("format", "")), TYPES.get(kind, kind))


def look(pair: Pair) -> Iterator[Difference]:
    """All differences about the forms of steps that stand in both versions."""
    for was, now in pair.both():
        old, new = pair.before.forms.get(was.id), pair.after.forms.get(now.id)
        if _text(old) != _text(new):
            yield from _Forms(pair, was, now).compare(old, new)


def _text(form: Form | None) -> bytes:
    """The form as text, so that another order counts too."""
    return orjson.dumps([form.schema, form.ui_schema]) if form else b""


@dataclass(frozen=True)
class _Forms:
    """The form of one step, as it was and as it is."""

    pair: Pair
    was: Element
    now: Element

    def compare(self, old: Form | None, new: Form | None) -> Iterator[Difference]:
        if old is None or new is None:
            yield self._whole(new is not None)
            return
        before, after = _read(old), _read(new)
        if not before or not after or not before.keys() & after.keys():
            text = Sentence("Formulir “{step}” diganti seluruhnya.", step=self.name)
            yield self._tell("form_replaced", text, _title(old), _title(new))
            return
        found = [*self._headings(old, new), *self._fields(before, after), *self._rules(old, new)]
        yield from found or [self._tell("form_look", Sentence("Tampilan formulir “{step}” berubah.", step=self.name))]

    @property
    def name(self) -> str:
        return called(self.pair.after, self.now)

    def _tell(
        self, kind: str, text: Sentence, before: str | None = None, after: str | None = None, field: str | None = None
    ) -> Difference:
        return at(kind, FORM, self.was, self.now, text, before, after, field)

    def _whole(self, added: bool) -> Difference:
        if added:
            return self._tell("form_added", Sentence("“{step}” kini mempunyai formulir.", step=self.name))
        return self._tell("form_removed", Sentence("“{step}” tidak lagi mempunyai formulir.", step=self.name))

    def _headings(self, old: Form, new: Form) -> Iterator[Difference]:
        before, after = _title(old), _title(new)
        if before != after:
            text = Sentence("Judul atau pengantar formulir “{step}” berubah.", step=self.name)
            yield self._tell("form_title", text, before, after)

    def _fields(self, before: dict[str, Field], after: dict[str, Field]) -> Iterator[Difference]:
        renamed = _renamed(before, after)
        back = {new: old for old, new in renamed.items()}
        for path, field in before.items():
            if path not in after and path not in renamed:
                yield self._field("field_removed", field, Sentence(GONE, **self._places(field)), field.title, None)
        for path, field in after.items():
            old = before.get(back.get(path, path))
            if old is None:
                yield self._field("field_added", field, self._new(field), None, field.title)
            else:
                yield from self._same(old, field)
        yield from self._order(list(before), list(after))

    def _places(self, field: Field) -> dict[str, Any]:
        return {"step": self.name, "field": field.title}

    def _field(
        self, kind: str, field: Field, text: Sentence, before: str | None = None, after: str | None = None
    ) -> Difference:
        return self._tell(kind, text, before, after, field.path)

    def _new(self, field: Field) -> Sentence:
        places = {**self._places(field), "kind": field.type}
        if field.required:
            return Sentence("Formulir “{step}”: isian baru “{field}” ({kind}), wajib diisi.", **places)
        return Sentence("Formulir “{step}”: isian baru “{field}” ({kind}), boleh kosong.", **places)

    def _same(self, old: Field, new: Field) -> Iterator[Difference]:
        places = self._places(new)
        if old.path != new.path:
            text = Sentence(
                "Formulir “{step}”: nama data isian “{field}” diganti dari {before} menjadi {after}.",
                **places, before=old.path, after=new.path,
            )  # fmt: skip
            yield self._field("field_id", new, text, old.path, new.path)
        if old.title != new.title:
            text = Sentence("Formulir “{step}”: isian “{before}” kini berbunyi “{field}”.", **places, before=old.title)
            yield self._field("field_title", new, text, old.title, new.title)
        if old.required != new.required:
            yield self._required(new)
        if old.type != new.type:
            text = Sentence(
                "Formulir “{step}”: isian “{field}” kini berupa {after}, dahulu {before}.",
                **places, before=old.type, after=new.type,
            )  # fmt: skip
            yield self._field("field_type", new, text, old.type, new.type)
        yield from self._choices(old, new)
        yield from self._details(old, new)
        yield from self._marks(old, new)

    def _required(self, new: Field) -> Difference:
        places, must, may = self._places(new), Sentence("wajib"), Sentence("boleh kosong")
        if new.required:
            text = Sentence("Formulir “{step}”: isian “{field}” kini wajib diisi.", **places)
            return self._field("field_required", new, text, may, must)
        text = Sentence("Formulir “{step}”: isian “{field}” kini boleh kosong.", **places)
        return self._field("field_required", new, text, must, may)

    def _choices(self, old: Field, new: Field) -> Iterator[Difference]:
        before, after, places = _choices(old), _choices(new), self._places(new)
        if not before or not after:
            return
        for value in after:
            if value not in before:
                text = Sentence(
                    "Formulir “{step}”: pilihan baru “{choice}” pada “{field}”.", **places, choice=after[value]
                )
                yield self._field("choice_added", new, text, None, after[value])
            elif after[value] != before[value]:
                text = Sentence(
                    "Formulir “{step}”: pilihan “{before}” pada “{field}” kini berbunyi “{after}”.",
                    **places, before=before[value], after=after[value],
                )  # fmt: skip
                yield self._field("choice_title", new, text, before[value], after[value])
        for value in before:
            if value not in after:
                text = Sentence(
                    "Formulir “{step}”: pilihan “{choice}” pada “{field}” dihapus.", **places, choice=before[value]
                )
                yield self._field("choice_removed", new, text, before[value], None)

    def _details(self, old: Field, new: Field) -> Iterator[Difference]:
        places, before, after = self._places(new), _limits(old), _limits(new)
        if before != after and old.type == new.type:
            text = Sentence(
                "Formulir “{step}”: batas isian “{field}” berubah dari {before} menjadi {after}.",
                **places, before=before or NOTHING, after=after or NOTHING,
            )  # fmt: skip
            yield self._field("field_limits", new, text, before, after)
        if old.help != new.help:
            text = Sentence("Formulir “{step}”: petunjuk isian “{field}” berubah.", **places)
            yield self._field("field_help", new, text, old.help or None, new.help or None)
        for key, message in CHANGED.items():
            if old.schema.get(key) != new.schema.get(key):
                before, after = _plain(old.schema.get(key)), _plain(new.schema.get(key))
                places = {**places, "before": quoted(before), "after": quoted(after)}
                yield self._field("field_default", new, Sentence(message, **places), before, after)

    def _marks(self, old: Field, new: Field) -> Iterator[Difference]:
        for mark, (kind, given, taken) in MARKS.items():
            before, after = bool(old.schema.get(mark)), bool(new.schema.get(mark))
            if before != after:
                text = Sentence(given if after else taken, **self._places(new))
                yes, no = Sentence("ya"), Sentence("tidak")
                yield self._field(kind, new, text, yes if before else no, yes if after else no)

    def _order(self, before: list[str], after: list[str]) -> Iterator[Difference]:
        both = set(before) & set(after)
        if [path for path in before if path in both] != [path for path in after if path in both]:
            yield self._tell("field_order", Sentence("Formulir “{step}”: urutan isian berubah.", step=self.name))

    def _rules(self, old: Form, new: Form) -> Iterator[Difference]:
        before, after = form_fields.inline(old.schema), form_fields.inline(new.schema)
        keys = ("allOf", "dependentRequired")
        if _tests(before) != _tests(after) or before.get(keys[1]) != after.get(keys[1]):
            text = Sentence(
                "Formulir “{step}”: syarat munculnya isian, atau kewajiban bersyarat, berubah.", step=self.name
            )
            yield self._tell("form_rule", text)


GONE = "Formulir “{step}”: isian “{field}” dihapus."
CHANGED = {
    "default": "Formulir “{step}”: isi awal “{field}” berubah dari {before} menjadi {after}.",
    "readOnly": "Formulir “{step}”: boleh tidaknya “{field}” diubah petugas kini lain.",
}
MARKS = {
    IDENTITY: (
        "field_identity",
        "Formulir “{step}”: “{field}” kini isian identitas, disimpan terpisah dan tersegel.",
        "Formulir “{step}”: “{field}” bukan lagi isian identitas; jawabannya terbaca oleh petugas.",
    ),
    ADDRESSED: (
        "field_for_complainant",
        "Formulir “{step}”: “{field}” kini ikut dibaca pelapor.",
        "Formulir “{step}”: “{field}” tidak lagi dibaca pelapor.",
    ),
}
LIMIT_WORDS = {
    "minLength": Sentence("paling sedikit {n} huruf"),
    "maxLength": Sentence("paling banyak {n} huruf"),
    "minimum": Sentence("paling kecil {n}"),
    "maximum": Sentence("paling besar {n}"),
    "minItems": Sentence("paling sedikit {n} buah"),
    "maxItems": Sentence("paling banyak {n} buah"),
    "pattern": Sentence("pola {n}"),
    "uniqueItems": Sentence("tidak boleh kembar"),
    "const": Sentence("harus disetujui"),
}


def _read(form: Form) -> dict[str, Field]:
    """The fields by path, in the order they are shown; none where the form is outside the profile."""
    top = fields_of(form)
    if not top:
        return {}
    whole = form_fields.inline(form.schema)
    own = [(branch, branch.get("properties", {})) for branch in form_fields.branches(whole)]
    required = {name for branch, brought in own for name in branch.get("required", ()) if name in brought}
    required |= set(whole.get("required", ()))
    order = form.ui_schema.get("ui:order", ())
    shown = sorted(top, key=lambda name: order.index(name) if name in order else len(order))
    found: dict[str, Field] = {}
    for name in shown:
        _gather(name, top[name], name in required, form.ui_schema.get(name), found)
    return found


def _gather(path: str, schema: Mapping[str, Any], required: bool, ui: Any, found: dict[str, Field]) -> None:
    ui = ui if isinstance(ui, dict) else {}
    words = (schema.get("description"), ui.get("ui:help"), ui.get("ui:placeholder"))
    found[path] = Field(path, schema, required, " ".join(str(word) for word in words if word))
    inner = schema if schema.get("properties") else schema.get("items", {})
    below = ui.get("items", {}) if inner is not schema else ui
    for name, field in inner.get("properties", {}).items():
        shown = below.get(name) if isinstance(below, dict) else None
        _gather(f"{path}.{name}", field, name in inner.get("required", ()), shown, found)


def _renamed(before: dict[str, Field], after: dict[str, Field]) -> dict[str, str]:
    """Fields that bear another name with the same label and kind: old path to new path."""
    new = {(field.title, field.type): path for path, field in after.items() if path not in before}
    gone = {path: (field.title, field.type) for path, field in before.items() if path not in after}
    return {path: new.pop(signs) for path, signs in gone.items() if signs in new}


def _choices(field: Field) -> dict[Any, str]:
    return {str(value): label for value, label in form_fields.choices(field.schema).items()}


def _limits(field: Field) -> str | None:
    told: str | None = None
    for key in LIMITS:
        if key in field.schema:
            one = Sentence(LIMIT_WORDS[key], n=str(field.schema[key]))
            told = one if told is None else Sentence("{one}, {other}", one=told, other=one)
    return told


def _title(form: Form) -> str:
    return " – ".join(str(form.schema[key]) for key in ("title", "description") if form.schema.get(key))


def _tests(whole: Mapping[str, Any]) -> list[Any]:
    """What the rules ask and which fields they bring or demand; the fields themselves are told one by one."""
    return [
        (rule.get("if"), [(word, sorted(rule[word].get("properties", ())), sorted(rule[word].get("required", ())))
                          for word in ("then", "else") if word in rule])
        for rule in form_fields.conditions(whole)
    ]  # fmt: skip


def _plain(value: Any) -> str | None:
    return None if value is None else str(value)
