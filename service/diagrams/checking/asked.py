"""What is asked and told: forms and their files, who somebody is, and what the complainant is told on the way."""

from collections.abc import Iterator

from service.diagrams.checking.subject import FormFile, Subject, finding
from service.engine.findings import Finding
from service.engine.spec import Element
from service.forms.identity import MARK
from service.sentences import Sentence

_MOST_PROBLEMS = 10
_COMPLAINANTS = (Sentence("pelapor"), Sentence("pengadu"), Sentence("pemohon"))


def look(subject: Subject) -> Iterator[Finding]:
    """All findings about forms and words for the complainant."""
    for element in subject.elements.values():
        yield from _files(subject, element)
    seen: set[str] = set()
    for element_id, form in subject.forms.items():
        element = subject.elements[element_id]
        yield from _identity(element, form)
        if form.name not in seen:
            seen.add(form.name)
            yield from _profile(element, form)
    yield from _unused(subject)
    yield from _told(subject)


def _files(subject: Subject, element: Element) -> Iterator[Finding]:
    asks = element.is_task or (element.kind.startswith("start") and element.scope is None)
    if asks and not element.form:
        yield finding(
            "form_missing",
            element,
            Sentence("“{name}” tidak mempunyai formulir.", name=element.label),
            "Langkah ini diselesaikan tanpa mengisi apa pun.",
            "Bila ada yang perlu dicatat, buat formulir dan tulis nama berkasnya pada formJsonSchemaFilename.",
            blocks=False,
        )
    for name in (element.form, element.form_ui):
        if not name:
            continue
        if "/" in name or "\\" in name or name.startswith("."):
            yield finding(
                "form_name",
                element,
                Sentence("Nama berkas formulir “{name}” memuat folder.", name=name),
                "Formulir dicari dengan namanya saja, di samping diagram.",
                Sentence("Tulis nama berkasnya saja, misalnya {id}.schema.json.", id=element.id),
            )
        elif name not in subject.files:
            yield finding(
                "form_file_missing",
                element,
                Sentence("Berkas formulir “{file}” untuk “{name}” tidak ada.", file=name, name=element.label),
                "Petugas tidak dapat mengisi dan menyelesaikan tugas ini.",
                "Unggah berkas itu bersama diagram, atau betulkan namanya.",
            )


def _profile(element: Element, form: FormFile) -> Iterator[Finding]:
    if form.schema is None:
        yield finding(
            "form_unreadable",
            element,
            Sentence("Berkas formulir “{name}” bukan JSON yang benar.", name=form.name),
            "Formulir tidak dapat ditampilkan.",
            "Perbaiki atau ekspor ulang berkas itu.",
        )
        return
    for problem in form.problems[:_MOST_PROBLEMS]:
        yield finding(
            "form_profile",
            element,
            Sentence(
                "Formulir “{name}”, {place}: {problem}",
                name=form.name,
                place=problem.pointer or "/",
                problem=problem.sentence,
            ),
            "Formulir dengan bagian ini tidak dapat ditampilkan atau diperiksa dengan benar.",
            "Perbaiki bagian yang disebut sesuai profil formulir.",
        )


def _identity(element: Element, form: FormFile) -> Iterator[Finding]:
    if element.kind.startswith("start") and element.scope is None:
        return
    for name, field in form.fields.items():
        if field.get(MARK):
            yield finding(
                "identity_outside_start",
                element,
                Sentence(
                    "Isian “{field}” pada formulir “{name}” ditandai sebagai jati diri.", field=name, name=form.name
                ),
                "Jati diri hanya dipisahkan dan dirahasiakan pada formulir awal; di sini ia akan ikut tersimpan.",
                Sentence("Pindahkan isian itu ke formulir kejadian mulai, atau hapus tanda {mark}.", mark=MARK),
            )


def _unused(subject: Subject) -> Iterator[Finding]:
    used = {name for each in subject.elements.values() for name in (each.form, each.form_ui)}
    for name in sorted(set(subject.files) - used):
        yield finding(
            "form_unused",
            None,
            Sentence("Berkas formulir “{name}” tidak dipakai unsur mana pun.", name=name),
            "Mungkin namanya salah tulis pada diagram.",
            "Hapus berkas itu, atau sebutkan pada unsur yang memakainya.",
            blocks=False,
        )


def _told(subject: Subject) -> Iterator[Finding]:
    if not subject.complaint:
        return
    if not any(each.properties.get("milestone") for each in subject.elements.values()):
        yield finding(
            "milestone_missing",
            None,
            "Tidak satu langkah pun memberi kabar (milestone) kepada pelapor.",
            "Pelapor yang melacak pengaduannya tidak melihat kemajuan.",
            "Isi milestone pada langkah-langkah yang berarti bagi pelapor.",
            blocks=False,
        )
    word = subject.drawing.properties.get("complainantWord")
    if word and word not in _COMPLAINANTS:
        yield finding(
            "complainant_word",
            None,
            Sentence("Sebutan “{word}” pada complainantWord tidak dikenal.", word=word),
            "Layar tidak tahu bagaimana menyebut orang yang mengadu.",
            "Isi dengan pelapor, pengadu, atau pemohon.",
            blocks=False,
            id=subject.drawing.key,
        )
    marked = any(field.get(MARK) for form in subject.forms.values() for field in form.fields.values())
    if marked and not any(lane.identity for lane in subject.drawing.lanes):
        yield finding(
            "identity_lane_missing",
            None,
            "Formulir awal menanyakan jati diri, tetapi tidak satu lajur pun boleh membukanya.",
            "Tidak ada petugas yang dapat menghubungi pelapor.",
            "Tandai lajur yang memerlukannya dengan identity = true.",
            blocks=False,
        )
