"""What a file really is, told by its content, and whether that is a kind we take."""

import zipfile
from dataclasses import dataclass
from typing import IO

from service.errors import Invalid
from service.files import names

NOT_TAKEN = "Berkas “{name}” tidak dapat diterima. Kirim PDF, foto JPEG atau PNG, dokumen DOCX, atau lembar kerja XLSX."
OTHER_CONTENT = "Isi berkas “{name}” tidak sesuai dengan akhiran namanya. Simpan ulang berkas itu, lalu kirim lagi."
BROKEN = "Berkas “{name}” rusak atau berisi lebih dari yang wajar. Simpan ulang berkas itu, lalu kirim lagi."

HEAD = 16
MOST_PARTS = 5_000
MOST_UNPACKED = 300 * 1024 * 1024
LONGEST_LIST = 1024 * 1024
CONTENT_TYPES = "[Content_Types].xml"


@dataclass(frozen=True)
class Kind:
    """A kind of file that is taken, with the extensions its name may have."""

    media_type: str
    extensions: tuple[str, ...]


PDF = Kind("application/pdf", (".pdf",))
JPEG = Kind("image/jpeg", (".jpg", ".jpeg", ".jpe", ".jfif"))
PNG = Kind("image/png", (".png",))
DOCX = Kind("application/vnd.openxmlformats-officedocument.wordprocessingml.document", (".docx",))
XLSX = Kind("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", (".xlsx",))

_SIGNATURES = ((b"%PDF-", PDF), (b"\xff\xd8\xff", JPEG), (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", PNG))
_ZIP = b"PK\x03\x04"
_OFFICE = (
    (b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml", DOCX),
    (b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml", XLSX),
)


def kind_of(content: IO[bytes], name: str) -> Kind:
    """The kind of a file by what it holds. Raises `Invalid` unless it is taken and its name agrees."""
    shown = names.clean(name, ("",))
    content.seek(0)
    head = content.read(HEAD)
    kind = next((kind for signature, kind in _SIGNATURES if head.startswith(signature)), None)
    if kind is None and head.startswith(_ZIP):
        kind = _office_kind(content, shown)
    if kind is None:
        raise Invalid(NOT_TAKEN, name=shown)
    extension = names.split(shown)[1]
    if extension and extension not in kind.extensions:
        raise Invalid(OTHER_CONTENT, name=shown)
    return kind


def _office_kind(content: IO[bytes], name: str) -> Kind | None:
    """An Office document is a ZIP that lists its parts; one with macros names other types and is not taken."""
    try:
        with zipfile.ZipFile(content) as packed:
            _must_be_reasonable(packed, name)
            with packed.open(CONTENT_TYPES) as part:
                types = part.read(LONGEST_LIST)
    except KeyError:
        return None
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, EOFError, OSError) as error:
        raise Invalid(BROKEN, name=name) from error
    if b"macroEnabled" in types or b"vbaProject" in types:
        return None
    return next((kind for mark, kind in _OFFICE if mark in types), None)


def _must_be_reasonable(packed: zipfile.ZipFile, name: str) -> None:
    parts = packed.infolist()
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise Invalid(BROKEN, name=name)
