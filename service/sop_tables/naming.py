"""Names for what a table describes in long sentences: short, verb first, and ids made of them."""

import re
import tomllib
import unicodedata
from collections.abc import Collection
from pathlib import Path

LONGEST_NAME = 46
LONGEST_ID = 48

_ROOTS: dict[str, list[str]] = tomllib.loads((Path(__file__).parent / "verbs.toml").read_text(encoding="utf-8"))
_BY_FORM: dict[str, str] = {form: root for root, forms in _ROOTS.items() for form in forms}
SIGN = _BY_FORM["menandatangani"]
_VERBS = frozenset(word for root in _ROOTS for word in root.split())
_CUTS = re.compile(
    r"\s*(?:[;:(\"“]|,|\s/\s|(?<=[a-z]{5})\.(?:\s|$)|\b(?:yang|untuk|sesuai|melalui|oleh|beserta|sebagai|dengan|berdasarkan|lalu|kemudian|"
    r"serta|apakah|jika|apabila|bila|agar|supaya|sehingga|guna|tentang|terkait|secara|baik|maupun)\b)"
)
_ACT = re.compile(r"^(?:melakukan|melaksanakan|lakukan|laksanakan)\s+(\w+)", re.IGNORECASE)
_DRAFT = re.compile(r"\bdraft\b", re.IGNORECASE)
_HANGING = {"dan", "ke", "kepada", "di", "dari", "atau", "serta", "dalam", "pada", "atas", "tentang", "sudah", "telah"}


def short_name(text: str, without: str = "") -> str:
    """A task's name out of what a row says: a verb, what is done, and no more. `without` is who does it."""
    plain = " ".join(text.split()).strip(" .;:,-")
    if without and plain.lower().startswith(without.lower()):
        plain = plain[len(without) :].strip(" ,:-") or plain
    plain = re.sub(r"\bmenanda\s+tangani\b", "menandatangani", plain, flags=re.IGNORECASE)
    plain = re.sub(r"^(?:jika|apabila|bila|kalau)\s[^,]{2,60},\s*", "", plain, flags=re.IGNORECASE) or plain
    plain = _active(plain)
    words = _later_verbs(_verb_first(_cut(plain))).split()
    name = _DRAFT.sub("draf", _fitted(words)) or plain[:LONGEST_NAME] or "Langkah"
    if name.lower().startswith("hasil "):
        name = f"Tetapkan {name[:1].lower()}{name[1:]}"
    return name[:1].upper() + name[1:]


def _active(plain: str) -> str:
    """ "Surat pengaduan diterima" says the same as "terima surat pengaduan"."""
    found = re.fullmatch(r"(\w+(?:\s\w+){0,4})\sdi(\w+)", plain)
    if not found or found[2] not in _VERBS or found[1].split()[0].lower() in _BY_FORM:
        return plain
    return f"{found[2]} {found[1][:1].lower()}{found[1][1:]}"


def _later_verbs(name: str) -> str:
    """Verbs after the first one, in the same form as it."""
    return re.sub(r"(?<=\bdan )\w+|(?<=, )\w+", lambda word: _BY_FORM.get(word[0].lower(), word[0]), name)


def _cut(plain: str) -> str:
    for found in _CUTS.finditer(plain):
        head = plain[: found.start()]
        if len(head.split()) > 1 and not re.fullmatch(r"\w+(?:, \w+)*", head):
            return head
    return plain


def _verb_first(plain: str) -> str:
    if (act := _ACT.match(plain)) and act[1].lower() in _BY_FORM:
        plain = plain[act.start(1) :]
    if listed := re.match(r"(\w+(?:, \w+)+)", plain):  # "Menelaah, mengoreksi dan ..."
        plain = plain.replace(listed[1], listed[1].split(",")[0], 1)
    first, _, rest = plain.partition(" ")
    second, _, after = rest.partition(" ")
    root = _BY_FORM.get(first.lower(), first)
    if second in ("dan", "/", "lalu", "serta"):
        next_, _, last = after.partition(" ")
        return f"{root} dan {_BY_FORM.get(next_.lower(), next_)} {last}"
    return f"{root} {rest}"


def _fitted(words: list[str]) -> str:
    kept: list[str] = []
    for word in words:
        if len(" ".join([*kept, word])) > LONGEST_NAME:
            break
        kept.append(word)
    if len(kept) < len(words):
        kept = _whole_part(kept)
    while len(kept) > 1 and kept[-1].lower().strip(",") in _HANGING:
        kept.pop()
    return " ".join(kept).rstrip(" ,;:/-")


def _whole_part(kept: list[str]) -> list[str]:
    """What did not fit ends where a part of the sentence ends."""
    joints = [at for at, word in enumerate(kept) if word.lower() in _HANGING and at > 1]
    return kept[: joints[-1]] if joints else kept


def verbs(text: str) -> set[str]:
    """The roots of the verbs in a text, of nouns made of verbs too."""
    words = re.findall(r"[a-z]+", re.sub(r"menanda\s+tangani", "menandatangani", text.lower()))
    return {_BY_FORM.get(word, word) for word in words if word in _BY_FORM or word in _VERBS}


def first_verb(text: str) -> str:
    """The root of the first verb of a text, empty if none is known."""
    for word in re.findall(r"[a-z]+", re.sub(r"menanda\s+tangani", "menandatangani", text.lower())):
        if word in _BY_FORM or word in _VERBS:
            root: str = _BY_FORM.get(word, word)
            return root
    return ""


def slug(text: str, most: int = LONGEST_ID) -> str:
    """Letters, digits and lines only, beginning with a letter; empty if nothing of the text is left."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "_", plain).strip("_").lstrip("0123456789_")
    if len(words) > most:
        words = words[:most].rsplit("_", 1)[0] if "_" in words[:most] else words[:most]
    return words.rstrip("_")


def fresh(wanted: str, taken: Collection[str]) -> str:
    """This id, or with a number after it where it is taken."""
    name, count = wanted, 2
    while name in taken:
        name, count = f"{wanted}_{count}", count + 1
    return name
