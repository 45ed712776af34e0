"""The SOPs that come with Alur: diagrams and forms, from the checkout or from inside the installed package."""

from pathlib import Path
from typing import Any

import orjson

_INSTALLED = Path(__file__).parent / "sops"
ROOT = _INSTALLED if _INSTALLED.is_dir() else Path(__file__).parent.parent


def keys() -> list[str]:
    """The keys of the diagrams that come with Alur."""
    return sorted(path.stem for path in (ROOT / "bpmn").glob("*.bpmn"))


def bpmn(key: str) -> bytes:
    """The diagram with this key."""
    return (ROOT / "bpmn" / f"{key}.bpmn").read_bytes()


def forms(key: str) -> dict[str, Any]:
    """The form files of a diagram, by name."""
    return read_forms(ROOT / "forms" / key)


def read_forms(folder: Path) -> dict[str, Any]:
    """The form files of a folder, by name; none where there is no such folder."""
    return {path.name: orjson.loads(path.read_bytes()) for path in sorted(folder.glob("*.json"))}
