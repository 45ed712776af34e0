"""Taking files in: what is kept of them, and what is refused."""

import hashlib
import io
from datetime import UTC, datetime

import pytest
from PIL import Image

from service.database import db, transaction
from service.errors import Invalid, NotFound, TooLarge
from service.files import storage
from service.files.commands import LARGEST, Part, open_, take, take_into
from service.files.models import File, file_of
from service.files.names import clean
from tests.files import contents

AT = datetime(2026, 3, 2, 2, tzinfo=UTC)
SCHEMA = {
    "type": "object",
    "properties": {
        "isi": {"type": "string"},
        "surat": {"$ref": "#/$defs/berkas"},
        "lampiran": {"type": "array", "items": {"$ref": "#/$defs/berkas"}},
    },
    "$defs": {"berkas": {"type": "string", "format": "alur-file"}},
}


def taken(content: bytes = contents.PDF, name: str = "bukti.pdf", **options) -> File:
    return take(io.BytesIO(content), name, AT, **options)


@pytest.fixture(autouse=True)
def in_a_transaction(app):
    """Every test is one transaction that is not kept."""
    yield
    db.session.rollback()


@pytest.mark.parametrize(
    ("content", "name", "media_type"),
    [
        (contents.PDF, "surat.pdf", "application/pdf"),
        (contents.JPEG, "foto.JPG", "image/jpeg"),
        (contents.JPEG, "foto.jpeg", "image/jpeg"),
        (contents.PNG, "layar.png", "image/png"),
        (contents.DOCX, "aduan.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (contents.XLSX, "daftar.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ],
)
def test_kinds_that_offices_use_are_taken(content, name, media_type):
    file = taken(content, name)
    assert file.media_type == media_type
    kept = b"".join(open_(file.id))
    assert (file.size, file.sha256) == (len(kept), hashlib.sha256(kept).hexdigest())
    assert kept == content or media_type.startswith("image/")


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_photo_is_kept_without_the_place_and_the_camera_it_was_taken_with(kind):
    sent = contents.photo(kind, (4000, 3000), place=True)
    assert b"A camera with a name" in sent
    kept = b"".join(open_(taken(sent, f"foto.{kind.lower()}").id))
    assert b"A camera with a name" not in kept
    with Image.open(io.BytesIO(kept)) as picture:
        assert not picture.getexif()
        assert picture.size == (2400, 1800)


def test_a_photo_that_is_broken_or_monstrous_is_refused():
    with pytest.raises(Invalid, match="rusak"):
        taken(contents.JPEG[:200], "foto.jpg")
    bomb = contents.PNG.replace(b"\x00\x00\x00\x28\x00\x00\x00\x1e", b"\x00\x00\xff\xff\x00\x00\xff\xff", 1)
    with pytest.raises(Invalid):
        taken(bomb, "layar.png")


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (contents.EICAR, "virus.pdf"),
        (contents.HTML, "halaman.html"),
        (contents.HTML, "gambar.png"),
        (contents.SVG, "gambar.svg"),
        (contents.EXE, "pasang.exe"),
        (b" " + contents.PDF, "geser.pdf"),
        (contents.packed({"a.txt": b"a"}), "arsip.zip"),
        (contents.packed({"a.txt": b"a"}), "arsip.docx"),
        (contents.office_document(contents.WITH_MACROS), "makro.docx"),
        (contents.office_document(contents.WORD + '"/><x y="vbaProject'), "makro.docx"),
        (contents.CUT_OFF, "rusak.docx"),
        (contents.BOMB, "bom.docx"),
        (contents.EXE + contents.DOCX, "dua.docx"),
    ],
)
def test_what_is_not_on_the_list_is_refused_whatever_its_name_says(content, name):
    with pytest.raises(Invalid) as refusal:
        taken(content, name)
    assert name in str(refusal.value)
    assert db.session.query(File).count() == 0


@pytest.mark.parametrize(
    ("content", "name"), [(contents.PDF, "foto.jpg"), (contents.DOCX, "a.xlsx"), (contents.PNG, "a.exe")]
)
def test_a_name_that_says_something_else_is_refused(content, name):
    with pytest.raises(Invalid) as refusal:
        taken(content, name)
    assert "akhiran" in str(refusal.value)


def test_a_name_without_extension_gets_the_one_of_its_content():
    assert taken(contents.JPEG, "image").name == "image.jpg"


def test_an_empty_file_is_refused():
    with pytest.raises(Invalid) as refusal:
        taken(b"", "kosong.pdf")
    assert "kosong" in str(refusal.value)


def test_a_file_is_read_no_further_than_the_limit():
    stream = io.BytesIO(contents.PDF + b"\x00" * (LARGEST + 5_000_000))
    with pytest.raises(TooLarge) as refusal:
        take(stream, "besar.pdf", AT)
    assert "10 MB" in str(refusal.value)
    assert stream.tell() <= LARGEST + storage.CHUNK


def test_a_file_of_just_the_limit_is_taken():
    assert taken(contents.PDF.ljust(LARGEST, b"\n")).size == LARGEST


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\Siti\\surat aduan.pdf", "surat aduan.pdf"),
        ("baris\nbaru\x00.pdf", "barisbaru.pdf"),
        ("foto\u202efdp.exe.pdf", "fotofdp.exe.pdf"),
        ('a<b>:"c|d?*.pdf', "a_b___c_d__.pdf"),
        ("....pdf", "pdf.pdf"),
        ("", "berkas.pdf"),
        ("a" * 500 + ".pdf", "a" * 116 + ".pdf"),
        ("surat.PDF", "surat.pdf"),
        ("Surat nº 5.2", "Surat nº 5.2"),
    ],
)
def test_names_are_made_harmless(sent, kept):
    assert clean(sent, (".pdf",)) == kept


def test_the_place_of_the_content_says_nothing_of_its_name():
    file = taken(name="KTP Siti Contoh.pdf")
    assert file.key == f"unattached/2026/03/{file.id}"


def test_what_a_refused_call_sent_is_not_kept():
    with pytest.raises(RuntimeError), transaction():
        file = taken()
        key = file.key
        assert b"".join(storage.read(key)) == contents.PDF
        raise RuntimeError("the call fails")
    with pytest.raises(FileNotFoundError):
        storage.read(key)
    with pytest.raises(NotFound):
        file_of(file.id)


def test_content_that_is_lost_is_a_refusal_and_no_breakdown():
    file = taken()
    storage._used().delete(file.key)
    with pytest.raises(NotFound):
        open_(file.id)


def test_parts_of_a_form_go_where_their_pointer_says():
    parts = [
        Part("/surat", "a.pdf", io.BytesIO(contents.PDF)),
        Part("/lampiran/0", "b.png", io.BytesIO(contents.PNG)),
        Part("/lampiran", "c.jpg", io.BytesIO(contents.JPEG)),
    ]
    answers = take_into(SCHEMA, {"isi": "x"}, parts, AT)
    names = {str(file.id): file.name for file in db.session.query(File)}
    assert answers["isi"] == "x"
    assert names[answers["surat"]] == "a.pdf"
    assert [names[file_id] for file_id in answers["lampiran"]] == ["b.png", "c.jpg"]


@pytest.mark.parametrize("pointer", ["/isi", "/tidak_ada", "", "/", "surat", "berkas"])
def test_a_part_for_a_field_that_takes_no_file_is_refused(pointer):
    with pytest.raises(Invalid):
        take_into(SCHEMA, {}, [Part(pointer, "a.pdf", io.BytesIO(contents.PDF))], AT)
    assert db.session.query(File).count() == 0


def test_a_refused_part_names_its_field():
    with pytest.raises(Invalid) as refusal:
        take_into(SCHEMA, {}, [Part("/surat", "a.exe", io.BytesIO(contents.EXE))], AT)
    assert [problem.pointer for problem in refusal.value.errors] == ["/surat"]


def test_no_more_than_twenty_parts_come_at_once():
    parts = [Part("/lampiran", "a.pdf", io.BytesIO(contents.PDF)) for _ in range(21)]
    with pytest.raises(Invalid):
        take_into(SCHEMA, {}, parts, AT)
