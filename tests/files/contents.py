"""Contents of files for tests: small, real enough to be told apart, and some that are not what they say."""

import io
import zipfile

from PIL import Image


def photo(kind: str, size: tuple[int, int] = (40, 30), place: bool = False) -> bytes:
    """A small real photo (`JPEG` or `PNG`); with `place` it says where it was taken."""
    exif = Image.Exif()
    if place:
        exif[0x010F] = "A camera with a name"
        exif.get_ifd(0x8825).update({1: "S", 2: (1.0, 36.0, 36.0), 3: "E", 4: (103.0, 36.0, 0.0)})
    content = io.BytesIO()
    Image.new("RGB", size, (200, 40, 40)).save(content, kind, exif=exif)
    return content.getvalue()


PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
JPEG = photo("JPEG")
PNG = photo("PNG")
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
HTML = b"<!doctype html><script>alert(1)</script>"
EXE = b"MZ" + b"\x00" * 100
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
WITH_MACROS = "application/vnd.ms-word.document.macroEnabled.main+xml"


def packed(parts: dict[str, bytes]) -> bytes:
    """A ZIP of these parts."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return content.getvalue()


def office_document(main: str, **more: bytes) -> bytes:
    """An Office document whose main part is of this type."""
    types = f'<Types><Override PartName="/main.xml" ContentType="{main}"/></Types>'
    return packed({"[Content_Types].xml": types.encode(), "main.xml": b"<w/>", **more})


DOCX, XLSX = office_document(WORD), office_document(EXCEL)
BOMB = office_document(WORD, **{f"bom{n}.xml": b"\x00" * (64 * 1024 * 1024) for n in range(5)})
CUT_OFF = DOCX[: len(DOCX) // 2]
