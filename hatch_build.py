"""Builds what the wheel carries besides code: the pages' scripts and style sheets, and the compiled catalogues."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Assets(BuildHookInterface):
    """Runs before a wheel is packed; what is there already is taken as it is."""

    def initialize(self, _version: str, _build_data: dict[str, Any]) -> None:
        """Raises `RuntimeError` where the pages' sources have to be built and there is no npm."""
        root = Path(self.root)
        if not (root / "service/static/manifest.json").exists():
            self._build_pages(root / "web")
        for source in (root / "service/translations").glob("*/LC_MESSAGES/*.po"):
            with source.open("rb") as words, source.with_suffix(".mo").open("wb") as compiled:
                write_mo(compiled, read_po(words))

    def _build_pages(self, web: Path) -> None:
        npm = shutil.which("npm")
        if npm is None:
            raise RuntimeError("npm (Node 20.19 or newer) is needed to build the pages; or run `make setup` first")
        subprocess.run([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=web, check=True)
        subprocess.run([npm, "run", "build"], cwd=web, check=True)
