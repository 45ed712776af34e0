"""Who somebody is, taken off the answers before anything else sees them.

The fields marked `x-alur-identity` at the top level of a form say it; only the complaints room keeps them.
"""

from collections.abc import Mapping
from typing import Any

from service.forms import fields

MARK = "x-alur-identity"


def identity_fields(schema: Mapping[str, Any]) -> list[str]:
    """Names of the marked fields, whether or not the answers make them stand on the form."""
    return [name for name, field in fields.all_fields(fields.inline(schema)).items() if field.get(MARK) is True]


def split_identity(schema: Mapping[str, Any], answers: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """(answers without identity, identity). Nothing is lost, nothing is in both."""
    marked = frozenset(identity_fields(schema))
    rest = {name: value for name, value in answers.items() if name not in marked}
    return rest, {name: value for name, value in answers.items() if name in marked}
