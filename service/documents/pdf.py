"""PDF from a template of ours and plain data. What people typed is data and never markup."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import typst

TEMPLATES = Path(__file__).with_name("templates")


def render(template: str, data: Mapping[str, Any], at: datetime) -> bytes:
    """The PDF of `templates/<template>.typ`, which finds the data in `sys.inputs.data` as JSON.

    The same data and moment give the same bytes: only the fonts that Typst brings are used.
    """
    made = typst.compile(
        TEMPLATES / f"{template}.typ",
        root=TEMPLATES,
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"data": orjson.dumps(data).decode()},
        timestamp=int(at.timestamp()),
    )
    if not isinstance(made, bytes):
        raise TypeError(f"Typst made no single PDF of {template}")
    return made
