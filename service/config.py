"""Settings, read once from the environment when the application is made."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from service.errors import Invalid

SECRET_BYTES = 32


@dataclass(frozen=True)
class Settings:
    """What an installation may set; the defaults serve one office on one machine."""

    database_url: str
    secret_key: str
    var: Path
    """Where SQLite, uploaded files and the generated key live."""
    files_url: str
    older_secrets: tuple[str, ...] = ()
    """Secrets used before; what they sealed still opens, and is sealed anew by and by."""
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 2
    demo: bool = False


def from_environment(env: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings. Raises `Invalid` naming the variable that cannot be used."""
    var = Path(env.get("ALUR_VAR", "var")).resolve()
    demo = env.get("ALUR_DEMO", "") not in ("", "0")
    return Settings(
        database_url=env.get("ALUR_DATABASE_URL") or f"sqlite:///{var / 'alur.sqlite'}",
        secret_key=env.get("ALUR_SECRET_KEY") or _kept_secret(var, demo),
        var=var,
        files_url=env.get("ALUR_FILES_URL") or (var / "files").as_uri(),
        older_secrets=tuple(env.get("ALUR_SECRET_KEY_OLDER", "").split()),
        host=env.get("ALUR_HOST", "127.0.0.1"),
        port=_whole_number(env, "ALUR_PORT", 8000),
        workers=_whole_number(env, "ALUR_WORKERS", 2),
        demo=demo,
    )


def _whole_number(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name, str(default))
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise Invalid("{name} harus berupa bilangan bulat, bukan “{text}”.", name=name, text=text)
    return int(text)


def _kept_secret(var: Path, demo: bool) -> str:
    """The demo makes its own key and keeps it; an installation has to bring one, or lose what it encrypted."""
    path = var / "secret.key"
    if path.exists():
        return path.read_text().strip()
    if not demo:
        raise Invalid("ALUR_SECRET_KEY belum diisi. Isi dengan teks acak sedikitnya 32 huruf dan simpan baik-baik.")
    var.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(secrets.token_urlsafe(SECRET_BYTES))
    return path.read_text().strip()
