"""Reading XML that strangers have written: nothing outside it is opened, nothing in it is expanded."""

from typing import Any, NoReturn

from lxml import etree

from service.engine.findings import Finding
from service.errors import Invalid
from service.sentences import Sentence

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"

MOST_BYTES = 1_000_000
MOST_ELEMENTS = 5_000
MOST_DEPTH = 64


def read_xml(xml: bytes) -> Any:
    """The lxml element tree of a BPMN 2.0 file. Raises `Invalid` with one finding."""
    if len(xml) > MOST_BYTES:
        _refuse(
            "xml_too_large",
            Sentence("Berkas ini lebih besar daripada {most} MB.", most=MOST_BYTES // 1_000_000),
            "Berkas sebesar itu tidak dapat diperiksa dengan aman.",
            "Hapus gambar atau lampiran yang tertanam, atau pecah menjadi beberapa prosedur.",
        )
    tree = _parse(xml)
    if tree.docinfo.doctype or tree.docinfo.internalDTD is not None:
        _refuse(
            "xml_doctype",
            "Berkas ini memuat DOCTYPE.",
            "DOCTYPE dapat membuka berkas lain di server, dan tidak pernah diperlukan oleh BPMN.",
            "Hapus baris <!DOCTYPE ...> dari berkas, atau simpan ulang dari penyunting BPMN.",
        )
    _must_be_small(tree)
    _must_be_bpmn(tree.getroot())
    return tree


def _parse(xml: bytes) -> Any:
    # Each file gets a parser of its own, which keeps errors apart. `collect_ids=False` would make libxml2 open a DTD.
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        remove_pis=True,
        remove_comments=True,
    )
    try:
        return etree.fromstring(xml, parser).getroottree()
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        _refuse(
            "xml_unreadable",
            _not_xml(line),
            "Isinya tidak dapat dibaca.",
            "Ekspor ulang diagram dari penyunting BPMN sebagai berkas .bpmn.",
        )


def _not_xml(line: int | None) -> str:
    if line:
        return Sentence("Berkas ini bukan XML yang benar (baris {line}).", line=line)
    return "Berkas ini bukan XML yang benar."


def _must_be_small(tree: Any) -> None:
    count = depth = deepest = 0
    for moment, _element in etree.iterwalk(tree, events=("start", "end")):
        if moment == "end":
            depth -= 1
            continue
        count, depth = count + 1, depth + 1
        deepest = max(deepest, depth)
    if deepest > MOST_DEPTH:
        _refuse(
            "xml_too_deep",
            Sentence("Berkas ini bertingkat {depth}; paling banyak {most}.", depth=deepest, most=MOST_DEPTH),
            "Tingkat sedalam itu tidak wajar untuk sebuah diagram.",
            "Kurangi subproses di dalam subproses.",
        )
    if count > MOST_ELEMENTS:
        _refuse(
            "xml_too_many_elements",
            Sentence("Berkas ini memuat {count} unsur XML; paling banyak {most}.", count=count, most=MOST_ELEMENTS),
            "Diagram sebesar itu tidak dapat dibaca orang maupun dijalankan dengan aman.",
            "Pecah menjadi beberapa prosedur.",
        )


def _must_be_bpmn(root: Any) -> None:
    if root.tag != f"{{{BPMN}}}definitions":
        _refuse(
            "xml_not_bpmn",
            Sentence("Berkas ini bukan BPMN 2.0: unsur terluarnya “{name}”.", name=etree.QName(root).localname),
            "Hanya diagram BPMN 2.0 yang dapat dijalankan.",
            "Simpan diagram sebagai BPMN 2.0 (.bpmn), bukan DMN, CMMN, gambar, atau XPDL.",
        )


def _refuse(code: str, what: str, why: str, mend: str) -> NoReturn:
    raise Invalid(what, findings=[Finding(code, None, None, Sentence(what), Sentence(why), Sentence(mend))])
