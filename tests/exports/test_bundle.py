"""A bundle proves itself: whatever is changed in it afterwards is found, and named."""

import hashlib
import io
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from service import secrets
from service.errors import Invalid
from service.exports.proof import Proven, prove
from service.forms.sample import sample
from tests.client import Client
from tests.files import contents
from tests.sops.test_paths import the_instance


@pytest.fixture(scope="module")
def kept() -> dict[str, bytes]:
    """Bundles made once, by the database they were made on."""
    return {}


@pytest.fixture
def bundle(client: Client, place: Any, kept: dict[str, bytes], tmp_path: Path) -> Path:
    """A bundle of an instance half way, with a paper."""
    if place.kind not in kept:
        instance = handed_in_with_a_paper(client)
        answer = client.call("GET", f"/instances/{instance['id']}/export?format=bundle", by="auditor")
        assert answer.status_code == 200, answer.text
        kept[place.kind] = answer.get_data()
    path = tmp_path / "bundel.zip"
    path.write_bytes(kept[place.kind])
    return path


def handed_in_with_a_paper(client: Client) -> dict[str, Any]:
    """A complaint with a photo, taken on by the office for two steps."""
    form = client.get("/diagrams/pengaduan_langsung/form")["schema"]
    sent = {"diagram": "pengaduan_langsung", "answers": orjson.dumps(sample(form)).decode()}
    photo = {"/lampiran/0": (io.BytesIO(contents.PNG), "bukti.png")}
    handed = client.call("POST", "/complaints", data=sent | photo)
    assert handed.status_code == 201, handed.text
    by = "petugas@diskop-malang"
    for _ in range(2):
        instance = the_instance(client, handed.json["number"], by)
        (task,) = instance["tasks"]
        answers = sample(client.get(f"/tasks/{task['id']}/form", by=by)["schema"])
        client.post(f"/tasks/{task['id']}/complete", {"answers": answers}, by=by)
    return instance


def changed(bundle: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """The bundle packed anew with its files changed."""
    with zipfile.ZipFile(bundle) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    path = bundle.with_name("diubah.zip")
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def test_a_bundle_says_whose_it_is_and_holds_together(bundle: Path) -> None:
    found = prove(bundle, secrets.public_key().hex())
    assert (found.agency, found.moves) == ("diskop-malang", 3)
    with zipfile.ZipFile(bundle) as archive:
        assert sum(name.startswith("papers/") for name in archive.namelist()) == 1


def test_every_single_byte_that_is_changed_in_any_file_is_found_and_the_file_named(bundle: Path) -> None:
    with zipfile.ZipFile(bundle) as archive:
        sizes = {member.filename: member.file_size for member in archive.infolist()}
    for name, size in sizes.items():
        for place in {*range(0, size, max(1, size // 60)), size - 1}:

            def flip(files: dict[str, bytes], name: str = name, place: int = place) -> None:
                content = bytearray(files[name])
                content[place] ^= 1
                files[name] = bytes(content)

            with pytest.raises(Invalid) as refused:
                prove(changed(bundle, flip))
            assert name in str(refused.value) or name in ("manifest.json", "signature"), (name, place)


def test_what_is_taken_out_or_put_in_is_found(bundle: Path) -> None:
    with zipfile.ZipFile(bundle) as archive:
        names = archive.namelist()
    for name in names:
        with pytest.raises(Invalid, match=r"tidak lengkap|tidak ada"):
            prove(changed(bundle, lambda files, name=name: files.pop(name)))  # type: ignore[misc]
    with pytest.raises(Invalid, match="ditambahkan"):
        prove(changed(bundle, lambda files: files.update({"papers/tambahan": b"x"})))


def test_a_history_that_was_written_anew_and_signed_by_another_is_not_ours(bundle: Path) -> None:
    ours = secrets.public_key().hex()
    with pytest.raises(Invalid, match="instalasi lain"):
        prove(bundle, ours[:-2] + ("00" if ours[-2:] != "00" else "11"))


def test_a_history_with_a_move_left_out_does_not_hold_even_where_all_files_fit(bundle: Path) -> None:
    def shorten(files: dict[str, bytes]) -> None:
        told = orjson.loads(files["instance.json"])
        del told["moves"][1]
        files["instance.json"] = orjson.dumps(told)
        sign_anew(files)

    with pytest.raises(Invalid, match="Riwayat terputus pada langkah 3"):
        prove(changed(bundle, shorten))


def sign_anew(files: dict[str, bytes]) -> None:
    """What somebody could do who has the key of an installation: make all digests and the signature fit."""
    manifest = orjson.loads(files["manifest.json"])
    manifest["files"] = {name: hashlib.sha256(files[name]).hexdigest() for name in manifest["files"]}
    files["manifest.json"] = orjson.dumps(manifest)
    files["signature"] = secrets.sign(files["manifest.json"])


@pytest.mark.parametrize("content", [b"", b"PK", b"no zip at all", bytes(5000)])
def test_what_is_no_bundle_is_refused_in_words(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "apa.zip"
    path.write_bytes(content)
    with pytest.raises(Invalid):
        prove(path)


def test_the_command_line_proves_a_bundle_without_a_database(bundle: Path, tmp_path: Path) -> None:
    said = verified(bundle, tmp_path)
    assert said.returncode == 0 and "Utuh" in said.stdout
    said = verified(changed(bundle, lambda files: files.update({"instance.json": b"{}"})), tmp_path)
    assert said.returncode == 1 and "instance.json" in said.stdout


def verified(bundle: Path, tmp_path: Path) -> "subprocess.CompletedProcess[str]":
    asked = [sys.executable, "-m", "service.cli", "verify", str(bundle)]
    nowhere = {"ALUR_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing", "PATH": "/usr/bin:/bin"}
    return subprocess.run(asked, capture_output=True, text=True, env=nowhere, timeout=60, check=False)


def test_nothing_in_a_bundle_says_who_the_complainant_is(bundle: Path) -> None:
    found: Proven = prove(bundle)
    with zipfile.ZipFile(bundle) as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())
    assert found.number.encode() in everything
    for field in (b'nama_pelapor":"', b'alamat_pelapor":"', b'telepon_pelapor":"'):
        assert field not in everything
