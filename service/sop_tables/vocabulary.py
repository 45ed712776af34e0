"""The words by which documents of offices are read; kept as data, so that an office's own can be added."""

import tomllib
from pathlib import Path
from typing import Any

VOCABULARY: dict[str, dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "vocabulary.toml").read_text(encoding="utf-8")
)
