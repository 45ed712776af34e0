"""Field types and schemas that several entrances share (marshmallow; they also make the OpenAPI document)."""

from datetime import UTC, datetime
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from service.entrance import phrases
from service.entrance.phrases import Phrase

phrases.speak()

LARGEST_WHOLE = 2**31 - 1
FIRST_MOMENT, LAST_MOMENT = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)


class StrictBoolean(fields.Boolean):
    """true or false, and nothing that merely looks like it."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class Moment(fields.AwareDateTime):
    """A moment with its zone, near enough to our days to be reckoned with."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> datetime:
        moment = super()._deserialize(value, attr, data, **kwargs)
        if not FIRST_MOMENT <= moment <= LAST_MOMENT:
            raise self.make_error("invalid", input=value)
        return moment


class WholeNumber(fields.Integer):
    """A whole number as JSON has it; neither true nor "1" is one. None is larger than a database keeps."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(strict=True, validate=validate.Range(0, LARGEST_WHOLE), **kwargs)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> int:
        if isinstance(value, bool | str):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **kwargs) or 0


def text(most: int, least: int = 0, **kwargs: Any) -> fields.String:
    """A text of bounded length; PostgreSQL cannot keep NUL, so nobody may send it."""
    return fields.String(validate=[validate.Length(min=least, max=most), _no_nul], **kwargs)


def _no_nul(value: str) -> None:
    if "\x00" in value:
        raise ValidationError(Phrase("Teks ini mengandung huruf yang tidak dapat disimpan."))


KEY_PATTERN = r"^[a-z][a-z0-9_]*$"


class Answers(fields.Dict):
    """What a person put into a form: an object whose shape the form itself says."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(keys=fields.String(), values=fields.Raw(allow_none=True), **kwargs)


class PageQuery(Schema):
    """Which part of a list."""

    limit = fields.Integer(
        load_default=50, validate=validate.Range(1, 200), metadata={"description": "how many at most"}
    )
    after = text(400, load_default=None, metadata={"description": "cursor of the page before"})


class FieldError(Schema):
    """One thing wrong with what was sent."""

    pointer = fields.String(required=True, metadata={"description": "JSON pointer into what was sent"})
    message = fields.String(required=True)


class FindingOut(Schema):
    """One thing the check found in a diagram."""

    code = fields.String(required=True)
    element = fields.String(required=True, allow_none=True)
    name = fields.String(required=True, allow_none=True)
    what = fields.String(required=True)
    why = fields.String(required=True)
    mend = fields.String(required=True)
    blocks = fields.Boolean(required=True)


class ProblemOut(Schema):
    """Why a call was refused (RFC 9457)."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True, metadata={"description": "for people, in the caller's language"})
    code = fields.String(required=True, metadata={"description": "stable, for programs"})
    errors = fields.List(fields.Nested(FieldError))
    findings = fields.List(fields.Nested(FindingOut))
    element = fields.String()


def page_of(item: type[Schema]) -> type[Schema]:
    """The schema of one page of a list of these."""
    name = item.__name__.removesuffix("Out") + "Page"
    cursor = fields.String(required=True, allow_none=True, metadata={"description": "cursor of the next page"})
    members = {"items": fields.List(fields.Nested(item), required=True), "next": cursor}
    return type(name, (Schema,), members)
