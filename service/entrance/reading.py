"""Reads what calls take: JSON strictly, and where files come along, multipart with the same members.

Whatever comes through here is plain enough for everybody after: to walk through, to keep, to write into any file.
"""

from typing import Any

import orjson
from flask import Request, abort
from marshmallow import Schema, fields, missing
from webargs.flaskparser import FlaskParser

from service.errors import Invalid
from service.forms.bounds import Bounds, flaw

UNREADABLE = "Isi permintaan ini bukan JSON yang benar."
UNFIT = "Isi permintaan ini tidak dapat diterima."
BODY = Bounds(depth=40, values=60_000, characters=1_500_000)


class Parser(FlaskParser):
    """Reads what calls take; besides JSON also multipart whose fields are the members of the JSON body."""

    DEFAULT_VALIDATION_STATUS = 422
    __location_map__ = {**FlaskParser.__location_map__, "json_or_multipart": "load_json_or_multipart"}

    def _raw_load_json(self, req: Request) -> Any:
        """The body by orjson: strict UTF-8, no NaN, and no more than anybody puts into a form."""
        content = req.get_data(cache=True)
        if (content or req.mimetype) and not req.is_json:
            abort(415)
        if len(content) == req.max_content_length:  # a stream without length is cut off there
            abort(413)
        return _plain(content) if content else missing

    def load_files(self, req: Request, schema: Schema) -> Any:
        """The files of a multipart body; anything else is of the wrong kind."""
        if req.mimetype and req.mimetype != "multipart/form-data":
            abort(415)
        return super().load_files(req, schema)

    def load_json_or_multipart(self, req: Request, schema: Schema) -> Any:
        """Members of a multipart body: texts as they are, all else as JSON. Parts with files are read elsewhere."""
        if req.mimetype != "multipart/form-data":
            return self.load_json(req, schema)
        return {name: _member(schema, name, value) for name, value in req.form.items()}


def _plain(content: bytes) -> Any:
    try:
        found = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise Invalid(UNREADABLE) from error
    unfit = flaw(found, BODY)
    if unfit is not None:
        raise Invalid(UNFIT, errors=[unfit])
    return found


def _member(schema: Schema, name: str, value: str) -> Any:
    if isinstance(schema.fields.get(name), fields.String | fields.AwareDateTime):
        return value
    try:
        orjson.loads(value)
    except orjson.JSONDecodeError:
        return value
    return _plain(value.encode())
