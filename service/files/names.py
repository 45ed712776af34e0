"""What a file is called: the sender's name for it, made harmless."""

import re
import unicodedata

from service.files.models import LONGEST_NAME

NAMELESS = "berkas"
_UNSAFE = re.compile(r'[<>:"|?*]')


def clean(name: str, extensions: tuple[str, ...]) -> str:
    """The last part of the name without control or invisible characters, with one of the extensions of its kind.

    Extensions come lower-case with their dot, the usual one first; it is added where the name has none.
    """
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    shown = "".join(letter for letter in last if unicodedata.category(letter)[0] != "C")
    plain = " ".join(_UNSAFE.sub("_", shown).split()).strip(". ")
    stem, extension = split(plain)
    extension = extension or extensions[0]
    return (stem.strip(". ")[: LONGEST_NAME - len(extension)].rstrip(". ") or NAMELESS) + extension


def split(name: str) -> tuple[str, str]:
    """Stem and extension (lower-case, with its dot; empty if there is none)."""
    stem, dot, extension = name.rpartition(".")
    if not dot or not extension.isalnum() or len(extension) > 10:
        return name, ""
    return stem, f".{extension.lower()}"
