"""Style sheets and scripts: built by `web/` into `service/static`, named by their content and kept for ever."""

import json
import logging
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Response, request, send_from_directory
from werkzeug.exceptions import NotFound

STATIC = Path(__file__).parents[1] / "static"
MANIFEST = STATIC / "manifest.json"
FOR_EVER = "public, max-age=31536000, immutable"

log = logging.getLogger(__name__)
pages = Blueprint("static", __name__, url_prefix="/static")


@pages.get("/assets/<path:name>")
def asset_file(name: str) -> Response:
    """One built file, compressed beforehand where the browser takes it so."""
    folder = STATIC / "assets"
    packed = request.accept_encodings["gzip"] > 0 and "/" not in name and (folder / f"{name}.gz").is_file()
    answer = send_from_directory(folder, f"{name}.gz" if packed else name, conditional=True)
    answer.headers["Content-Type"] = _kind(name)
    answer.headers.remove("Content-Disposition")
    if packed:
        answer.headers["Content-Encoding"] = "gzip"
    answer.headers["Vary"] = "Accept-Encoding"
    answer.headers["Cache-Control"] = FOR_EVER
    return answer


asset_file.who = "public"  # type: ignore[attr-defined]

_KINDS = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".woff": "font/woff",
    ".txt": "text/plain; charset=utf-8",
}


def _kind(name: str) -> str:
    try:
        return _KINDS[Path(name).suffix]
    except KeyError as error:
        raise NotFound from error


def asset(name: str) -> str:
    """The address of a built file by the name of its source: `public.css`, `staff.js`."""
    built = _manifest(MANIFEST.stat().st_mtime_ns if MANIFEST.exists() else 0)
    source = f"src/styles/{name}" if name.endswith(".css") else f"src/{name.removesuffix('.js')}.ts"
    if source not in built:
        log.warning("%s has not been built; run make", name)
        return f"/static/assets/{name}"
    return f"/static/{built[source]['file']}"


def sheets_of(name: str) -> list[str]:
    """The addresses of the style sheets that a script brings with it."""
    built = _manifest(MANIFEST.stat().st_mtime_ns if MANIFEST.exists() else 0)
    entry = built.get(f"src/{name.removesuffix('.js')}.ts", {})
    return [f"/static/{sheet}" for sheet in entry.get("css", ())]


def parts_of(name: str) -> list[str]:
    """The addresses of what a script shares with others, to be fetched along with it rather than after it."""
    built = _manifest(MANIFEST.stat().st_mtime_ns if MANIFEST.exists() else 0)
    entry = built.get(f"src/{name.removesuffix('.js')}.ts", {})
    return [f"/static/{built[part]['file']}" for part in entry.get("imports", ()) if part in built]


@lru_cache(maxsize=2)
def _manifest(_changed: int) -> dict[str, dict[str, str]]:
    """What the build wrote down; read again when it has changed."""
    if not MANIFEST.exists():
        return {}
    read: dict[str, dict[str, str]] = json.loads(MANIFEST.read_text(encoding="utf-8"))
    return read
