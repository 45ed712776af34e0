"""The English catalogue: gathers what people read (`make words`) and compiles it for the application.

The Indonesian words themselves are the keys. From templates is taken what `_` and `ngettext` say, from Python

* what refusals, problems, sentences and gettext are called with,
* the words in public constants of modules,
* and whatever else reads as Indonesian, so that a sentence that goes through other hands is not lost.
"""

import ast
import os
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract as extract_from
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

SERVICE = Path(__file__).parents[1]
CATALOGUE = Path(__file__).with_name("en") / "LC_MESSAGES" / "messages.po"

Key = str | tuple[str, str]

# The command line speaks Indonesian only, and what the demo is filled with is content.
ELSEWHERE = ("bench/", "migrations/", "static/", "translations/", "cli.py", "demo.py", "walk.py", "content.py")

GETTEXT = {"gettext", "lazy_gettext", "_", "N_"}
FIRST = {
    "Conflict", "Invalid", "NotAllowed", "NotFound", "NotKnown", "Phrase", "Sentence", "Stale", "Stuck", "TooLarge",
    "TooOften", "Unready", "said",
}  # fmt: skip
SECOND = {"Problem"}

# Frequent little words that are Indonesian and not English: hardly a sentence does without one of them.
INDONESIAN = frozenset(
    re.findall(
        r"\w+",
        """
        ada adalah agar akan anda atas atau bagian bagi bahwa banyak baru belum berkas berupa besar bila bisa boleh
        bukan cara dalam dan dapat dari dengan di diisi dua formulir gerbang hanya hapus harus hari huruf ini isi
        isian itu jadi jangan jawaban jelas jenis juga kali karena ke kembali kepada keputusan kirim kosong lagi lain
        lajur lama langkah lebih lewat masih maupun mungkin nama nilai oleh orang pada pakai paling pelapor pengaduan
        perbaiki periksa pilih pola satu sebagai sebelum sebuah sedang sekali semua sesudah setiap silakan sudah
        supaya syarat syaratnya tanda tanpa tanggal tempat tentang terlalu tersebut tetapi tiap tidak tugas tulis
        unsur untuk waktu yang yaitu
        """,
    )
)
WORD = re.compile(r"[^\W\d_]+")
LABEL = re.compile(r"[A-Z“{][^/_<>=;]*[a-z][^/_<>=;]*")
PUBLIC = re.compile(r"[A-Z][A-Z0-9_]*")
HEADER = re.compile(r"[A-Z][a-z]+(-[A-Z][a-z]+)+")


def messages() -> set[Key]:
    """All keys: a sentence, or one and its plural."""
    found: set[Key] = set()
    for path in modules():
        found |= set(of_python(path.read_text(encoding="utf-8")))
    for path in sorted(SERVICE.rglob("templates/**/*.html")):
        found |= set(of_template(path))
    plurals = {key[0] for key in found if isinstance(key, tuple)}
    return {key for key in found if key not in plurals}


def modules() -> list[Path]:
    """The files of all modules that speak to people through the catalogues."""
    paths = sorted(SERVICE.rglob("*.py"))
    return [path for path in paths if not path.relative_to(SERVICE).as_posix().startswith(ELSEWHERE)]


def of_template(path: Path) -> Iterator[Key]:
    """The keys in one template."""
    with path.open("rb") as file:
        for _line, found, _comments, _context in extract_from("jinja2", file, options={"silent": "false"}):
            yield found if isinstance(found, str) else (found[0], found[1])


def of_python(source: str) -> Iterator[Key]:
    """The keys in one module."""
    tree = ast.parse(source)
    yield from _in_calls(tree)
    yield from _in_constants(tree)
    yield from (text for text in _texts(tree) if reads_as_indonesian(text))


def glued(source: str) -> Iterator[str]:
    """Sentences in one module that are put together from pieces, and therefore are no keys."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.JoinedStr):
            text = "".join(_text(piece) or "…" for piece in node.values)
            if reads_as_indonesian(text):
                yield text


def reads_as_indonesian(text: str) -> bool:
    """Two words or more, one of them a frequent word of Indonesian; addresses and the like are no words."""
    if " " not in text or text[0] in "/#":
        return False
    words = [word.lower() for word in WORD.findall(text)]
    return len(words) > 1 and not INDONESIAN.isdisjoint(words)


def _in_calls(tree: ast.Module) -> Iterator[Key]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func).rpartition(".")[2]
        place = 1 if name in SECOND else 0
        if name == "ngettext":
            one, many = (_text(each) for each in node.args[:2])
            if one and many:
                yield one, many
        elif (name in GETTEXT | FIRST | SECOND) and len(node.args) > place:
            yield from _alternatives(node.args[place])


def _alternatives(node: ast.expr) -> Iterator[str]:
    """The texts that an argument may be: itself, or one of those chosen from."""
    if isinstance(node, ast.IfExp):
        yield from _alternatives(node.body)
        yield from _alternatives(node.orelse)
    elif isinstance(node, ast.BoolOp):
        yield from (text for value in node.values for text in _alternatives(value))
    elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".get") and len(node.args) == 2:
        yield from _alternatives(node.args[1])
    elif text := _text(node):
        yield text


def _in_constants(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        named = any(isinstance(target, ast.Name) and PUBLIC.fullmatch(target.id) for target in targets)
        if named and isinstance(node, ast.Assign | ast.AnnAssign) and node.value:
            yield from (text for text in _texts(node.value) if LABEL.fullmatch(text) and not HEADER.fullmatch(text))


def _texts(tree: ast.AST) -> Iterator[str]:
    """Texts that are values: no docstrings, no keys, no annotations, no pieces of other texts."""
    if isinstance(tree, ast.JoinedStr) or (isinstance(tree, ast.Expr) and _text(tree.value) is not None):
        return
    if text := _text(tree):
        yield text
    for name, value in ast.iter_fields(tree):
        inner = value if isinstance(value, list) else [value]
        if name in ("annotation", "returns") or (isinstance(tree, ast.Dict) and name == "keys"):
            continue
        for child in inner:
            if isinstance(child, ast.AST):
                yield from _texts(child)


def _text(node: ast.AST) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def read() -> Catalog:
    """The English catalogue."""
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="en")


def update() -> None:
    """Bring the catalogue in step: new keys come in without words, those that nothing says any more go."""
    known = read() if CATALOGUE.exists() else Catalog(locale="en")
    catalogue = Catalog(locale="en", fuzzy=False)
    for key in messages():
        one = key if isinstance(key, str) else key[0]
        before = known.get(one)
        catalogue.add(key, before.string if before and before.id == key else None)
    write(catalogue)


def write(catalogue: Catalog) -> None:
    """Sorted, and without places or dates, so that only what changed differs."""
    with CATALOGUE.open("wb") as file:
        write_po(file, catalogue, width=110, omit_header=True, no_location=True, sort_output=True)


def compile_words() -> None:
    """Compile the catalogue where that has not been done since it was written."""
    compiled = CATALOGUE.with_suffix(".mo")
    if compiled.exists() and compiled.stat().st_mtime >= CATALOGUE.stat().st_mtime:
        return
    fresh = compiled.with_suffix(f".{os.getpid()}")
    with fresh.open("wb") as file:
        write_mo(file, read())
    fresh.replace(compiled)


if __name__ == "__main__":
    update()
