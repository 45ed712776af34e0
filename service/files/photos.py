"""Photos are drawn anew before they are kept: without place, camera or what else rode along, and not too large."""

import tempfile
from typing import IO

from PIL import Image, ImageOps, UnidentifiedImageError

from service.errors import Invalid

MOST_PIXELS = 50_000_000
LONGEST_SIDE = 2400
"""Enough to read a letter that was photographed."""
QUALITY = 85
BROKEN = "Foto “{name}” rusak atau tidak dapat dibaca. Ambil atau simpan ulang fotonya, lalu kirim lagi."
TOO_MANY_PIXELS = "Foto “{name}” terlalu besar ukurannya. Perkecil fotonya, lalu kirim lagi."

FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG"}


def is_photo(media_type: str) -> bool:
    """Whether a file of this type is drawn anew."""
    return media_type in FORMATS


def redraw(content: IO[bytes], media_type: str, name: str) -> IO[bytes]:
    """The same picture, upright, at most 2400 pixels long, without metadata. Raises `Invalid`."""
    content.seek(0)
    try:
        with Image.open(content, formats=(FORMATS[media_type],)) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise Invalid(TOO_MANY_PIXELS, name=name)
            return _written(picture, FORMATS[media_type])
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError) as error:
        raise Invalid(BROKEN, name=name) from error


def _written(picture: Image.Image, kind: str) -> IO[bytes]:
    upright = ImageOps.exif_transpose(picture)
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    if kind == "JPEG" and upright.mode not in ("RGB", "L"):
        upright = upright.convert("RGB")
    upright.info.clear()
    out = tempfile.SpooledTemporaryFile(max_size=4 << 20)  # noqa: SIM115 - handed on to whoever stores it
    upright.save(out, kind, quality=QUALITY, optimize=True)
    out.seek(0)
    return out
