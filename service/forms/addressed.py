"""What of an office's answers is meant for the complainant: fields marked `x-alur-for-complainant`."""

from collections.abc import Mapping
from typing import Any

from service.forms import fields

MARK = "x-alur-for-complainant"


def addressed_fields(schema: Mapping[str, Any]) -> list[str]:
    """Names of the marked fields, whether or not the answers make them stand on the form."""
    return [name for name, field in fields.all_fields(fields.inline(schema)).items() if field.get(MARK) is True]
